"""Scores of one task at several sizes of a model, as a curve.

A size is whatever the axis is: parameters, active parameters, compute or tokens. Where a size was
measured several times (seeds), the curve has the mean.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from math import fsum, sqrt


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """What one model scores on one task."""

    task: str
    size: float
    """On the axis, above 0."""
    score: float
    low: float | None = None
    high: float | None = None
    """Anchors: poor or chance performance, and very good. Of a figure of which less is better the
    high one is the smaller; None where they are not known."""
    n: int | None = None
    """Questions, where the score is a mean over these of values in [0, 1]; else None."""
    tokens: float | None = None
    """What the model was trained on."""
    model: str = ""
    benchmark: str = ""
    family: str = ""
    """Models that differ in size alone; each family has curves of its own."""
    metric: str = "score"


@dataclass(frozen=True, slots=True)
class Curve:
    """One task of one family, by ascending size."""

    family: str
    benchmark: str
    task: str
    metric: str
    sizes: tuple[float, ...]
    scores: tuple[float, ...]
    """As measured."""
    values: tuple[float, ...]
    """Normalised: 0 at the low anchor and 100 at the high one, below and above may be
    (`mcqtest.metrics.official.normalised`); the scores themselves where there are no anchors."""
    errors: tuple[float | None, ...]
    """Standard error of each value by the number of questions; None where that is not known."""
    normalised: bool
    figures: tuple[Figure, ...] = field(repr=False)
    """What it was made of, every seed and every number of tokens."""

    @property
    def steps(self) -> int:
        """Between neighbouring sizes."""
        return len(self.sizes) - 1

    def first(self, count: int) -> Curve:
        """Its so many smallest sizes."""
        return replace(
            self,
            sizes=self.sizes[:count],
            scores=self.scores[:count],
            values=self.values[:count],
            errors=self.errors[:count],
        )


def curves(figures: Iterable[Figure]) -> list[Curve]:
    """A curve for each family, benchmark, task and metric, in the order in which they come.

    Of one size those figures count that had the most tokens; of several of these the mean.
    """
    found: dict[tuple[str, str, str, str], list[Figure]] = {}
    for each in figures:
        found.setdefault((each.family, each.benchmark, each.task, each.metric), []).append(each)
    return [_curve(key, each) for key, each in found.items()]


def _curve(key: tuple[str, str, str, str], figures: Sequence[Figure]) -> Curve:
    sizes = sorted({each.size for each in figures})
    held = [_latest([each for each in figures if each.size == size]) for size in sizes]
    anchored = all(_anchored(each) for each in figures)
    values = [
        fsum(value_of(each, normalised=anchored) for each in some) / len(some) for some in held
    ]
    return Curve(
        *key,
        sizes=tuple(sizes),
        scores=tuple(fsum(each.score for each in some) / len(some) for some in held),
        values=tuple(values),
        errors=tuple(_error(some, anchored) for some in held),
        normalised=anchored,
        figures=tuple(figures),
    )


def _latest(figures: Sequence[Figure]) -> list[Figure]:
    most = max(each.tokens or 0 for each in figures)
    return [each for each in figures if (each.tokens or 0) == most]


def _anchored(figure: Figure) -> bool:
    return figure.low is not None and figure.high is not None and figure.low != figure.high


def value_of(figure: Figure, *, normalised: bool) -> float:
    """Its score, between its anchors where that is asked for and it has them."""
    if not normalised or figure.low is None or figure.high is None:
        return figure.score
    return 100 * (figure.score - figure.low) / (figure.high - figure.low)


def _error(figures: Sequence[Figure], anchored: bool) -> float | None:
    """Of the mean of these. A score of values in [0, 1] has no more variance than one of 0 and 1;
    one wrong and one right answer are added, so that 0 of 10 is not taken for certain.
    """
    total = 0.0
    for each in figures:
        if each.n is None or not 0 <= each.score <= 1:
            return None
        share = (each.score * each.n + 1) / (each.n + 2)
        unit = 1.0
        if anchored and each.low is not None and each.high is not None:
            unit = 100 / (each.high - each.low)
        total += share * (1 - share) / (each.n + 2) * unit**2
    return sqrt(total) / len(figures)
