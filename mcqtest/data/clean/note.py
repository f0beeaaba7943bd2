"""A note on a question, and how the question that it is about is found."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from typing import NamedTuple, Protocol

from mcqtest.data.tables import comparable
from mcqtest.types import Question, Task

OK = "ok"
"""The label of a question without a flaw."""


class Note(NamedTuple):
    """What is known of one question."""

    label: str
    """``ok``, or what is wrong with it."""
    right: tuple[int, ...]
    """The choices that are right, the best known first; empty where nothing can be scored."""


class Notes(Protocol):
    """Notes on questions of one benchmark or several."""

    name: str

    def of(self, task: Task, asked: Sequence[Question]) -> Sequence[Note | None]:
        """The note of each question of a task; None where nobody looked at it. Raises
        `McqtestError` for a note that cannot be read.
        """
        ...

    @property
    def strays(self) -> Collection[str]:
        """Where notes stand that fit no question of the tasks so far."""
        ...


def known_by(text: str, choices: Sequence[str]) -> tuple[str, ...]:
    """What copies of a question have in common: letters and digits; those of ASCII where there are
    some, since quotation marks may have become letters on the way.
    """
    return tuple(map(_plain, (text, *choices)))


def _plain(text: str) -> str:
    found = comparable(text)
    return re.sub("[^a-z0-9]", "", found) or found
