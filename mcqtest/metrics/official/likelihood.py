"""How probable the targets are, as `bigbench/api/task_metrics.py` (1.0.0) defines it."""

from __future__ import annotations

import math

from mcqtest.metrics.official.examples import Weighed


def log_likelihood(example: Weighed) -> float:
    """Logarithm of the sum of the targets' probabilities; above 0 at most where one target goes on
    as another does.
    """
    highest = max(example.logprobs)
    return highest + math.log(math.fsum(math.exp(each - highest) for each in example.logprobs))


def per_word(example: Weighed) -> tuple[float, float]:
    """Log-likelihood of the single target by its words, and 0; or 0 and 1 where there are several
    targets or no words.
    """
    return _by(example, len(example.targets[0].split()))


def per_char(example: Weighed) -> tuple[float, float]:
    """The same by its characters."""
    return _by(example, len(example.targets[0]))


def _by(example: Weighed, length: int) -> tuple[float, float]:
    if len(example.targets) > 1 or not length:
        return 0.0, 1.0
    return example.logprobs[0] / length, 0.0
