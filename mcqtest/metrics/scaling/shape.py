"""Linearity and breakthroughness of a curve (BIG-bench, arXiv 2206.04615, section 3.4, Appendix B).

With scores y_1..y_n at ascending size and ``I = sign(argmax y - argmin y) (max y - min y)``:

    L = I / sqrt(mean  of (y_(i+1) - y_i)^2)
    B = I / sqrt(median of (y_(i+1) - y_i)^2)

Equal steps give L = B = n - 1. Neither knows units: both are the same for ``a y + b``, a > 0.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from math import fsum, sqrt
from statistics import median

_SAME = 1e-9
"""Of the gain: steps below this are what rounding leaves of none."""


def gain(values: Sequence[float]) -> float:
    """I: the range of the scores, negative where the highest comes before the lowest. Of several
    equal ones the first counts.
    """
    highest = max(range(len(values)), key=values.__getitem__)
    lowest = min(range(len(values)), key=values.__getitem__)
    range_ = values[highest] - values[lowest]
    return range_ if highest >= lowest else -range_


def linearity(values: Sequence[float]) -> float:
    """L, between -(n - 1) and n - 1; 0 for a flat curve. A single jump gives sqrt(n - 1). That it
    has no further factor is not confirmed by the paper's text.
    """
    squares = _squares(values)
    whole = gain(values)
    return whole / sqrt(fsum(squares) / len(squares)) if whole else 0.0


def breakthroughness(values: Sequence[float]) -> float | None:
    """B; 0 for a flat curve. None where at least half of the steps are none and the others are
    not: a jump among equal scores, of which no typical step can be told.
    """
    whole = gain(values)
    if not whole:
        return 0.0
    step = typical_step(values)
    return whole / step if step > _SAME * abs(whole) else None


def typical_step(values: Sequence[float]) -> float:
    """Root of the median of the squared steps."""
    return sqrt(median(_squares(values)))


def _squares(values: Sequence[float]) -> list[float]:
    if len(values) < 2:
        raise ValueError(f"{len(values)} scores: a curve has two or more")
    return [(after - before) ** 2 for before, after in pairwise(values)]
