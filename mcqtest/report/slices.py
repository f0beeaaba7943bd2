"""A benchmark by labels of the user's, and its profile: best and worst, and how far apart."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mcqtest.data import Tags, labels_of
from mcqtest.gate import Outcome, change
from mcqtest.metrics import STANDARD, measured
from mcqtest.types import Score

_MARK = 0.5
"""Above which a task counts, where its benchmark has no mark of experts."""


def by_label(outcomes: Sequence[Outcome], tags: Tags) -> dict[str, dict[str, Any]]:
    """Label -> how many questions have it, their figures, and how many were lost and won."""
    if not tags:
        return {}
    scores: dict[str, list[Score]] = {}
    moved: dict[str, list[float | None]] = {}
    for outcome in outcomes:
        differences: Sequence[float | None] = outcome.differences or [None] * outcome.n
        for score, difference in zip(outcome.scores, differences, strict=True):
            for label in labels_of(tags, outcome.benchmark, outcome.task, score.id):
                scores.setdefault(label, []).append(score)
                moved.setdefault(label, []).append(difference)
    return {
        label: {
            "n": len(scores[label]),
            **measured([scores[label]], STANDARD),
            "lost": _count("lost", moved[label]),
            "won": _count("won", moved[label]),
        }
        for label in sorted(scores)
    }


def _count(wanted: str, differences: Sequence[float | None]) -> int | None:
    """How many were ``lost`` or ``won``; None where some had nothing to be compared with."""
    known = [change(each) for each in differences if each is not None]
    return known.count(wanted) if len(known) == len(differences) else None


def profile(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """Best and worst task, the range between them, and the share of tasks above a mark; nothing
    where there is one task alone.
    """
    if len(outcomes) < 2:
        return {}
    mark = outcomes[0].expert or _MARK
    accuracy = {outcome.task: outcome.right / outcome.n for outcome in outcomes}
    best, worst = max(accuracy, key=accuracy.__getitem__), min(accuracy, key=accuracy.__getitem__)
    return {
        "best": {"task": best, "accuracy": accuracy[best]},
        "worst": {"task": worst, "accuracy": accuracy[worst]},
        "range": accuracy[best] - accuracy[worst],
        "above": {
            "mark": mark,
            "share": sum(each > mark for each in accuracy.values()) / len(accuracy),
        },
    }


def table(outcomes: Sequence[Outcome], tags: Tags) -> list[str]:
    """A line for each label; nothing where there are none."""
    found = by_label(outcomes, tags)
    if not found:
        return []
    width = max(5, *map(len, found))
    lines = [f"{'label':<{width}} {'n':>6} {'accuracy':>8} {'lost':>4} {'won':>4}"]
    for label, each in found.items():
        lost, won = ("" if each[key] is None else each[key] for key in ("lost", "won"))
        line = f"{label:<{width}} {each['n']:>6,} {each['accuracy']:>8.4f} {lost:>4} {won:>4}"
        lines.append(line.rstrip())
    return lines
