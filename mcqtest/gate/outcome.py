"""What became of one task, as plain values that cross processes and go into files."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from mcqtest import metrics
from mcqtest.types import Result, Task


@dataclass
class Outcome:
    """What became of one task; plain values, so that it can cross processes.

    ``failures`` says, in a sentence each, why the task is red; further lines hold details.
    """

    benchmark: str
    task: str
    group: str
    rows: list[dict[str, Any]]
    """One for each question, as results.jsonl has it."""
    figures: dict[str, float]
    comparison: dict[str, Any] | None
    """Fields of a `Comparison`; None where there was nothing to compare with."""
    failures: list[str]
    against: str | None
    """Weights that the baseline was recorded from."""
    before: int | None
    """Questions that the baseline had right; None where there was nothing to compare with."""
    compared: bool
    """The test asked for the comparison, and did not only look at the results."""
    missing: bool
    """There is no baseline though one was to be compared with."""
    siblings: int
    """Tasks that the benchmark has."""
    asking: str
    """How the questions were asked and read, as a baseline has it."""
    fewer_shots: int
    """Questions whose prompt had shots dropped to fit the context."""
    styles: dict[str, int] = field(default_factory=dict)
    """Right answers in each style of --sensitivity."""
    methods: dict[str, int] = field(default_factory=dict)
    """Right answers by method, where more than one was asked."""
    title: str = ""
    """The task's name as published, where that is not made for command lines."""
    findings: dict[str, dict[str, Any]] = field(default_factory=dict)
    """Kind of criterion -> what it says of the task (`mcqtest.gate.Finding`)."""
    expert: float | None = None
    """Accuracy above which the task counts as mastered."""
    notices: list[str] = field(default_factory=list)

    @property
    def n(self) -> int:
        return len(self.rows)

    @property
    def right(self) -> int:
        return sum(row["correct"] for row in self.rows)

    @property
    def unanswered(self) -> int:
        """Questions without a readable answer, whether or not one was drawn for them."""
        return sum(row["answer"] is None or row["guessed"] for row in self.rows)

    @property
    def humans(self) -> list[tuple[float, bool]]:
        """Of every question where that is known: how many people were right, in [0, 1], and
        whether the model is.
        """
        return [
            (share, row["correct"])
            for row in self.rows
            if (share := row.get("human_accuracy")) is not None
        ]

    @property
    def by_chance(self) -> float:
        """Right answers that guessing would give: the sum of 1 over the number of choices."""
        return math.fsum(1 / row["choices"] for row in self.rows)

    def to_json(self) -> dict[str, Any]:
        """Its fields, which are plain values; not copied, for a row is a question."""
        return {each.name: getattr(self, each.name) for each in fields(self)}


def varied(styles: Mapping[str, int], n: int) -> dict[str, float]:
    """Figures of the right answers in several styles, of ``n``; none where there are none."""
    accuracies = [count / n for count in styles.values()]
    if not accuracies:
        return {}
    return {"spread": metrics.spread(accuracies), "deviation": metrics.deviation(accuracies)}


def row(task: Task, result: Result, change: str | None) -> dict[str, Any]:
    """One line of results.jsonl."""
    probabilities = result.probabilities
    question = result.question
    known = {"subject": question.subject or None, "human_accuracy": question.human_accuracy}
    return {
        "format": 1,
        "benchmark": task.benchmark.name,
        "task": task.name,
        "id": question.id,
        **{key: value for key, value in known.items() if value is not None},
        "gold": question.answer,
        "answer": result.answer,
        "correct": result.correct,
        "choices": len(question.choices),
        "probabilities": None if probabilities is None else list(probabilities),
        "text": result.texts[0] if result.texts else None,
        "texts": list(result.texts[1:]),
        "votes": list(result.votes),
        "truncated": result.truncated,
        "guessed": result.guessed,
        "change": change,
    }
