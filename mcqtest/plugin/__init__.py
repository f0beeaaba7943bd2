"""The pytest plugin: options, markers, fixtures.

Imported by every pytest run on a machine where mcqtest is installed, so it imports nothing
but pytest and the table of options, and without ``--model`` it does nothing. With it, two
plugins are registered: `mcqtest.plugin.cases` in every process that runs cases, and
`mcqtest.plugin.controller` in the one that reports.
"""

from __future__ import annotations

import argparse
from collections.abc import Generator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from mcqtest.options import OPTIONS, Option

if TYPE_CHECKING:
    from mcqtest.plugin.snapshots import Baseline
    from mcqtest.types import Backend, Benchmark, Results, Task

SKIPPED = pytest.StashKey[int]()
"""Tests that were skipped because there is no model."""

MARKERS = {
    "demo": "the embedded demo questions",
    "mmlu": "MMLU (Hendrycks et al. 2021, arXiv 2009.03300)",
    "mmlu_redux": "MMLU-Redux 2.0, MMLU's questions without a flaw (arXiv 2406.04127)",
    "mmlu_pro": "MMLU-Pro (Wang et al. 2024, arXiv 2406.01574)",
    "kmmlu": "KMMLU (Son et al. 2024, arXiv 2402.11548)",
    "kmmlu_hard": "KMMLU-HARD, its hardest questions",
    "kmmlu_redux": "KMMLU-Redux, technical qualifications (arXiv 2507.08924)",
    "kmmlu_pro": "KMMLU-Pro, professional licences (arXiv 2507.08924)",
    "bigbench": "BIG-bench, all JSON tasks that are there (arXiv 2206.04615)",
    "bigbench_programmatic": "BIG-bench, the tasks that are code of the official package",
    "bigbench_lite": "BIG-bench Lite, 24 of its JSON tasks",
    "bbh": "BIG-Bench Hard (Suzgun et al. 2022, arXiv 2210.09261)",
}


def pytest_addoption(parser: pytest.Parser) -> None:
    """Register ``--mcq-NAME`` for every option, and its ini key."""
    group = parser.getgroup("mcqtest", "mcqtest: may this checkpoint ship?")
    for option in OPTIONS:
        _add(group, "--mcq-" + option.name, option)
        kind = "args" if option.many else "string"
        parser.addini(f"mcq_{option.key}", option.help, type=kind, default=None)  # type: ignore[arg-type]
    parser.addini(
        "mcq_gate", "thresholds, one per line: mmlu.min_accuracy = 0.6", type="linelist", default=[]
    )
    parser.addini(
        "mcq_required", "benchmarks without which a run is no pass", type="args", default=[]
    )


def _add(group: Any, flag: str, option: Option) -> None:
    group.addoption(
        flag,
        dest=f"mcq_{option.key}",
        metavar=option.metavar,
        action="append" if option.many else "store",
        default=None,
        help=option.help if flag.startswith("--mcq-") else f"same as --mcq-{option.name}",
    )


@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests(parser: pytest.Parser) -> Generator[None]:
    """Register the short names once the conftests have taken theirs: whoever has ``--model``
    already keeps it, and ``--mcq-model`` is ours.
    """
    yield
    group = parser.getgroup("mcqtest")
    for option in OPTIONS:
        try:
            _add(group, "--" + option.name, option)
        except (ValueError, argparse.ArgumentError):
            continue


_ONLY_SHOWN = (
    "help",
    "version",
    "markers",
    "cacheshow",
    "showfixtures",
    "show_fixtures_per_test",
    "setuponly",
    "setupplan",
)
"""Options with which pytest runs no test."""


def pytest_configure(config: pytest.Config) -> None:
    for name, text in MARKERS.items():
        config.addinivalue_line("markers", f"{name}: {text}")
    flags = _give_back(config) if not config.option.help else set()
    worker = getattr(config, "workerinput", None)
    if any(getattr(config.option, name, False) for name in _ONLY_SHOWN):
        return
    if _asked(config) if worker is None else "mcqtest" in worker:
        from mcqtest.plugin import start

        start.start(config, flags)


def _give_back(config: pytest.Config) -> set[str]:
    """Everything is parsed: a conftest found while collecting may take a short name, too. There
    is no public way, so where the private one ends nothing is given back. The names that were ours,
    short and long.
    """
    ours = {f"--mcq-{option.name}" for option in OPTIONS}
    parser = getattr(config._parser, "optparser", None)  # noqa: SLF001
    actions = getattr(parser, "_option_string_actions", {})
    for option in OPTIONS:
        action = actions.get("--" + option.name)
        if action is not None and action.dest == f"mcq_{option.key}":
            del actions["--" + option.name]
            ours.add("--" + option.name)
    return ours


def _asked(config: pytest.Config) -> bool:
    """Whether a model may be named somewhere."""
    # Any option asks: one that is empty, or stands there without a model, is told as a mistake.
    given = any(config.getoption(f"mcq_{option.key}") is not None for option in OPTIONS)
    return given or bool(config.getini("mcq_model")) or _in_table(config)


def _in_table(config: pytest.Config) -> bool:
    """Whether ``[tool.mcqtest]`` may name a model; reading a file costs less than parsing it."""
    path: Path = config.rootpath / "pyproject.toml"
    try:
        return b"mcqtest" in path.read_bytes()
    except OSError:
        return False


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers(config: pytest.Config) -> int | None:
    """``-n auto`` with a model and GPUs is one worker per GPU, not per core."""
    if not _asked(config):
        return None
    from mcqtest.backends import cuda_devices

    return len(cuda_devices()) or None


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Where all that was selected asks a model and none was given, nothing was selected."""
    skipped = session.stash.get(SKIPPED, 0)
    if skipped and skipped == session.testscollected and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.NO_TESTS_COLLECTED


def each_task(metafunc: pytest.Metafunc, benchmark: Benchmark) -> None:
    """Parametrize a test with the tasks that the data of the run has, where these are not known
    before: to be called by ``pytest_generate_tests`` of a benchmark's file. Without a model, or
    where there are none, the benchmark's own tasks stand for them.
    """
    cases = metafunc.config.pluginmanager.get_plugin("mcqtest-cases")
    found = benchmark if cases is None else cases.run.found(benchmark)
    metafunc.parametrize("task", found.tasks, ids=[task.name for task in found.tasks])


@pytest.fixture(scope="session")
def model(request: pytest.FixtureRequest) -> Backend:
    """The loaded checkpoint, on the device lent to this process. Loading happens here."""
    backend: Backend = _cases(request).run.engine.backend
    return backend


@pytest.fixture
def results(request: pytest.FixtureRequest, task: Task) -> Results:
    """The results of ``task``: asked now, or read from the store."""
    found: Results = _cases(request).results(request.node, task)
    return found


@pytest.fixture
def baseline(request: pytest.FixtureRequest, task: Task) -> Baseline:
    """The stored baseline of ``task``, to stand right of ``results ==``."""
    cases = _cases(request)
    snapshot = request.getfixturevalue("snapshot")
    found: Baseline = cases.baseline(request.node, task, snapshot)
    return found


def _cases(request: pytest.FixtureRequest) -> Any:
    cases = request.config.pluginmanager.get_plugin("mcqtest-cases")
    if cases is None:
        request.session.stash[SKIPPED] = request.session.stash.get(SKIPPED, 0) + 1
        pytest.skip("no model to ask: give --model=PATH")
    return cases
