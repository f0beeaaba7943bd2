"""Figures of judged questions: each is one function of scores, of one or several tasks."""

from mcqtest.metrics import official, scaling
from mcqtest.metrics.binned import CUTS, Bin, Cut, ece_of, mce_of, smooth_ece
from mcqtest.metrics.calibration import (
    brier,
    calibration_gap,
    ece,
    mean_confidence,
    rms_calibration_error,
    rms_calibration_error_hendrycks,
)
from mcqtest.metrics.columns import Columns, share
from mcqtest.metrics.combined import Combination
from mcqtest.metrics.discrimination import (
    BrierParts,
    Step,
    auroc,
    brier_of,
    brier_parts,
    isotonic,
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
from mcqtest.metrics.resampled import interval, resampled, weights
from mcqtest.metrics.selective import (
    Kept,
    Point,
    accuracy_at_coverage,
    aurc,
    excess_aurc,
    kept_at,
    risk_coverage,
    threshold_for_risk,
)
from mcqtest.metrics.standard import ACCURACY, STANDARD, measured
from mcqtest.metrics.sure import COVERAGE, SURE
from mcqtest.metrics.temperature import softmax, temperature
from mcqtest.metrics.told import Told
from mcqtest.types import Metric

__all__ = [
    "ACCURACY",
    "COVERAGE",
    "CUTS",
    "STANDARD",
    "SURE",
    "Bin",
    "BrierParts",
    "Columns",
    "Combination",
    "Cut",
    "Kept",
    "Metric",
    "Point",
    "Step",
    "Told",
    "accuracy",
    "accuracy_at_coverage",
    "aurc",
    "auroc",
    "brier",
    "brier_of",
    "brier_parts",
    "calibration_gap",
    "deviation",
    "ece",
    "ece_of",
    "excess_aurc",
    "interval",
    "isotonic",
    "kept_at",
    "macro_accuracy",
    "mce_of",
    "mean_confidence",
    "measured",
    "official",
    "resampled",
    "risk_coverage",
    "rms_calibration_error",
    "rms_calibration_error_hendrycks",
    "scaling",
    "share",
    "smooth_ece",
    "softmax",
    "spread",
    "temperature",
    "threshold_for_risk",
    "truncated_share",
    "unanswered",
    "unanswered_share",
    "weights",
]
