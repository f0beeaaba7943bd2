"""How many questions were answered, and how many of them right; how texts ended.

Sums are exact (`math.fsum`), so no figure depends on the order of the questions.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import fsum, sqrt

from mcqtest.types import Scored


def accuracy(results: Sequence[Scored]) -> float:
    """Share of questions answered right, in [0, 1]; an unanswered question is wrong. Where scores
    are real numbers, their mean.

    Over several tasks this is the micro average, each question counting alike: the
    "weighted accuracy" of evaluate.py in the repository hendrycks/test.
    """
    require(results)
    return fsum([result.value for result in results]) / len(results)


def macro_accuracy(tasks: Sequence[Sequence[Scored]]) -> float:
    """Unweighted mean of the tasks' accuracies, in [0, 1]: each task counting alike."""
    if not tasks:
        raise ValueError("no tasks: their mean accuracy is undefined, expected one or more")
    return fsum(accuracy(results) for results in tasks) / len(tasks)


def unanswered(results: Sequence[Scored]) -> int:
    """How many questions have no readable answer, whether or not one was drawn for them."""
    return sum(result.answer is None or result.guessed for result in results)


def unanswered_share(results: Sequence[Scored]) -> float | None:
    """Share of questions without a readable answer, in [0, 1]; None where no text was read."""
    require(results)
    return unanswered(results) / len(results) if any(each.texts for each in results) else None


def truncated_share(results: Sequence[Scored]) -> float | None:
    """Share of texts that met a limit before they ended, in [0, 1]; None where there is no text,
    or it is not known of all.
    """
    require(results)
    texts = sum(len(result.texts) for result in results)
    known = [result.truncated for result in results if result.truncated is not None]
    return sum(known) / texts if texts and len(known) == len(results) else None


def spread(accuracies: Sequence[float]) -> float:
    """Largest less smallest accuracy over prompt styles, in [0, 1] (arXiv 2406.01574, 6.3).

    The paper shows its measure in a figure only; `deviation` is the other reading of it.
    """
    return max(accuracies) - min(accuracies)


def deviation(accuracies: Sequence[float]) -> float:
    """Standard deviation over prompt styles; these are all there are, so n and not n - 1."""
    mean = fsum(accuracies) / len(accuracies)
    return sqrt(fsum((value - mean) ** 2 for value in accuracies) / len(accuracies))


def require(results: Sequence[Scored]) -> None:
    if not results:
        raise ValueError("no results: a figure of no questions is undefined, expected one or more")
