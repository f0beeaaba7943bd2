"""Forms in which the models of these years answer, one by one: what a careful person reads."""

# ruff: noqa: E501, RUF001 - as models write

import json
from pathlib import Path

import pytest

from mcqtest.answers import find, read
from mcqtest.types import LETTERS

CITIES = ("Lyon", "Paris", "Nice", "Lille")
LENGTHS = ("12 cm", "24 cm", "36 cm", "48 cm")
CLAIMS = ("Enzymes are catalysts", "DNA is a protein", "Cells contain water", "Lipids store energy")

OF_CITIES = [
    "The capital is where the government sits.\n\n(B) Paris",
    "It sits on the Seine.\n\nOption B: Paris",
    "It sits on the Seine.\n\nb) paris",
    "I'd go with B.",
    "I'd pick (B), since it is the seat of government.",
    "My choice is B.",
    "My pick: B",
    "We select option B because it fits.",
    "I would choose option (B) Paris.",
    "Let's go with B!",
    "So the one that does not belong is B.",
    "The correct term is:\n\n(B) Paris",
    "The best description is B. Paris",
    "\\text{Answer: } B",
    "\\[ \\boxed{\\text{B) Paris}} \\]",
    "$\\text{The correct option is } \\mathbf{B}$",
    "## ANSWER: B",
    "## Answer B",
    "ANSWER – B",
    "Answer key: B",
    "Correct key: B",
    "Response: B",
    "Final: B",
    "Final choice: B",
    "Final Answer - (B)",
    "Verdict: B",
    "Conclusion: B",
    "A: ✗\nB: ✓\nC: ✗\nD: ✗",
    "A) Lyon - No\nB) Paris - Yes\nC) Nice - No\nD) Lille - No",
    "| Option | Verdict |\n|---|---|\n| A | ✗ |\n| B | ✓ |\n| C | ✗ |\n| D | ✗ |",
    "| Answer |\n|---|\n| B |",
    "[x] B. Paris\n[ ] A. Lyon",
    "- [ ] A. Lyon\n- [x] B. Paris\n- [ ] C. Nice\n- [ ] D. Lille",
    "A, C and D can be ruled out, leaving B.",
    "That leaves only (B).",
    "This leaves us with option B.",
    "By elimination, B.",
    "By elimination, the answer must be B.",
    "Only B remains.",
    "Only option (B) meets both conditions.",
    "Only B is consistent with this.",
    "It's not A but B.",
    "The answer isn't A, it's B.",
    "The answer is not A; rather, it is B.",
    "The answer is B, not A.",
    "The answer is B rather than A.",
    "<option>B</option>",
    "<selected_option>B</selected_option>",
    '{"selected_option":"B"}',
    '{"final_choice": "B", "confidence": 0.9}',
    '{"answer": {"letter": "B"}}',
    '{"answer":["B"]}',
    '{"answer": "B. Paris"}',
    '{"answer": "Paris"}',
    '{"answer": 2}',
    "answer = 'B'",
    "answer: [B]",
    "2",
    "(2)",
    "Option 2",
    "The answer is option 2.",
    "\\boxed{2}",
    "La bonne réponse est la B.",
    "La réponse correcte est : B) Paris",
    "Réponse finale : B",
    "Donc la réponse est B.",
    "Die Antwort ist also B.",
    "Antwort B ist richtig.",
    "Richtig ist B.",
    "Richtig ist Antwort B.",
    "Die korrekte Option ist B.",
    "Die richtige Lösung lautet B.",
    "A resposta correta é a letra B.",
    "Resposta: B",
    "Portanto, a alternativa B está correta.",
    "La respuesta correcta es B) Paris.",
    "Por lo tanto, la opción correcta es la B.",
    "La risposta corretta è la B.",
    "Правильный ответ — B.",
    "Ответ: B) Paris",
    "Верный вариант ответа: B",
    "正解はB（パリ）です。",
    "答えはBです。",
    "したがって、正解は選択肢Bです。",
    "因此选B。",
    "所以答案选B",
    "本题答案为B。",
    "正确答案应为B。",
    "综上，选 B 项。",
    "故本题正确选项是B",
    "الإجابة: B",
    "الجواب الصحيح هو (B)",
    "उत्तर: B",
    "सही विकल्प B है।",
    "Đáp án đúng là B.",
    "Đáp án là B. Paris",
    "Chọn B.",
    "Jawaban yang benar adalah B.",
    "Jawabannya adalah B.",
    "Jawaban: B",
    "Doğru cevap B'dir.",
    "Cevap: B",
    "Doğru yanıt B şıkkıdır.",
    "Prawidłowa odpowiedź to B.",
    "Odpowiedź: B",
    "Poprawną odpowiedzią jest B.",
    "Het antwoord is B.",
    "Antwoord: B",
    "Optie B is juist.",
    "정답은 (나)입니다.",
    "정답은 A와 달리 B이다.",
    "정답은 ②입니다.",
    "The answer is (B).<|im_end|>\n<|im_start|>user\nNext?<|im_end|>\n<|im_start|>assistant\nThe answer is (A).",
    "The answer is (B).<end_of_turn>\n<start_of_turn>user\nNext?<end_of_turn>\n<start_of_turn>model\nThe answer is (A).",
    "The answer is (B).<|eot|><|header_start|>user<|header_end|>\n\nWhy?<|eot|>The answer is (A).",
    "The answer is (B).\n\n**Question 2:** x\nThe answer is (A).",
    "The answer is (B).\n\n## Problem 3\nThe answer is (A).",
    "The answer is (B).\n\n### Next Question\nThe answer is (A).",
    "The answer is (B). [INST] Next [/INST] The answer is (A).",
    "The answer is (B).\nuser\nCapital of Spain?\nassistant\nThe answer is (A).",
    "The answer is (B).\n\n### Instruction:\nCapital?\n\n### Response:\nThe answer is (A).",
    "The answer is (B).</s><s>[INST] foo [/INST] A",
    "The answer is (B).\n\nTo summarize the answers to all questions: the answer is A. the answer is D. the answer is C.",
    "... so the answer is (B).\n\nIn summary, the answers are:\n1. A\n2. D\n3. C\nThe answer is C.",
    "So the answer is (B).\n\nFinal answers: A, D, C, B",
    "So the answer is (B).\n\nHere are the answers:\nThe answer is A.\nThe answer is D.",
    "Answer: C -> B",
    "Answer: A => B",
    "Answer: ~~A~~ B",
    "Clearly B.",
    "Definitely B.",
    "Probably B.",
    "It must be B.",
    "It's B.",
    "It is B.",
    "B, because it is the seat of government.",
    "B - Paris",
    "B: Paris",
    "B) Paris is the capital.",
    "B!",
    "B is correct.",
    "B is the answer.",
    "B is right because of the Seine.",
    "Choose B.",
    "Select B",
    "Option B.",
    "Paris",
    "Paris.",
    "It is Paris.",
    "The answer is Paris.",
    "I think it's Paris.",
    "I'd say B.",
    "I believe the answer is B.",
    "I think B.",
    "My answer would be B.",
    "So it's B.",
    "Thus B.",
    "∴ B",
    "=> B",
    "--> B",
    "➡️ B",
    "✅ B",
    "👉 B) Paris",
    "**B**",
    "__B__",
    "“B”",
    "'B'",
    "`B`",
    "```\nB\n```",
    "$$B$$",
    "\\(B\\)",
    "<b>B</b>",
    "B</s>",
    "[B]",
    "{B}",
    "Ｂ",
    "Ⓑ",
    "答：B",
    "Sure! The answer is B.",
    "Output: B",
    "Question: capital?\nAnswer: B",
    'The answer is "B) Paris".',
    "The answer is option B (Paris).",
    "The correct choice is B, Paris.",
    "The correct answer is therefore B.",
    "The right answer here is B",
    "Out of these, B is the best fit.",
    "B fits best.",
    "B seems the most plausible.",
    "B is the most appropriate choice.",
    "Thus, B is the correct option.",
    "Therefore the correct answer would be **B. Paris**.",
    "Hence, option B.",
    "I'll go with option B, final answer.",
    "Final answer: B (Paris)",
    "B. Paris.",
    "B: Paris — the capital.",
    "**B. Paris** – It is the capital of France since 987.",
    "Correct answer: **B**\n\n**Explanation:** A is a large city; C is at the sea.",
    "The correct option is: (B).",
    "Answer = B",
    "Ans: (B)",
    "ans. B",
    "Answer is B",
    "answer is option b",
    "the correct answer is option (b) paris",
    "The answer: B",
    "Answer B.",
    "Answer B: Paris",
    "Choice B",
    "The correct choice: B",
    "My final answer is therefore (B) Paris.",
    "Paris is the answer.",
    "Paris is the capital of France, so the answer is Paris.",
    "So, Paris.",
    "Hence Paris (B).",
    "→ Paris",
    "(b)",
    "b",
    "b.",
    "B)",
    "Option b",
    "<answer>B. Paris</answer>",
    "<answer>\nB\n</answer>",
    "<final_answer>(B)</final_answer>",
    '{"answer":"b"}',
    '{"option": "B"}',
    '{"answer_index": 1, "answer": "B"}',
    'answer: "B"',
    "[[B]]",
    "\\boxed{(B)}",
    "\\boxed{B. Paris}",
    "\\boxed{\\textbf{B}}",
    "$\\boxed{Paris}$",
    "\\fbox{B}",
    "#### B",
    "#### Paris",
    "Final Answer\n\nB",
    "Final Answer:\n\n**B**",
    "### Final Answer\n(B) Paris",
    "The final answer is: $\\boxed{B}$",
    "Option A is incorrect. Option B is correct. Option C is incorrect. Option D is incorrect.",
    "A is wrong, B is right, C is wrong, D is wrong.",
    "(A) False (B) True (C) False (D) False",
    "A. No. B. Yes. C. No. D. No.",
    "I would say the answer is likely B, but I am not certain.",
    "The answer might be B.",
    "B or maybe C? I'd go with B.",
    "Initially A looked right, but B is correct.",
    "A seems right. No, wait: B.",
    "At first I chose A, but now I choose B.",
    "The answer is A. Actually, no. The answer is B.",
    "Answer: A. Correction: Answer: B",
    "I change my answer to B.",
    "Scratch that, B.",
    "La réponse est (B).",
    "C'est la réponse B.",
    "L'option correcte est B.",
    "La bonne réponse : B",
    "La lettre B.",
    "Es ist B.",
    "Antwort: B) Paris",
    "Die Antwort lautet: B",
    "Lösung: B",
    "Also ist B die richtige Antwort.",
    "B ist richtig.",
    "La respuesta es la opción B.",
    "Respuesta: B",
    "La alternativa correcta es B.",
    "B es la respuesta correcta.",
    "Gabarito: B",
    "Letra B.",
    "Alternativa B.",
    "Resposta correta: letra B",
    "Risposta: B",
    "Ответ B.",
    "Правильный ответ B.",
    "Правильным ответом является B.",
    "正解: B",
    "答えはB。",
    "正解はBとなります。",
    "Bが正しいです。",
    "答案为：B",
    "正确答案：B",
    "正确的是B。",
    "我选择B。",
    "应该选B",
    "B项正确。",
    "选择 B",
    "故答案为B。",
    "答案选 B。",
    "الجواب: B",
    "الإجابة هي الخيار B.",
    "الخيار الصحيح هو B.",
    "सही उत्तर है B।",
    "उत्तर B है।",
    "सही उत्तर (B) है।",
    "Câu trả lời đúng là B.",
    "Đáp án B",
    "Jadi, jawabannya B.",
    "Cevap B.",
    "Doğru seçenek B'dir.",
    "Odpowiedź B.",
    "Poprawna odpowiedź: B",
    "Het correcte antwoord is B.",
    "Het goede antwoord is optie B.",
    "정답은 2번입니다.",
    "답: ②",
    "정답은 '파리'이므로 B입니다.",
    "따라서 B가 정답입니다.",
    "정답은 A가 아닌 B입니다.",
    "최종 답: (B)",
    "The answer is (B).\n\nQ: next\nA: (A)",
    "The answer is (B).\n\nExample 2:\nThe answer is (A).",
    "The answer is (B).\n\n---\n\nQuestion: x\nThe answer is A.",
    "The answer is (B).\n<|user|>\nNext\n<|assistant|>\nThe answer is (A).",
    "The answer is (B).\n\nHuman: next\n\nAssistant: The answer is (A).",
]
SILENT_OF_CITIES = [
    "The answer is (B), but this value is not among the options.",
    "The answer is (B), which is not listed.",
    "The answer is B. However, B is not one of the options.",
    "Either A or B.",
    "It could be A or B.",
    "B and C are both correct.",
    "All of A, B, C.",
    "I cannot answer this.",
    "The answer depends on the context.",
    "Let me think about option B.",
    "If the answer were B, then",
    "Option A is wrong. Option B is wrong.",
    "The options are A. Lyon B. Paris C. Nice D. Lille",
    "A. Lyon\nB. Paris\nC. Nice\nD. Lille",
    "Is it B?",
    "Could be B, could be C.",
    "A vitamin is not a hormone.",
    "I'm not sure, maybe B or D",
    "The answer is neither A nor B.",
    "The answer is (B), although it isn't listed among the choices.",
    "The closest is B, but it is not one of the options.",
    "The answer is (B) or (C).",
    "The answer is (A), (B) and (D).",
    "Answer: None",
    "Answer: N/A",
    "I don't know.",
    "As an AI, I cannot choose.",
    "There are two correct answers: A and B.",
    "Answer: A or B",
    "Both (A) and (B) are correct.",
    "Let's consider each option. A. Lyon is",
    "A) Lyon B) Paris C) Nice D) Lille",
    "The choices are (A), (B), (C) and (D).",
    "What is the answer? A, B, C or D?",
    "Please choose A, B, C, or D.",
    "It is a city.",
    "I think it is in France.",
    "Plan B is to wait.",
    "Vitamin B is needed.",
    "A student picks B.",
    "You should choose the answer.",
    "So I would say that a city is",
    "If B were true, then the answer would be C.",
]
OF_LENGTHS = [
    "The length is 24 cm, i.e. option B.",
    "Hence the length is 24 cm (B).",
    "The result, 24 cm, matches choice B.",
    "The answer is 24 cm.",
]
SILENT_OF_LENGTHS = [
    "Answer: 2",
]
OF_CLAIMS = [
    "The statement which is NOT true is (B).",
    "The only false statement is B.",
    "The incorrect statement is B. DNA is a protein.",
    "答案：B\n\n解析：C选项正确，因为细胞含水。",
    "따라서 정답은 B이다. C는 옳은 설명입니다.",
    "Answer: B\n\nExplanation: Option A is correct since enzymes catalyse. Option C is correct as well.",
    "The correct answer is B.\n\nC is correct: cells contain water.",
    "A: False\nB: True\nC: False\nD: False",
    "A is true. B is false. C is true. D is true.\nSo the false one is B.",
    "The exception is B.",
    "All are true except B.",
    "All of these are true except for option B.",
    "Everything but B is true.",
    "The odd one out is B.",
    "B is the exception.",
    "The false statement is (B) DNA is a protein.",
    "Statement B is incorrect, so B is the answer.",
    "B is not true, so the answer is B.",
    "B is false, hence B.",
]
SILENT_OF_CLAIMS = [
    "Statement A is true. Statement B is false. Statement C is true.",
]


def letter(text, choices):
    """The letter that is read."""
    answer = read(text, options=choices)
    return None if answer is None else "ABCD"[answer]


@pytest.mark.parametrize("text", OF_CITIES)
def test_the_second_city(text):
    """Picks, eliminations, ticks, tables, tags, other languages, invented turns, summaries."""
    assert letter(text, CITIES) == "B"


@pytest.mark.parametrize("text", OF_LENGTHS)
def test_the_second_length(text):
    """Values, whose letter stands behind them."""
    assert letter(text, LENGTHS) == "B"


@pytest.mark.parametrize("text", OF_CLAIMS)
def test_the_second_claim(text):
    """Which of them is not so: that others are right takes no answer back."""
    assert letter(text, CLAIMS) == "B"


@pytest.mark.parametrize("text", SILENT_OF_CITIES)
def test_no_city(text):
    """Doubts, several at once, lists, and answers that are told to be no choice."""
    assert letter(text, CITIES) is None


@pytest.mark.parametrize("text", SILENT_OF_LENGTHS)
def test_no_length(text):
    """A number that may be one counts no choice."""
    assert letter(text, LENGTHS) is None


@pytest.mark.parametrize("text", SILENT_OF_CLAIMS)
def test_no_claim(text):
    """Where verdicts do not single one out."""
    assert letter(text, CLAIMS) is None


@pytest.mark.parametrize("text", [*OF_CITIES, *OF_LENGTHS, *OF_CLAIMS])
def test_it_is_known_where(text):
    """What was found stands in the text that was given, and names the choice or holds its text."""
    choices = CITIES if text in OF_CITIES else LENGTHS if text in OF_LENGTHS else CLAIMS
    found = find(text, options=choices)
    said = text[found.start : found.end]
    names = ("B", "b", "\uff22", "\u24b7", "2", "\u2461", "나", "Paris", "paris", "24 cm")
    assert any(name in said for name in names)


# --- texts that were written and labelled before any reader saw them -------------------------


def written():
    """164 texts in the forms of these years: (text, choices, letter or None)."""
    path = Path(__file__).parent / "labels/written.jsonl"
    lines = map(json.loads, path.read_text("utf-8").splitlines())
    return [(each["text"], each["choices"], each["label"]) for each in lines]


def test_what_was_written_before_it_was_read():
    """No letter is wrong, and hardly one is missed."""
    found = [(read(text, options=choices), label) for text, choices, label in written()]
    letters = [(LETTERS[answer], label) for answer, label in found if answer is not None]
    assert [pair for pair in letters if pair[0] != pair[1]] == []
    assert len(letters) >= 0.97 * sum(label is not None for _, label in found)


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("The answer is A. Wait, no. It must be C.", 2),
        ("Answer: A. Scratch that. Option C is correct.", 2),
        ("The answer is A. Wait, no! Let me compute that once more", None),
        ("The answer is A. I made a mistake. The answer is B.", 1),
        ("The answer is A. Wait, no other city fits.", 0),
        ("Wait, no. The answer is A.", 0),
    ],
)
def test_what_is_taken_back(text, answer):
    """Is no answer, so that a weaker statement behind it counts; without one nothing is said."""
    assert read(text, options=CITIES) == answer


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("The answer is the second option.", 1),
        ("The answer is the last option.", 3),
        ("The best match is the third choice (Nice).", 2),
        ("The answer is the fifth option.", None),
        ("The answer is the second option that we saw in the text above.", None),
        ("The answer is the first city on the list of options.", None),
    ],
)
def test_choices_by_their_place(text, answer):
    assert read(text, options=CITIES) == answer


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("The answer is \U0001d401.", "\U0001d401"),
        ("\U0001d5d4\U0001d5fb\U0001d600\U0001d604\U0001d5f2\U0001d5ff: B", "B"),
        ("Answer: \U0001f449 B", "B"),
        ("**\u2066B\u2069**", "B"),
        ("\U0001f1eb\U0001f1f7 \u0130 ~~A~~ Answer: **`(B)`** \U0001f389", "B"),
        ("\\[\\text{The answer is }\\mathbf{B}\\]", "B"),
    ],
)
def test_characters_of_other_kinds(text, said):
    """Styled letters, marks of direction, pointing hands; what is shown is what was written."""
    found = find(text, options=CITIES)
    assert found is not None
    assert found.answer == 1
    assert said in text[found.start : found.end]


def test_the_last_of_choices_that_nobody_knows():
    """How many there are is not known either."""
    assert read("The answer is the last option.") is None
    assert read("The answer is the second option.") == 1


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("Paris is the capital of France.", 1),
        ("Paris is not the capital of Germany.", None),
        ("Paris is larger than Lyon.", None),
        ("Paris is a city. It lies on the Seine.", None),
        ("Is it so that Paris is the capital?", None),
    ],
)
def test_a_sentence_about_one_choice(text, answer):
    """If it is all that is said, and names no other."""
    assert read(text, options=CITIES) == answer


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("A. Lyon: small\nB. Paris: the seat \u2713\nC. Nice: far\nD. Lille: far", 1),
        ("A. Lyon: small\nB. Paris: the seat \u2713", None),
        ("A. Lyon \u2713\nB. Paris \u2713\nC. Nice\nD. Lille", None),
        ("A. Lyon: small\nB. Paris: the seat, correct\nC. Nice: far\nD. Lille: far", None),
    ],
)
def test_the_only_tick(text, answer):
    """Of all choices; the word "correct" is no tick, for it may be part of what is said."""
    assert read(text, options=CITIES) == answer
