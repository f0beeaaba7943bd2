"""Bounds from the configuration, beside the comparison."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from mcqtest.gate.criteria import KINDS
from mcqtest.gate.criterion import Bound
from mcqtest.types import McqtestError

THRESHOLDS: Mapping[str, Bound] = {
    "min_accuracy": Bound("accuracy", 1),
    "max_ece": Bound("ece", -1),
    "max_rms_calibration_error": Bound("rms_calibration_error", -1),
    "max_calibration_gap": Bound("calibration_gap", -1),
    "max_brier": Bound("brier", -1, most=2.0),
    "max_unanswered_share": Bound("unanswered_share", -1),
    "max_truncated_share": Bound("truncated_share", -1),
    "max_spread": Bound("spread", -1, hint="; add --sensitivity=all"),
    **{key: bound for kind in KINDS.values() for key, bound in kind.bounds.items()},
}
"""Configuration key -> what it bounds."""


@dataclass(frozen=True)
class Thresholds:
    """Bounds: ``benchmark`` or ``benchmark/task`` -> key -> bound. Raises `McqtestError` for what
    cannot be one.
    """

    bounds: Mapping[str, Mapping[str, float]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for place, bounds in self.bounds.items():
            for key, bound in bounds.items():
                _check(f"gate.{place}.{key}", key, bound)

    def __bool__(self) -> bool:
        return bool(self.bounds)

    def broken(self, place: str, figures: Mapping[str, float]) -> list[str]:
        """One sentence for every bound of ``place`` that does not hold."""
        sentences = []
        for key, bound in self.bounds.get(place, {}).items():
            what = THRESHOLDS[key]
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


def _check(where: str, key: str, bound: object) -> None:
    if key not in THRESHOLDS:
        raise McqtestError(f"{where}: no such threshold; there are {', '.join(THRESHOLDS)}")
    what = THRESHOLDS[key]
    if not isinstance(bound, int | float) or isinstance(bound, bool) or not math.isfinite(bound):
        raise McqtestError(f"{where} = {bound!r}: a number is needed")
    if not 0 <= bound <= what.most:
        needed = f"a fraction from 0 to {what.most:g}, such as 0.6,"
        if what.counted:
            needed = f"a number of {what.counted}, such as 9,"
        raise McqtestError(f"{where} = {bound!r}: {needed} is needed")
    if what.counted and bound != int(bound):
        raise McqtestError(f"{where} = {bound!r}: a whole number of {what.counted} is needed")
