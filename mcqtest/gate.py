"""Verdicts: a candidate's record against the baseline's, and against thresholds.

Nothing here knows how answers were made; two records and a level are enough.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from mcqtest import stats
from mcqtest.licences import Standing
from mcqtest.record import Record
from mcqtest.types import LETTERS, McqtestError, Question, Verdict

Change = str
"""``lost``, ``won`` or ``same``."""

THRESHOLDS = {
    "min_accuracy": ("accuracy", 1),
    "max_ece": ("ece", -1),
    "max_rms_calibration_error": ("rms_calibration_error", -1),
    "max_calibration_gap": ("calibration_gap", -1),
    "max_brier": ("brier", -1),
    "max_unanswered_share": ("unanswered_share", -1),
    "max_truncated_share": ("truncated_share", -1),
    "max_spread": ("spread", -1),
    "min_passed": ("passed", 1),
}
"""Configuration key -> the figure it bounds, and +1 where more is better."""
_MOST = {"max_brier": 2.0, "min_passed": math.inf}
"""Largest bound, where that is not 1."""
_SHOWN = 20
"""Questions named in a sentence."""


def mismatch(old: Record, new: Record, *, baseline: str) -> str | None:
    """Why the two cannot be compared, in one line that says what to do; None if they can."""
    where = f"{new.benchmark}/{new.task}"
    again = "record the baseline anew with --snapshot-update if the change is meant"
    if old.questions != new.questions:
        then, now = old.questions.partition(",")[0], new.questions.partition(",")[0]
        counts = (
            f"{then} questions, this run has {now}"
            if then != now
            else (f"{then} questions as this run has, but with other texts or answers")
        )
        hint = "run without --limit, or " if int(now) < int(then) else ""
        return f"{where}: another question set: baseline {baseline!r} has {counts}; {hint}{again}"
    if old.asking != new.asking:
        return (
            f"{where}: asked in another way: baseline {baseline!r} was recorded with "
            f"({old.asking}), this run asks with ({new.asking}); {again}"
        )
    return None


def impossible(old: Record, questions: Sequence[Question]) -> int | None:
    """The first answer that cannot be: a choice that the question does not have, or a letter
    whose case does not agree with the right answer. Somebody edited the file by hand.
    """
    for number, (mark, question) in enumerate(zip(old.marks, questions, strict=True)):
        index = LETTERS.find(mark.upper())
        right = mark.isupper() or mark == "+"
        if index >= len(question.choices) or (index >= 0 and right != (index == question.answer)):
            return number
    return None


def compare(old: Record, new: Record, level: float) -> Verdict:
    """The paired verdict of one task; the records must match (`mismatch`)."""
    changes = changed(old, new)
    return judge(len(changes), changes.count("lost"), changes.count("won"), level)


def changed(old: Record, new: Record) -> list[Change]:
    """What became of each question, in order."""
    names = {(True, False): "lost", (False, True): "won"}
    pairs = zip(old.correct, new.correct, strict=True)
    return [names.get(pair, "same") for pair in pairs]


def judge(n: int, lost: int, won: int, level: float) -> Verdict:
    """The verdict of these counts; pooled ones are the sums over tasks."""
    return Verdict(
        n=n,
        lost=lost,
        won=won,
        p_value=stats.mcnemar(lost, won),
        level=level,
        min_detectable_drop=stats.min_detectable_drop(n, lost + won, level),
    )


@dataclass(frozen=True, slots=True)
class Missed:
    """What a licence asks for, and had in the baseline, and has no more."""

    subject: str | None
    """None for the average."""
    verdict: Verdict
    """Of the questions that it rests on."""


def missed(
    before: Standing,
    now: Standing,
    whole: Verdict,
    changes: Sequence[tuple[str, Change]],
    level: float,
) -> list[Missed]:
    """Why a licence was lost; empty where it was not.

    A subject rests on its own questions and is judged at ``level``; the average rests on all of
    them, and so on the ``whole`` licence's verdict. ``changes`` holds (subject, change) for every
    question.
    """
    if not before.passed or now.passed:
        return []
    found = []
    for score in now.scores:
        if not now.reaches_floor(score):
            own = [change for subject, change in changes if subject == score.subject]
            found.append(
                Missed(score.subject, judge(len(own), own.count("lost"), own.count("won"), level))
            )
    return found if now.reaches_mean else [*found, Missed(None, whole)]


def moves(
    old: Record, new: Record, ids: Sequence[str], change: Change, *, among: Sequence[bool] = ()
) -> list[str]:
    """The questions that were ``lost`` or ``won``, as ``id right>wrong`` letters; only those that
    are true in ``among``, where that is given.
    """
    rows = zip(ids, changed(old, new), old.marks, new.marks, strict=True)
    return [
        f"{id_} {before.upper()}>{after.upper()}"
        for at, (id_, kind, before, after) in enumerate(rows)
        if kind == change and (not among or among[at])
    ]


def told(moved: Sequence[str], change: Change) -> str:
    """These `moves` in words, the first of them by name; all are in results.jsonl."""
    more = f", and {len(moved) - _SHOWN} more" if len(moved) > _SHOWN else ""
    return f"{change} (question baseline>now): {', '.join(moved[:_SHOWN])}{more}"


@dataclass(frozen=True)
class Thresholds:
    """Bounds from the configuration: ``benchmark`` or ``benchmark/task`` -> key -> bound."""

    bounds: Mapping[str, Mapping[str, float]]

    def __post_init__(self) -> None:
        for place, bounds in self.bounds.items():
            for key, bound in bounds.items():
                if key not in THRESHOLDS:
                    known = ", ".join(THRESHOLDS)
                    raise McqtestError(f"gate.{place}.{key}: no such threshold; there are {known}")
                number = isinstance(bound, int | float) and not isinstance(bound, bool)
                if not number or not math.isfinite(bound):
                    raise McqtestError(f"gate.{place}.{key} = {bound!r}: a number is needed")
                most = _MOST.get(key, 1)
                if not 0 <= bound <= most:
                    needed = "a number of licences, such as 9,"
                    if math.isfinite(most):
                        needed = f"a fraction from 0 to {most:g}, such as 0.6,"
                    raise McqtestError(f"gate.{place}.{key} = {bound!r}: {needed} is needed")
                if key == "min_passed" and bound != int(bound):
                    raise McqtestError(
                        f"gate.{place}.{key} = {bound!r}: a whole number of licences is needed"
                    )

    def __bool__(self) -> bool:
        return bool(self.bounds)

    def broken(self, place: str, figures: Mapping[str, float]) -> list[str]:
        """One sentence for every bound of ``place`` that does not hold."""
        sentences = []
        for key, bound in self.bounds.get(place, {}).items():
            figure, direction = THRESHOLDS[key]
            value = figures.get(figure)
            if value is None:
                hint = "; add --sensitivity=all" if figure == "spread" else ""
                hint = "; these are no licences" if figure == "passed" else hint
                sentences.append(f"{place}: {key} = {bound:g}, but this run has no {figure}{hint}")
            elif not (value - bound) * direction >= 0:  # also where the figure is not a number
                than = "below" if direction > 0 else "above"
                said = f"{value:g}" if figure == "passed" else f"{value:.4f}"
                sentences.append(f"{place}: {figure} {said} is {than} {key} = {bound:g}")
        return sentences


def letter(index: int | None) -> str:
    """``A`` for 0; ``-`` for no answer; the number where letters end."""
    if index is None:
        return "-"
    return LETTERS[index] if index < len(LETTERS) else str(index)
