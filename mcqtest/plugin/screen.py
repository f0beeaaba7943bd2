"""What the terminal shows while a run goes on, and when it ends."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import pytest

from mcqtest.data import Tags
from mcqtest.gate import Outcome, Policy, Pooled, Verdict
from mcqtest.report import Clock, hint, sentence, terminal
from mcqtest.run import Progress, Run
from mcqtest.types import Task, printable


class Screen:
    """Writes through pytest's terminal reporter, where there is one. ``workers``: processes that
    run tests; 0 where this one does.
    """

    def __init__(self, config: pytest.Config, *, workers: int) -> None:
        self._config = config
        self._workers = workers
        self._clock = Clock()
        self._lines = 0

    @property
    def reporter(self) -> Any:
        return self._config.pluginmanager.get_plugin("terminalreporter")

    @property
    def _width(self) -> int:
        return self._config.get_terminal_writer().fullwidth

    def announce(self, counts: tuple[int, int, int, int], model: tuple[str, int]) -> None:
        """What the workers are going to ask, and what each of them loads (`Run.cost`)."""
        reporter = self.reporter
        if self._workers and reporter is not None and reporter.verbosity >= 0:
            loading = terminal.loads(*model, workers=self._workers)
            reporter.write_line(terminal.planned(*counts, loading=loading))

    def show(self, outcome: Outcome, *, failed: bool) -> None:
        """One line per task. `write` keeps pytest from printing the file's name again."""
        reporter = self.reporter
        if reporter is None or reporter.verbosity != 0:
            return
        if not self._lines:
            start = "" if self._workers else "\n"  # the file's name stands there
            reporter.write(start + terminal.columns(self._width) + "\n", bold=True)
        self._lines += 1
        text = printable(terminal.line(outcome, self._width))
        if reporter.isatty and not self._workers:  # over what the progress left
            reporter.rewrite(text, erase=True, red=failed)
            reporter.write("\n")
        else:
            reporter.write(text, red=failed)
            reporter.write("\n")  # by itself: a stream without Korean escapes what it is given

    def status(self, report: pytest.TestReport, outcome: Outcome) -> tuple[str, str, Any]:
        """The line stands for the dot; with -v it stands behind PASSED."""
        word = report.outcome.upper()
        reporter = self.reporter
        if reporter is None or reporter.verbosity == 0:
            return report.outcome, "", word
        letter = "." if report.passed else "F"
        said = f"{word} {printable(terminal.short(outcome))}"
        return report.outcome, letter, (said, {"green" if report.passed else "red": True})

    def progress(self, run: Run) -> Progress:
        """What shows how far this run is."""
        return lambda task, done, total: self._progress(run, task, done, total)

    def _progress(self, run: Run, task: Task, done: int, total: int) -> None:
        reporter = self.reporter
        if reporter is None or reporter.verbosity < 0 or not reporter.isatty:
            return
        text = self._clock.line(task.name, task, done, total)
        if text is None:
            return
        said = terminal.spent(run.spent)
        text += f" ({said})" if said else ""
        capture = self._config.pluginmanager.get_plugin("capturemanager")
        disabled = capture.global_and_fixture_disabled() if capture else contextlib.nullcontext()
        with disabled:
            reporter.rewrite(printable(text), erase=True)

    def point(self, mistake: str) -> None:
        """Where a ``mistake`` that ended the run is a case's error, point to the verdict, which
        tells it; files that others write have it from the report.
        """
        reporter = self.reporter
        errors = getattr(reporter, "stats", {}).get("error", ())
        for report in errors:
            if report.longrepr == mistake:
                report.longrepr = "the run ended here; the verdict says why"

    def summarise(self, pooled: Sequence[Pooled], notices: Iterable[str], tags: Tags) -> None:
        """Tables of whole benchmarks, and what people should know."""
        reporter = self.reporter
        if reporter.verbosity >= 0:
            reporter.write_sep("=", "mcqtest")
            for text in terminal.summary(pooled, self._width, tags):
                reporter.write_line(printable(text))
        for notice in notices:
            reporter.write_line(f"note: {printable(notice)}", yellow=True)

    def end(
        self, name: str, pooled: Sequence[Pooled], verdict: Verdict, policy: Policy, folder: Path
    ) -> None:
        """The verdict on the model of this ``name``, and where everything lies. What to look at
        next is said of a red one however few lines are asked for.
        """
        color = "green" if verdict.is_green else "red" if verdict.state == "fail" else "yellow"
        wordy = self.reporter.verbosity >= 0
        if (wordy or verdict.state == "fail") and (look := hint(pooled, folder)) is not None:
            self.reporter.write_line(printable(look))
        said = printable(sentence(name, pooled, verdict, policy))
        self.reporter.write_line(said, **{color: True, "bold": True})
        if wordy:
            where = f"results: {folder}/results.jsonl, {folder}/summary.json"
            self.reporter.write_line(printable(where))
