"""The metrics that every benchmark has."""

from __future__ import annotations

import math
import traceback
from collections.abc import Sequence
from functools import partial
from itertools import chain
from typing import SupportsFloat

from mcqtest.metrics import calibration, figures
from mcqtest.metrics.columns import Columns
from mcqtest.metrics.sure import SURE
from mcqtest.types import McqtestError, Metric, Scored, one_line

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


_OURS = (*STANDARD, *SURE)


def measured(
    tasks: Sequence[Sequence[Scored]], metrics: Sequence[Metric] = STANDARD
) -> dict[str, float]:
    """Name -> figure of these tasks together, of those that there are. Raises `McqtestError` where
    a metric of one's own fails, or gives what is no finite number.
    """
    together = (
        [Columns(chain.from_iterable(tasks))] if len(tasks) > 1 else [*map(Columns.of, tasks)]
    )
    of = {"questions": together, "tasks": tasks}
    found = {
        metric.name: (metric.over if metric in _OURS else partial(_own, metric))(of[metric.pool])
        for metric in metrics
    }
    return {name: float(value) for name, value in found.items() if value is not None}


def _own(metric: Metric, tasks: Sequence[Sequence[Scored]]) -> float | None:
    try:
        value: object = metric.over(tasks)
    except Exception as error:
        *_, last = traceback.extract_tb(error.__traceback__)
        said = one_line(error, named=True)
        raise McqtestError(
            f"metric {metric.name}: {said} ({last.filename}, line {last.lineno}); mend it"
        ) from error
    if value is None:
        return None
    if not isinstance(value, SupportsFloat) or not math.isfinite(value):
        raise McqtestError(
            f"metric {metric.name}: gave {repr(value)[:60]} for {sum(map(len, tasks))} questions; "
            "a finite number is needed, or None where there is none"
        )
    return float(value)
