"""Questions that were judged."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import overload

from mcqtest.types.benchmark import Task
from mcqtest.types.question import Question
from mcqtest.types.score import Score


@dataclass(frozen=True, slots=True)
class Result:
    """One judged question (`mcqtest.types.Scored`)."""

    question: Question
    answer: int | str | None
    """0-based index that the model chose, or a text where there are no choices; None where nothing
    could be read.
    """
    probabilities: tuple[float, ...] | None
    """Softmax over the choices; None where the method has none."""
    shots: int
    texts: tuple[str, ...] = ()
    """What the model wrote; several where it was asked several times."""
    votes: tuple[int | str | None, ...] = ()
    """What was read in each text; None where nothing could be read."""
    truncated: int | None = 0
    """How many of the texts met a limit; None where that is not known."""
    guessed: bool = False
    """Nothing could be read, and the answer was drawn by lot."""
    value: float = math.nan
    """1 for right and 0 for wrong, found here unless it is told; or any real number."""
    details: Mapping[str, float] = field(default_factory=dict)
    """What a metric of one's own needs besides, by name."""
    cut_thoughts: int = 0
    """How many of the texts end inside a thought."""
    tokens: int | None = None
    """Tokens of all texts; None where that is not known."""
    ended_thoughts: int = 0
    """How many of the thoughts were ended by the budget (``thinking_tokens``)."""
    abstained: int = 0
    """How many of the texts give no answer and say so: "I don't know"."""

    def __post_init__(self) -> None:
        if math.isnan(self.value):
            object.__setattr__(self, "value", float(self.answer == self.question.gold))

    @property
    def gold(self) -> int | str | None:
        """The right answer; None where there is no single one."""
        return self.question.gold

    @property
    def subject(self) -> str:
        """Which part of its task it belongs to; empty where a task is not divided."""
        return self.question.subject

    @property
    def correct(self) -> bool:
        """All of it is right."""
        return self.value >= 1

    @property
    def confidence(self) -> float | None:
        """The highest probability over the choices (MMLU, arXiv 2009.03300, 4.3)."""
        return None if self.probabilities is None else max(self.probabilities)

    @property
    def score(self) -> Score:
        """The same without the question's text."""
        asked = self.question
        return Score(  # by place: by name it takes a quarter longer
            asked.id,
            self.value,
            self.answer,
            asked.gold,
            len(asked.choices),
            self.probabilities,
            self.texts,
            self.votes,
            self.truncated,
            self.guessed,
            asked.subject,
            asked.human_accuracy,
            self.details,
            self.cut_thoughts,
            self.tokens,
            self.ended_thoughts,
            self.abstained,
        )


@dataclass(frozen=True, slots=True)
class Results(Sequence[Result]):
    """The results of one task, in the order of its questions."""

    task: Task
    items: tuple[Result, ...]
    questions: str
    """Fingerprint of the question set: texts, choices, answers, order."""
    asking: str
    """How they were asked and read, in words and hash: style, shots, method, reader."""
    template: str = ""
    """Fingerprint of the chat template; empty where plain text was asked."""

    def __len__(self) -> int:
        return len(self.items)

    @overload
    def __getitem__(self, index: int) -> Result: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Result]: ...
    def __getitem__(self, index: int | slice) -> Result | Sequence[Result]:
        return self.items[index]
