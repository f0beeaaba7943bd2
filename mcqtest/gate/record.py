"""A baseline file: one task's answers, a letter per question, made to be read in a diff.

A capital letter is a right answer, a small one a wrong one, ``-`` an answer that could not be
read (``+`` and ``*`` are right and wrong beyond the 26th choice). Above the letters stands
all that must be equal for a comparison to mean something, and where the answers come from.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from mcqtest import metrics
from mcqtest.types import LETTERS, McqtestError, Result, Results

_TITLE = "mcqtest baseline 1"
_WIDTH = 50
_HEAD = ("benchmark", "task", "questions", "asking", "model", "weights", "setup")
_MARKS = re.compile(r"[A-Za-z+*-]*")


@dataclass(frozen=True)
class Record:
    """What a baseline file says. Equal records have equal text."""

    benchmark: str
    task: str
    questions: str
    """Number of questions and the fingerprint of their texts, choices and answers."""
    asking: str
    """Prompt style, shots, method, hash of the prompts."""
    model: str
    weights: str
    """Fingerprint of the checkpoint's files."""
    setup: str
    """Backend, versions, dtype, device."""
    figures: Mapping[str, float]
    """Figures at the time of recording, to be read; judged are the marks."""
    marks: str
    """One character per question."""
    accepted: tuple[str, ...] = ()
    """Regressions that somebody accepted when this was recorded, with the reason."""

    @property
    def correct(self) -> list[bool]:
        return [mark.isupper() or mark == "+" for mark in self.marks]

    @property
    def accuracy(self) -> float:
        return sum(self.correct) / len(self.marks)

    @property
    def contradiction(self) -> str | None:
        """That the figures are not those of the answers, as after a change by hand."""
        told = self.figures.get("accuracy", self.accuracy)
        if abs(told - self.accuracy) <= 0.0001:  # written with four digits
            return None
        return f"its answers have accuracy {self.accuracy:.4f}, its figures say {told:.4f}"

    def __str__(self) -> str:
        lines = [_TITLE]
        lines += [f"{name:<10} {getattr(self, name)}" for name in _HEAD]
        figures = ", ".join(f"{name} {value:.4f}" for name, value in self.figures.items())
        lines.append(f"{'figures':<10} {figures}")
        lines += [f"{'accepted':<10} {reason}" for reason in self.accepted]
        lines.append("")
        for start in range(0, len(self.marks), _WIDTH):
            row = self.marks[start : start + _WIDTH]
            tens = " ".join(row[i : i + 10] for i in range(0, len(row), 10))
            lines.append(f"{start:>5}  {tens}")
        return "\n".join(lines) + "\n"


def record(results: Results, *, model: str, weights: str, setup: str) -> Record:
    """The record of ``results``, as it would be written."""
    return Record(
        benchmark=results.task.benchmark.name,
        task=results.task.name,
        questions=f"{len(results)}, {results.questions}",
        asking=results.asking,
        model=model,
        weights=weights,
        setup=setup,
        figures=figures(results),
        marks="".join(map(_mark, results)),
    )


def figures(results: Sequence[Result]) -> dict[str, float]:
    """Accuracy; where there are probabilities, the figures of calibration; where there are texts,
    how many of them said nothing.
    """
    found = {
        "accuracy": metrics.accuracy(results),
        "ece": metrics.ece(results),
        "rms_calibration_error": metrics.rms_calibration_error(results),
        "rms_calibration_error_hendrycks": metrics.rms_calibration_error_hendrycks(results),
        "calibration_gap": metrics.calibration_gap(results),
        "brier": metrics.brier(results),
        "confidence": metrics.mean_confidence(results),
        "unanswered_share": metrics.unanswered_share(results),
        "truncated_share": metrics.truncated_share(results),
    }
    return {name: float(value) for name, value in found.items() if value is not None}


def _mark(result: Result) -> str:
    if result.answer is None:
        return "-"
    if result.answer >= len(LETTERS):
        return "+" if result.correct else "*"
    letter = LETTERS[result.answer]
    return letter if result.correct else letter.lower()


def parse(text: str, *, where: str) -> Record:
    """Read a baseline file; ``where`` is its path, for messages.

    Raises `McqtestError` for anything that `str` of a record would not have written.
    """
    lines = text.splitlines()
    remedy = "restore it from version control, or remove it and record it anew"
    if not lines or lines[0] != _TITLE:
        found = repr(lines[0][:60]) if lines else "nothing"
        raise McqtestError(f"{where}: not a baseline: {found} where {_TITLE!r} stands; {remedy}")
    head: dict[str, list[str]] = {}
    marks: list[str] = []
    for number, line in enumerate(lines[1:], start=2):
        name, _, value = line.strip().partition(" ")
        if name == str(sum(map(len, marks))):
            marks.append(value.replace(" ", ""))
        elif name[:1].isdigit():
            raise McqtestError(f"{where}, line {number}: answers are missing before it; {remedy}")
        elif name:
            head.setdefault(name, []).append(value.strip())
    every = "".join(marks)
    count = head.get("questions", [""])[0].partition(",")[0]
    if any(name not in head for name in _HEAD) or not _MARKS.fullmatch(every):
        raise McqtestError(f"{where}: the baseline is damaged; {remedy}")
    if count != str(len(every)) or not every:
        raise McqtestError(
            f"{where}: {len(every)} answers where {count or 'some'} questions are named; {remedy}"
        )
    parsed = Record(
        **{name: head[name][0] for name in _HEAD},
        figures=_figures(head.get("figures", [""])[0], f"{where}: the line of figures"),
        marks=every,
        accepted=tuple(head.get("accepted", ())),
    )
    if str(parsed).split() != text.split():  # a line too many, such as after a bad merge
        raise McqtestError(f"{where}: the baseline is damaged; {remedy}")
    return parsed


def _figures(text: str, where: str) -> dict[str, float]:
    try:
        pairs = [part.rsplit(" ", 1) for part in text.split(", ") if part]
        return {name: float(value) for name, value in pairs}
    except ValueError:
        raise McqtestError(f"{where} is damaged; record the baseline anew") from None
