"""Statements of a text: every place at which a row of the tables holds."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from mcqtest.answers import korean, places
from mcqtest.answers.choices import Choices, Place
from mcqtest.answers.forms import Form, Strength


class Statement(NamedTuple):
    """That a text commits itself, where, and by which form."""

    place: Place
    form: Form

    @property
    def order(self) -> tuple[int, bool, int]:
        """By place; that there is no answer counts less than an answer that stands there."""
        return self.place.start, self.place.answer is not None, self.form.strength


_AHEAD = 60
"""Characters before a cue in which something is looked for."""
_PLAIN = re.compile(r"""["'(\[]{0,2}([A-Za-z])(?![A-Za-z0-9_])""", re.ASCII)
_BACK = re.compile(
    r"""(?<![A-Za-z0-9_'])["'(\[]{0,2}([A-Z])[)"'\]]{0,2},?\s{0,2}(?:选项|選項|项|項)?[是为]?\Z"""
)
_LED = re.compile(
    r"""(?<![A-Za-z0-9_])([A-Z])[)\]]?[.):]?[ \t]{1,3}(?=\S)|(?<![A-Za-z0-9_])([A-Z])\)"""
)
_SUPPOSED = re.compile(
    r"\b(?:if|whether|suppose|unless|assuming)\b[^.\n;:?!,]{0,40}\n?\Z", re.IGNORECASE
)
_DOUBTED = re.compile(
    r"\b(?:(?:wrong|incorrect)(?!\s(?:statement|claim|assertion|sentence|one|item|pair|term|argument|"
    r"description|match)\b)|mistake|misconception|tempting|don't|unlikely|initially|many people)\b"
    r"(?:(?!,\s(?:so|therefore|thus|hence|but)\b)[^.\n;:?!]){0,40}\n?\Z",
    re.IGNORECASE,
)
_COUNTERFACTUAL = re.compile(r"\b(?:if|had|were)\b[^.\n]{0,80},[^.\n,]{0,10}\n?\Z", re.IGNORECASE)
"""Before a "would be" that is none."""


def _capital(text: str, at: int, known: Choices) -> Place | None:
    found = places.letter(text, at, known)
    return found if found and text[found.start].isupper() else None


def _ending(text: str, at: int, known: Choices) -> Place | None:
    """A choice's text, or a capital letter."""
    worded = known.content(text, at)
    return worded if worded and known.is_long(worded) else _capital(text, at, known)


def _plain(text: str, at: int, known: Choices) -> Place | None:
    match = _PLAIN.match(text, at)
    return match and Place(match.start(1), match.end(1), known.named(match[1]))


def _upper(text: str, at: int, known: Choices) -> Place | None:
    found = _plain(text, at + len(text[at : at + 4]) - len(text[at : at + 4].lstrip()), known)
    return found if found and text[found.start].isupper() else None


def _none(text: str, at: int, known: Choices) -> Place | None:  # noqa: ARG001
    return Place(at, at, None)


_TAKES: dict[str, Callable[[str, int, Choices], Place | None]] = {
    "any": places.announced,
    "letter": places.letter,
    "capital": _capital,
    "ending": _ending,
    "plain": _plain,
    "upper": _upper,
    "none": _none,
}


class Row:
    """A form, ready to be looked for."""

    def __init__(self, form: Form) -> None:
        self.form = form
        head, _, tail = form.words.partition("@")
        edge = r"(?<![a-z])" if form.cues[:1].isascii() and form.cues[:1].isalpha() else ""
        self._head = re.compile(edge + head, re.MULTILINE) if head else None
        self._tail = re.compile(tail, re.MULTILINE)
        before = rf"(?:{form.before})\Z" if form.before else ""
        self._before = re.compile(before, re.MULTILINE) if before else None
        self._takes = _TAKES.get(form.takes, _plain)

    def at(self, text: str, low: str, cue: int, known: Choices) -> Statement | None:
        """The statement whose cue stands at ``cue``; ``low``: the text in small letters."""
        if self._head is None:
            tail = self._tail.match(low, cue)
            found = _BACK.search(text, max(0, cue - 8), cue) if tail else None
            place = found and Place(found.start(1), found.end(1), known.named(found[1]))
            begin = found.start() if found else cue
        else:
            head = self._head.match(low, cue)
            place = self._takes(text, head.end(), known) if head else None
            place = place if place and self._tail.match(low, place.end) else None
            begin = cue
        if place is None or not self._has_before(low, begin):
            return None
        if not self.form.is_certain and is_supposed(text, begin, low[cue : place.start]):
            return None
        return Statement(place, self.form)

    def ends(self, low: str, cue: int) -> int | None:
        """Where its words end that begin at ``cue``, if they stand there."""
        head = self._head.match(low, cue) if self._head and self._has_before(low, cue) else None
        return head.end() if head else None

    def led(self, text: str, low: str, known: Choices) -> Iterator[Statement]:
        """The last letter that leads the text of its choice, if it stands behind what the form
        says: of those before it, this was a list.
        """
        last = None
        for match in _LED.finditer(text) if known.texts else ():
            index = known.named(match[1] or match[2])
            if known.follows(index, text, match.end()):
                last = match, index
        if last is None:
            return
        match, index = last
        end = match.end() + len(known.text(index) or "")
        is_said = self._has_before(low, match.start()) and not places.BUT_NOT.match(text, end)
        if is_said and not is_supposed(text, match.start(), ""):
            yield Statement(Place(match.start(), end, index), self.form)

    def _has_before(self, low: str, at: int) -> bool:
        return not self._before or bool(self._before.search(low, max(0, at - _AHEAD), at))


def is_supposed(text: str, at: int, said: str) -> bool:
    """Whether what stands at ``at`` depends on an if, or is told to be wrong."""
    if "would" in said and _COUNTERFACTUAL.search(text, max(0, at - 100), at):
        return True
    begin = max(0, at - _AHEAD)
    return bool(_SUPPOSED.search(text, begin, at) or _DOUBTED.search(text, begin, at))


class Scanner:
    """All rows, by their cues."""

    def __init__(self, forms: Iterable[Form]) -> None:
        self._cues: dict[str, list[Row]] = defaultdict(list)
        self._led: list[Row] = []
        for form in forms:
            row = Row(form)
            if form.takes == "known":
                self._led.append(row)
            for cue in form.cues.split("|") if form.cues else ():
                self._cues[cue].append(row)
        every = [(cue, frozenset(cue), rows) for cue, rows in self._cues.items()]
        self._ascii = [each for each in every if each[0].isascii()]
        self._every = self._ascii + [each for each in every if not each[0].isascii()]

    def announced(self, text: str, low: str) -> Iterator[tuple[Form, int, list[int]]]:
        """Where an answer of any kind is announced that need not be a choice, or that there is
        none: the row, where its words begin, and the places at which the answer may stand.
        """
        for row, at in self._cued(low):
            form = row.form
            if form.strength is Strength.EXPLICIT and form.takes in {"any", "none"}:
                end = row.ends(low, at)
                if end is not None:
                    yield form, at, places.behind(text, end)

    def statements(self, text: str, low: str, known: Choices) -> Iterator[Statement]:
        """All statements, in no order."""
        for row, at in self._cued(low):
            if found := row.at(text, low, at, known):
                yield found
        for row in self._led:
            yield from row.led(text, low, known)
        for place, form in korean.find(text, known):
            yield Statement(place, form)

    def _cued(self, low: str) -> Iterator[tuple[Row, int]]:
        """Every row with every place at which a cue of it stands."""
        if low.isascii():
            cues = self._ascii
        else:  # has few of the letters that cues in all languages are made of
            letters = {*low}
            cues = [each for each in self._every if each[1] <= letters]
        for cue, _, rows in cues:
            at = low.find(cue)
            while at >= 0:
                for row in rows:
                    yield row, at
                at = low.find(cue, at + len(cue))
