"""A run from the outside: recorded, green, red, broken off; what is said and what is left."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from xml.etree import ElementTree as ET

import pytest
from project import (
    EVERY,
    SIZES,
    TASKS,
    TOTAL,
    USUAL,
    USUAL_ARGS,
    Project,
    both_ways,
    sentences,
    wrong,
)

WORSE = wrong("stars", range(1, 49, 4))
"""Twelve questions of one task, which is significant."""
THIN = [name for task in TASKS for name in wrong(task, range(1, 13, 4))]
"""Three questions of each task, which is significant only together."""


FIGURES = {"planets": ("56", "0.8214"), "plants": ("40", "0.7500")}
"""What is shown of two tasks of the usual model."""


def case(task: str) -> str:
    return f"cases/test_toy.py::test_toy[{task}]"


def tasks(project: Project) -> dict[str, dict]:
    return project.summary["benchmarks"]["toy"]["tasks"]


def test_record_then_green(project: Project) -> None:
    """Every question is asked once, then the store answers without a model; the files of a run
    are the same bytes however many processes made them.
    """
    project.model("a", wrong=USUAL)
    seen = []
    for args in ((), ("-n", "0"), ("-n", "2")):
        folders = (f"--run-dir=.mcqtest{len(seen)}", f"--baselines-dir=baselines/{len(seen)}")
        recorded = project.run(*folders, *args, "--snapshot-update")
        assert recorded.ret == 0, sentences(recorded)
        assert f"RECORDED: a on {TOTAL} questions of 4 tasks is now baseline 'a'" in sentences(
            recorded
        )
        assert sorted(project.log()) == sorted(EVERY)
        assert len(project.log("loaded")) == (2 if "2" in args else 1)
        first = project.outputs(folders[0][10:])

        green = project.run(*folders, *args)
        assert green.ret == 0, sentences(green)
        green.assert_outcomes(passed=4)
        assert "\x1b" not in sentences(green)  # colours belong on a terminal
        assert "\n\n\n" not in sentences(green)
        for task, figures in FIGURES.items():
            assert sum(line.split()[:3] == [task, *figures] for line in green.outlines) == 1
        assert f"MAY SHIP: a is no worse than baseline 'a' on {TOTAL} questions" in sentences(green)
        assert project.log() == project.log("loaded") == []
        seen.append((first, project.outputs(folders[0][10:])))
    assert seen[0] == seen[1] == seen[2]

    fresh = project.run("--baselines-dir=baselines/2")
    assert fresh.ret == 0
    assert sorted(project.log()) == sorted(EVERY)
    assert project.outputs() == seen[0][1]
    one, two, three = (
        {name[2:]: text for name, text in project.baselines().items() if name[0] == which}
        for which in "012"
    )
    assert one == two == three
    assert set(one) == {f"a/toy/{task}" for task in TASKS}

    summary = project.summary
    assert summary["verdict"] == "pass"
    assert summary["reasons"] == summary["notices"] == []
    assert [row["change"] for row in project.rows] == ["same"] * TOTAL
    assert {name: each["n"] for name, each in tasks(project).items()} == SIZES
    missed = [f"{row['task']}/{row['id']}" for row in project.rows if not row["correct"]]
    assert missed == sorted(USUAL, key=missed.index)
    assert summary["benchmarks"]["toy"]["accuracy"] == pytest.approx(1 - len(USUAL) / TOTAL)


def test_one_task_regresses(recorded: Project, plugin_args: tuple[str, ...]) -> None:
    """Red with the task, the questions lost and the p-value, though another task gained; and so is
    the group that it belongs to.
    """
    before = recorded.baselines()
    won = wrong("plants", range(0, 32, 4))
    recorded.model("b", wrong=[*(set(USUAL) - set(won)), *WORSE])
    result = recorded.run("--baseline=a", *plugin_args, model="b")
    assert result.ret == 1
    result.assert_outcomes(passed=3, failed=2)
    said = sentences(result)
    assert "toy/stars is worse than baseline 'a': accuracy 0.8438 -> 0.6562" in said
    assert "12 questions lost, 0 won, p = 0.00024, adjusted 0.0034 (red from 0.01 down)" in said
    assert f"FAILED {case('stars')}" in said
    assert "MAY NOT SHIP: b: toy/stars is worse" in said
    assert "FAILED toy::pooled - toy, space, is worse than baseline 'a'" in said
    assert "as a whole" not in said
    line = next(each for each in result.outlines if each.startswith("lost (question"))
    assert [part.split()[0] for part in line.partition("): ")[2].split(", ")] == [
        name.partition("/")[2] for name in WORSE
    ]

    summary = recorded.summary
    assert summary["verdict"] == "fail"
    starts = [reason[:18] for reason in summary["reasons"]]
    assert starts == ["toy/stars is worse", "toy, space, is wor"]
    assert tasks(recorded)["stars"]["lost"] == 12
    assert tasks(recorded)["stars"]["p_value"] == pytest.approx(2**-12)
    assert tasks(recorded)["plants"]["won"] == 8
    rows = [row for row in recorded.rows if row["change"] == "lost"]
    assert [f"{row['task']}/{row['id']}" for row in rows] == WORSE
    assert recorded.baselines() == before


@both_ways
def test_regression_over_all_tasks(recorded: Project, args: tuple[str, ...]) -> None:
    """No task is red by itself; together they are a failed case, also in JUnit's XML."""
    recorded.model("b", wrong=[*USUAL, *THIN])
    result = recorded.run("--baseline=a", "--junitxml=junit.xml", *args, model="b")
    assert result.ret == 1
    result.assert_outcomes(passed=4, failed=1)
    said = sentences(result)
    assert "FAILED toy::pooled" in said
    assert "MAY NOT SHIP: b: toy as a whole is worse than baseline 'a'" in said
    assert f"12 questions lost, 0 won of {TOTAL}, p = 0.00024" in said
    cases = ET.parse(recorded.path / "junit.xml").getroot().findall(".//testcase")
    failed = [each.get("name") for each in cases if each.find("failure") is not None]
    assert (len(cases), failed) == (5, ["pooled"])
    assert recorded.summary["verdict"] == "fail"
    assert all(not each["failures"] for each in tasks(recorded).values())


def test_no_worse_is_green(recorded: Project) -> None:
    """An improvement, churn without direction, and a single lost question are no regression."""
    models = {
        "better": ([], 0, 40),
        "churned": ([*(set(USUAL) - set(wrong("stars", range(0, 40, 4)))), *WORSE[:10]], 10, 10),
        "one": ([*USUAL, "stars/1"], 1, 0),
    }
    for name, (errors, lost, won) in models.items():
        recorded.model(name, wrong=errors)
        result = recorded.run("--baseline=a", model=name)
        assert result.ret == 0, sentences(result)
        assert recorded.summary["verdict"] == "pass"
        toy = recorded.summary["benchmarks"]["toy"]
        assert (toy["lost"], toy["won"]) == (lost, won)
        assert f"toy: {lost} lost, {won} won, a " in sentences(result)


@both_ways
def test_unanswered_question(recorded: Project, args: tuple[str, ...]) -> None:
    """A question that cannot be answered makes its case an error; the others are judged."""
    recorded.model("b", wrong=USUAL)
    recorded.write("models/b/vocab.txt", "another model, the same answers")
    recorded.control(refuse="toy/plants/7")
    result = recorded.run("--baseline=a", *args, model="b")
    assert result.ret == 1
    result.assert_outcomes(passed=3, errors=1)
    said = sentences(result)
    assert f"ERROR {case('plants')} - toy/plants/7: the double has no answer" in said
    assert "Traceback" not in said
    assert recorded.summary["verdict"] == "fail"
    assert set(tasks(recorded)) == set(TASKS) - {"plants"}
    assert len(recorded.rows) == TOTAL - SIZES["plants"]


def test_interrupt(recorded: Project) -> None:
    """Ctrl-C is exit code 2 and no verdict; what was answered is kept."""
    recorded.model("b", wrong=USUAL[1:])
    recorded.control(interrupt=70)
    result = recorded.run("--baseline=a", model="b")
    assert result.ret == 2
    assert recorded.summary["verdict"] == "fail"
    assert "MAY NOT SHIP" in sentences(result)
    assert sum(len(path.read_text().splitlines()) for path in recorded.responses()) == TOTAL + 70


def test_stops_at_the_first_red(recorded: Project) -> None:
    """`-x` asks no more than the first red task, and its verdict is no pass; probabilities that got
    worse are said besides.
    """
    recorded.model("b", wrong=wrong("planets", range(40)))
    recorded.log()
    result = recorded.run("--baseline=a", "-x", model="b")
    assert result.ret == 1
    result.assert_outcomes(failed=2)
    assert len(recorded.log()) == SIZES["planets"]
    assert recorded.summary["verdict"] == "fail"


@both_ways
def test_collect_only(project: Project, args: tuple[str, ...]) -> None:
    """A look at the cases asks nothing and writes nothing."""
    project.model("a")
    result = project.run("--collect-only", "-q", *args)
    assert result.ret == 0
    assert [line for line in result.outlines if "::" in line] == [case(task) for task in TASKS]
    assert project.log() == project.log("loaded") == []
    assert not (project.path / ".mcqtest").exists()
    assert "SHIP" not in sentences(result)


def test_on_a_terminal(recorded: Project) -> None:
    """A task's line stands where the progress was, from the first column."""
    leader, follower = os.openpty()
    command = [sys.executable, "-m", "pytest", *USUAL_ARGS, "cases", "--data=data"]
    run = subprocess.Popen([*command, "--model=models/a"], cwd=recorded.path, stdout=follower)
    os.close(follower)
    said = b""
    with contextlib.suppress(OSError):  # how Linux says that the other side has closed
        while more := os.read(leader, 4096):
            said += more
    os.close(leader)
    assert run.wait() == 0
    shown = said.decode().split("\r\n")
    for task, figures in FIGURES.items():
        lines = [line.rpartition("\r")[2] for line in shown if task in line]
        assert [line.split()[:3] for line in lines] == [[task, *figures]]
        assert lines[0].startswith(task)


@both_ways
def test_verbose_and_quiet(recorded: Project, args: tuple[str, ...]) -> None:
    """`-v` has the figures behind PASSED, `-q` is a few lines; no colours in a file."""
    verbose = recorded.run("-v", *args)
    for task, figures in FIGURES.items():
        shown = f"PASSED n={figures[0]} accuracy={figures[1]} lost=0 won=0 p=1"
        assert any(case(task) in line and shown in line for line in verbose.outlines)
    quiet = recorded.run("-q", *args)
    assert len(quiet.outlines) <= 6
    assert sum(line.startswith("MAY SHIP: a is no worse") for line in quiet.outlines) == 1
    for result in (verbose, quiet):
        assert result.ret == 0
        assert "\x1b" not in sentences(result)
        assert "\n\n\n" not in sentences(result)
