"""What stands where an answer was announced: the letter, number or text of a choice, or that there
is none.
"""

from __future__ import annotations

import re

from mcqtest.answers.choices import Choices, Place

_LETTER = re.compile(
    r"""(?P<open>[\s"'$\\({\[<>}•_-]{0,6})(?:(?:[Oo]ption|[Cc]hoice|[Oo]ptie|[Oo]pci[oó]n)\s{1,2}\(?)?"""
    r"""(?P<letter>[A-Za-z])"""
    r"""(?P<close>\s?[)\]}"'>$\\]{0,4}_?)"""
    r"""(?![A-Za-z0-9_'^\xb2\xb3\xb9\u0300-\u036f\u2032\u2070-\u209c]|\s?=(?!>)|\s?[+/>^\xd7\xb7\u2248~\u221d\u2229\u222a?]"""
    r"""|\s?\\(?:approx|sim|cup|cap|propto|cdot|times|leq?|geq?|to)\b"""
    r"""|\s?<(?!/)|-[A-Za-z0-9]|\.[a-z0-9])"""
)
_FILL = re.compile(
    r"(?:\s{0,3}\b(?:therefore|thus|hence|then|indeed|clearly|simply|likely|probably|most|also|"
    r"actually|definitely|obviously|still|closest|nearest|approximately|about|to|by|given|as|the|"
    r"correct|right|best|final|choice|option|letter|answer|one|is|be|would|should|must|statement|"
    r"la|el|le|lo|opción|letra|opção|lettre|lettera|opzione|correcta|correcte|corretta|correta|"
    r"donc|also|daher|die|der|(?-i:[ao](?=\s(?:letra|opção|alternativa|[\"'(]?[A-Z]\b)))|l'option|alternativa|الخيار|optie|opsi|pilihan|opcja)\b"
    r"|\s{0,3}[:,]){0,8}",
    re.IGNORECASE,
)
"""What may stand between: "therefore most likely option"."""
_NUMBER = re.compile(
    r"""[\s"'(\[{$#]{0,5}(?:(?:option|choice|answer|number|no\.?)\s{1,2}[(#]?)?([1-9]\d?)"""
    r"""[)"'\]}$\\]{0,3}\s{0,2}(?:[.;!](?!\d)|\n|\Z)""",
    re.IGNORECASE,
)
_ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth")
_ORDINAL = re.compile(
    rf"\s{{0,3}}(?:the\s{{1,2}})?({'|'.join(_ORDINALS)}|last)\s{{1,2}}(?:option|choice|alternative|answer)"
    r"(?=\s{0,2}(?:[.,;:!(]|\n|\Z)|\s[-\u2013\u2014])",
    re.IGNORECASE,
)
_NOT_BUT = re.compile(
    r"(?:n't|\s{0,3}not)\s{1,2}(?:option\s{1,2})?\(?[A-Za-z]\)?[,;.]?\s{1,2}"
    r"(?:but|rather|instead|it's|it\s{1,2}is)(?:,?\s{1,2}(?:rather|instead|actually|it's|it\sis))?(?=\s)",
    re.IGNORECASE,
)
"""What is put aside for what follows: "not B but"."""
_BECOMES = re.compile(r"""\s?(?:->|=>|\u2192)\s?\(?([A-Z])\)?(?![A-Za-z0-9])""")
BUT_NOT = re.compile(
    r"[^.\n;]{0,12}[,;.]?\s{0,2}\b(?:but|however,?|although|though|which)\s(?:[\w'-]{1,15}\s){0,4}?"
    r"(?:is|are|was)(?:\snot|n't)\s(?:(?:actually|explicitly|really|exactly|even|currently)\s)?"
    r"(?:among|in\sthe|one\sof|listed|an?\s(?:given\s)?(?:option|choice)|present|available|provided|"
    r"offered|the\s(?:correct|right)\s(?:answer|option|choice))\b",
    re.IGNORECASE,
)
"""Behind a choice that is none: "(B), but that value is not among the options"."""
_ROMAN = re.compile(r"\s?(?:[,&/+]|\band\b|\bor\b)\s?(?:and\s)?(?:I{2,3}|IV|VI{0,3}|IX)\b")
GOES_ON = re.compile(
    r"[ \t]{1,3}(?!(?:because|since|as|for|and|or|which|with|due|by|is|in|on|but|from|given|that|"
    r"if|not)\b)[A-Za-z]"
)
"""What makes of a bare A or I a word: "the answer is a function"."""
_ENDS = re.compile(r"\s{0,2}(?:[.,;)!<}\]]|\n|$)")
_ANOTHER = re.compile(
    r"[\s.]{0,2}(?:[,;]\s?(?:and|or)?|\b(?:and|or|und|oder|et|ou|y|o|e)\b|[&/])\s{0,2}"
    r"(?:(?:also|maybe|option|choice)\s){0,2}"
    r"(?:\([A-Za-z]\)|[A-Z](?=\s?(?:[,.;&/)}\]]|$|(?:and|or|are)\b)))"
)
"""A second letter: nothing was chosen."""
_LISTED = re.compile(r"[^\n]{0,400}\n{1,2}[ \t]{0,3}\(?([A-Z])[.):] ")
"""More choices stand below the one that is stated."""
_DENIED = re.compile(
    r"\s{0,2}(?:is|are|was|were)\s{1,2}(?:(?:also|both|all|only|partially)\s{1,2})?"
    r"(?:incorrect|wrong|false|not|invalid|eliminated)\b"
)
_OTHERS_DENIED = re.compile(
    r"[,;]\s?\(?[A-Z]\)?(?:\s(?:and|or)\s\(?[A-Z]\)?)?\s(?:is|are)\s(?:\w{1,9}\s)?"
    r"(?:wrong|incorrect|false|not)\b"
)
"""Behind a letter: "C; A and B are wrong"."""
REFUSED = re.compile(
    r"""[\s("'\[{]{0,4}(?:none\b|not\s{1,2}(?:listed|given|among|in|available|provided|present|"""
    r"""possible|included|any|one)\b|cannot\b|can't\b|unknown\b|undetermined|undefined|impossible|"""
    r"""incomplete|indeterminate|n/a\b)""",
    re.IGNORECASE,
)


def announced(text: str, at: int, known: Choices) -> Place | None:
    """What stands at ``at``, or behind words that may stand between, if it says something: a
    choice's text of several characters, a letter, a short text, a number that counts choices, or
    that there is no answer.
    """
    places = behind(text, at)
    for place in places:
        worded = known.content(text, place)
        if worded and known.is_long(worded):
            return worded
        if found := letter(text, place, known) or worded:
            return found
    for place in () if known.has_digits else places:
        if number := _NUMBER.match(text, place):
            return Place(number.start(1), number.end(1), known.named(number[1]))
    if ordinal := _ORDINAL.match(text, at):
        return Place(*ordinal.span(1), _ordinal(ordinal[1].lower(), known))
    for place in places:
        if refused := REFUSED.match(text, place):
            return Place(place, refused.end(), None)
    return None


def _ordinal(word: str, known: Choices) -> int | None:
    """The choice that is told by its place: "the second option"."""
    index = known.count - 1 if word == "last" else _ORDINALS.index(word)
    return index if index < known.count and (known.texts or word != "last") else None


def behind(text: str, at: int) -> list[int]:
    """``at``, and where what may stand between ends: "therefore most likely option"."""
    filled = _FILL.match(text, at)
    return list(dict.fromkeys((at, filled.end() if filled else at)))


def letter(text: str, at: int, known: Choices) -> Place | None:
    """The letter that stands at ``at``, if it is one and no word. "Not B but C" is C."""
    aside = _NOT_BUT.match(text, at)
    match = _LETTER.match(text, aside.end() if aside else at)
    if match is None or not _is_name(text, match, known):
        return None
    name, end = match["letter"], match.end()
    if later := _BECOMES.match(text, end):
        return Place(later.start(1), later.end(1), known.named(later[1]))
    another = _ANOTHER.match(text, end) or _listed(text, match)
    if another and another[0].lstrip()[:1] in {",", ";"} and _OTHERS_DENIED.match(text, end):
        another = None  # "C; A and B are wrong"
    if _DENIED.match(text, (another or match).end()):
        return None
    if name.islower() and f"({chr(ord(name) + 1)})" in text[end : end + 80] and not another:
        return None  # (a) and (b) are parts of an answer
    none = another or BUT_NOT.match(text, end)
    return Place(*match.span("letter"), None if none else known.named(name))


def _is_name(text: str, match: re.Match[str], known: Choices) -> bool:
    """Whether a letter names a choice: it is no function, no numeral of a statement, no word."""
    name, close, end = match["letter"], match["close"], match.end()
    if text[end : end + 1] == "(" and not close and not _explained(text, match, known):
        return False  # f(x)
    if name in "IVX" and _ROMAN.match(text, end):
        return False  # statements I and II
    if close.strip():
        return True
    if name.islower():
        return bool(_ENDS.match(text, end))
    return name not in "AI" or not GOES_ON.match(text, end)


def _explained(text: str, match: re.Match[str], known: Choices) -> bool:
    """Whether brackets that follow a letter hold its choice's text, or words of another script."""
    end = match.end()
    return (
        known.follows(known.named(match["letter"]), text, end + 1)
        or not text[end + 1 : end + 3].isascii()
    )


def _listed(text: str, match: re.Match[str]) -> re.Match[str] | None:
    """Another choice on the line below, where the letter begins a line: no one was chosen."""
    begins = text[max(0, match.start("letter") - 8) : match.start("letter")].rstrip(" ([")
    below = _LISTED.match(text, match.end()) if begins.endswith("\n") else None
    return below if below and below[1] != match["letter"] else None
