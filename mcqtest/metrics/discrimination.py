"""Whether confidence tells right answers from wrong ones; and the Brier score of one confidence.

Both are functions of a confidence in [0, 1] for each question, wherever that comes from, and of
whether it was right.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from math import fsum


def auroc(confidences: Sequence[float], right: Sequence[bool]) -> float | None:
    """The probability that a right answer has more confidence than a wrong one, in [0, 1]; ties
    count half (mid-ranks: Mann and Whitney 1947). None where all are right, or all wrong.
    """
    _check(confidences, right)
    wins, below = 0.0, 0
    order = sorted(range(len(right)), key=confidences.__getitem__)
    for _, tied in groupby(order, key=confidences.__getitem__):
        block = [right[at] for at in tied]
        hits, misses = sum(block), len(block) - sum(block)
        wins += hits * (below + misses / 2)
        below += misses
    pairs = below * (len(right) - below)
    return wins / pairs if pairs else None


def brier_of(confidences: Sequence[float], right: Sequence[bool]) -> float:
    """Mean of ``(confidence - [right])^2``, in [0, 1]: the form for two outcomes. That over all
    choices is `mcqtest.metrics.brier`.
    """
    _check(confidences, right)
    pairs = zip(confidences, right, strict=True)
    return fsum((each - bool(hit)) ** 2 for each, hit in pairs) / len(right)


def _check(confidences: Sequence[float], right: Sequence[bool]) -> None:
    if not right or len(confidences) != len(right):
        raise ValueError(
            f"{len(confidences)} confidences and {len(right)} answers; expected as many of each, "
            "and one or more"
        )
