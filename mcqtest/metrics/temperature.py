"""Temperature scaling: one number that makes confidences of a whole model larger or smaller."""

from __future__ import annotations

from collections.abc import Sequence
from math import exp, fsum


def temperature(logits: Sequence[Sequence[float]], gold: Sequence[int]) -> float:
    """The T > 0 for which ``softmax(logits / T)`` says the right choices best: the least mean of
    ``-ln p(gold)``. One number for all, so no answer changes (Guo et al. 2017, section 4.2).

    Fit it on a validation split, and look at its effect on another one. Log-probabilities over the
    choices serve as logits. The search is over T from 1/1000 to 1000; an end of that range means
    that the answers are all right, or no better than chance. The loss is convex in 1/T.
    """
    import numpy as np
    from scipy.optimize import minimize_scalar
    from scipy.special import logsumexp

    if not logits or len(logits) != len(gold):
        raise ValueError(f"{len(logits)} logits and {len(gold)} answers; expected as many of each")
    widest = max(map(len, logits))
    table = np.full((len(logits), widest), -np.inf)
    for at, row in enumerate(logits):
        table[at, : len(row)] = row
    rows = np.arange(len(gold))
    table -= table.max(axis=1, keepdims=True)
    right = table[rows, np.asarray(gold)]

    def loss(log_t: float) -> float:
        scale = np.exp(-log_t)
        return float((logsumexp(table * scale, axis=1) - right * scale).mean())

    most = np.log(1000)
    found = minimize_scalar(loss, bounds=(-most, most), method="bounded", options={"xatol": 1e-9})
    return float(np.exp(found.x))


def softmax(logits: Sequence[float], temperature: float = 1.0) -> tuple[float, ...]:
    """``exp(logit / T)`` over their sum."""
    top = max(logits)
    powers = [exp((each - top) / temperature) for each in logits]
    total = fsum(powers)
    return tuple(each / total for each in powers)
