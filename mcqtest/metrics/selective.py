"""What is right where a model may leave questions out: those of low confidence first.

Of answers of equal confidence nobody knows which would be left out: each counts with the mean of
them all, so no figure depends on the order of the questions.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil, fsum
from typing import NamedTuple

from mcqtest.metrics.paired import Blocks, blocks


def is_ranking(confidences: Sequence[float]) -> bool:
    """Whether some answers are surer than others. Where all are alike, an AUROC of 0.5 and a
    coverage would only look like figures: nobody could say which answers are kept.
    """
    return len(set(confidences)) > 1


class Point(NamedTuple):
    """What is kept by one threshold."""

    threshold: float
    """Answers of this confidence and above are kept."""
    coverage: float
    """The share of questions that are."""
    risk: float
    """The share of these that are wrong."""


def risk_coverage(confidences: Sequence[float], right: Sequence[bool]) -> list[Point]:
    """The risk-coverage curve: a point for each threshold that can be had, by rising coverage; the
    last one keeps everything (El-Yaniv and Wiener 2010; Geifman and El-Yaniv 2017).
    """
    points, kept, wrong = [], 0, 0.0
    for confidence, n, hits in blocks(confidences, right).falling():
        kept, wrong = kept + n, wrong + n - hits
        points.append(Point(confidence, kept / len(right), wrong / kept))
    return points


def aurc(confidences: Sequence[float], right: Sequence[bool]) -> float:
    """Area under the risk-coverage curve: the mean over k = 1..n of the risk of the k answers of
    highest confidence, in [0, 1]; less is better (Geifman, Uziel and El-Yaniv 2019,
    arXiv 1805.08206).
    """
    return aurc_of(blocks(confidences, right))


def aurc_of(found: Blocks) -> float:
    """The same of answers that are in order."""
    risks, kept, wrong = [], 0, 0.0
    for _, n, hits in found.falling():
        misses = (n - hits) / n
        if n == 1:
            risks.append((wrong + misses) / (kept + 1))
        else:
            risks += [(wrong + misses * more) / (kept + more) for more in range(1, n + 1)]
        kept, wrong = kept + n, wrong + n - hits
    return fsum(risks) / kept


def excess_aurc(confidences: Sequence[float], right: Sequence[bool]) -> float:
    """`aurc` less that of a confidence which puts every wrong answer below every right one, in
    [0, 1]: what the confidence adds to the errors. (The same paper; its large-n form of the best
    one is ``r + (1 - r) ln(1 - r)``, here it is exact.)
    """
    found, n = aurc(confidences, right), len(right)
    hits = sum(map(bool, right))
    best = fsum((k - hits) / k for k in range(hits + 1, n + 1)) / n
    return max(0.0, found - best)


def accuracy_at_coverage(
    confidences: Sequence[float], right: Sequence[bool], coverage: float
) -> float:
    """Accuracy of the ``ceil(coverage * n)`` answers of highest confidence, in [0, 1]."""
    if not 0 < coverage <= 1:
        raise ValueError(f"coverage {coverage!r}: expected a share above 0, and at most 1")
    return accuracy_at_coverage_of(blocks(confidences, right), coverage)


def accuracy_at_coverage_of(found: Blocks, coverage: float) -> float:
    """The same of answers that are in order."""
    wanted = left = ceil(coverage * sum(found.counts) - 1e-9)  # 0.8 * 5 may be a little above 4
    won = 0.0
    for _, n, hits in found.falling():
        taken = min(n, left)
        won, left = won + taken * hits / n, left - taken
        if not left:
            break
    return won / wanted


def threshold_for_risk(
    confidences: Sequence[float], right: Sequence[bool], risk: float
) -> Point | None:
    """The threshold that keeps most answers with at most this risk; None where none does.

    Found and judged on the same answers it looks better than it is: find it on a validation split
    and look at `kept_at` on another one.
    """
    fit = [point for point in risk_coverage(confidences, right) if point.risk <= risk]
    return fit[-1] if fit else None


class Kept(NamedTuple):
    """What a threshold came to."""

    n: int
    """How many answers were kept."""
    coverage: float
    risk: float | None
    """None where none was kept."""
    interval: tuple[float, float]
    """Of the risk: exact, two-sided (Clopper and Pearson 1934)."""


def kept_at(
    threshold: float, confidences: Sequence[float], right: Sequence[bool], level: float = 0.95
) -> Kept:
    """What a threshold, found elsewhere, keeps of these answers."""
    n = wrong = 0
    for confidence, many, hits in blocks(confidences, right).rising():
        if confidence >= threshold:
            n, wrong = n + many, wrong + many - int(hits)
    return Kept(n, n / len(right), wrong / n if n else None, _exact(wrong, n, level))


def _exact(count: int, n: int, level: float) -> tuple[float, float]:
    from scipy.special import betaincinv

    tail = (1 - level) / 2
    low = float(betaincinv(count, n - count + 1, tail)) if count else 0.0
    high = float(betaincinv(count + 1, n - count, 1 - tail)) if count < n else 1.0
    return low, high
