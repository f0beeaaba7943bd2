"""A task that is a licence: what it reached, and in sentences what a lost one rests on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from mcqtest.gate import stats
from mcqtest.gate.comparison import changed, counted, listed, moves
from mcqtest.gate.criterion import Finding, Judged
from mcqtest.gate.licences import marks
from mcqtest.gate.licences.marks import Asked, Marks, Rules, Subject
from mcqtest.types import Comparison, Question, Results


@dataclass(frozen=True, slots=True)
class Licence(Asked):
    """What a licence asks for, as a criterion of a task (`mcqtest.types.Benchmark.criteria`)."""

    kind: ClassVar[str] = "licence"

    def keeps(self, questions: Sequence[Question]) -> Sequence[str]:  # noqa: ARG002
        return ()

    def comparisons(self, questions: Sequence[Question]) -> int:
        """One for each subject, where there are several that have to reach a floor."""
        subjects = {question.subject for question in questions}
        return len(subjects) if self.floor is not None and len(subjects) > 1 else 0

    def decide(self, judged: Judged) -> Finding:
        """Whether it is passed. One that the baseline passed and this run does not is worse only
        where chance at the border does not explain it.
        """
        found = examine(self, judged)
        odd = [found.odd] if found.odd else []
        return Finding(
            kind=self.kind,
            detail={**marks.to_json(found.now, found.before), "lost": found.sentence},
            figures={"passed": float(found.now.passed)},
            worse=(found.reason, found.moved) if found.is_worse else (),
            notices=odd,
            moved=found.sentence,
        )


@dataclass(frozen=True, slots=True)
class Missed:
    """What a licence asks for, and had in the baseline, and has no more."""

    subject: str | None
    """None for the average."""
    comparison: Comparison
    """Of the questions that it rests on."""


@dataclass(frozen=True)
class Examination:
    """A licence in this run and, where there was something to compare with, in the baseline."""

    name: str
    now: Marks
    before: Marks | None = None
    missed: Sequence[Missed] = ()
    """Why it was lost; empty where it was not."""
    moved: str = ""
    """The questions that moved, of those that it was lost by."""
    odd: str = ""
    """What is odd about its questions, in a sentence; empty where nothing is."""

    @property
    def is_worse(self) -> bool:
        """It was lost, and chance at the border does not explain it."""
        return any(each.comparison.regressed for each in self.missed)

    @property
    def sentence(self) -> str | None:
        """That it was lost, by what and by which questions; None where it was not."""
        return f"{self.reason}; {self.moved}" if self.missed else None

    @property
    def reason(self) -> str:
        """That it was lost, and by what."""
        explained = "" if self.is_worse else ", by itself not red since chance may explain it"
        reasons = "; ".join(self._reason(each) for each in self.missed)
        return f"{self.name}: licence lost{explained}: {reasons}"

    def _reason(self, missed: Missed) -> str:
        found = missed.comparison
        subjects = {each.name: each for each in self.now.subjects}
        few = "" if stats.critical(found.n, found.level) else "; so few questions are never red"
        return (
            f"{missed.subject or 'average'} {self._what(subjects.get(missed.subject or ''))} "
            f"({found.lost} lost, {found.won} won, p = {found.p_value:.2g}, red from "
            f"{found.level:.2g}{few})"
        )

    def _what(self, subject: Subject | None) -> str:
        asked = self.now.asked
        if subject is None:
            return f"{percent(self.now.average)}, {percent(asked.mean)} needed"
        return f"{subject.right} of {subject.n} right, {percent(asked.floor)} needed"


def percent(share: Any) -> str:
    """A share as per cent with two digits, cut and not rounded: 59.996 % is no 60 %."""
    hundredths = int((share or 0) * 10_000 + 1e-7)  # 0.57 as a float is a little less
    return f"{hundredths // 100}.{hundredths % 100:02} %"


def examine(licence: Licence, judged: Judged) -> Examination:
    """What a task reached as this licence, and what it lost."""
    results, old, new = judged.results, judged.old, judged.new
    subjects = [result.question.subject for result in results]
    rules = Rules(**judged.rules)

    def reached(correct: Sequence[bool]) -> Marks:
        answers = zip(subjects, correct, strict=True)
        return marks.marks(licence, answers, rules=rules, in_part=judged.in_part)

    now = reached(new.correct)
    task = results.task
    name = task.path if task.title == task.name else f"{task.path} {task.title}"
    odd = _odd(name, results, licence)
    if old is None or judged.comparison is None:
        return Examination(name, now, odd=odd)
    before = reached(old.correct)
    changes = list(zip(subjects, changed(old, new), strict=True))
    missed = _missed(before, now, judged.comparison, changes, judged.level)
    names = {each.subject for each in missed}
    concerned = [subject in names or None in names for subject in subjects]
    ids = [result.question.id for result in results]
    moved = [
        listed(found, change)
        for change in ("lost", "won")
        if (found := moves(old, new, ids, change, among=concerned))
    ]
    return Examination(name, now, before, missed, "; ".join(moved), odd)


def _missed(
    before: Marks,
    now: Marks,
    whole: Comparison,
    changes: Sequence[tuple[str, str]],
    level: float,
) -> list[Missed]:
    """Why a licence was lost; empty where it was not.

    A subject rests on its own questions and is judged at ``level``; the average rests on all of
    them, and so on the comparison of the ``whole`` licence. ``changes`` holds (subject, change) for
    every question.
    """
    if not before.passed or now.passed:
        return []
    found = []
    for each in now.subjects:
        if not now.reaches_floor(each):
            own = [change for subject, change in changes if subject == each.name]
            counts = counted(len(own), own.count("lost"), own.count("won"), level)
            found.append(Missed(each.name, counts))
    return found if now.reaches_mean else [*found, Missed(None, whole)]


def _odd(name: str, results: Results, licence: Licence) -> str:
    asked = [(each.question.subject, each.question.text, each.question.choices) for each in results]
    repeated = len(asked) - len(set(asked))
    found = [f"{repeated} of {len(asked)} questions stand there more than once"] * bool(repeated)
    if len(asked) > licence.questions:
        found.append(f"{len(asked)} questions, where {licence.questions} were published")
    return f"{name}: {'; '.join(found)}" if found else ""
