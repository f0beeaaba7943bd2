"""Below the table of a benchmark: boards of criteria, and how a model does against people."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mcqtest.gate import KINDS, Outcome
from mcqtest.report.columns import fitted, width
from mcqtest.report.summary import humans, near_expert

NAME = 35
"""Wide enough for MMLU's longest subject, and a table for 80 columns."""
_WIDE = 48


def name_width(columns: int) -> int:
    """How wide names are in a terminal of so many columns."""
    return max(NAME, min(_WIDE, columns - 45))


def label(outcome: Outcome, columns: int) -> str:
    """A task by its name, and as published where there is room for both."""
    both = f"{outcome.task} {outcome.title}".rstrip()
    return fitted(both if width(both) <= columns else outcome.task, columns)


def boards(outcomes: Sequence[Outcome], columns: int) -> list[str]:
    """What criteria of each kind have to show below the table of a benchmark."""
    name, wide = name_width(columns), columns >= 120
    lines = [line for kind in KINDS.values() for line in kind.board(outcomes, wide=wide)]
    return [f"{fitted(each.name, name)}{each.cells}" if each.cells else each.name for each in lines]


def people(outcomes: Sequence[Outcome], columns: int) -> list[str]:
    """Accuracy less that of people, of every task where it is known, worst first; nothing where it
    is known of none.
    """
    known = [(each, found) for each in outcomes if (found := humans([each]))]
    lines = []
    if known:
        name = name_width(columns)
        heading = f"{'n':>6} {'people':>8} {'model':>8} {'change':>8}"
        lines.append(fitted("  against people", name) + heading)
        for outcome, found in sorted(known, key=lambda each: each[1]["above_human"]):
            lines.append(f"  {label(outcome, name - 2)}{_against(found)}")
        lines.append(f"{fitted('  all of these', name)}{_against(humans(outcomes))}")
    if (share := near_expert(outcomes)) is not None:
        mark = outcomes[0].expert
        above = round(share * len(outcomes))
        lines.append(f"  near expert, above {mark:g}: {above} of {len(outcomes)} subjects")
    return lines


def _against(found: dict[str, Any]) -> str:
    people, above = found["human_accuracy"], found["above_human"]
    return f"{found['human_questions']:>6,} {people:>8.4f} {people + above:>8.4f} {above:>+8.4f}"
