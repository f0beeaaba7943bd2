"""Expected calibration error as others cut the confidences into bins; and without any bins.

Figures of different cuts differ, and that of equal widths is above 0 even where a model is
perfectly calibrated (of the order of ``sqrt(bins / n)``): compare one cut, at equal n.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import fsum, pi
from typing import NamedTuple

from mcqtest.metrics.paired import Ranking, check

_ROUNDING = 1e-10
"""0.1 + 0.2 is 0.30000000000000004 and belongs with 0.3: without the allowance, binary rounding
would decide on which side of an edge a confidence is."""


class Bin(NamedTuple):
    """Sums over the answers of a bin; of equal counts, a tie that an edge cuts is shared."""

    n: float
    confidence: float
    right: float


@dataclass(frozen=True)
class Cut:
    """How confidences are cut into bins."""

    bins: int
    closed: str = "right"
    """Which edge belongs to a bin of equal width: ``right`` or ``left``; ``counts``: bins have
    equal numbers of answers instead."""

    def __post_init__(self) -> None:
        if self.bins < 1 or self.closed not in {"right", "left", "counts"}:
            raise ValueError(
                f"{self.bins} bins, closed={self.closed!r}: expected one or more, and right, left "
                "or counts"
            )

    def of(self, confidences: Sequence[float], right: Sequence[float]) -> list[Bin]:
        """The bins that hold anything, by rising confidence; confidences are in [0, 1]."""
        check(confidences, right)
        if min(confidences) < 0 or max(confidences) > 1 + _ROUNDING:
            wrong = next(each for each in confidences if not 0 <= each <= 1 + _ROUNDING)
            raise ValueError(f"confidence {wrong!r}: expected one from 0 to 1; leave it out")
        ranking, n = Ranking(confidences), len(confidences)
        sure = ranking.confidences
        if self.closed == "counts":
            # Answers of equal confidence each count with the mean of them all, else their order
            # would decide.
            hits, count = ranking.means(right), min(self.bins, n)
            cuts = [i * n // count for i in range(count + 1)]
        else:
            hits = ranking.sorted(right)
            place, nudge = (
                (bisect_right, _ROUNDING) if self.closed == "right" else (bisect_left, -_ROUNDING)
            )
            inner = (place(sure, edge / self.bins + nudge) for edge in range(1, self.bins))
            cuts = [0, *inner, n]
        return [
            Bin(high - low, fsum(sure[low:high]), fsum(hits[low:high]))
            for low, high in pairwise(cuts)
            if high > low
        ]


CUTS: Mapping[str, Cut] = {
    "mmlu": Cut(10),
    "bigbench": Cut(15, "left"),
    "hendrycks": Cut(30, "left"),
    "helm": Cut(10, "counts"),
}
"""How others cut: Guo et al. 2017 (arXiv 1706.04599) and MMLU ``((m-1)/10, m/10]``, which is also
`mcqtest.metrics.ece`; BIG-bench's calibration; hendrycks/test; HELM."""


def ece_of(confidences: Sequence[float], right: Sequence[float], cut: Cut = CUTS["mmlu"]) -> float:
    """Expected calibration error, ``sum |B|/n * |share right(B) - mean confidence(B)|``, in
    [0, 1]. Raises `ValueError` for a confidence outside [0, 1].
    """
    return fsum(abs(each.confidence - each.right) for each in cut.of(confidences, right)) / len(
        right
    )


def mce_of(confidences: Sequence[float], right: Sequence[float], cut: Cut = CUTS["mmlu"]) -> float:
    """Maximum calibration error, ``max |share right(B) - mean confidence(B)|`` over bins that hold
    anything, in [0, 1] (Naeini, Cooper and Hauskrecht 2015). Few answers in one bin decide it.
    """
    found = cut.of(confidences, right)
    return max(abs(each.confidence - each.right) / each.n for each in found)


_CELLS = 4096
"""Confidences are rounded to a cell before they are smoothed: by 0.00012 at most."""


def smooth_ece(confidences: Sequence[float], right: Sequence[float]) -> float:
    """Smooth calibration error, in [0, 1]: no bins, and no jump where a confidence moves a little.

    The residuals ``right - confidence`` are smoothed over the confidence by a Gaussian kernel of
    width s that is reflected at 0 and 1; ``smECE_s`` is the integral of what is left without its
    sign. It falls as s grows, and the value is where ``smECE_s = s`` (Blasiok and Nakkiran 2023,
    arXiv 2309.12297, definitions 6 to 8). The reflected kernel is the heat kernel of [0, 1], which
    a cosine transform makes a product.
    """
    import numpy as np
    from scipy.fft import dct, idct

    check(confidences, right)
    c, y = np.asarray(confidences, float), np.asarray(right, float)
    if not ((c >= 0) & (c <= 1)).all():
        raise ValueError("a confidence is outside 0 to 1; leave it out")
    cells = np.minimum((c * _CELLS).astype(int), _CELLS - 1)
    waves = dct(np.bincount(cells, weights=(y - c) / len(c), minlength=_CELLS))
    squares = (pi * np.arange(_CELLS)) ** 2 / 2

    def smoothed(width: float) -> float:
        return float(np.abs(idct(waves * np.exp(-squares * width * width))).sum())

    low, high = 0.0, 1.0
    for _ in range(40):
        width = (low + high) / 2
        low, high = (width, high) if smoothed(width) > width else (low, width)
    return high
