"""How far figures of confidence would move with other questions: intervals by bootstrap.

Questions are drawn anew with replacement, right answer and confidence together; of two confidences
of the same answers, or two models on the same questions, the same questions are drawn for both
(`weights`). Intervals are percentiles, two-sided (Efron 1979). Those of a figure with bins lie
high, as the figure itself does for finite n.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from mcqtest.metrics.binned import CUTS
from mcqtest.metrics.paired import check

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Draws = NDArray[np.integer[Any]]

FIGURES = ("auroc", "ece", "aurc")
"""What is resampled: `auroc`, `ece_of` in ten bins, and `aurc`."""


_AT_ONCE = 1 << 20
"""Numbers of samples by questions that are computed together: a dozen arrays of so many are held,
however many questions there are."""


def weights(n: int, resamples: int, seed: int = 0) -> Draws:
    """How often each of n questions is in each sample, (resamples, n)."""
    import numpy as np

    rng = np.random.default_rng(seed)
    found = np.empty((resamples, n), dtype=np.uint16)  # 65,536 times one: never
    for row in found:
        row[:] = np.bincount(rng.integers(0, n, n), minlength=n)
    return found


def resampled(
    confidences: Sequence[float], right: Sequence[bool], drawn: Draws
) -> Mapping[str, Floats]:
    """Each figure in each sample; an AUROC that a sample does not have is NaN."""
    import numpy as np

    check(confidences, right)
    c, y = np.asarray(confidences, float), np.asarray(right, float)
    order = np.argsort(-c, kind="stable")
    c, y = c[order], y[order]
    step = max(1, _AT_ONCE // len(c))
    parts = [
        _figures(c, y, drawn[start : start + step, order].astype(np.int64))
        for start in range(0, len(drawn), step)
    ]
    return {name: np.concatenate([part[name] for part in parts]) for name in FIGURES}


def _figures(c: Floats, y: Floats, drawn: Draws) -> Mapping[str, Floats]:
    """The same of some samples, by falling confidence."""
    import numpy as np

    starts = np.flatnonzero(np.r_[True, c[1:] != c[:-1]])
    n = np.add.reduceat(drawn, starts, axis=1)
    hits = np.add.reduceat(drawn * y, starts, axis=1)
    misses = n - hits
    won = hits.sum(axis=1)
    lost = misses.sum(axis=1)
    # Highest first: a right answer beats the wrong ones that are still to come.
    below = lost[:, None] - misses.cumsum(axis=1)
    with np.errstate(invalid="ignore"):
        auroc = (hits * (below + misses / 2)).sum(axis=1) / (won * lost)
    edges = np.arange(1, CUTS["mmlu"].bins) / CUTS["mmlu"].bins + 1e-10
    bins = np.searchsorted(edges, c, side="left")
    one_hot = (bins[:, None] == np.arange(len(edges) + 1)) * (c - y)[:, None]
    ece = np.abs(drawn @ one_hot).sum(axis=1) / drawn.sum(axis=1)
    return {"auroc": auroc, "ece": ece, "aurc": _aurc(n, misses)}


def _aurc(n: Draws, misses: Floats) -> Floats:
    """Of blocks of equal confidence, (samples, blocks), highest first. Over a block of w answers
    that each count as m wrong, behind K with E wrong, the risks add up to
    ``sum over j = 1..w of (E + m j) / (K + j) = m w + (E - m K) (H(K + w) - H(K))``.
    """
    import numpy as np

    total = int(n[0].sum())
    harmonic = np.r_[0.0, np.cumsum(1 / np.arange(1, total + 1))]
    after = n.cumsum(axis=1)
    before = after - n
    wrong = misses.cumsum(axis=1) - misses
    mean = misses / np.maximum(n, 1)
    parts = mean * n + (wrong - mean * before) * (harmonic[after] - harmonic[before])
    found: Floats = parts.sum(axis=1) / total
    return found


def interval(values: Floats, level: float = 0.95) -> tuple[float, float] | None:
    """The percentiles of what samples gave; None where one of them gave nothing."""
    import numpy as np

    if np.isnan(values).any():
        return None
    low, high = np.quantile(values, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)
