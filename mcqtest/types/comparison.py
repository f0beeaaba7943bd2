"""A candidate against its baseline."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Comparison:
    """A candidate against its baseline on the same ``n`` questions."""

    n: int
    lost: int
    """Right in the baseline, not right now; or with a lower score."""
    won: int
    p_value: float
    """One-sided: the chance of at least this loss if what changed had fallen either way with equal
    chance (exact McNemar; sign flips where scores are real numbers)."""
    level: float
    """This comparison's share of the run's false-alarm probability."""
    min_detectable_drop: float | None
    """Smallest drop in accuracy that would have been seen with 80 % power; None where scores are
    real numbers."""

    @property
    def churn(self) -> float:
        """Share of questions whose correctness changed."""
        return (self.lost + self.won) / self.n if self.n else 0.0

    @property
    def regressed(self) -> bool:
        return self.p_value <= self.level
