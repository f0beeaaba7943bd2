"""Whether answers are evidence of anything: choices that are all alike, one letter throughout, the
very probabilities of the baseline.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence

from mcqtest.gate.companion import Companion
from mcqtest.gate.outcome import Outcome
from mcqtest.types import LETTERS, Score, several

MEASURED = 10
"""Questions of a task that do not all come out alike by accident."""
_CHOICES = 3
"""The same of a whole benchmark, in choices beyond the first: one question of four."""
_TIES, _ALIKE = 0.5, 0.25
"""Shares of questions above which people are told of ties, and of choices that are all alike."""
_LAST = {"bfloat16": 2.0**-7, "float16": 2.0**-10, "float32": 2.0**-23, "float64": 2.0**-52}
"""Type of a model's numbers -> the last bit of 1."""
_LOGIT = 8.0
"""Logits are about as large, and their last bit is so many times that of 1."""


def is_alike(score: Score, dtype: str) -> bool:
    """Whether all choices are equally probable, exactly or to the last bit of the ``dtype`` that
    the model computed in (where that is not known, exactly).
    """
    if score.probabilities is None or score.confidence is None:
        return False
    least, most = min(score.probabilities), score.confidence
    if least <= 0 or most > 2 * least:  # by far not
        return False
    return math.log(most / least) <= _LOGIT * _LAST.get(dtype, 0.0)


def echoed(old: Companion | None, new: Companion) -> int:
    """Questions, where the probabilities of all of them are those of the baseline to the last digit
    that is kept; else 0. A question on which the model is quite sure says nothing and is not
    counted.
    """
    if old is None or old.probabilities is None or old.probabilities != new.probabilities:
        return 0
    return sum(max(each) < 1 for each in old.probabilities)


def throughout(
    outcomes: Sequence[Outcome], count: Callable[[Outcome], int], *, least: int = MEASURED
) -> list[Outcome]:
    """The tasks of which every question counts: of large ones, or of the whole benchmark."""
    found = [each for each in outcomes if count(each) == each.n]
    if len(found) < len(outcomes):
        found = [each for each in found if each.n >= least]
    return found


def places(name: str, found: Sequence[Outcome], outcomes: Sequence[Outcome]) -> str:
    """These tasks of a benchmark, in words: by its name alone where they are all there are."""
    if len(found) == len(outcomes):
        return name
    return f"{name}: {several([each.task for each in found], 10)}"


def flat(name: str, outcomes: Sequence[Outcome]) -> str | None:
    """That nothing was measured, since all choices of all questions of a task are equally
    probable; None where some are not.
    """
    found = throughout(outcomes, lambda each: each.alike)
    if sum(score.choices - 1 for each in found for score in each.scores) < _CHOICES:
        return None
    return (
        f"{places(name, found, outcomes)}: all choices are equally probable in each of "
        f"{sum(each.n for each in found)} questions, so nothing was measured; look at the weights "
        "(a head that is zero or was not loaded?) and at the prompt"
    )


def oddities(name: str, outcomes: Sequence[Outcome]) -> Iterator[str]:
    """What a person should know of a benchmark's answers, whatever the verdict."""
    if flat(name, outcomes):
        return  # a reason against a pass, and told as that
    n = sum(each.n for each in outcomes)
    alike, ties = sum(each.alike for each in outcomes), sum(each.ties for each in outcomes)
    if alike > _ALIKE * n:
        yield (
            f"{name}: in {alike / n:.0%} of questions all choices are equally probable: were they "
            "measured?"
        )
    elif ties > _TIES * n:
        yield (
            f"{name}: {ties / n:.0%} of answers are ties, decided for the first of the choices "
            "that are equally probable"
        )
    yield from _one_letter(name, outcomes)
    echoes = sum(each.echoes for each in outcomes)
    found = throughout(outcomes, lambda each: each.n if each.echoes else 0)
    if found and echoes >= MEASURED:
        yield (
            f"{places(name, found, outcomes)}: every probability is the baseline's to the last "
            "digit although the weights are told to be others: was the new checkpoint really used?"
        )


def _one_letter(name: str, outcomes: Sequence[Outcome]) -> Iterator[str]:
    """That one letter is the answer throughout, where it is not the right one throughout."""
    every = [score for each in outcomes for score in each.scores]
    if (letter := _letter(every)) is not None and len(every) >= MEASURED:
        yield f"{name}: {letter} is the answer to all of {len(every)} questions"
        return
    found: dict[str, list[str]] = {}
    for each in outcomes:
        if each.n >= MEASURED and (letter := _letter(each.scores)) is not None:
            found.setdefault(letter, []).append(each.task)
    for letter, tasks in found.items():
        yield f"{name}: {letter} is the answer to all questions of {several(tasks)}"


def _letter(scores: Sequence[Score]) -> str | None:
    """The one letter of all answers; None where there are several, or all of them are right."""
    answers = {score.answer for score in scores}
    answer = next(iter(answers))
    if len(answers) > 1 or not isinstance(answer, int) or answer >= len(LETTERS):
        return None
    if all(score.gold == answer or score.choices < 2 for score in scores):
        return None
    return LETTERS[answer]
