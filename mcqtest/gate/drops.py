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

import itertools
import math
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

from mcqtest.gate.extreme import Region, likely

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

_MISSED = 1e-8
"""Probability that the true churn lies outside of the interval that is looked at, or that the
outcome is one of those that are left out (`mcqtest.gate.extreme.NOTHING`): a tenth of it, for there
are never more than 10,000."""
_BOUND = 0.9 * _MISSED
"""That of the churn alone."""

_STEPS = 1_000_000
"""Of drops from 0 to 1: limits are rounded up to the next one."""

_CHURNS = 16
"""Churns tried, and again around the worst of them."""

_FEW = 6
"""The first of them, where churn is low."""

_FURTHER = 8
"""Larger drops that are looked at behind a limit, up to a quarter of a standard deviation."""

_JUMPS = range(4, 128)
"""Numbers of changed questions of which p was seen to jump up again."""

_NEARLY = 0.9
"""Of a level: what is less at the churns that are tried first is less at all."""

_STRAIGHT = 6
"""Evaluations after which a line should have been found to cross."""

_REACH = 4.0
"""Standard deviations by which a search goes on where its end is not known, and twice as many each
time."""


@lru_cache(maxsize=4096)
def p_at_least(n: int, lost: int, won: int, drop: float) -> float:
    """One-sided p-value of the hypothesis that accuracy fell by ``drop`` or more, a fraction in
    (-1, 1): small where such a drop is excluded.
    """
    import numpy as np

    _check(n, lost, won)
    if not -1 < drop < 1:
        raise ValueError(f"drop={drop}: expected a fraction between -1 and 1")
    low, high = _bounds((n, lost, won), drops := np.array([drop]))
    region = Region.of((n, lost, won), drops, low, high)
    churns = np.linspace(low, high, _CHURNS)
    chances = region.chances(churns)
    worst = churns[chances.argmax(axis=0)[0]]
    width = (high - low) / (_CHURNS - 1)
    around = np.linspace(np.maximum(low, worst - width), np.minimum(high, worst + width), _CHURNS)
    found = max(chances.max(), region.chances(around).max())
    return min(1.0, float(found) + _MISSED)


def _bounds(seen: tuple[int, int, int], drops: Floats) -> tuple[Floats, Floats]:
    """Between which churns the worst one is looked for, of each of these ``drops``."""
    import numpy as np

    low, high = _churns(seen[0], seen[1] + seen[2])
    return np.maximum(low, np.abs(drops)), np.maximum(high, np.abs(drops))


@lru_cache(maxsize=4096)
def _churns(n: int, changed: int) -> tuple[float, float]:
    """The interval that holds the true churn but for `_BOUND`."""
    from scipy.special import betaincinv

    low = float(betaincinv(changed, n - changed + 1, _BOUND / 2)) if changed else 0.0
    high = float(betaincinv(changed + 1, n - changed, 1 - _BOUND / 2)) if changed < n else 1.0
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
    variance = (lost + won + 4) / n / n - seen * seen / n
    spread = math.sqrt(max(variance, 1 / n / n))
    near, slope = likely((n, lost, won), float(ndtri(level)))
    if not lost + won and level > _MISSED:
        near = -math.expm1(math.log(level - _MISSED) / n)
    low = -1.0
    while True:
        found = _limit(
            near, slope, lambda drop: p_at_least(n, lost, won, drop), level, low=low, most=1.0
        )
        again = _possible((n, lost, won), found, spread, level)
        if again is None:
            return found
        low, near = again, again + spread / (8 * _FURTHER)


def _possible(
    seen: tuple[int, int, int], found: float, spread: float, level: float
) -> float | None:
    """A drop beyond the limit that was ``found``, and not excluded either; None where there is
    none. For p jumps up where another outcome becomes as extreme as what was ``seen``: of 20 to 40
    changed questions every fourth limit has such a drop behind it, of 160 none was found; and where
    churn is low.
    """
    if sum(seen[1:]) not in _JUMPS:
        return None
    import numpy as np

    beyond = found + spread * np.arange(1, _FURTHER + 1) / (4 * _FURTHER)
    beyond = beyond[beyond < 1]
    if not len(beyond):
        return None
    low, high = _bounds(seen, beyond)
    high = low + (high - low) * _FEW / _CHURNS
    chances = Region.of(seen, beyond, low, high).chances(np.linspace(low, high, _FEW))
    near = beyond[chances.max(axis=0) > _NEARLY * level].tolist()
    return next((drop for drop in reversed(near) if p_at_least(*seen, drop) > level), None)


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
    from scipy.special import ndtri

    spread = math.sqrt(len(changes)) / n
    near = -math.fsum(changes) / n - float(ndtri(level)) * spread
    # A little before each step: on it all sizes could be multiples of it, millions of them, and
    # signs would be counted to the last one.
    before = 1 / math.pi / _STEPS
    return _limit(near, spread, lambda drop: mean_at_least(changes, n, drop - before), level)


def mean_at_least(differences: Sequence[float], n: int, drop: float) -> float:
    """As `p_at_least`, where scores are real numbers."""
    from mcqtest.gate.signflip import sign_flips

    rest = [-drop] * (n - len(differences))
    return sign_flips([*(-(each + drop) for each in differences), *rest])


def mean_at_most(differences: Sequence[float], n: int, drop: float) -> float:
    """As `p_at_most`, where scores are real numbers."""
    return mean_at_least([-each for each in differences], n, -drop)


def _limit(
    near: float,
    spread: float,
    p_value: Callable[[float], float],
    level: float,
    *,
    low: float = -math.inf,
    most: float = math.inf,
) -> float:
    """The first of `_STEPS` above ``low`` at which p is at most ``level``; ``most``, where no
    smaller one is.

    As a normal deviate, p is almost a straight line in the drop: it crosses the level ``near`` here
    and falls by 1 within a ``spread``. So a secant finds it; every sixth time what is left is
    halved.
    """
    from scipy.special import ndtri

    end = high = min(most, near + 1e6 * spread) * _STEPS
    start = low = low * _STEPS if math.isinf(low) else math.floor(low * _STEPS)
    slope, reach = -1 / spread / _STEPS, _REACH * spread * _STEPS
    place, before = math.ceil(near * _STEPS), (0, math.nan)
    for turn in itertools.count(1):
        place = int(max(low + 1, min(place, high - 1)))
        above = _deviate(p_value(place / _STEPS)) - float(ndtri(level))
        low, high = (place, high) if above > 0 else (low, place)
        if high - low <= 1:
            break
        steep = (above - before[1]) / ((place - before[0]) or 1)
        slope, before = (steep if steep < 0 else slope), (place, above)
        away = max(-reach, min(reach, -above / slope))
        if turn > _STRAIGHT and (high == end or low == start):  # it is no such line
            away = math.copysign(reach, above)
        # to the other side of where the line crosses, so that both ends close in
        place = math.ceil(place + away) - (above <= 0)
        reach *= 2
        if turn % _STRAIGHT == 0 and high < end and low > start:
            place = int(low + high) // 2
    return high / _STEPS if high < end else most


def _deviate(p_value: float) -> float:
    """Of the normal distribution, which a p-value of 1 has none of."""
    from scipy.special import ndtri

    return float(ndtri(min(p_value, 1 - 1e-15)))


def _check(n: int, lost: int, won: int) -> None:
    if min(lost, won) < 0 or lost + won > n:
        raise ValueError(f"n={n}, lost={lost}, won={won}: these counts cannot be")
