"""Questions that were judged."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import overload

from mcqtest.types.benchmark import Task
from mcqtest.types.question import Question


@dataclass(frozen=True, slots=True)
class Result:
    """One judged question."""

    question: Question
    answer: int | None
    """0-based index that the model chose; None where nothing could be read."""
    probabilities: tuple[float, ...] | None
    """Softmax over the choices; None where the method has none."""
    shots: int
    texts: tuple[str, ...] = ()
    """What the model wrote; several where it was asked several times."""
    votes: tuple[int | None, ...] = ()
    """What was read in each text; None where nothing could be read."""
    truncated: int | None = 0
    """How many of the texts met a limit; None where that is not known."""
    guessed: bool = False
    """Nothing could be read, and the answer was drawn by lot."""

    @property
    def correct(self) -> bool:
        return self.answer == self.question.answer

    @property
    def confidence(self) -> float | None:
        """The highest probability over the choices (MMLU, arXiv 2009.03300, 4.3)."""
        return None if self.probabilities is None else max(self.probabilities)


@dataclass(frozen=True, slots=True)
class Results(Sequence[Result]):
    """The results of one task, in the order of its questions."""

    task: Task
    items: tuple[Result, ...]
    questions: str
    """Fingerprint of the question set: texts, choices, answers, order."""
    asking: str
    """How they were asked and read, in words and hash: style, shots, method, reader."""

    def __len__(self) -> int:
        return len(self.items)

    @overload
    def __getitem__(self, index: int) -> Result: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Result]: ...
    def __getitem__(self, index: int | slice) -> Result | Sequence[Result]:
        return self.items[index]
