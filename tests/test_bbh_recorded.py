"""BIG-Bench Hard's recorded outputs: the accuracies that came with them, by the user's command."""

from __future__ import annotations

import gzip
import json
import re
from collections import defaultdict
from typing import Any

import pytest
from project import Project, mistake, sentences
from realdata import CHECKOUT, benchmark, require, script

BBH = benchmark("bbh").BBH
AS_RECORDED = {"cot": "bbh", "direct": "bbh_direct"}
"""Outputs -> the reader by which they have the accuracies that were recorded."""

BEYOND = {
    "ruin_names": dict.fromkeys((13, 27, 43), "(E)"),
    "salient_translation_error_detection": dict.fromkeys((20, 47, 74, 142), "(G)"),
    "snarks": dict.fromkeys((16, 35, 47, 91, 93, 119, 154), "(C)"),
}
"""Task -> outputs with chain of thought whose letter is none of the question's choices (four, six,
two): read as they were recorded, and by us not at all.
"""
OTHERWISE = {
    ("cot", "multistep_arithmetic_two"): {222: "135210"},
    ("direct", "dyck_languages"): {29: "}", 43: "}"},
}
"""The only answers that we read, but in another spelling: 135,210, and the whole sequence with what
was to be put to it.
"""


def name(kind):
    return f"code-davinci-002_{kind}"


def accuracies(kind):
    """Task -> the accuracy that was recorded, in per cent."""
    text = require("bbh", "outputs", f"{name(kind)}_metrics.json").read_text()
    return {task: metrics["accuracy"] for task, metrics in json.loads(text).items()}


@pytest.fixture(scope="module")
def readings():
    """What a reader reads in the outputs of a kind."""
    folder = require("bbh", "outputs").parent.parent
    return lambda kind, reader: script("read_bbh").readings(folder, kind, reader)


@pytest.mark.parametrize("kind", AS_RECORDED)
def test_our_reader_beside_the_published_one(readings, kind):
    """It reads the same on every output, or nothing: several choices at once, or one that there is
    not, words that are not to be sorted, what is no bracket.
    """
    ours, theirs = readings(kind, "mcqtest"), readings(kind, AS_RECORDED[kind])
    beyond, otherwise = defaultdict(dict), defaultdict(dict)
    for task in BBH.tasks:
        pairs = zip(ours[task.name], theirs[task.name], strict=True)
        for index, ((*_, mine), (*_, published)) in enumerate(pairs):
            if mine is not None and mine != published:
                otherwise[kind, task.name][index] = mine
            elif mine is None and re.fullmatch(r"\([A-Z]\)", published or ""):
                beyond[task.name][index] = published
    assert beyond == (BEYOND if kind == "cot" else {})
    assert otherwise == {key: said for key, said in OTHERWISE.items() if key[0] == kind}


def test_the_table_of_the_page():
    """docs/bbh.md shows what its command prints."""
    folder = require("bbh", "outputs").parent.parent
    page = (CHECKOUT / "docs" / "bbh.md").read_text("utf-8").splitlines()
    assert [line for line in script("read_bbh").table(folder) if line not in page] == []


# --- by the user's command ----------------------------------------------------------------------


def replay(project: Project, model: str, *args: str) -> pytest.RunResult:
    args = ("-c", "pytest.ini", "-m", "bbh", "--backend=replay", f"--model={model}", *args)
    data = str(require("bbh").parent)
    cases = str(CHECKOUT / "benchmarks" / "test_bbh.py")
    return project.run(*args, model=None, data=data, cases=cases)


@pytest.fixture
def bare(project: Project) -> Project:
    """The project without its double, so that the backend is the real one."""
    project.write("conftest.py", "")
    return project


def right(project: Project) -> dict[str, float]:
    """Task -> its accuracy in per cent, of what the run wrote."""
    found: dict[str, list[bool]] = defaultdict(list)
    for row in project.rows:
        found[row["task"]].append(row["correct"])
    return {task: 100 * sum(each) / len(each) for task, each in found.items()}


@pytest.mark.parametrize("kind", AS_RECORDED)
def test_accuracies_as_recorded(bare: Project, kind: str) -> None:
    """All 27, exactly; and the texts of the answers stand in the results."""
    recorded = str(require("bbh", "outputs", f"{name(kind)}.jsonl.gz"))
    result = replay(bare, recorded, f"--reader={AS_RECORDED[kind]}", "--snapshot-update")
    assert result.ret == 0, sentences(result)
    result.assert_outcomes(passed=27)
    assert f"RECORDED: {name(kind)} on 6,511 questions of 27 tasks" in sentences(result)
    assert right(bare) == pytest.approx(accuracies(kind), abs=1e-9)
    assert bare.summary["notices"] == []
    assert all(row["answer"] == row["votes"][0] for row in bare.rows)
    assert all(row["correct"] == (row["answer"] == row["gold"]) for row in bare.rows)


def damaged(project: Project, path: Any, *, every: int) -> str:
    """A copy in which every so many texts end before they come to an answer."""
    lines = gzip.decompress(path.read_bytes()).decode().splitlines()
    rows = [json.loads(line) for line in lines]
    for row in rows[::every]:
        row["output"] = row["output"].rpartition("So the answer is")[0]
    project.write("damaged.jsonl", "".join(json.dumps(row) + "\n" for row in rows))
    return "damaged.jsonl"


def test_the_gate(bare: Project) -> None:
    """The same outputs are green, damaged ones red, and those of another way are not compared."""
    cot = require("bbh", "outputs", f"{name('cot')}.jsonl.gz")
    against = f"--baseline={name('cot')}"
    assert replay(bare, str(cot), "--reader=bbh", "--snapshot-update").ret == 0
    green = replay(bare, str(cot), "--reader=bbh")
    assert green.ret == 0, sentences(green)
    assert "MAY SHIP: " in sentences(green)
    assert "guessing" not in sentences(green)  # there are no choices
    red = replay(bare, damaged(bare, cot, every=10), "--reader=bbh", against)
    assert red.ret == 1, sentences(red)
    assert "MAY NOT SHIP: damaged: bbh as a whole is worse than baseline" in sentences(red)
    direct = str(require("bbh", "outputs", f"{name('direct')}.jsonl.gz"))
    assert mistake(replay(bare, direct, "--reader=bbh_direct", against)).startswith(
        f"ERROR: bbh/boolean_expressions: asked in another way: baseline '{name('cot')}' was "
        "recorded with (recorded texts, reader bbh, fallback wrong), this run asks with (recorded "
        "texts, reader bbh_direct, fallback wrong)"
    )
