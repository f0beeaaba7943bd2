"""Metrics of choices, as `bigbench/api/task_metrics.py` (1.0.0) defines them.

Plain Python, as in `mcqtest.metrics.calibration`.
"""

from __future__ import annotations

import hashlib
import math
from array import array
from collections.abc import Sequence

from mcqtest.metrics.official.examples import Chosen

BINS = 15
_CLOSE = 1e-9
"""Log-probabilities that differ by more, relatively, are not equal after they were normalised."""


def multiple_choice_grade(example: Chosen) -> float:
    """What the most probable choice is worth."""
    return example.scores[most_probable(example)]


def most_probable(example: Chosen) -> int:
    """0-based index of the most probable choice. Among equal ones the SHA-256 of all the numbers
    decides: the same lot whenever these are the same, and no preference for the first. (Where all
    are equal, they differ between questions in their last bits alone, and the lot has few sides.)
    """
    values = example.logprobs
    if sum(value >= max(values) - _CLOSE * max(1.0, -min(values)) for value in values) == 1:
        return values.index(max(values))
    values = [float(value) for value in values] if example.absolute else _normalised(values)
    equal = [index for index, value in enumerate(values) if value == max(values)]
    lot = hashlib.sha256(array("d", values).tobytes()).hexdigest()
    return equal[int(lot, 16) % len(equal)]


def _normalised(logprobs: Sequence[float]) -> list[float]:
    """To a sum of 1, by the very operations of the official code: the last bits draw the lot."""
    import numpy as np
    from scipy.special import logsumexp

    normalised: list[float] = (np.array(logprobs, dtype=np.float64) - logsumexp(logprobs)).tolist()
    return normalised


def brier_counts(example: Chosen) -> tuple[float, float]:
    """The sum over choices of ``q (p - 1)^2 + (1 - q) p^2``, where p is the softmax of the choices
    and q their share of all scores, and how many choices there are.
    """
    pairs = zip(_shares(example), _softmax(example), strict=True)
    loss = math.fsum(q * (p - 1) ** 2 + (1 - q) * p**2 for q, p in pairs)
    return loss, float(len(example.choices))


def confidence_and_hit(example: Chosen) -> tuple[float, float]:
    """The highest probability, and 1 where that choice is the one with the highest score (the first
    of equal ones on both sides), else 0.
    """
    p, q = _softmax(example), _shares(example)
    return max(p), float(p.index(max(p)) == q.index(max(q)))


def bucket(confidence: float) -> int:
    """The first of 15 equal buckets whose upper edge is above the confidence; 1 is in the last."""
    return next((j for j in range(BINS) if confidence < (j + 1) / BINS), BINS - 1)


def weighted_log_probability(example: Chosen) -> float:
    """The sum over choices of score times log-probability, the latter as the model gave it."""
    return math.fsum(map(float.__mul__, map(float, example.scores), map(float, example.logprobs)))


def weighted_probability(example: Chosen) -> float:
    """The same of probabilities."""
    pairs = zip(example.scores, example.logprobs, strict=True)
    return math.fsum(score * math.exp(logprob) for score, logprob in pairs)


def right_and_said(example: Chosen) -> tuple[float, float]:
    """The right choice's text and the most probable one's, as numbers that are equal where the
    texts are. ValueError unless one choice has score 1 and the sum of all is 1.
    """
    scores = list(example.scores)
    if scores.count(1) != 1 or sum(scores) != 1:
        raise ValueError("macro_f1 needs one choice of score 1 and a sum of 1")
    said = example.choices[most_probable(example)]
    return _label(example.choices[scores.index(1)]), _label(said)


def _label(text: str) -> float:
    """The first 52 bits of a hash; a float holds them exactly."""
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()
    return float(int.from_bytes(digest[:7]) >> 4)


def _softmax(example: Chosen) -> list[float]:
    highest = max(example.logprobs)
    powers = [math.exp(value - highest) for value in example.logprobs]
    total = math.fsum(powers)
    return [power / total for power in powers]


def _shares(example: Chosen) -> list[float]:
    """Every choice's share of all scores; 0 for all where these sum to 0."""
    total = sum(example.scores)
    return [score / total if total else 0.0 for score in example.scores]
