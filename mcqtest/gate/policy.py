"""All that decides a run: found once, where the run is planned, and shipped to whoever judges."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from mcqtest.gate import stats
from mcqtest.gate.thresholds import Thresholds
from mcqtest.types import Task

KEPT = "the old baseline is kept; to record all the same, add --accept-regression REASON"


@dataclass(frozen=True)
class Policy:
    """What a run is held to. ``levels`` are there once its tasks are known (`planned`)."""

    alpha: float
    """False-alarm probability of the whole run."""
    baseline: str | None
    """The name of the baseline that is compared with or recorded; None: thresholds alone."""
    baselines_dir: str
    update: bool
    """The baseline is recorded."""
    reason: str | None = None
    """Why a regression is accepted, where somebody does."""
    thresholds: Thresholds = field(default_factory=Thresholds)
    rules: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Kind of criterion -> what the user decided about it."""
    levels: stats.Levels = field(default_factory=stats.Levels)

    @property
    def accepts(self) -> bool:
        """Something worse is recorded all the same."""
        return self.update and self.reason is not None

    def planned(self, tasks: Mapping[Task, int]) -> Policy:
        """With the levels of a run of these tasks, each with the number of comparisons that its
        criterion makes.
        """
        names: dict[str, dict[str, None]] = {}  # a task in two tests is one comparison
        for task in tasks:
            names.setdefault(task.benchmark.name, {})[task.name] = None
        parts = {(task.benchmark.name, task.name): count for task, count in tasks.items()}
        levels = stats.shares(
            self.alpha, {benchmark: [*each] for benchmark, each in names.items()}, parts=parts
        )
        return replace(self, levels=levels)

    def to_json(self) -> dict[str, Any]:
        """Plain values, for another process."""
        plain = {**asdict(self), "thresholds": self.thresholds.bounds}
        levels = {
            "pooled": self.levels.pooled,
            "task": [[*key, level] for key, level in self.levels.task.items()],
            "part": [[*key, level] for key, level in self.levels.part.items()],
        }
        return {**plain, "levels": levels}

    @classmethod
    def from_json(cls, plain: Mapping[str, Any]) -> Policy:
        levels = plain["levels"]
        return cls(
            **{
                **plain,
                "thresholds": Thresholds(plain["thresholds"]),
                "levels": stats.Levels(
                    levels["pooled"],
                    {(benchmark, task): level for benchmark, task, level in levels["task"]},
                    {(benchmark, task): level for benchmark, task, level in levels["part"]},
                ),
            }
        )
