"""What a metric is: a figure of scores, with its range, its direction and its way of pooling."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import NamedTuple

from mcqtest.types.score import Scored


class Bound(NamedTuple):
    """What a threshold's key bounds."""

    figure: str
    direction: int
    """+1 where more is better, -1 where less is."""
    low: float = 0.0
    high: float = 1.0
    """The smallest and largest bound that make sense."""
    counted: str = ""
    """What is counted, where the figure is a whole number: ``licences``."""
    hint: str = ""
    """What a run that has no such figure lacks."""

    def shown(self, value: float) -> str:
        return f"{value:g}" if self.counted else f"{value:.4f}"


Figure = Callable[[Sequence[Scored]], float | None]
"""Of one question or more; None where these scores have no such figure."""


@dataclass(frozen=True)
class Metric:
    """A figure of a task, a group or a benchmark: the same function over their scores.

    Raises `ValueError` for a name that cannot be a key, and for what is not a range.
    """

    name: str
    of: Figure
    better: int = 1
    """+1 where more is better, -1 where less is, 0 where neither is; so ``min_NAME`` and
    ``max_NAME`` are thresholds."""
    low: float = 0.0
    high: float = 1.0
    """The smallest and largest value that it can have."""
    pool: str = "questions"
    """Of several tasks: over all their ``questions``, or the mean over ``tasks`` of each one's."""
    hint: str = ""
    """What a run without this figure lacks, for a message."""

    def __post_init__(self) -> None:
        if not self.name.isidentifier():
            raise ValueError(f"metric {self.name!r}: letters, digits and _ are needed")
        if self.better not in {-1, 0, 1} or self.pool not in {"questions", "tasks"}:
            raise ValueError(
                f"metric {self.name}: better is -1, 0 or 1, pool is questions or tasks; found "
                f"{self.better} and {self.pool}"
            )
        if not self.low < self.high:
            raise ValueError(f"metric {self.name}: {self.low} to {self.high} is no range")

    @property
    def bounds(self) -> dict[str, Bound]:
        """Its thresholds: configuration key -> what it bounds."""
        made = {
            key: Bound(self.name, direction, low=self.low, high=self.high, hint=self.hint)
            for key, direction in ((f"min_{self.name}", 1), (f"max_{self.name}", -1))
        }
        return {key: each for key, each in made.items() if each.direction * self.better >= 0}

    def over(self, tasks: Sequence[Sequence[Scored]]) -> float | None:
        """The figure of several tasks together; None where one of them has none."""
        if self.pool == "questions":
            return self.of(tasks[0] if len(tasks) == 1 else [*chain.from_iterable(tasks)])
        found = [self.of(scores) for scores in tasks]
        values = [value for value in found if value is not None]
        return math.fsum(values) / len(values) if values and len(values) == len(found) else None
