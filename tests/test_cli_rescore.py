"""`mcqtest rescore`: accuracy, rank and verdict before and after, of stored answers."""

import json

import pytest
from sided import Project

from mcqtest.cli import main

TASKS = ("foam", "tides", "winds")
GOOD = dict.fromkeys(TASKS, "ABC" * 40)
WORSE = {**GOOD, "foam": "ABC" * 20 + "AAA" * 20}


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A baseline ``old``; a model ``new`` that lost 40 questions; a list that drops these."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    made = Project(tmp_path)
    made.run("old", GOOD, record=True)
    made.run("new", WORSE, baseline="old")
    rows = [f"foam/f{row}," for row in range(60, 120) if row % 3]
    (tmp_path / "drop.csv").write_text("\n".join(["id,answer", *rows]), "utf-8")
    (tmp_path / "mend.csv").write_text(
        "\n".join(["id,answer", *(f"{row}A" for row in rows)]), "utf-8"
    )
    return made


def said(capsys, *arguments):
    """What is printed for programs."""
    assert main(["rescore", *arguments, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_verdict_and_rank_before_and_after(project, capsys):
    """Red on all questions, green without those that were dropped, and the ranks turn."""
    project.run("third", {**GOOD, "tides": "ABC" * 39 + "AAA"}, baseline="old")
    found = said(capsys, "new", "third", "--clean=drop.csv", "--baseline=old")["runs"]
    assert found["new-0002"]["published"] == {
        "n": 360,
        "accuracy": 320 / 360,
        "rank": 2,
        "verdict": "fail",
    }
    for each in ("ok", "mended"):
        assert found["new-0002"][each] == {"n": 320, "accuracy": 1, "rank": 1, "verdict": "pass"}
        assert found["third-0003"][each]["rank"] == 2


def test_mended_keys_turn_answers_over(project, capsys):
    """What was wrong by the published key is right by the mended one, and the other way round."""
    found = said(capsys, "new", "old", "--clean=mend.csv")
    assert found["labels"] == {"ok": 320, "mended": 40}
    accuracies = {
        name: [run[each]["accuracy"] for each in ("published", "ok", "mended")]
        for name, run in found["runs"].items()
    }
    assert accuracies == {
        "new-0002": [320 / 360, 1, 1],
        "old-0001": [1, 1, 320 / 360],
    }


def test_a_baseline_is_rescored_too(project, capsys):
    """By its letters, where its questions are kept."""
    assert main(["rescore", "--clean=mend.csv", "baselines/old"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "mend.csv: 360 questions were looked at, 40 have a flaw (11.11%)"
    assert lines[4].split() == ["old", "1.0000", "1", "1.0000", "1", "0.8889", "1"]


def test_of_one_task(project, capsys):
    """As everywhere, by a word of its name; a list of none of its questions changes nothing."""
    found = said(capsys, "new", "--clean=drop.csv", "-k", "tides")
    assert [found["runs"]["new-0002"][each]["n"] for each in ("published", "ok")] == [120, 120]
    assert len(found["strays"]) == 40


def test_different_questions_have_no_ranks(project, capsys):
    """One run has a part of the tasks."""
    project.run("part", {"foam": GOOD["foam"]}, baseline="old")
    assert main(["rescore", "new", "part", "--clean=drop.csv"]) == 4
    assert "different questions were looked at: " in capsys.readouterr().err


def test_nothing_that_was_looked_at(project, capsys, tmp_path):
    """MMLU-Redux knows nothing of the sea."""
    (tmp_path / "mmlu_x.csv").write_text("question,choices,answer,error_type,correct_answer\n")
    assert main(["rescore", "new", f"--clean={tmp_path}"]) == 4
    assert "mmlu_redux has notes on none of its questions" in capsys.readouterr().err
