"""A baseline file: one task's answers, a letter per question, made to be read in a diff.

A capital letter is a right answer, a small one a wrong one, ``-`` an answer that could not be
read (``+`` and ``*`` are right and wrong beyond the 26th choice, or where there are no choices).
Above the letters stands all that must be equal for a comparison to mean something, and where the
answers come from. Where scores are not just right and wrong, format 2 has them in their place.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from mcqtest.metrics import measured
from mcqtest.types import LETTERS, McqtestError, Metric, Results, Score

_TITLES = {"mcqtest baseline 1": False, "mcqtest baseline 2": True}
"""First line -> whether scores stand there."""
_WIDTHS = {False: 50, True: 10}
_HEAD = ("benchmark", "task", "questions", "asking", "model", "weights", "setup")
_MARKS = re.compile(r"[A-Za-z+*-]*")
_SMALL = LETTERS.lower()
_VALUES = dict.fromkeys(LETTERS + "+", 1.0) | dict.fromkeys(_SMALL + "*-", 0.0)
_WHOLE = {0.0, 1.0}
"""Scores of questions that are right or wrong."""
_AGAIN = "restore it from version control, or remove it and record it anew"


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
    """One character per question; empty where scores are kept."""
    accepted: tuple[str, ...] = ()
    """Regressions that somebody accepted when this was recorded, with the reason."""
    scores: tuple[float, ...] = ()
    """One number per question, where they are not all 0 or 1."""

    @cached_property
    def values(self) -> Sequence[float]:
        """The score of each question: 1 for right and 0 for wrong, where letters are kept."""
        return self.scores or [*map(_VALUES.__getitem__, self.marks)]

    @property
    def correct(self) -> list[bool]:
        """Whether each question is right, all of it."""
        return [value >= 1 for value in self.values]

    @property
    def accuracy(self) -> float:
        """The mean score."""
        return sum(self.values) / len(self.values)

    @property
    def count(self) -> int:
        """How many questions there are."""
        return len(self.values)

    @property
    def contradiction(self) -> str | None:
        """That the figures are not those of the answers, as after a change by hand."""
        told = self.figures.get("accuracy")
        if told is None:
            return "its line of figures says no accuracy"
        # It is written with four digits, and each score with six that count.
        if abs(told - self.accuracy) <= 0.0001 + 1e-5 * max(map(abs, self.scores), default=0):
            return None
        return f"its answers have accuracy {self.accuracy:.4f}, its figures say {told:.4f}"

    def __str__(self) -> str:
        real = bool(self.scores)
        lines = [next(title for title, each in _TITLES.items() if each == real)]
        lines += [f"{name:<10} {getattr(self, name)}" for name in _HEAD]
        figures = ", ".join(f"{name} {value:.4f}" for name, value in self.figures.items())
        lines.append(f"{'figures':<10} {figures}")
        lines += [f"{'accepted':<10} {reason}" for reason in self.accepted]
        lines.append("")
        width = _WIDTHS[real]
        for start in range(0, len(self.values), width):
            if real:
                row = " ".join(f"{value:.6g}" for value in self.scores[start : start + width])
            else:
                marks = self.marks[start : start + width]
                row = " ".join(marks[i : i + 10] for i in range(0, len(marks), 10))
            lines.append(f"{start:>5}  {row}")
        return "\n".join(lines) + "\n"


def record(
    results: Results,
    scores: Sequence[Score],
    *,
    model: str,
    weights: str,
    setup: str,
    metrics: Sequence[Metric] = (),
) -> Record:
    """The record of ``results``, as it would be written; their ``scores`` in the same order."""
    values = [score.value for score in scores]
    if not _WHOLE.issuperset(values):
        values = [*map(rounded, values)]
    real = not _WHOLE.issuperset(values)
    return Record(
        benchmark=results.task.benchmark.name,
        task=results.task.name,
        questions=f"{len(results)}, {results.questions}",
        asking=results.asking,
        model=model,
        weights=weights,
        setup=setup,
        figures=measured([scores], metrics),
        marks="" if real else "".join(map(_mark, scores)),
        scores=tuple(values) if real else (),
    )


def rounded(value: float) -> float:
    """A score as it is written."""
    return float(f"{value:.6g}")


def scores_of(results: Results) -> list[Score]:
    """One for each question: all that is kept, sent and compared from here on. Their values have
    the six digits that a baseline keeps, so that the same ones again are no change.
    """
    scores = [result.score for result in results]
    return [
        score
        if score.value in _WHOLE or (kept := rounded(score.value)) == score.value
        else replace(score, value=kept)
        for score in scores
    ]


def _mark(score: Score) -> str:
    answer, correct = score.answer, score.correct
    if answer is None and not correct:
        return "-"
    if not isinstance(answer, int) or answer >= len(LETTERS):
        return "+" if correct else "*"
    return LETTERS[answer] if correct else _SMALL[answer]


def parse(text: str, *, where: str) -> Record:
    """Read a baseline file; ``where`` is its path, for messages.

    Raises `McqtestError` for anything that `str` of a record would not have written.
    """
    lines = text.splitlines()
    if not lines or lines[0] not in _TITLES:
        found = repr(lines[0][:60]) if lines else "nothing"
        title = next(iter(_TITLES))
        raise McqtestError(f"{where}: not a baseline: {found} where {title!r} stands; {_AGAIN}")
    real = _TITLES[lines[0]]
    head, cells = _split(lines, real=real, where=where)
    count = head.get("questions", [""])[0].partition(",")[0]
    number = len(cells) if real else sum(map(len, cells))
    good = all(map(_is_number, cells)) if real else bool(_MARKS.fullmatch("".join(cells)))
    if any(name not in head for name in _HEAD) or not good:
        raise McqtestError(f"{where}: the baseline is damaged; {_AGAIN}")
    if count != str(number) or not number:
        raise McqtestError(
            f"{where}: {number} answers where {count or 'some'} questions are named; {_AGAIN}"
        )
    parsed = Record(
        **{name: head[name][0] for name in _HEAD},
        figures=_figures(head.get("figures", [""])[0], f"{where}: the line of figures"),
        marks="" if real else "".join(cells),
        accepted=tuple(head.get("accepted", ())),
        scores=tuple(map(float, cells)) if real else (),
    )
    if str(parsed).split() != text.split():  # a line too many, such as after a bad merge
        raise McqtestError(f"{where}: the baseline is damaged; {_AGAIN}")
    return parsed


def _split(
    lines: Sequence[str], *, real: bool, where: str
) -> tuple[dict[str, list[str]], list[str]]:
    """The lines above, by name, and what stands behind the numbers: marks by tens, or scores."""
    head: dict[str, list[str]] = {}
    cells: list[str] = []
    for number, line in enumerate(lines[1:], start=2):
        name, _, value = line.strip().partition(" ")
        if name == str(len(cells) if real else sum(map(len, cells))):
            cells += value.split()
        elif name[:1].isdigit():
            raise McqtestError(f"{where}, line {number}: answers are missing before it; {_AGAIN}")
        elif name:
            head.setdefault(name, []).append(value.strip())
    return head, cells


def _is_number(text: str) -> bool:
    return re.fullmatch(r"-?[0-9]+(\.[0-9]+)?(e[+-][0-9]+)?", text) is not None


def _figures(text: str, where: str) -> dict[str, float]:
    try:
        pairs = [part.rsplit(" ", 1) for part in text.split(", ") if part]
        return {name: float(value) for name, value in pairs}
    except ValueError:
        raise McqtestError(f"{where} is damaged; record the baseline anew") from None
