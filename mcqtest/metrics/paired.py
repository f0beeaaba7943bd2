"""Confidences with their answers: those of equal confidence stand together."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import NamedTuple


class Block(NamedTuple):
    """Answers of one and the same confidence: nothing orders them."""

    confidence: float
    n: int
    right: float
    """How many are right; or the sum of their values."""


def check(confidences: Sequence[float], right: Sequence[float]) -> None:
    """Raise `ValueError` where there are no answers, not as many of each, or what is no number."""
    if not right or len(confidences) != len(right):
        raise ValueError(
            f"{len(confidences)} confidences and {len(right)} answers; expected as many of each, "
            "and one or more"
        )
    for each in confidences:
        if not math.isfinite(each):
            raise ValueError(f"confidence {each!r}: expected a finite number; leave it out")


def blocks(
    confidences: Sequence[float], right: Sequence[float], *, highest_first: bool = False
) -> Iterator[Block]:
    """All answers, by confidence."""
    check(confidences, right)
    order = sorted(range(len(right)), key=confidences.__getitem__, reverse=highest_first)
    for confidence, places in groupby(order, key=confidences.__getitem__):
        first, *tied = places
        hits = math.fsum([right[first], *(right[at] for at in tied)]) if tied else right[first]
        yield Block(confidence, 1 + len(tied), float(hits))
