"""Power laws: of one variable, and of parameters and tokens together.

* ``gap = A x^-a``, where the gap is what is missing to the high anchor: least squares of
  logarithms, so that its interval is a t interval.
* ``L(N, D) = E + A N^-a + B D^-b`` (Hoffmann et al. 2022, arXiv 2203.15556, section 3.3): the
  Huber loss of log L, delta = 1e-3, minimised by L-BFGS from points of a grid,
  one for each pair of powers.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import product
from typing import Any

FORM, JOINT_FORM = "gap = A x^-a", "L(N, D) = E + A N^-a + B D^-b"
LEVEL = 0.9
"""Of intervals."""
_DELTA = 1e-3
_LOGS, _FLOORS = range(0, 26, 5), (-1.0, -0.5, 0.0, 0.5, 1.0)
_POWERS = (0.0, 0.5, 1.0, 1.5, 2.0)
"""Grid of Hoffmann et al. (appendix D), of log A and log B, log E, alpha and beta."""
_ROUGH, _FOLLOWED = {"maxiter": 150}, 4
"""From the best point of the grid for each alpha and beta a descent goes so far; the best of these
are followed to the end."""
_EXACT = {"maxiter": 5000, "ftol": 1e-14, "gtol": 1e-8}
_TOGETHER = 0.999
"""Correlation of log N and log D from which on nothing tells their terms apart."""


@dataclass(frozen=True, slots=True)
class PowerLaw:
    """``gap = scale x^-exponent``, with what a prediction needs."""

    scale: float
    exponent: float
    """Above 0 where the gap closes."""
    spread: float
    """Standard deviation of the logarithms around the line."""
    n: int
    middle: float
    width: float
    """Mean of log x, and the sum of squares around it."""

    def gap(self, x: float) -> float:
        """Predicted at x."""
        return math.exp(math.log(self.scale) - self.exponent * math.log(x))

    def error(self, x: float) -> float:
        """Standard error of a new logarithm of the gap at x, so many degrees of freedom `n` - 2."""
        away = (math.log(x) - self.middle) ** 2 / self.width
        return self.spread * math.sqrt(1 + 1 / self.n + away)

    def interval(self, x: float, factor: float = 1.0) -> tuple[float, float]:
        """Of a new gap at x, at `LEVEL`; ``factor`` makes it wider."""
        reach = factor * quantile(self.n - 2) * self.error(x)
        middle = self.gap(x)
        return middle * math.exp(-reach), middle * math.exp(reach)


def power_law(
    sizes: Sequence[float], gaps: Sequence[float], *, least: float = 0.0
) -> PowerLaw | None:
    """Fitted to gaps above 0. None for fewer than three sizes, and for gaps at or below 0.

    ``least`` is the smallest spread that is believed: what questions alone give, as logarithms.
    """
    n = len(sizes)
    if n < 3 or min(gaps) <= 0:
        return None
    x, y = [math.log(each) for each in sizes], [math.log(each) for each in gaps]
    middle, mean = math.fsum(x) / n, math.fsum(y) / n
    width = math.fsum((each - middle) ** 2 for each in x)
    slope = math.fsum((a - middle) * (b - mean) for a, b in zip(x, y, strict=True)) / width
    rest = [b - mean - slope * (a - middle) for a, b in zip(x, y, strict=True)]
    spread = math.sqrt(math.fsum(each**2 for each in rest) / (n - 2))
    return PowerLaw(math.exp(mean - slope * middle), -slope, max(spread, least), n, middle, width)


@cache
def quantile(freedom: int) -> float:
    """Of Student's t: both sides of this hold `LEVEL`."""
    from scipy.special import stdtrit

    return float(stdtrit(freedom, (1 + LEVEL) / 2))


@dataclass(frozen=True, slots=True)
class JointLaw:
    """``loss = floor + A N^-alpha + B D^-beta``, A and B as logarithms."""

    floor: float
    log_a: float
    alpha: float
    log_b: float
    beta: float
    objective: float
    """Sum of Huber losses."""
    n: int

    def loss(self, parameters: float, tokens: float) -> float:
        """Predicted."""
        return (
            self.floor
            + math.exp(self.log_a - self.alpha * math.log(parameters))
            + math.exp(self.log_b - self.beta * math.log(tokens))
        )


def joint_law(
    parameters: Sequence[float], tokens: Sequence[float], losses: Sequence[float]
) -> JointLaw | None:
    """Fitted to losses above 0. None for fewer than six, for fewer than two different N or D, and
    where N and D go together, so that nothing tells the two terms apart.
    """
    import numpy as np

    n = len(losses)
    if n < 6 or min(losses) <= 0 or len(set(parameters)) < 2 or len(set(tokens)) < 2:
        return None
    x, z, y = (np.log(np.asarray(each, dtype=float)) for each in (parameters, tokens, losses))
    if abs(np.corrcoef(x, z)[0, 1]) > _TOGETHER:
        return None
    x0, z0 = x.mean(), z.mean()  # around the middle, A and alpha hardly depend on each other
    data = x - x0, z - z0, y
    starts: dict[tuple[float, float], tuple[float, tuple[float, ...]]] = {}
    for log_a, log_b, log_e, *powers in product(_LOGS, _LOGS, _FLOORS, _POWERS, _POWERS):
        one, two = powers
        at = (log_a - one * x0, log_b - two * z0, log_e, one, two)
        point = float(_objective(at, *data)[0]), at
        starts[one, two] = min(starts.get((one, two), point), point)
    ways = [_descended(at, data, _ROUGH) for _, at in starts.values()]
    ways = sorted(ways, key=lambda found: float(found.fun))[:_FOLLOWED]
    best = min(
        (_descended(found.x, data, _EXACT) for found in ways), key=lambda found: float(found.fun)
    )
    a, b, e, alpha, beta = map(float, best.x)
    found = float(best.fun) * _DELTA**2
    return JointLaw(math.exp(e), a + alpha * float(x0), alpha, b + beta * float(z0), beta, found, n)


def _descended(at: Any, data: Any, how: Mapping[str, float]) -> Any:
    from scipy.optimize import minimize

    return minimize(_objective, at, args=data, jac=True, method="L-BFGS-B", options=dict(how))


def _objective(at: Sequence[float], x: object, z: object, y: object) -> tuple[float, object]:
    """Sum of Huber losses of log L, in units of delta squared, and its gradient."""
    import numpy as np

    a, b, e, alpha, beta = at
    terms = np.stack([a - alpha * np.asarray(x), b - beta * np.asarray(z), e + 0 * np.asarray(x)])
    top = terms.max(axis=0)
    parts = np.exp(terms - top)
    whole = parts.sum(axis=0)
    off = top + np.log(whole) - np.asarray(y)
    small = np.abs(off) <= _DELTA
    loss = np.where(small, off**2 / 2, _DELTA * (np.abs(off) - _DELTA / 2)).sum()
    pull = np.clip(off, -_DELTA, _DELTA) * parts / whole
    gradient = np.array(
        [
            pull[0].sum(),
            pull[1].sum(),
            pull[2].sum(),
            -(pull[0] * np.asarray(x)).sum(),
            -(pull[1] * np.asarray(z)).sum(),
        ]
    )
    return float(loss) / _DELTA**2, gradient / _DELTA**2
