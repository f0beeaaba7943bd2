"""Verdicts: a candidate's record against the baseline's, and against thresholds.

Nothing here knows how answers were made; two records and a level are enough.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from mcqtest import stats
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
}
"""Configuration key -> the figure it bounds, and +1 where more is better."""


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


def moves(old: Record, new: Record, ids: Sequence[str], change: Change) -> list[str]:
    """The questions that were ``lost`` or ``won``, as ``id right->wrong`` letters."""
    found = []
    for id_, kind, before, after in zip(ids, changed(old, new), old.marks, new.marks, strict=True):
        if kind == change:
            found.append(f"{id_} {before.upper()}>{after.upper()}")
    return found


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
                most = 2 if key == "max_brier" else 1
                if not 0 <= bound <= most:
                    raise McqtestError(
                        f"gate.{place}.{key} = {bound!r}: a fraction from 0 to {most} is needed, "
                        "such as 0.6"
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
                sentences.append(f"{place}: {key} = {bound:g}, but this run has no {figure}{hint}")
            elif not (value - bound) * direction >= 0:  # also where the figure is not a number
                than = "below" if direction > 0 else "above"
                sentences.append(f"{place}: {figure} {value:.4f} is {than} {key} = {bound:g}")
        return sentences


def letter(index: int | None) -> str:
    """``A`` for 0; ``-`` for no answer; the number where letters end."""
    if index is None:
        return "-"
    return LETTERS[index] if index < len(LETTERS) else str(index)
