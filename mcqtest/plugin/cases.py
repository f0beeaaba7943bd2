"""The side that runs cases: in the one process, or in every xdist worker."""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest

from mcqtest.gate import Outcome
from mcqtest.plugin import MARKERS
from mcqtest.plugin.garbage import kept
from mcqtest.plugin.snapshots import Baseline, BaselineExtension
from mcqtest.plugin.tally import LEAVING_OUT
from mcqtest.plugin.wire import ASKED, ERROR, FATAL, OUTCOME, PASSED_OVER, PLAN, Plan
from mcqtest.run import Collected, Run, chosen
from mcqtest.types import AnswerError, Benchmark, McqtestError, Results, Task, printable

RESULTS = pytest.StashKey[Results]()
BASELINE = pytest.StashKey[Baseline]()


class Cases:
    """Plans the selected tasks, serves the fixtures, and puts each outcome on its report."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self._plan: Plan | dict[str, Any] | None = None
        self._markers: set[str] = set()
        self._benchmarks: dict[Benchmark, None] = {}
        """Of all tests that were collected."""
        BaselineExtension.run = run

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(
        self, config: pytest.Config, items: list[pytest.Item]
    ) -> None:
        """Deselect tasks that this run has no questions for. By deselection, and last, because
        syrupy takes a snapshot whose test is not collected for unused.
        """
        asked = [item for item in items if self._asks(config, item)]
        if len(asked) < len(items):
            if not any(map(task_of, asked)):
                tasks = filter(None, map(task_of, items))
                self.run.passed_over = chosen.passed_over(tasks, self.run.settings)
            kept = set(asked)
            config.hook.pytest_deselected(items=[item for item in items if item not in kept])
            items[:] = asked

    def _asks(self, config: pytest.Config, item: pytest.Item) -> bool:
        task = task_of(item)
        if task is None:
            return True
        words = set(re.findall(r"\w+", config.option.markexpr))
        places = {Path(argument.partition("::")[0]).name for argument in config.args}
        if config.option.pyargs:
            places |= {f"{place.rpartition('.')[2]}.py" for place in places}
        named = task.benchmark.name in words or item.path.name in places
        return chosen.asks(task, self.run.settings, named=named)

    def _collected(self, config: pytest.Config) -> Collected:
        """What tests there are, and whether there may be more that nothing was said of."""
        places = [argument.partition("::")[0] for argument in config.args]
        files = any("::" in argument for argument in config.args) or any(
            Path(config.invocation_params.dir, place).is_file()
            or (config.option.pyargs and _is_module(place))
            for place in places
        )
        left_out = any(getattr(config.option, name, None) for name in LEAVING_OUT)
        return Collected(
            benchmarks=self._benchmarks,
            installed=MARKERS,
            root=config.rootpath,
            in_part=files or left_out,
        )

    def pytest_itemcollected(self, item: pytest.Item) -> None:
        """A benchmark's name is its marker."""
        task = task_of(item)
        if task is not None:
            self._benchmarks[task.benchmark] = None
        if task is not None and item.get_closest_marker(task.benchmark.name) is None:
            name, about = task.benchmark.name, task.benchmark.about
            if name not in self._markers:
                self._markers.add(name)
                item.config.addinivalue_line("markers", f"{name}: {about or 'a benchmark'}")
            item.add_marker(name)

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Plan what is left. A worker with a mistake collects nothing and leaves word to the
        controller, since an error here would be an internal one of xdist.
        """
        if session.config.option.collectonly:
            return
        try:
            tasks = [task for item in session.items if (task := task_of(item))]
            with kept():
                self.run.plan(tasks, self._collected(session.config))
                self._plan = self._sent(Plan.of(self.run), session.config)
        except McqtestError as error:
            if not self.run.is_worker:
                raise pytest.UsageError(str(error)) from None
            session.config.workeroutput[FATAL] = str(error)  # type: ignore[attr-defined]
            session.items.clear()
        if self.run.is_worker:
            session.config.workeroutput[PASSED_OVER] = self.run.passed_over  # type: ignore[attr-defined]
            # the longest first, so that no worker ends long after the rest
            session.items.sort(key=self._size, reverse=True)

    @pytest.hookimpl(wrapper=True)
    def pytest_make_collect_report(
        self,
    ) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
        """A mistake in a benchmark of one's own is one line, too."""
        report = yield
        call = getattr(report, "call", None)
        error = call.excinfo.value if call is not None and call.excinfo is not None else None
        if isinstance(error, McqtestError):
            report.longrepr = str(error)
            setattr(report, FATAL, str(error))
        return report

    def _size(self, item: pytest.Item) -> int:
        task = task_of(item)
        planned = self.run.planned.get(task) if task else None
        return planned.size if planned else 0

    def results(self, item: pytest.Item, task: Task) -> Results:
        """For the fixture."""
        if task not in self.run.planned:
            raise McqtestError(f"{task.path}: was not planned; parametrize the test with tasks")
        found = self.run.results(task)
        item.stash[RESULTS] = found
        return found

    def baseline(self, item: pytest.Item, task: Task, snapshot: Any) -> Baseline:
        """For the fixture."""
        BaselineExtension.tasks[item.nodeid] = task
        found = Baseline(self.run, snapshot.use_extension(BaselineExtension))
        item.stash[BASELINE] = found
        return found

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Put the outcome on the report: it travels with each test, so that a worker's later
        crash cannot take it away.
        """
        report = yield
        if self._plan is not None:
            setattr(report, PLAN, self._plan)
            self._plan = None
        error = call.excinfo.value if call.excinfo is not None else None
        try:
            self._judge(item, report, error)
        except McqtestError as mistake:
            report.outcome = "failed"
            error = error if isinstance(error, McqtestError) else mistake
        if report.when == "teardown" and RESULTS in item.stash:
            self.run.forget(item.stash[RESULTS].task)
            del item.stash[RESULTS]
        if isinstance(error, McqtestError):
            report.longrepr = str(error)
            setattr(report, ERROR, str(error))
            if not isinstance(error, AnswerError):
                setattr(report, FATAL, str(error))
                item.session.shouldstop = "the run cannot go on"  # the verdict says why
        return report

    def _sent(self, what: Plan | Outcome, config: pytest.Config) -> Any:
        """As a report carries it: plain values where that goes to another process, xdist's
        controller or, with pytest-forked, the one that waits.
        """
        travels = self.run.is_worker or getattr(config.option, "forked", False)
        return what.to_json() if travels else what

    def _judge(
        self, item: pytest.Item, report: pytest.TestReport, error: BaseException | None
    ) -> None:
        """Put the outcome on the report of a case that has results."""
        results = item.stash.get(RESULTS, None)
        if report.when != "call" or results is None:
            return
        baseline = item.stash.get(BASELINE, None)
        compared = baseline is not None and baseline.outcome is not None
        outcome = self.run.outcome(results, compared=compared)
        setattr(report, OUTCOME, self._sent(outcome, item.config))
        setattr(report, ASKED, self.run.engine.asked_of(results.task))
        if compared and outcome.failures and isinstance(error, AssertionError):
            # the verdict, not a diff of letters
            report.longrepr = printable("\n".join(outcome.failures), lines=True)
        for name, value in outcome.figures.items():  # builtin floats: anything else is lost on
            item.user_properties.append((name, value))  # the way to xdist's controller

    def pytest_sessionfinish(self) -> None:
        self.run.close()


def _is_module(name: str) -> bool:
    """Whether this names a module, and no package of several."""
    try:
        found = importlib.util.find_spec(name)
    except (ImportError, ValueError):
        return False
    return found is not None and found.submodule_search_locations is None


def task_of(item: pytest.Item) -> Task | None:
    """The task a case is parametrized with, under whatever name."""
    callspec = getattr(item, "callspec", None)
    values = callspec.params.values() if callspec is not None else ()
    return next((value for value in values if isinstance(value, Task)), None)
