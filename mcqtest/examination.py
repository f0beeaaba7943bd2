"""A task that is a licence: how its results stand, and what a lost one rests on, in sentences."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from mcqtest import gate, licences, stats
from mcqtest.gate import Missed
from mcqtest.licences import Deciding, Rule, Score, Standing
from mcqtest.record import Record
from mcqtest.types import Question, Results, Task, Verdict


@dataclass(frozen=True)
class Examination:
    """A licence in this run and, where there was something to compare with, in the baseline."""

    name: str
    now: Standing
    before: Standing | None = None
    missed: Sequence[Missed] = ()
    """Why it was lost; empty where it was not."""
    moved: str = ""
    """The questions that moved, of those that it was lost by."""
    odd: str = ""
    """What is odd about its questions, in a sentence; empty where nothing is."""

    @property
    def is_worse(self) -> bool:
        """It was lost, and chance at the border does not explain it."""
        return any(each.verdict.regressed for each in self.missed)

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
        verdict = missed.verdict
        scores = {each.subject: each for each in self.now.scores}
        few = "" if stats.critical(verdict.n, verdict.level) else "; so few questions are never red"
        return (
            f"{missed.subject or 'average'} {self._what(scores.get(missed.subject or ''))} "
            f"({verdict.lost} lost, {verdict.won} won, p = {verdict.p_value:.2g}, red from "
            f"{verdict.level:.2g}{few})"
        )

    def _what(self, score: Score | None) -> str:
        rule = self.now.rule
        if score is None:
            return f"{percent(self.now.average)}, {percent(rule.mean)} needed"
        return f"{score.right} of {score.n} right, {percent(rule.floor)} needed"

    def to_json(self) -> dict[str, Any]:
        """As `mcqtest.licences.to_json`, and why it was ``lost``."""
        return {**licences.to_json(self.now, self.before), "lost": self.sentence}


def percent(share: Any) -> str:
    """A share as per cent with two digits, cut and not rounded: 59.996 % is no 60 %."""
    hundredths = int((share or 0) * 10_000 + 1e-7)  # 0.57 as a float is a little less
    return f"{hundredths // 100}.{hundredths % 100:02} %"


def examine(
    results: Results,
    old: Record | None,
    new: Record,
    verdict: Verdict | None,
    *,
    deciding: Deciding,
    in_part: bool,
    level: float,
) -> Examination | None:
    """How a licence stands; None for a task that is none. ``level`` is that of one subject's
    comparison.
    """
    task = results.task
    rule = task.benchmark.licences.get(task.name)
    if rule is None:
        return None
    subjects = [result.question.subject for result in results]

    def standing(record: Record) -> Standing:
        answers = zip(subjects, record.correct, strict=True)
        return licences.standing(rule, answers, deciding=deciding, in_part=in_part)

    now = standing(new)
    name = task.path if task.title == task.name else f"{task.path} {task.title}"
    odd = _odd(name, results, rule)
    if old is None or verdict is None:
        return Examination(name, now, odd=odd)
    before = standing(old)
    changes = list(zip(subjects, gate.changed(old, new), strict=True))
    missed = gate.missed(before, now, verdict, changes, level)
    names = {each.subject for each in missed}
    concerned = [subject in names or None in names for subject in subjects]
    ids = [result.question.id for result in results]
    moved = [
        gate.told(found, change)
        for change in ("lost", "won")
        if (found := gate.moves(old, new, ids, change, among=concerned))
    ]
    return Examination(name, now, before, missed, "; ".join(moved), odd)


def floors(task: Task, questions: Sequence[Question]) -> int:
    """How many subjects of a licence are compared by themselves."""
    rule = task.benchmark.licences.get(task.name)
    subjects = {question.subject for question in questions}
    return len(subjects) if rule and rule.floor is not None and len(subjects) > 1 else 0


def _odd(name: str, results: Results, rule: Rule) -> str:
    asked = [(each.question.subject, each.question.text, each.question.choices) for each in results]
    repeated = len(asked) - len(set(asked))
    found = [f"{repeated} of {len(asked)} questions stand there more than once"] * bool(repeated)
    if len(asked) > rule.questions:
        found.append(f"{len(asked)} questions, where {rule.questions} were published")
    return f"{name}: {'; '.join(found)}" if found else ""
