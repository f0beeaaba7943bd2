"""Answers without a word that says what they are: where nothing is stated, the last sentence may
come to a choice, a line may be one, or all choices but one may be told to be wrong.
"""

from __future__ import annotations

import re

from mcqtest.answers import verdicts
from mcqtest.answers.choices import Choices, Place, folded, without_copula
from mcqtest.answers.forms import Form, Strength

_BARE, _CONCLUSION = Strength.BARE, Strength.CONCLUSION
STRONGEST = Form("The strongest argument is (B).", "en", _BARE, "", "@")
VALUE = Form("The profit is $5.06.", "en", _BARE, "", "@")
ALONE = Form("B", "any", _BARE, "", "@")
LED = Form("B. Paris", "any", _BARE, "", "@")
TICKED = Form("A. Lyon \u274c B. Paris \u2705", "any", _BARE, "", "@")
JUDGED = Form("A is wrong, B is right, C is wrong", "en", _BARE, "", "@")
CELL = Form("| Answer |\n|---|\n| B |", "any", _BARE, "", "@")
FORMS = (STRONGEST, VALUE, ALONE, LED, TICKED, JUDGED, CELL)
"""What they are called; they have no words by which they could be found."""

_END = 250
"""Characters in which a conclusion is looked for."""
_BRACKETED = re.compile(r"\(([A-Z])\)")
_CONCLUDED = re.compile(
    r"(?<!not )(?<!never )(?<!cannot )(?<!can't )(?<!not to )"
    r"(?:\b(?:is|are|be|was|were|by|as|only|numeric|letter|(?:closest|close|equal|applied|due|be)\sto)|:)"
    r"\s{1,3}\(([A-Z])\)\s{0,2}(?:[.!]|$)"
    r"|\(([A-Z])\)\s{1,2}(?:is|must\sbe)\s{1,2}(?:the\s{1,2}(?:only|most|closest|nearest|one|"
    r"correct|right|best)|correct|right)\b(?!\s{1,2}(?:wrong|incorrect|false))"
    r"|(?:^|[.\n]\s{0,3}|\b(?:so|therefore|thus|hence),?\s{1,2})([A-Z])\s{1,2}is\s{1,2}"
    r"(?:the\s{1,2})?(?:correct|right|best)\b",
    re.IGNORECASE | re.ASCII,
)
_SUPPOSED = re.compile(
    r"\b(?:if|whether|suppose|unless|assuming)\b[^.\n;:?!,]{0,40}$", re.IGNORECASE
)
_SENTENCE_END = re.compile(r"[.!?]\s|\n|\u3002")
_COMES_TO = re.compile(
    r"(?:\b(?:is|are|be|was|were|of|equals|approximately|about|to|get|gets|gives|yields|obtain)\b|[=\u2248:\u662f])\s{0,2}"
    r"(?:\([A-Z]\):?\s{1,2})?"
)
_COPULA = re.compile(r"\s(?:is|are|was|were)\s(?=\w)")
_UNSURE = re.compile(
    r"\b(?:not|never|cannot|can't|if|whether|suppose|assume|let|start|starting|given)\b",
    re.IGNORECASE,
)
_FIRST = re.compile(
    r"[^\n]{0,200}?\b(?:is|are|was|were|be)\s{1,2}(?:the\s|an?\s)?([^.\n]{1,200})\.(?=\s|\Z)"
)
_IS_IT = re.compile(
    r"(?:so,? |therefore,? |thus,? )?([^.\n]{1,200}) is the (?:correct |right |best )?"
    r"(?:answer|choice|option)\b",
    re.IGNORECASE,
)
_ALONE = re.compile(
    r"""(?:(?:option|choice|answer)\s{0,2}[-:]?\s{0,2})?(["'($\[{\\]{0,4}) ?([A-Za-z]) ?"""
    r"""["')$\]}\\]{0,4}[.:!]{0,2}""",
    re.IGNORECASE | re.ASCII,
)
_LED = re.compile(
    r"(?:(?:[Oo]ption|[Cc]hoice)\s)?[(\[]?([A-Z])(?:[)\]][.:]?(?:\s?[-\u2013\u2014])?|[.:])\s{0,3}(\S.{0,400})"
)
_LED_SMALL = re.compile(
    r"(?:(?:[Oo]ption|[Cc]hoice|[Aa]nswer)\s)?[(\[]?([A-Za-z])(?:[)\]][.:]?(?:\s?[-\u2013\u2014])?|[.:]|\s?[-\u2013\u2014:]\s|\s(?=\())\s{0,3}"
    r"(\S.{0,400})"
)
_COUNTED = re.compile(r"([1-9])[:.)]\s{0,3}(\S.{0,400})")
_WHOLE = re.compile(
    r"(?:(?:[^()\n]{0,60}[가-힣][^()\n]{0,20}|[A-Z0-9+-]{1,8}\s?)\(([A-J])\)"
    r"|(?:[Oo]ption |[Cc]hoice )?[(\[]?([1-9])[)\]]?번?|([A-J])번)\.?"
)
"""A choice's text and its letter, or its number, and nothing else."""
_NO_CHOICE = ("and ", "or ", "is ", "are ", "was ", "let s")
"""What behind a leading letter is no choice's text, but goes on about something else."""
_POINT = re.compile(r"""(?:[^\w\s"'(\[{$\\<.,]|\s){1,8}""")
"""What a line begins with: a quotation, a heading, a list, an arrow, a tick."""
_REASONED = re.compile(r"""["'(\[]{0,2}([A-Z])["')\]]{0,2}[,.:;]?\s(?:because|since|as)\s\S.*""")
_TRAILED = re.compile(r"\s\(([A-Z])\)[.!]?\Z")


def find(text: str, start: int, end: int, known: Choices) -> tuple[Place, Form] | None:
    """The answer of ``text[start:end]``, in which nothing is stated."""
    said = text[start:end].strip()
    start += len(text[start:end]) - len(text[start:end].lstrip())
    for form, way in (
        (STRONGEST, _concluded),
        (VALUE, _valued),
        (TICKED, verdicts.ticked),
        (JUDGED, verdicts.judged),
        (CELL, _cell),
        (ALONE, _alone),
        (VALUE, _first),
    ):
        found = way(said, known)
        if found is not None and found.answer is not None:
            at = start + found.start
            return Place(at, start + found.end, found.answer), form
    return None


def _concluded(text: str, known: Choices) -> Place | None:
    """A letter that the last sentences come to, if it is the only one in brackets there."""
    trailed = _TRAILED.search(text, max(0, len(text) - 8))
    if trailed and known.ends(known.named(trailed[1]), text[-_END:][: trailed.start() - len(text)]):
        return Place(*trailed.span(1), known.named(trailed[1]))
    end = text[-_END:]
    letters = _BRACKETED.findall(end)
    match = _CONCLUDED.search(end)
    if match is None or len(letters) > 1 or _SUPPOSED.search(end[: match.start()][-60:]):
        return None
    group = match.lastindex or 1
    name, at = match[group], len(text) - len(end) + match.start(group)
    index = known.named(name) if name.isupper() else None
    return None if index is None else Place(at, at + 1, index)


def _valued(text: str, known: Choices) -> Place | None:
    """The choice whose text ends the last sentence, if that is complete."""
    end = text[-2 * _END :]
    if not end.endswith((".", "$", "]", "\u3002")) or not known.texts:
        return None
    sentence = _SENTENCE_END.split(end.rstrip(".\u3002"))[-1]
    for match in _COMES_TO.finditer(sentence):
        index = known.worded(sentence[match.end() :])
        if index is not None:
            before = sentence[max(0, match.start() - 16) : match.start()]
            at = text.rindex(sentence) + match.end()
            return None if _UNSURE.search(before) else Place(at, len(text), index)
    return None


def _first(text: str, known: Choices) -> Place | None:
    """The choice whose text ends the first sentence, where no other is named in the whole text."""
    if not known.texts or len(text) > 2 * _END:
        return None
    match = _IS_IT.match(text) or _FIRST.match(text)
    index = known.worded(match[1]) if match else None
    if index is None:
        return _subject(text, known)
    if match is None or _UNSURE.search(match[0]):
        return None
    rest = folded(text[match.end() :])
    others = any(each in rest for each, at in known.texts.items() if at != index)
    return None if others else Place(*match.span(1), index)


def _subject(text: str, known: Choices) -> Place | None:
    """The choice whose text the only sentence is about, if it names no other: "Paris is the capital
    of France."
    """
    if _SENTENCE_END.search(text.strip()) or _UNSURE.search(text) or not text.endswith("."):
        return None
    copula = _COPULA.search(text)
    index = (
        known.worded(re.sub(r"^(?:[Tt]he|[Aa]n?) ", "", text[: copula.start()])) if copula else None
    )
    if copula is None or index is None:
        return None
    rest = folded(text[copula.end() :])
    others = any(each in rest for each, at in known.texts.items() if at != index)
    return None if others or "?" in text else Place(0, copula.start(), index)


_TABLE = re.compile(
    r"^[ \t]{0,3}\|([^\n]{1,200})\|[ \t]{0,3}\n[ \t]{0,3}\|[\s:|-]{3,200}\|[ \t]{0,3}\n"
    r"[ \t]{0,3}\|([^\n]{1,200})\|"
    r"[ \t]{0,3}(?=\n\s{0,3}\n|\n[^|]|\Z)",
    re.MULTILINE,
)
_HEAD = re.compile(
    r"\s*(?:final |correct |my )?(?:answer|choice|option|정답|답|答案)\s*", re.IGNORECASE
)


def _cell(text: str, known: Choices) -> Place | None:
    """The letter in the column "answer" of a table with one row."""
    for match in _TABLE.finditer(text):
        heads, cells = match[1].split("|"), match[2].split("|")
        for number, (head, cell) in enumerate(zip(heads, cells, strict=False)):
            letter = _ALONE.fullmatch(cell.strip())
            if letter and _HEAD.fullmatch(head):
                at = match.start(2) + len("|".join(cells[:number])) + 1
                return Place(at, at + len(cell), known.named(letter[2]))
    return None


def _alone(text: str, known: Choices) -> Place | None:
    """An answer without words around it: a letter or a choice's text, alone on the last or the
    first line, or a letter that leads its choice's text. Nothing where choices are listed.
    """
    lines = [(match.start(), match[0].strip()) for match in re.finditer(r"[^\n]*\S[^\n]*", text)]
    led = [match for _, line in lines[:40] if (match := _LED.fullmatch(line))]
    if not lines or len(led) > 1:
        return _led_last(lines, known)
    at, line = lines[0]
    if reasoned := _REASONED.fullmatch(line):
        return Place(at, at + 1, known.named(reasoned[1]))
    if found := _on_a_line(lines, bool(led), known):
        return found
    if len(lines) == 1 and not led and (whole := _WHOLE.fullmatch(line)):
        is_value = whole[2] and known.has_numbers and "번" not in line
        named = None if is_value else known.named(whole[1] or whole[2] or whole[3])
        return Place(at, at + len(line), named)
    return _leading(lines, led, known) or _led_last(lines, known)


def _on_a_line(lines: list[tuple[int, str]], has_led: bool, known: Choices) -> Place | None:
    """A letter or a choice's text that is all of the last or the first line, but for a mark that
    the line begins with.
    """
    for first, whole in dict.fromkeys((lines[-1], lines[0])):
        at, line = first, whole
        if point := _POINT.match(whole):
            bare = (other[point.end() :] for place, other in lines[:40] if place != first)
            if not any(_ALONE.fullmatch(each) for each in bare):
                at, line = first + point.end(), whole[point.end() :]
        match = _ALONE.fullmatch(line)
        if match and not has_led and (match[2].isupper() or match[1] or len(lines) == 1):
            return Place(at, at + len(line), known.named(match[2]))
        if (index := known.worded(without_copula(line))) is not None:
            return Place(at, at + len(line), index)
    return None


def _leading(
    lines: list[tuple[int, str]], led: list[re.Match[str]], known: Choices
) -> Place | None:
    """A letter or number that leads the first line, if what follows may be its choice's text."""
    counted = [match for _, line in lines[:40] if (match := _COUNTED.fullmatch(line))]
    lead = led or (counted if known.texts else [])
    if len(lead) != 1 or lead[0].string != lines[0][1]:
        return None
    name, told = lead[0].groups()
    index, said = known.named(name), folded(without_copula(told))
    own = known.text(index)
    if _lists(name, told):
        return None
    fits = len(lines) == 1 if own is None else own.startswith(said) or said.startswith(own)
    goes_on = said.isascii() and said.startswith(_NO_CHOICE)
    at = lines[0][0]
    return Place(at, at + len(lines[0][1]), index) if fits and not goes_on else None


def _lists(name: str, told: str) -> bool:
    """Whether behind a letter's text the next letter stands: the choices on one line."""
    return bool(re.search(rf"(?:\A|[\s,;(]){re.escape(chr(ord(name) + 1))}[).:]\s", told))


def _led_last(lines: list[tuple[int, str]], known: Choices) -> Place | None:
    """A letter, or a small one, that leads its choice's text on the last or the only line, also
    behind a mark of a list or a quotation; nothing where the line before leads another.
    """
    if not lines or not known.texts:
        return None
    at, line = lines[-1]
    begin = found.end() if (found := _POINT.match(line)) else 0
    match = _LED_SMALL.fullmatch(line[begin:])
    if match is None or (len(lines) > 1 and _LED.fullmatch(lines[-2][1].lstrip("->#| "))):
        return None
    index, said = known.named(match[1]), folded(without_copula(match[2]))
    own = known.text(index)
    if own is None or not said.startswith(own) or _lists(match[1], match[2]):
        return None
    return Place(at + begin, at + len(line), index)
