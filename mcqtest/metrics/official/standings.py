"""From figures to normalised scores: of a task, and of its subtasks together.

As `bigbench/api/json_task.py` and ``add_aggregate_scores`` in `bigbench/api/results.py` (1.0.0).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

AGGREGATE = "normalized_aggregate_score"


@dataclass(frozen=True, slots=True)
class Standing:
    """Figures of a task or subtask, and what the preferred one is held against. ValueError where
    the high anchor is not above the low one, or the preferred figure is not there.
    """

    name: str
    """``parent:child`` of a subtask."""
    figures: Mapping[str, float]
    preferred: str
    low: float
    high: float

    def __post_init__(self) -> None:
        if not self.low < self.high:
            raise ValueError(
                f"{self.name}: its anchors are {self.low:g} and {self.high:g}; the high one must "
                "be above the low one"
            )
        if self.preferred not in self.figures:
            raise ValueError(f"{self.name}: there is no {self.preferred}, its preferred score")

    @property
    def score(self) -> float:
        """The preferred figure."""
        return self.figures[self.preferred]

    @property
    def normalised(self) -> float:
        """`normalised` of the preferred figure."""
        return normalised(self.score, self.low, self.high)


def normalised(score: float, low: float, high: float) -> float:
    """0 at the low anchor and 100 at the high one; below and above may be."""
    return 100 * (score - low) / (high - low)


def aggregate(name: str, subtasks: Sequence[Standing]) -> Standing:
    """A task's own standing of those of its subtasks, or of its own alone where it has none.

    Every figure is the mean of those subtasks that have it, whatever their size, and
    `AGGREGATE` the mean of all normalised preferred ones. That is preferred, between 0 and 100,
    unless all subtasks prefer multiple_choice_grade or there are none.
    """
    figures = {
        each: _mean([subtask.figures[each] for subtask in subtasks if each in subtask.figures])
        for each in dict.fromkeys(each for subtask in subtasks for each in subtask.figures)
    }
    figures[AGGREGATE] = _mean([subtask.normalised for subtask in subtasks])
    if {subtask.preferred for subtask in subtasks} == {"multiple_choice_grade"}:
        low = _mean([subtask.low for subtask in subtasks])
        return Standing(name, figures, "multiple_choice_grade", low, 1.0)
    if [subtask.name for subtask in subtasks] == [name]:
        return Standing(name, figures, subtasks[0].preferred, subtasks[0].low, subtasks[0].high)
    return Standing(name, figures, AGGREGATE, 0.0, 100.0)


def _mean(values: Sequence[float]) -> float:
    if not values:
        raise ValueError("nothing to average: expected one example, subtask or task, or more")
    return math.fsum(values) / len(values)
