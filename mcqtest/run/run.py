"""One process's part of a run: which model, which tasks, which answers are there already.

Every process of a run (the one process, or each worker) has one `Run`. No pytest here.
"""

from __future__ import annotations

import math
import uuid
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import cached_property
from pathlib import Path

from mcqtest import archive, backends, data
from mcqtest.data import read_tags
from mcqtest.gate import Baselines, Judge, Outcome, shadowing
from mcqtest.metrics import unanswered
from mcqtest.prompts import styles, variants
from mcqtest.run import asked, checks, sample, splits
from mcqtest.run.chatting import Chatting
from mcqtest.run.engine import Engine, Progress
from mcqtest.run.plan import plan
from mcqtest.run.planned import Every, Planned
from mcqtest.run.settings import Settings
from mcqtest.run.store import Store
from mcqtest.run.terms import anchors, identify, model_of, policy_of, way_of
from mcqtest.run.way import Way, swept
from mcqtest.types import Backend, Benchmark, Identity, McqtestError, Results, Task, Variant


class Run:
    """See the module. ``identity`` is given to a worker, which need not find it out again."""

    def __init__(
        self, settings: Settings, identity: Identity | None = None, *, session: str = ""
    ) -> None:
        self.settings = settings
        self.session = session or uuid.uuid4().hex
        """Told from others that use the same folder at the same time."""
        self.tags = read_tags(settings.tags)
        self._model, self._setup = model_of(settings, identity)
        model = self._model, self._setup
        self._vouched = backends.vouched(*model)
        self._way = way_of(
            settings,
            backends.recorded(*model),
            lambda: backends.sampling(*model),
            vouched=self._vouched is not None,
        )
        self.identity = identity or identify(settings, *model)
        self.policy = policy_of(settings, self.identity)
        self.chatting = Chatting(settings, backends.template(*model), self._way, self.policy)
        self.baselines = Baselines(self.policy, self.identity)
        self.anchors = anchors(self.policy, self.identity)
        self.judge = Judge(self.policy, self.baselines, self.identity, anchors=self.anchors)
        self.passed_over = ""
        """Why it asks none of the tasks that were selected, where that is so."""
        self.planned: dict[Task, Planned] = {}
        self.variants: dict[Task, list[Planned]] = {}
        """Each task in the other ways of --sensitivity and --sweep."""
        self._sampled: dict[Task, int] = {}
        self._found: dict[Benchmark, Benchmark] = {}
        self._variants: dict[Task, dict[str, Results]] = {}
        self._methods: dict[Task, dict[str, float]] = {}
        """The sum of scores by each method, where several were asked."""
        self._notices: list[str] = []
        self.progress: Progress | None = None
        self.is_worker = identity is not None
        """Other processes ask the other tasks."""

    @property
    def folder(self) -> Path:
        """Stored responses and results."""
        return Path(self.settings.run_dir)

    @property
    def about(self) -> str:
        """A word on the model, behind its name."""
        said = backends.about(self._model, self._setup)
        return f" ({said})" if said else ""

    @property
    def cost(self) -> tuple[str, int]:
        """Of loading the model: what a person should know who waits, and bytes of memory."""
        return backends.cost(self._model, self._setup)

    @property
    def data(self) -> str:
        """Where the questions are, in words."""
        settings = self.settings
        if settings.demo:
            return "demo questions"
        return settings.data or "questions from the hub, or beside their tests"

    @property
    def staging(self) -> Path:
        """Where new baselines wait until the whole run is judged."""
        return self.folder / "staging" / self.session

    def found(self, benchmark: Benchmark) -> Benchmark:
        """With the tasks that the data of this run has (`splits.with_tasks`)."""
        found = splits.with_tasks(benchmark, self._root(benchmark.tasks[0]))
        return self._found.setdefault(benchmark, found)  # one benchmark, however often

    def plan(self, tasks: Sequence[Task], collected: checks.Collected = checks.UNSAID) -> None:
        """Load and check all data, and all baselines that will be compared with."""
        checks.check_benchmarks(tasks)
        self._sampled = sample.counts(tasks, self.settings, self._root)
        comparisons = {}
        benchmarks = dict.fromkeys(task.benchmark for task in tasks)
        ways = {each.name: self.chatting.way(each).folder(each) for each in benchmarks}
        self.policy = self.baselines.policy = replace(self.policy, ways=ways)
        if self.anchors is not None:
            self.anchors.policy = replace(self.anchors.policy, ways=ways)
        for task in dict.fromkeys(tasks):
            planned = self.planned[task] = self._plan(task, self.chatting.way(task.benchmark))
            asked.check(planned, self._vouched)
            self._plan_variants(task)
            count = f"{len(planned.questions)}, {planned.fingerprint}"
            for each in filter(None, (self.baselines, self.anchors)):
                each.check(
                    task,
                    questions=count,
                    asking=planned.asking,
                    asked=planned.questions,
                    left_out=planned.left_out,
                    valued=bool(planned.value or planned.form or planned.conversation),
                    excerpt=planned.excerpt,
                )
            if self.anchors is not None:
                self.anchors.require(task)
            criterion = task.criterion
            comparisons[task] = criterion.comparisons(planned.questions) if criterion else 0
        self.policy = self.judge.policy = self.baselines.policy = self.policy.planned(
            comparisons, known=collected.benchmarks, installed=collected.installed
        )
        checks.check_margins(self.planned, self.policy)
        checks.check_named(self.planned, self.settings, collected)
        if not self._way.recorded:
            checks.check_texts(self.planned, self.settings, replace(self._way, decoding={}))
        self._notices = [*self.chatting.said, *checks.unused_revisions(self.planned, self.settings)]
        self._notices += splits.oddities(self.planned, self._root)
        self._notices += backends.check(self._model, Every(self.planned.values()), self._setup)
        self._notices += shadowing(self.policy, {task.benchmark.name for task in self.planned})
        self.baselines.check_any(self.planned)
        data.forget()

    def _root(self, task: Task) -> Path | None:
        """The folder that the task's questions are in; None for the hub."""
        given = Path(self.settings.data) if self.settings.data else None
        return task.benchmark.source.place or given

    def _plan(
        self, task: Task, way: Way, variant: Variant | None = None, name: str = ""
    ) -> Planned:
        return plan(
            task,
            root=self._root(task),
            identity=self.identity.key,
            way=way,
            variant=variant,
            name=name,
            revision=self.settings.revision.get(task.benchmark.name),
            count=self._sampled.get(task),
        )

    def _plan_variants(self, task: Task) -> None:
        """The task in other ways, if they are asked for."""
        found = []
        own = self.chatting.way(task.benchmark)
        if self.settings.sensitivity:
            method, _ = own.method_of(task.benchmark)
            found += [
                self._plan(task, own, variant)
                for variant in variants.several(method, self.settings.sensitivity)
            ]
        if self.settings.sweep:
            found += [
                self._plan(task, way, name=name)
                for name, way in swept(own, self.settings.sweep).items()
            ]
        if found:
            self.variants[task] = found

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
            unchanged=self.check_unchanged,
        )

    def _all(self, task: Task) -> list[Planned]:
        """A task in all styles in which it is asked, the compared one first."""
        return [self.planned[task], *self.variants.get(task, ())]

    def _load(self) -> Backend:
        try:
            backend = backends.load(self._model, self._setup)
        finally:
            self.check_unchanged()  # which is also why half of a checkpoint cannot be loaded
        check = getattr(backend, "check", None)
        asked = [each for task in self.planned for p in self._all(task) for each in p.requests]
        if check is not None and asked:  # what conversations ask is checked as it comes
            check(asked)
        return backend

    def check_unchanged(self) -> None:
        """Raise if the files are no longer those whose content names this model: answers of one
        checkpoint must never be stored as those of another.
        """
        if self._model.stamp != self.identity.stamp:
            raise McqtestError(
                f"{self._model.folder}: the checkpoint was written to while it was read; wait "
                "until it is complete and run again (what it answered before is kept)"
            )

    def forget(self, task: Task) -> None:
        """Let go what was needed to judge a task; it is found again where it is judged again."""
        self._variants.pop(task, None)
        self.baselines.forget(task)

    def close(self) -> None:
        """Give the store's file back; a store that was not read, or could not be, has none."""
        if "store" in vars(self):
            self.store.close()

    @property
    def spent(self) -> Mapping[str, float]:
        """What answers took in this process, where a backend tells that it costs something."""
        started = self.engine.started if "engine" in vars(self) else None
        return dict(getattr(started, "spent", {}))

    def counts(self) -> tuple[int, int, int, int]:
        """Planned tasks, their questions, requests, and how many of these are stored already."""
        planned = {task.path: task for task in self.planned}
        questions = sum(len(self.planned[task].questions) for task in planned.values())
        every = (each for task in planned.values() for each in self._all(task))
        keys = [key for each in every for key in each.heads.keys]
        stored = sum(map(self.store.__contains__, keys))
        return len(planned), questions, len(keys), stored

    def outcome(self, results: Results, *, compared: bool) -> Outcome:
        """The judged outcome of ``results``, with what the model had to say about itself."""
        planned = self.planned[results.task]
        each = zip(results, planned.shots, strict=True)
        fewer = sum(result.shots < shown for result, shown in each)
        outcome = self.judge.judge(
            results,
            compared=compared,
            fewer_shots=fewer,
            in_part=bool(planned.left_out),
            variants=self._variants.get(results.task, {}),
            methods=self._methods.get(results.task, {}),
        )
        if planned.repeats:
            outcome.wavering = sum(len({*result.votes}) > 1 for result in results)
        outcome.whole = self.baselines.whole(results.task)
        said = getattr(self.engine.started, "notices", ())
        kept = archive.keep_questions(self.folder, planned.fingerprint, planned.questions)
        notices = (*outcome.notices, *self._notices, *self.store.skipped, *said, *kept)
        outcome.notices = list(dict.fromkeys(notices))  # it may be asked for twice
        return outcome

    def results(self, task: Task) -> Results:
        """All results of ``task``, which is asked in its other styles as well."""
        found = self.engine.results(task)
        self._variants[task] = {
            each.variant: self.engine.results(task, each.variant)
            for each in self.variants.get(task, ())
        }
        if others := self._other_methods(task):
            own, _ = self._way.method_of(task.benchmark)
            self._methods[task] = {own: right(found)} | others
        return found

    def _other_methods(self, task: Task) -> dict[str, float]:
        """Right answers by the benchmark's other methods, of those that were asked in full, in
        whatever run.
        """
        if self._way.recorded or not self.engine.stores_more:
            return {}
        way = self.chatting.way(task.benchmark)
        own, _ = way.method_of(task.benchmark)
        found = {}
        for name in task.benchmark.methods.keys() - {own}:
            with suppress(McqtestError):  # this run's own way is all that has to be possible
                style = self._way.style if styles.has(name, self._way.style) else None
                other = replace(way, method=name, style=style)
                stored = self.engine.stored(self._plan(task, other))
                if stored is not None and unanswered(stored) < len(stored):
                    found[name] = right(stored)
        return found


def right(results: Results) -> float:
    """The sum of scores."""
    return math.fsum(result.value for result in results)
