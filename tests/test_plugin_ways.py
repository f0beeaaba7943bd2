"""Ways of running pytest and of disturbing it: none turns red to green, a mistake is a line."""

from __future__ import annotations

import os
import shlex
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
import warm
from project import TASKS, TOTAL, USUAL, USUAL_ARGS, Project, both_ways, mistake, sentences, wrong

from mcqtest.run import lock

STARS = wrong("stars", range(64))
MARKED = """
import pytest


def pytest_collection_modifyitems(items):
    for item in items:
        if "stars" in item.nodeid:
            item.add_marker(pytest.mark.{mark})
"""
AGAIN = """
import random

from _pytest.runner import runtestprotocol


def pytest_runtest_protocol(item, nextitem):  # what pytest-rerunfailures does
    hook = item.ihook
    hook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
    for last in (False, False, True):
        reports = runtestprotocol(item, nextitem=nextitem, log=False)
        failed = [each for each in reports if each.failed]
        for report in reports:
            if report.failed and not last:
                report.outcome = "rerun"
            hook.pytest_runtest_logreport(report=report)
        if not failed:
            break
        item._initrequest()
    hook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)
    return True


def pytest_report_teststatus(report):
    return ("rerun", "R", "RERUN") if report.outcome == "rerun" else None
"""
SHUFFLED = """
import random


def pytest_collection_modifyitems(items):  # what pytest-randomly does
    random.Random(5).shuffle(items)
"""


@pytest.fixture
def worse(recorded: Project) -> Project:
    """With a model ``worse``, which has lost all of one task."""
    recorded.model("worse", wrong=[*USUAL, *STARS])
    return recorded


def append(project: Project, text: str) -> None:
    conftest = project.path / "conftest.py"
    project.write("conftest.py", conftest.read_text() + text)


# --- marks and plugins ------------------------------------------------------------------------


@pytest.mark.parametrize("mark", ["xfail", "skip", "xfail(run=False)"])
def test_a_mark_hides_nothing(worse: Project, mark: str) -> None:
    """Red is red where failing was expected, and what was not run is not judged, red or not."""
    append(worse, MARKED.format(mark=mark))
    result = worse.run("--baseline=a", model="worse")
    assert result.ret == pytest.ExitCode.TESTS_FAILED, sentences(result)
    runs = mark.startswith("xfail") and "run=False" not in mark
    said = "toy/stars is worse" if runs else "1 of 4 selected tasks were not judged"
    assert any(reason.startswith(said) for reason in worse.summary["reasons"])
    if not runs:
        assert worse.run().ret == pytest.ExitCode.TESTS_FAILED
        assert worse.summary["reasons"] == [said]


@both_ways
def test_a_case_that_is_run_again(worse: Project, args: tuple[str, ...]) -> None:
    """It was judged, so it stays red; and is told once."""
    append(worse, AGAIN)
    result = worse.run("--baseline=a", *args, model="worse")
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    assert result.parseoutcomes()["rerun"] == 2
    assert sum(line.startswith("stars ") for line in result.stdout.lines) == 1
    assert len(worse.log()) == TOTAL


def test_the_order_of_cases(recorded: Project) -> None:
    """Says nothing: the same files, byte for byte."""
    assert recorded.run().ret == 0
    before = recorded.outputs()
    append(recorded, SHUFFLED)
    assert recorded.run().ret == 0
    assert recorded.outputs() == before


@both_ways
def test_what_ended_a_run_comes_first(worse: Project, args: tuple[str, ...]) -> None:
    """Before what was left out for it; and it is a regression, no interruption."""
    worse.model("worse", wrong=[name for task in TASKS for name in wrong(task, range(64))])
    result = worse.run("--baseline=a", "-x", *args, model="worse")
    assert result.ret == pytest.ExitCode.TESTS_FAILED, sentences(result)
    first, *_, last = worse.summary["reasons"]
    assert " worse than baseline 'a'" in first
    assert "left out, since the run was to stop at a failure" in last


def test_without_assertions(worse: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """Python leaves them out where it optimises; the verdict does not hang on them."""
    monkeypatch.setenv("PYTHONOPTIMIZE", "1")
    quiet = ("-W", "ignore::pytest.PytestConfigWarning")
    assert worse.run("--baseline=a", *quiet, model="worse").ret == pytest.ExitCode.TESTS_FAILED
    assert worse.summary["verdict"] == "fail"
    assert worse.run(*quiet).ret == 0


def test_without_syrupy(recorded: Project) -> None:
    """Which plugin is missing, in one line."""
    assert "syrupy, which keeps baselines" in mistake(recorded.run("-p", "no:syrupy"))


@pytest.mark.parametrize("option", ["--cache-show", "--setup-only"])
def test_a_look_leaves_the_verdict(recorded: Project, option: str) -> None:
    """Nor does it read a model, or wait for a run that goes on."""
    assert recorded.run().ret == 0
    before = recorded.outputs()
    give_back = lock(recorded.path / ".mcqtest", model="another")
    # Without the usual arguments, which switch the cache off.
    args = ("-W", "error", "cases", "--model=models/a", "--data=data", option)
    assert warm.run(recorded.pytester, *args).ret in {0, 5}
    give_back()
    assert recorded.outputs() == before


# --- one run in a folder ----------------------------------------------------------------------


@both_ways
def test_two_runs_in_a_folder(recorded: Project, args: tuple[str, ...]) -> None:
    """The second is told who is there, and touches nothing of the first; also with a mistake."""
    assert recorded.run().ret == 0
    before = recorded.outputs()
    give_back = lock(recorded.path / ".mcqtest", model="models/other")
    said = mistake(recorded.run(*args))
    assert f"another run uses this folder (process {os.getpid()} on " in said
    assert "--model=models/other); wait until it has ended" in said
    mistake(recorded.run("--limit=0"))
    assert recorded.outputs() == before
    give_back()
    assert recorded.run(*args).ret == 0


def test_what_killed_runs_left(recorded: Project) -> None:
    """Is swept away by the next, and holds no lock."""
    folder = recorded.path / ".mcqtest"
    recorded.write(".mcqtest/.lock", "process 1 on elsewhere, --model=x\n")
    recorded.write(".mcqtest/staging/0123/toy/stars.txt", "half")
    recorded.write(".mcqtest/.summary.json.99.tmp", "half")
    assert recorded.run().ret == 0
    names = {path.name for path in folder.iterdir()}
    assert not {name for name in names if name == "staging" or name.endswith(".tmp")}
    assert names >= {".gitignore", ".lock", "responses", "results.jsonl", "summary.json"}
    assert (folder / ".lock").read_text() == ""


# --- a machine that is short of something -----------------------------------------------------


@both_ways
def test_few_open_files(recorded: Project, args: tuple[str, ...]) -> None:
    """They are enough, or it is said how many are needed."""
    command = shlex.join(
        [sys.executable, "-m", "pytest", *USUAL_ARGS, "cases", "--model=models/a", "--data=data"]
    )
    result = recorded.pytester.run("bash", "-c", f"ulimit -n 20; {command} {shlex.join(args)}")
    if args:
        assert "20 files may be open at once, and a run with 2 workers needs 24" in mistake(result)
    else:
        assert result.ret == 0, sentences(result)


# --- what names could do to a terminal --------------------------------------------------------


@both_ways
def test_escape_sequences(recorded: Project, args: tuple[str, ...]) -> None:
    """A path, a label and a reason are written as Python would, in the terminal and in JUnit's
    file; Korean stays as it is. A model is not called so.
    """
    evil = "a\u202eMAY SHIP: all"
    recorded.model(evil, wrong=USUAL)
    refused = mistake(recorded.run("--baseline=a", *args, model=evil))
    assert "a\\u202eMAY SHIP: all" in refused
    assert "--model-name" in refused
    recorded.model("b", wrong=[*USUAL, *STARS])
    recorded.write("tags.jsonl", '{"id": "toy/stars/1", "labels": ["\\u001b[31m한국어\\n"]}\n')
    more = ("--tags=tags.jsonl", "--baseline=a", "--junitxml=out.xml", *args)
    result = recorded.run(*more, model="b")
    assert result.ret == pytest.ExitCode.TESTS_FAILED, sentences(result)
    said = sentences(result)
    assert not {"\x1b", "\x9b", "\u202e"} & set(said + refused)
    assert "\\x1b[31m한국어\\n" in said
    ET.parse(recorded.path / "out.xml")
    recorded.model("a", wrong=[*USUAL, *STARS])
    said = recorded.run("--snapshot-update", "--accept-regression=so\x1b[1m", *args)
    assert "regressions accepted: so\\x1b[1m" in sentences(said)


def test_a_name_that_is_not_utf_8(recorded: Project) -> None:
    """A folder may have any bytes for a name; the files that tell of it are UTF-8, so the model
    needs another one.
    """
    name = os.fsdecode(b"caf\xe9")
    recorded.model("b", wrong=USUAL)
    (recorded.path / "models/b").rename(recorded.path / "models" / name)
    assert "caf\\udce9" in mistake(recorded.run("--baseline=a", model=name))
    result = recorded.run("--baseline=a", "--model-name=cafe", model=name)
    assert result.ret == 0, sentences(result)
    assert recorded.summary["model"] == "cafe"
    Path(recorded.path / ".mcqtest/summary.json").read_text("utf-8")
