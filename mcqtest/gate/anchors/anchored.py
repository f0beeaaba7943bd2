"""The score of a task between its anchors, by subtasks: a criterion.

As ``add_aggregate_scores`` of BIG-bench (arXiv 2206.04615, section 3.2). Losses are found by the
comparison of the examples, as everywhere; but where the score is a figure of all examples together,
such as BLEU, that is compared as well, by exchanging whole examples.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Any, NamedTuple

from mcqtest.gate.criterion import Finding, Judged, Line
from mcqtest.gate.outcome import Outcome
from mcqtest.gate.swaps import swap_sums
from mcqtest.metrics.official import AGGREGATE, Corpus
from mcqtest.types import Benchmark, Bound, Question, Results

NAME = "anchored"
FIGURE = AGGREGATE
SMOOTH = "log_likelihood"


class Part(NamedTuple):
    """A subtask, or a task that has none."""

    name: str
    n: int
    """Examples; 0 where nobody knows."""
    preferred: str
    """The metric of its score."""
    score: float
    low: float
    high: float
    normalized: float
    """0 at the low anchor and 100 at the high one; below and above may be."""
    log_likelihood: float | None = None
    """Of the targets of texts, where that was asked for: it moves where the score cannot yet."""


@dataclass(frozen=True)
class Anchored:
    """The criterion of a task; see `mcqtest.types.Criterion`."""

    parts: Callable[[Results], Sequence[Part]]
    """Of a task's results: each subtask, or the task alone."""
    people: Callable[[Sequence[Question]], tuple[float, float] | None]
    """What people reach in the task of these questions on average, and the best of them, normalised
    likewise; None where nobody knows.
    """

    corpus: Callable[[Question], Corpus | None]
    """The metric that a question's subtask prefers, where that is a figure of all its examples."""

    @property
    def kind(self) -> str:
        return NAME

    def _corpora(self, questions: Sequence[Question]) -> dict[str, Corpus]:
        """Subtask -> that metric, of those that have one."""
        first = {each.subject: each for each in reversed(questions)}
        found = {name: self.corpus(each) for name, each in first.items()}
        return {name: each for name, each in sorted(found.items()) if each is not None}

    def comparisons(self, questions: Sequence[Question]) -> int:
        return len(self._corpora(questions))

    def keeps(self, questions: Sequence[Question]) -> Sequence[str]:
        found = self._corpora(questions).values()
        return tuple(dict.fromkeys(key for each in found for key in each.keys))

    def decide(self, judged: Judged) -> Finding:
        parts = self.parts(judged.results)
        normalized = _short(fmean([part.normalized for part in parts])) + 0.0  # no -0
        detail: dict[str, Any] = {
            "normalized": normalized,
            "parts": [_told(each) for each in parts],
        }
        people = self.people([result.question for result in judged.results])
        if people is not None:
            average, best = people
            detail |= {"people": average, "best_people": best}
        worse = self._worse(judged)
        return Finding(NAME, detail, {FIGURE: normalized}, worse=worse)

    def _worse(self, judged: Judged) -> list[str]:
        """Which figures of all examples together are proven to be worse than in the baseline."""
        if judged.old is None:
            return []
        task = judged.results.task.path
        corpora = self._corpora([each.question for each in judged.results])
        found = [_compared(judged, name, each) for name, each in corpora.items()]
        return [f"{task}{said}" for said in found if said is not None]


def _compared(judged: Judged, subtask: str, metric: Corpus) -> str | None:
    """That a subtask's figure is worse, behind the name of the task; None where that is not
    proven, or the baseline does not keep what it takes.
    """
    now = {at: each.details for at, each in enumerate(judged.results) if each.subject == subtask}
    if any(
        key not in judged.kept or judged.kept[key][at] is None for key in metric.keys for at in now
    ):
        return None
    new = [tuple(each[key] for key in metric.keys) for each in now.values()]
    old = [tuple(judged.kept[key][at] or 0.0 for key in metric.keys) for at in now]
    n = len(now)
    p_value = swap_sums(
        lambda sums: metric.better * metric.total(sums, n),
        [metric.adds(each) for each in old],
        [metric.adds(each) for each in new],
        level=judged.level,
    ).p_value
    if p_value > judged.level:
        return None
    where = f", {subtask}," if subtask else ""
    return (
        f"{where} is worse than its baseline in {metric.name}: {metric.figure(old):.4g} -> "
        f"{metric.figure(new):.4g} of {n} examples, p = {p_value:.2g} (red from "
        f"{judged.level:.2g} down)"
    )


def _told(part: Part) -> dict[str, Any]:
    said = part._asdict()
    if part.log_likelihood is None:
        del said[SMOOTH]
    return {
        key: _short(value) if isinstance(value, float) else value for key, value in said.items()
    }


def _short(value: float) -> float:
    """Nine digits, as in all of summary.json."""
    return float(f"{value:.9g}")


class Anchors:
    """The kind `Anchored`; see `mcqtest.gate.criterion.Kind`."""

    bounds: Mapping[str, Bound] = {
        f"min_{FIGURE}": Bound(FIGURE, 1, low=-math.inf, high=math.inf, hint="; it has no anchors"),
    }

    def check(self, rules: Mapping[str, str]) -> None:
        if rules:
            raise ValueError(f"{next(iter(rules))}: there is nothing to decide")

    def most(self, key: str, benchmark: Benchmark, task: str) -> tuple[float, str]:  # noqa: ARG002
        return math.inf, ""

    def figures(self, outcomes: Sequence[Outcome]) -> dict[str, float]:
        """The mean over tasks, each counting alike."""
        found = details(outcomes)
        return {FIGURE: fmean([each["normalized"] for each in found])} if found else {}

    def summary(self, outcomes: Sequence[Outcome]) -> dict[str, Any]:
        said: dict[str, Any] = {key: _short(each) for key, each in self.figures(outcomes).items()}
        known = [each for each in details(outcomes) if "people" in each]
        if known:
            said["people"] = {
                "tasks": len(known),
                "above_average": sum(each["normalized"] > each["people"] for each in known),
                "above_best": sum(each["normalized"] > each["best_people"] for each in known),
            }
        return said

    def sentence(self, outcomes: Sequence[Outcome]) -> str:
        found = self.figures(outcomes)
        return f"normalized score {found[FIGURE]:.2f}" if found else ""

    def short(self, detail: Mapping[str, Any]) -> str:
        return f"normalized={detail['normalized']:.2f}"

    def board(self, outcomes: Sequence[Outcome], *, wide: bool) -> list[Line]:  # noqa: ARG002
        """Every task with its subtasks; how people do, where that is known."""
        found = details(outcomes)
        if not found:
            return []
        known = any("people" in each for each in found)
        smooth = any(SMOOTH in part for each in found for part in each["parts"])
        heading = f"{'n':>6} {'score':>9} {'low':>8} {'high':>8} {'normalized':>10}"
        heading += f" {'log-lik.':>9}" * smooth + f" {'people':>7} {'best':>7}" * known
        lines = [Line("between anchors", heading)]
        for outcome, detail in zip(outcomes, found, strict=True):
            lines += _task(outcome, detail, smooth=smooth)
        whole = self.figures(outcomes)[FIGURE]
        lines.append(Line("normalized, mean over tasks", f"{'':>34} {whole:>10.2f}"))
        if "people" in (said := self.summary(outcomes)):
            each = said["people"]
            lines.append(
                Line(
                    f"above people on average: {each['above_average']} of {each['tasks']} tasks, "
                    f"above the best of them: {each['above_best']}"
                )
            )
        return lines


def details(outcomes: Sequence[Outcome]) -> list[dict[str, Any]]:
    """What the criterion says of each task; nothing where it is not that of all of them."""
    found = [each.findings[NAME] for each in outcomes if NAME in each.findings]
    return found if len(found) == len(outcomes) else []


def _task(outcome: Outcome, detail: Mapping[str, Any], *, smooth: bool) -> list[Line]:
    parts = detail["parts"]
    people = ""
    if "people" in detail:
        people = f" {detail['people']:>7.2f} {detail['best_people']:>7.2f}"
    if len(parts) == 1 and not parts[0]["name"]:
        return [Line(outcome.task, _cells(parts[0], smooth=smooth) + people)]
    whole = f"{outcome.n:>6,} {'':>9} {'':>8} {'':>8} {detail['normalized']:>10.2f}"
    return [
        Line(outcome.task, whole + f" {'':>9}" * smooth + people),
        *(Line(f"  {part['name']}", _cells(part, smooth=smooth)) for part in parts),
    ]


def _cells(part: Mapping[str, Any], *, smooth: bool) -> str:
    numbers = f"{part['score']:>9.4f} {part['low']:>8.4f} {part['high']:>8.4f}"
    n = f"{part['n']:,}" if part["n"] else ""
    likely = f"{part[SMOOTH]:.4f}" if SMOOTH in part else ""
    return f"{n:>6} {numbers} {part['normalized']:>10.2f}" + f" {likely:>9}" * smooth
