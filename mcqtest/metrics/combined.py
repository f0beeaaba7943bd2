"""Several confidences made one, by a fit on a validation split."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

_ROOM = 1e-3
"""Confidences of 0 and 1 are taken for 0.001 and 0.999, whose log-odds are finite."""
_RIDGE = 1.0
"""Of the squared weights: of two confidences that say the same, neither runs away."""


@dataclass(frozen=True)
class Combination:
    """Logistic regression on the log-odds of each confidence (Platt 1999 with several inputs)."""

    bias: float
    weights: tuple[float, ...]

    @classmethod
    def fit(cls, rows: Sequence[Sequence[float]], right: Sequence[bool]) -> Combination:
        """``rows``: the confidences of one answer each, all in the same order. Raises `ValueError`
        where there are none.
        """
        import numpy as np
        from scipy.optimize import minimize

        if not right or len(rows) != len(right):
            raise ValueError(f"{len(rows)} rows and {len(right)} answers; expected as many of each")
        x, sign = _odds(rows), np.where(np.asarray(right, bool), 1.0, -1.0)

        def loss(told: Floats) -> tuple[float, Floats]:
            margin = sign * (told[0] + x @ told[1:])
            slope = -sign / (1 + np.exp(np.clip(margin, -500, 500)))
            gradient = np.r_[slope.sum(), slope @ x + 2 * _RIDGE * told[1:]]
            return float(np.logaddexp(0, -margin).sum() + _RIDGE * (told[1:] ** 2).sum()), gradient

        found = minimize(loss, np.zeros(x.shape[1] + 1), jac=True, method="L-BFGS-B").x
        return cls(float(found[0]), tuple(map(float, found[1:])))

    def of(self, rows: Sequence[Sequence[float]]) -> list[float]:
        """The combined confidence of other answers, in (0, 1)."""
        import numpy as np

        margin = self.bias + _odds(rows) @ np.asarray(self.weights)
        found: list[float] = (1 / (1 + np.exp(-np.clip(margin, -500, 500)))).tolist()
        return found


def _odds(rows: Sequence[Sequence[float]]) -> Floats:
    import numpy as np

    c = np.clip(np.asarray(rows, float), _ROOM, 1 - _ROOM)
    found: Floats = np.log(c / (1 - c))
    return found
