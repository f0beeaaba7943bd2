"""How scores grow with the size of a model: shapes of curves, what may be said of them, laws."""

from mcqtest.metrics.scaling.claims import ALPHA, LEAST_SIZES, RULE, Claim, claims, provable
from mcqtest.metrics.scaling.curves import Curve, Figure, curves
from mcqtest.metrics.scaling.families import Columns, Family, Study, means, study
from mcqtest.metrics.scaling.holdout import JointPrediction, Prediction, joint, predictions
from mcqtest.metrics.scaling.laws import (
    FORM,
    JOINT_FORM,
    LEVEL,
    JointLaw,
    PowerLaw,
    joint_law,
    power_law,
)
from mcqtest.metrics.scaling.ranks import Correlation, correlation, correlations
from mcqtest.metrics.scaling.shape import breakthroughness, gain, linearity
from mcqtest.metrics.scaling.trend import holm, mann_kendall

__all__ = [
    "ALPHA",
    "FORM",
    "JOINT_FORM",
    "LEAST_SIZES",
    "LEVEL",
    "RULE",
    "Claim",
    "Columns",
    "Correlation",
    "Curve",
    "Family",
    "Figure",
    "JointLaw",
    "JointPrediction",
    "PowerLaw",
    "Prediction",
    "Study",
    "breakthroughness",
    "claims",
    "correlation",
    "correlations",
    "curves",
    "gain",
    "holm",
    "joint",
    "joint_law",
    "linearity",
    "mann_kendall",
    "means",
    "power_law",
    "predictions",
    "provable",
    "study",
]
