"""A part of a task's questions, held against a baseline of all of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from mcqtest.gate.companion import Companion, digest
from mcqtest.gate.record import Record


@dataclass(frozen=True)
class Excerpt:
    """Which questions of a task are asked where some are left out. What takes long is found only
    where a baseline has as many questions as the task.
    """

    places: Sequence[int]
    """0-based, in order."""
    every: int
    """How many questions the task has."""
    fingerprint: Callable[[], str]
    """Of all of them."""
    asking: Callable[[], str]
    """How all of them would be asked, as a baseline has it."""

    def is_of(self, old: Record) -> bool:
        """Whether a baseline has the very questions that this is a part of."""
        return old.count == self.every and old.questions == f"{self.every}, {self.fingerprint()}"

    def record(self, old: Record, *, questions: str, asking: str) -> Record:
        """A baseline's answers to these questions, as if they alone had been recorded. Its figures
        stay those of all.
        """
        return replace(
            old,
            questions=questions,
            asking=asking,
            marks="".join(old.marks[place] for place in self.places) if old.marks else "",
            scores=tuple(old.scores[place] for place in self.places) if old.scores else (),
        )

    def companion(self, kept: Companion, part: Record) -> Companion:
        """What stands beside these answers; how many of them changed when the same weights were
        recorded again is known of all together only.
        """

        def of(column: Sequence[Any] | None) -> Any:
            return None if column is None else tuple(column[place] for place in self.places)

        return replace(
            kept,
            of=digest(part),
            probabilities=of(kept.probabilities),
            truncated=of(kept.truncated),
            lengths=of(kept.lengths),
            noise=None,
            details={name: of(column) for name, column in kept.details.items()},
        )


def alike(old: Record, *, questions: str, asking: str, excerpt: Excerpt | None) -> Record:
    """A record of what is asked now, to be held against a baseline: of all questions of the task
    where the baseline has as many and not all are asked.
    """
    if excerpt is not None and old.count == excerpt.every:
        questions, asking = f"{excerpt.every}, {excerpt.fingerprint()}", excerpt.asking()
    return replace(old, questions=questions, asking=asking)
