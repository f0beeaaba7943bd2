"""Whether confidence tells right answers from wrong ones; and the Brier score of one confidence.

Both are functions of a confidence for each question, wherever that comes from, and of whether it
was right.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import fsum
from typing import NamedTuple

from mcqtest.metrics.paired import Blocks, blocks, check


def auroc(confidences: Sequence[float], right: Sequence[bool]) -> float | None:
    """The probability that a right answer has more confidence than a wrong one, in [0, 1]; ties
    count half (mid-ranks: Mann and Whitney 1947). None where all are right, or all wrong.
    """
    return auroc_of(blocks(confidences, right))


def auroc_of(found: Blocks) -> float | None:
    """The same of answers that are in order."""
    wins, below = 0.0, 0.0
    for n, hits in zip(found.counts, found.right, strict=True):
        wrong = n - hits
        wins += hits * (below + wrong / 2)
        below += wrong
    pairs = below * (sum(found.counts) - below)
    return wins / pairs if pairs else None


def brier_of(confidences: Sequence[float], right: Sequence[bool]) -> float:
    """Mean of ``(confidence - [right])^2``, in [0, 1]: the form for two outcomes. That over all
    choices is `mcqtest.metrics.brier`.
    """
    check(confidences, right)
    pairs = zip(confidences, right, strict=True)
    return fsum((each - bool(hit)) ** 2 for each, hit in pairs) / len(right)


class BrierParts(NamedTuple):
    """``reliability - resolution + uncertainty`` is the Brier score of a confidence."""

    reliability: float
    """What is lost because confidences are not the shares that were right; 0 is best."""
    resolution: float
    """What is gained by telling answers apart; at most the uncertainty."""
    uncertainty: float
    """``accuracy * (1 - accuracy)``: the score of who always says the accuracy."""


def brier_parts(confidences: Sequence[float], right: Sequence[bool]) -> BrierParts:
    """The Brier score's decomposition, without bins to choose.

    Confidences are calibrated again by isotonic regression, the best that keeps their order: what
    the score loses by that is the reliability, what it then still gains on the accuracy alone the
    resolution (CORP: Dimitriadis, Gneiting and Jordan 2021, PNAS 118(8), equations 4 to 6; Murphy
    1973 with bins, which leave a remainder within them). Both are 0 or more.
    """
    steps = isotonic(confidences, right)
    n = len(right)
    share = fsum(map(float, right)) / n
    uncertainty = share * (1 - share)
    # Over a step of n answers whose share of right ones is p, the score is n p (1 - p).
    calibrated = fsum(step.right * (1 - step.right / step.n) for step in steps) / n
    return BrierParts(
        max(0.0, brier_of(confidences, right) - calibrated),
        max(0.0, uncertainty - calibrated),
        uncertainty,
    )


class Step(NamedTuple):
    """Answers that isotonic regression gives one value, ``right / n``."""

    low: float
    high: float
    """The smallest and the largest confidence among them."""
    n: int
    right: float


def isotonic(confidences: Sequence[float], right: Sequence[bool]) -> list[Step]:
    """Isotonic regression of rightness on confidence, by pooling adjacent violators (Ayer et al.
    1955): its steps, by rising confidence. It is the reliability diagram that needs no bins.
    """
    steps: list[Step] = []
    for confidence, n, hits in blocks(confidences, right).rising():
        step = Step(confidence, confidence, n, hits)
        while steps and steps[-1].right * step.n >= step.right * steps[-1].n:
            low, _, before, won = steps.pop()
            step = Step(low, step.high, before + step.n, won + step.right)
        steps.append(step)
    return steps
