"""What answers took that cost something, from every process of a run to the end of its report."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from mcqtest.report import terminal
from mcqtest.run import Run

_SPENT = "mcqtest_spent"


class Spending:
    """pytest's hooks of both sides."""

    def __init__(self, config: pytest.Config, run: Run) -> None:
        self._config = config
        self.run = run
        self._others: Counter[str] = Counter()

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        self._others.update(getattr(node, "workeroutput", {}).get(_SPENT, {}))

    def pytest_sessionfinish(self) -> None:
        output = getattr(self._config, "workeroutput", None)
        if output is not None:
            output[_SPENT] = dict(self.run.spent)

    @pytest.hookimpl(trylast=True)
    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        said = terminal.spent({**self._others, **self.run.spent})
        if said and terminalreporter.verbosity >= 0:
            terminalreporter.write_line(said)
