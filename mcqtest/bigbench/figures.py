"""Figures of tasks that have subtasks, by the official metrics: the mean over subtasks, however
large each of them is.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from mcqtest.metrics.official import METRICS as OFFICIAL
from mcqtest.types import Metric, Scored


def by_subtask(scores: Sequence[Scored]) -> dict[str, list[Scored]]:
    """Name of a subtask -> its scores; one without a name where there are none."""
    found: dict[str, list[Scored]] = {}
    for score in scores:
        found.setdefault(score.subject, []).append(score)
    return found


@dataclass(frozen=True)
class OfSubtasks:
    """An official metric as the mean over those subtasks that have it; None where none has."""

    name: str

    def __call__(self, scores: Sequence[Scored]) -> float | None:
        metric = OFFICIAL[self.name]
        found = [metric.figure_of(each) for each in by_subtask(scores).values()]
        return _mean([each for each in found if each is not None])


@dataclass(frozen=True)
class Ending:
    """The mean score, over subtasks whose names end like this; None where there are none."""

    ending: str

    def __call__(self, scores: Sequence[Scored]) -> float | None:
        found = [
            math.fsum(score.value for score in each) / len(each)
            for name, each in by_subtask(scores).items()
            if name.endswith(self.ending)
        ]
        return _mean(found)


def _mean(values: Sequence[float]) -> float | None:
    return math.fsum(values) / len(values) if values else None


METRICS = tuple(
    Metric(
        each.name,
        OfSubtasks(each.name),
        each.better,
        *(each.range or (each.low, each.high)),
        pool="tasks",
    )
    for each in OFFICIAL.values()
)
"""All official metrics, for a benchmark whose tasks are JSON tasks."""
