"""What --sweep found: the same questions asked with several values of one option."""

from __future__ import annotations

import math
from collections.abc import Sequence

from mcqtest.gate import Pooled, variants
from mcqtest.metrics import STANDARD, measured
from mcqtest.report import picture
from mcqtest.types import Score

_WHOLE = {"length", "tokens", "cut_thoughts", "ended_thoughts", "passed"}
_SHOWN = ("accuracy", "ece", "brier", "unanswered_share", "truncated_share")


def figures(scores: Sequence[Score]) -> dict[str, float]:
    """Accuracy, calibration and what became of texts, and how long these are: characters, and in a
    chat tokens. How many end inside a thought, and how many thoughts the budget ended, where any
    does.
    """
    metrics = [metric for metric in STANDARD if metric.name in _SHOWN]
    found = measured([scores], metrics)
    texts = [len(text) for score in scores for text in score.texts]
    if texts:
        found["length"] = math.fsum(texts) / len(texts)
    tokens = [score.tokens for score in scores if score.tokens is not None]
    if texts and len(tokens) == len(scores):
        found["tokens"] = math.fsum(tokens) / len(texts)
    if cut := sum(score.cut_thoughts for score in scores):
        found["cut_thoughts"] = cut
    if ended := sum(score.ended_thoughts for score in scores):
        found["ended_thoughts"] = ended
    return found


def rows(pooled: Pooled) -> dict[str, dict[str, float]]:
    """``KEY=VALUE`` -> its figures and what criteria count; empty where nothing was swept."""
    return {
        name: figures(scores) | _criteria(pooled, name)
        for name, scores in variants(pooled.outcomes).items()
        if "=" in name
    }


def table(pooled: Pooled) -> list[str]:
    """A line for each value, below a heading; nothing where nothing was swept."""
    found = rows(pooled)
    if not found:
        return []
    columns = list(dict.fromkeys(key for row in found.values() for key in row))
    width = max(len(name) for name in found)
    heading = " ".join(f"{_short(key):>10}" for key in columns)
    lines = [f"{'sweep':<{width}} {heading}"]
    for name, row in found.items():
        cells = " ".join(f"{_cell(key, row.get(key)):>10}" for key in columns)
        lines.append(f"{name:<{width}} {cells}".rstrip())
    return lines


def drawn(pooled: Pooled) -> str | None:
    """The table as a picture (SVG); None where nothing was swept."""
    found = rows(pooled)
    if not found:
        return None
    columns = dict.fromkeys(key for row in found.values() for key in row)
    series = {key: [row.get(key) for row in found.values()] for key in columns}
    key = next(iter(found)).partition("=")[0]
    values = [name.partition("=")[2] for name in found]
    return picture.lines(f"{pooled.name} by {key}", values, series)


def _criteria(pooled: Pooled, name: str) -> dict[str, float]:
    """Figures of criteria, had this been the way of asking."""
    counted = [outcome.varied.get(name, {}) for outcome in pooled.outcomes]
    keys = dict.fromkeys(key for each in counted for key in each)
    return {key: math.fsum(each.get(key, 0) for each in counted) for key in keys}


def _short(key: str) -> str:
    """A heading that fits above its column."""
    return key.removesuffix("_share").removesuffix("_thoughts")


def _cell(key: str, value: float | None) -> str:
    if value is None:
        return ""
    return f"{value:.0f}" if key in _WHOLE else f"{value:.4f}"
