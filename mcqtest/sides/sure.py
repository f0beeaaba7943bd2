"""How sure a side was of each of its answers, by all that can tell it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from mcqtest.answers import confidences
from mcqtest.metrics import Combination, Kept, Point, Told, ece_of, kept_at, softmax, temperature
from mcqtest.metrics import threshold_for_risk as threshold
from mcqtest.sides.side import Key, Side
from mcqtest.types import McqtestError, Score


@dataclass(frozen=True)
class Answers:
    """Scored answers, each with the path of its question."""

    name: str
    scores: Sequence[Score]
    paths: Sequence[str]
    sources: dict[str, list[float | None]] = field(default_factory=dict)
    """Kind of confidence -> one for each answer, None where there is none."""

    @classmethod
    def of(cls, side: Side, wanted: Callable[[Key], bool]) -> Answers:
        """Of a side's tasks. Raises `McqtestError` where none of its answers has a confidence, or
        one is neither right nor wrong.
        """
        scores, paths = [], []
        keys = [key for key in side.tasks if wanted(key)]
        for key, found in side.scores(dict.fromkeys(keys), texts=True).items():
            scores += found
            paths += [f"{'/'.join(key)}/{score.id}" for score in found]
        real = next((score for score in scores if score.value not in {0.0, 1.0}), None)
        if real is not None:
            raise McqtestError(
                f"{side.name}: question {real.id} is worth {real.value:g}, and a confidence is of "
                "being right or wrong; leave its task out with -k"
            )
        told = [confidences(score) for score in scores]
        names = dict.fromkeys(name for each in told for name in each)
        if not names:
            raise McqtestError(
                f"{side.name}: no answer has a probability, a text or a recorded confidence; name "
                "a run that kept them"
            )
        return cls(side.name, scores, paths, {n: [each.get(n) for each in told] for n in names})

    @property
    def right(self) -> list[bool]:
        return [score.correct for score in self.scores]

    def told(self, source: str) -> Told:
        return Told.of(self.sources[source], self.right)

    def half(self, *, validation: bool) -> Answers:
        """One half of the questions, always the same: by the hash of their paths."""
        rows = [at for at, path in enumerate(self.paths) if _is_first(path) == validation]
        return Answers(
            self.name,
            [self.scores[at] for at in rows],
            [self.paths[at] for at in rows],
            {name: [found[at] for at in rows] for name, found in self.sources.items()},
        )


def _is_first(path: str) -> bool:
    return hashlib.sha256(path.encode()).digest()[0] % 2 == 0


def combined(answers: Answers) -> Told | None:
    """All confidences that each answer has, made one on half of the questions, as they tell the
    other half; None where there are not two.
    """
    names = [name for name, found in answers.sources.items() if _whole(found)]
    if len(names) < 2:
        return None
    fit, rest = answers.half(validation=True), answers.half(validation=False)
    if not fit.scores or not rest.scores:
        return None
    made = Combination.fit(_rows(fit, names), fit.right)
    return Told.of(made.of(_rows(rest, names)), rest.right)


def _whole(found: Sequence[float | None]) -> bool:
    return all(each is not None and 0 <= each <= 1 for each in found)


def _rows(answers: Answers, names: Sequence[str]) -> list[list[float]]:
    columns = [answers.sources[name] for name in names]
    return [[each or 0.0 for each in row] for row in zip(*columns, strict=True)]


def at_risk(answers: Answers, source: str, risk: float) -> tuple[Point, Kept] | None:
    """The threshold that keeps a risk on half of the questions, and what it keeps of the other
    half; None where none does, or a half has no answers.
    """
    fit = answers.half(validation=True).told(source)
    rest = answers.half(validation=False).told(source)
    if not fit.right or not rest.right:
        return None
    point = threshold(fit.confidences, fit.right, risk)
    if point is None:
        return None
    return point, kept_at(point.threshold, rest.confidences, rest.right)


def scaled(answers: Answers) -> tuple[float, float, float] | None:
    """The temperature by half of the questions, and the ECE of the other half before and after;
    None where answers have no probabilities.
    """
    halves = [answers.half(validation=True).scores, answers.half(validation=False).scores]
    fit, rest = ([_logits(score) for score in half] for half in halves)
    if not fit or not rest or None in fit or None in rest:
        return None
    gold = [int(score.gold or 0) for score in halves[0]]
    factor = temperature([row for row in fit if row], gold)
    right = [score.correct for score in halves[1]]
    before = ece_of([score.confidence or 0.0 for score in halves[1]], right)
    after = ece_of([max(softmax(row, factor)) for row in rest if row], right)
    return factor, before, after


_LEAST = 1e-6
"""Probabilities have six digits where they are kept; 0 stands for what is less."""


def _logits(score: Score) -> list[float] | None:
    from math import log

    if score.probabilities is None or not isinstance(score.gold, int):
        return None
    return [log(max(each, _LEAST)) for each in score.probabilities]
