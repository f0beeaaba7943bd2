"""What processes tell each other: plain values on reports, and what a worker is started with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, NamedTuple

from mcqtest.gate import Outcome, Policy
from mcqtest.run import Run, Settings
from mcqtest.types import Identity

OUTCOME = "mcqtest_outcome"
"""Attribute of a test report: what became of the task, a `mcqtest.gate.Outcome`; from a worker as
plain values."""
ASKED = "mcqtest_asked"
"""Attribute of a test report: how many requests a model answered for the task in this run."""
ERROR = "mcqtest_error"
"""Attribute of a test report: why a question could not be answered."""
PLAN = "mcqtest_plan"
"""Attribute of a process's first report: what it is going to ask (`Plan`)."""
FATAL = "mcqtest_fatal"
"""Why the run cannot go on: attribute of a test report, key of a worker's output."""
PASSED_OVER = "mcqtest_passed_over"
"""Key of a worker's output: `Run.passed_over`."""
POOLED = "mcqtest_pooled"
"""Attribute of the reports that stand for whole benchmarks: the word that counts them, such as
``failed`` or ``undecided``."""


class Plan(NamedTuple):
    """What a process found out by planning."""

    counts: tuple[int, int, int, int]
    """What `Run.counts` says."""
    policy: Policy

    @classmethod
    def of(cls, run: Run) -> Plan:
        """Reads the store."""
        return cls(run.counts(), run.policy)

    def to_json(self) -> dict[str, Any]:
        return {"counts": list(self.counts), "policy": self.policy.to_json()}

    @classmethod
    def from_json(cls, plain: Mapping[str, Any]) -> Plan:
        tasks, questions, requests, stored = plain["counts"]
        return cls((tasks, questions, requests, stored), Policy.from_json(plain["policy"]))


def arrived(values: Any) -> Outcome:
    """What a report carries under `OUTCOME`."""
    return values if isinstance(values, Outcome) else Outcome.from_json(values)


def worker_input(run: Run, environment: Mapping[str, str]) -> dict[str, Any]:
    """What a worker is told; ``environment`` holds what it is lent."""
    return {
        "settings": run.settings.to_json(),
        "identity": asdict(run.identity),
        "session": run.session,
        "environment": dict(environment),
    }


def worker_run(told: Mapping[str, Any]) -> Run:
    """A worker's part of the run."""
    return Run(
        Settings.from_json(told["settings"]),
        Identity(**told["identity"]),
        session=told["session"],
    )
