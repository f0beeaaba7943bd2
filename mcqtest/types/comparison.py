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
    tolerance: float = 0.0
    """The drop, a fraction, that is not held against the candidate."""
    p_beyond: float = 1.0
    """One-sided p-value of a drop of the tolerance at most; ``p_value`` where none is tolerated."""
    drop: tuple[float, float] | None = None
    """The smallest and the largest drop that is not excluded, each at the run's alpha; negative
    ones are gains. None where that was not asked."""
    real: bool = False
    """Scores are more than right and wrong."""

    @property
    def churn(self) -> float:
        """Share of questions whose correctness changed."""
        return (self.lost + self.won) / self.n if self.n else 0.0

    @property
    def regressed(self) -> bool:
        """A loss beyond the tolerance is proven."""
        return self.p_beyond <= self.level

    @property
    def tolerated(self) -> bool:
        """A loss is proven, but not one beyond the tolerance."""
        return self.p_value <= self.level and not self.regressed

    def adjusted(self, alpha: float) -> float:
        """The alpha of the whole run at which this comparison would be red, were all levels scaled
        alike (Bonferroni's adjusted p-value).
        """
        return min(1.0, self.p_beyond * alpha / self.level) if self.level else 1.0
