"""All that is found out about figures of several sizes: claims, predictions, laws, orders."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from mcqtest.metrics.scaling.claims import Claim, claims
from mcqtest.metrics.scaling.curves import Curve, Figure, curves
from mcqtest.metrics.scaling.holdout import (
    Held,
    JointPrediction,
    Prediction,
    calibration,
    joint,
    predictions,
)
from mcqtest.metrics.scaling.ranks import Correlation, correlations
from mcqtest.metrics.scaling.trend import MOST

Columns = Mapping[str, Mapping[str, float]]
"""Name -> model -> score."""


@dataclass(frozen=True, slots=True)
class Family:
    """Models that differ in size, on the tasks of one benchmark."""

    name: str
    benchmark: str
    claims: tuple[Claim, ...]
    """By falling breakthroughness."""
    predictions: tuple[Prediction, ...]
    widened: float | None
    """By how much intervals were; None where too few smaller sizes could tell."""
    calibration: tuple[Held, ...]
    """Of intervals, at each size in turn."""
    joint: tuple[JointPrediction, ...]
    beside: Mapping[str, tuple[Claim, ...]]
    """Further metric -> claims of the same tasks, of those that have it."""


@dataclass(frozen=True, slots=True)
class Study:
    """Of all figures together."""

    axis: str
    metric: str
    families: tuple[Family, ...]
    correlations: tuple[Correlation, ...]

    @property
    def claims(self) -> list[Claim]:
        """Of all families."""
        return [each for family in self.families for each in family.claims]


def study(
    figures: Sequence[Figure],
    axis: str,
    metric: str,
    *,
    others: Columns | None = None,
    against: str | None = None,
) -> Study:
    """Everything about these figures.

    Args:
        figures: of this metric and of others, which stand beside it
        axis: what sizes are, in a word
        metric: that claims are made of
        others: columns that models' mean scores in benchmarks are held against, too
        against: one of these: then only pairs with it are told

    """
    main = [each for each in figures if each.metric == metric]
    rest = [each for each in figures if each.metric != metric]
    made, beside = claims(curves(main)), claims(curves(rest))
    columns = {**means(main), **(others or {})}
    return Study(
        axis=axis,
        metric=metric,
        families=tuple(
            _family(key, list(some), beside, by_tokens=axis not in {"tokens", "compute"})
            for key, some in groupby(sorted(made, key=_place), key=_place)
        ),
        correlations=tuple(correlations(columns, against)),
    )


def means(figures: Sequence[Figure]) -> dict[str, dict[str, float]]:
    """Benchmark -> model -> mean over its tasks, each task counting alike, of the models that have
    all of its tasks.
    """
    found: dict[str, dict[str, dict[str, list[Figure]]]] = {}
    for each in figures:
        models = found.setdefault(each.benchmark, {})
        models.setdefault(each.model, {}).setdefault(each.task, []).append(each)
    return {name: _mean_of(models) for name, models in found.items()}


def _mean_of(models: Mapping[str, Mapping[str, list[Figure]]]) -> dict[str, float]:
    tasks = {task for held in models.values() for task in held}
    return {
        model: sum(curves(held[task])[0].values[-1] for task in sorted(tasks)) / len(tasks)
        for model, held in models.items()
        if held.keys() == tasks
    }


def _place(claim: Claim) -> tuple[str, str]:
    return claim.curve.family, claim.curve.benchmark


def _family(
    key: tuple[str, str], found: list[Claim], beside: Sequence[Claim], *, by_tokens: bool
) -> Family:
    held: list[Curve] = [each.curve for each in found]
    predicted, widened = predictions(held)
    together: dict[str, list[Claim]] = {}
    for each in beside:
        if _place(each) == key:
            together.setdefault(each.curve.metric, []).append(each)
    return Family(
        *key,
        claims=tuple(sorted(found, key=_steepness, reverse=True)),
        predictions=tuple(predicted),
        widened=widened,
        calibration=tuple(calibration(held)) if len(held[0].sizes) <= MOST else (),
        joint=tuple(filter(None, map(joint, held))) if by_tokens else (),
        beside={metric: tuple(some) for metric, some in together.items()},
    )


def _steepness(claim: Claim) -> tuple[float, float]:
    """By breakthroughness; a jump among equal scores stands above or below all others."""
    spread = claim.breakthroughness
    if spread is None:
        spread = float("inf") if claim.gain > 0 else float("-inf")
    return spread, claim.gain
