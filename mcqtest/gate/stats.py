"""Exact tests on paired answers, and intervals.

Only changed questions carry information: of ``lost + won`` of them, a candidate that is no
worse loses each with probability one half at most. Everything here follows from that.

numpy and scipy.special are imported inside the functions: together they take a third of a
second, which a pytest run that compares nothing should not pay.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Counts = NDArray[np.int64]
    Floats = NDArray[np.float64]


def mcnemar(lost: int, won: int) -> float:
    """One-sided exact McNemar test: the chance of at least ``lost`` of ``lost + won`` heads.

    1.0 where nothing changed. Relative error below 1e-12 for any count; a value too small for
    a normal float is returned as the smallest one, 2.2e-308, so it is never 0 and never too
    small. (McNemar 1947, Psychometrika 12:153-157; exact one-sided form.)
    """
    from scipy.special import betainc

    if lost < 0 or won < 0:
        raise ValueError(f"lost={lost}, won={won}: counts cannot be negative")
    if lost == 0:
        return 1.0
    # P(Bin(m, q) >= k) is the regularised incomplete beta function I_q(k, m - k + 1).
    return max(float(betainc(lost, won + 1, 0.5)), sys.float_info.min)


def critical(changed: int, level: float) -> int | None:
    """The smallest number lost among ``changed`` that is rejected at ``level``, if any is."""
    import numpy as np

    _check_probability("level", level)
    if changed < 0:
        raise ValueError(f"changed={changed}: counts cannot be negative")
    lost = int(_criticals(np.array([changed], dtype=np.int64), level)[0])
    return lost if lost <= changed else None


def min_detectable_drop(n: int, changed: int, level: float, power: float = 0.8) -> float:
    """Smallest drop in accuracy that this comparison would have rejected with ``power``.

    A fraction of the ``n`` questions, found to a hundredth of a question. The model of a drop:
    churn is ``changed / n``, or the drop itself where that is larger, for a drop needs at least
    as many changes; the number of changed questions is binomial around it; and each is lost
    with probability ``(1 + drop / churn) / 2``. 1.0 where ``n`` is so small that not even losing
    every question would be rejected, and nowhere else.
    """
    _check_probability("level", level)
    _check_probability("power", power)
    if not 0 <= changed <= n:
        raise ValueError(f"changed={changed}, n={n}: expected 0 <= changed <= n")
    # Beyond the churn seen, all that changes is lost: a question of how many change at all.
    fewest = math.ceil(-math.log2(level))
    if n < fewest:
        return 1.0
    window = _Window.around(n, changed, level)
    if window.power(1.0) >= power:
        return _bisect(window, changed, power) / n
    from scipy.special import betaincinv

    return float(betaincinv(fewest, n - fewest + 1, power))


def wilson(successes: float, n: float, confidence: float = 0.95) -> tuple[float, float]:
    """Wilson's score interval for one accuracy; (0, 1) where there are no questions.

    Honest for few questions and for accuracies near 0 and 1, where accuracy +/- 2 standard
    errors is not. A sample may be worth a number of questions that is not whole. (Wilson 1927,
    JASA 22:209-212; for evaluations arXiv 2503.01747.)
    """
    from scipy.special import ndtri

    _check_probability("confidence", confidence)
    if not 0 <= successes <= n:
        raise ValueError(f"successes={successes}, n={n}: expected 0 <= successes <= n")
    if n == 0:
        return 0.0, 1.0
    share = successes / n
    z2 = float(ndtri((1 + confidence) / 2)) ** 2
    centre = (share + z2 / (2 * n)) / (1 + z2 / n)
    half = math.sqrt(z2 * (share * (1 - share) / n + z2 / (4 * n * n))) / (1 + z2 / n)
    # At the ends the formula gives 0 and 1 but for rounding.
    low = 0.0 if successes == 0 else max(0.0, centre - half)
    high = 1.0 if successes == n else min(1.0, centre + half)
    return low, high


def interval(values: Sequence[float], confidence: float = 0.95) -> tuple[float, float]:
    """Of the mean of one score per question: Wilson's where scores are 0 or 1, else Student's t
    (1908, Biometrika 6:1-25); one question alone says nothing of a real number.
    """
    n, total = len(values), math.fsum(values)
    if all(value in {0.0, 1.0} for value in values):
        return wilson(int(total), n, confidence)
    if n < 2:
        return -math.inf, math.inf
    from scipy.special import stdtrit

    mean = total / n
    variance = math.fsum((value - mean) ** 2 for value in values) / (n - 1)
    half = float(stdtrit(n - 1, (1 + confidence) / 2)) * math.sqrt(variance / n)
    return mean - half, mean + half


def holm(p_values: Sequence[float]) -> list[float]:
    """Holm's adjusted p-values, in the order given (Holm 1979, Scand. J. Statist. 6:65-70).

    Comparing them with alpha controls the family-wise error under any dependence.
    """
    if any(not 0 <= p <= 1 for p in p_values):
        raise ValueError(f"p-values must be in [0, 1], found {list(p_values)}")
    adjusted = [0.0] * len(p_values)
    highest = 0.0
    for rank, index in enumerate(sorted(range(len(p_values)), key=p_values.__getitem__)):
        highest = max(highest, min(1.0, (len(p_values) - rank) * p_values[index]))
        adjusted[index] = highest
    return adjusted


def _check_probability(name: str, value: float) -> None:
    if not 0 < value < 1:
        raise ValueError(f"{name}={value}: expected a probability between 0 and 1")


def _criticals(changed: Counts, level: float) -> Counts:
    """`critical` of many; ``changed + 1`` where nothing is rejected."""
    import numpy as np
    from scipy.special import betainc, ndtri

    def rejected(lost: Counts) -> NDArray[np.bool_]:
        p_values: Floats = betainc(np.maximum(lost, 1), np.maximum(changed - lost, 0) + 1, 0.5)
        return (lost > changed) | ((lost > 0) & (p_values <= level))

    # The normal approximation is off by a question or two; the two loops mend that.
    guess: Floats = np.ceil(changed / 2 - ndtri(level) * np.sqrt(changed) / 2)
    lost = np.clip(guess.astype(np.int64), 1, changed + 1)
    while not (enough := rejected(lost)).all():
        lost = lost + ~enough
    while (fewer := rejected(lost - 1)).any():
        lost = lost - fewer
    return lost


@dataclass(frozen=True, slots=True)
class _Window:
    """The numbers of changed questions that matter, and what is rejected at each."""

    changed: Counts
    lost: Counts
    weights: Floats

    @classmethod
    def around(cls, n: int, changed: int, level: float) -> _Window:
        """All but 1e-14 of Bin(n, changed / n), less the numbers where nothing is rejected."""
        import numpy as np
        from scipy.special import gammaln, xlog1py, xlogy

        churn = changed / n
        # Eight standard deviations, and room for the long upper tail of a small mean.
        reach = math.ceil(8 * math.sqrt(n * churn * (1 - churn))) + 16
        k = np.arange(max(0, changed - reach), min(n, changed + reach) + 1)
        ways = gammaln(n + 1) - gammaln(k + 1) - gammaln(n - k + 1)
        weights = np.exp(ways + xlogy(k, churn) + xlog1py(n - k, -churn))
        lost = _criticals(k, level)
        some = lost <= k
        return cls(k[some], lost[some], weights[some])

    def power(self, lean: float) -> float:
        """P(rejected) where a changed question is lost with probability (1 + lean) / 2."""
        from scipy.special import betainc

        seen = betainc(self.lost, self.changed - self.lost + 1, (1 + lean) / 2)
        return float(self.weights @ seen)


def _bisect(window: _Window, changed: int, power: float) -> float:
    """The smallest expected ``lost - won`` that is seen with ``power``, in questions."""
    low, high = 0.0, float(changed)
    while high - low > 0.01:
        middle = (low + high) / 2
        low, high = (low, middle) if window.power(middle / changed) >= power else (middle, high)
    return high
