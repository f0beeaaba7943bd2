"""The chance that numbers with random signs add up to a loss, however far out in the tail.

The characteristic function of such a sum is a product of cosines, so that its tail needs neither
all patterns of signs nor random ones (Pagano & Tritchler 1983, JASA 78:435-440). ``sizes`` are
positive here, and each has either sign with probability one half.

numpy and scipy.special are imported inside the functions, as in `stats`.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Counts = NDArray[np.int64]
    Floats = NDArray[np.float64]
    Complexes = NDArray[np.complexfloating]

FEW = 32
"""Up to so many sizes, all patterns are gone through: 65,536 of either half."""

_POINTS = 2**13
"""Points of the sum for an upper bound. Twice as many would halve what it is too high."""
_LOG_COSH = ((2, 1 / 2), (4, -1 / 12), (6, 1 / 45), (8, -17 / 2520), (10, 31 / 14175))


def affordable(sizes: Floats) -> bool:
    """Whether `exact` takes a second or so at most."""
    return 20 * math.sqrt(sizes @ sizes) <= 2**21


def exact(sizes: Floats, loss: float) -> float:
    """P(sum >= loss), for sums that are one apart, ``loss`` being one of them and above 0.

    The relative error is below 1e-9 as long as the value is a normal float.
    """
    import numpy as np

    deviation = math.sqrt(sizes @ sizes)
    if loss > 40 * deviation:
        return 0.0  # below 1e-347 (Hoeffding 1963, JASA 58:13-30, Theorem 2)
    # An odd number, long enough for an excess of about exp(-40).
    period = 2 * math.ceil(10 * deviation + loss / 2) + 1
    different, counts = np.unique(sizes, return_counts=True)
    return math.exp(_log_tail(different, counts, loss, period))


def bound(sizes: Floats, loss: float) -> float:
    """At least P(sum >= loss), for sizes in rising order, and exactly that for few of them.

    A normal deviate, drawn apart, is added to the sum: where the sum reaches the loss and the
    deviate is above -3 of its standard deviations, both together reach the loss less three. So P
    is at most P(both together do) / P(the deviate does).
    """
    import numpy as np
    from scipy.special import ndtr

    if len(sizes) <= FEW:
        return _counted(sizes, loss)
    deviations = np.sqrt(np.cumsum(sizes**2))
    if (sizes[-4:] > 4 * deviations[-5:-1]).any():
        # A deviate in proportion to the largest would drown the rest: take its signs in turn.
        rest, largest = sizes[:-1], float(sizes[-1])
        return (bound(rest, loss - largest) + bound(rest, loss + largest)) / 2
    deviation = float(deviations[-1])
    if not -5 < loss / deviation < 40:
        return float(loss < 0)  # but for 4e-6 and 1e-347, as above
    # Long enough for an excess of about exp(-14).
    period = 7 * deviation + max(loss / 2, -loss)
    # At the last point, the deviate's own characteristic function is exp(-4.5**2 / 2).
    blur = 4.5 * period / (2 * math.pi * _POINTS)
    different, counts = np.unique(sizes, return_counts=True)
    log_tail = _log_tail(different, counts, loss - 3 * blur, period, blur)
    return min(1.0, math.exp(min(0.0, log_tail)) / float(ndtr(3)))


def _counted(sizes: Floats, loss: float) -> float:
    import numpy as np

    halves = []
    for half in (sizes[::2], sizes[1::2]):
        sums = np.zeros(1)
        for size in half:
            sums = np.concatenate([sums - size, sums + size])
        halves.append(np.sort(sums))
    short = np.searchsorted(halves[1], loss - halves[0])
    return float((len(halves[1]) - short).sum() / 2 ** len(sizes))


def _log_tail(sizes: Floats, counts: Counts, loss: float, period: float, blur: float = 0) -> float:
    """The log of P(sum + ``blur`` times a normal deviate >= loss).

    With K(s) the log of E exp(s sum), P is the integral of exp(K(s) - s loss) / s over the line
    s = tilt + it, divided by 2 pi i, for any tilt above 0. Without ``blur`` the sums are to be
    one apart, and 1 - exp(-s) is in the place of s. Added up at equally spaced t, it comes out
    as P and more, never less: the excess is the sum of exp(tilt u) P(sum >= loss + u) over the
    multiples u of ``period`` but 0 (Abate & Whitt 1992, Queueing Systems 10:5-87). Under a tilt
    that makes ``loss`` the expected sum, the far tail is as precise as the middle.
    """
    import numpy as np

    tilt = _tilt(sizes, counts, loss, blur)
    log_cosh = tilt * sizes + np.log1p(np.exp(-2 * tilt * sizes)) - math.log(2)
    log_top = float(counts @ log_cosh) + (tilt * blur) ** 2 / 2 - tilt * loss
    t = 2 * math.pi / period * np.arange((_POINTS if blur else int(period) // 2) + 1)
    s = tilt + 1j * t
    terms = _characteristic(sizes, counts, s) * np.exp(-1j * t * loss)
    terms *= np.exp(blur**2 * t * (1j * tilt - t / 2)) / s if blur else -1 / np.expm1(-s)
    total = float(terms[0].real + 2 * terms[1:].real.sum()) / period
    # A bound has to cover the points beyond the last: their terms sum to 6e-7 at most.
    return log_top + math.log(total + (1e-6 if blur else 0))


def _tilt(sizes: Floats, counts: Counts, loss: float, blur: float) -> float:
    """Where the expected sum is about ``loss``, and at least two over the standard deviation."""
    import numpy as np

    low, high = 2 / math.sqrt(counts @ sizes**2), 20 / sizes[0]
    for _ in range(25):
        tilt = math.sqrt(low * high)
        expected = counts @ (sizes * np.tanh(tilt * sizes)) + tilt * blur**2
        low, high = (tilt, high) if expected < loss else (low, tilt)
    return low


def _characteristic(sizes: Floats, counts: Counts, s: Complexes) -> Complexes:
    """E exp(s sum) / E exp(tilt sum) along a line of s, by octaves of its distance."""
    import numpy as np

    octaves = np.split(s, [1 << k for k in range(3, len(s).bit_length())])
    return np.concatenate([_products(sizes, counts, part) for part in octaves if len(part)])


def _products(sizes: Floats, counts: Counts, s: Complexes) -> Complexes:
    """The same of one octave: products of cosh(s size) / cosh(tilt size)."""
    import numpy as np

    tilt = float(s[0].real)
    # Tens of thousands of small sizes are summed up by the series of log cosh.
    small = sizes * abs(s[-1]) < 1 / 8
    logs = np.zeros(len(s), dtype=np.complex128)
    for power, factor in _LOG_COSH:
        moment = factor * float(counts[small] @ sizes[small] ** power)
        logs += moment * (s**power - tilt**power)
    product = np.exp(logs)
    sizes, counts = sizes[~small][::-1], counts[~small][::-1]
    start, left = 0, np.arange(len(s))
    # No factor is above 1 in size: once a product is too small to matter, the rest is spared.
    while start < len(sizes) and len(left):
        block = slice(start, start := start + 1 + 2**16 // len(left))
        angles = np.multiply.outer(sizes[block], s[left].imag)
        factors = np.empty(angles.shape, dtype=np.complex128)
        factors.real = np.cos(angles)
        factors.imag = np.tanh(tilt * sizes[block, None]) * np.sin(angles)
        if counts[block].max() > 1:
            factors **= counts[block, None]
        product[left] *= factors.prod(axis=0)
        left = left[np.abs(product[left]) > 1e-14]
    return product
