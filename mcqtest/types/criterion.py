"""What a task can be held to beside its comparison with the baseline."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from mcqtest.types.question import Question


class Criterion(Protocol):
    """Such as a licence (`mcqtest.gate.licences`). What it says is a `mcqtest.gate.Finding`."""

    @property
    def kind(self) -> str:
        """Which kind of criterion it is (`mcqtest.gate.KINDS`)."""
        ...

    def comparisons(self, questions: Sequence[Question]) -> int:
        """How many comparisons of its own it makes, so that each gets a share of alpha."""
        ...

    def keeps(self, questions: Sequence[Question]) -> Sequence[str]:
        """Which details of scores it compares with those of the baseline, which keeps them."""
        ...

    def decide(self, judged: Any, /) -> Any:
        """The `mcqtest.gate.Finding` of a task's answers (`mcqtest.gate.Judged`)."""
        ...
