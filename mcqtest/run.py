"""One process's part of a run: which model, which tasks, which answers are there already.

Every process of a run (the one process, or each worker) has one `Run`. No pytest here.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from functools import cached_property
from pathlib import Path

from mcqtest import backends, demo, stats, styles
from mcqtest.answers import Reading
from mcqtest.backends.replay import is_strict
from mcqtest.case import Case
from mcqtest.engine import Engine, Progress
from mcqtest.examination import floors
from mcqtest.identity import Identity
from mcqtest.judge import Judge
from mcqtest.metrics import unanswered
from mcqtest.plan import Asking, Planned, plan
from mcqtest.recording import Recording
from mcqtest.settings import Settings
from mcqtest.store import Store
from mcqtest.tables import folded
from mcqtest.types import Backend, McqtestError, Results, Style, Task

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
        self._checkpoint = (
            backends.find(settings.backend, settings.model, base=Path.cwd(), demo=demo.MODEL)
            if identity is None
            else backends.found(settings.backend, Path(identity.folder), identity.name)
        )
        recorded = isinstance(self._checkpoint, Recording) and self._checkpoint.kind
        self._asking = _asking(settings, recorded or "")
        self._setup = backends.setup(settings.backend, self._checkpoint, settings.backend_option)
        self.identity = identity or self._identify()
        self.judge = Judge(settings, self.identity)
        self.planned: dict[Task, Planned] = {}
        self.variants: dict[Task, list[Planned]] = {}
        """Each task in the styles of --sensitivity."""
        self._styles: dict[Task, dict[str, int]] = {}
        """Right answers in each of them."""
        self._methods: dict[Task, dict[str, int]] = {}
        """Right answers by each method, where several were asked."""
        self._notices: list[str] = []
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
        selected: dict[str, dict[str, None]] = {}  # a task in two tests is one comparison
        for task in dict.fromkeys(tasks):
            selected.setdefault(task.benchmark.name, {})[task.name] = None
            planned = self.planned[task] = self._plan(task, self._asking)
            self._plan_variants(task)
            count = f"{len(planned.questions)}, {planned.fingerprint}"
            self.judge.check(task, questions=count, asking=planned.asking, asked=planned.questions)
        self.judge.levels = stats.shares(
            self.settings.alpha,
            {name: [*tasks] for name, tasks in selected.items()},
            parts={
                (task.benchmark.name, task.name): floors(task, planned.questions)
                for task, planned in self.planned.items()
            },
        )
        self._check_thresholds()
        self._check_texts()
        is_local = self.settings.data is not None
        unused = [name for name in self.settings.revision if is_local or name not in selected]
        if unused:
            self._notices = [f"--revision of {', '.join(unused)} has no effect on what is asked"]
        if isinstance(self._checkpoint, Recording):
            asked = [request for each in self.planned.values() for request in each.requests]
            strict = is_strict(self.settings.backend_option)
            self._notices += self._checkpoint.check(asked, strict=strict)

    def _plan(self, task: Task, asking: Asking, variant: Style | None = None) -> Planned:
        root = Path(self.settings.data) if self.settings.data else None
        return plan(
            task,
            root=root,
            identity=self.identity.key,
            asking=asking,
            variant=variant,
            revision=self.settings.revision.get(task.benchmark.name),
        )

    def _plan_variants(self, task: Task) -> None:
        """The task in other styles, if they are asked for."""
        if self.settings.sensitivity:
            method, _ = self._asking.way(task.benchmark)
            self.variants[task] = [
                self._plan(task, self._asking, style)
                for style in styles.several(method, self.settings.sensitivity)
            ]

    def _check_texts(self) -> None:
        """What is said about texts would have no effect where there can be none, neither here nor
        in another run that this one is held against (`_other_methods`).
        """
        methods = [method for task in self.planned for method in task.benchmark.methods.values()]
        texts = any(method.decoding for method in methods)
        for option in ("decoding", "reader", "fallback"):
            given = getattr(self.settings, option)
            if given and self.planned and not texts and not self._asking.recorded:
                raise McqtestError(
                    f"--{option}: no text is asked for, since all that is selected answers with "
                    "letters; add --method=cot, or leave the option out"
                )

    def _check_thresholds(self) -> None:
        """A threshold for a task that does not exist would never be applied."""
        known = {task.benchmark.name: task.benchmark for task in self.planned}
        alike = {folded(name): name for name in known}
        for place in self.settings.gate:
            benchmark, _, name = place.partition("/")
            if benchmark not in known and (meant := alike.get(folded(benchmark))):
                raise McqtestError(f"gate.{benchmark}: no such benchmark; write gate.{meant}")
            if benchmark in known and name and all(name != t.name for t in known[benchmark].tasks):
                raise McqtestError(f"gate.{benchmark}.{name}: {benchmark} has no such task")
            wanted = self.settings.gate[place].get("min_passed", 0)
            if benchmark in known:
                licences = known[benchmark].licences
                most = int(name in licences) if name else len(licences)
                if wanted > most:
                    there = f"there are only {most} licences" if most > 1 else "it is one licence"
                    raise McqtestError(
                        f"gate.{place.replace('/', '.')}.min_passed = {wanted:g}: "
                        f"{there if most else 'these are no licences'}"
                    )

    @cached_property
    def store(self) -> Store:
        return Store(self.folder / "responses", name=self.identity.name, identity=self.identity.key)

    @cached_property
    def engine(self) -> Engine:
        return Engine(
            [each for task in self.planned for each in self._all(task)],
            self.store,
            self._load,
            ahead=not self.is_worker,
            progress=self.progress,
        )

    def _all(self, task: Task) -> list[Planned]:
        """A task in all styles in which it is asked, the compared one first."""
        return [self.planned[task], *self.variants.get(task, ())]

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

    def counts(self) -> tuple[int, int, int, int]:
        """Planned tasks, their questions, requests, and how many of these are stored already."""
        planned = {task.path: task for task in self.planned}
        questions = sum(len(self.planned[task].questions) for task in planned.values())
        requests = [
            request
            for task in planned.values()
            for each in self._all(task)
            for request in each.requests
        ]
        stored = sum(request.key in self.store for request in requests)
        return len(planned), questions, len(requests), stored

    def case(self, results: Results, *, compared: bool) -> Case:
        """The judged case of ``results``, with what the model had to say about itself."""
        asked = self.planned[results.task].asked()
        fewer = sum(
            result.shots < len(requests[0].prompt.shots)
            for result, (_, requests) in zip(results, asked, strict=True)
        )
        case = self.judge.judge(
            results,
            compared=compared,
            fewer_shots=fewer,
            in_part=bool(self.planned[results.task].left_out),
            styles=self._styles.get(results.task, {}),
            methods=self._methods.get(results.task, {}),
        )
        said = getattr(self.engine.started, "notices", ())
        notices = (*case.notices, *self._notices, *self.store.skipped, *said)
        case.notices = list(dict.fromkeys(notices))  # a case may be asked for twice
        return case

    def results(self, task: Task) -> Results:
        """All results of ``task``, which is asked in its other styles as well."""
        found = self.engine.results(task)
        self._styles[task] = {
            each.variant: right(self.engine.results(task, each.variant))
            for each in self.variants.get(task, ())
        }
        if others := self._other_methods(task):
            own, _ = self._asking.way(task.benchmark)
            self._methods[task] = {own: right(found)} | others
        return found

    def _other_methods(self, task: Task) -> dict[str, int]:
        """Right answers by the benchmark's other methods, of those that were asked in full, in
        whatever run.
        """
        if self._asking.recorded:
            return {}
        own, _ = self._asking.way(task.benchmark)
        found = {}
        for name in task.benchmark.methods.keys() - {own}:
            with suppress(McqtestError):  # this run's own way is all that has to be possible
                style = self._asking.style if styles.has(name, self._asking.style) else None
                other = replace(self._asking, method=name, style=style)
                stored = self.engine.stored(self._plan(task, other))
                if stored is not None and unanswered(stored) < len(stored):
                    found[name] = right(stored)
        return found


def right(results: Results) -> int:
    return sum(result.correct for result in results)


def _asking(settings: Settings, recorded: str) -> Asking:
    for option in ("method", "style", "sensitivity", "shots") if recorded else ():
        if getattr(settings, option) is not None:
            raise McqtestError(
                f"--{option}: outputs are recorded, nothing is asked; leave the option out"
            )
    reading = {"reader": settings.reader, "fallback": settings.fallback}
    return Asking(
        method=settings.method,
        style=settings.style,
        shots=settings.shots,
        limit=settings.limit,
        decoding=settings.decoding,
        reading=Reading(**{key: name for key, name in reading.items() if name}),
        recorded=recorded,
    )
