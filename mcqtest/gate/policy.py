"""All that decides a run: found once, where the run is planned, and shipped to whoever judges."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any

from mcqtest.gate.levels import Levels, shares
from mcqtest.gate.margins import Margins
from mcqtest.gate.reference import referred, resolved
from mcqtest.gate.thresholds import Thresholds
from mcqtest.types import Benchmark, Bound, Metric, Task

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
    margins: Margins = field(default_factory=Margins)
    """How large a drop has to be excluded, and how large a one is tolerated."""
    anchor: str | None = None
    """The name of a second baseline, which does not move with releases."""
    levels: Levels = field(default_factory=Levels)
    ways: Mapping[str, str] = field(default_factory=dict)
    """Benchmark -> the folder of its baselines, where it is not asked in its own way."""
    required: Sequence[str] = ()
    """Benchmarks without which a run is no pass."""
    metrics: Mapping[str, Sequence[Metric]] = field(default_factory=dict)
    """Benchmark -> its own metrics."""
    groups: Mapping[str, Mapping[str, Sequence[str]]] = field(default_factory=dict)
    """Benchmark -> group -> all its tasks, whatever is selected of them."""

    @property
    def accepts(self) -> bool:
        """Something worse is recorded all the same."""
        return self.update and self.reason is not None

    def planned(
        self,
        tasks: Mapping[Task, int],
        *,
        known: Iterable[Benchmark] = (),
        installed: Iterable[str] = (),
    ) -> Policy:
        """With the levels of a run of these tasks, each with the number of comparisons that its
        criterion makes. Bounds are checked of these benchmarks, of others that are ``known``, and
        by the names of those that are ``installed``.
        """
        benchmarks = {task.benchmark.name: task.benchmark for task in tasks}
        parts = {(task.benchmark.name, task.name): count for task, count in tasks.items()}
        levels = shares(self.alpha, [*benchmarks.values()], parts=parts)
        return replace(
            self,
            levels=levels,
            thresholds=self.thresholds.knowing((*known, *benchmarks.values()), installed=installed),
            margins=self.margins.knowing(benchmarks.values()),
            metrics={name: each.metrics for name, each in benchmarks.items() if each.metrics},
            groups={name: each.groups for name, each in benchmarks.items()},
        )

    def to_json(self) -> dict[str, Any]:
        """Plain values, for another process."""
        plain = {each.name: getattr(self, each.name) for each in fields(self)}
        levels, thresholds = self.levels, self.thresholds
        return plain | {
            "ways": dict(self.ways),
            "required": list(self.required),
            "groups": {
                name: {group: list(tasks) for group, tasks in groups.items()}
                for name, groups in self.groups.items()
            },
            "rules": {kind: dict(rules) for kind, rules in self.rules.items()},
            "thresholds": [
                {place: dict(bounds) for place, bounds in thresholds.bounds.items()},
                {
                    name: {k: tuple(b) for k, b in own.items()}
                    for name, own in thresholds.own.items()
                },
            ],
            "margins": self.margins.to_json(),
            "levels": [
                dict(levels.pooled),
                *(
                    [[*key, level] for key, level in each.items()]
                    for each in (levels.group, levels.task, levels.part, levels.other)
                ),
            ],
            "metrics": {
                name: [referred(metric) for metric in metrics]
                for name, metrics in self.metrics.items()
            },
        }

    @classmethod
    def from_json(cls, plain: Mapping[str, Any]) -> Policy:
        bounds, own = plain["thresholds"]
        pooled, *others = plain["levels"]
        changes = {
            "required": tuple(plain["required"]),
            "groups": {
                name: {group: tuple(tasks) for group, tasks in groups.items()}
                for name, groups in plain["groups"].items()
            },
            "thresholds": Thresholds(
                bounds,
                {name: {k: Bound(*b) for k, b in each.items()} for name, each in own.items()},
            ),
            "margins": Margins.from_json(plain["margins"]),
            "levels": Levels(
                pooled, *({(name, of): level for name, of, level in each} for each in others)
            ),
            "metrics": {
                name: tuple(map(resolved, metrics)) for name, metrics in plain["metrics"].items()
            },
        }
        return cls(**{**plain, **changes})
