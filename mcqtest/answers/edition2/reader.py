r"""Our reader: the answer that a text last commits to.

A statement ("the answer is (C)", "Answer: **c**", ``\boxed{C}``, "so option C is correct") is
found by its words (`phrases`) and must be followed by a letter or by the text of one
choice; letters that merely stand somewhere are never taken. Reasoning between ``<think>`` tags
does not count, nor does what follows a new question that the model asks itself. Where nothing is
stated, the last sentence may come to a choice ("the profit is $5.06.").
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from mcqtest.answers.edition2 import hangul, phrases
from mcqtest.answers.edition2 import korean as korean_statements
from mcqtest.answers.edition2.choices import Choices, Statement, folded, plain

REVISION = 2
"""Raised by every change that can read a text otherwise: a baseline that an older reader made is
then not compared."""


def _order(statement: Statement) -> tuple[int, bool]:
    """By place; that there is no answer counts less than an answer that says so."""
    return statement.at, statement.answer is not None


def committed(text: str, choices: Sequence[str]) -> int | None:
    """The 0-based choice that ``text`` last commits to; ``choices`` may be empty strings where
    their texts are not known, and are then read by their letters alone.
    """
    text = plain(_after_thought(text))
    known = Choices(choices)
    starts = [0, *(match.start() for match in phrases.NEW_QUESTION.finditer(text)), len(text)]
    statements = sorted(_statements(text, known), key=_order)
    places = [each.at for each in statements]
    for start, end in pairwise(starts):
        first, last = bisect_left(places, start), bisect_left(places, end)
        if first < last:
            return statements[last - 1].answer
        for way in (_concluded, _valued, _alone) if not start else ():
            if (found := way(text[:end].strip(), known)) is not None:
                return found
    return None


def _after_thought(text: str) -> str:
    """What follows the reasoning; nothing where that was never ended."""
    start, before = 0, None
    for match in phrases.THOUGHT.finditer(text):
        if match[1] or match[2]:
            start, before = match.end(), None
        elif before is None:
            before = match.start()
    return text[start:before]


# --- statements -------------------------------------------------------------------------------


def _statements(text: str, known: Choices) -> Iterator[Statement]:
    """All statements of ``text``, in no order."""
    for match in phrases.STATED.finditer(text):
        at = match.end()
        filled = phrases.FILL.match(text, at)
        stated = _stated(text, dict.fromkeys((at, filled.end() if filled else at)), known)
        if stated and not _is_supposed(text, match.start(), match[0]):
            yield stated
    for match in phrases.BOXED.finditer(text):
        if stated := _stated(text, (match.end(),), known):
            yield stated
    yield from _lettered(text, known)
    yield from korean_statements.find(text, known)
    for match in phrases.NO_ANSWER.finditer(text):
        yield Statement(match.start(), None)


def _lettered(text: str, known: Choices) -> Iterator[Statement]:
    """Statements that need a letter, and are none without it."""
    for match in phrases.CHOSEN.finditer(text):
        if stated := _letter(text, match.end(), known):
            yield stated
    for match in phrases.PICKED.finditer(text):
        stated = _letter(text, match.end(), known)
        if stated is None or stated.answer is None or not text[stated.at].isupper():
            continue
        if phrases.PICKED_ENDS.match(text, stated.at + 1):
            yield stated
    for match in (*phrases.LETTER_FIRST.finditer(text), *phrases.NAMED_FIRST.finditer(text)):
        if not _is_supposed(text, match.start()):
            yield Statement(match.start(1), known.named(match[1]))


def _stated(text: str, places: Iterable[int], known: Choices) -> Statement | None:
    """What stands at the first of these places that says something: a choice's text of several
    characters, a letter, a short text, or that there is no answer.
    """
    for at in places:
        worded = known.content(text, at)
        if worded and len(known.text(worded.answer) or "") > 1:
            return worded
        if found := _letter(text, at, known) or worded:
            return found
    for at in places:
        if phrases.REFUSED.match(text, at):
            return Statement(at, None)
    return None


def _is_supposed(text: str, at: int, said: str = "") -> bool:
    """Whether what stands at ``at`` depends on an if, or is told to be wrong."""
    before = text[max(0, at - 100) : at]
    if "would" in said and phrases.COUNTERFACTUAL.search(before):
        return True
    doubt = phrases.SUPPOSED.search(before[-60:]) or phrases.DOUBTED.search(before[-60:])
    return doubt is not None


def _letter(text: str, at: int, known: Choices) -> Statement | None:
    """The letter that stands at ``at``, if it is one and no word."""
    match = phrases.LETTER.match(text, at)
    if match is None:
        return None
    letter, end = match["letter"], match.end()
    another = phrases.ANOTHER.match(text, end) or _listed(text, match)
    if another and another[0].lstrip()[:1] in {",", ";"} and phrases.OTHERS_DENIED.match(text, end):
        another = None  # "C; A and B are wrong"
    if phrases.DENIED.match(text, (another or match).end()):
        return None
    if letter.islower() and f"({chr(ord(letter) + 1)})" in text[end : end + 80] and not another:
        return None  # (a) and (b) are parts of an answer
    if not match["close"].strip():
        if letter.islower() and not phrases.ENDS.match(text, end):
            return None
        if letter in "AI" and phrases.GOES_ON.match(text, end):
            return None
    return Statement(match.start("letter"), None if another else known.named(letter))


def _listed(text: str, match: re.Match[str]) -> re.Match[str] | None:
    """Another choice on the line below, where the letter begins a line: no one was chosen."""
    begins = text[max(0, match.start("letter") - 8) : match.start("letter")].rstrip(" ([")
    below = phrases.LISTED.match(text, match.end()) if begins.endswith("\n") else None
    return below if below and below[1] != match["letter"] else None


# --- where nothing is stated ------------------------------------------------------------------


def _concluded(text: str, known: Choices) -> int | None:
    """A letter that the last sentences come to, if it is the only one in brackets there."""
    end = text[-phrases.END :]
    letters = phrases.BRACKETED.findall(end)
    match = phrases.CONCLUDED.search(end)
    if match is None or len(letters) > 1 or phrases.SUPPOSED.search(end[: match.start()][-60:]):
        return None
    letter = match[1] or match[2] or match[3]
    return known.named(letter) if letter.isupper() else None


def _valued(text: str, known: Choices) -> int | None:
    """The choice whose text ends the last sentence, if that is complete."""
    end = text[-2 * phrases.END :]
    if not end.endswith((".", "$", "]")) or not known.texts:
        return None
    sentence = phrases.SENTENCE_END.split(end.rstrip("."))[-1]
    for match in phrases.COMES_TO.finditer(sentence):
        index = known.worded(sentence[match.end() :])
        if index is not None:
            before = sentence[max(0, match.start() - 16) : match.start()]
            return None if phrases.UNSURE.search(before) else index
    return None


def _alone(text: str, known: Choices) -> int | None:
    """An answer without words around it: a letter or a choice's text, alone on the last or the
    first line, or a letter that leads its choice's text. Nothing where choices are listed.
    """
    lines = [line.strip() for line in text.split("\n") if line.strip()]
    led = [match for line in lines[:40] if (match := phrases.LED.fullmatch(line))]
    if not lines or len(led) > 1:
        return None
    for line in dict.fromkeys((lines[-1], lines[0])):
        match = phrases.ALONE.fullmatch(line)
        if match and not led and (match[2].isupper() or match[1] or len(lines) == 1):
            return known.named(match[2])
        if (index := known.worded(hangul.without_copula(line))) is not None:
            return index
    if len(lines) == 1 and not led and (whole := hangul.WHOLE.fullmatch(lines[0])):
        is_value = whole[2] and known.has_numbers and "번" not in lines[0]
        return None if is_value else known.named(whole[1] or whole[2] or whole[3])
    counted = [match for line in lines[:40] if (match := hangul.LED.fullmatch(line))]
    lead = led or (counted if known.texts else [])
    if len(lead) != 1 or lead[0].string != lines[0]:
        return None
    index, said = known.named(lead[0][1]), folded(hangul.without_copula(lead[0][2]))
    own = known.text(index)
    fits = len(lines) == 1 if own is None else own.startswith(said) or said.startswith(own)
    goes_on = said.isascii() and said.startswith(phrases.NO_CHOICE)
    return index if fits and not goes_on else None
