"""What a metric sees of one example and of what a model made of it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Written:
    """A text that the model wrote. ValueError without a target."""

    response: str
    """As the task's output_regex and stop_string leave it."""
    targets: Sequence[str]
    """The texts that are right."""

    def __post_init__(self) -> None:
        if not self.targets:
            raise ValueError("no target: expected one text or more that is right")


@dataclass(frozen=True, slots=True)
class Chosen:
    """How probable the model finds each choice, all in the order of ``target_scores``.

    ValueError for other counts of choices, scores and log-probabilities, and for numbers that are
    not finite.
    """

    choices: Sequence[str]
    scores: Sequence[float]
    """What each choice is worth: ``target_scores``."""
    logprobs: Sequence[float]
    """Natural logarithms of the choices' own probabilities (``absolute_log_prob``)."""
    absolute: bool = False
    """The task's ``absolute_normalization``: compare these as they are. They are else brought to a
    sum of 1 first, which moves nothing but the lot between equal ones."""

    def __post_init__(self) -> None:
        counts = {len(self.choices), len(self.scores), len(self.logprobs)}
        if len(counts) > 1 or not self.choices:
            raise ValueError(
                f"{len(self.choices)} choices, {len(self.scores)} scores and "
                f"{len(self.logprobs)} log-probabilities: expected one of each for every choice"
            )
        if not all(map(math.isfinite, (*self.scores, *self.logprobs))):
            raise ValueError("scores and log-probabilities must be finite numbers")


@dataclass(frozen=True, slots=True)
class Weighed:
    """How probable the model finds each target. ValueError as in `Chosen`."""

    targets: Sequence[str]
    logprobs: Sequence[float]
    """Natural logarithms, one for each target."""

    def __post_init__(self) -> None:
        if len(self.targets) != len(self.logprobs) or not self.targets:
            raise ValueError(
                f"{len(self.targets)} targets and {len(self.logprobs)} log-probabilities: expected "
                "one for every target"
            )
        if not all(map(math.isfinite, self.logprobs)):
            raise ValueError("log-probabilities must be finite numbers")
