"""From the outcomes of a whole run to `summary.json` and `results.jsonl`.

Lives in the process that reports (the only one, or xdist's controller) and sees nothing but
outcomes and the policy by which they were judged. It judges nothing: `mcqtest.gate` does.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from mcqtest.data import Tags
from mcqtest.gate import Outcome, Policy, Pooled, Verdict, decide, notes, pool
from mcqtest.report import summary
from mcqtest.report.slices import by_label
from mcqtest.types import Identity

FORMAT = 1
UNFINISHED = "the run did not finish"


@dataclass
class Scoreboard:
    """Collects outcomes as they come."""

    policy: Policy
    identity: Identity
    outcomes: dict[tuple[str, str], Outcome] = field(default_factory=dict)
    tags: Tags = field(default_factory=dict)
    """Labels of questions."""
    tier: str = ""
    """Whose options were taken."""
    notices: dict[str, None] = field(default_factory=dict)
    """Sentences for people; a dict keeps the order and drops repetitions."""

    def add(self, outcome: Outcome) -> bool:
        """Whether it says something new: a task keeps its first comparison, however often its test
        is run.
        """
        key = outcome.benchmark, outcome.task
        kept = self.outcomes.get(key)
        is_new = kept is None or (outcome.compared and not kept.compared)
        if is_new:  # a comparison counts more than a look
            self.outcomes[key] = outcome
        self.notices.update(dict.fromkeys(outcome.notices))
        return is_new

    def benchmarks(self) -> list[Pooled]:
        """Benchmarks as a whole, these and their tasks in the order of their names."""
        names = sorted({benchmark for benchmark, _ in self.outcomes})
        pooled = [
            pool(
                name,
                [self.outcomes[key] for key in sorted(self.outcomes) if key[0] == name],
                self.policy,
            )
            for name in names
        ]
        self.notices.update(dict.fromkeys(notes(pooled, self.policy)))
        if self.tags and pooled and not any(by_label(each.outcomes, self.tags) for each in pooled):
            self.notices["--tags: none of its ids is that of a question that was asked"] = None
        return pooled

    def summary(self, pooled: Sequence[Pooled], verdict: Verdict) -> dict[str, Any]:
        """What summary.json holds (docs/formats.md). The same for the same answers, however
        many processes gave them and in whatever order.
        """
        return {
            "format": FORMAT,
            "model": self.identity.name,
            **({"tier": self.tier} if self.tier else {}),
            "baseline": self.policy.baseline,
            "anchor": self.policy.anchor,
            "verdict": verdict.state,
            "reasons": [*verdict.reasons],
            "alpha": self.policy.alpha,
            "weights": self.identity.weights,
            "setup": self.identity.setup,
            **self.identity.size,
            "notices": sorted(self.notices),
            "benchmarks": {
                each.name: summary.benchmark(each, self.tags, self.policy.alpha) for each in pooled
            },
        }

    def rows(self) -> Iterator[str]:
        """The lines of results.jsonl."""
        for key in sorted(self.outcomes):
            yield from self.outcomes[key].rows()


def unfinished(policy: Policy, identity: Identity) -> dict[str, Any]:
    """The summary that lies there while a run goes on, and after one that was killed."""
    board = Scoreboard(policy, identity)
    return board.summary([], decide([], [UNFINISHED], policy))


def refused(reason: str) -> dict[str, Any]:
    """The summary of a run that a mistake ended before there was a model to speak of."""
    return {"format": FORMAT, "verdict": "fail", "reasons": [reason], "benchmarks": {}}


def dump(summary: dict[str, Any]) -> str:
    return json.dumps(summary, indent=1, allow_nan=False, ensure_ascii=False) + "\n"
