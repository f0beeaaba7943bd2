"""The metrics that every benchmark has."""

from __future__ import annotations

from collections.abc import Sequence

from mcqtest.metrics import calibration, figures
from mcqtest.types import Metric, Scored

ACCURACY = Metric("accuracy", figures.accuracy)

STANDARD = (
    ACCURACY,
    Metric("ece", calibration.ece, better=-1),
    Metric("rms_calibration_error", calibration.rms_calibration_error, better=-1),
    Metric(
        "rms_calibration_error_hendrycks", calibration.rms_calibration_error_hendrycks, better=-1
    ),
    Metric("calibration_gap", calibration.calibration_gap, better=-1),
    Metric("brier", calibration.brier, better=-1, high=2.0),
    Metric("confidence", calibration.mean_confidence, better=0),
    Metric("unanswered_share", figures.unanswered_share, better=-1),
    Metric("truncated_share", figures.truncated_share, better=-1),
)
"""What every benchmark has, where its scores allow."""


def measured(
    tasks: Sequence[Sequence[Scored]], metrics: Sequence[Metric] = STANDARD
) -> dict[str, float]:
    """Name -> figure of these tasks together, of those that there are."""
    found = {metric.name: metric.over(tasks) for metric in metrics}
    return {name: float(value) for name, value in found.items() if value is not None}
