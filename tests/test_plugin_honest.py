"""Settings do not vanish, and nothing that was not measured is green: whole runs."""

from __future__ import annotations

import pytest
from project import TASKS, USUAL, Project, both_ways, mistake, sentences

UPDATE = "--snapshot-update"
TYPO = "[tool.mcqtest.gate.tow]\nmin_accuracy = 0.5\n"
OURS = """
from pathlib import Path

import pytest
from mcqtest.types import Benchmark

HERE = Benchmark.csv("ours.csv", choices=("A", "B"))
"""


@both_ways
def test_no_choice_preferred(recorded: Project, args: tuple[str, ...]) -> None:
    """A model whose choices are all equally probable: no pass, and nothing is recorded."""
    recorded.model("flat", wrong=USUAL[1:])
    recorded.control(flat=1)
    before = recorded.baselines()
    for more in ((UPDATE,), ("--baseline=none",)):
        recorded.write("pyproject.toml", "[tool.mcqtest.gate.toy]\nmin_accuracy = 0.01\n")
        result = recorded.run(*args, *more, model="flat")
        assert result.ret == 1
        (reason,) = recorded.summary["reasons"]
        assert reason.startswith("toy: all choices are equally probable in each of 208 questions")
        word = "NOT RECORDED" if more == (UPDATE,) else "MAY NOT SHIP"
        assert f"{word}: flat: {reason}" in sentences(result)
    assert recorded.baselines() == before
    assert recorded.summary["benchmarks"]["toy"]["tied_share"] == 1


@both_ways
def test_the_new_checkpoint_was_perhaps_not_used(recorded: Project, args: tuple[str, ...]) -> None:
    """Other files, and every probability as before: a note; the same files are no news."""
    recorded.model("again", wrong=USUAL)
    recorded.write("models/again/tokenizer.json", "{}")
    assert recorded.run(*args, "--baseline=a", model="again").ret == 0
    (note,) = recorded.summary["notices"]
    assert note.startswith("toy: every probability is the baseline's to the last digit although")
    assert recorded.run(*args).ret == 0
    assert recorded.summary["notices"] == []


@both_ways
def test_shots_that_are_questions(recorded: Project, args: tuple[str, ...]) -> None:
    """Refused before anything is asked; at zero shots a note."""
    dev = recorded.path / "data/toy/dev/stars_dev.csv"
    dev.write_bytes((recorded.path / "data/toy/test/stars_test.csv").read_bytes())
    assert "ERROR: toy/stars: its examples are questions of the test" in mistake(
        recorded.run(*args, "--baseline=none", UPDATE)
    )
    assert recorded.log() == []
    assert recorded.run(*args, "--shots=0", UPDATE).ret == 0
    assert [each for each in recorded.summary["notices"] if "examples of stars" in each]


# --- tables of what nobody knows --------------------------------------------------------------


@both_ways
def test_a_table_with_a_typo(recorded: Project, args: tuple[str, ...]) -> None:
    """Of a benchmark that no test knows, selected or not; or of a key that nothing bounds."""
    recorded.write("pyproject.toml", TYPO)
    assert "ERROR: gate.tow: no such benchmark; there are " in mistake(recorded.run(*args))
    assert recorded.log() == []
    recorded.write("pyproject.toml", "[tool.mcqtest.gate.mmlu]\nmin_acuracy = 0.5\n")
    assert "ERROR: gate.mmlu.min_acuracy: no such threshold; there are min_accuracy" in mistake(
        recorded.run(*args)
    )


def test_a_table_that_a_neighbour_may_own(recorded: Project) -> None:
    """Where the command names single files, or a file below defines the benchmark: a note."""
    recorded.write("pyproject.toml", TYPO)
    note = "thresholds of tow were not checked: not selected, or there is no such"
    for cases in ("cases/test_toy.py", "cases/test_toy.py::test_toy"):
        assert recorded.run(cases=cases).ret == 0
        assert note in recorded.summary["notices"]
    recorded.write("pyproject.toml", TYPO.replace("tow", "ours"))
    recorded.write("elsewhere/test_ours.py", OURS)
    assert recorded.run().ret == 0
    assert note.replace("tow", "ours") in recorded.summary["notices"]


def test_a_key_of_what_was_not_selected(recorded: Project) -> None:
    """A test that was collected knows its benchmark, whether or not it is asked."""
    recorded.write("pyproject.toml", "[tool.mcqtest.gate.toy.moon]\nmin_accuracy = 0.5\n")
    assert "gate.toy.moon: toy has no such task" in mistake(recorded.run("-m", "not toy"))
    recorded.write("pyproject.toml", "[tool.mcqtest.gate.toy]\nmin_acuracy = 0.5\n")
    assert "gate.toy.min_acuracy: no such threshold" in mistake(recorded.run("-m", "not toy"))


@both_ways
def test_a_benchmark_that_is_required(recorded: Project, args: tuple[str, ...]) -> None:
    """A run that leaves it out, or a task of it, is no pass; one that records may."""
    recorded.write("pyproject.toml", '[tool.mcqtest]\nrequired = ["toy"]\n')
    assert recorded.run(*args).ret == 0
    assert recorded.run(*args, "-k", "stars or rivers").ret == 1
    assert recorded.summary["reasons"] == [
        "toy is required, and only 2 of its 4 tasks were asked; select them all"
    ]
    assert recorded.run(*args, "-k", "stars", UPDATE).ret == 0
    recorded.write("pyproject.toml", '[tool.mcqtest]\nrequired = ["mmlu"]\n')
    assert recorded.run(*args).ret == 1
    assert recorded.summary["reasons"] == [
        "mmlu is required and was not asked; select it, or correct required"
    ]
    recorded.write("pyproject.toml", '[tool.mcqtest]\nrequired = ["tow"]\n')
    assert "required: tow: no such benchmark" in mistake(recorded.run(*args))


# --- where settings stand ---------------------------------------------------------------------


@pytest.mark.parametrize("option", ["--run-dir", "--baselines-dir", "--data", "--model"])
def test_a_path_behind_a_space(recorded: Project, option: str) -> None:
    """The same line the first time and ever after."""
    for _ in range(2):
        said = mistake(recorded.run(option, "there"))
        assert said.startswith(f"ERROR: write {option}=there with an equals sign: ")
        (recorded.path / "there").mkdir(exist_ok=True)


def test_two_places_that_disagree(recorded: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """Which one counts is told in the header and at the end."""
    recorded.write("pyproject.toml", '[tool.mcqtest]\nalpha = 0.05\nlimit = 5\nbaseline = "a"\n')
    recorded.write("pytest.ini", "[pytest]\nmcq_baseline = b\naddopts = --alpha=0.02\n")
    monkeypatch.setenv("MCQTEST_DATA", str(recorded.path))
    monkeypatch.setenv("PYTEST_ADDOPTS", "--alpha=0.03")
    result = recorded.run("--alpha=0.01", "--alpha=0.04", "--limit=64", "--baseline=a")
    assert result.ret == 0, sentences(result)
    assert recorded.summary["alpha"] == 0.04
    told = [
        "--alpha=0.04 (command line) counts, not 0.01 (command line)",
        "--alpha=0.04 (command line) counts, not 0.02 (addopts)",
        "--alpha=0.04 (command line) counts, not 0.03 (PYTEST_ADDOPTS)",
        "--alpha=0.04 (command line) counts, not 0.05 ([tool.mcqtest])",
        "--baseline=a (command line) counts, not b (ini file)",
        f"--data=data (command line) counts, not {recorded.path} (MCQTEST_DATA)",
        "--limit=64 (command line) counts, not 5 ([tool.mcqtest])",
    ]
    assert recorded.summary["notices"] == told
    for each in told:
        assert f"\nmcqtest: {each}\n" in sentences(result)
        assert f"\nnote: {each}\n" in sentences(result)


def test_a_table_that_is_not_read(recorded: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """That of the current folder, where tests of another one are named."""
    here = recorded.path / "here"
    recorded.write("here/pyproject.toml", "[tool.mcqtest]\nalpha = 0.05\n")
    monkeypatch.chdir(here)
    result = recorded.run("--data=../data", "--model=../models/a", cases="../cases", **NONE)
    assert result.ret == 0, sentences(result)
    (note,) = recorded.summary["notices"]
    assert note.startswith(
        f"{here / 'pyproject.toml'}: its [tool.mcqtest] is not read, for the root"
    )


NONE = {"model": None, "data": None}


# --- what is asked, and when it ends ----------------------------------------------------------


@both_ways
def test_with_x_the_regression_is_the_first_reason(
    recorded: Project, args: tuple[str, ...]
) -> None:
    """And the exit status is that of a regression."""
    recorded.model("worse", wrong=[f"{task}/{n}" for task in TASKS for n in range(30)])
    result = recorded.run(*args, "-x", "--baseline=a", model="worse")
    assert result.ret == 1
    first = recorded.summary["reasons"][0]
    assert " worse than baseline 'a': " in first
    assert f"MAY NOT SHIP: worse: {first}" in sentences(result)
    assert "left out, since the run was to stop at a failure" in recorded.summary["reasons"][-1]


def test_results_of_a_test_that_ends_in_a_mistake(recorded: Project) -> None:
    """Are answers like any other: they stay in results.jsonl, and nothing passes."""
    text = recorded.path / "cases/test_toy.py"
    text.write_text(
        text.read_text("utf-8").replace(
            "    assert results == baseline",
            "    assert results == baseline\n"
            '    if task.name == "rivers":\n'
            "        from mcqtest.answers import read\n"
            '        read("A", reader="nobody")',
        ),
        "utf-8",
    )
    assert "--reader=nobody: unknown" in mistake(recorded.run())
    assert {row["task"] for row in recorded.rows} == {"planets", "plants", "rivers"}
    assert recorded.summary["verdict"] == "fail"


@pytest.mark.parametrize("option", ["--baseline", "--model", "--model-name", "--run-dir"])
def test_names_of_three_hundred_characters(recorded: Project, option: str) -> None:
    """One line, before anything is looked for."""
    assert mistake(recorded.run(f"{option}={'a' * 300}")).endswith("can have; shorten it")


def test_runs_that_are_called_alike(recorded: Project) -> None:
    """Two runs' checkpoint-500 have a baseline each."""
    for run in ("one", "two"):
        recorded.model("checkpoint-500", wrong=USUAL, folder=f"models/{run}")
        assert recorded.run(UPDATE, model=f"{run}/checkpoint-500").ret == 0
    names = {name.partition("/")[0] for name in recorded.baselines()}
    assert names == {"a", "one--checkpoint-500", "two--checkpoint-500"}


@pytest.mark.parametrize("more", [(), ("-m", "toy")])
def test_a_misspelt_benchmark_is_a_mistake(recorded: Project, more: tuple[str, ...]) -> None:
    """Whatever else selects; those that there are, are named."""
    said = mistake(recorded.run("--benchmarks=toyy", *more))
    assert "--benchmarks=toyy: no such benchmark; " in said
    assert "toy" in said
    assert recorded.log() == []
