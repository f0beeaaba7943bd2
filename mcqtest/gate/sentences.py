"""What is said of a task that got worse."""

from __future__ import annotations

from collections.abc import Sequence

from mcqtest.gate.comparison import beyond, chance, listed, moves
from mcqtest.gate.policy import KEPT, Policy
from mcqtest.gate.record import Record
from mcqtest.types import Comparison


def regression(
    old: Record, new: Record, found: Comparison, ids: Sequence[str], policy: Policy
) -> list[str]:
    """A sentence with further lines: both accuracies, counts, chances; then the questions."""
    lost = moves(old, new, ids, "lost")
    worse = (
        f"{new.benchmark}/{new.task} is worse than baseline {policy.baseline!r}{beyond(found)}: "
        f"accuracy {old.accuracy:.4f} -> {new.accuracy:.4f}, {found.lost} questions lost, "
        f"{found.won} won, {chance(found, policy.alpha)}"
    )
    questions = listed(lost, "lost")
    silent = sum(move.endswith(">-") for move in lost)
    if silent:
        questions += f"; {silent} of the lost now without a readable answer"
    return ["\n".join([worse, questions, *[KEPT] * policy.update])]
