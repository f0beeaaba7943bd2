"""Confidences with their answers: those of equal confidence stand together."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import compress, count, islice, pairwise
from operator import ne, sub
from typing import NamedTuple


class Blocks(NamedTuple):
    """Answers by rising confidence. Nothing orders those of one and the same: they are a block."""

    confidences: list[float]
    """Of each block."""
    counts: list[int]
    """How many answers it has."""
    right: list[float]
    """How many of them are right, or the sum of their values."""

    def rising(self) -> Iterator[tuple[float, int, float]]:
        """Block by block."""
        return zip(*self, strict=True)

    def falling(self) -> Iterator[tuple[float, int, float]]:
        """Likewise, that of the highest confidence first."""
        columns = reversed(self.confidences), reversed(self.counts), reversed(self.right)
        return zip(*columns, strict=True)


def check(confidences: Sequence[float], right: Sequence[float]) -> None:
    """Raise `ValueError` where there are no answers, not as many of each, or what is no number."""
    if not right or len(confidences) != len(right):
        raise ValueError(
            f"{len(confidences)} confidences and {len(right)} answers; expected as many of each, "
            "and one or more"
        )
    if not all(map(math.isfinite, confidences)):
        wrong = next(each for each in confidences if not math.isfinite(each))
        raise ValueError(f"confidence {wrong!r}: expected a finite number; leave it out")


class Ranking:
    """Answers by rising confidence: sorted once, whatever is asked of them."""

    def __init__(self, confidences: Sequence[float]) -> None:
        self.order = sorted(range(len(confidences)), key=confidences.__getitem__)
        """The place of each answer before it was sorted."""
        self.confidences = self.sorted(confidences)

    def sorted(self, column: Sequence[float]) -> list[float]:
        """A number of each answer, in this order."""
        return [*map(column.__getitem__, self.order)]

    @cached_property
    def starts(self) -> list[int]:
        """Where each block begins, and where the last one ends."""
        steps = map(ne, self.confidences, islice(self.confidences, 1, None))
        return [0, *compress(count(1), steps), len(self.order)]

    @cached_property
    def is_strict(self) -> bool:
        """No two are alike: every answer is a block."""
        return all(map(ne, self.confidences, islice(self.confidences, 1, None)))

    def blocks(self, right: Sequence[float]) -> Blocks:
        """All answers."""
        hits = [*map(float, self.sorted(right))]
        if self.is_strict:
            return Blocks(self.confidences, [1] * len(hits), hits)
        starts = self.starts
        return Blocks(
            [*map(self.confidences.__getitem__, starts[:-1])],
            [*map(sub, starts[1:], starts)],
            [
                hits[low] if high - low == 1 else math.fsum(hits[low:high])
                for low, high in pairwise(starts)
            ],
        )

    def means(self, column: Sequence[float]) -> list[float]:
        """A number of each answer in this order, answers of a block sharing their mean."""
        found = self.sorted(column)
        if not self.is_strict:
            for low, high in pairwise(self.starts):
                if (n := high - low) > 1:
                    found[low:high] = [math.fsum(found[low:high]) / n] * n
        return found


def blocks(confidences: Sequence[float], right: Sequence[float]) -> Blocks:
    """All answers, by rising confidence. Raises `ValueError` (`check`)."""
    check(confidences, right)
    return Ranking(confidences).blocks(right)
