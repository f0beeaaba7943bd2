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
from math import fsum

Side = tuple[Sequence[float], Sequence[float]]
"""The confidence of each answer, and its value."""


def ranked(old: Side, new: Side) -> list[float] | None:
    """By how much each question got better; None where answers are neither right nor
    wrong.
    """
    import numpy as np  # a comparison has loaded it

    values = [*old[1], *new[1]]
    if not {0.0, 1.0}.issuperset(values):
        return None
    n, right = len(old[1]), fsum(values) / len(values)
    if right in {0.0, 1.0}:
        return [0.0] * n
    _, places, counts = np.unique([*old[0], *new[0]], return_inverse=True, return_counts=True)
    middles = (np.cumsum(counts) - counts / 2) / len(values)  # mid-ranks of levels, as shares
    worth = (middles[places] - 0.5) * (np.array(values) - right) / (right * (1 - right))
    found: list[float] = (worth[n:] - worth[:n]).tolist()
    return found
