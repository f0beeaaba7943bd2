"""Which wrong answers are looked at by people: a sample that is spread over the tasks."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from mcqtest.mistakes.kinds import Wrong


def drawn(wrong: Sequence[Wrong], size: int, seed: int) -> list[Wrong]:
    """So many of them, in the order of their tasks; the same for the same answers and seed.

    Every n-th of all, ordered by task and at random inside each, from a random start: each answer
    has the same chance, and each task its share (systematic sampling; Cochran, Sampling Techniques,
    chapter 8).
    """
    ordered = sorted(wrong, key=lambda each: (each.benchmark, each.task, _lot(seed, each.key)))
    if size >= len(ordered):
        return ordered
    start = _lot(seed, "start") / 2**64
    return [ordered[int((number + start) * len(ordered) / size)] for number in range(size)]


def _lot(seed: int, name: str) -> int:
    """A number below 2 ** 64."""
    return int.from_bytes(hashlib.sha256(f"{seed}/{name}".encode()).digest()[:8])
