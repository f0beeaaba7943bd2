"""What summary.json says of a benchmark and of its groups and tasks: figures of their outcomes."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from mcqtest.data import Tags
from mcqtest.gate import KINDS, Outcome, Pooled, methods, stats, variants
from mcqtest.metrics import accuracy
from mcqtest.report import sweeps
from mcqtest.report.slices import by_label, profile
from mcqtest.types import Comparison

_ELSEWHERE = {"accuracy"} | {
    bound.figure for kind in KINDS.values() for bound in kind.bounds.values()
}
"""Figures that have a place of their own."""

_OTHERS = {"lost", "won", "p_value", "level", "adjusted_p_value"}
"""What is told of comparisons that are not of accuracy."""


def reasoning_gain(outcomes: Sequence[Outcome]) -> float | None:
    """Accuracy with chain of thought less that of letters; None unless both were asked."""
    by = methods(outcomes)
    if not {"cot", "letters"} <= by.keys():
        return None
    return (by["cot"] - by["letters"]) / sum(each.n for each in outcomes)


def humans(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """How the model does against people, on the questions where their accuracy is known."""
    known = [pair for each in outcomes for pair in each.humans]
    if not known:
        return {}
    people = math.fsum(share for share, _ in known) / len(known)
    model = math.fsum(value for _, value in known) / len(known)
    return {
        "human_accuracy": _short(people),
        "human_questions": len(known),
        "above_human": _short(model - people),
    }


def near_expert(outcomes: Sequence[Outcome]) -> float | None:
    """Share of the tasks whose accuracy is above the mark of experts; None without such a mark."""
    if any(each.expert is None for each in outcomes):
        return None
    above = sum(each.right / each.n > (each.expert or 0) for each in outcomes)
    return above / len(outcomes)


def accuracies(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """Micro and macro accuracy, with the interval of the micro one, and the baseline's."""
    n = sum(each.n for each in outcomes)
    if any(each.graded for each in outcomes):
        values = [score.value for each in outcomes for score in each.scores]
        right, interval = math.fsum(values), stats.interval(values)
    else:
        right = sum(each.right for each in outcomes)
        interval = stats.wilson(right, n)
    before = [each.before for each in outcomes if each.before is not None]
    return {
        "n": n,
        "accuracy": _short(right / n),
        "interval": [_short(bound) for bound in interval],
        "macro_accuracy": _short(sum(each.right / each.n for each in outcomes) / len(outcomes)),
        "chance": _short(sum(each.by_chance for each in outcomes) / n),
        "baseline_accuracy": _short(sum(before) / n) if len(before) == len(outcomes) else None,
        **_ties(outcomes, n),
    }


def _ties(outcomes: Sequence[Outcome], n: int) -> dict[str, Any]:
    """Share of questions with several choices of the highest probability, where there are any."""
    if any(each.bare for each in outcomes):
        return {}
    return {"tied_share": _short(sum(each.ties for each in outcomes) / n)}


def benchmark(pooled: Pooled, tags: Tags, alpha: float) -> dict[str, Any]:
    """A benchmark's part of summary.json; ``alpha`` is the run's."""
    outcomes, made = pooled.outcomes, pooled.comparison
    groups = sorted({each.group for each in outcomes})
    share = near_expert(outcomes)
    return {
        **accuracies(outcomes),
        **_figures(pooled.figures),
        **_counts(made, alpha),
        "margin": _short(pooled.margin),
        "churn": _short(made.churn) if made else None,
        **({} if pooled.noise is None else {"baseline_churn": _short(pooled.noise)}),
        **_brier(outcomes),
        "others": {
            name: {key: each for key, each in _counts(other, alpha).items() if key in _OTHERS}
            for name, other in pooled.others.items()
        },
        "unanswered": sum(each.unanswered for each in outcomes),
        **_cut(outcomes),
        **_wavering(outcomes),
        "fewer_shots": sum(each.fewer_shots for each in outcomes),
        **_ways(outcomes),
        **({"sweep": _rounded(swept)} if (swept := sweeps.rows(pooled)) else {}),
        **humans(outcomes),
        **({} if share is None else {"near_expert": _short(share)}),
        **{key: said for kind in KINDS.values() for key, said in kind.summary(outcomes).items()},
        **({"profile": rounded} if (rounded := _rounded(profile(outcomes))) else {}),
        **({"labels": _rounded(found)} if (found := by_label(outcomes, tags)) else {}),
        "groups": {
            group: _group(
                [each for each in outcomes if each.group == group], pooled.groups.get(group), alpha
            )
            for group in groups
        },
        "tasks": {each.task: _task(each, alpha) for each in outcomes},
    }


def _group(
    outcomes: Sequence[Outcome], comparison: Comparison | None, alpha: float
) -> dict[str, Any]:
    made = [made_of(each) for each in outcomes]
    if comparison is None and len(made) == 1:
        comparison = made[0]
    said = _counts(comparison, alpha)
    if None not in made:  # the sums of one group alone are the benchmark's
        said |= {key: sum(getattr(each, key) for each in made) for key in ("lost", "won")}
    return {**accuracies(outcomes), **said}


def made_of(outcome: Outcome) -> Comparison | None:
    """The comparison of one task; None where there was nothing to compare with."""
    return Comparison(**outcome.comparison) if outcome.comparison else None


def _task(outcome: Outcome, alpha: float) -> dict[str, Any]:
    accuracy = accuracies([outcome])
    del accuracy["macro_accuracy"]
    return {
        "group": outcome.group,
        "asking": outcome.asking,
        **accuracy,
        **_figures(outcome.figures),
        **_counts(made_of(outcome), alpha),
        **_brier([outcome]),
        "unanswered": outcome.unanswered,
        **_cut([outcome]),
        **_wavering([outcome]),
        "fewer_shots": outcome.fewer_shots,
        **_ways([outcome]),
        **humans([outcome]),
        **({"title": outcome.title} if outcome.title else {}),
        **outcome.findings,
        "failures": outcome.failures,
    }


def _cut(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """Questions that the model says it cannot answer, texts that end inside a thought, and thoughts
    that their budget ended, where any does.
    """
    counts = {
        "abstained": sum(each.abstained for each in outcomes),
        "cut_thoughts": sum(each.cut_thoughts for each in outcomes),
        "ended_thoughts": sum(each.ended_thoughts for each in outcomes),
    }
    return {key: count for key, count in counts.items() if count}


def _wavering(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """Share of questions with several answers to equal requests, where each was asked again."""
    count = wavering(outcomes)
    return {} if count is None else {"wavering": _short(count / sum(each.n for each in outcomes))}


def wavering(outcomes: Sequence[Outcome]) -> int | None:
    """How many; None where they were not asked again."""
    counts = [each.wavering for each in outcomes if each.wavering is not None]
    return sum(counts) if len(counts) == len(outcomes) else None


def _ways(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """Accuracies in other styles and by other methods, where they were asked for."""
    n = sum(each.n for each in outcomes)
    found: dict[str, Any] = {}
    asked = variants(outcomes)
    if styles := {name: scores for name, scores in asked.items() if "=" not in name}:
        found["styles"] = {name: _short(accuracy(scores)) for name, scores in styles.items()}
    if by := methods(outcomes):
        found["methods"] = {name: _short(total / n) for name, total in by.items()}
    if (gain := reasoning_gain(outcomes)) is not None:
        found["reasoning_gain"] = _short(gain)
    return found


def _brier(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """The Brier score that the baseline had. Nothing where it keeps no probabilities."""
    if any("brier" not in each.qualities for each in outcomes):
        return {}
    then = math.fsum(each.brier_before or 0.0 for each in outcomes)
    return {"baseline_brier": _short(then / sum(each.n for each in outcomes))}


def _counts(comparison: Comparison | None, alpha: float) -> dict[str, Any]:
    """The comparison with the baseline; its interval is that of the change, in fractions."""
    keys = ("lost", "won", "p_value", "level", "tolerance", "adjusted_p_value", "change_interval")
    if comparison is None:
        return dict.fromkeys(keys)
    smallest, largest = comparison.drop or (math.nan, math.nan)
    values = (
        comparison.lost,
        comparison.won,
        comparison.p_value,
        comparison.level,
        comparison.tolerance,
        comparison.adjusted(alpha),
        [_short(-largest), _short(-smallest)],
    )
    return {key: _short(value) for key, value in zip(keys, values, strict=True)}


def _figures(figures: Mapping[str, float]) -> dict[str, Any]:
    return {name: _short(value) for name, value in figures.items() if name not in _ELSEWHERE}


def _rounded(value: Any) -> Any:
    """`_short`, inside dicts as well."""
    if isinstance(value, dict):
        return {key: _rounded(each) for key, each in value.items()}
    return _short(value)


def _short(value: Any) -> Any:
    """Nine digits: enough for any reader, and the same whatever the order of summation; None for
    no number, such as the ends of an interval that one question alone does not have.
    """
    if not isinstance(value, float):
        return value
    return float(f"{value:.9g}") if math.isfinite(value) else None
