"""`mcqtest plan`: `cli/plan.py`."""

import json
import shutil
from dataclasses import replace

import pytest

from mcqtest.cli import main
from mcqtest.gate import Companion, packaged_baselines, parse

PACE = {"model": "a", "setup": "t", "requests": 100, "seconds": 50.0, "workers": 2}


@pytest.fixture
def project(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("MCQTEST_DATA", raising=False)
    (tmp_path / "pyproject.toml").write_text(
        '[tool.mcqtest]\nbenchmarks = ["demo"]\ndata = "demo"\n[tool.mcqtest.gate.demo]\n'
        'margin = 4\n[tool.mcqtest.tier.smoke]\nsample = 100\nmargin = "none"\n'
    )
    return tmp_path


def said(capsys, *arguments):
    assert main(["plan", *arguments, "--json"]) == 0
    return json.loads(capsys.readouterr().out)["benchmarks"]["demo"]


def test_what_is_asked(project, capsys):
    """As the gate would ask it: the project's table, a tier, and what is said here."""
    whole = said(capsys)
    assert (whole["tasks"], whole["questions"], whole["requests"]) == (8, 800, 800)
    assert (whole["left_out"], whole["margin"], whole["seconds"]) == (0, 0.04, None)
    assert [each["churn"] for each in whole["foresight"]] == [0.02, 0.06, 0.15]
    smoke = said(capsys, "--tier=smoke")
    assert (smoke["questions"], smoke["left_out"], smoke["margin"]) == (100, 700, None)
    assert said(capsys, "--tasks=small_sums")["questions"] == 100
    assert main(["plan"]) == 0
    text = capsys.readouterr().out
    assert "demo: 8 tasks, 800 questions, 800 requests\n" in text
    assert "margin 4 points at alpha 0.01: a sound run passes up to 15 % churn" in text
    assert "time: not known" in text


def test_how_long(project, capsys):
    """By the pace of the last run that asked in this way."""
    rows = [{"benchmark": "demo", "asking": "mmlu, 5 shots, letters", **PACE}]
    (project / ".mcqtest").mkdir()
    (project / ".mcqtest/pace.json").write_text(json.dumps({"format": 1, "paces": rows}))
    assert said(capsys)["seconds"] == pytest.approx(200)
    assert said(capsys, "--shots=0")["seconds"] is None
    main(["plan"])
    assert "time: about 3 min 20 s, as fast as a was (4.0 a second; t)" in capsys.readouterr().out


def test_the_churn_of_the_baseline(project, capsys):
    """Where its weights were recorded twice."""
    shutil.copytree(packaged_baselines() / "demo", project / "baselines/v1")
    assert said(capsys, "--baseline=v1")["baseline_churn"] is None
    for path in (project / "baselines/v1/demo").glob("*.txt"):
        record = parse(path.read_text("utf-8"), where="")
        beside = path.with_suffix(".json")
        kept = Companion.of_text(beside.read_text("utf-8"), record, where="")
        beside.write_text(str(replace(kept, noise=3)), "utf-8")
    found = said(capsys, "--baseline=v1", "--sample=80")
    assert found["baseline_churn"] == 0.03
    assert said(capsys, "--baseline=v1", "--shots=0")["baseline_churn"] is None
    assert 0.03 in [each["churn"] for each in found["foresight"]]


def test_before_the_release_is_recorded(project, capsys):
    """The project's table may name a baseline that is still to come, and one line says so; who
    asks for it by name is told that it is not there.
    """
    table = (project / "pyproject.toml").read_text()
    (project / "pyproject.toml").write_text(
        table.replace("[tool.mcqtest]", '[tool.mcqtest]\nbaseline = "release"', 1)
    )
    assert main(["plan", "--tier=smoke"]) == 0
    text = capsys.readouterr().out
    assert "no margin: asked for proven losses alone" in text
    assert text.splitlines()[-1].startswith("note: no baseline 'release' is recorded yet")
    assert main(["plan", "--baseline=release"]) == 4
    assert "release: no such file or folder" in capsys.readouterr().err
    shutil.copytree(packaged_baselines() / "demo", project / "baselines/release")
    assert main(["plan"]) == 0
    assert "note" not in capsys.readouterr().out
