"""Tasks that talk to a model as often as they like, and ask by what was answered before."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from mcqtest.types.decoding import Decoding
from mcqtest.types.form import Ask

Answering = Callable[[Sequence[Ask]], Sequence[Any]]
"""Gives the `Response` to each, in their order; what is asked together is computed together. Raises
`AnswerError` for what cannot be answered."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What one task may take."""

    queries: int = 100_000
    """Prompts, however many of them are asked together."""
    seconds: float = 600
    """Of its own, while no model computes for it."""

    @classmethod
    def of(cls, said: Mapping[str, str]) -> Limits:
        """As somebody says, of what is said. ValueError for what is no limit."""
        queries, seconds = (_positive(key, said.get(key)) for key in ("queries", "seconds"))
        return cls(int(queries or cls().queries), seconds or cls().seconds)


def _positive(key: str, text: str | None) -> float | None:
    if text is None:
        return None
    try:
        number = float(text)
    except ValueError:
        number = 0.0
    least = 1 if key == "queries" else 0.001
    if not least <= number < 1e12 or (key == "queries" and number != int(number)):
        word = "a whole number from 1 up" if key == "queries" else "a number above 0"
        raise ValueError(f"{key}={text}: {word} is needed")
    return number


@dataclass(frozen=True, slots=True)
class Terms:
    """How a run has a task talked through."""

    decoding: Decoding
    """Of its texts."""
    examples: int | None = None
    """It is asked for so many of its examples at most; None: for all."""
    limits: Limits = Limits()


class Conversation(Protocol):
    """How the questions of a task are talked through; a fixed list of requests for each
    (`mcqtest.types.Form`, or a prompt) is the case that needs none.
    """

    @property
    def name(self) -> str:
        """In a baseline; those of other kinds cannot be compared with it."""
        ...

    def run(self, task: Any, questions: Sequence[Any], terms: Terms, ask: Answering) -> Any:
        """The `Result` of each question of the task (a sequence). Talked through again, it has to
        ask the same, as long as it is told the same: then nothing is asked twice. Raises
        `AnswerError` where it fails.
        """
        ...

    def notices(self, questions: Sequence[Any], terms: Terms) -> Sequence[str]:
        """What a person should know of what is going to happen, in sentences."""
        ...
