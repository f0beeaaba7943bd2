"""Of all outcomes that paired answers can have, those at least as extreme as what was seen.

They are ordered by the signed root of the likelihood ratio of a drop in accuracy; what makes a
p-value of their probability is in `mcqtest.gate.drops`.

numpy and scipy.special are imported inside the functions, as in `mcqtest.gate.stats`.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Counts = NDArray[np.int64]
    Floats = NDArray[np.float64]

_CLOSE = 1e-7
"""Of drops: near enough for a guess."""

NOTHING = 1e-13
"""Outcomes by a number of changed questions that is less probable than this are left out."""


class Region:
    """All outcomes at least as extreme as what was seen, of one drop or several, by the number of
    questions changed.
    """

    def __init__(self, n: int, drops: Floats, changed: Counts, ways: Floats, most: Counts) -> None:
        self.n, self.drops, self.changed = n, drops, changed
        self.most = most
        """(drops, changed): of so many changed, at most so many lost; -1: none."""
        self._ways = ways

    @classmethod
    def of(cls, seen: tuple[int, int, int], drops: Floats, low: Floats, high: Floats) -> Region:
        """Of ``seen`` questions, lost and won. The numbers of changed questions that matter are
        those of churns from ``low`` to ``high``.
        """
        import numpy as np

        n, lost, won = seen
        fewest, most = n * float(low.min()), n * float(high.max())
        first = max(0, math.floor(fewest - 7 * math.sqrt(fewest)) - 20)
        last = min(n, math.ceil(most + 7 * math.sqrt(most)) + 20)
        changed, ways = _changed(n, first, last)
        roots = np.array([[_root(n, lost, won, drop) + 1e-9] for drop in drops.tolist()])
        return cls(n, drops, changed, ways, _most(n, changed, drops[:, None], roots))

    def chances(self, churns: Floats) -> Floats:
        """Their probability at each of these churns, (churns, drops) as these."""
        import numpy as np
        from scipy.special import betainc, xlog1py, xlogy

        shares = np.clip((1 + self.drops / np.maximum(churns, 1e-300)) / 2, 0, 1).reshape(-1)
        shape, churns = churns.shape, churns.reshape(-1, 1)
        # Logarithms of each churn once; that of 0 is finite, so that none of it is 0 and not NaN.
        some, none = np.maximum(xlogy(1, churns), -1e6), np.maximum(xlog1py(1, -churns), -1e6)
        ways = self.changed * some + (self.n - self.changed) * none
        chances = np.exp(self._ways + ways)
        count = (chances.reshape(*shape, -1) > NOTHING) & (self.most >= 0)
        rows, at = np.nonzero(count.reshape(chances.shape))
        chances[...], such = 0.0, chances[rows, at]
        lost, of = self.most[rows % shape[1] if shape[1] > 1 else 0, at], self.changed[at]
        # P(Bin(of, share) <= lost), as three times faster than `bdtr`.
        below = betainc(np.maximum(of - lost, 1), lost + 1, 1 - shares[rows])
        chances[rows, at] = such * np.where(lost < of, below, 1.0)
        found: Floats = chances.sum(axis=1).reshape(shape)
        return found


@lru_cache(maxsize=64)
def _changed(n: int, first: int, last: int) -> tuple[Counts, Floats]:
    """Numbers of changed questions, and the logarithms of in how many ways each comes about."""
    import numpy as np
    from scipy.special import gammaln

    changed = np.arange(first, last + 1)
    return changed, gammaln(n + 1) - gammaln(changed + 1) - gammaln(n - changed + 1)


def _most(n: int, changed: Counts, drop: Floats, root: Floats) -> Counts:
    """Of so many ``changed``, the most lost whose signed root is at most this; -1: none."""
    import numpy as np

    def roots(lost: Any) -> Floats:
        return _signed_root(n, lost, changed - lost, drop)

    # Where it would be if roots were those of a normal distribution, and a step of Newton's on.
    spread = np.sqrt(np.maximum(changed - n * drop * drop, 1))
    near = np.clip((changed + n * drop + root * spread) / 2, 0, np.maximum(changed - 1, 0))
    near = near.astype(np.int64)
    here, there = roots(np.stack([near, np.minimum(near + 1, changed)]))
    near = near + (root - here) / np.maximum(there - here, 1e-9)
    fewer = np.clip(near, 0, changed).astype(np.int64)
    more = np.minimum(fewer + 1, changed)
    # Mostly that is it; by halves where it is not.
    is_least, is_more = roots(np.stack([fewer, more])) <= root
    most = np.where(is_more, changed, np.where(is_least, fewer, fewer - 1))
    fewer = np.where(is_more, more, np.where(is_least, fewer, -1))
    while (open_ := fewer < most).any():
        middle = (fewer + most + 1) // 2
        inside = roots(middle) <= root
        fewer = np.where(open_ & inside, middle, fewer)
        most = np.where(open_ & ~inside, middle - 1, most)
    return most


def _signed_root(n: int, lost: Counts, won: Counts, drop: Floats) -> Floats:
    """Of the log likelihood ratio of this drop: negative where less was lost."""
    import numpy as np
    from scipy.special import xlogy

    rest = n - lost - won
    # The most probable chance of winning a question where that of losing it is larger by ``drop``
    # (Tango 1998, Statistics in Medicine 17:891-908).
    linear = (2 * n - lost + won) * drop - lost - won
    root = np.sqrt(np.maximum(linear * linear + 8 * n * won * drop * (1 - drop), 0))
    gain = np.clip((root - linear) / (4 * n), np.maximum(0, -drop), (1 - drop) / 2)
    free = _entropies(n)
    held = (
        xlogy(lost, gain + drop)
        + xlogy(won, gain)
        + xlogy(rest, np.maximum(0, 1 - 2 * gain - drop))
    )
    found = np.sqrt(np.maximum(2 * (free[lost] + free[won] + free[rest] - held), 0))
    signed: Floats = np.where(lost - won < n * drop, -found, found)
    return signed


def _root(n: int, lost: int, won: int, drop: float) -> float:
    """`_signed_root` of one outcome."""
    rest = n - lost - won
    linear = (2 * n - lost + won) * drop - lost - won
    root = math.sqrt(max(linear * linear + 8 * n * won * drop * (1 - drop), 0.0))
    gain = min(max((root - linear) / (4 * n), 0.0, -drop), (1 - drop) / 2)
    ratio = 0.0
    for count, chance in ((lost, gain + drop), (won, gain), (rest, 1 - 2 * gain - drop)):
        if count and chance <= 0:
            ratio = math.inf
        elif count:
            ratio += count * math.log(count / n / chance)
    found = math.sqrt(max(2 * ratio, 0.0))
    return -found if lost - won < n * drop else found


def likely(seen: tuple[int, int, int], deviate: float) -> tuple[float, float]:
    """Where the signed root of what was ``seen`` is this deviate, and by how much the drop grows
    there as the root falls by 1: about where p is that of the deviate.
    """
    n, lost, won = seen
    low, high = max(-1 + _CLOSE, (lost - won) / n), 1 - _CLOSE
    at_low, at_high = (_root(n, lost, won, drop) - deviate for drop in (low, high))
    slope = 1 / n
    for _ in range(60):
        if high - low <= _CLOSE or at_low <= at_high:
            break
        slope = (high - low) / (at_low - at_high)
        part = min(0.9, max(0.1, at_low / (at_low - at_high)))
        middle = low + part * (high - low)
        if (at := _root(n, lost, won, middle) - deviate) > 0:
            low, at_low = middle, at
        else:
            high, at_high = middle, at
    return high, slope


@lru_cache(maxsize=64)
def _entropies(n: int) -> Floats:
    """``k log(k / n)`` of every k up to n."""
    import numpy as np
    from scipy.special import xlogy

    counts = np.arange(n + 1)
    found: Floats = xlogy(counts, counts / n)
    return found
