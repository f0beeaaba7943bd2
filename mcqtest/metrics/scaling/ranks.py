"""Do two benchmarks order models alike? Spearman's and Kendall's rank correlation.

Intervals are percentiles of a bootstrap over models, with a fixed seed: there are no more models
than these, so they say how much rests on which ones were looked at.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

LEVEL = 0.95
_RESAMPLES, _SEED = 2000, 18
_PARTS = 20
"""That resamples are worked off in, to save memory."""
_FEWEST = 5
"""Models below which no interval is told."""


@dataclass(frozen=True, slots=True)
class Correlation:
    """Of two columns, over the models that both have."""

    one: str
    other: str
    models: int
    spearman: float | None
    """None where a column has one value alone."""
    kendall: float | None
    """tau-b."""
    spearman_interval: tuple[float, float] | None = None
    kendall_interval: tuple[float, float] | None = None


def correlations(
    columns: Mapping[str, Mapping[str, float]], against: str | None = None
) -> list[Correlation]:
    """Of every pair of columns (model -> score) with three models or more in common; with
    ``against``, of that column with each other one.
    """
    pairs = (
        [(each, against) for each in columns if each != against]
        if against
        else list(combinations(columns, 2))
    )
    found = []
    for one, other in pairs:
        shared = [model for model in columns[one] if model in columns[other]]
        if len(shared) >= 3:
            x = [columns[one][model] for model in shared]
            y = [columns[other][model] for model in shared]
            found.append(correlation(one, other, x, y))
    return found


def correlation(one: str, other: str, x: Sequence[float], y: Sequence[float]) -> Correlation:
    """Of scores of the same models in the same order, two or more of them."""
    import numpy as np

    pair = np.asarray([x, y], dtype=float)
    rho, tau = (_first(of(pair[0][None], pair[1][None])) for of in (_spearman, _kendall))
    models = len(x)
    if models < _FEWEST or rho is None:
        return Correlation(one, other, models, rho, tau)
    chosen = np.random.default_rng(_SEED).integers(0, models, (_RESAMPLES, models))
    again = [(pair[0][some], pair[1][some]) for some in np.array_split(chosen, _PARTS)]
    intervals = [
        _interval(np.concatenate([of(*each) for each in again])) for of in (_spearman, _kendall)
    ]
    return Correlation(one, other, models, rho, tau, *intervals)


def _spearman(x: Any, y: Any) -> Any:
    """Of each row: Pearson's of mid-ranks; NaN where one side is constant."""
    return _cosine(*(_signs(each).sum(axis=2) for each in (x, y)))


def _kendall(x: Any, y: Any) -> Any:
    """tau-b of each row; NaN likewise."""
    return _cosine(*(_signs(each).reshape(len(each), -1) for each in (x, y)))


def _signs(rows: Any) -> Any:
    """Of the difference of every two values of a row."""
    import numpy as np

    return np.sign(rows[:, :, None] - rows[:, None, :]).astype(np.float32)


def _cosine(x: Any, y: Any) -> Any:
    """Both sum to 0 in every row."""
    import numpy as np

    with np.errstate(invalid="ignore"):
        return (x * y).sum(axis=1) / np.sqrt((x * x).sum(axis=1) * (y * y).sum(axis=1))


def _first(found: Any) -> float | None:
    value = float(found[0])
    return None if math.isnan(value) else value


def _interval(found: Any) -> tuple[float, float]:
    """Percentiles of those resamples that have a correlation."""
    import numpy as np

    low, high = np.nanquantile(found, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return float(low), float(high)
