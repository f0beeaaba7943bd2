"""`mcqtest confidence`: what a run's confidences tell, then and now, and thresholds checked."""

import json
import xml.etree.ElementTree as ET

import pytest
from sided import Project, likely

from mcqtest.cli import main

LETTERS = "ABC" * 80


@pytest.fixture
def project(tmp_path, monkeypatch):
    """Runs of letters: ``old`` knows when it is wrong, ``new`` is always sure."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    made = Project(tmp_path)
    wrong = {at for at in range(240) if at % 5 == 0}
    says = ["B" if at in wrong and right != "B" else right for at, right in enumerate(LETTERS)]
    knows = [likely(each, 0.5 if at in wrong else 0.8) for at, each in enumerate(says)]
    made.run("old", {"foam": knows}, way="letters", record=True)
    made.run("new", {"foam": [likely(each, 0.9) for each in says]}, way="letters", baseline="old")
    return made


def said(capsys, *arguments):
    assert main(["confidence", *arguments, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_then_and_now(project, capsys):
    """A model that no longer knows is told from one that does, at the same accuracy; where it is
    equally sure of all, nothing is ranked.
    """
    found = said(capsys, "--baseline=old-0001")
    old, new = (found[name]["confidences"]["probability"] for name in ("old-0001", "new-0002"))
    assert old["accuracy"] == new["accuracy"]
    assert old["auroc"] == pytest.approx(0.96, abs=0.02)
    assert old["accuracy_at_80"] == 1
    assert old["intervals"].keys() == {"auroc", "ece", "aurc"}
    ranks = {"auroc", "aurc", "excess_aurc", "accuracy_at_80", "accuracy_at_90"}
    assert old.keys() - new.keys() == ranks
    assert new["intervals"].keys() == {"ece"}
    assert main(["confidence"]) == 0
    assert capsys.readouterr().out.splitlines()[2].split().count("-") == len(ranks)


def test_a_temperature_and_a_threshold_are_checked_on_the_other_half(project, capsys):
    """Found on one half of the questions, and told with an interval for the other."""
    found = said(capsys, "old-0001", "--risk=0.05")["old-0001"]
    assert found["temperature"]["ece_after"] < found["temperature"]["ece_before"]
    kept = found["thresholds"]["probability"]
    assert kept["found"]["threshold"] == pytest.approx(0.8)
    low, high = kept["checked"]["interval"]
    assert kept["checked"]["risk"] == 0 == low < high < 0.06
    assert said(capsys, "new", "--risk=0.01")["new-0002"]["thresholds"] == {"probability": None}


def test_texts_and_recorded_numbers(tmp_path, monkeypatch, capsys):
    """Each kind in a row, what is missing or no share told, all of them combined."""
    monkeypatch.chdir(tmp_path)
    rows = [f"{at},What is {at}?,x,y,z,w,A" for at in range(100)]
    (tmp_path / "mine.csv").write_text("id,question,A,B,C,D,answer\n" + "\n".join(rows), "utf-8")
    (tmp_path / "test_mine.py").write_text(
        'from mcqtest.types import Benchmark\nMINE = Benchmark.csv("mine.csv", choices="ABCD")\n',
        "utf-8",
    )
    lines = [
        {
            "id": str(at),
            "output": f"The answer is ({'A' if at % 3 else 'B'}). Confidence: {90 - at % 2}%",
            "confidence": {"inside": 0.8 if at % 3 else 0.6, "odd": [0.5, None, 7][at % 3]},
        }
        for at in range(100)
    ]
    (tmp_path / "out.jsonl").write_text("\n".join(map(json.dumps, lines)), "utf-8")
    found = said(capsys, "out.jsonl", "--benchmarks=test_mine.py")["out"]["confidences"]
    assert found.keys() == {"stated", "hedged", "inside", "odd", "combined (other half)"}
    assert found["inside"]["auroc"] == 1
    assert found["combined (other half)"]["ece"] < found["stated"]["ece"]
    assert {key: found["odd"][key] for key in ("n", "missing", "outside")} == {
        "n": 34,
        "missing": 33,
        "outside": 33,
    }


def test_a_picture(project, capsys, tmp_path):
    """Of both sides, as an SVG whose names cannot break it."""
    path = tmp_path / "sure.svg"
    assert main(["confidence", "--baseline=old-0001", f"--svg={path}"]) == 0
    out = capsys.readouterr().out.splitlines()
    assert out[0] == "old-0001: 240 answers, 0.8667 right"
    picture = ET.parse(path)
    texts = {each.text for each in picture.iter("{http://www.w3.org/2000/svg}text")}
    assert {"old-0001", "new-0002", "coverage", "risk", "share right"} <= texts
    assert len([*picture.iter("{http://www.w3.org/2000/svg}polyline")]) == 4
    assert main(["confidence", f"--svg={path}", "--source=stated"]) == 4
    assert "new-0002 has probability; name one of them" in capsys.readouterr().err


def test_mistakes(project, capsys):
    """In one line each."""
    assert main(["confidence", "--risk=5"]) == 4
    assert "--risk=5: a share of errors is needed" in capsys.readouterr().err
