"""All licences of a benchmark together: how many are passed, and the board that shows them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields
from math import inf
from typing import Any

from mcqtest.gate.criterion import Line
from mcqtest.gate.licences.licence import percent
from mcqtest.gate.licences.marks import Rules
from mcqtest.gate.outcome import Outcome
from mcqtest.types import Benchmark, Bound

NAME = "licence"


class Licences:
    """The kind `mcqtest.gate.licences.Licence`; see `mcqtest.gate.criterion.Kind`."""

    bounds: Mapping[str, Bound] = {
        "min_passed": Bound(
            "passed", 1, high=inf, counted="licences", hint="; these are no licences"
        ),
    }

    def check(self, rules: Mapping[str, str]) -> None:
        known = [each.name for each in fields(Rules)]
        for key in rules:
            if key not in known:
                raise ValueError(f"{key}: unknown; there are {' and '.join(known)}")
        Rules(**rules)

    def most(self, key: str, benchmark: Benchmark, task: str) -> tuple[float, str]:  # noqa: ARG002
        every = [name for name, each in benchmark.criteria.items() if each.kind == NAME]
        count = int(task in every) if task else len(every)
        there = f"there are only {count} licences" if count > 1 else "it is one licence"
        return count, there if count else "these are no licences"

    def figures(self, outcomes: Sequence[Outcome]) -> dict[str, float]:
        count = passed(outcomes)
        return {} if count is None else {"passed": float(count)}

    def summary(self, outcomes: Sequence[Outcome]) -> dict[str, Any]:
        count = passed(outcomes)
        if count is None:
            return {}
        before = passed(outcomes, "passed_before")
        return {"passed": count, "licences": len(outcomes), "passed_before": before}

    def sentence(self, outcomes: Sequence[Outcome]) -> str:
        """``licences 11 of 14 (12 before; lost pharmacist, dentist; won lawyer)``."""
        count, before = passed(outcomes), passed(outcomes, "passed_before")
        if count is None:
            return ""
        words = f"licences {count} of {len(outcomes)}"
        if before is None:
            return words
        moved = [f"{before} before"]
        for verb, now in (("lost", False), ("won", True)):
            names = [
                outcome.task
                for outcome in outcomes
                if (found := outcome.findings[NAME])["passed"] is now
                and found["passed_before"] is not now
            ]
            moved += [f"{verb} {', '.join(names)}"] if names else []
        return f"{words} ({'; '.join(moved)})"

    def short(self, detail: Mapping[str, Any]) -> str:
        return f"licence={'passed' if detail['passed'] else 'not passed'}"

    def board(self, outcomes: Sequence[Outcome], *, wide: bool) -> list[Line]:
        """Every licence with its subjects: what was reached, what is needed, and how many
        questions are between the two; ``wide`` also what the baseline reached.
        """
        count = passed(outcomes)
        if count is None:
            return []
        before = passed(outcomes, "passed_before")
        details = [outcome.findings[NAME] for outcome in outcomes]
        wide = wide and any(each["passed_before"] is not None for each in details)
        heading = f"{'n':>6} {'right':>5} {'score':>8} {'needed':>8} {'margin':>6}"
        lines = [Line("licences", heading + (f" {'before':>15}" if wide else ""))]
        # What was lost stands last, next to the verdict.
        for outcome in sorted(outcomes, key=lambda each: bool(each.findings[NAME]["lost"])):
            lines += _licence(outcome, outcome.findings[NAME], wide=wide)
        known = "" if before is None else f" ({before} in the baseline)"
        over = details[0]["average_over"]
        said = f"licences passed: {count} of {len(outcomes)}{known}; averages over {over}"
        return [*lines, Line(said)]


def passed(outcomes: Sequence[Outcome], key: str = "passed") -> int | None:
    """How many licences are passed, or with ``passed_before`` were in the baseline; None where the
    tasks are no licences, or were not compared.
    """
    said = [each.findings[NAME][key] if NAME in each.findings else None for each in outcomes]
    return None if None in said or not said else sum(map(bool, said))


def _licence(outcome: Outcome, found: Mapping[str, Any], *, wide: bool) -> list[Line]:
    result = "passed" if found["passed"] else "NOT PASSED"
    if found["undecided"]:
        result += f": {found['undecided']}"
    elif found["questions"] < found["published"]:
        result += f" on {found['questions']} of {found['published']} published questions"
    was = found["passed_before"]
    if was is not None and was != found["passed"]:
        result += f" ({'passed' if was else 'not passed'} before)"
    lines = [Line(f"{f'{outcome.title} {outcome.task}'.lstrip()}: {result}")]
    for each in found["subjects"]:
        n, right, earlier = each["n"], each["right"], each["right_before"]
        cells = _cells(
            f"{n:>6} {right:>5}",
            (right / n if n else 0, each["needed"], each["margin"]),
            None if earlier is None or not wide else earlier / n,
        )
        lines.append(Line(f"  {each['subject']}", cells))
    cells = _cells(
        " " * 12,
        (found["average"], found["average_needed"], found["average_margin"]),
        found["average_before"] if wide else None,
    )
    return [*lines, Line(f"  average over {found['average_over']}", cells)]


def _cells(counts: str, held: tuple[float, Any, Any], before: float | None) -> str:
    score, needed, margin = held
    asked = "-" if needed is None else percent(needed)
    lead = "-" if margin is None else f"{margin:+}"
    row = f"{counts} {percent(score):>8} {asked:>8} {lead:>6}"
    mark = " missed" if margin is not None and margin < 0 else ""
    return f"{row}{mark}" if before is None else f"{row}{mark:<7} {percent(before):>8}"
