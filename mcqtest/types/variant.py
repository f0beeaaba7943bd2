"""Another way in which the same question can be put, and the way home from its answer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from mcqtest.types.benchmark import Style
from mcqtest.types.question import Question

Back = Sequence[int]
"""Index of a choice in the changed question -> its index in the original."""


def unchanged(question: Question) -> tuple[Question, Back]:
    """The question as it is."""
    return question, range(len(question.choices))


@dataclass(frozen=True)
class Variant:
    """Answers are mapped home, so that a question's scores can be held against each other."""

    name: str
    """Without ``=``, which is for values of --sweep."""
    style: Style | None = None
    """In this style; None: the one that would be used anyway."""
    of: Callable[[Question], tuple[Question, Back]] = unchanged
    """The changed question, such as with its choices in another order, and the way back."""
