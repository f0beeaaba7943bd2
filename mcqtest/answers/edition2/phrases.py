r"""The phrases by which texts state an answer, as patterns for `mcqtest.answers.edition2.reader`.

Every repetition is bounded, so that time grows with the length of a text and not with its square.
"""

from __future__ import annotations

import re

from mcqtest.answers.edition2 import hangul

FOLDED = str.maketrans(
    {
        **{chr(code): chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)},  # full-width forms
        **dict.fromkeys("*`\u200b\u200c\u200d\u2060\ufeff", ""),
        **dict.fromkeys("\u2018\u2019", "'"),
        **dict.fromkeys("\u201c\u201d", '"'),
        **dict.fromkeys("\u3000\u00a0\u202f", " "),
        **dict.fromkeys("\u3010\u3014\u300c\u300e", "["),
        **dict.fromkeys("\u3011\u3015\u300d\u300f", "]"),
        **hangul.CIRCLED,
    }
)
"""Other forms of a character -> the plain one; emphasis -> nothing."""
WRAPPED = re.compile(r"\\(?:text(?:bf|it|rm|sf)?|math(?:bf|rm|sf|it)|bf|rm)\s?\{")
SPACED = re.compile(
    r"\\[,;:! ]|\\quad|__|</s>|<\|[\w-]{1,30}\|>|</?(?:b|strong|i|em|u|p|span)>|~~[^~]{0,80}~~"
)
"""Spaces of LaTeX, emphasis, and marks of a model's own format: all no text."""

THOUGHT = re.compile(
    r"[<\u25c1](/?)(?:think|thinking|thoughts?|reasoning|scratchpad|reflection)[>\u25b7]"
    r"|\[(/?)THINK\]",
    re.IGNORECASE,
)

NEW_QUESTION = re.compile(
    r"^[ \t#>]{0,4}(?:(?:(?:next|new|another) {1,2})?"
    r"(?:question|problem|exercise|q|human|user|student|instruction) {0,2}(?:no\.? {0,2})?"
    r"\d{0,3} {0,2}[:.)]|={2,4} ?\w{1,20} ?={2,4}|(?:response|support)="
    rf"|\d{{1,2}}[.)] {{1,3}}the answer is\b|{hangul.NEW_QUESTION})",
    re.IGNORECASE | re.MULTILINE,
)
"""Where a text begins to speak of other questions."""

# --- statements -------------------------------------------------------------------------------

_GAP = r"(?:\s{1,3}(?!not\b|never\b|cannot\b|can't\b)[\w'-]{2,20}){0,8}?"
_FIT = (
    r"(?:correct|right|best|closest|nearest|final|suitable|appropriate|likely|accurate|selected|"
    r"chosen)"
)
_NOUN = (
    r"(?:one|match|value|option|choice|statement|response|estimate|approximation|result|letter|"
    r"conclusion|description|explanation|solution)"
)
_ELSEWHERE = (
    "antwort|lösung|réponse|respuesta|resposta|risposta|jawaban|ответ|вариант|答案|答え|正解"
)
STATED = re.compile(
    r"(?:(?:(?<![A-Za-z])(?:answers?(?:_letter)?|ans|verdict|correction)|"
    rf"\b{_FIT}\s{{1,3}}{_NOUN}|{_ELSEWHERE}){_GAP}|\b{_FIT})"
    r"[\"']?(?:\s{0,3}(?:\b(?:is|are|be|ist|lautet|est|es|é|è)\b|[:=是は为為选選\u2192]|->)"
    r"|(?<=answer)(?:\s{1,3}(?=[(\[])|>))"
    r"|\"(?:choice|option|correct_option)\"\s{0,2}:|(?:选项|故选|所以选|应选|因此选|选择)[是为:]?"
    r"|^[ \t#]{0,6}(?:final |correct )?answer[ \t]{0,3}$"
    rf"|(?<!each )(?<!every )\b(?:option|choice){_GAP}\s{{0,3}}\b(?:is|be)\b",
    re.IGNORECASE | re.MULTILINE,
)
"""Behind it stands what is stated: "the best answer would be"."""
FILL = re.compile(
    r"(?:\s{0,3}\b(?:therefore|thus|hence|then|indeed|clearly|simply|likely|probably|most|also|"
    r"actually|definitely|obviously|still|closest|nearest|approximately|about|to|by|given|as|the|"
    r"correct|right|best|final|choice|option|letter|answer|one|is|be|would|should|must|statement|"
    r"la|el|le|lo|opción|letra|opção|lettre|lettera|opzione|correcta|correcte|corretta|correta)\b"
    r"|\s{0,3}[:,]){0,8}",
    re.IGNORECASE,
)
"""What may stand between: "therefore most likely option"."""
BOXED = re.compile(r"\\f?box(?:ed)?\s?\{")

CHOSEN = re.compile(
    r"\b(?:correspond(?:s|ing)?|match(?:es|ing)?|equivalent|select|choose|chose|pick|"
    r"go(?:ing)?\s{1,3}with|opt(?:ing)?\s{1,3}for|closest|nearest|gives?|leaves?|"
    r"which\s{1,3}is|therefore|thus|hence|so|conclude)\b"
    r"(?:\s{0,3}(?:\b(?:to|with|that|is|it|the|us|only|closest|correct|best|be|must|it's)\b|,))"
    r"{0,5}?\s{1,3}(?:answer|option|choice|letter)(?=\s{1,3}[^\s])",
    re.IGNORECASE,
)
"""Behind it stands a letter: "which corresponds to option"."""
PICKED = re.compile(
    r"\b(?:(?:i|we|i'll|we'll|would|will|i'd|to|so|therefore|thus|hence)[ ,]{1,2}"
    r"(?:select|choose|chose|pick|go\s{1,3}with)\s{1,3}"
    r"|(?:it|that|this)\s{1,3}should\s{1,3}be\s{1,3}|(?:no )?wait,?\s{1,3}"
    r"|(?:so(?! I\b)|therefore|thus|hence|actually)[ ,]{1,2}(?:it(?:\s{1,3}is|'s)\s{1,3})?)"
    r"(?=[\"'(]?[A-Z]\b)",
    re.IGNORECASE | re.ASCII,
)
"""Behind it stands a letter that ends the sentence: "I choose"."""
PICKED_ENDS = re.compile(r"""[)"']?\s{0,2}(?:[.!<]|\n|$)""")
LETTER_FIRST = re.compile(
    r"""\b(?:option|choice|answer)\s{1,2}[("'\[]{0,2}([A-Z])[)"'\]]{0,2}\s{1,2}"""
    r"(?:is|must\sbe|would\sbe|(?:appears|seems)\sto\sbe|seems)\s{1,2}"
    r"(?:(?:therefore|thus|also|clearly|indeed|the|most|only|likely|a)\s{1,2}){0,4}"
    r"(?:correct|right|best|closest|appropriate|accurate|suitable|answer|true\s{1,2}answer)\b"
    r"(?!\s{1,2}(?:(?:choice|answer|option)\s{1,2})?(?:only\s{1,2})?(?:if|when|unless|for)\b)",
    re.IGNORECASE | re.ASCII,
)
NAMED_FIRST = re.compile(
    r"\(?\b([A-Z])\)?\s{1,2}is\s{1,2}the\s{1,2}(?:right|correct|best)\s{1,2}"
    r"(?:choice|answer|option)\b(?!\s{1,2}(?:only\s{1,2})?(?:if|when|unless|for)\b)"
)

# --- what is stated ---------------------------------------------------------------------------

LETTER = re.compile(
    r"""(?P<open>[\s"'$\\({\[<>•_-]{0,6})(?:(?:[Oo]ption|[Cc]hoice)\s{1,2}\(?)?"""
    r"""(?P<letter>[A-Za-z])"""
    r"""(?P<close>\s?[)\]}"'>$\\]{0,4}_?)"""
    r"""(?![A-Za-z0-9_'^(\xb2\xb3\xb9\u0300-\u036f\u2032\u2070-\u209c]|\s?[=+/>^\xd7\xb7\u2248~\u221d\u2229\u222a?]"""
    r"""|\s?\\(?:approx|sim|cup|cap|propto|cdot|times|leq?|geq?|to)\b"""
    r"""|\s?<(?!/)|-[A-Za-z0-9]|\.[a-z0-9])"""
)
GOES_ON = re.compile(
    r"[ \t]{1,3}(?!(?:because|since|as|for|and|or|which|with|due|by|is|in|on|but|from|given|that|"
    r"if|not)\b)[A-Za-z]"
)
"""What makes of a bare A or I a word: "the answer is a function"."""
ENDS = re.compile(r"\s{0,2}(?:[.,;)!<}\]]|\n|$)")
ANOTHER = re.compile(
    r"[\s.]{0,2}(?:[,;]\s?(?:and|or)?|\b(?:and|or)\b|[&/])\s{0,2}"
    r"(?:(?:also|maybe|option|choice)\s){0,2}"
    r"(?:\([A-Za-z]\)|[A-Z](?=\s?(?:[,.;&/)}\]]|$|(?:and|or|are)\b)))"
)
"""A second letter: nothing was chosen."""
LISTED = re.compile(r"[^\n]{0,400}\n{1,2}[ \t]{0,3}\(?([A-Z])[.):] ")
"""More choices stand below the one that is stated."""
DENIED = re.compile(
    r"\s{0,2}(?:is|are|was|were)\s{1,2}(?:(?:also|both|all|only|partially)\s{1,2})?"
    r"(?:incorrect|wrong|false|not|invalid|eliminated)\b"
)
OTHERS_DENIED = re.compile(
    r"[,;]\s?\(?[A-Z]\)?(?:\s(?:and|or)\s\(?[A-Z]\)?)?\s(?:is|are)\s(?:\w{1,9}\s)?"
    r"(?:wrong|incorrect|false|not)\b"
)
"""Behind a letter: "C; A and B are wrong"."""
SUPPOSED = re.compile(
    r"\b(?:if|whether|suppose|unless|assuming)\b[^.\n;:?!,]{0,40}$", re.IGNORECASE
)
DOUBTED = re.compile(
    r"\b(?:wrong|incorrect|mistake|misconception|tempting|don't|unlikely|initially|many people)\b"
    r"[^.\n;:?!]{0,40}$",
    re.IGNORECASE,
)
COUNTERFACTUAL = re.compile(r"\b(?:if|had|were)\b[^.\n]{0,80},[^.\n,]{0,10}$", re.IGNORECASE)
"""Before a "would be" that is none."""
REFUSED = re.compile(
    r"""[\s("'\[{]{0,4}(?:none\b|not\s{1,2}(?:listed|given|among|in|available|provided|present|"""
    r"""possible|included|any|one)\b|cannot\b|can't\b|unknown\b|undetermined|undefined|impossible|"""
    r"""incomplete|indeterminate|n/a\b)""",
    re.IGNORECASE,
)
NO_ANSWER = re.compile(
    r"\b(?:no\s{1,2}(?:single\s{1,2})?(?:correct|right|valid)\s{1,2}(?:answer|option|choice)"
    r"|answer\s{1,2}(?:cannot|can't)\s{1,2}be)\b",
    re.IGNORECASE,
)

# --- conclusions and bare answers -------------------------------------------------------------

END = 250
"""Characters in which a conclusion is looked for."""
BRACKETED = re.compile(r"\(([A-Z])\)")
CONCLUDED = re.compile(
    r"(?<!not )(?<!never )(?<!cannot )(?<!can't )(?<!not to )"
    r"(?:\b(?:is|are|be|was|were|by|as|only|numeric|letter|(?:closest|close|equal|applied|due|be)\sto)|:)"
    r"\s{1,3}\(([A-Z])\)\s{0,2}(?:[.!]|$)"
    r"|\(([A-Z])\)\s{1,2}(?:is|must\sbe)\s{1,2}(?:the\s{1,2}(?:only|most|closest|nearest|one|"
    r"correct|right|best)|correct|right)\b(?!\s{1,2}(?:wrong|incorrect|false))"
    r"|(?:^|[.\n]\s{0,3}|\b(?:so|therefore|thus|hence),?\s{1,2})([A-Z])\s{1,2}is\s{1,2}"
    r"(?:the\s{1,2})?(?:correct|right|best)\b",
    re.IGNORECASE | re.ASCII,
)
"""The strongest argument is (F)."""
SENTENCE_END = re.compile(r"[.!?]\s|\n")
SENTENCE = re.compile(r"\.(?:\s|$)|;")
COMES_TO = re.compile(
    r"(?:\b(?:is|are|be|was|were|of|equals|approximately|about|to)\b|[=\u2248:])\s{0,2}"
    r"(?:\([A-Z]\):?\s{1,2})?"
)
UNSURE = re.compile(
    r"\b(?:not|never|cannot|can't|if|whether|suppose|assume|let|start|starting|given)\b",
    re.IGNORECASE,
)
ALONE = re.compile(
    r"""(?:(?:option|choice|answer)\s{0,2}[-:]?\s{0,2})?(["'($\[{\\]{0,4}) ?([A-Za-z]) ?"""
    r"""["')$\]}\\]{0,4}[.:]?""",
    re.IGNORECASE | re.ASCII,
)
LED = re.compile(
    r"(?:(?:[Oo]ption|[Cc]hoice)\s)?[(\[]?([A-Z])(?:[)\]][.:]?|[.:])\s{0,3}(\S.{0,400})"
)
NO_CHOICE = ("and ", "or ", "is ", "are ", "was ", "let s")
"""What behind a leading letter is no choice's text, but goes on about something else."""
NOT_TEXT = re.compile(r"[\s$\\{}()\[\]\"',.;:]+")
