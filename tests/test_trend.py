"""Accuracy over many checkpoints: `report/trend.py`, `mcqtest trend`, and its picture."""

import json
import shutil
import xml.etree.ElementTree as ET
from dataclasses import replace

import pytest
from builders import record_of

from mcqtest.cli import main
from mcqtest.gate import packaged_baselines, parse, stats
from mcqtest.report import Trends, courses, table

KEYS = [("toy", "tides"), ("toy", "winds")]


def answers(tides, winds="AAAAAAAAAA", **changes):
    """Of two tasks."""
    return {
        KEYS[0]: record_of(tides, **changes),
        KEYS[1]: record_of(winds, task="winds", **changes),
    }


def trends_of(*runs, anchor=None):
    made = Trends(len(runs), anchor=anchor)
    for at, each in enumerate(runs):
        made.add(f"step-{at}", each, interval=at == len(runs) - 1)
    return made


def test_against_the_first_and_the_anchor():
    """Counts and p-values are the gate's; of the last the change has an interval."""
    first, last = answers("AAAAAAAAbb"), answers("AbbbbbAAAb")
    found = trends_of(first, answers("AAAAAAAbbb"), last, anchor=answers("AAAAAAAAAA"))
    one, two, three = found.benchmarks["toy"].whole
    assert (one.accuracy, one.first, one.anchor.lost) == (0.9, None, 2)
    assert (two.first.lost, two.first.won, two.first.p_value) == (1, 0, 0.5)
    assert (three.first.lost, three.first.won) == (5, 1)
    assert three.first.p_value == stats.mcnemar(5, 1)
    assert three.change == pytest.approx(-0.2)
    low, high = (-each for each in reversed(three.first.drop))
    assert low < three.change < high
    assert two.first.drop is None
    assert found.benchmarks["toy"].tasks["winds"][2].first.lost == 0
    assert three.interval == stats.wilson(14, 20)


def test_what_is_not_the_same():
    """Other questions, another way, another benchmark: said, or left empty; never compared."""
    other = answers("AAAAAAAAbb", asking="another")
    found = trends_of(answers("AAAAAAAAbb"), other, {("zoo", "a"): record_of("A")})
    _, two, three = found.benchmarks["toy"].whole
    assert (two.first, two.why, three) == (None, "asked in another way", None)
    assert found.benchmarks["zoo"].whole[:2] == [None, None]
    text = "\n".join(table(found))
    assert "asked in another way" in text
    json.dumps(found.to_json(), allow_nan=False)


def test_scores_that_are_no_letters():
    """By sign flips, as in the gate."""
    scores = (0.2, 0.4, 0.6, 0.8)
    old = {KEYS[0]: record_of("", questions="4, 0", scores=scores)}
    new = {KEYS[0]: replace(old[KEYS[0]], scores=tuple(each - 0.1 for each in scores))}
    point = trends_of(old, new).benchmarks["toy"].whole[1]
    assert point.first.p_value == pytest.approx(1 / 16)
    assert point.interval == stats.interval([each - 0.1 for each in scores])


@pytest.mark.parametrize("columns", [80, 120])
def test_table(columns):
    """A line for each checkpoint, in columns."""
    lines = list(table(trends_of(answers("AAAAAAAAbb"), answers("AAAAAAAAAb")), columns=columns))
    assert [line.split()[0] for line in lines[:3]] == ["toy", "step-0", "step-1"]
    assert max(map(len, lines)) <= columns
    every = list(table(trends_of(answers("AAAAAAAAbb")), tasks=True))
    assert any(line.startswith("toy/winds") for line in every)


def test_picture():
    """Well-formed, whatever the names; nothing outside of it, and gaps stay gaps."""
    text = courses("a<b", ["<x>", "y" * 99, "z"], {"t&u": [(0.1, 0.2, 0.3), None, (0.5, 0.9, 1.0)]})
    root = ET.fromstring(text)
    circles = [each for each in root.iter() if each.tag.endswith("circle")]
    assert len(circles) == 2
    assert all(0 <= float(each.get("cy")) <= 320 for each in circles)
    path = next(each.get("d") for each in root.iter() if each.tag.endswith("path"))
    assert path.count("M") == 2


def test_command(tmp_path, monkeypatch, capsys):
    """Baselines as well as runs, in the order in which they are given."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "pyproject.toml").write_text("")
    for name in ("v1", "v2"):
        shutil.copytree(packaged_baselines() / "demo", tmp_path / "baselines" / name)
    path = tmp_path / "baselines/v2/demo/small_sums.txt"
    old = parse(path.read_text("utf-8"), where="")
    worse = old.marks.lower()
    path.write_text(str(replace(old, marks=worse, figures={"accuracy": 0.0})), "utf-8")
    assert main(["trend", "v1", "v2", "--anchor=v1", "--json", "--svg=t.svg"]) == 0
    whole = json.loads(capsys.readouterr().out)["benchmarks"]["demo"]["whole"]
    assert whole[1]["first"]["lost"] == whole[1]["anchor"]["lost"] == 15
    assert len(whole[1]["first"]["change_interval"]) == 2
    ET.parse(tmp_path / "t.svg")
    assert main(["trend"]) == 4
    assert "no run is kept in" in capsys.readouterr().err
