"""The side that reports: in the one process, or in xdist's controller."""

from __future__ import annotations

import contextlib
import shutil
import warnings
from collections.abc import Generator, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from mcqtest import report, terminal
from mcqtest.baseline import publish, write
from mcqtest.case import Case
from mcqtest.plugin.cases import CASE, ERROR, FATAL, PLAN
from mcqtest.report import Pooled, Scoreboard
from mcqtest.run import Run
from mcqtest.types import McqtestError, Task
from mcqtest.workers import Devices, Ledger

POOLED = "mcqtest_pooled"
"""Attribute of the reports that stand for whole benchmarks."""


class Controller:
    """Collects the cases, judges the run when it ends, and sets pytest's exit status."""

    def __init__(self, config: pytest.Config, run: Run, *, workers: int) -> None:
        self.run = run
        self.workers = workers
        self._config = config
        self._board = Scoreboard(run.settings, run.identity)
        self._ledger = Ledger()
        self._devices = Devices(workers, device=run.identity.device)
        self._fatal: str | None = None
        self._refused = False
        """Ended by a mistake before anything was asked, which pytest prints in one line."""
        self._end: tuple[list[Pooled], str, list[str]] | None = None
        self._clock = terminal.Clock()
        self._lines = 0
        self._failures = 0
        self._skipped = 0
        self._errors: list[str] = []
        self._planned = 0
        """Tasks that are going to be asked."""
        if workers and not config.getoption("maxschedchunk", default=None):
            config.option.maxschedchunk = 1  # tasks are few and long: none waits behind another
        if not config.option.collectonly:
            write(self._summary, report.dump(report.unfinished(run.settings, run.identity)))
            if not (ignored := run.folder / ".gitignore").exists():
                write(ignored, "*\n")  # as pytest does for its cache

    @property
    def _summary(self) -> Path:
        return self.run.folder / "summary.json"

    def pytest_report_header(self) -> list[str]:
        return terminal.header(self.run.settings, self.run.identity)

    # Workers

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:
        from mcqtest.plugin.start import worker_input

        lent = self._devices.lend(node.gateway.id)
        node.workerinput["mcqtest"] = worker_input(self.run, lent)

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        self._devices.take_back(node.gateway.id)
        if sentence := getattr(node, "workeroutput", {}).get(FATAL):
            self._fatal, self._refused = sentence, True
            raise pytest.UsageError(sentence)

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_node_collection_finished(self, ids: Sequence[str]) -> None:
        self._ledger.expect(ids)

    @pytest.hookimpl(wrapper=True)
    def pytest_collection_finish(self, session: pytest.Session) -> Generator[None]:
        """Without workers, this is where the plan is made."""
        try:
            yield
        except pytest.UsageError as error:
            self._fatal, self._refused = str(error), True
            raise
        if not self.workers and not session.config.option.collectonly:
            self._ledger.expect(item.nodeid for item in session.items)
            self.run.progress = self._progress

    def pytest_report_collectionfinish(self) -> str | None:
        return terminal.planned(*self.run.counts()) if self.run.planned else None

    def pytest_internalerror(self, excrepr: object) -> None:
        self._ledger.broken.append(str(excrepr).strip().splitlines()[-1])

    # Cases

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when == "call" or report.outcome != "passed":
            self._ledger.tick(report.nodeid)
            self._failures += report.failed
            self._skipped += report.skipped
        if error := getattr(report, ERROR, None):
            self._errors.append(error)
        self._announce(getattr(report, PLAN, None))
        self._fatal = self._fatal or getattr(report, FATAL, None)
        values = getattr(report, CASE, None)
        if values is not None:
            case = Case(**values)
            self._board.add(case)
            self._show(case, failed=report.failed)

    def _announce(self, plan: tuple[int, int, int, int] | None) -> None:
        """What the workers are going to ask, as soon as the first of them tells."""
        reporter = self._terminal()
        if plan is None or self._planned:
            return
        self._planned = plan[0]
        if self.workers and reporter is not None and reporter.verbosity >= 0:
            reporter.write_line(terminal.planned(*plan))

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self._errors.append(f"{report.nodeid}: could not be collected")

    @property
    def _width(self) -> int:
        return self._config.get_terminal_writer().fullwidth

    def _terminal(self) -> Any:
        return self._config.pluginmanager.get_plugin("terminalreporter")

    def _show(self, case: Case, *, failed: bool) -> None:
        """One line per task. `write` keeps pytest from printing the file's name again."""
        reporter = self._terminal()
        if reporter is None or reporter.verbosity != 0:
            return
        if not self._lines:
            start = "" if self.workers else "\n"  # the file's name stands there
            reporter.write(start + terminal.columns(self._width) + "\n", bold=True)
        self._lines += 1
        if reporter.isatty and not self.workers:  # over what the progress left
            reporter.rewrite(terminal.line(case, self._width), erase=True, red=failed)
            reporter.write("\n")
        else:
            reporter.write(terminal.line(case, self._width), red=failed)
            reporter.write("\n")  # by itself: a stream without Korean escapes what it is given

    def pytest_report_teststatus(self, report: pytest.TestReport) -> Any:
        """The line stands for the dot; with -v it stands behind PASSED."""
        values = getattr(report, CASE, None)
        word = report.outcome.upper()
        if hasattr(report, POOLED):  # no test of pytest's: it has no place in the progress
            return report.outcome, "", word if self._end else ""
        if values is None or report.when != "call":
            return None
        reporter = self._terminal()
        if self._end or reporter is None or reporter.verbosity == 0:
            return report.outcome, "", word
        letter = "." if report.passed else "F"
        said = f"{word} {terminal.short(Case(**values))}"
        return report.outcome, letter, (said, {"green" if report.passed else "red": True})

    def _progress(self, task: Task, done: int, total: int) -> None:
        reporter = self._terminal()
        if reporter is None or reporter.verbosity < 0 or not reporter.isatty:
            return
        text = self._clock.line(task.name, task, done, total)
        if text is None:
            return
        capture = self._config.pluginmanager.get_plugin("capturemanager")
        disabled = capture.global_and_fixture_disabled() if capture else contextlib.nullcontext()
        with disabled:
            reporter.rewrite(text, erase=True)

    # The end

    @pytest.hookimpl(wrapper=True, trylast=True)  # inside pytest's own guard of warnings
    def pytest_sessionfinish(self, session: pytest.Session) -> Generator[None]:
        # Where warnings are errors, what syrupy says of a lost worker would silence the verdict.
        warnings.filterwarnings("ignore", "syrupy: received", UserWarning)
        if session.config.option.collectonly:
            return (yield)
        status = self._finish(session)
        yield
        if (syrupy := getattr(session.config, "_syrupy", None)) is not None:
            syrupy.report = SimpleNamespace(lines=())  # the verdict says it, and says it right
        if session.exitstatus == pytest.ExitCode.INTERNAL_ERROR and self._terminal():
            self.pytest_terminal_summary(self._terminal())  # pytest leaves it out
        if status is not None:  # syrupy has or-ed its own into what was there
            session.exitstatus = status

    def _finish(self, session: pytest.Session) -> pytest.ExitCode | None:
        """Judge the run and write its files; the exit status, None to leave it to pytest."""
        pooled = self._board.benchmarks()
        problems = self._problems(session)
        verdict, reasons = self._board.verdict(pooled, problems)
        self._fail_pooled(pooled)
        try:
            # Where a mistake ended the run before anything was judged, earlier results may stay.
            if self._board.cases or not (self._refused or self._fatal):
                write(self.run.folder / "results.jsonl", "".join(self._board.rows()))
            if verdict == "recorded":
                publish(self.run, [key for key, case in self._board.cases.items() if case.compared])
            write(self._summary, report.dump(self._board.summary(pooled, problems)))
        except McqtestError as error:
            self._fatal = self._fatal or str(error)
            verdict, reasons = "fail", [str(error), *reasons]
        shutil.rmtree(self.run.staging, ignore_errors=True)
        if not self._refused:
            self._end = pooled, verdict, reasons
        if self._fatal is not None:
            return pytest.ExitCode.USAGE_ERROR
        if verdict != "fail" or session.exitstatus != pytest.ExitCode.OK:
            return None
        if self._ledger.missing() or self._ledger.broken:
            return pytest.ExitCode.INTERNAL_ERROR
        cases = bool(self._board.cases)
        return pytest.ExitCode.TESTS_FAILED if cases else pytest.ExitCode.NO_TESTS_COLLECTED

    def _problems(self, session: pytest.Session) -> list[str]:
        """What stands against a pass apart from the verdicts."""
        problems = [self._fatal] if self._fatal else []
        problems += [f"internal error: {line}" for line in self._ledger.broken]
        missing = self._ledger.missing()
        if int(session.exitstatus) == pytest.ExitCode.INTERRUPTED and not problems:
            problems.append("interrupted; the same command goes on where this run stopped")
        elif missing:
            problems.append(
                f"{terminal.plural(len(missing), 'selected test')} gave no result, "
                f"the first is {missing[0]}"
            )
        problems += [error for error in dict.fromkeys(self._errors) if error != self._fatal]
        unjudged = self._planned - len(self._board.cases)
        if unjudged > 0 and not problems:
            problems.append(f"{unjudged} of {self._planned} selected tasks were not judged")
        red = any(case.failures for case in self._board.cases.values())
        if self._failures > len(self._errors) and not red:
            problems.append(f"{terminal.plural(self._failures - len(self._errors), 'test')} failed")
        if self._skipped:
            skipped = terminal.plural(self._skipped, "selected test")
            self._board.notices[f"{skipped} skipped: nothing is said about what was not asked"] = (
                None
            )
        return problems

    def _fail_pooled(self, pooled: Sequence[Pooled]) -> None:
        """Benchmarks that are red as a whole become failed cases, in the terminal and JUnit."""
        for each in pooled:
            if not each.failures:
                continue
            nodeid = f"{each.name}::pooled"
            failed = pytest.TestReport(
                nodeid=nodeid,
                location=(each.name, None, "pooled"),
                keywords={},
                outcome="failed",
                longrepr="\n".join(each.failures),
                when="call",
            )
            setattr(failed, POOLED, True)
            self._config.hook.pytest_runtest_logreport(report=failed)

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        if self._end is None:
            return
        pooled, verdict, reasons = self._end
        write_line = terminalreporter.write_line
        if terminalreporter.verbosity >= 0:
            terminalreporter.write_sep("=", "mcqtest")
            for text in terminal.summary(pooled, self._width):
                write_line(text)
        for notice in self._board.notices:
            write_line(f"note: {notice}", yellow=True)
        sentence = terminal.sentence(self._board, pooled, verdict, reasons)
        color = "red" if verdict == "fail" else "green"
        write_line(sentence, **{color: True, "bold": True})
        if terminalreporter.verbosity >= 0:
            write_line(f"results: {self.run.folder}/results.jsonl, {self._summary}")
