"""A controller in a pytest that is not there: reports go in, a terminal and files come out."""

from __future__ import annotations

import json
from types import SimpleNamespace

import pytest
from cases import MODEL, policy_of, settings_of

from mcqtest.plugin import controller
from mcqtest.plugin.wire import OUTCOME

OK, FAILED, INTERRUPTED, INTERNAL, USAGE, NOTHING = map(pytest.ExitCode, range(6))


class Terminal:
    """pytest's reporter: what it was made to write, whole lines and parts of them."""

    def __init__(self, verbosity=0):
        self.verbosity, self.isatty, self.said = verbosity, False, ""

    def write(self, text, **_):
        self.said += text

    def write_line(self, text, **_):
        self.said += f"{text}\n"

    def write_sep(self, sign, title):
        self.write_line(sign + title)


def report_of(nodeid="test", *, outcome="passed", when="call", **attributes):
    """What pytest reports of a test that has ended, with attributes of ours."""
    flags = {each: outcome == each for each in ("passed", "failed", "skipped")}
    said = SimpleNamespace(nodeid=nodeid, when=when, outcome=outcome, duration=0.1, **flags)
    vars(said).update(attributes)
    return said


class Board:
    """A controller in a pytest that is not there. ``changes`` are those of its policy."""

    def __init__(self, folder, *, workers=0, option=None, verbosity=0, identity=MODEL, **changes):
        self.folder = folder / "run"
        self.terminal = Terminal(verbosity)
        plugins = {"terminalreporter": self.terminal}
        option = {"collectonly": False, "maxschedchunk": None, "markexpr": "", "keyword": ""} | (
            option or {}
        )
        self.config = SimpleNamespace(
            option=SimpleNamespace(**option),
            getoption=lambda name, default=None: option.get(name, default),
            pluginmanager=SimpleNamespace(get_plugin=plugins.get, get_plugins=plugins.values),
            get_terminal_writer=lambda: SimpleNamespace(fullwidth=80),
            hook=SimpleNamespace(pytest_runtest_logreport=self.log),
            args_source="the folder",
            ArgsSource=SimpleNamespace(ARGS="arguments"),
        )
        self.changes = changes | {"baselines_dir": str(folder / "baselines")}
        self.run = SimpleNamespace(
            cost=("", 5 * 10**8),
            settings=settings_of(run_dir=str(self.folder)),
            policy=policy_of(**self.changes),
            identity=identity,
            folder=self.folder,
            staging=self.folder / "staging",
            session="one",
            planned={},
            passed_over="",
            tags={},
        )
        self.made = controller.Controller(self.config, self.run, workers=workers)
        self.reports = []

    def log(self, report):
        self.reports.append(report)
        self.made.pytest_runtest_logreport(report)

    def expect(self, *nodeids):
        """A worker has collected these."""
        self.made.pytest_xdist_node_collection_finished(nodeids)

    def plan(self, *outcomes):
        """Without workers: tasks of these outcomes are collected and planned, a test of each."""
        self.run.policy = policy_of(*outcomes, **self.changes)
        items = [SimpleNamespace(nodeid=each.task) for each in outcomes]
        steps = self.made.pytest_collection_finish(SimpleNamespace(config=self.config, items=items))
        next(steps)
        with pytest.raises(StopIteration):
            steps.send(None)

    def report(self, nodeid, outcome=None, *, result="passed", when="call", **attributes):
        """A test has ended: with the outcome of a task, or with other attributes of its report."""
        values = {} if outcome is None else {OUTCOME: self.sent(outcome)}
        self.log(report_of(nodeid, outcome=result, when=when, **values, **attributes))

    def sent(self, what):
        """An outcome or a plan, as it comes: from a worker as plain values."""
        return json.loads(json.dumps(what.to_json())) if self.made.workers else what

    def finish(self, status=OK, *, shouldfail=False):
        """The end of the session; the exit status."""
        session = SimpleNamespace(exitstatus=status, config=self.config, shouldfail=shouldfail)
        steps = self.made.pytest_sessionfinish(session)
        next(steps)
        with pytest.raises(StopIteration):
            steps.send(None)
        self.made.pytest_terminal_summary()
        return session.exitstatus

    @property
    def summary(self):
        return json.loads((self.folder / "summary.json").read_text("utf-8"))
