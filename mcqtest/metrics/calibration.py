"""How well confidence and correctness agree.

These figures exist only where every result has probabilities; elsewhere they are None, never 0.
Plain Python, because importing numpy costs more than it saves here.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from itertools import pairwise
from math import fsum, sqrt
from operator import mul

from mcqtest.metrics.binned import ece_of
from mcqtest.metrics.columns import Columns
from mcqtest.metrics.figures import require
from mcqtest.metrics.paired import Ranking
from mcqtest.types import Scored


def mean_confidence(results: Sequence[Scored]) -> float | None:
    """Mean of the highest probability over the choices (arXiv 2009.03300, section 4.3).

    In [1/k, 1] for k choices.
    """
    confidences = _columns(results).confidences
    return None if confidences is None else fsum(confidences) / len(confidences)


def calibration_gap(results: Sequence[Scored]) -> float | None:
    """``|mean confidence - accuracy|``, in [0, 1] (arXiv 2009.03300, section 4.3).

    Errors in opposite directions cancel; in `ece` they do so only inside a bin.
    """
    columns = _columns(results)
    return abs(fsum(columns.excess)) / len(columns) if columns.confidences else None


def ece(results: Sequence[Scored]) -> float | None:
    """Expected calibration error over ten equal-width bins, in [0, 1].

    ``sum |B|/n * |accuracy(B) - mean confidence(B)|``; bin m of 1..10 holds the confidences
    in ``((m-1)/10, m/10]`` (Guo et al. 2017, arXiv 1706.04599, section 2). Other tools cut
    differently (15 or 30 bins, closed on the left, equal counts): their figures differ.
    A perfectly calibrated model is above 0 for finite n; compare only at equal n.
    """
    columns = _columns(results)
    if columns.confidences is None:
        return None
    ranking = columns.ranking  # what is in order is soon sorted again
    return ece_of(ranking.confidences, ranking.sorted(columns.values))


def rms_calibration_error(results: Sequence[Scored]) -> float | None:
    """Root-mean-square calibration error over bins of about 100 questions, in [0, 1].

    ``sqrt(sum |B|/n * (accuracy(B) - mean confidence(B))^2)`` over ``max(1, n // 100)``
    adaptive bins (Hendrycks, Mazeika, Dietterich 2019, arXiv 1812.04606). A remainder
    is spread: bin i of b holds the sorted questions ``i*n//b`` up to ``(i+1)*n//b``, so sizes
    differ by one at most. Questions of equal confidence each count with the mean correctness
    of them all; else their order would move the figure. Below 200 questions there is one
    bin, and the value is `calibration_gap`.
    """
    columns = _columns(results)
    if columns.confidences is None:
        return None
    excess, n = columns.ranking.means(columns.excess), len(columns)
    count = max(1, n // 100)
    bins = [excess[low:high] for low, high in pairwise(i * n // count for i in range(count + 1))]
    return sqrt(fsum(fsum(held) ** 2 / len(held) for held in bins) / n)


def rms_calibration_error_hendrycks(results: Sequence[Scored]) -> float | None:
    """What ``rmsce`` in calib_tools.py of the repository hendrycks/test computes, in [0, 1].

    For comparison with numbers made by that file only; never with `rms_calibration_error`,
    from which it departs in three ways: a confidence p of at most 1/2 is read as 1 - p with
    right and wrong exchanged; each weight ``|B|/n`` is inside the square; and the root is
    taken twice: ``(sum (|B|/n * (accuracy(B) - mean confidence(B)))^2) ** (1/4)``.
    """
    columns = _columns(results)
    if columns.confidences is None:
        return None
    ranking, n = columns.ranking, len(columns)
    pairs = zip(ranking.confidences, ranking.sorted(columns.excess), strict=True)
    # (1 - p) - (1 - correct) is the excess with its sign changed.
    signed = [excess if p > 0.5 else -excess for p, excess in pairs]
    mirrored = Ranking([p if p > 0.5 else 1 - p for p in ranking.confidences])
    ordered, held = mirrored.confidences, mirrored.sorted(signed)
    count = max(1, n // 100)
    edges = [ordered[min(round(i * (n / count)), n - 1)] for i in range(1, count)]
    cuts = [0, *(bisect_left(ordered, edge) for edge in edges), n]
    return sqrt(sqrt(fsum((fsum(held[low:high]) / n) ** 2 for low, high in pairwise(cuts))))


def brier(results: Sequence[Scored]) -> float | None:
    """Mean of ``sum over choices (probability - [choice is right])^2``, in [0, 2].

    Brier 1950, Monthly Weather Review 78:1-3: the original, multi-class score. Tools that
    divide by the number of choices, or look at the chosen one alone, give smaller values.
    """
    require(results)
    scores = []
    for result in results:
        if result.probabilities is None or not isinstance(result.gold, int):
            return None
        right = result.probabilities[result.gold]
        # (p - 1)^2 = p^2 + 1 - 2p for the right choice, p^2 for every other.
        squares = map(mul, result.probabilities, result.probabilities)
        scores.append(fsum(squares) + 1 - 2 * right)
    return fsum(scores) / len(scores)


def _columns(results: Sequence[Scored]) -> Columns[Scored]:
    require(results)
    return Columns.of(results)
