"""What a task is held to beside its comparison: how a criterion is asked, and what it says.

A *criterion* belongs to a task of a benchmark (`mcqtest.types.Criterion`). Its *kind* speaks for
all tasks of a benchmark together; kinds are listed in `mcqtest.gate.criteria`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol

from mcqtest.gate.outcome import Outcome
from mcqtest.gate.record import Record
from mcqtest.types import Benchmark, Bound, Comparison, Results


@dataclass(frozen=True)
class Judged:
    """One task's answers, and those of its baseline."""

    results: Results
    new: Record
    old: Record | None
    """None where there is nothing to compare with."""
    comparison: Comparison | None
    """Of the whole task."""
    level: float
    """Of each comparison that the criterion makes itself."""
    rules: Mapping[str, str]
    """What the user decided about criteria of this kind."""
    in_part: bool = False
    """The task has more questions."""
    kept: Mapping[str, Sequence[float | None]] = field(default_factory=dict)
    """Details of the baseline's scores, by name (`mcqtest.types.Criterion.keeps`)."""


@dataclass(frozen=True)
class Finding:
    """What a criterion says of one task."""

    kind: str
    detail: Mapping[str, Any]
    """Plain values: its part of the task in summary.json."""
    figures: Mapping[str, float]
    worse: Sequence[str] = ()
    """Why the task is red, a sentence and further lines; empty where it is not."""
    notices: Sequence[str] = ()
    """What people should know whether or not it is red."""
    moved: str | None = None
    """What became worse, in a sentence, also where that does not make it red."""


class Line(NamedTuple):
    """One line for people. ``cells`` stand behind the column of names; without any, ``name`` may be
    as long as it likes.
    """

    name: str
    cells: str = ""


class Kind(Protocol):
    """All criteria of a kind together. ``outcomes`` are those of a benchmark's tasks."""

    bounds: Mapping[str, Bound]
    """Its thresholds: configuration key -> what it bounds."""

    def check(self, rules: Mapping[str, str]) -> None:
        """Raise `ValueError` for what the user cannot decide, as ``key=value: why``."""
        ...

    def most(self, key: str, benchmark: Benchmark, task: str) -> tuple[float, str]:
        """The largest bound that can be kept there, and in words what there is; ``task`` is empty
        for the benchmark.
        """
        ...

    def figures(self, outcomes: Sequence[Outcome]) -> dict[str, float]:
        """Of the benchmark; empty where its tasks have no such criterion."""
        ...

    def summary(self, outcomes: Sequence[Outcome]) -> dict[str, Any]:
        """Its part of the benchmark in summary.json."""
        ...

    def sentence(self, outcomes: Sequence[Outcome]) -> str:
        """Its part of the verdict's sentence; empty where there is none."""
        ...

    def short(self, detail: Mapping[str, Any]) -> str:
        """Of one task, behind PASSED or FAILED."""
        ...

    def board(self, outcomes: Sequence[Outcome], *, wide: bool) -> list[Line]:
        """Below the table of the benchmark; ``wide``: in a terminal of 120 columns and more."""
        ...
