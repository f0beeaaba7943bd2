r"""Our reader, third edition: the answer that a text commits to.

What a form of an answer is stands in tables, a row each (`english`, `withdrawn`, `korean`,
`languages`, `markup`, and `bare` for those without words). The rules between them are few and stand
here:

* What a model thinks is no answer (`thoughts`), nor what it says of other questions (`turns`).
* The last statement counts; a weaker one never takes back a stronger (`forms.Strength`).
* Several choices at once, a choice that the question does not have, and that there is no answer are
  all no answer, and take back what was said before.
* Behind a completed answer, a run of different answers one after the other answers other questions.
* A last line that is a choice's text, word for word, is that choice, whatever else it could say.
* Where nothing is stated, the last sentence or a line by itself may be an answer (`bare`).
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from functools import cache
from itertools import pairwise
from typing import NamedTuple

from mcqtest.answers import bare, english, languages, markup, withdrawn
from mcqtest.answers.choices import Choices, Place
from mcqtest.answers.folding import Plain
from mcqtest.answers.scan import Scanner, Statement
from mcqtest.answers.thoughts import said
from mcqtest.answers.turns import parts

REVISION = 3
"""The edition, raised by every change that can read a text otherwise: a baseline that an older one
made is then not compared; editions before are kept by name."""


class Found(NamedTuple):
    """What a text answers, and where it says so: ``text[start:end]``."""

    answer: int
    start: int
    end: int
    form: str
    """The row by which it was found, told by its example."""


def committed(text: str, choices: Sequence[str]) -> int | None:
    """The 0-based choice that ``text`` commits to; ``choices`` may be empty strings where their
    texts are not known, and are then read by their letters alone.
    """
    spoken = said(text)
    statement = _decided(Plain(text[spoken.start : spoken.end]).text, Choices(choices))
    return None if statement is None else statement.place.answer


def find(text: str, choices: Sequence[str]) -> Found | None:
    """Like `committed`, with the place; None where there is no answer."""
    spoken = said(text)
    plain = Plain(text[spoken.start : spoken.end])
    statement = _decided(plain.text, Choices(choices))
    if statement is None:
        return None
    start, end, answer = statement.place
    if answer is None:
        return None
    first, last = plain.place(start), plain.place(max(start, end - 1)) + 1
    return Found(answer, spoken.start + first, spoken.start + last, statement.form.example)


@cache
def scanner() -> Scanner:
    """All rows of the tables."""
    own = (*english.EXPLICIT, *english.CONCLUSIONS, *withdrawn.FORMS)
    return Scanner((*own, *markup.FORMS, *languages.FORMS))


def _decided(text: str, known: Choices) -> Statement | None:
    """The statement that counts: of the first part of the text that has one."""
    low = text.lower()
    statements = sorted(scanner().statements(text, low, known), key=lambda each: each.order)
    places = [each.place.start for each in statements]
    for start, end in parts(low):
        first, last = bisect_left(places, start), bisect_left(places, end)
        if first < last:
            decided = _strongest(_completed(text, statements[first:last]))
            whole = _worded(text, end, known)
            return whole if whole and decided.place.start >= whole.place.start else decided
        if not start and (found := bare.find(text, start, end, known)):
            return Statement(*found)
    return None


def _worded(text: str, end: int, known: Choices) -> Statement | None:
    """The last line before ``end``, where it is the text of a choice: "It is I"."""
    line = text[:end].rstrip().rpartition("\n")[2]
    at = len(text[:end].rstrip()) - len(line)
    place = Place(at, at + len(line), known.worded(line))
    is_one = place.answer is not None and known.is_long(place)
    return Statement(place, bare.VALUE) if is_one else None


def _strongest(statements: Sequence[Statement]) -> Statement:
    """The last one that no stronger one stands before."""
    found = statements[0]
    for each in statements[1:]:
        if found.place.answer is None or each.form.strength >= found.form.strength:
            found = each
    return found


_PROSE = 60
"""Characters that stand before an answer on its line, where it ends an argument."""
_BETWEEN = 40
"""Characters between the answers of a run."""


def _completed(text: str, statements: Sequence[Statement]) -> Sequence[Statement]:
    """The statements up to a run of three that go to and fro with nothing between, where an
    argument had ended with an answer before.
    """
    each_place = {each.place.start: each for each in statements}
    told = [each for each in each_place.values() if each.place.answer is not None]
    for number in range(1, len(told) - 2):
        first, *run = told[number - 1 : number + 3]
        near = all(two.place.start - one.place.end < _BETWEEN for one, two in pairwise(run))
        if near and len({each.place.answer for each in (first, *run)}) > 2:
            line = text.rfind("\n", 0, first.place.start) + 1
            argued = first.place.start - line >= _PROSE
            return statements[: statements.index(run[0])] if argued else statements
    return statements
