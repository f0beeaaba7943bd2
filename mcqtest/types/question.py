"""A question as published."""

from __future__ import annotations

from dataclasses import dataclass

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


@dataclass(frozen=True, slots=True)
class Question:
    """One question as published; text and choices are never stripped."""

    text: str
    choices: tuple[str, ...]
    answer: int
    """0-based index of the right choice; -1 where there are none."""
    id: str
    """Unique within its task and split; the 0-based row where the data has no id."""
    reasoning: str | None = None
    """A worked solution, as published; only shots have one."""
    subject: str = ""
    """Which subject of an examination it belongs to; empty where a task is not divided."""
    human_accuracy: float | None = None
    """Share of the people who were asked that were right, in [0, 1]; None where not known."""
    targets: tuple[str, ...] = ()
    """The texts that are right, the first one best known, where there are no choices."""
    description: str = ""
    """What its task is, as published with worked examples; only shots have one."""

    def __hash__(self) -> int:
        """Of what tells questions apart: shots are looked up by each question of a task."""
        return hash(self.text)

    @property
    def gold(self) -> int | str | None:
        """The right answer: the index of a choice, or the first target."""
        return self.answer if self.choices else next(iter(self.targets), None)

    def is_right(self, index: int) -> bool:
        """Whether this choice is all that could be wished."""
        return index == self.answer

    @property
    def more(self) -> tuple[object, ...]:
        """What else a fingerprint of the question holds: plain values, of kinds of questions that
        say more.
        """
        return ()
