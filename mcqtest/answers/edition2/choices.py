"""The choices of a question, as texts name them, and what a text states about them."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from typing import NamedTuple

from mcqtest.answers.edition2 import hangul, phrases
from mcqtest.types import LETTERS

_LINE = 400
"""Characters of a statement in which a choice's text is looked for."""


class Statement(NamedTuple):
    """That a text commits itself, and where."""

    at: int
    answer: int | None
    """None: several choices, none, or one that the question does not have."""


class Choices:
    """The choices of a question, by letter or number and by text."""

    def __init__(self, texts: Sequence[str]) -> None:
        self.count = len(texts)
        every = [folded(plain(text)) for text in texts]
        self.texts = {text: at for at, text in enumerate(every) if text and every.count(text) == 1}
        """Folded text -> its index, but for texts that two choices have."""
        self.has_numbers = any(hangul.VALUE.fullmatch(text) for text in self.texts)
        """A number may be a choice's text, or what somebody took for one."""

    def named(self, name: str) -> int | None:
        """The choice of a letter, or of a number that counts from 1."""
        index = int(name) - 1 if name.isdigit() else LETTERS.index(name.upper())
        return index if index < self.count else None

    def worded(self, text: str) -> int | None:
        """The choice whose whole text this is."""
        return self.texts.get(folded(text)) if self.texts else None

    def text(self, index: int | None) -> str | None:
        return next((text for text, at in self.texts.items() if at == index), None)

    def content(self, text: str, at: int) -> Statement | None:
        """The choice whose text stands at ``at``: up to the end of line, sentence or brace."""
        if not self.texts:
            return None
        line = text[at : at + _LINE].lstrip(" :\n").partition("\n")[0]
        parts = [line, line.partition("}")[0]]
        parts += [line[: match.start()] for match in islice(phrases.SENTENCE.finditer(line), 8)]
        parts += [bare for part in parts if (bare := hangul.without_copula(part)) != part]
        answers = (self.worded(part) for part in dict.fromkeys(parts))
        index = next((answer for answer in answers if answer is not None), None)
        return None if index is None else Statement(at, index)


def plain(text: str) -> str:
    """Without emphasis and LaTeX around words, and with plain forms of brackets and letters."""
    return phrases.SPACED.sub(" ", phrases.WRAPPED.sub("{", text.translate(phrases.FOLDED)))


def folded(text: str) -> str:
    """A choice's text as it is compared: neither case nor punctuation count."""
    return phrases.NOT_TEXT.sub(" ", text).strip().casefold()
