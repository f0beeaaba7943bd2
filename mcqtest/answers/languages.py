"""Forms of answers in other languages, a row each: see `forms`. Korean has its own module, since
choices have several kinds of names there.
"""

# ruff: noqa: RUF001 - letters of other scripts are meant

from __future__ import annotations

from mcqtest.answers.forms import GAP, LAST, STOP, Form, Strength

_WORDS = r"(?:\s{1,3}[\w'-]{1,20}){0,5}?"
_MARK = r"\s{0,3}[:=\u2192\u2013\u2014-]"


def _form(example: str, language: str, cues: str, verbs: str, words: str = "") -> Form:
    """With the nouns and the verbs of a language: noun, words between, verb or colon, choice."""
    nouns = words or f"(?:{cues})"
    verb = rf"(?:\s{{1,3}}(?:{verbs})(?!\w)|{_MARK})" if verbs else _MARK
    return Form(example, language, Strength.EXPLICIT, cues, rf"{nouns}{_WORDS}{verb}@")


def _last(example: str, language: str, cues: str, verbs: str) -> Form:
    """The same where the verb stands behind the choice, or is left out."""
    words = (
        rf"(?:{cues})(?:\s{{1,3}}[\w'-]{{1,20}}){{0,3}}?\s{{1,3}}@[)\"'\]]{{0,2}}"
        rf"\s?(?:{verbs}|[.!\u0964\u06d4]|\n|\Z)"
    )
    return Form(example, language, Strength.EXPLICIT, cues, words, "upper")


def _right(example: str, language: str, cues: str, words: str) -> Form:
    """It says that an option is right, which may explain another answer."""
    return Form(example, language, Strength.CONCLUSION, cues, words, "capital")


FORMS = (
    # German, Dutch, Scandinavian languages
    _form("Die richtige Antwort ist B", "de", "antwort|lösung", "ist|lautet|wäre|also"),
    _right(
        "Daher ist Option B korrekt",
        "de",
        "option|antwort|aussage",
        r"(?:option|antwort|aussage)\s{1,2}@[)\"'\]]{0,2}\s(?:ist\s)?(?:daher\s|also\s|die\s)?"
        r"(?:korrekt|richtig|zutreffend|passend)",
    ),
    _form(
        "Richtig ist B", "de", "richtig|korrekt|zutreffend", r"ist(?:\s(?:antwort|option|aussage))?"
    ),
    Form(
        "Die korrekte Option ist B",
        "de",
        Strength.EXPLICIT,
        "option|aussage|lettre",
        rf"(?:option|aussage|lettre){_WORDS}\s{{1,3}}(?:ist|lautet|wäre|est|serait)\b@",
    ),
    _form("Het juiste antwoord is B", "nl", "antwoord", "is|luidt"),
    _form("Rätt svar är B", "sv", "svaret|svar", "är|er|blir"),
    # Romance languages
    _form("La bonne réponse est donc B", "fr", "réponse|reponse", "est|serait|donc"),
    _form("La respuesta correcta es la B", "es", "respuesta", "es|sería"),
    _form("La opción correcta es B", "es", "opción|alternativa", "es|sería|é|seria"),
    _form("A resposta correta é B", "pt", "resposta|opção|gabarito|letra", "é|seria"),
    _form("La risposta corretta è B", "it", "risposta|opzione", "è|sarebbe|e'"),
    _form("Răspunsul corect este B", "ro", "răspunsul|raspunsul|varianta", "este|e"),
    _right(
        "Portanto, a alternativa B está correta",
        "pt",
        "alternativa|opción|opção|option|opzione|respuesta|resposta|réponse|risposta|letra|optie",
        r"(?:alternativa|opción|opção|option|opzione|respuesta|resposta|réponse|risposta|letra|optie)"
        r"\s{1,2}@[)\"'\]]{0,2}\s(?:est|es|é|è|está|is)\s(?:la\s|a\s|de\s|het\s)?"
        r"(?:corr|juist|goed|bonne|verdad)",
    ),
    _right(
        "B ist die richtige Antwort",
        "de",
        "ist |est |es |é |è ",
        r"@(?:ist|est|es|é|è)\s(?:(?:die|das|la|le|a|o)\s)?"
        r"(?:richtig|korrekt|bonne|respuesta|resposta|réponse|risposta|corr)",
    ),
    _right(
        "Also ist B die richtige Antwort",
        "de",
        "ist ",
        r"ist\s{1,2}@[)\"'\]]{0,2}\s(?:die|das)\s(?:richtig|korrekt)",
    ),
    Form(
        "Ответ B.",
        "ru",
        Strength.EXPLICIT,
        "ответ|ответом|odpowiedź|odpověď|jawabannya|réponse|antwoord|antwort",
        r"(?:ответ|odpowiedź|odpověď|jawabannya|réponse|antwoord|antwort)(?:ом\sявляется)?\s{1,2}@"
        r"[)\"'\]]{0,2}\s{0,2}(?:[.!]|\n|\Z)",
        "capital",
    ),
    Form(
        "Letra B.",
        "pt",
        Strength.CONCLUSION,
        "letra|alternativa|opción|opção|lettre|opzione|optie",
        rf"(?:letra|alternativa|opción|opção|lettre|opzione|optie)\s{{1,2}}@{LAST}",
        "capital",
    ),
    Form(
        "Je choisis l'option B",
        "fr",
        Strength.EXPLICIT,
        "choisis|choisirais|sélectionne|opte pour|elijo|escojo|selecciono|elegiría|me quedo con|"
        "escolho|seleciono|scelgo|seleziono",
        r"(?:choisis|choisirais|sélectionne|opte\spour|elijo|escojo|selecciono|elegiría|me\squedo\scon|"
        r"escolho|seleciono|scelgo|seleziono)\s{1,2}(?:(?:la|le|a|o)\s|l')?"
        r"(?:(?:réponse|option|lettre|proposition|opción|respuesta|letra|alternativa|opção|resposta|"
        rf"risposta|opzione|lettera)\s)?@{STOP}",
        "upper",
        r"(?:\A|[.!?\n,:;]\s{0,3}|\b(?:je|j'|yo|eu|io|donc|entonces|portanto|quindi)\s?)",
    ),
    Form(
        "C'est donc la réponse B qui est correcte",
        "fr",
        Strength.EXPLICIT,
        "c'est",
        r"c'est\s(?:donc\s|bien\s)?(?:la\s(?:réponse|proposition|lettre)|l'(?:option|affirmation))\s@"
        rf"(?:{STOP}|\squi\sest\s(?:correcte|vraie|juste|exacte|la\sbonne))",
        "upper",
    ),
    Form(
        "Ich würde B wählen",
        "de",
        Strength.EXPLICIT,
        "ich würde|ich wähle|ich nehme|ich tippe auf|ich entscheide mich für",
        r"ich\s(?:würde(?:\s(?:auf|für))?|wähle|nehme|tippe\sauf|entscheide\smich\sfür)\s"
        r"(?:(?:die\s)?(?:antwort|option|aussage|lösung)\s)?@"
        rf"(?:{STOP}|\s(?:wählen|nehmen|tippen|sagen)\b)",
        "upper",
    ),
    # Slavic languages
    _form("Правильный ответ: B", "ru", "ответ|вариант", "это|является|будет"),
    _form("Правильна відповідь: B", "uk", "відповідь|варіант", "це|є"),
    _form("Prawidłowa odpowiedź to B", "pl", "odpowiedź|odpowiedz|odpowiedzią", "to|jest|brzmi"),
    _form("Správná odpověď je B", "cs", "odpověď", "je|zní"),
    # Turkic, Indonesian, Vietnamese, Hungarian, Finnish, Greek, Thai
    _form("Doğru cevap: B", "tr", "cevap|cevabı|yanıt|seçenek", ""),
    _last("Doğru cevap B'dir", "tr", "cevap|yanıt|seçenek", r"'?\s?(?:d[ıi]r|şıkk|seçene)"),
    _form("Jawaban yang benar adalah B", "id", "jawabannya|jawaban|jawapan", "adalah|ialah|yaitu"),
    _form("Đáp án đúng là B", "vi", "đáp án|câu trả lời|phương án", "là"),
    _last("Chọn đáp án B", "vi", "đáp án|chọn", "đúng"),
    _form("A helyes válasz: B", "hu", "válasz", "az?"),
    _form("Oikea vastaus on B", "fi", "vastaus", "on"),
    _form("Η σωστή απάντηση είναι B", "el", "απάντηση", r"είναι(?:\sη|\sτο)?"),
    Form(
        "คำตอบที่ถูกต้องคือ B",
        "th",
        Strength.EXPLICIT,
        "คำตอบ",
        r"คำตอบ[^\n\sA-Za-z]{0,20}\s?(?:คือ|:|เป็น)(?:\s?ข้อ|\s?ตัวเลือก)?@",
    ),
    # Right to left, and of India
    _form("الإجابة الصحيحة هي B", "ar", "الإجابة|الاجابة|الجواب|الخيار", "هي|هو"),
    _form("پاسخ صحیح: B", "fa", "پاسخ|گزینه", ""),
    _last("پاسخ صحیح گزینه B است", "fa", "پاسخ|گزینه", "است|می"),
    _form("התשובה הנכונה היא B", "he", "התשובה|תשובה", "היא|הוא"),
    _form("सही उत्तर: B", "hi", "उत्तर|जवाब|विकल्प", "है"),
    _last("सही उत्तर B है", "hi", "उत्तर|जवाब|विकल्प", "है|ही"),
    _last("درست جواب B ہے", "ur", "جواب", "ہے"),
    _form("সঠিক উত্তর: B", "bn", "উত্তর", "হল|হলো"),
    _last("সঠিক উত্তর B", "bn", "উত্তর", "হ"),
    # Chinese and Japanese
    Form(
        "答案是B",
        "zh",
        Strength.EXPLICIT,
        "答案|答え|正解|解答|回答",
        rf"(?:答案|答え|正解|解答|回答){GAP}(?:应该|應該|应|應|只能|就|也)?"
        r"\s{0,3}(?:[:=是は為为選选即\u2192]|->)(?:选项|選項|選択肢|选|項目)?@",
    ),
    Form(
        "故选B",
        "zh",
        Strength.EXPLICIT,
        "故选|所以选|应选|因此选|选择|選擇",
        r"(?:故选|所以选|应选|因此选|选择|選擇)(?:选项|選項)?[是为:]?@",
    ),
    Form(
        "正确选项是B",
        "zh",
        Strength.EXPLICIT,
        "正确选项|正確選項|正确的选项",
        r"(?:正确|正確)的?(?:选项|選項)(?:应?[是为為]|:)@",
    ),
    Form(
        "正确的是B",
        "zh",
        Strength.CONCLUSION,
        "的是",
        rf"的是@{STOP}",
        "capital",
        r"(?:正确|正確|错误|錯誤|符合题意|不当|恰当)",
    ),
    Form(
        "我认为是B",
        "zh",
        Strength.CONCLUSION,
        "我认为|我觉得|我認為|我覺得|我猜",
        r"(?:我认为|我觉得|我認為|我覺得|我猜)(?:答案)?(?:应该|應該)?[是选選]@"
        rf"(?:{STOP}|项|選項|选项)",
        "capital",
    ),
    Form("答:B", "zh", Strength.EXPLICIT, "答:", rf"答:@{STOP}", "capital"),
    Form(
        "选项B", "zh", Strength.CONCLUSION, "选项|選項", rf"(?:选项|選項)[是为:]?@{STOP}", "capital"
    ),
    Form(
        "因此本题选B",
        "zh",
        Strength.EXPLICIT,
        "选|選",
        r"[选選](?:的是|了)?[是为為:]?\s{0,2}@[)\]]?(?:[。.,,;!]|\s?项|\s?項|\s{0,2}(?:\n|\Z))",
        "capital",
    ),
    _right(
        "B选项正确",
        "zh",
        "正确|正確|正しい",
        r"@(?:正确|正確)(?!的是|答案)",
    ),
    Form(
        "選択肢Bが正しい",
        "ja",
        Strength.CONCLUSION,
        "選択肢",
        r"選択肢\s?@(?:が|は)(?:最も)?(?:正|適|妥当)",
        "capital",
    ),
    Form(
        "最も適切なのはBです",
        "ja",
        Strength.CONCLUSION,
        "選択肢は|のは|ものは|記述は",
        r"(?:選択肢|もの|の|記述)は、?@(?:です|だ|である|となり|になり|\u3002|\.|\n|\Z)",
        "capital",
        r"(?:正しい|適切な|妥当な|正解の|適当な|誤っている|不適切な|当てはまる)",
    ),
    Form(
        "Bが正解です",
        "ja",
        Strength.EXPLICIT,
        "が正解|が答え|が正しい|が適切",
        r"@が(?:正解|答え|正しい|適切)(?:です|だ|である|となり|と|\u3002|\.|\n|\Z)",
        "capital",
    ),
)
"""Every row is looked for in every text that has its cue."""
