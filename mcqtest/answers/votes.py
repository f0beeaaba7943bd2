"""One answer of several, and one by lot."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from typing import TypeVar

Answer = TypeVar("Answer", int | None, str | None)


def majority(votes: Sequence[Answer]) -> Answer | None:
    """The answer with the most votes, of equals the first; None where nobody voted."""
    counts = Counter(vote for vote in votes if vote is not None)
    return counts.most_common(1)[0][0] if counts else None


def lot(seed: str, count: int) -> int:
    """One of ``count`` choices with equal chance, the same for the same ``seed``."""
    return int.from_bytes(hashlib.sha256(seed.encode()).digest()[:8]) % count
