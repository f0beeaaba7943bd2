"""Runs of the gate are kept, and can be looked at afterwards."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys

import pytest
from project import TASKS, USUAL, Project, sentences, wrong

EVERY_OTHER = [name for task in TASKS for name in wrong(task, range(0, 40, 2))]
WORSE = [*USUAL, *wrong("plants", range(20))]


def kept(project: Project) -> dict[str, bytes]:
    """Files of all kept runs and of questions."""
    folder = project.path / ".mcqtest"
    files = [*folder.glob("runs/*/*"), *folder.glob("questions/*")]
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


def mcqtest(project: Project, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "mcqtest", *arguments]
    return subprocess.run(
        command, cwd=project.path, capture_output=True, text=True, check=False, encoding="utf-8"
    )


def test_a_run_is_kept_with_any_number_of_workers(recorded: Project) -> None:
    """The same files, and a line that says how to see what was lost, before the verdict."""
    recorded.model("b", wrong=WORSE)
    recorded.run("--baseline=a", model="b")
    (run,) = recorded.path.glob(".mcqtest/runs/b-*")
    alone = {name: text for name, text in kept(recorded).items() if "a-" not in name}
    assert len([name for name in alone if name.startswith("questions/")]) == 4
    for path in run.iterdir():
        path.unlink()
    run.rmdir()
    several = recorded.run("-n", "2", "--baseline=a", model="b")
    assert {name: text for name, text in kept(recorded).items() if "a-" not in name} == alone
    lines = sentences(several).splitlines()
    hint = next(at for at, line in enumerate(lines) if "lost; see them with: " in line)
    assert lines[hint] == "15 questions lost; see them with: mcqtest show --lost"
    assert lines[hint + 1].startswith("MAY NOT SHIP")
    quiet = sentences(recorded.run("-q", "--baseline=a", model="b")).splitlines()
    assert quiet[quiet.index(lines[hint]) + 1] == lines[hint + 1]
    done = mcqtest(recorded, "show", "--lost", "--json")
    found = json.loads(done.stdout)
    assert (found["n"], found["notes"], len(found["questions"])) == (15, [], 15)
    assert {each["task"] for each in found["questions"]} == {"plants"}
    done = mcqtest(recorded, "compare", "a", "b", "--json")
    assert done.returncode == 1
    found, told = json.loads(done.stdout), recorded.summary
    mine, runs = found.pop("benchmarks")["toy"], told.pop("benchmarks")["toy"]
    assert found == told
    for key in ("n", "accuracy", "lost", "won", "p_value", "change_interval", "groups", "others"):
        assert mine[key] == runs[key]
    assert mine["ece"] == pytest.approx(runs["ece"], abs=1e-6)  # of six digits of results.jsonl


def test_a_sample_is_looked_at_like_all(recorded: Project) -> None:
    """Though its baseline, which the hint is about, has more questions."""
    recorded.model("b", wrong=EVERY_OTHER)
    part = recorded.run("--baseline=a", "--sample=100", model="b")
    assert "lost; see them with: mcqtest show --lost" in sentences(part)
    told = recorded.summary
    lost = told["benchmarks"]["toy"]["lost"]
    assert 0 < lost < 104
    found = json.loads(mcqtest(recorded, "show", "--lost", "--limit=0", "--json").stdout)
    assert len(found["questions"]) == found["n"] == lost
    for each in found["questions"]:
        assert each["question"]
        assert each["then"]["answer"] == each["gold"] != each["now"]["answer"]
    compared = json.loads(mcqtest(recorded, "compare", "a", "b", "--json").stdout)
    assert (compared["verdict"], compared["reasons"]) == (told["verdict"], told["reasons"])
    assert compared["benchmarks"]["toy"]["others"] == told["benchmarks"]["toy"]["others"]


def test_a_run_that_cannot_be_kept_is_judged_all_the_same(recorded: Project) -> None:
    """Nothing but a note tells it."""
    folder = recorded.path / ".mcqtest"
    for name in ("runs", "questions"):
        shutil.rmtree(folder / name, ignore_errors=True)
        (folder / name).write_text("no folder", "utf-8")
    result = recorded.run()
    assert result.ret == 0, sentences(result)
    assert "the run could not be kept beside others" in result.stdout.str()
    assert recorded.summary["verdict"] == "pass"
    assert any(
        "texts of questions could not be kept" in each for each in recorded.summary["notices"]
    )
