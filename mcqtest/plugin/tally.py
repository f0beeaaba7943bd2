"""What was reported of the selected tests, and what stands against a pass apart from verdicts."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pytest

from mcqtest.plugin.wire import ERROR, FATAL, PASSED_OVER
from mcqtest.report import plural

LEAVING_OUT = ("ignore", "ignore_glob", "lf")
"""Options of pytest with which files are not collected."""
_SELECTING = ("markexpr", "keyword", "deselect", *LEAVING_OUT)
"""Options of pytest that leave something out."""


class Ledger:
    """Which collected tests have been reported: a worker can die in a way that leaves xdist's own
    exit status at 0.
    """

    def __init__(self) -> None:
        self._expected: dict[str, None] = {}
        self._reported: set[str] = set()
        self.broken: list[str] = []
        """Internal errors, of whichever process."""

    def expect(self, nodeids: Iterable[str]) -> None:
        """Called by every process that collected; all collect the same."""
        self._expected.update(dict.fromkeys(nodeids))

    def tick(self, nodeid: str) -> None:
        self._reported.add(nodeid)

    def is_complete(self) -> bool:
        """All that was collected was reported; may be asked by another thread."""
        expected = list(self._expected)
        return bool(expected) and self._reported.issuperset(expected)

    def missing(self) -> list[str]:
        return [nodeid for nodeid in self._expected if nodeid not in self._reported]


class Tally:
    """Counts reports as they come."""

    def __init__(self) -> None:
        self.ledger = Ledger()
        self.fatal: str | None = None
        """Why the run could not go on."""
        self.refused = False
        """Ended by a mistake before anything was asked, which pytest prints in one line."""
        self.planned = 0
        """Tasks that are going to be asked."""
        self._passed_over = ""
        self._failures = 0
        self._skipped = 0
        self._uncollected = False
        self._errors: list[str] = []
        self._seconds: dict[str, float] = {}

    def refuse(self, sentence: str) -> None:
        self.fatal, self.refused = sentence, True

    def count(self, report: pytest.TestReport) -> None:
        if report.when == "call" or report.outcome != "passed":
            self.ledger.tick(report.nodeid)
            self._failures += report.failed
            self._skipped += report.skipped
        self._seconds[report.nodeid] = self.seconds(report.nodeid) + report.duration
        if error := getattr(report, ERROR, None):
            self._errors.append(error)
        self.fatal = self.fatal or getattr(report, FATAL, None)

    def ended(self, output: Mapping[str, Any]) -> str | None:
        """A worker ended, and left this: why the run cannot go on, if it cannot."""
        self._passed_over = output.get(PASSED_OVER) or self._passed_over
        return output.get(FATAL)

    def seconds(self, nodeid: str) -> float:
        """How long a test took, with its fixtures, as far as it was reported."""
        return self._seconds.get(nodeid, 0.0)

    def uncollected(self, nodeid: str, fatal: str | None = None) -> None:
        """``fatal``: the mistake, where it is the user's."""
        self.fatal = self.fatal or fatal
        if fatal is None:
            self._uncollected = True
            self._errors.append(f"{nodeid}: could not be collected, see its error above")

    @property
    def is_broken(self) -> bool:
        """A result got lost."""
        return bool(self.ledger.missing() or self.ledger.broken)

    def problems(
        self, exitstatus: Any, *, judged: int, is_red: bool, stopped: bool = False
    ) -> list[str]:
        """What stands against a pass. ``judged``: tasks of which there is an outcome; ``is_red``:
        one of these says why a test failed; ``stopped``: the run was to end at that (``-x``).
        """
        problems = [self.fatal] if self.fatal else []
        problems += [f"internal error: {line}" for line in self.ledger.broken]
        missing = self.ledger.missing()
        if self._uncollected and not judged:  # pytest calls that an interruption
            pass
        elif not stopped and int(exitstatus) == pytest.ExitCode.INTERRUPTED and not problems:
            problems.append("interrupted; the same command goes on where this run stopped")
        elif missing and not (stopped or self.fatal):  # what ended the run left them out
            count = plural(len(missing), "selected test")
            problems.append(f"{count} gave no result, the first is {missing[0]}")
        problems += [error for error in dict.fromkeys(self._errors) if error != self.fatal]
        unjudged = self.planned - judged
        if unjudged > 0 and not problems and not (missing and stopped):
            problems.append(f"{unjudged} of {self.planned} selected tasks were not judged")
        if self._failures > len(self._errors) and not is_red:
            problems.append(f"{plural(self._failures - len(self._errors), 'test')} failed")
        if missing and stopped:
            tests = plural(len(missing), "selected test")
            problems.append(f"{tests} left out, since the run was to stop at a failure")
        return problems

    def unasked(
        self, config: pytest.Config, names: Sequence[str], judged: Iterable[tuple[str, str]]
    ) -> list[str]:
        """Benchmarks that were asked for by name (``--benchmarks``) and are not there, where
        nothing was selected among them: a misspelt one must not go without a gate. ``judged``:
        (benchmark, task).
        """
        asked = {benchmark for benchmark, _ in judged}
        if not set(names) - asked or config.args_source is config.ArgsSource.ARGS:
            return []
        elsewhere = config.invocation_params.dir != config.rootpath
        if elsewhere or any(getattr(config.option, name, None) for name in _SELECTING):
            return []
        return [
            f"--benchmarks={name}: nothing was asked of it, for no such benchmark was collected; "
            "correct the name"
            for name in names
            if name not in asked
        ]

    def unjudged(self, config: pytest.Config, passed_over: str = "") -> str:
        """That no question was judged, where nothing went wrong: what was selected, and what to
        do. ``passed_over``: what a run says that asks none of it (`mcqtest.run.chosen`).
        """
        asked = (("-m", config.option.markexpr), ("-k", config.option.keyword))
        words = shlex.join(word for option in asked if option[1] for word in option)
        if passed_over := passed_over or self._passed_over:
            why = passed_over
        elif words:
            why = f"no task was left by {words}; pytest --collect-only -q lists all there are"
        else:
            why = (
                "no benchmark's task was among the tests; name a file of one, or the installed "
                "ones with --pyargs mcqtest.benchmarks"
            )
        return f"no question was judged: {why}"

    @property
    def skipped(self) -> str | None:
        """That selected tests were skipped, in a sentence; None where none was."""
        if not self._skipped:
            return None
        tests = plural(self._skipped, "selected test")
        return f"{tests} skipped: nothing is said about what was not asked"
