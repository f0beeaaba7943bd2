"""`mcqtest errors`: why answers are wrong."""

import csv
import io
import json

import pytest
from sided import Project

from mcqtest.cli import main


@pytest.fixture
def project(tmp_path, monkeypatch):
    """Of 12 questions the old model has two wrong, the new one five, two of them unread."""
    monkeypatch.chdir(tmp_path)
    made = Project(tmp_path)
    made.run("old", {"foam": "ABC" * 3 + "BCC"}, record=True)
    made.run("new", {"foam": "BB--BC" + "ABC" + "CBA"}, baseline="old")
    return made


def said(capsys, *arguments):
    assert main(["errors", *arguments]) == 0
    return capsys.readouterr().out


def test_what_rules_find(project, capsys):
    """Then and now, and what is left to label."""
    found = json.loads(said(capsys, "--json"))["sides"]
    assert [(name, each["n"], each["ruled"], each["to_label"]) for name, each in found.items()] == [
        ("then", 2, {}, 2),
        ("now", 5, {"no_choice": 2}, 3),
    ]
    text = said(capsys)
    assert "then: 2 wrong" in text
    assert "to tell the rest: --write=FILE.csv, label it, and --labels=FILE.csv" in text


def test_a_sample_is_labelled_and_read_back(project, capsys):
    """By people or a judge model; the file is not written over."""
    assert "4 answers are written to sample.csv" in said(capsys, "--write=sample.csv", "--sample=2")
    text = (project.folder / "sample.csv").read_text("utf-8")
    rows = [*csv.DictReader(io.StringIO(text))]
    assert [row["of"] for row in rows] == ["then", "then", "now", "now"]
    assert rows[0]["choices"] == "A. salt water\nB. sand\nC. a crab"
    with (project.folder / "labelled.csv").open("w", encoding="utf-8") as file:
        table = csv.DictWriter(file, rows[0])
        table.writeheader()
        table.writerows(row | {"label": "Knowledge"} for row in rows)
    found = json.loads(said(capsys, "--labels=labelled.csv", "--json"))["sides"]
    assert found["then"]["shares"]["knowledge"] == {"share": 1, "interval": [1, 1]}
    now = found["now"]["shares"]["knowledge"]
    assert now["share"] == pytest.approx(0.6)
    assert now["interval"][0] < 0.6 <= now["interval"][1] == pytest.approx(0.6)
    assert main(["errors", "--write=sample.csv"]) == 4
    assert "is there and may hold labels" in capsys.readouterr().err


def test_of_lost_questions_alone(project, capsys):
    """They were right then, so there is one side."""
    found = json.loads(said(capsys, "--lost", "--json"))["sides"]
    assert {name: each["n"] for name, each in found.items()} == {"now": 4}


def test_labels_of_other_answers_are_told(project, capsys):
    """As after the run was made anew."""
    (project.folder / "old.csv").write_text("label,key\nreasoning,0123\n", "utf-8")
    assert "note: 1 labels are of other answers" in said(capsys, "--labels=old.csv")


def test_mistakes(project, capsys):
    """One line, exit code 4."""
    assert main(["errors", "--sample=0"]) == 4
    assert "--sample=0: a whole number from 1 up is needed" in capsys.readouterr().err
    assert main(["errors", "old-0001", "--lost"]) == 4
    assert "--lost: old-0001 is compared with nothing" in capsys.readouterr().err
