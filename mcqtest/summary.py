"""What summary.json says of a benchmark and of its groups and tasks: figures of their cases."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from mcqtest import stats
from mcqtest.case import Case
from mcqtest.types import Question, Result, Verdict

_ELSEWHERE = {"accuracy", "passed"}
"""Figures that have a place of their own."""


def results(cases: Sequence[Case]) -> list[Result]:
    """As much of the results as figures need."""
    return [
        Result(
            question=Question("", ("",) * row["choices"], row["gold"], row["id"]),
            answer=row["answer"],
            probabilities=row["probabilities"] and tuple(row["probabilities"]),
            shots=0,
            texts=("",) * ((row["text"] is not None) + len(row["texts"])),
            truncated=row["truncated"],
            guessed=row["guessed"],
        )
        for case in cases
        for row in case.rows
    ]


def styles(cases: Sequence[Case]) -> dict[str, int]:
    """Right answers by style of --sensitivity, over all cases."""
    return _summed([case.styles for case in cases])


def methods(cases: Sequence[Case]) -> dict[str, int]:
    """Right answers by method, where all cases were asked by all of these."""
    return _summed([case.methods for case in cases])


def _summed(counts: Sequence[Mapping[str, int]]) -> dict[str, int]:
    """Sums of what all of them have."""
    names = [name for name in counts[0] if all(name in each for each in counts)]
    return {name: sum(each[name] for each in counts) for name in names}


def reasoning_gain(cases: Sequence[Case]) -> float | None:
    """Accuracy with chain of thought less that of letters; None unless both were asked."""
    by = methods(cases)
    if not {"cot", "letters"} <= by.keys():
        return None
    return (by["cot"] - by["letters"]) / sum(case.n for case in cases)


def passed(cases: Sequence[Case], key: str = "passed") -> int | None:
    """How many licences are passed, or with ``passed_before`` were in the baseline; None where the
    cases are no licences, or were not compared.
    """
    said = [case.licence and case.licence[key] for case in cases]
    return None if None in said or not said else sum(map(bool, said))


def humans(cases: Sequence[Case]) -> dict[str, Any]:
    """How the model does against people, on the questions where their accuracy is known."""
    known = [each for case in cases for each in case.humans]
    if not known:
        return {}
    people = math.fsum(share for share, _ in known) / len(known)
    model = sum(right for _, right in known) / len(known)
    return {
        "human_accuracy": _short(people),
        "human_questions": len(known),
        "above_human": _short(model - people),
    }


def near_expert(cases: Sequence[Case]) -> float | None:
    """Share of the tasks whose accuracy is above the mark of experts; None without such a mark."""
    if any(case.expert is None for case in cases):
        return None
    above = sum(case.right / case.n > (case.expert or 0) for case in cases)
    return above / len(cases)


def accuracies(cases: Sequence[Case]) -> dict[str, Any]:
    """Micro and macro accuracy, with the Wilson interval of the micro one, and the baseline's."""
    right, n = sum(case.right for case in cases), sum(case.n for case in cases)
    before = [case.before for case in cases if case.before is not None]
    return {
        "n": n,
        "accuracy": _short(right / n),
        "interval": [_short(bound) for bound in stats.wilson(right, n)],
        "macro_accuracy": _short(sum(case.right / case.n for case in cases) / len(cases)),
        "chance": _short(sum(case.by_chance for case in cases) / n),
        "baseline_accuracy": _short(sum(before) / n) if len(before) == len(cases) else None,
    }


def benchmark(
    cases: Sequence[Case], figures: Mapping[str, float], verdict: Verdict | None
) -> dict[str, Any]:
    """A benchmark's part of summary.json."""
    groups = sorted({case.group for case in cases})
    return {
        **accuracies(cases),
        **_figures(figures),
        **_counts(asdict(verdict) if verdict else None),
        "churn": _short(verdict.churn) if verdict else None,
        "unanswered": sum(case.unanswered for case in cases),
        "fewer_shots": sum(case.fewer_shots for case in cases),
        **_ways(cases),
        **humans(cases),
        **_licences(cases),
        "groups": {group: _group([c for c in cases if c.group == group]) for group in groups},
        "tasks": {case.task: _task(case) for case in cases},
    }


def _group(cases: Sequence[Case]) -> dict[str, Any]:
    verdicts = [case.verdict for case in cases if case.verdict]
    compared = len(verdicts) == len(cases)
    return {
        **accuracies(cases),
        **{key: sum(v[key] for v in verdicts) if compared else None for key in ("lost", "won")},
    }


def _task(case: Case) -> dict[str, Any]:
    return {
        "group": case.group,
        "asking": case.asking,
        **{key: value for key, value in accuracies([case]).items() if key != "macro_accuracy"},
        **_figures(case.figures),
        **_counts(case.verdict),
        "unanswered": case.unanswered,
        "fewer_shots": case.fewer_shots,
        **_ways([case]),
        **humans([case]),
        **({"title": case.title} if case.title else {}),
        **({"licence": case.licence} if case.licence else {}),
        "failures": case.failures,
    }


def _ways(cases: Sequence[Case]) -> dict[str, Any]:
    """Accuracies in other styles and by other methods, where they were asked for."""
    n = sum(case.n for case in cases)
    found: dict[str, Any] = {}
    for name, counts in (("styles", styles(cases)), ("methods", methods(cases))):
        if counts:
            found[name] = {each: _short(count / n) for each, count in counts.items()}
    if (gain := reasoning_gain(cases)) is not None:
        found["reasoning_gain"] = _short(gain)
    return found


def _licences(cases: Sequence[Case]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if (share := near_expert(cases)) is not None:
        found["near_expert"] = _short(share)
    if (count := passed(cases)) is not None:
        before = passed(cases, "passed_before")
        found |= {"passed": count, "licences": len(cases), "passed_before": before}
    return found


def _counts(verdict: dict[str, Any] | None) -> dict[str, Any]:
    keys = ("lost", "won", "p_value", "level", "min_detectable_drop")
    return {key: None if verdict is None else _short(verdict[key]) for key in keys}


def _figures(figures: Mapping[str, float]) -> dict[str, Any]:
    return {name: _short(value) for name, value in figures.items() if name not in _ELSEWHERE}


def _short(value: Any) -> Any:
    """Nine digits: enough for any reader, and the same whatever the order of summation."""
    return float(f"{value:.9g}") if isinstance(value, float) else value
