"""How large a drop a pass has to exclude, and how large a one is tolerated."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from mcqtest.gate import drops
from mcqtest.types import Benchmark, McqtestError

KEYS = ("margin", "tolerance")
"""What a gate table may say besides thresholds, in points."""


@dataclass(frozen=True)
class Margins:
    """In points: 2 is a fall of accuracy by 0.02."""

    margin: float | str | None = None
    """For every benchmark; ``none``: no drop has to be excluded; None: each benchmark's own."""
    tolerance: float | None = None
    """For every benchmark; None: each one's own, else 0."""
    tables: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """Benchmark or ``benchmark/task`` -> what a gate table says of `KEYS`."""
    own: Mapping[str, float | None] = field(default_factory=dict)
    """Benchmark -> the margin that it states itself (`knowing`)."""

    def __post_init__(self) -> None:
        for place, said in self.tables.items():
            for key, points in said.items():
                where = f"gate.{place}.{key} = {points!r}"
                if key == "margin" and "/" in place:
                    raise McqtestError(f"{where}: a task has no margin; its benchmark has one")
                if key == "margin" and points == "none":
                    continue
                number = isinstance(points, int | float) and not isinstance(points, bool)
                if not number or not 0 <= points < 100 or (key == "margin" and not points):
                    raise McqtestError(f"{where}: points of accuracy are needed, such as 1.5")

    def knowing(self, benchmarks: Iterable[Benchmark]) -> Margins:
        """The same, once it is known which benchmarks there are. Raises `McqtestError` for a margin
        that tolerates what it has to exclude.
        """
        known = replace(self, own={each.name: each.margin for each in benchmarks})
        for name in known.own:
            margin, tolerated = known.of(name), known.tolerated(name)
            if margin is not None and tolerated >= margin:
                raise McqtestError(
                    f"{name}: tolerance {100 * tolerated:g} is not below margin {100 * margin:g}; "
                    "a pass excludes drops of the margin and more, so tolerate less, or raise it"
                )
        return known

    def of(self, benchmark: str) -> float | None:
        """The margin of a benchmark, a fraction; None where no drop has to be excluded."""
        points = self.tables.get(benchmark, {}).get("margin", self.margin)
        points = self.own.get(benchmark) if points is None else points
        return None if points is None or points == "none" else float(points) / 100

    def tolerated(self, benchmark: str, task: str = "") -> float:
        """The tolerance of a task, or of a benchmark and its groups, a fraction. A task has its
        benchmark's unless it has its own.
        """
        for place in (f"{benchmark}/{task}", benchmark):
            if (points := self.tables.get(place, {}).get("tolerance")) is not None:
                return float(points) / 100
        return (self.tolerance or 0.0) / 100

    def check(self, questions: Mapping[str, int], alpha: float) -> None:
        """Raise `McqtestError` for a margin that no result of so many questions could satisfy."""
        for name, n in questions.items():
            margin = self.of(name)
            if margin is not None and n < (needed := drops.fewest(margin, alpha)):
                raise McqtestError(
                    f"{name}: {n} questions are too few to exclude a drop of {100 * margin:g} "
                    f"points at alpha {alpha:g}, even if no answer changes; that takes {needed}. "
                    "Raise --margin, or say --margin=none to ask for proven losses alone"
                )

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, plain: Mapping[str, Any]) -> Margins:
        return cls(**plain)


def tables(
    gate: Mapping[str, Mapping[str, Any]],
) -> tuple[dict[str, dict[str, Any]], dict[str, dict[str, Any]]]:
    """What gate tables say: thresholds, and `KEYS`; both by place."""
    thresholds, margins = {}, {}
    for place, said in gate.items():
        if own := {key: value for key, value in said.items() if key in KEYS}:
            margins[place] = own
        if own := {key: value for key, value in said.items() if key not in KEYS}:
            thresholds[place] = own
    return thresholds, margins
