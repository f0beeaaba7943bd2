r"""Our reader: the answer that a text last commits to.

A statement ("the answer is (C)", "Answer: **c**", ``\boxed{C}``, "so option C is correct") is
found by its words (`mcqtest.phrases`) and must be followed by a letter or by the text of one
choice; letters that merely stand somewhere are never taken. Reasoning between ``<think>`` tags
does not count, nor does what follows a new question that the model asks itself. Where nothing is
stated, the last sentence may come to a choice ("the profit is $5.06.").
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice, pairwise
from typing import NamedTuple

from mcqtest import hangul, phrases
from mcqtest.types import LETTERS

REVISION = 2
"""Raised by every change that can read a text otherwise: a baseline that an older reader made is
then not compared."""

_LINE = 400
"""Characters of a statement in which a choice's text is looked for."""


class _Statement(NamedTuple):
    at: int
    answer: int | None
    """None: several choices, none, or one that the question does not have."""


def _order(statement: _Statement) -> tuple[int, bool]:
    """By place; that there is no answer counts less than an answer that says so."""
    return statement.at, statement.answer is not None


class _Choices:
    """The choices of a question, by letter and by text."""

    def __init__(self, texts: Sequence[str]) -> None:
        self.count = len(texts)
        folded = [_folded(_plain(text)) for text in texts]
        self.texts = {
            text: at for at, text in enumerate(folded) if text and folded.count(text) == 1
        }
        """Folded text -> its index, but for texts that two choices have."""

    def lettered(self, letter: str) -> int | None:
        index = LETTERS.index(letter.upper())
        return index if index < self.count else None

    def worded(self, text: str) -> int | None:
        """The choice whose whole text this is."""
        return self.texts.get(_folded(text)) if self.texts else None

    def numbered(self, name: str) -> int | None:
        """The choice of a letter, or of a number that counts from 1."""
        index = int(name) - 1 if name.isdigit() else LETTERS.index(name.upper())
        return index if index < self.count else None

    @property
    def has_numbers(self) -> bool:
        """A number may be a choice's text, or what somebody took for one."""
        return any(hangul.VALUE.fullmatch(text) for text in self.texts)

    def text(self, index: int | None) -> str | None:
        return next((text for text, at in self.texts.items() if at == index), None)


def committed(text: str, choices: Sequence[str]) -> int | None:
    """The 0-based choice that ``text`` last commits to; ``choices`` may be empty strings where
    their texts are not known, and are then read by their letters alone.
    """
    text = _plain(_after_thought(text))
    known = _Choices(choices)
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


def _plain(text: str) -> str:
    """Without emphasis and LaTeX around words, and with plain forms of brackets and letters."""
    return phrases.SPACED.sub(" ", phrases.WRAPPED.sub("{", text.translate(phrases.FOLDED)))


def _folded(text: str) -> str:
    """A choice's text as it is compared: neither case nor punctuation count."""
    return phrases.NOT_TEXT.sub(" ", text).strip().casefold()


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


def _statements(text: str, known: _Choices) -> Iterator[_Statement]:
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
    yield from _korean(text, known)
    for match in (*phrases.NO_ANSWER.finditer(text), *hangul.NO_ANSWER.finditer(text)):
        yield _Statement(match.start(), None)


def _lettered(text: str, known: _Choices) -> Iterator[_Statement]:
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
            yield _Statement(match.start(1), known.lettered(match[1]))


def _korean(text: str, known: _Choices) -> Iterator[_Statement]:
    """Statements in Korean, which may name a choice by its number."""
    for match in hangul.HEAD.finditer(text):
        at = match.end()
        worded = _content(text, at, known)
        if worded and len(known.text(worded.answer) or "") > 1:
            yield worded
        elif found := _named(text, hangul.PLACE.match(text, at), known) or worded:
            yield found
        elif phrases.REFUSED.match(text, at):
            yield _Statement(at, None)
    for match in hangul.WHICH.finditer(text):
        if found := _named(text, hangul.PLACE.match(text, match.end()), known):
            yield found
    for match in phrases.BOXED.finditer(text):
        counted = hangul.PLACE.match(text, match.end())
        if counted and counted["counted"]:
            yield _Statement(match.end(), known.numbered(counted["named"]))
    yield from _told(text, known)


def _told(text: str, known: _Choices) -> Iterator[_Statement]:
    """Statements in Korean that begin with the choice."""
    for pattern in (hangul.CHOSEN, hangul.SAID, hangul.RIGHT):
        for match in pattern.finditer(text):
            before = text[max(0, match.start() - 40) : match.start()]
            index = known.numbered(match["named"])
            if index is None or _is_value(match, known):
                continue
            if not hangul.OTHERS.search(before):
                several = hangul.SEVERAL.search(before)
                yield _Statement(match.start("named"), None if several else index)


def _is_value(match: re.Match[str], known: _Choices) -> bool:
    """Whether a number may be one and not the name of a choice."""
    return match["named"].isdigit() and match["counted"] is None and known.has_numbers


def _named(text: str, match: re.Match[str] | None, known: _Choices) -> _Statement | None:
    """The choice that is named by a letter or number, unless it is denied, or one of several, or
    the number may be a value.
    """
    if match is None:
        return None
    name, end = match["named"], match.end()
    if instead := hangul.INSTEAD.match(text, end):
        other = hangul.PLACE.match(text, instead.end())
        ends = other and hangul.ENDS.match(text, other.end())
        return _named(text, other, known) if ends else None
    if hangul.DENIED.match(text, end) or _is_value(match, known):
        return None
    is_bare = not name.isupper() and match["counted"] is None
    if is_bare and not hangul.ENDS.match(text, end):
        return None
    another = hangul.ANOTHER.match(text, end)
    return _Statement(match.start("named"), None if another else known.numbered(name))


def _stated(text: str, places: Iterable[int], known: _Choices) -> _Statement | None:
    """What stands at the first of these places that says something: a choice's text of several
    characters, a letter, a short text, or that there is no answer.
    """
    for at in places:
        worded = _content(text, at, known)
        if worded and len(known.text(worded.answer) or "") > 1:
            return worded
        if found := _letter(text, at, known) or worded:
            return found
    for at in places:
        if phrases.REFUSED.match(text, at):
            return _Statement(at, None)
    return None


def _is_supposed(text: str, at: int, said: str = "") -> bool:
    """Whether what stands at ``at`` depends on an if, or is told to be wrong."""
    before = text[max(0, at - 100) : at]
    if "would" in said and phrases.COUNTERFACTUAL.search(before):
        return True
    doubt = phrases.SUPPOSED.search(before[-60:]) or phrases.DOUBTED.search(before[-60:])
    return doubt is not None


def _letter(text: str, at: int, known: _Choices) -> _Statement | None:
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
    return _Statement(match.start("letter"), None if another else known.lettered(letter))


def _listed(text: str, match: re.Match[str]) -> re.Match[str] | None:
    """Another choice on the line below, where the letter begins a line: no one was chosen."""
    begins = text[max(0, match.start("letter") - 8) : match.start("letter")].rstrip(" ([")
    below = phrases.LISTED.match(text, match.end()) if begins.endswith("\n") else None
    return below if below and below[1] != match["letter"] else None


def _content(text: str, at: int, known: _Choices) -> _Statement | None:
    """The choice whose text stands at ``at``: up to the end of line, sentence or brace."""
    if not known.texts:
        return None
    line = text[at : at + _LINE].lstrip(" :\n").partition("\n")[0]
    parts = [line, line.partition("}")[0]]
    parts += [line[: match.start()] for match in islice(phrases.SENTENCE.finditer(line), 8)]
    parts += [bare for part in parts if (bare := hangul.without_copula(part)) != part]
    answers = (known.worded(part) for part in dict.fromkeys(parts))
    index = next((answer for answer in answers if answer is not None), None)
    return None if index is None else _Statement(at, index)


# --- where nothing is stated ------------------------------------------------------------------


def _concluded(text: str, known: _Choices) -> int | None:
    """A letter that the last sentences come to, if it is the only one in brackets there."""
    end = text[-phrases.END :]
    letters = phrases.BRACKETED.findall(end)
    match = phrases.CONCLUDED.search(end)
    if match is None or len(letters) > 1 or phrases.SUPPOSED.search(end[: match.start()][-60:]):
        return None
    letter = match[1] or match[2] or match[3]
    return known.lettered(letter) if letter.isupper() else None


def _valued(text: str, known: _Choices) -> int | None:
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


def _alone(text: str, known: _Choices) -> int | None:
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
            return known.lettered(match[2])
        if (index := known.worded(hangul.without_copula(line))) is not None:
            return index
    if len(lines) == 1 and not led and (whole := hangul.WHOLE.fullmatch(lines[0])):
        is_value = whole[2] and known.has_numbers and "번" not in lines[0]
        return None if is_value else known.numbered(whole[1] or whole[2] or whole[3])
    counted = [match for line in lines[:40] if (match := hangul.LED.fullmatch(line))]
    lead = led or (counted if known.texts else [])
    if len(lead) != 1 or lead[0].string != lines[0]:
        return None
    index, said = known.numbered(lead[0][1]), _folded(hangul.without_copula(lead[0][2]))
    own = known.text(index)
    fits = len(lines) == 1 if own is None else own.startswith(said) or said.startswith(own)
    goes_on = said.isascii() and said.startswith(phrases.NO_CHOICE)
    return index if fits and not goes_on else None
