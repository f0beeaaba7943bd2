"""What else may get worse than accuracy, question by question: texts without a readable answer,
texts cut off, how far the probabilities are from the truth, and whether confidence tells right
answers from wrong ones.
"""

from __future__ import annotations

from collections.abc import Sequence

from mcqtest.gate.companion import Companion, improved
from mcqtest.gate.ranked import ranked
from mcqtest.gate.record import Record
from mcqtest.metrics import share
from mcqtest.types import CONFIDENCE, Score

WORSE = {
    "answered": "more texts than in the baseline have no readable answer",
    "complete": "more texts than in the baseline are cut off",
    "brier": "probabilities are further from the truth than the baseline's (Brier score)",
    "ranked": "confidence tells right from wrong answers less well than the baseline's (AUROC)",
}
"""What it means where one of them got worse."""


def qualities(
    old: tuple[Record, Companion | None],
    new: tuple[Record, Companion],
    scores: Sequence[Score],
    *,
    then: Sequence[float] | None = None,
) -> dict[str, list[float]]:
    """By how much each question improved in each of these: 1 and -1 where it is gained or lost,
    for Brier scores the difference. What cannot be told of both sides is not there. ``then``: Brier
    scores of the ``old`` side, where they are known already.
    """
    (before, kept), (now, made) = old, new
    found: dict[str, list[float]] = {}
    if before.marks and now.marks and any(score.texts for score in scores):
        found["answered"] = _steps(
            [mark != "-" for mark in before.marks], [mark != "-" for mark in now.marks]
        )
    if kept is None:
        return found
    if kept.truncated is not None and made.truncated is not None:
        whole = [not count for count in kept.truncated], [not count for count in made.truncated]
        found["complete"] = _steps(*whole)
    if (moved := improved(kept, made, scores, then=then)) is not None:
        found["brier"] = moved
    sure = _sure(before, kept, now, made)
    if sure and (moved := ranked((sure[0], before.values), (sure[1], now.values))) is not None:
        found["ranked"] = moved
    return found


def _sure(
    before: Record, kept: Companion, now: Record, made: Companion
) -> tuple[list[float], list[float]] | None:
    """How sure each side was of each answer, by what both tell: the probability of letters; of
    texts that which most answers of the baseline have. None where there is nothing.
    """
    if kept.probabilities is not None and made.probabilities is not None:
        return [*map(max, kept.probabilities)], [*map(max, made.probabilities)]
    both = [name for name in kept.details if name.startswith(CONFIDENCE) and name in made.details]
    if not both:
        return None
    name = min(both, key=lambda each: (kept.details[each].count(None), each))
    return _shares(before, kept.details[name]), _shares(now, made.details[name])


def _shares(record: Record, told: Sequence[float | None]) -> list[float]:
    pairs = zip(record.marks or " " * len(told), told, strict=True)
    return [share(each, read=mark != "-") for mark, each in pairs]


def longer(kept: Companion | None, made: Companion) -> tuple[int, int] | None:
    """Characters of all texts of a task, in the baseline and now; None where there are none."""
    if kept is None or not kept.lengths or not made.lengths:
        return None
    return sum(kept.lengths), sum(made.lengths)


def _steps(before: Sequence[bool], now: Sequence[bool]) -> list[float]:
    return [float(new) - float(old) for old, new in zip(before, now, strict=True)]
