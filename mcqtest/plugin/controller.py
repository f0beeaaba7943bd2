"""The side that reports: in the one process, or in xdist's controller."""

from __future__ import annotations

import shutil
import warnings
from collections.abc import Generator, Sequence
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from mcqtest import archive, report
from mcqtest.gate import Pooled, Verdict, decide, publish, unsure, write
from mcqtest.plugin import ci
from mcqtest.plugin.screen import Screen
from mcqtest.plugin.tally import Tally
from mcqtest.plugin.watch import Watch
from mcqtest.plugin.wire import ASKED, FATAL, OUTCOME, PLAN, POOLED, Plan, arrived, worker_input
from mcqtest.plugin.workers import Devices
from mcqtest.report import Scoreboard, Told, drawn, terminal
from mcqtest.run import Run, pace
from mcqtest.types import McqtestError, printable

UNDECIDED = 6
"""Exit status where no loss is proven, and yet not enough is known for a pass: the verdicts
``undecided`` and ``partial``. pytest itself ends in it where ``--max-warnings`` is exceeded."""


class Controller:
    """pytest's hooks of the reporting side: hands on what comes, and sets the exit status."""

    def __init__(
        self, config: pytest.Config, run: Run, *, workers: int, notices: Sequence[str] = ()
    ) -> None:
        self.run = run
        self.workers = workers
        self._config = config
        self._board = Scoreboard(
            run.policy, run.identity, tags=run.tags, tier=run.settings.tier or ""
        )
        self._board.notices.update(dict.fromkeys(notices))
        self._notices = notices
        self._tally = Tally()
        self._screen = Screen(config, workers=workers)
        self._devices = Devices(workers, device=run.identity.device)
        self._watch = Watch(self._tally.ledger.is_complete, self._tally.ledger.broken.append)
        self._stopwatch = pace.Stopwatch(run.identity, workers)
        self._end: tuple[list[Pooled], Verdict] | None = None
        self._problems: list[str] = []
        if workers and not config.getoption("maxschedchunk", default=None):
            config.option.maxschedchunk = 1  # tasks are few and long: none waits behind another
        if not config.option.collectonly:
            write(self._summary, report.dump(report.unfinished(run.policy, run.identity)))
            if not (ignored := run.folder / ".gitignore").exists():
                write(ignored, "*\n")  # as pytest does for its cache

    @property
    def _summary(self) -> Path:
        return self.run.folder / "summary.json"

    def pytest_report_header(self) -> list[str]:
        run = self.run
        threads = self._devices.threads if run.identity.device == "cpu" else 0
        lines = terminal.header(
            run.identity,
            run.policy,
            about=run.about,
            data=run.data,
            threads=threads,
            tier=run.settings.tier or "",
        )
        return [
            *map(printable, lines),
            *(printable(f"mcqtest: {notice}") for notice in self._notices),
        ]

    # Workers

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:
        lent = self._devices.lend(node.gateway.id)
        node.workerinput["mcqtest"] = worker_input(self.run, lent)
        self._watch.add(node)

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        self._devices.take_back(node.gateway.id)
        self._watch.drop(node)
        if sentence := self._tally.ended(getattr(node, "workeroutput", {})):
            self._tally.refuse(sentence)
            raise pytest.UsageError(sentence)

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_node_collection_finished(self, ids: Sequence[str]) -> None:
        self._tally.ledger.expect(ids)

    @pytest.hookimpl(wrapper=True)
    def pytest_collection_finish(self, session: pytest.Session) -> Generator[None]:
        """Without workers, this is where the plan is made."""
        try:
            yield
        except pytest.UsageError as error:
            self._tally.refuse(str(error))
            raise
        if not self.workers and not session.config.option.collectonly:
            self._tally.ledger.expect(item.nodeid for item in session.items)
            self.run.progress = self._screen.progress(self.run)
            self._board.policy = self.run.policy

    def pytest_report_collectionfinish(self) -> list[str]:
        if not self.run.planned:
            return []
        loading = terminal.loads(*self.run.cost)
        chats = [printable(f"mcqtest: {sentence}") for sentence in self.run.chatting.said]
        return [*chats, terminal.planned(*self.run.counts(), loading=loading)]

    def pytest_internalerror(self, excrepr: object) -> None:
        self._tally.ledger.broken.append(str(excrepr).strip().splitlines()[-1])

    # Tests

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self._tally.count(report)
        plain = getattr(report, PLAN, None)
        if plain is not None and not self._tally.planned:
            plan = self._arrived(plain)
            self._tally.planned = plan.counts[0]
            self._board.policy = plan.policy
            self._screen.announce(plan.counts, self.run.cost)
        if (values := getattr(report, OUTCOME, None)) is not None:
            outcome = arrived(values)
            self._stopwatch.add(
                outcome.benchmark,
                outcome.asking,
                requests=getattr(report, ASKED, 0),
                seconds=self._tally.seconds(report.nodeid),
            )
            if self._board.add(outcome):  # not of a test that is run again
                self._screen.show(outcome, failed=report.failed)

    def _arrived(self, plan: Any) -> Plan:
        """What a process is going to ask; a worker's comes as plain values."""
        if isinstance(plan, Plan):
            return plan
        try:
            return Plan.from_json(plan)
        except McqtestError as error:
            self._tally.refuse(str(error))
            raise pytest.UsageError(str(error)) from None

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self._tally.uncollected(report.nodeid, getattr(report, FATAL, None))

    def pytest_report_teststatus(self, report: pytest.TestReport) -> Any:
        if (word := getattr(report, POOLED, None)) is not None:
            # no test of pytest's: it has no place in the progress
            return word, "", word.upper() if self._end else ""
        values = getattr(report, OUTCOME, None)
        if values is None or report.when != "call":
            return None
        if self._end:
            return report.outcome, "", report.outcome.upper()
        return self._screen.status(report, arrived(values))

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
        if session.exitstatus == pytest.ExitCode.INTERNAL_ERROR and self._screen.reporter:
            self.pytest_terminal_summary()  # pytest leaves it out
        if status is not None:  # syrupy has or-ed its own into what was there
            session.exitstatus = status

    def _finish(self, session: pytest.Session) -> int | None:
        """End the run and write its files; the exit status, None to leave it to pytest."""
        tally = self._tally
        self._watch.end()
        pooled, verdict, stopped = self._decide(session)
        self._report_pooled(pooled)
        try:
            self._write(pooled, verdict)
        except McqtestError as error:
            tally.fatal = tally.fatal or str(error)
            verdict = replace(verdict, state="fail", reasons=[str(error), *verdict.reasons])
        else:
            self._keep()
        shutil.rmtree(self.run.staging, ignore_errors=True)
        told = Told.of(self._board, pooled, verdict)
        self._board.notices |= dict.fromkeys(ci.tell(self._config, told, self.run.settings.comment))
        if not tally.refused:
            self._end = pooled, verdict
        if tally.fatal is not None:
            self._screen.point(tally.fatal)
            return pytest.ExitCode.USAGE_ERROR
        if self._watch.reason is not None:
            return pytest.ExitCode.INTERNAL_ERROR
        if stopped and session.exitstatus == pytest.ExitCode.INTERRUPTED:
            return pytest.ExitCode.TESTS_FAILED  # xdist has no other way to stop
        return None if session.exitstatus != pytest.ExitCode.OK else self._status(verdict)

    def _status(self, verdict: Verdict) -> int | None:
        """The exit status of a run that pytest itself finds nothing wrong with."""
        if verdict.is_green:
            return None
        if verdict.state != "fail":
            return UNDECIDED
        if self._tally.is_broken:
            return pytest.ExitCode.INTERNAL_ERROR
        judged = bool(self._board.outcomes)
        return pytest.ExitCode.TESTS_FAILED if judged else pytest.ExitCode.NO_TESTS_COLLECTED

    def _decide(self, session: pytest.Session) -> tuple[list[Pooled], Verdict, bool]:
        """Whole benchmarks, the verdict on the run, and whether a verdict on a task ended it."""
        board, tally = self._board, self._tally
        pooled: list[Pooled] = []
        try:
            pooled = board.benchmarks()
        except McqtestError as error:
            tally.fatal = tally.fatal or str(error)
        red = any(outcome.failures for outcome in board.outcomes.values())
        # To end at something red (-x, --maxfail), and so it did.
        stopped = red and bool(getattr(session, "shouldfail", False))
        problems = tally.problems(
            session.exitstatus, judged=len(board.outcomes), is_red=red, stopped=stopped
        )
        if not problems and board.outcomes:
            problems += tally.unasked(self._config, self.run.settings.benchmarks, board.outcomes)
        elif not problems:
            problems.append(tally.unjudged(self._config, self.run.passed_over))
        if tally.skipped:
            board.notices[tally.skipped] = None
        self._problems = problems
        early, late = ([], problems) if stopped else (problems, [])
        return pooled, decide(pooled, early, board.policy, late=late), stopped

    def _write(self, pooled: Sequence[Pooled], verdict: Verdict) -> None:
        """Results, baselines, and last of all the summary."""
        board = self._board
        # Where a mistake ended the run before anything was judged, earlier results may stay.
        if board.outcomes or self._tally.fatal is None:
            write(self.run.folder / "results.jsonl", board.rows())
        for each in pooled:
            if (picture := drawn(each)) is not None:
                write(self.run.folder / f"sweep-{each.name}.svg", picture)
        if verdict.state == "recorded":
            compared = [key for key, outcome in board.outcomes.items() if outcome.compared]
            publish(board.policy, self.run.staging, compared)
        write(self._summary, report.dump(board.summary(pooled, verdict)))

    def _keep(self) -> None:
        """Keep the run beside others; that it cannot be done is told, and changes nothing else."""
        board = self._board
        if not board.outcomes or self._tally.fatal is not None:
            return
        said = archive.keep(
            self.run.folder,
            [board.outcomes[key] for key in sorted(board.outcomes)],
            policy=board.policy,
            identity=self.run.identity,
            problems=self._problems,
        )
        board.notices.update(dict.fromkeys(said))
        self._stopwatch.keep(self.run.folder)

    def _report_pooled(self, pooled: Sequence[Pooled]) -> None:
        """Benchmarks that are red as a whole, or of which not enough is known, become cases, in the
        terminal and JUnit.
        """
        for each in pooled:
            if each.failures:
                self._report(each.name, "pooled", "failed", "\n".join(each.failures))
            red = each.failures or any(outcome.failures for outcome in each.outcomes)
            if not red and (why := unsure(each, self._board.policy)) is not None:
                self._report(each.name, "margin", *why)

    def _report(self, name: str, case: str, word: str, sentence: str) -> None:
        report = pytest.TestReport(
            nodeid=printable(f"{name}::{case}"),
            location=(name, None, case),
            keywords={},
            outcome="failed",
            longrepr=printable(sentence, lines=True),
            when="call",
        )
        setattr(report, POOLED, word)
        self._config.hook.pytest_runtest_logreport(report=report)

    def pytest_terminal_summary(self) -> None:
        if self._end is None:
            return
        pooled, verdict = self._end
        board = self._board
        self._screen.summarise(pooled, board.notices, board.tags)
        self._screen.end(board.identity.name, pooled, verdict, board.policy, self.run.folder)
