"""What one task's results come to: their scores, and the two files that a baseline of them has."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from mcqtest.gate.companion import Companion, companion
from mcqtest.gate.comparison import set_up
from mcqtest.gate.record import Record, record, scores_of
from mcqtest.metrics import STANDARD, SURE, Columns, measured
from mcqtest.types import Identity, Results, Score


class Made(NamedTuple):
    """See the module."""

    results: Results
    scores: Sequence[Score]
    record: Record
    companion: Companion
    sure: Mapping[str, float]
    """Figures of confidence; a record has none of them."""


def made(results: Results, who: Identity, kept: Companion | None = None) -> Made:
    """Of the ``results`` of this model; ``kept``: what stood beside their record, where they are
    read again and not all is told that it was made of.
    """
    scores, task = scores_of(results), results.task
    columns = Columns(scores)
    sure = measured([columns], SURE)
    new = record(
        results,
        columns,
        metrics=(*STANDARD, *task.benchmark.metrics),
        model=who.name,
        weights=who.weights,
        setup=set_up(who.setup, results.template),
    )
    if kept is None:
        criterion = task.criterion
        keeps = criterion.keeps([each.question for each in results]) if criterion else ()
        kept = companion(new, scores, keeps)
    return Made(results, scores, new, kept, sure)
