"""The largest size held out: what smaller ones predict for it, and how often that holds.

An interval of a fit takes the line for the truth. How far tasks stray from theirs is seen before
the largest size is looked at: each smaller size, too, is predicted from those below it, over all
tasks of a family, and the interval is widened by what that needed, as in split conformal
prediction. It is never made narrower.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import NamedTuple

from mcqtest.metrics.scaling.curves import Curve, Figure, value_of
from mcqtest.metrics.scaling.laws import (
    LEVEL,
    JointLaw,
    PowerLaw,
    joint_law,
    power_law,
    quantile,
)

LEAST = 4
"""Sizes that a fit is made of."""
_ENOUGH = 20
"""Predictions of smaller sizes that a factor is taken from."""
_FLOOR = 1.0
"""Points: the smallest gap, where a score reaches its high anchor or lies beyond it; a smaller one
would weigh more in a fit of logarithms than all others."""


@dataclass(frozen=True, slots=True)
class Prediction:
    """Of a curve's largest size, in the curve's values."""

    curve: Curve
    law: PowerLaw
    predicted: float
    low: float
    high: float
    seen: float
    last: float
    """At the largest of the smaller sizes: what a guess without any law would be."""

    @property
    def holds(self) -> bool:
        """The interval has what was seen."""
        return self.low <= self.seen <= self.high

    @property
    def is_above(self) -> bool:
        """What was seen lies above the interval."""
        return self.seen > self.high

    @property
    def error(self) -> float:
        """Seen less predicted."""
        return self.seen - self.predicted


def predictions(curves: Sequence[Curve]) -> tuple[list[Prediction], float | None]:
    """Of curves with enough sizes, and by how much their intervals were widened; None where there
    are too few smaller sizes to tell.
    """
    usable = [each for each in curves if len(each.sizes) > LEAST]
    needed = [ratio for each in usable for ratio in _ratios(each)]
    factor = max(1.0, _quantile(needed)) if len(needed) >= _ENOUGH else None
    found = map(partial(_predicted, factor=factor or 1.0), usable)
    return [each for each in found if each is not None], factor


class Held(NamedTuple):
    """How intervals did at one size that was held out, made from those below it."""

    size: float
    tasks: int
    holds: int
    above: int
    """Seen above the interval."""


def calibration(curves: Sequence[Curve]) -> list[Held]:
    """What `predictions` would have said of each size in turn, had it been the largest; of curves
    that have the most sizes.
    """
    most = max((len(each.sizes) for each in curves), default=0)
    full = [each for each in curves if len(each.sizes) == most]
    found = []
    for count in range(LEAST + 1, most + 1):
        made, _ = predictions([each.first(count) for each in full])
        if made:
            holds, above = sum(each.holds for each in made), sum(each.is_above for each in made)
            found.append(Held(full[0].sizes[count - 1], len(made), holds, above))
    return found


def _ratios(curve: Curve) -> list[float]:
    """By how much intervals at smaller sizes should have been wider or narrower."""
    found = []
    gaps = _gaps(curve)
    for at in range(LEAST, len(gaps) - 1):  # the largest size is not looked at
        law = _law(curve, at)
        if law is not None and law.spread > 0:
            away = abs(math.log(gaps[at] / law.gap(curve.sizes[at])))
            found.append(away / (quantile(at - 2) * law.error(curve.sizes[at])))
    return found


def _quantile(ratios: Sequence[float]) -> float:
    """As split conformal prediction takes it: the next larger of `LEVEL` of them."""
    rank = math.ceil(LEVEL * (len(ratios) + 1))
    return sorted(ratios)[min(rank, len(ratios)) - 1]


def _predicted(curve: Curve, *, factor: float) -> Prediction | None:
    largest, last = curve.sizes[-1], len(curve.sizes) - 1
    law = _law(curve, last)
    if law is None:
        return None
    ends = [_back(curve, gap) for gap in law.interval(largest, factor)]
    least = _least(curve)
    return Prediction(
        curve=curve,
        law=law,
        predicted=max(least, _back(curve, law.gap(largest))),
        low=max(least, min(ends)),
        high=max(least, *ends),
        seen=curve.values[-1],
        last=curve.values[-2],
    )


def _least(curve: Curve) -> float:
    """The value of a score of 0, where scores are shares of questions: nothing is below."""
    if curve.errors[-1] is None:
        return -math.inf
    return value_of(replace(curve.figures[-1], score=0.0), normalised=curve.normalised)


def _law(curve: Curve, count: int) -> PowerLaw | None:
    """Fitted to so many of the smallest sizes."""
    gaps, errors = _gaps(curve)[:count], curve.errors[:count]
    known = [
        error / gap for error, gap in zip(errors, gaps, strict=True) if error is not None and gap
    ]
    least = math.sqrt(math.fsum(each**2 for each in known) / len(known)) if known else 0.0
    return power_law(curve.sizes[:count], gaps, least=least)


def _gaps(curve: Curve) -> list[float]:
    """What is missing to the high anchor, in points; a loss is a gap as it is."""
    if not curve.normalised:
        return list(curve.values)
    return [max(_FLOOR, 100 - each) for each in curve.values]


def _back(curve: Curve, gap: float) -> float:
    return 100 - gap if curve.normalised else gap


@dataclass(frozen=True, slots=True)
class JointPrediction:
    """Of the figure with the most compute (N times D), by the law of all others."""

    curve: Curve
    law: JointLaw
    parameters: float
    tokens: float
    predicted: float
    seen: float


def joint(curve: Curve) -> JointPrediction | None:
    """Fitted to every figure with tokens but the one with the most compute. None where that cannot
    be (`joint_law`).
    """
    known = sorted(
        (each for each in curve.figures if each.tokens),
        key=lambda each: each.size * (each.tokens or 0),
    )
    if len(known) < 2:
        return None
    *rest, most = known
    law = joint_law(
        [each.size for each in rest],
        [each.tokens or 0.0 for each in rest],
        [_loss(each, curve) for each in rest],
    )
    if law is None or not most.tokens:
        return None
    predicted = _back(curve, law.loss(most.size, most.tokens))
    seen = _back(curve, _loss(most, curve))
    return JointPrediction(curve, law, most.size, most.tokens, predicted, seen)


def _loss(figure: Figure, curve: Curve) -> float:
    """What is missing to the high anchor; a loss as it is."""
    value = value_of(figure, normalised=curve.normalised)
    return max(_FLOOR, 100 - value) if curve.normalised else value
