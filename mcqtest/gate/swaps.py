"""Paired tests for figures that all examples make together (BLEU, macro F1, calibration error).

If the candidate is no worse, the two models' outputs for an example might as well be exchanged.
Given the outputs all exchanges are then equally likely, and p is the share of them that drop at
least as much (Noreen 1989, Computer-Intensive Methods for Testing Hypotheses; Yeh 2000, COLING
947-953; Riezler & Maxwell 2005, ACL workshop on evaluation measures 57-64). Only examples that
differ are exchanged. Where a figure is a mean over examples this is `signflip.sign_flips`, which
needs no draws.

All exchanges are gone through where they are not more than would be drawn. Else they are drawn, the
same ones for the same seed, until 100 have dropped as much or 20 are expected to at the level asked
for. Of l draws whose last is the hundredth hit, p is 100 / l; of all n draws with fewer hits,
(hits + 1) / (n + 1). Both keep any level (Besag & Clifford 1991, Biometrika 78:301-304; Phipson &
Smyth 2010, Stat. Appl. Genet. Mol. Biol. 9:39).
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple, TypeVar

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Coins = NDArray[np.bool_]

T = TypeVar("T")
Sums = Mapping[tuple[Hashable, ...], float]


_HITS = 100
"""p is known to a tenth of itself then."""
_PER_LEVEL = 20
_FEWEST = 9_999
"""Draws, however high the level."""
_BLOCK = 1024
_ROUNDING = 1e-10
"""Of the figures: a drop that misses by less is the same, summed up in another order."""


class Swaps(NamedTuple):
    """What a test by exchanges found."""

    p_value: float
    """One-sided; never 0, and 1 where no example differs."""
    least: float
    """No p-value of so many differing examples is below this; where it is above the level, no loss
    whatever is proven."""
    exchanges: int
    """How many were looked at."""


def swap_test(
    metric: Callable[[Sequence[T]], float],
    old: Sequence[T],
    new: Sequence[T],
    *,
    level: float = 0.01,
    seed: int = 0,
) -> Swaps:
    """Whether the figure of the ``new`` outputs is below that of the ``old`` ones.

    Both are of the same examples in the same order, with whatever else ``metric`` needs; higher is
    better. ``level`` is what p will be held against, so that enough is drawn. Every exchange calls
    ``metric`` twice, with all outputs: where it is made of sums, `swap_sums` is faster by far.

    ValueError for different lengths, a level outside of (0, 1), and a metric that is not finite.
    """
    differ = _differing(old, new)

    def figures(coins: Coins) -> tuple[float, float]:
        left, right = list(old), list(new)
        for at in (differ[place] for place in coins.nonzero()[0]):
            left[at], right[at] = right[at], left[at]
        return metric(left), metric(right)

    return _tested(lambda blocks: (figures(coins) for coins in blocks), len(differ), level, seed)


def swap_sums(
    total: Callable[[Sums], float],
    old: Sequence[Sums],
    new: Sequence[Sums],
    *,
    level: float = 0.01,
    seed: int = 0,
) -> Swaps:
    """The same of a figure that is a function of sums: ``old`` and ``new`` are what each example
    adds to which, and ``total`` makes the figure of them; higher is better
    (`mcqtest.metrics.official.Corpus`).
    """
    import numpy as np

    differ = _differing(old, new)
    keys = list(dict.fromkeys(key for each in (*old, *new) for key in each))
    before, after = (
        np.array([math.fsum(each.get(key, 0.0) for each in side) for key in keys])
        for side in (old, new)
    )
    moved = np.array(
        [[new[at].get(key, 0.0) - old[at].get(key, 0.0) for key in keys] for at in differ]
    ).reshape(len(differ), len(keys))

    def figures(coins: Coins) -> Iterator[tuple[float, float]]:
        for shift in (coins @ moved).reshape(-1, len(keys)):
            left, right = (before + shift).tolist(), (after - shift).tolist()
            yield (
                total(dict(zip(keys, left, strict=True))),
                total(dict(zip(keys, right, strict=True))),
            )

    return _tested(figures, len(differ), level, seed)


def _differing(old: Sequence[T], new: Sequence[T]) -> list[int]:
    if len(old) != len(new):
        raise ValueError(f"{len(old)} old outputs and {len(new)} new ones: expected as many")
    return [at for at, pair in enumerate(zip(old, new, strict=True)) if pair[0] != pair[1]]


def _tested(
    figures: Callable[[Coins], Iterator[tuple[float, float]]], k: int, level: float, seed: int
) -> Swaps:
    """``figures`` gives old and new figure for every row of exchanges of ``k`` examples."""
    import numpy as np

    if not 0 < level < 1:
        raise ValueError(f"level={level}: expected a probability between 0 and 1")

    def drops(coins: Coins) -> Iterator[tuple[float, float]]:
        for before, after in figures(coins):
            if not (math.isfinite(before) and math.isfinite(after)):
                raise ValueError(f"the metric gave {before} and {after}: expected finite numbers")
            yield before - after, _ROUNDING * (abs(before) + abs(after))

    observed = next(drops(np.zeros((1, k), dtype=bool)))[0]
    most = max(_FEWEST, math.ceil(_PER_LEVEL / level) - 1)
    least = math.ldexp(1.0, -k)
    if 1 / least <= most:
        hits = sum(sum(each) >= observed for block in _all(k) for each in drops(block))
        return Swaps(hits * least, least, 2**k)
    hits = seen = 0
    for block in _drawn(k, most, seed):
        for each in drops(block):
            seen += 1
            hits += sum(each) >= observed
            if hits == _HITS:
                return Swaps(hits / seen, least, seen)
    return Swaps((1 + hits) / (1 + most), least, most)


def _all(k: int) -> Iterator[Coins]:
    """Every exchange of ``k`` examples, in blocks."""
    import numpy as np

    for start in range(0, 1 << k, _BLOCK):
        codes = np.arange(start, min(start + _BLOCK, 1 << k))
        yield (codes[:, None] >> np.arange(k) & 1).astype(bool)


def _drawn(k: int, most: int, seed: int) -> Iterator[Coins]:
    """``most`` exchanges drawn by lot, in blocks. A hash's bits stay the same where a generator's
    may change with its library.
    """
    import numpy as np

    width = -(-k // 8)
    for start in range(0, most, _BLOCK):
        rows = min(_BLOCK, most - start)
        digest = hashlib.shake_256(f"{seed}/{start}".encode()).digest(rows * width)
        bits = np.unpackbits(np.frombuffer(digest, np.uint8).reshape(rows, width), axis=1, count=k)
        yield bits.astype(bool)
