"""How sure a verdict is: what is excluded, what is left out, what is tolerated, and exit code 6."""

from __future__ import annotations

import json
from xml.etree import ElementTree as ET

import pytest
from project import TASKS, TOTAL, UNDECIDED, USUAL, Project, both_ways, mistake, sentences, wrong

UPDATE = "--snapshot-update"


@both_ways
def test_a_margin_that_is_not_excluded(recorded: Project, args: tuple[str, ...]) -> None:
    """Few questions moved, but the loss that is still possible is larger than what is allowed: no
    pass and no failure, in words, in the exit code, and as a case of its own.
    """
    recorded.model("b", wrong=[*USUAL, *wrong("stars", range(1, 4))])
    run = ("--baseline=a", "--margin=4", "--junitxml=cases.xml", *args)
    result = recorded.run(*run, model="b")
    assert result.ret == UNDECIDED, sentences(result)
    assert "UNDECIDED: b: no loss is proven, but one of the margin is not excluded" in sentences(
        result
    )
    assert "toy: a drop of up to 4." in sentences(result)
    assert "4 passed, 1 undecided in" in sentences(result)
    found = recorded.summary
    assert (found["verdict"], found["benchmarks"]["toy"]["margin"]) == ("undecided", 0.04)
    assert found["reasons"][0].startswith("toy: a drop of up to 4.")
    cases = ET.parse(recorded.path / "cases.xml").iter("testcase")
    (odd,) = [case for case in cases if case.find("failure") is not None]
    assert odd.get("name") == "margin"
    assert recorded.run(*run[:1], "--margin=6", *args, model="b").ret == 0


@both_ways
def test_a_part_is_no_pass(recorded: Project, args: tuple[str, ...]) -> None:
    """Tasks left out by pytest's own options; a proven loss is red all the same."""
    for selection in (("-k", "not stars"), ("--deselect=cases/test_toy.py::test_toy[stars]",)):
        result = recorded.run(*selection, *args)
        assert result.ret == UNDECIDED, sentences(result)
        assert (
            "PARTIAL: a: no loss is proven, but only a part was asked: toy: 3 of 4 tasks"
            in sentences(result)
        )
        assert "3 passed" in sentences(result)
        assert "1 partial" in sentences(result)
        assert recorded.summary["verdict"] == "partial"
    recorded.model("b", wrong=[*USUAL, *wrong("rivers", range(1, 40, 2))])
    red = recorded.run("--baseline=a", "-k", "rivers", *args, model="b")
    assert red.ret == 1
    assert recorded.summary["verdict"] == "fail"


def test_some_questions_are_no_pass(project: Project) -> None:
    """Against a baseline of the same first questions; whatever is lost of the few."""
    project.model("a", wrong=USUAL)
    assert project.run(UPDATE, "--limit=5").ret == 0
    project.model("b", wrong=[*USUAL, "stars/1", "plants/1"])
    result = project.run("--limit=5", "--baseline=a", model="b")
    assert result.ret == UNDECIDED
    assert "toy: not all questions of 4 of 4 tasks" in sentences(result)
    assert project.run(UPDATE, "--limit=1000", "--accept-regression=more").ret == 0
    whole = project.run("--limit=1000")
    assert whole.ret == 0, sentences(whole)


def test_a_red_run_without_its_red_task(recorded: Project) -> None:
    """Is not a pass, and no level is another one."""
    recorded.model("b", wrong=[*USUAL, *wrong("stars", range(1, 40, 2))])
    assert recorded.run("--baseline=a", model="b").ret == 1
    levels = {
        name: task["level"] for name, task in recorded.summary["benchmarks"]["toy"]["tasks"].items()
    }
    assert recorded.run("--baseline=a", "-k", "not stars", model="b").ret == UNDECIDED
    for name, task in recorded.summary["benchmarks"]["toy"]["tasks"].items():
        assert task["level"] == levels[name]


def test_proven_losses_alone(recorded: Project) -> None:
    """Green also on parts, and nobody reads that it may ship."""
    for args in ((), ("-k", "stars")):
        result = recorded.run("--margin=none", *args)
        assert result.ret == 0
        assert "NO LOSS PROVEN: a against baseline 'a'" in sentences(result)
        assert "MAY SHIP" not in sentences(result)
        assert recorded.summary["verdict"] == "no_loss_proven"


def test_a_margin_that_nothing_satisfies(recorded: Project) -> None:
    """Told before anything is asked; in a table as well."""
    said = mistake(recorded.run("--margin=1"))
    assert f"toy: {TOTAL} questions are too few to exclude a drop of 1 points at alpha 0.01" in said
    assert "that takes 459" in said
    assert recorded.log() == []
    recorded.write("pyproject.toml", "[tool.mcqtest.gate.toy]\nmargin = 1\n")
    assert "that takes 459" in mistake(recorded.run())
    assert recorded.run("--margin=25").ret == 4  # the table of the benchmark is nearer
    recorded.write("pyproject.toml", '[tool.mcqtest]\nmargin = "none"\n')
    assert recorded.run().ret == 0
    assert recorded.run("--margin=3").ret == 0


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ("margin = -1", "gate.toy.margin = -1: points of accuracy are needed, such as 1.5"),
        ('margin = "x"', "gate.toy.margin = 'x': points of accuracy are needed"),
        ("tolerance = 100", "gate.toy.tolerance = 100: points of accuracy are needed"),
        ("tolerance = 25", "toy: tolerance 25 is not below margin 25"),
        ("stars = {margin = 2}", "gate.toy/stars.margin = 2: a task has no margin"),
    ],
)
def test_odd_tables(recorded: Project, table: str, said: str) -> None:
    """One line that names the key."""
    recorded.write("pyproject.toml", f"[tool.mcqtest.gate.toy]\n{table}\n")
    assert said in mistake(recorded.run())
    assert recorded.log() == []


@pytest.mark.parametrize(
    ("option", "said"),
    [
        ("--margin=0", "--margin=0: no result excludes every drop"),
        ("--margin=two", "--margin=two: points of accuracy are needed"),
        ("--tolerance=-1", "--tolerance=-1: points of accuracy are needed"),
        ("--tolerance=nan", "--tolerance=nan: points of accuracy are needed"),
    ],
)
def test_odd_options(recorded: Project, option: str, said: str) -> None:
    """One line that names the option."""
    assert said in mistake(recorded.run(option))


@both_ways
def test_a_tolerated_loss(recorded: Project, args: tuple[str, ...]) -> None:
    """Is proven and said, and not held against the model; a task may have its own tolerance."""
    recorded.model("b", wrong=[*USUAL, *wrong("stars", range(1, 40, 2))])
    run = ("--baseline=a", "--margin=25", *args)
    assert recorded.run(*run, model="b").ret == 1
    recorded.write(
        "pyproject.toml",
        "[tool.mcqtest.gate.toy]\ntolerance = 15\nstars = {tolerance = 45}\n",
    )
    result = recorded.run(*run, model="b")
    assert result.ret == 0, sentences(result)
    assert "note: toy/stars: a loss is proven (" in sentences(result)
    assert "but not one beyond the tolerance of 45 points" in sentences(result)
    assert "note: toy: a loss is proven (" in sentences(result)
    recorded.write("pyproject.toml", "")
    assert recorded.run(*run, "--tolerance=1", model="b").ret == 1
    assert "by more than the tolerance of 1 points" in json.dumps(recorded.summary["reasons"])


@both_ways
def test_an_anchor(recorded: Project, args: tuple[str, ...]) -> None:
    """A baseline that does not move sees what many small steps add up to; the last release's
    baseline does not.
    """
    for number, more in enumerate((3, 6, 9, 12, 13)):
        lost = [name for task in TASKS for name in wrong(task, range(1, 1 + more))]
        recorded.model(f"v{number}", wrong=[*USUAL, *lost])
    assert recorded.run(UPDATE, model="v3").ret == 0
    steps = ("--baseline=v3", "--margin=none", *args)
    assert recorded.run(*steps, model="v4").ret == 0
    result = recorded.run(*steps, "--anchor=a", model="v4")
    assert result.ret == 1, sentences(result)
    assert "toy is worse than anchor 'a': 4" in sentences(result)
    assert recorded.summary["anchor"] == "a"
    assert "toy::pooled" in sentences(result)
    assert "no baseline 'z'" in mistake(recorded.run("--anchor=z"))


def test_better_overall_and_worse_here(recorded: Project) -> None:
    """Is said where it is so."""
    better = [name for name in USUAL if name.startswith("stars/")]
    recorded.model("b", wrong=[*better, *wrong("stars", range(1, 40, 2))])
    result = recorded.run("--baseline=a", model="b")
    assert result.ret == 1
    assert "note: better overall (" in sentences(result)
    assert "worse in toy/stars" in sentences(result)


def test_noise_is_kept_with_a_baseline(recorded: Project) -> None:
    """What changed when the same weights were asked and recorded again, as elsewhere; stored
    answers that are recorded again are no measurement.
    """
    assert recorded.run(UPDATE).ret == 0
    assert "baseline_churn" not in recorded.summary["benchmarks"]["toy"]
    result = recorded.run(UPDATE, "--run-dir=anew")
    assert result.ret == 0, sentences(result)
    assert recorded.run().ret == 0
    assert recorded.summary["benchmarks"]["toy"].get("baseline_churn") == 0.0
    result = recorded.run()
    assert "churn 0.00%, 0.00% where the same weights were recorded twice" in sentences(result)


def test_confidence_that_is_not_borne_out(project: Project) -> None:
    """Logits three times as large, and every letter as before: red by the Brier score."""
    half = [name for task in TASKS for name in wrong(task, range(0, 64, 2))]
    project.model("a", wrong=half)
    assert project.run(UPDATE).ret == 0
    project.control(sharp=3)
    project.model("b", wrong=[*half, "nothing"])
    result = project.run("--baseline=a", model="b")
    assert result.ret == 1, sentences(result)
    said = "toy: probabilities are further from the truth than the baseline's (Brier score): "
    assert [reason[: len(said)] for reason in project.summary["reasons"]] == [said]
    assert project.summary["benchmarks"]["toy"]["lost"] == 0
