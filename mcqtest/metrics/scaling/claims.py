"""What is said of each task: it rises, it falls, it broke through, or nothing.

The rules were fixed, and their rate of false claims on made-up noise was looked at, before any
scores of real models were (docs/scaling.md).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import erfc, sqrt

from mcqtest.metrics.scaling.curves import Curve
from mcqtest.metrics.scaling.shape import breakthroughness, gain, linearity
from mcqtest.metrics.scaling.trend import blocks, holm, mann_kendall, smallest_p

ALPHA = 0.05
"""Probability of any false claim of a trend over all tasks that are looked at together."""

LEAST_SIZES, LEAST_B, LEAST_GAIN, KEPT = 6, 8.0, 10.0, 0.5
RULE = (
    f"broke through: {LEAST_SIZES} sizes or more, B at least n - 1 and {LEAST_B:g} and twice L, a "
    f"gain of {LEAST_GAIN:g} normalized points or more that questions do not explain, half of it "
    "kept at the largest size"
)

RISES, FALLS, BROKE, JUMP, NOTHING = "rises", "falls", "broke through", "single jump", ""


@dataclass(frozen=True, slots=True)
class Claim:
    """A curve's figures and what follows from them."""

    curve: Curve
    gain: float
    """Of the curve's values, negative where the highest comes before the lowest."""
    linearity: float
    breakthroughness: float | None
    """None for a jump among equal scores."""
    tau: float
    """Kendall's, of score and size."""
    p_value: float
    adjusted: float
    """By Holm over all curves that were looked at together."""
    broke_through: bool
    is_jump: bool
    """All of the gain is one step, among equal scores whose noise nobody knows."""

    @property
    def trend(self) -> str:
        """``rises``, ``falls`` or nothing."""
        if self.adjusted > ALPHA:
            return NOTHING
        return RISES if self.tau > 0 else FALLS

    @property
    def says(self) -> str:
        """In a word or two."""
        found = [BROKE if self.broke_through else JUMP if self.is_jump else "", self.trend]
        return ", ".join(filter(None, found))


def claims(curves: Sequence[Curve]) -> list[Claim]:
    """Of every curve with two sizes or more; these are all that is looked at together."""
    usable = [each for each in curves if each.steps]
    tested = [mann_kendall(blocks(each.values)) for each in usable]
    adjusted = holm([p for _, p in tested])
    return [
        _claim(curve, tau, p, level, len(usable))
        for curve, (tau, p), level in zip(usable, tested, adjusted, strict=True)
    ]


def provable(claims: Sequence[Claim]) -> bool:
    """Whether a task that rises at every step could be told to rise, among so many tasks."""
    most = max((len(each.curve.sizes) for each in claims), default=0)
    return most > 1 and smallest_p(most) * len(claims) <= ALPHA


def _claim(curve: Curve, tau: float, p: float, adjusted: float, tasks: int) -> Claim:
    values = curve.values
    whole, spread = gain(values), breakthroughness(values)
    line = linearity(values)
    is_steep = spread is None or (
        spread >= max(LEAST_B, curve.steps) and spread >= 2 * line  # B of noise is small
    )
    explained = _by_questions(curve, tasks)
    rose = (
        len(values) >= LEAST_SIZES
        and whole >= (LEAST_GAIN if curve.normalised else 0)
        and whole > 0
        and is_steep
        and values[-1] - min(values) >= KEPT * whole
    )
    unknown = spread is None and explained is None
    return Claim(
        curve=curve,
        gain=whole,
        linearity=line,
        breakthroughness=spread,
        tau=tau,
        p_value=p,
        adjusted=adjusted,
        broke_through=rose and not explained and not unknown,
        is_jump=spread is None and not (rose and explained is False),
    )


def _by_questions(curve: Curve, tasks: int) -> bool | None:
    """Whether the difference of the highest and the lowest score may be one of questions alone: a
    normal test, by Bonferroni over all pairs of sizes of all tasks. None where it is not known how
    many questions there were.
    """
    values = curve.values
    places = range(len(values))
    highest, lowest = max(places, key=values.__getitem__), min(places, key=values.__getitem__)
    errors = curve.errors[highest], curve.errors[lowest]
    if errors[0] is None or errors[1] is None:
        return None
    z = (values[highest] - values[lowest]) / sqrt(errors[0] ** 2 + errors[1] ** 2)
    pairs = tasks * len(values) * (len(values) - 1) / 2
    return erfc(z / sqrt(2)) * pairs > ALPHA
