"""How accuracy went over many checkpoints, benchmark by benchmark and task by task.

Each is compared with the first one, and with an anchor where there is one, by the gate's own paired
test, on the same questions asked in the same way; where they are not the same, that is said.
These are figures and no verdict: nothing is corrected for how many there are.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from mcqtest.gate import Record, compared, mismatch, stats
from mcqtest.report.columns import fitted, width
from mcqtest.types import Comparison

Answers = Mapping[tuple[str, str], Record]
"""(benchmark, task) -> what a checkpoint answered."""


@dataclass(frozen=True)
class Point:
    """One checkpoint's accuracy on a benchmark, or on one of its tasks."""

    n: int
    accuracy: float
    interval: tuple[float, float]
    """95 %, of the accuracy by itself."""
    change: float | None = None
    """Since the first checkpoint, a fraction; None of that one, and where it cannot be told."""
    first: Comparison | None = None
    """With the first checkpoint."""
    anchor: Comparison | None = None
    why: str = ""
    """Why it cannot be compared with the first."""


@dataclass
class Trend:
    """Of one benchmark, a point for each checkpoint; None where it was not asked."""

    whole: list[Point | None]
    tasks: dict[str, list[Point | None]] = field(default_factory=dict)


class Trends:
    """Checkpoints are added one by one; of all but the first nothing is kept but figures."""

    def __init__(self, count: int, *, anchor: Answers | None = None, alpha: float = 0.01) -> None:
        self.names: list[str] = []
        """Of the checkpoints, ``count`` in the end."""
        self.benchmarks: dict[str, Trend] = {}
        self._count = count
        self._anchor = anchor
        self._alpha = alpha
        self._first: dict[tuple[str, str], Record] = {}

    def add(self, name: str, answers: Answers, *, interval: bool) -> None:
        """With ``interval``, the changes of whole benchmarks have one: it takes a third of a second
        for each.
        """
        at = len(self.names)
        self.names.append(name)
        for benchmark in dict.fromkeys(each for each, _ in answers):
            keys = [key for key in answers if key[0] == benchmark]
            trend = self.benchmarks.setdefault(benchmark, Trend([None] * self._count))
            trend.whole[at] = self._point(answers, keys, self._alpha if interval else None)
            for key in keys:
                row = trend.tasks.setdefault(key[1], [None] * self._count)
                row[at] = self._point(answers, [key], None)
        self._first = {**answers, **self._first}

    def _point(
        self, answers: Answers, keys: Sequence[tuple[str, str]], alpha: float | None
    ) -> Point:
        records = [answers[key] for key in keys]
        n = sum(each.count for each in records)
        right = sum(sum(each.values) for each in records)
        if any(each.scores for each in records):
            interval = stats.interval([value for each in records for value in each.values])
        else:
            interval = stats.wilson(int(right), n)
        moved, why = _moved(answers, self._first, keys)
        against, _ = _moved(answers, self._anchor or {}, keys)
        return Point(
            n=n,
            accuracy=right / n,
            interval=interval,
            change=None if moved is None else sum(moved) / n,
            first=None if moved is None else compared(n, moved, self._alpha, alpha=alpha),
            anchor=None if against is None else compared(n, against, self._alpha),
            why=why,
        )

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        return {
            "runs": self.names,
            "alpha": self._alpha,
            "benchmarks": {
                name: {
                    "whole": [_plain(point) for point in trend.whole],
                    "tasks": {
                        task: [_plain(point) for point in row] for task, row in trend.tasks.items()
                    },
                }
                for name, trend in self.benchmarks.items()
            },
        }


def _moved(
    answers: Answers, olds: Answers, keys: Sequence[tuple[str, str]]
) -> tuple[list[float] | None, str]:
    """By how much the scores changed that did; None, and why, where something else was asked."""
    moved: list[float] = []
    for key in keys:
        if (old := olds.get(key)) is None:
            return None, ""
        if (sentence := mismatch(old, answers[key], baseline="")) is not None:
            return None, sentence.split(": ")[1]
        pairs = zip(old.values, answers[key].values, strict=True)
        moved += [now - then for then, now in pairs if now != then]
    return moved, ""


def _plain(point: Point | None) -> dict[str, Any] | None:
    if point is None:
        return None
    told: dict[str, Any] = {
        "n": point.n,
        "accuracy": point.accuracy,
        "interval": list(point.interval),
        "change": point.change,
        **({"why": point.why} if point.why else {}),
    }
    for name, made in (("first", point.first), ("anchor", point.anchor)):
        told[name] = made and {"lost": made.lost, "won": made.won, "p_value": made.p_value}
        if made is not None and made.drop is not None:
            told[name]["change_interval"] = [-made.drop[1], -made.drop[0]]
    return told


_COLUMNS = (
    f" {'n':>7} {'accuracy':>8} {'95 % interval':>16} {'change':>7} {'lost':>5} {'won':>5} {'p':>8}"
)


def table(found: Trends, *, tasks: bool = False, columns: int = 80) -> Iterator[str]:
    """A line for each checkpoint, benchmark by benchmark; with ``tasks`` also of every task."""
    named = max(12, min(max(map(width, found.names), default=0), columns - 66))
    anchored = any(p and p.anchor for each in found.benchmarks.values() for p in each.whole)
    more = f" {'anchor p':>8}" if anchored else ""
    for benchmark, trend in found.benchmarks.items():
        rows = {benchmark: trend.whole}
        rows |= {f"{benchmark}/{task}": row for task, row in trend.tasks.items()} if tasks else {}
        for title, row in rows.items():
            yield f"{fitted(title, named)}{_COLUMNS}{more}" if width(title) <= named else title
            for name, point in zip(found.names, row, strict=True):
                if point is not None:
                    yield f"{_ending(name, named)}{_cells(point, anchored=anchored)}"
        yield from _last(found, benchmark, trend)


def _ending(name: str, columns: int) -> str:
    """In so many columns; of a long name its end, which tells checkpoints apart."""
    if width(name) <= columns:
        return fitted(name, columns)
    while width(name) > columns - 1:
        name = name[1:]
    return fitted(f"\u2026{name}", columns)


def _cells(point: Point, *, anchored: bool) -> str:
    low, high = point.interval
    text = f" {point.n:>7,} {point.accuracy:>8.4f} {low:>7.4f} to {high:.4f}"
    made = point.first
    if made is None or point.change is None:
        text += f" {point.why}" if point.why else ""
    else:
        text += f" {100 * point.change:>+7.2f} {made.lost:>5} {made.won:>5} {made.p_value:>8.2g}"
    if anchored and point.anchor is not None:
        text = f"{text:<66} {point.anchor.p_value:>8.2g}"
    return text


def _last(found: Trends, benchmark: str, trend: Trend) -> Iterator[str]:
    """What is known of the change of the last checkpoint."""
    asked = [(name, p) for name, p in zip(found.names, trend.whole, strict=True) if p is not None]
    name, point = asked[-1]
    if point.first is not None and point.first.drop is not None and point.change is not None:
        smallest, largest = (100 * each for each in point.first.drop)
        change = f"{100 * point.change:+.2f} points, interval {-largest:+.2f} to {-smallest:+.2f}"
        yield f"  {benchmark}: {name} against {asked[0][0]}: change {change}"
