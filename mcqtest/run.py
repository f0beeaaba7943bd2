"""One process's part of a run: which model, which tasks, which answers are there already.

Every process of a run (the one process, or each worker) has one `Run`. No pytest here.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path

from mcqtest import backends, checkpoint, demo, stats
from mcqtest.engine import Engine, Progress
from mcqtest.judge import Case, Identity, Judge
from mcqtest.plan import Planned, plan
from mcqtest.settings import Settings
from mcqtest.store import Store
from mcqtest.types import Backend, McqtestError, Results, Task

DEMO = "demo"
"""The benchmark of the embedded questions."""


class Run:
    """See the module. ``identity`` is given to a worker, which need not find it out again."""

    def __init__(
        self, settings: Settings, identity: Identity | None = None, *, session: str = ""
    ) -> None:
        self.settings = settings
        self.session = session or uuid.uuid4().hex
        """Told from others that use the same folder at the same time."""
        if identity is None:
            self._checkpoint = checkpoint.find(settings.model, base=Path.cwd(), demo=demo.MODEL)
        else:
            self._checkpoint = checkpoint.Checkpoint(Path(identity.folder), identity.name)
        self._setup = backends.setup(settings.backend, self._checkpoint, settings.backend_option)
        self.identity = identity or self._identify()
        self.judge = Judge(settings, self.identity)
        self.planned: dict[Task, Planned] = {}
        self.progress: Progress | None = None
        self.is_worker = identity is not None
        """Other processes ask the other tasks."""

    def _identify(self) -> Identity:
        stamp = self._checkpoint.stamp  # before the files are read
        return Identity(
            name=self.settings.model_name or self._checkpoint.name,
            folder=str(self._checkpoint.folder),
            weights=self._checkpoint.fingerprint,
            key=self._setup.identity(self._checkpoint),
            setup=str(self._setup),
            device=self._setup.device,
            stamp=stamp,
        )

    @property
    def folder(self) -> Path:
        """Stored responses and results."""
        return Path(self.settings.run_dir)

    @property
    def staging(self) -> Path:
        """Where new baselines wait until the whole run is judged."""
        return self.folder / "staging" / self.session

    def asks(self, task: Task) -> bool:
        """Whether this run's data has the task: demo questions and published ones never mix."""
        return (task.benchmark.name == DEMO) == self.settings.demo

    def plan(self, tasks: Sequence[Task]) -> None:
        """Load and check all data, and all baselines that will be compared with."""
        root = Path(self.settings.data) if self.settings.data else None
        selected: dict[str, dict[str, None]] = {}  # a task in two tests is one comparison
        for task in dict.fromkeys(tasks):
            selected.setdefault(task.benchmark.name, {})[task.name] = None
            planned = plan(
                task,
                root=root,
                identity=self.identity.key,
                shots=self.settings.shots,
                limit=self.settings.limit,
            )
            self.planned[task] = planned
            count = f"{len(planned.questions)}, {planned.fingerprint}"
            self.judge.check(task, questions=count, asking=planned.asking, asked=planned.questions)
        self.judge.levels = stats.shares(
            self.settings.alpha, {name: [*tasks] for name, tasks in selected.items()}
        )
        self._check_thresholds()

    def _check_thresholds(self) -> None:
        """A threshold for a task that does not exist would never be applied."""
        known = {task.benchmark.name: task.benchmark for task in self.planned}
        for place in self.settings.gate:
            benchmark, _, name = place.partition("/")
            if benchmark in known and name and all(name != t.name for t in known[benchmark].tasks):
                raise McqtestError(f"gate.{benchmark}.{name}: {benchmark} has no such task")

    @cached_property
    def store(self) -> Store:
        return Store(self.folder / "responses", name=self.identity.name, identity=self.identity.key)

    @cached_property
    def engine(self) -> Engine:
        return Engine(
            list(self.planned.values()),
            self.store,
            self._load,
            ahead=not self.is_worker,
            progress=self.progress,
        )

    def _load(self) -> Backend:
        backend = backends.load(self._checkpoint, self._setup)
        self.check_unchanged()
        return backend

    def check_unchanged(self) -> None:
        """Raise if the files are no longer those whose content names this model: answers of one
        checkpoint must never be stored as those of another.
        """
        if self._checkpoint.stamp != self.identity.stamp:
            raise McqtestError(
                f"{self._checkpoint.folder}: the checkpoint was written to while it was read; wait "
                "until it is complete and run again"
            )

    def close(self) -> None:
        """Give the store's file back; a store that was not read, or could not be, has none."""
        if "store" in vars(self):
            self.store.close()

    def counts(self) -> tuple[int, int, int]:
        """Planned tasks, their questions, and how many of these are answered already."""
        planned = {task.path: each.requests for task, each in self.planned.items()}
        requests = [request for each in planned.values() for request in each]
        stored = sum(request.key in self.store for request in requests)
        return len(planned), len(requests), stored

    def case(self, results: Results, *, compared: bool) -> Case:
        """The judged case of ``results``, with what the model had to say about itself."""
        asked = self.planned[results.task].requests
        fewer = sum(
            result.shots < len(request.prompt.shots)
            for result, request in zip(results, asked, strict=True)
        )
        case = self.judge.judge(results, compared=compared, fewer_shots=fewer)
        case.notices = [*self.store.skipped, *getattr(self.engine.started, "notices", ())]
        return case
