"""Figures of judged questions. Each is one function of the results of one or several tasks."""

from mcqtest.metrics.calibration import (
    brier,
    calibration_gap,
    ece,
    mean_confidence,
    rms_calibration_error,
    rms_calibration_error_hendrycks,
)
from mcqtest.metrics.figures import (
    accuracy,
    deviation,
    macro_accuracy,
    spread,
    truncated_share,
    unanswered,
    unanswered_share,
)

__all__ = [
    "accuracy",
    "brier",
    "calibration_gap",
    "deviation",
    "ece",
    "macro_accuracy",
    "mean_confidence",
    "rms_calibration_error",
    "rms_calibration_error_hendrycks",
    "spread",
    "truncated_share",
    "unanswered",
    "unanswered_share",
]
