"""How well confidence and correctness agree.

These figures exist only where every result has probabilities; elsewhere they are None, never 0.
Plain Python, because importing numpy costs more than it saves here.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from itertools import groupby, pairwise
from math import fsum, sqrt

from mcqtest.metrics.binned import ece_of
from mcqtest.metrics.figures import require
from mcqtest.types import Scored


def mean_confidence(results: Sequence[Scored]) -> float | None:
    """Mean of the highest probability over the choices (arXiv 2009.03300, section 4.3).

    In [1/k, 1] for k choices.
    """
    confidences = _confidences(results)
    return None if confidences is None else fsum(confidences) / len(confidences)


def calibration_gap(results: Sequence[Scored]) -> float | None:
    """``|mean confidence - accuracy|``, in [0, 1] (arXiv 2009.03300, section 4.3).

    Errors in opposite directions cancel; in `ece` they do so only inside a bin.
    """
    confidences = _confidences(results)
    if confidences is None:
        return None
    return abs(fsum(_excess(confidences, results))) / len(confidences)


def ece(results: Sequence[Scored]) -> float | None:
    """Expected calibration error over ten equal-width bins, in [0, 1].

    ``sum |B|/n * |accuracy(B) - mean confidence(B)|``; bin m of 1..10 holds the confidences
    in ``((m-1)/10, m/10]`` (Guo et al. 2017, arXiv 1706.04599, section 2). Other tools cut
    differently (15 or 30 bins, closed on the left, equal counts): their figures differ.
    A perfectly calibrated model is above 0 for finite n; compare only at equal n.
    """
    confidences = _confidences(results)
    if confidences is None:
        return None
    return ece_of(confidences, [result.value for result in results])


def rms_calibration_error(results: Sequence[Scored]) -> float | None:
    """Root-mean-square calibration error over bins of about 100 questions, in [0, 1].

    ``sqrt(sum |B|/n * (accuracy(B) - mean confidence(B))^2)`` over ``max(1, n // 100)``
    adaptive bins (Hendrycks, Mazeika, Dietterich 2019, arXiv 1812.04606). A remainder
    is spread: bin i of b holds the sorted questions ``i*n//b`` up to ``(i+1)*n//b``, so sizes
    differ by one at most. Questions of equal confidence each count with the mean correctness
    of them all; else their order would move the figure. Below 200 questions there is one
    bin, and the value is `calibration_gap`.
    """
    confidences = _confidences(results)
    if confidences is None:
        return None
    n = len(confidences)
    excess = _in_order(confidences, _excess(confidences, results))
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
    confidences = _confidences(results)
    if confidences is None:
        return None
    n = len(confidences)
    ordered = sorted(max(p, 1 - p) for p in confidences)
    count = max(1, n // 100)
    edges = [ordered[min(round(i * (n / count)), n - 1)] for i in range(1, count)]
    bins: list[list[float]] = [[] for _ in range(count)]
    for p, excess in zip(confidences, _excess(confidences, results), strict=True):
        # (1 - p) - (1 - correct) is the excess with its sign changed.
        bins[bisect_right(edges, max(p, 1 - p))].append(excess if p > 0.5 else -excess)
    return sqrt(sqrt(fsum((fsum(held) / n) ** 2 for held in bins)))


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
        scores.append(fsum(p * p for p in result.probabilities) + 1 - 2 * right)
    return fsum(scores) / len(scores)


def _confidences(results: Sequence[Scored]) -> list[float] | None:
    """Confidence of each question; None where one has no probabilities."""
    require(results)
    confidences = []
    for result in results:
        confidence = result.confidence
        if confidence is None:
            return None
        confidences.append(confidence)
    return confidences


def _excess(confidences: Sequence[float], results: Sequence[Scored]) -> list[float]:
    """Confidence less the score. Its sum over a bin, by n, is the bin's error."""
    pairs = zip(confidences, results, strict=True)
    return [confidence - result.value for confidence, result in pairs]


def _in_order(confidences: Sequence[float], excess: Sequence[float]) -> list[float]:
    """``excess`` by rising confidence, questions of equal confidence sharing their mean."""
    order = sorted(range(len(confidences)), key=confidences.__getitem__)
    ordered = []
    for _, tied in groupby(order, key=confidences.__getitem__):
        block = [excess[index] for index in tied]
        ordered += block if len(block) == 1 else [fsum(block) / len(block)] * len(block)
    return ordered
