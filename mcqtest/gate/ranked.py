"""Whether confidence tells right answers from wrong ones less well than before, by question.

The AUROC is no mean over questions, so its difference cannot be tested by signs as it stands. The
covariance of rank and rightness can: with u the mid-rank of an answer's confidence among those of
both sides of the task together, as a share, and r the share of answers of both sides that are
right, a question is worth ``(u - 1/2) ([right] - r) / (r (1 - r))``; of one side alone the mean of
that is its AUROC less 1/2. Where nothing got worse the two answers to a question could change
sides, which leaves u and r as they are and turns the sign of the difference: so sign flips are
exact. A confidence that is higher or lower throughout moves nothing but noise.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from math import fsum

Side = tuple[Sequence[float], Sequence[float]]
"""The confidence of each answer, and its value."""


def ranked(old: Side, new: Side) -> list[float] | None:
    """By how much each question got better; None where answers are neither right nor
    wrong.
    """
    values = [*old[1], *new[1]]
    if any(value not in {0.0, 1.0} for value in values):
        return None
    ranks = _shares([*old[0], *new[0]])
    n, right = len(old[1]), fsum(values) / len(values)
    if right in {0.0, 1.0}:
        return [0.0] * n
    scale = right * (1 - right)
    worth = [(u - 0.5) * (y - right) / scale for u, y in zip(ranks, values, strict=True)]
    return [after - before for before, after in zip(worth[:n], worth[n:], strict=True)]


def _shares(confidences: Sequence[float]) -> list[float]:
    """Mid-ranks from 0 to 1; of equal ones the middle of theirs."""
    order = sorted(range(len(confidences)), key=confidences.__getitem__)
    found, below = [0.0] * len(order), 0
    for _, block in groupby(order, key=confidences.__getitem__):
        tied = list(block)
        share = (below + len(tied) / 2) / len(order)
        for at in tied:
            found[at] = share
        below += len(tied)
    return found
