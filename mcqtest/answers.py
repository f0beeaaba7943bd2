"""From a model's response to an answer."""

from __future__ import annotations

import math

from mcqtest.types import Question, Response, Result


def choose(question: Question, response: Response) -> Result:
    """The most probable choice, the first one of equals; probabilities over the choices only.

    As MMLU's evaluate.py does (repository hendrycks/test): the log-probabilities of the
    letters are put through a softmax among themselves, so they always sum to 1.
    """
    logprobs = response.logprobs
    if len(logprobs) != len(question.choices):
        raise ValueError(f"{len(logprobs)} log-probabilities for {len(question.choices)} choices")
    highest = max(logprobs)
    weights = [math.exp(value - highest) for value in logprobs]
    total = math.fsum(weights)
    return Result(
        question=question,
        answer=logprobs.index(highest),
        probabilities=tuple(weight / total for weight in weights),
        shots=response.shots,
    )
