"""Licences: whether scores pass a professional examination. Exact arithmetic, no I/O.

The rule is that of KMMLU-Pro (arXiv 2507.08924, appendix E.3): every subject must reach a floor and
the average a mark. Shares are compared as fractions, so no rounding decides at a border.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from math import ceil
from typing import NamedTuple


@dataclass(frozen=True, slots=True)
class Asked:
    """What a licence asks for; a mark of None asks for nothing."""

    questions: int
    """How many were published. On fewer nothing is decided: a subject may be missing."""
    floor: Fraction | None = Fraction(40, 100)
    """Share of right answers, in [0, 1], that every subject has to reach."""
    mean: Fraction | None = Fraction(60, 100)
    """Share that the average has to reach."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What the rule leaves open. Raises `ValueError` for what does not exist."""

    mean: str = "subjects"
    """The average is that of the subjects' shares, as in examinations, or over all ``items``."""
    questions: str = "published"
    """A licence with fewer questions than were published cannot be passed; ``any``: it can."""

    def __post_init__(self) -> None:
        for name, known in (
            ("mean", ("subjects", "items")),
            ("questions", ("published", "any")),
        ):
            value = getattr(self, name)
            if value not in known:
                raise ValueError(f"{name}={value}: unknown; there are {' and '.join(known)}")


class Subject(NamedTuple):
    """Right answers in one subject."""

    name: str
    right: int
    n: int

    @property
    def share(self) -> Fraction:
        """In [0, 1]; 0 where there are no questions."""
        return Fraction(self.right, self.n) if self.n else Fraction(0)


@dataclass(frozen=True, slots=True)
class Marks:
    """What was reached in every subject, held against what is asked for."""

    asked: Asked
    subjects: tuple[Subject, ...]
    over: str = "subjects"
    """What the average is over, ``subjects`` or ``items``."""
    undecided: str = ""
    """Why this cannot be a pass whatever the scores; empty where it can."""

    @property
    def questions(self) -> int:
        return sum(each.n for each in self.subjects)

    @property
    def average(self) -> Fraction:
        """In [0, 1]; 0 where there is no question."""
        if self.over == "items":
            return _all(self.subjects).share
        return sum((each.share for each in self.subjects), Fraction(0)) / max(1, len(self.subjects))

    def reaches_floor(self, subject: Subject) -> bool:
        """Whether one subject is passed; one without questions never is."""
        return bool(subject.n) and (self.asked.floor is None or subject.share >= self.asked.floor)

    @property
    def reaches_mean(self) -> bool:
        return bool(self.subjects) and (self.asked.mean is None or self.average >= self.asked.mean)

    @property
    def passed(self) -> bool:
        every = all(self.reaches_floor(each) for each in self.subjects)
        return not self.undecided and every and self.reaches_mean

    def margin(self, subject: Subject) -> int | None:
        """Right answers that a subject has beyond its floor; negative: that it lacks. None where
        there is no floor.
        """
        return (
            None if self.asked.floor is None else subject.right - ceil(self.asked.floor * subject.n)
        )

    @property
    def mean_margin(self) -> int | None:
        """How many right answers can be lost, wherever they are, before the average is missed;
        negative: how many more it takes at least. None where no average is asked for.
        """
        mark = self.asked.mean
        if mark is None or not any(each.n for each in self.subjects):
            return None
        scores = [_all(self.subjects)] if self.over == "items" else list(self.subjects)
        asked = mark * len(scores)
        total = sum((each.share for each in scores), Fraction(0))
        # A question weighs most in the smallest subject.
        scores = sorted((each for each in scores if each.n), key=lambda each: each.n)
        if total >= asked:
            return _steps([(each.n, each.right) for each in scores], total - asked, beyond=True)
        return -_steps([(each.n, each.n - each.right) for each in scores], asked - total)


def _all(scores: Iterable[Subject]) -> Subject:
    every = list(scores)
    return Subject("", sum(each.right for each in every), sum(each.n for each in every))


def _steps(room: Iterable[tuple[int, int]], distance: Fraction, *, beyond: bool = False) -> int:
    """Fewest questions that add up to ``distance``, ``room`` holding (weight 1/n, how many of
    these); with ``beyond`` the most that stay within it even if they weigh most.
    """
    steps = 0
    for n, count in room:
        needed = int(distance * n) if beyond else ceil(distance * n)
        taken = min(count, needed)
        steps += taken
        distance -= Fraction(taken, n)
        if taken < count or distance <= 0:
            break
    return steps


def marks(
    asked: Asked,
    answers: Iterable[tuple[str, bool]],
    *,
    rules: Rules = Rules(),
    in_part: bool = False,
) -> Marks:
    """The marks of answers, (subject, right) for each question; subjects as they appear.

    ``in_part``: more questions were there than were asked.
    """
    right: dict[str, list[bool]] = {}
    for subject, correct in answers:
        right.setdefault(subject, []).append(correct)
    scores = tuple(Subject(name, sum(found), len(found)) for name, found in right.items())
    n = sum(each.n for each in scores)
    undecided = ""
    if in_part:
        undecided = f"only {n} questions asked"
    elif n < asked.questions and rules.questions == "published":
        undecided = f"only {n} of {asked.questions} published questions"
    return Marks(asked, scores, rules.mean, undecided)


def to_json(found: Marks, before: Marks | None) -> dict[str, object]:
    """Plain values for summary.json and the board; shares as floats. ``before`` is the baseline's
    marks on the same questions.
    """
    asked = found.asked
    return {
        "passed": found.passed,
        "passed_before": None if before is None else before.passed,
        "undecided": found.undecided,
        "questions": found.questions,
        "published": asked.questions,
        "average": float(found.average),
        "average_before": None if before is None else float(before.average),
        "average_over": found.over,
        "average_needed": None if asked.mean is None else float(asked.mean),
        "average_margin": found.mean_margin,
        "subjects": [
            {
                "subject": subject.name,
                "n": subject.n,
                "right": subject.right,
                "right_before": None if before is None else before.subjects[at].right,
                "needed": None if asked.floor is None else float(asked.floor),
                "margin": found.margin(subject),
            }
            for at, subject in enumerate(found.subjects)
        ],
    }
