"""Figures of judged questions: each is one function of scores, of one or several tasks."""

from mcqtest.metrics import official, scaling
from mcqtest.metrics.calibration import (
    brier,
    calibration_gap,
    ece,
    mean_confidence,
    rms_calibration_error,
    rms_calibration_error_hendrycks,
)
from mcqtest.metrics.discrimination import auroc, brier_of
from mcqtest.metrics.figures import (
    accuracy,
    deviation,
    macro_accuracy,
    spread,
    truncated_share,
    unanswered,
    unanswered_share,
)
from mcqtest.metrics.standard import ACCURACY, STANDARD, measured
from mcqtest.types import Metric

__all__ = [
    "ACCURACY",
    "STANDARD",
    "Metric",
    "accuracy",
    "auroc",
    "brier",
    "brier_of",
    "calibration_gap",
    "deviation",
    "ece",
    "macro_accuracy",
    "mean_confidence",
    "measured",
    "official",
    "rms_calibration_error",
    "rms_calibration_error_hendrycks",
    "scaling",
    "spread",
    "truncated_share",
    "unanswered",
    "unanswered_share",
]
