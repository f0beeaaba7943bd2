"""Every official metric by name, and what a task's list of names asks for."""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterable, Mapping
from typing import Any

from mcqtest.metrics.official import choices, likelihood, text
from mcqtest.metrics.official.examples import Chosen, Weighed, Written
from mcqtest.metrics.official.metric import Corpus, Mean, Official, Parts, Ratio, Single, Sums
from mcqtest.types import McqtestError

_REAL, _LOGS = (-math.inf, math.inf), (-math.inf, 0.0)
_ROUGE: dict[str, Any] = {"needs": Written, "high": 100.0, "library": "rouge_score"}
_LIKELIHOOD: dict[str, Any] = {"needs": Weighed, "low": -10.0, "high": 0.0}


def _bleu_adds(parts: Parts) -> Sums:
    return {(at,): part for at, part in enumerate(parts)}


def _bleu_total(sums: Sums, _: int) -> float:
    return text.bleu_of([sums[at,] for at in range(len(text.BLEU_FIELDS))])


def _calibration_adds(parts: Parts) -> Sums:
    confidence, hit = parts
    return {(choices.bucket(confidence),): confidence - hit}


def _calibration_total(sums: Sums, n: int) -> float:
    return math.fsum(map(abs, sums.values())) / n


def _f1_adds(parts: Parts) -> Sums:
    right, said = parts
    return {(right, "right"): 1.0, (said, "said"): 1.0, (right, "both"): float(right == said)}


def _f1_total(sums: Sums, _: int) -> float:
    """The mean of F1 over all labels that are right or said somewhere."""
    labels: dict[Hashable, dict[Hashable, float]] = {}
    for (label, kind), value in sums.items():
        labels.setdefault(label, {})[kind] = value
    made = [(each.get("both", 0.0), sum(each.values())) for each in labels.values()]
    # What is right and said stands in all three.
    found = [2 * both / (every - both) for both, every in made if every > both]
    return math.fsum(found) / len(found)


METRICS: Mapping[str, Official] = {
    each.name: each
    for each in (
        Mean("exact_str_match", Written, text.exact_str_match),
        Mean("case_insensitive_str_match", Written, text.case_insensitive_str_match),
        Mean("numeric_match_with_0_1_relative_error", Written, text.numeric_match),
        Mean("sequence_f1", Written, text.sequence_f1, high=100.0),
        Mean("rouge1", found=text.rouge1, **_ROUGE),
        Mean("rouge2", found=text.rouge2, **_ROUGE),
        Mean("rougeLsum", found=text.rouge_lsum, **_ROUGE),
        Corpus(
            "bleu",
            Written,
            text.bleu_counts,
            high=100.0,
            fields=text.BLEU_FIELDS,
            library="sacrebleu",
            adds=_bleu_adds,
            total=_bleu_total,
        ),
        Mean("multiple_choice_grade", Chosen, choices.multiple_choice_grade, range=_REAL),
        Ratio(
            "calibration_multiple_choice_brier_score",
            Chosen,
            choices.brier_counts,
            better=-1,
            range=_REAL,
            fields=("loss", "choices"),
        ),
        Corpus(
            "expected_calibration_error",
            Chosen,
            choices.confidence_and_hit,
            better=-1,
            fields=("confidence", "hit"),
            adds=_calibration_adds,
            total=_calibration_total,
        ),
        Mean(
            "weighted_log_probabilities",
            Chosen,
            choices.weighted_log_probability,
            low=-10.0,
            high=0.0,
            range=_REAL,
        ),
        Mean("weighted_probabilities", Chosen, choices.weighted_probability, low=-1.0, range=_REAL),
        Corpus(
            "macro_f1",
            Chosen,
            choices.right_and_said,
            fields=("right", "said"),
            adds=_f1_adds,
            total=_f1_total,
        ),
        Mean("log_likelihood", found=likelihood.log_likelihood, range=_REAL, **_LIKELIHOOD),
        Single(
            "log_likelihood_per_word",
            found=likelihood.per_word,
            fields=("", "several"),
            range=_LOGS,
            **_LIKELIHOOD,
        ),
        Single(
            "log_likelihood_per_char",
            found=likelihood.per_char,
            fields=("", "several"),
            range=_LOGS,
            **_LIKELIHOOD,
        ),
    )
}
"""In the order of the official lists: texts, choices, likelihood."""

_REFUSED = {
    "bleurt": "bleurt is a model of its own (BLEURT-20, tensorflow), which mcqtest does not run"
}
"""Official metrics that cannot be had -> why."""

_MANY = {
    "rouge": ("rouge1", "rouge2", "rougeLsum"),
    "multiple_choice_grade": (
        "multiple_choice_grade",
        "calibration_multiple_choice_brier_score",
        "expected_calibration_error",
    ),
    "log_likelihood": ("log_likelihood", "log_likelihood_per_word", "log_likelihood_per_char"),
}
"""A name in a task's ``metrics`` -> all that it asks for, where that is more than itself."""

LISTED = (
    "bleu",
    "bleurt",
    "exact_str_match",
    "case_insensitive_str_match",
    "sequence_f1",
    "numeric_match_with_0_1_relative_error",
    "rouge",
    "log_likelihood",
    "multiple_choice_grade",
    "calibration_multiple_choice_brier_score",
    "expected_calibration_error",
    "weighted_log_probabilities",
    "weighted_probabilities",
    "macro_f1",
)
"""What a task's ``metrics`` may name."""


def named(names: Iterable[str]) -> tuple[Official, ...]:
    """What a task's ``metrics`` ask for, each once, in the order of `METRICS`; without those that
    are `refused`. ValueError for a name that no official metric has.
    """
    names = list(names)
    if unknown := next((name for name in names if name not in LISTED), None):
        raise ValueError(f"no metric is called {unknown!r}; there are {', '.join(LISTED)}")
    wanted = {each for name in names for each in _MANY.get(name, (name,))}
    return tuple(metric for name, metric in METRICS.items() if name in wanted)


def refused(names: Iterable[str]) -> list[str]:
    """Which of a task's ``metrics`` cannot be computed here, a sentence each: bleurt, and those of
    a library that is missing.
    """
    names = list(names)
    found = [_REFUSED[name] for name in names if name in _REFUSED]
    for metric in named(names):
        try:
            metric.check()
        except McqtestError as error:
            found.append(str(error))
    return found


def preferred(name: str) -> Official:
    """The metric of a task's ``preferred_score``. ValueError for a name that no official metric
    has, for ``rouge``, which are three, and for what cannot be had.
    """
    if name in METRICS:
        return METRICS[name]
    if name == "rouge":
        raise ValueError("rouge are three metrics; prefer rouge1, rouge2 or rougeLsum")
    raise ValueError(
        _REFUSED.get(name) or f"no metric is called {name!r}; there are {', '.join(METRICS)}"
    )
