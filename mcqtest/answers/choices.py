"""The choices of a question, as texts name them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cached_property
from itertools import islice
from typing import NamedTuple

from mcqtest.answers.folding import plain
from mcqtest.types import LETTERS

_LINE = 400
"""Characters in which a choice's text is looked for."""
_NOT_TEXT = re.compile(r"[\s$\\{}()\[\]\"',.;:]+")
_SENTENCE = re.compile(r"\.(?:\s|$)|;")
_EDGE = " .,;:)]}'\"$\\"
_VALUE = re.compile(r"(?:제\s?)?[-+￦$]?\s?[0-9][0-9., /]{0,20}[^\s0-9]{0,8}")
"""The text of a choice that is a number, with its unit."""
_COPULA = re.compile(
    r"""\s?["')\]]{0,2}(?:입니다|이다|이며|이고|임|이에요|예요|です|だ)[.,!。]?\s*\Z"""
)
"""What clings to the text of a choice."""


class Place(NamedTuple):
    """What a text names, and where; ``answer`` None: several choices, none, or one that the
    question does not have.
    """

    start: int
    end: int
    answer: int | None


class Choices:
    """The choices of a question, by letter or number and by text."""

    def __init__(self, texts: Sequence[str]) -> None:
        self.count = len(texts)
        every = [folded(plain(text)) for text in texts]
        self.texts = {text: at for at, text in enumerate(every) if text and every.count(text) == 1}
        """Folded text -> its index, but for texts that two choices have."""
        self._firsts = {text[0] for text in self.texts}

    @cached_property
    def has_numbers(self) -> bool:
        """A number may be a choice's text, or what somebody took for one."""
        return any(_VALUE.fullmatch(text) for text in self.texts)

    @cached_property
    def has_digits(self) -> bool:
        """Some text holds a number, or none is known: a number need not count choices."""
        return not self.texts or any(each.isdigit() for text in self.texts for each in text)

    def named(self, name: str) -> int | None:
        """The choice of a letter, or of a number that counts from 1."""
        index = int(name) - 1 if name.isdigit() else LETTERS.index(name.upper())
        return index if 0 <= index < self.count else None

    def worded(self, text: str) -> int | None:
        """The choice whose whole text this is."""
        return self.texts.get(folded(text)) if self.texts else None

    def text(self, index: int | None) -> str | None:
        return next((text for text, at in self.texts.items() if at == index), None)

    def content(self, text: str, at: int) -> Place | None:
        """The choice whose text stands at ``at``: up to the end of line, sentence or brace."""
        if not self.texts:
            return None
        whole = text[at : at + _LINE].lstrip(" :\n")
        begins = _NOT_TEXT.sub("", whole[:12])[:1].casefold()
        if begins and begins[0] not in self._firsts:
            return None  # nearly always, and found out in no time
        line = whole.partition("\n")[0]
        parts = [line, line.partition("}")[0]]
        parts += [line[: match.start()] for match in islice(_SENTENCE.finditer(line), 8)]
        parts += [bare for part in parts if (bare := without_copula(part)) != part]
        for part in dict.fromkeys(parts):
            if (answer := self.worded(part)) is not None:
                start = at + len(text[at : at + _LINE]) - len(whole)
                return Place(start, start + len(part.rstrip(_EDGE)), answer)
        return None

    def is_long(self, place: Place) -> bool:
        """Whether the text of a choice is more than a letter, so that it is no other's name."""
        return len(self.text(place.answer) or "") > 1

    def follows(self, index: int | None, text: str, at: int) -> bool:
        """Whether the text of choice ``index``, or how it begins, stands at ``at``."""
        own = self.text(index)
        if own is None:
            return False
        said = folded(text[at : at + 2 * len(own) + 20])
        return said.startswith(own[:60]) and not said[len(own) : len(own) + 1].isalnum()

    def ends(self, index: int | None, text: str) -> bool:
        """Whether ``text`` ends with the text of choice ``index``."""
        own, said = self.text(index), folded(text)
        return own is not None and (said == own or said.endswith(f" {own}"))


def folded(text: str) -> str:
    """A choice's text as it is compared: neither case nor punctuation count."""
    return _NOT_TEXT.sub(" ", text).strip().casefold()


def without_copula(text: str) -> str:
    """The text without what clings to that of a choice: "바로 그것입니다" is "바로 그것"."""
    end = text[-12:]
    found = None if end.isascii() else _COPULA.search(end)
    return text[: len(text) - len(end) + found.start()] if found else text
