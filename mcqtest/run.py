"""One process's part of a run: its settings, checkpoint, plan, engine and judgements.

Every process of a run (the one process, or each worker) has one `Run`. What it finds about a
task becomes a `Case`, which travels with the test report to whoever reports. No pytest here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import mcqtest
from mcqtest import backends, checkpoint, demo, gate, stats
from mcqtest.engine import Engine, Progress
from mcqtest.plan import Planned, plan
from mcqtest.record import Record, parse, record
from mcqtest.settings import Settings
from mcqtest.store import Store
from mcqtest.types import Backend, McqtestError, Results, Task, Verdict


@dataclass
class Case:
    """What became of one task; plain values, so that it can cross processes.

    ``verdict`` is None where there was nothing to compare with, and ``failures`` says, in a
    sentence each, why the case is red.
    """

    benchmark: str
    task: str
    group: str
    rows: list[dict[str, Any]]
    """One for each question, as results.jsonl has it."""
    figures: dict[str, float]
    verdict: dict[str, Any] | None
    level: float
    failures: list[str]
    before: float | None
    """The baseline's accuracy."""
    missing: bool
    """There is no baseline though one was to be compared with."""
    recorded: bool
    """The answers are to become the baseline."""
    fewer_shots: int
    """Questions whose prompt had shots dropped to fit the context."""
    notices: list[str] = field(default_factory=list)

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True)
class Identity:
    """The model of a run, found out once and handed to every worker."""

    name: str
    folder: str
    weights: str
    key: str
    setup: str
    dtype: str
    device: str
    versions: str


class Run:
    """See the module. ``device`` is what a controller lent to this process."""

    def __init__(
        self, settings: Settings, identity: Identity | None = None, *, environment: Any = None
    ) -> None:
        self.settings = settings
        self.checkpoint = (
            checkpoint.Checkpoint(Path(identity.folder), identity.name)
            if identity
            else checkpoint.find(settings.model, base=Path.cwd(), demo=demo.MODEL)
        )
        self.thresholds = gate.Thresholds(settings.gate)
        self.setup = backends.setup(settings.backend, self.checkpoint, settings.backend_option)
        self.identity = identity or self._identify()
        self.planned: dict[Task, Planned] = {}
        self.levels = stats.Levels({}, {})
        self.notices: list[str] = []
        self.progress: Progress | None = None
        self.lone_tasks = False
        """Under xdist: other workers ask the other tasks."""
        self.worker = ""
        self._cases: dict[Task, tuple[Case, Record]] = {}

    def _identify(self) -> Identity:
        return Identity(
            name=self.settings.model_name or self.checkpoint.name,
            folder=str(self.checkpoint.folder),
            weights=self.checkpoint.fingerprint,
            key=self.setup.identity(self.checkpoint),
            setup=str(self.setup),
            dtype=self.setup.dtype,
            device=self.setup.device,
            versions=self.setup.versions,
        )

    # What is asked

    def asks(self, task: Task) -> bool:
        """Whether this run's data has the task: demo questions and published ones never mix."""
        return (task.benchmark.name == "demo") == self.settings.demo

    def plan(self, tasks: Sequence[Task]) -> None:
        """Load and check all data, and all baselines that will be compared with."""
        root = Path(self.settings.data) if self.settings.data else None
        selected: dict[str, list[str]] = {}
        for task in dict.fromkeys(tasks):
            self.planned[task] = plan(
                task,
                root=root,
                identity=self.identity.key,
                shots=self.settings.shots,
                limit=self.settings.limit,
            )
            selected.setdefault(task.benchmark.name, []).append(task.name)
        if self.settings.baseline != "none" or self.settings.update:
            self.levels = stats.shares(self.settings.alpha, selected)
        self._check_names(selected)
        if not self.settings.update:
            self._check_baselines()

    def _check_names(self, selected: Mapping[str, Sequence[str]]) -> None:
        for place in self.settings.gate:
            benchmark, _, task = place.partition("/")
            known = {each.benchmark.name: each.benchmark for each in self.planned}
            if benchmark in known and task:
                names = {each.name for each in known[benchmark].tasks}
                if task not in names:
                    raise McqtestError(f"gate.{benchmark}.{task}: {benchmark} has no such task")

    def _check_baselines(self) -> None:
        """A baseline with other questions or prompts is found before a model is asked."""
        for planned in self.planned.values():
            old = self.old(planned.task)
            if old is not None:
                new = replace(
                    old,
                    questions=f"{len(planned.questions)}, {planned.fingerprint}",
                    asking=planned.asking,
                )
                if sentence := gate.mismatch(old, new, baseline=self.baseline):
                    raise McqtestError(sentence)

    # Where things are

    @property
    def baseline(self) -> str:
        return self.settings.baseline or self.identity.name

    @property
    def run_dir(self) -> Path:
        return Path(self.settings.run_dir)

    @property
    def staging(self) -> Path:
        """Where new baselines wait until the whole run is judged."""
        return self.run_dir / "staging" / self.baseline

    def place(self, task: Task) -> Path:
        """The file of a task's baseline: the project's, else the one that comes with us."""
        own = self.target(task)
        packaged = packaged_baselines() / self.baseline / own.relative_to(own.parents[1])
        return packaged if packaged.is_file() and not own.parents[1].is_dir() else own

    def target(self, task: Task) -> Path:
        """Where a task's baseline is recorded."""
        folder = Path(self.settings.baselines_dir) / self.baseline
        return folder / task.benchmark.name / f"{task.name}.txt"

    def old(self, task: Task) -> Record | None:
        """The stored baseline of ``task``."""
        if self.settings.baseline == "none":
            return None
        path = self.place(task)
        try:
            text = path.read_text("utf-8")
        except FileNotFoundError:
            return None
        except (OSError, UnicodeDecodeError) as error:
            raise McqtestError(f"{path}: cannot be read ({error}); restore it") from None
        return parse(text, where=str(path))

    # Asking and judging

    @cached_property
    def store(self) -> Store:
        return Store(
            self.run_dir / "responses", name=self.identity.name, identity=self.identity.key
        )

    @cached_property
    def engine(self) -> Engine:
        return Engine(
            list(self.planned.values()),
            self.store,
            self._load,
            ahead=not self.lone_tasks,
            progress=lambda task, done, total: self.progress and self.progress(task, done, total),
        )

    def _load(self) -> Backend:
        return backends.load(self.checkpoint, self.setup)

    def stored(self) -> int:
        """How many of the planned questions are answered already."""
        requests = (request for each in self.planned.values() for request in each.requests)
        return sum(request.key in self.store for request in requests)

    def record(self, results: Results) -> Record:
        return record(
            results,
            model=self.identity.name,
            weights=self.identity.weights,
            setup=self.identity.setup,
        )

    def judge(self, results: Results, *, against_baseline: bool = True) -> Case:
        """The case of ``results``: verdict, thresholds, and what goes into the report."""
        task = results.task
        if against_baseline and task in self._cases:
            return self._cases[task][0]
        new = self.record(results)
        old = self.old(task) if against_baseline else None
        case = self._compare(results, new, old, against_baseline)
        case.failures += self.thresholds.broken(task.path, new.figures)
        if against_baseline:
            self._cases[task] = case, new
        return case

    def _compare(
        self, results: Results, new: Record, old: Record | None, against_baseline: bool
    ) -> Case:
        task = results.task
        level = self.levels.task.get((task.benchmark.name, task.name), 0.0)
        failures: list[str] = []
        verdict: Verdict | None = None
        changes: list[str | None] = [None] * len(results)
        if old is not None:
            sentence = gate.mismatch(old, new, baseline=self.baseline)
            if sentence is None:
                verdict = gate.compare(old, new, level)
                changes = [*gate.changed(old, new)]
                if verdict.regressed and not self._accepted:
                    failures += self._regression(results, old, new, verdict)
            elif not self.settings.update:
                failures.append(sentence)
        elif against_baseline and self.settings.baseline != "none" and not self.settings.update:
            failures.append(
                f"{task.path}: nothing to compare with: no baseline {self.baseline!r} "
                f"({self.target(task)}); record one with --snapshot-update"
            )
        return Case(
            benchmark=task.benchmark.name,
            task=task.name,
            group=task.group,
            rows=[_row(result, change, task) for result, change in zip(results, changes, strict=True)],
            figures=dict(new.figures),
            verdict=None if verdict is None else asdict(verdict),
            level=level,
            failures=failures,
            before=None if verdict is None or old is None else old.accuracy,
            missing=old is None and bool(failures),
            recorded=against_baseline and self.settings.update,
            fewer_shots=self._fewer_shots(results),
        )

    @property
    def _accepted(self) -> bool:
        return self.settings.update and self.settings.accept_regression is not None

    def _fewer_shots(self, results: Results) -> int:
        offered = [len(request.prompt.shots) for request in self.planned[results.task].requests]
        return sum(result.shots < most for result, most in zip(results, offered, strict=True))

    def _regression(
        self, results: Results, old: Record, new: Record, verdict: Verdict
    ) -> list[str]:
        ids = [result.question.id for result in results]
        lost = gate.moves(old, new, ids, "lost")
        shown = ", ".join(lost[:20]) + (f", and {len(lost) - 20} more" if len(lost) > 20 else "")
        refused = (
            ["the baseline is kept; to record it all the same, add --accept-regression REASON"]
            if self.settings.update
            else []
        )
        return [
            f"{results.task.path} is worse than baseline {self.baseline!r}: accuracy "
            f"{old.accuracy:.4f} -> {new.accuracy:.4f}, {verdict.lost} questions lost, "
            f"{verdict.won} won, p = {verdict.p_value:.2g} (red from {verdict.level:.2g})",
            f"lost (question baseline>now): {shown}",
            *refused,
        ]

    def text(self, results: Results) -> str:
        """The baseline file that these results make."""
        new = self.record(results)
        old = self.old(results.task)
        accepted: tuple[str, ...] = ()
        if self._accepted and old is not None and not gate.mismatch(old, new, baseline=""):
            level = self.levels.task[results.task.benchmark.name, results.task.name]
            verdict = gate.compare(old, new, level)
            if verdict.lost > verdict.won:
                accepted = (
                    f"{self.settings.accept_regression} ({verdict.lost} lost, {verdict.won} won "
                    f"against weights {old.weights[:12]}, p = {verdict.p_value:.2g})",
                )
            elif old.weights == new.weights:
                accepted = old.accepted
        elif old is not None and old.weights == new.weights:
            accepted = old.accepted
        return str(replace(new, accepted=accepted))


def _row(result: Any, change: str | None, task: Task) -> dict[str, Any]:
    """One line of results.jsonl."""
    probabilities = result.probabilities
    return {
        "format": 1,
        "benchmark": task.benchmark.name,
        "task": task.name,
        "id": result.question.id,
        "gold": result.question.answer,
        "answer": result.answer,
        "correct": result.correct,
        "probabilities": None if probabilities is None else list(probabilities),
        "text": None,
        "change": change,
    }


def packaged_baselines() -> Path:
    """The baselines that come with mcqtest: in the wheel inside it, in a checkout beside it."""
    package = Path(mcqtest.__file__).parent
    inside = package / "baselines"
    return inside if inside.is_dir() else package.parent / "baselines"


Lent = Callable[[], Mapping[str, Any]]
