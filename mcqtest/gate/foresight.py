"""What a run is going to see, before anything is asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from mcqtest.gate import drops, levels, stats
from mcqtest.gate.policy import Policy

CHURNS = (0.02, 0.06, 0.15)
"""Shares of questions whose correctness changes though nothing got worse: another build with
letters, with noise, and with texts (docs/statistics.md)."""

POWER = 0.8
"""Of runs with a drop that is called seen, the share that is red."""


@dataclass(frozen=True)
class Foresight:
    """What can be told of a benchmark as a whole; fractions of its questions."""

    churn: float
    level: float
    """What the comparison of the whole may spend at this churn."""
    seen: float
    """The smallest drop that is red in `POWER` of runs; 1 where none is."""
    excluded: float
    """The drop that is excluded where as many questions were lost as won."""


def foresee(
    benchmark: str, counts: Mapping[str, int], policy: Policy, churn: float, *, power: float = POWER
) -> Foresight:
    """Of a run that asks so many questions (``counts``, of each task) with this ``policy``, if as
    many change as ``churn`` says, which counts the drop itself. A tolerance is left out of account.
    """
    n = sum(counts.values())
    level = _level(benchmark, counts, policy, churn)
    changed = round(n * churn)
    seen = stats.min_detectable_drop(n, changed, level, power) if level else 1.0
    return Foresight(
        churn,
        level,
        seen,
        drops.largest_drop(n, changed - changed // 2, changed // 2, policy.alpha),
    )


def _level(benchmark: str, counts: Mapping[str, int], policy: Policy, churn: float) -> float:
    """What tasks and groups leave to the whole (`mcqtest.gate.levels.spent`)."""
    known = policy.levels
    if len(counts) == 1:
        return known.task[benchmark, next(iter(counts))]

    def spent(level: float, n: int | None) -> float:
        if n is None:  # not asked, so nobody knows
            return level
        changed = {"lost": round(n * churn), "won": 0, "real": False, "tolerance": 0.0}
        return levels.size(changed, level)

    found = []
    for (name, task), level in known.task.items():
        if name == benchmark:
            found.append(spent(level, counts.get(task)))
            found += [level] if (name, task) in known.part else []
    for (name, group), level in known.group.items():
        if name == benchmark:
            members = [counts.get(task) for task in policy.groups[name][group]]
            asked = [each for each in members if each]
            found.append(spent(level, sum(asked) if len(asked) > 1 else None))
    return known.left(benchmark, found)
