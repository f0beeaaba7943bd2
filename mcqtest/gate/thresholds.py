"""Bounds from the configuration, beside the comparison."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from mcqtest.gate.criteria import KINDS
from mcqtest.metrics import ACCURACY, STANDARD, SURE
from mcqtest.types import Benchmark, Bound, McqtestError, Metric

_VARIED = Metric("spread", lambda _: None, better=-1, hint="; add --sensitivity=all")

THRESHOLDS: Mapping[str, Bound] = {
    **{
        key: bound for metric in (*STANDARD, *SURE, _VARIED) for key, bound in metric.bounds.items()
    },
    **{key: bound for kind in KINDS.values() for key, bound in kind.bounds.items()},
}
"""Configuration key -> what it bounds, for every benchmark."""


@dataclass(frozen=True)
class Thresholds:
    """Bounds: ``benchmark`` or ``benchmark/task`` -> key -> bound. Raises `McqtestError` for what
    is no number.
    """

    bounds: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    own: Mapping[str, Mapping[str, Bound]] = field(default_factory=dict)
    """Benchmark -> what the keys of its own metrics bound (`knowing`)."""

    def __post_init__(self) -> None:
        for place, bounds in self.bounds.items():
            for key, bound in bounds.items():
                number = isinstance(bound, int | float) and not isinstance(bound, bool)
                if not number or not math.isfinite(bound):
                    raise McqtestError(f"gate.{place}.{key} = {bound!r}: a number is needed")

    def __bool__(self) -> bool:
        return bool(self.bounds)

    def knowing(
        self, benchmarks: Iterable[Benchmark], *, installed: Iterable[str] = ()
    ) -> Thresholds:
        """The same, once it is known which benchmarks there are, and the names of others that are
        ``installed``. Raises `McqtestError` for keys that these do not have, and for bounds that no
        figure can keep or break.
        """
        own: dict[str, dict[str, Bound]] = {name: {} for name in installed}
        own |= {each.name: _own(each) for each in benchmarks}
        known = replace(self, own=own)
        for place, bounds in self.bounds.items():
            if place.partition("/")[0] in own:
                for key, bound in bounds.items():
                    _check(f"gate.{place}.{key}", known.what(place).get(key), bound, known, place)
        return known

    def what(self, place: str) -> Mapping[str, Bound]:
        """What can be bounded there."""
        return {**THRESHOLDS, **self.own.get(place.partition("/")[0], {})}

    def broken(self, place: str, figures: Mapping[str, float]) -> list[str]:
        """One sentence for every bound of ``place`` that does not hold."""
        sentences = []
        for key, bound in self.bounds.get(place, {}).items():
            what = self.what(place)[key]
            value = figures.get(what.figure)
            if value is None:
                sentences.append(
                    f"{place}: {key} = {bound:g}, but this run has no {what.figure}{what.hint}"
                )
            elif not (value - bound) * what.direction >= 0:  # also where it is not a number
                than = "below" if what.direction > 0 else "above"
                sentences.append(
                    f"{place}: {what.figure} {what.shown(value)} is {than} {key} = {bound:g}"
                )
        return sentences


def _own(benchmark: Benchmark) -> dict[str, Bound]:
    """What its own metrics bound; and its accuracy, where scores are not from 0 to 1."""
    metrics = list(benchmark.metrics)
    if any(method.value for method in benchmark.methods.values()):
        low, high = benchmark.scores or (-math.inf, math.inf)
        if not low < high:
            raise McqtestError(
                f"{benchmark.name}: scores={benchmark.scores} is no range; name the least and the "
                "most that a question can be worth"
            )
        metrics.append(replace(ACCURACY, low=low, high=high))
    return {key: what for metric in metrics for key, what in metric.bounds.items()}


def _check(
    where: str, what: Bound | None, bound: float, thresholds: Thresholds, place: str
) -> None:
    if what is None:
        known = ", ".join(thresholds.what(place))
        raise McqtestError(f"{where}: no such threshold; there are {known}")
    if not what.low <= bound <= what.high:
        needed = f"a number from {what.low:g} to {what.high:g}"
        if what.low == 0 and what.high <= 2:
            needed = f"a fraction from 0 to {what.high:g}, such as 0.6,"
        if what.counted:
            needed = f"a number of {what.counted}, such as 9,"
        raise McqtestError(f"{where} = {bound!r}: {needed} is needed")
    if what.counted and bound != int(bound):
        raise McqtestError(f"{where} = {bound!r}: a whole number of {what.counted} is needed")
