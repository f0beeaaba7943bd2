"""How the run's false-alarm probability is shared among its comparisons.

Levels come from whole benchmarks, whatever is selected of them. They never sum to more than alpha,
so by the union bound (Bonferroni) a run without a true loss is red with probability at most alpha,
whatever the dependence; and they do depend on each other.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from types import MappingProxyType
from typing import TYPE_CHECKING

from mcqtest.gate import stats

if TYPE_CHECKING:
    from mcqtest.gate.outcome import Outcome
    from mcqtest.types import Benchmark

ACCURACY = Fraction(95, 100)
"""Share of alpha for accuracy; no option changes it."""

OTHERS: Mapping[str, Fraction] = {
    "answered": Fraction(1, 100),
    "complete": Fraction(1, 100),
    "brier": Fraction(1, 200),
    "ranked": Fraction(1, 200),
    "anchor": Fraction(2, 100),
}
"""Shares of alpha for what else may get worse: texts without a readable answer, texts cut off, the
Brier score, how well confidence tells right from wrong, and accuracy against the anchor."""

_TASKS, _GROUPS = Fraction(30, 100), Fraction(10, 100)
"""Of accuracy's share, what tasks and groups keep; the benchmark as a whole gets the rest, and what
its tasks and groups cannot spend."""


@dataclass(frozen=True, slots=True)
class Levels:
    """The share of the run's false-alarm probability that each comparison may spend."""

    pooled: Mapping[str, float] = field(default_factory=dict)
    """Benchmark -> what all comparisons of its accuracy may spend together."""
    group: Mapping[tuple[str, str], float] = field(default_factory=dict)
    """(benchmark, group) -> level of that group's comparison, where it has one."""
    task: Mapping[tuple[str, str], float] = field(default_factory=dict)
    """(benchmark, task) -> level of that task's comparison."""
    part: Mapping[tuple[str, str], float] = field(default_factory=dict)
    """(benchmark, task) -> level of each of its parts' comparisons, where it has parts."""
    other: Mapping[tuple[str, str], float] = field(default_factory=dict)
    """(benchmark, one of `OTHERS`) -> level of that comparison."""

    def left(self, benchmark: str, spent: Iterable[float]) -> float:
        """What is left for a benchmark as a whole after its tasks and groups, 0 at least."""
        return max(
            0.0, _down(Fraction(self.pooled.get(benchmark, 0.0)) - sum(map(Fraction, spent)))
        )


def shares(
    alpha: float,
    benchmarks: Sequence[Benchmark],
    *,
    parts: Mapping[tuple[str, str], int] = MappingProxyType({}),
) -> Levels:
    """Divide ``alpha`` over all comparisons of a run: in equal parts over its benchmarks, and for
    each over accuracy (of its tasks, its groups of several tasks, and all of it) and `OTHERS`.
    A task with ``parts``, (benchmark, task) -> how many of it, such as its subjects, are compared
    as well, keeps half of its share and divides the other half among them.
    """
    if not 0 < alpha < 1:
        raise ValueError(f"alpha={alpha}: expected a probability between 0 and 1")
    pooled, group, task, part, other = {}, {}, {}, {}, {}
    for each in benchmarks:
        name, tasks = each.name, [one.name for one in each.tasks]
        whole = Fraction(alpha) / len(benchmarks)
        pooled[name] = _down(whole * ACCURACY)
        several = [name for name, members in each.groups.items() if len(members) > 1]
        several = several if len(each.groups) > 1 else []
        for one in several:
            group[name, one] = _down(whole * ACCURACY * _GROUPS / len(several))
        own = whole * ACCURACY * (_TASKS if len(tasks) > 1 else 1) / len(tasks)
        for one in tasks:
            count = parts.get((name, one), 0)
            task[name, one] = _down(own / 2 if count else own)
            if count:
                part[name, one] = _down(own / 2 / count)
        for one, share in OTHERS.items():
            other[name, one] = _down(whole * share)
    return Levels(pooled, group, task, part, other)


def spent(outcomes: Sequence[Outcome], levels: Levels) -> list[float]:
    """What the tasks of a benchmark can spend at most, given how many questions changed in each.

    A task of which m questions changed is red with probability ``P(Bin(m, 1/2) >= c)``, c being
    the smallest count that its level allows: often much less than its level, and known from m
    alone. What no task can spend may be spent by the benchmark as a whole, conditionally on all m
    and so in all (Tarone 1990, Biometrics 46:515-522).
    """
    name = outcomes[0].benchmark
    by_task = {outcome.task: outcome for outcome in outcomes}
    found = []
    for (benchmark, task), level in levels.task.items():
        if benchmark != name:
            continue
        outcome = by_task.get(task)
        found.append(level if outcome is None else size(outcome.comparison, level))
        if (benchmark, task) in levels.part:  # together as much as the task itself
            found.append(level)
    return found


def size(comparison: Mapping[str, object] | None, level: float) -> float:
    """The probability with which a comparison that changed so many questions is red where nothing
    got worse: `level` at most. Where scores are real numbers, or a loss is tolerated, all of it,
    unless so few changed that not even a loss of all of them would be red: m signs are all the same
    with probability ``2**-m``, and no p-value is smaller.
    """
    if comparison is None:
        return level
    changed = int(comparison["lost"]) + int(comparison["won"])  # type: ignore[call-overload]
    critical = stats.critical(changed, level)
    if critical is None:
        return 0.0
    if comparison["real"] or comparison["tolerance"]:
        return level
    return stats.mcnemar(critical, changed - critical)


def _down(exact: Fraction) -> float:
    """The largest float that is not above a fraction."""
    number = float(exact)
    return math.nextafter(number, -math.inf) if Fraction(number) > exact else number
