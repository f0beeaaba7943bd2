"""`mcqtest compare`: what it prints, its exit codes, and recorded outputs as a side."""

import json
import subprocess
import sys

import pytest
from sided import Project

from mcqtest.cli import main

TASKS = ("foam", "tides", "winds")
GOOD = dict.fromkeys(TASKS, "ABC" * 40)


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A baseline ``old``, and a model ``new`` that lost some of what it had."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    made = Project(tmp_path)
    made.run("old", GOOD, record=True)
    return made


def said(capsys, *arguments):
    """Exit code, and lines."""
    code = main(["compare", *arguments])
    return code, capsys.readouterr().out.splitlines()


@pytest.mark.parametrize(
    ("marks", "options", "expected"),
    [
        ("ABC" * 40, [], (0, "MAY SHIP: new is no worse than baseline 'old'")),
        ("AAC" * 40, [], (1, "MAY NOT SHIP: new: sea as a whole is worse than baseline 'old'")),
        ("ABC" * 40, ["--margin=none"], (0, "NO LOSS PROVEN: new against baseline 'old'")),
        ("ABC" * 40, ["--margin=0.1"], (6, "UNDECIDED: new: no loss is proven")),
    ],
)
def test_the_gates_verdict_and_exit_code(project, capsys, marks, options, expected):
    """The table of a run's end, and its sentence as the last line."""
    project.run("new", {**GOOD, "foam": marks}, baseline="old")
    found, lines = said(capsys, "old", "new", *options)
    assert (found, lines[-1][: len(expected[1])]) == expected
    assert lines[0] == "run new-0002 against baseline old"
    assert [line.split()[0] for line in lines[1:7]] == ["task", *TASKS, "sea", "air"]


def test_json_is_a_summary(project, capsys):
    """As in `summary.json`."""
    project.run("new", GOOD, baseline="old")
    assert main(["compare", "old", "new", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found == json.loads((project.runs / "summary.json").read_text("utf-8"))


def test_a_part_is_partial(project, capsys):
    """Where the new side has not all tasks."""
    project.run("new", {"foam": "ABC" * 40}, baseline="old")
    code, lines = said(capsys, "old", "new")
    assert (code, lines[-1].partition(":")[0]) == (6, "PARTIAL")


def test_a_broken_run_is_never_green(project, capsys):
    """Though no answer got worse."""
    project.changes["problems"] = ["interrupted; the same command goes on"]
    project.run("new", GOOD, baseline="old")
    code, lines = said(capsys, "old", "new")
    assert (code, lines[-1]) == (1, "MAY NOT SHIP: new: interrupted; the same command goes on")


def test_names_that_do_not_exist(project, capsys):
    """Exit code 4, and what there is."""
    assert main(["compare", "old", "newer"]) == 4
    error = capsys.readouterr().err
    assert "mcqtest compare: newer: no such file or folder, run or baseline; runs in " in error


MINE = """
from mcqtest.types import Benchmark

MINE = Benchmark.csv("mine.csv", choices="ABCD", task="category", margin=30)
"""


@pytest.fixture
def recorded(tmp_path, monkeypatch):
    """Outputs of two models, and the benchmark that they answer."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "test_mine.py").write_text(MINE, "utf-8")
    rows = [f"{row},sums,What is {row} + 1?,{row},{row + 1},{row + 2},7777,B" for row in range(120)]
    table = "id,category,question,A,B,C,D,answer\n" + "\n".join(rows)
    (tmp_path / "mine.csv").write_text(table, "utf-8")

    def outputs(name, wrong):
        lines = [
            json.dumps(
                {"id": str(row), "output": f"The answer is ({'C' if row < wrong else 'B'})."}
            )
            for row in range(120)
        ]
        (tmp_path / name).write_text("\n".join(lines), "utf-8")

    outputs("old.jsonl", 3)
    outputs("new.jsonl", 60)
    return tmp_path


def test_recordings(recorded, capsys):
    """Two files of outputs, read as the backend replay reads them; nothing is left behind."""
    code, lines = said(capsys, "old.jsonl", "new.jsonl", "--benchmarks=test_mine.py")
    assert code == 1
    assert lines[0] == "recording new against recording old"
    assert "accuracy 0.9750 -> 0.5000, 57 questions lost, 0 won, p = " in lines[-1]
    assert sorted(path.name for path in recorded.iterdir() if path.suffix != ".py") == [
        *([".pytest_cache"] if (recorded / ".pytest_cache").exists() else []),
        *(["__pycache__"] if (recorded / "__pycache__").exists() else []),
        *("mine.csv", "new.jsonl", "old.jsonl"),
    ]
    code, lines = said(capsys, "old.jsonl", "old.jsonl", "--benchmarks=test_mine.py")
    assert (code, lines[-1].partition(":")[0]) == (0, "MAY SHIP")
    assert main(["compare", "old.jsonl", "new.jsonl"]) == 4
    assert "nothing says which questions were answered" in capsys.readouterr().err


def test_neither_torch_nor_pytest_is_imported(project):
    """Where a run remembers its benchmark, so it answers at once."""
    project.run("new", GOOD, baseline="old")
    program = (
        "import sys; from mcqtest.cli import main; main(['compare', 'old', 'new']); "
        "print(*sorted(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], check=True, capture_output=True, text=True
    )
    loaded = set(done.stdout.splitlines()[-1].split())
    assert "mcqtest.sides" in loaded
    assert not loaded & {"torch", "transformers", "pytest", "syrupy", "pyarrow"}
