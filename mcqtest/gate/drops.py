"""How large a drop in accuracy the paired answers leave possible.

McNemar's test asks whether anything was lost. To say "no more than this was lost" the number of
questions that did not change counts as well. Of ``n`` questions ``lost`` and ``won`` changed; the
three counts are multinomial, and churn (the chance that a question changes at all) is a nuisance.

The test is exact and unconditional: outcomes are ordered by the signed root of the likelihood
ratio, and the p-value is the largest probability of what is at least as extreme, over all churns
of an interval that holds the true one but for `_MISSED`, which is added (Berger & Boos 1994, JASA
89:1012-1016; for paired answers Hsueh, Liu & Chen 2001, Biometrics 57:478-483). With this order
nothing is given away where nothing changed: the p-value of a drop d is then ``(1 - d) ** n``.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Counts = NDArray[np.int64]
    Floats = NDArray[np.float64]

_MISSED = 1e-8
"""Probability that the true churn lies outside of the interval that is looked at."""

_NOTHING = 1e-24
"""A probability that, added to `_MISSED`, is nothing even if a thousand of them are."""

_CHURNS = 16
"""Churns tried, and again around the worst of them."""

_STEP = 1e-6
"""Limits are found to a ten-thousandth of a point, and rounded away from nothing lost."""


@lru_cache(maxsize=4096)
def p_at_least(n: int, lost: int, won: int, drop: float) -> float:
    """One-sided p-value of the hypothesis that accuracy fell by ``drop`` or more, a fraction in
    (-1, 1): small where such a drop is excluded.
    """
    _check(n, lost, won)
    if not -1 < drop < 1:
        raise ValueError(f"drop={drop}: expected a fraction between -1 and 1")
    low, high = _churns(n, lost + won)
    low, high = max(low, abs(drop)), max(high, abs(drop))
    region = _Region.of((n, lost, won), drop, (low, high))
    found, at = region.worst(low, high)
    width = (high - low) / (_CHURNS - 1)
    finer, _ = region.worst(max(low, at - width), min(high, at + width))
    found = max(found, finer)
    return min(1.0, found + _MISSED)


@lru_cache(maxsize=4096)
def _churns(n: int, changed: int) -> tuple[float, float]:
    """The interval that holds the true churn but for `_MISSED`."""
    from scipy.special import betaincinv

    low = float(betaincinv(changed, n - changed + 1, _MISSED / 2)) if changed else 0.0
    high = float(betaincinv(changed + 1, n - changed, 1 - _MISSED / 2)) if changed < n else 1.0
    return low, high


def p_at_most(n: int, lost: int, won: int, drop: float) -> float:
    """One-sided p-value of the hypothesis that accuracy fell by ``drop`` at most: small where more
    than that was lost. Where ``drop`` is 0 this is what `mcqtest.gate.stats.mcnemar` is for.
    """
    return p_at_least(n, won, lost, -drop)


def limits(n: int, lost: int, won: int, level: float) -> tuple[float, float]:
    """The smallest and the largest drop that is not excluded, each at ``level``: an interval that
    holds the true drop with probability ``1 - 2 * level``. Negative drops are gains.
    """
    return -largest_drop(n, won, lost, level), largest_drop(n, lost, won, level)


@lru_cache(maxsize=4096)
def largest_drop(n: int, lost: int, won: int, level: float) -> float:
    """The upper confidence limit of the drop: any larger one is excluded at ``level``."""
    _check(n, lost, won)
    if not 0 < level < 1:
        raise ValueError(f"level={level}: expected a probability between 0 and 1")
    if n == 0:
        return 1.0
    from scipy.special import ndtri

    seen = (lost - won) / n
    spread = (lost + won + 4) / n / n - seen * seen / n
    step = -float(ndtri(min(level, 0.4))) * math.sqrt(max(spread, 1 / n / n))
    low, high = max(-1 + _STEP, seen), min(1 - _STEP, seen + step)
    while p_at_least(n, lost, won, high) > level:
        if high >= 1 - _STEP:
            return 1.0
        low, high = high, min(1 - _STEP, high + step / 2)
    return _crossing(low, high, lambda drop: p_at_least(n, lost, won, drop), level)


def fewest(margin: float, level: float) -> int:
    """Questions from which on a drop of more than ``margin`` is excluded at ``level`` where not
    one answer changed.
    """
    return math.ceil(math.log(max(level - _MISSED, 0.0) or 1e-300) / math.log1p(-margin))


def mean_limits(differences: Sequence[float], n: int, level: float) -> tuple[float, float]:
    """As `limits`, where scores are real numbers; not exact, for nothing bounds them.
    ``differences`` are the changes of the ``n`` scores; zeros may be left out.

    By sign flips around every drop, which asks of the changes that they lie alike on both sides of
    it. Where few scores changed they do not, so a limit is never closer than that of counts: of
    ``n`` questions whose changes are all as large as these are on average (root of mean square).
    """
    moved = [each for each in differences if each]
    lost, won = sum(each < 0 for each in moved), sum(each > 0 for each in moved)
    usual = math.hypot(*moved) / math.sqrt(len(moved)) if moved else 1.0
    smallest, largest = limits(n, lost, won, level)
    if moved:  # in units of such a change, so that `_STEP` is small whatever scores are made of
        moved = [each / usual for each in moved]
        smallest = min(smallest, -_largest([-each for each in moved], n, level))
        largest = max(largest, _largest(moved, n, level))
    return usual * smallest, usual * largest


def _largest(changes: Sequence[float], n: int, level: float) -> float:
    """The changes have a root mean square of 1."""
    step = math.sqrt(len(changes)) / n
    low = -math.fsum(changes) / n
    high = low + 3 * step
    while mean_at_least(changes, n, high) > level:
        if high - low > 1e6 * step:
            return math.inf
        low, high = high, high + 2 * (high - low)
    return _crossing(low, high, lambda drop: mean_at_least(changes, n, drop), level)


def mean_at_least(differences: Sequence[float], n: int, drop: float) -> float:
    """As `p_at_least`, where scores are real numbers."""
    from mcqtest.gate.signflip import sign_flips

    rest = [-drop] * (n - len(differences))
    return sign_flips([*(-(each + drop) for each in differences), *rest])


def mean_at_most(differences: Sequence[float], n: int, drop: float) -> float:
    """As `p_at_most`, where scores are real numbers."""
    return mean_at_least([-each for each in differences], n, -drop)


def _crossing(low: float, high: float, p_value: Any, level: float) -> float:
    """Where p falls to ``level`` between a drop that is possible and one that is excluded; the
    excluded end of a small interval around it.
    """
    at_low, at_high = math.log(p_value(low) / level), math.log(p_value(high) / level)
    while high - low > _STEP:
        # A straight line through the logarithms; kept away from the ends, so that both move.
        part = at_low / (at_low - at_high) if at_low > at_high else 0.5
        middle = low + (high - low) * min(0.95, max(0.05, part))
        if (at := math.log(p_value(middle) / level)) > 0:
            low, at_low = middle, at
        else:
            high, at_high = middle, at
    return high


def _check(n: int, lost: int, won: int) -> None:
    if min(lost, won) < 0 or lost + won > n:
        raise ValueError(f"n={n}, lost={lost}, won={won}: these counts cannot be")


class _Region:
    """All outcomes at least as extreme as what was seen, by the number of questions changed."""

    def __init__(self, n: int, drop: float, changed: Counts, most: Counts) -> None:
        from scipy.special import gammaln

        self.n, self.drop = n, drop
        self.changed, self.most = changed, most
        """Of so many changed, at most so many lost; -1: none."""
        self._ways = gammaln(n + 1) - gammaln(changed + 1) - gammaln(n - changed + 1)

    @classmethod
    def of(cls, seen: tuple[int, int, int], drop: float, churns: tuple[float, float]) -> _Region:
        """The numbers of changed questions that matter are those of these ``churns``."""
        import numpy as np

        (n, lost, won), (low, high) = seen, churns
        first = max(0, math.floor(n * low - 7 * math.sqrt(n * low)) - 20)
        last = min(n, math.ceil(n * high + 7 * math.sqrt(n * high)) + 20)
        changed = np.arange(first, last + 1)
        root = float(_signed_root(n, np.array([lost]), np.array([won]), drop)[0])
        most = _most(n, changed, drop, root + 1e-9)
        return cls(n, drop, changed, most)

    def worst(self, low: float, high: float) -> tuple[float, float]:
        """The largest probability over churns from ``low`` to ``high``, and the churn."""
        import numpy as np
        from scipy.special import betainc, xlog1py, xlogy

        churns = np.linspace(low, high, _CHURNS)[:, None]
        shares = np.clip((1 + self.drop / np.maximum(churns, 1e-300)) / 2, 0, 1)
        # Logarithms of each churn once; that of 0 is finite, so that none of it is 0 and not NaN.
        some, none = np.maximum(xlogy(1, churns), -1e6), np.maximum(xlog1py(1, -churns), -1e6)
        ways = self.changed * some + (self.n - self.changed) * none
        chances = np.exp(self._ways + ways)
        rows, at = np.nonzero((chances > _NOTHING) & (self.most >= 0))
        chances[...], such = 0.0, chances[rows, at]
        lost, of = self.most[at], self.changed[at]
        # P(Bin(of, share) <= lost), as three times faster than `bdtr`.
        below = betainc(np.maximum(of - lost, 1), lost + 1, 1 - shares[rows, 0])
        chances[rows, at] = such * np.where(lost < of, below, 1.0)
        chances = chances.sum(axis=1)
        worst = int(chances.argmax())
        return float(chances[worst]), float(churns[worst, 0])


def _most(n: int, changed: Counts, drop: float, root: float) -> Counts:
    """Of so many ``changed``, the most lost whose signed root is at most this; -1: none."""
    import numpy as np

    def roots(lost: Any) -> Floats:
        return _signed_root(n, lost, changed - lost, drop)

    # Where it would be if roots were those of a normal distribution, and a step of Newton's on.
    spread = np.sqrt(np.maximum(changed - n * drop * drop, 1))
    near = np.clip((changed + n * drop + root * spread) / 2, 0, np.maximum(changed - 1, 0))
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


def _signed_root(n: int, lost: Counts, won: Counts, drop: float) -> Floats:
    """Of the log likelihood ratio of this drop: negative where less was lost."""
    import numpy as np
    from scipy.special import xlogy

    rest = n - lost - won
    # The most probable chance of winning a question where that of losing it is larger by ``drop``
    # (Tango 1998, Statistics in Medicine 17:891-908).
    linear = (2 * n - lost + won) * drop - lost - won
    root = np.sqrt(np.maximum(linear * linear + 8 * n * won * drop * (1 - drop), 0))
    gain = np.clip((root - linear) / (4 * n), max(0.0, -drop), (1 - drop) / 2)
    free = xlogy(lost, lost / n) + xlogy(won, won / n) + xlogy(rest, rest / n)
    with np.errstate(invalid="ignore"):
        held = (
            xlogy(lost, gain + drop)
            + xlogy(won, gain)
            + xlogy(rest, np.maximum(0, 1 - 2 * gain - drop))
        )
    found = np.sqrt(np.maximum(2 * (free - held), 0))
    signed: Floats = np.where(lost - won < n * drop, -found, found)
    return signed
