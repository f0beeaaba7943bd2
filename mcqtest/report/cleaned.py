"""Accuracies and ranks before and after flawed questions were dealt with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from mcqtest.report.columns import fitted

_LONGEST = 40


class Cleaned(NamedTuple):
    """One model's answers, scored again."""

    name: str
    figures: Mapping[str, tuple[int, float]]
    """Convention -> how many questions it leaves, and the accuracy on them."""
    verdicts: Mapping[str, str]
    """Convention -> the gate's; empty where nothing was compared."""


def ranks(rows: Sequence[Cleaned], convention: str) -> list[int]:
    """1 for the best; equal accuracies share a rank."""
    values = [row.figures[convention][1] for row in rows]
    return [1 + sum(other > value for other in values) for value in values]


def table(rows: Sequence[Cleaned], conventions: Mapping[str, str]) -> list[str]:
    """Best first as published, each with its rank, and verdicts below; then what the words mean."""
    room = min(_LONGEST, max(len(row.name) for row in rows)) + 2
    by = {each: ranks(rows, each) for each in conventions}
    lines = [fitted("", room) + "".join(f"{each:>12}{'rank':>6}" for each in conventions)]
    counts = (f"{rows[0].figures[each][0]:>12,}{'':6}" for each in conventions)
    lines.append((fitted("questions", room) + "".join(counts)).rstrip())
    for at in sorted(range(len(rows)), key=lambda at: -rows[at].figures["published"][1]):
        cells = (f"{rows[at].figures[each][1]:>12.4f}{by[each][at]:>6}" for each in conventions)
        lines.append(fitted(rows[at].name, room) + "".join(cells))
        if told := rows[at].verdicts:
            words = (f"{told[each]:>12}{'':6}" for each in conventions)
            lines.append((fitted("  verdict", room) + "".join(words)).rstrip())
    lines += [f"{name}: {what}" for name, what in conventions.items()]
    return lines


def data(rows: Sequence[Cleaned]) -> dict[str, Any]:
    """The same for programs, by model."""
    return {
        row.name: {
            convention: {
                "n": n,
                "accuracy": accuracy,
                "rank": ranks(rows, convention)[at],
                **({"verdict": row.verdicts[convention]} if row.verdicts else {}),
            }
            for convention, (n, accuracy) in row.figures.items()
        }
        for at, row in enumerate(rows)
    }
