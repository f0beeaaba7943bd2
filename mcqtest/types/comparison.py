"""A candidate against its baseline."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Comparison:
    """A candidate against its baseline on the same ``n`` questions."""

    n: int
    lost: int
    """Right in the baseline, not right now."""
    won: int
    p_value: float
    """One-sided exact McNemar: the chance of at least ``lost`` if the ``lost + won``
    changed questions had fallen either way with equal chance."""
    level: float
    """This comparison's share of the run's false-alarm probability."""
    min_detectable_drop: float
    """Smallest drop in accuracy that would have been seen with 80 % power."""

    @property
    def churn(self) -> float:
        """Share of questions whose correctness changed."""
        return (self.lost + self.won) / self.n if self.n else 0.0

    @property
    def regressed(self) -> bool:
        return self.p_value <= self.level
