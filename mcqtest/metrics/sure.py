"""Figures of confidence that can be bounded: does it tell right answers from wrong ones?

The confidence is the highest probability over the choices, and where texts were read, the number
that a recording brings or the text states. An answer that could not be read, or has no such number
from 0 to 1, has the confidence 0: it is the first that would be left out. Where more than half have
none, or all are equally sure, there is nothing to rank by, and no figure.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

from mcqtest.metrics.discrimination import auroc
from mcqtest.metrics.selective import accuracy_at_coverage, aurc, is_ranking
from mcqtest.types import CONFIDENCE, Metric, Scored

COVERAGE = 0.8
"""The share of the questions that `accuracy_at_coverage` keeps, the surest."""

Figure = Callable[[Sequence[float], Sequence[bool]], float | None]


def surenesses(scores: Sequence[Scored]) -> list[float] | None:
    """One for each answer; None where less than half of them have one: a number that a few texts
    happen to state says nothing of the others. Of several kinds that which most answers have, of
    equals the first by name.
    """
    known = [score.confidence for score in scores]
    if None not in known:
        return [each or 0.0 for each in known]
    kinds = Counter(
        name for score in scores for name in score.details if name.startswith(CONFIDENCE)
    )
    if not kinds:
        return None
    kind = min(kinds, key=lambda name: (-kinds[name], name))
    if 2 * kinds[kind] < len(scores):
        return None
    return [share(each.details.get(kind), read=each.answer is not None) for each in scores]


def share(value: float | None, *, read: bool) -> float:
    """A confidence as it counts: 0 where none is told from 0 to 1, or no answer was ``read``."""
    return value if read and value is not None and 0 <= value <= 1 else 0.0


def _of(figure: Figure) -> Callable[[Sequence[Scored]], float | None]:
    def of(scores: Sequence[Scored]) -> float | None:
        if not scores or any(score.value not in {0.0, 1.0} for score in scores):
            return None
        sure = surenesses(scores)
        if sure is None or not is_ranking(sure):
            return None
        return figure(sure, [score.value == 1 for score in scores])

    return of


_HINT = "; letters have confidences, and texts that state one"

SURE = (
    Metric("auroc", _of(auroc), hint=_HINT),
    Metric("aurc", _of(aurc), better=-1, hint=_HINT),
    Metric(
        "accuracy_at_coverage",
        _of(lambda sure, right: accuracy_at_coverage(sure, right, COVERAGE)),
        hint=_HINT,
    ),
)
"""What every benchmark has besides, where its answers have confidences. A baseline keeps none of
these figures."""
