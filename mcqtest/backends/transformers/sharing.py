"""Whether a model can score many rows at once behind a shared prefix, found by comparison.

A model can fail to in two ways: beyond a length of its own (a window, a chunk, scaled
positions), and where a row lies far behind the prefix in its pack (positions that cannot be
given). So the longest item, and the last one of the largest pack, are compared with plain
scoring, whenever they are larger than all compared before.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import torch

from mcqtest.backends import memory
from mcqtest.backends.tokens import Encoded
from mcqtest.backends.transformers import passes
from mcqtest.backends.transformers.remembered import Remembered
from mcqtest.types import one_line

_TOLERANCE = {torch.float32: 1e-3, torch.float64: 1e-6}
_TOLERANCE_HALF = 0.3
"""Largest difference between shared and plain log-probabilities that rounding explains."""


def alike(one: Sequence[float], other: Sequence[float], dtype: torch.dtype) -> bool:
    """Whether two computations of the same log-probabilities agree."""
    return _difference(one, other) <= _TOLERANCE.get(dtype, _TOLERANCE_HALF)


def _difference(one: Sequence[float], other: Sequence[float]) -> float:
    return max(abs(a - b) for a, b in zip(one, other, strict=True))


_Kind = tuple[str, str]
"""A row or a pack, and behind what kind of prefix: what is right without one may not be with it."""


class _Known:
    """What was found of one way of scoring."""

    def __init__(self, way: passes.Way, longest: float, kept: Remembered) -> None:
        self.way = way
        self.refused: str | None = None
        self._kept = kept
        self.wrong: dict[_Kind, float] = {}
        """The shortest row and pack of which they differ."""
        self.why: dict[_Kind, str] = {}
        for behind in passes.KINDS:  # told by the configuration
            self.wrong["row", behind] = longest
            self.why["row", behind] = f"its positions are scaled beyond {longest - 1} tokens"

    def right(self, kind: _Kind) -> int:
        """The longest row and pack of which shared and plain scores were found equal, 0: none."""
        return self._kept.get(self._named(kind))

    def was_right(self, kind: _Kind, size: int) -> None:
        self._kept.put(self._named(kind), size)

    def _named(self, kind: _Kind) -> str:
        return "/".join((self.way.__name__, *kind))


class Sharing:
    """Chooses between ``ways`` of scoring, the first that is right."""

    def __init__(
        self, model: Any, ways: Sequence[passes.Way], kept: Remembered | None = None
    ) -> None:
        self._model = model
        longest = passes.scaled_beyond(model.config)
        kept = kept or Remembered()
        self._ways = [_Known(way, longest, kept) for way in ways]
        self.reason: str | None = None
        """Why prefixes could not be shared, where they could not."""

    def choose(
        self, longest: Encoded, others: Sequence[Encoded], size: int, prefix: passes.Prefix
    ) -> passes.Way | None:
        """How to score items of which ``longest`` has the longest row, and behind ``others`` makes
        the largest pack, of ``size`` tokens; None: each by itself.
        """
        reason = None
        for known in self._ways:
            reason = self._wrong(known, longest, others, size, prefix)
            if reason is None:
                return known.way
        self.reason = self.reason or reason  # said once, however many prompts it concerns
        return None

    def _wrong(
        self,
        known: _Known,
        longest: Encoded,
        others: Sequence[Encoded],
        size: int,
        prefix: passes.Prefix,
    ) -> str | None:
        """Why ``longest`` does not score alike in its pack and plainly; None: it does. One that
        does vouches for its length and for the pack's; of one that does not it is found out which.
        """
        row, pack = ("row", prefix.kind), ("pack", prefix.kind)
        sizes = {row: longest.longest, pack: size}
        told = [known.why[kind] for kind in sizes if sizes[kind] >= known.wrong.get(kind, math.inf)]
        if known.refused is not None or told:
            return known.refused or told[0]
        new = [kind for kind in sizes if sizes[kind] > known.right(kind)]
        if not new:
            return None
        whole = [*others, longest] if pack in new else [longest]
        trouble = self._differs(known, whole, prefix)
        if trouble is None:
            for kind in new:
                known.was_right(kind, sizes[kind])
        elif trouble and known.refused is None:
            at_fault = new[-1]
            if len(new) > 1 and others:
                alone = self._differs(known, [longest], prefix)
                if alone is None:
                    known.was_right(row, sizes[row])
                elif alone:
                    at_fault, trouble = row, alone
            known.wrong[at_fault] = sizes[at_fault]
            known.why[at_fault] = trouble
        return trouble

    def _differs(self, known: _Known, pack: Sequence[Encoded], prefix: passes.Prefix) -> str | None:
        """How the last item of ``pack`` scores in it and plainly, where that is not alike."""
        item = pack[-1]
        own = summed(item, passes.plain(self._model, item.rows))
        rows = [row for each in pack for row in each.rows]
        try:
            found = summed(item, known.way(self._model, rows, prefix)[-len(item.rows) :])
        except Exception as error:  # any failure means: not this architecture
            if memory.ran_out(error):
                raise
            known.refused = one_line(error, 120, named=True)
            prefix.forget()
            return known.refused
        if not all(map(math.isfinite, (*own, *found))):
            return ""  # an overflow, which says nothing of sharing; told where it is judged
        if alike(own, found, self._model.dtype):
            return None
        return f"log-probabilities differ by {_difference(own, found):.3g}"


def summed(item: Encoded, scores: Sequence[Sequence[float]]) -> tuple[float, ...]:
    """The log-probability of each choice: its tokens added up, over all rows of an item."""
    total = [0.0] * (1 + max(choice for row in item.rows for choice, _, _ in row.wanted))
    for row, values in zip(item.rows, scores, strict=True):
        for (choice, _, _), value in zip(row.wanted, values, strict=True):
            total[choice] += value
    return tuple(total)
