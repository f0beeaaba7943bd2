"""Figures of confidence that can be bounded: does it tell right answers from wrong ones?

The confidence is the highest probability over the choices, and where texts were read, the number
that a recording brings or the text states. An answer that could not be read, or has no such number
from 0 to 1, has the confidence 0: it is the first that would be left out. Where more than half have
none, or all are equally sure, there is nothing to rank by, and no figure.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from mcqtest.metrics.columns import Columns
from mcqtest.metrics.discrimination import auroc_of
from mcqtest.metrics.paired import Blocks
from mcqtest.metrics.selective import accuracy_at_coverage_of, aurc_of
from mcqtest.types import Metric, Scored

COVERAGE = 0.8
"""The share of the questions that `accuracy_at_coverage` keeps, the surest."""


def _of(
    figure: Callable[[Blocks], float | None],
) -> Callable[[Sequence[Scored]], float | None]:
    def of(scores: Sequence[Scored]) -> float | None:
        found = Columns.of(scores).blocks
        return None if found is None else figure(found)

    return of


_HINT = "; letters have confidences, and texts that state one"

SURE = (
    Metric("auroc", _of(auroc_of), hint=_HINT),
    Metric("aurc", _of(aurc_of), better=-1, hint=_HINT),
    Metric(
        "accuracy_at_coverage",
        _of(partial(accuracy_at_coverage_of, coverage=COVERAGE)),
        hint=_HINT,
    ),
)
"""What every benchmark has besides, where its answers have confidences. A baseline keeps none of
these figures."""
