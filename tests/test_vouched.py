"""Recordings that say what was asked: `mcqtest prompts`, `run/asked.py`, and whole runs."""

from __future__ import annotations

import json
import math
from dataclasses import replace

import pytest
from builders import IDENTITY, toy, write_csv
from project import USUAL, Project, mistake, sentences

from mcqtest.cli import main
from mcqtest.run import asked
from mcqtest.run.plan import plan
from mcqtest.run.way import Way
from mcqtest.types import Decoding, Method

ROWS = [("1+1?", "1", "2", "3", "4", "B"), ("2+1?", "1", "2", "3", "4", "C")]


@pytest.fixture
def root(tmp_path):
    write_csv(tmp_path, "sums", "dev", ROWS)
    write_csv(tmp_path, "sums", "test", [("3+1?", "1", "2", "3", "4", "D")])
    return tmp_path


def hash_of(root, *, identity=IDENTITY, decoding=None, **way):
    """Of the one question, asked for a letter, or for a text with this decoding."""
    made = toy("sums")
    style = made.methods["letters"].style
    made = replace(made, methods={"letters": Method(style, decoding)})
    planned = plan(made.tasks[0], root=root, identity=identity, way=Way(**way))
    return asked.hashed(planned.requests)


def test_the_hash_is_of_all_that_is_asked(root):
    """Shots, text, continuations, decoding; and of nothing that is not: model, seed, samples."""
    drawn = Decoding(8, temperature=0.5)
    found = [
        hash_of(root),
        hash_of(root, shots=1),
        hash_of(root, decoding=Decoding(8)),
        hash_of(root, decoding=Decoding(9)),
        hash_of(root, decoding=Decoding(8, stop=("x",))),
        hash_of(root, decoding=drawn),
    ]
    assert len(set(found)) == len(found)
    assert hash_of(root, identity="f" * 64) == found[0]
    assert hash_of(root, decoding=replace(drawn, seed=7)) == found[-1]


def prompts(project: Project, *more: str) -> list[dict]:
    """What the command writes of the project's benchmark."""
    place = project.path / "prompts.jsonl"
    given = (str(place), "--benchmarks=cases/test_toy.py", "--data=data", *more)
    assert main(["prompts", *given]) == 0
    return [json.loads(line) for line in place.read_text("utf-8").splitlines()]


def answered(project: Project, rows: list[dict]) -> None:
    """The answers of the project's last run, in rows of these prompts."""
    found = {(row["task"], row["id"]): row["probabilities"] for row in project.rows}
    lines = []
    for row in rows:
        likely = found[row["task"], row["id"]]
        told = {key: row[key] for key in ("task", "id", "asked_hash") if key in row}
        lines.append(json.dumps(told | {"logprobs": [math.log(each) for each in likely]}))
    project.write("answers.jsonl", "\n".join(lines) + "\n")


def replay(project: Project, *more: str) -> pytest.RunResult:
    project.write("conftest.py", "")  # without the double: the backend itself
    given = ("--backend=replay", "--model=answers.jsonl", "--baseline=a", *more)
    return project.run(*given, model=None)


def test_is_protected_like_a_live_run(
    recorded: Project, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Compared with a baseline that a model answered here; asked otherwise, one line says so."""
    monkeypatch.chdir(recorded.path)
    assert recorded.run().ret == 0
    rows = prompts(recorded)
    assert "208 questions of 4 tasks" in capsys.readouterr().out
    assert rows[0]["prompt"].endswith("Answer:")
    assert rows[0]["continuations"] == [" A", " B", " C", " D"]
    answered(recorded, rows)
    result = replay(recorded)
    assert result.ret == 0, sentences(result)
    told = " ".join(recorded.summary["notices"])
    assert "this run is on (recorded outputs); what differs may come from that" in told
    assert recorded.summary["benchmarks"]["toy"]["lost"] == 0
    told = mistake(replay(recorded, "--shots=1"))
    assert "answers.jsonl, row 1" in told
    assert "was asked otherwise: its asked_hash is" in told
    assert "--sweep: outputs are recorded" in mistake(replay(recorded, "--sweep=shots=0,1"))


def test_rows_that_say_it_and_rows_that_do_not(
    recorded: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All or none: without, nobody knows how they were asked, and no model's baseline will do."""
    monkeypatch.chdir(recorded.path)
    assert recorded.run().ret == 0
    rows = prompts(recorded)
    answered(recorded, [{**rows[0], "asked_hash": "0" * 32}, *rows[1:]])
    assert "was asked otherwise: its asked_hash is 000000" in mistake(replay(recorded))
    answered(recorded, [{**rows[0], "asked_hash": "no hash"}, *rows[1:]])
    assert "expected the 32 digits that `mcqtest prompts` has written" in mistake(replay(recorded))
    del rows[0]["asked_hash"]
    answered(recorded, rows)
    assert "has no asked_hash, and other rows have one" in mistake(replay(recorded))
    for row in rows:
        row.pop("asked_hash", None)
    answered(recorded, rows)
    assert "asked in another way" in mistake(replay(recorded))


def test_turns_and_samples(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """A chat as messages, a part of the questions by its rows."""
    monkeypatch.chdir(project.path)
    rows = prompts(project, "--chat=on", "--system=Be brief.", "--sample=10")
    assert len(rows) == 10
    assert [each["role"] for each in rows[0]["messages"]][:3] == ["system", "user", "assistant"]
    assert rows[0]["messages"][0]["content"].startswith("Be brief.")
    every = prompts(project)
    whole = {(row["task"], row["id"]): row for row in every}
    assert all(row["index"] == whole[row["task"], row["id"]]["index"] for row in rows)
    plain = prompts(project, "--sample=10")
    assert all(row == whole[row["task"], row["id"]] for row in plain)
    assert not {row["asked_hash"] for row in rows} & {row["asked_hash"] for row in every}


@pytest.mark.parametrize(
    ("more", "told"),
    [
        (("--tasks=moon",), "--tasks=moon: no such task; there are planets, plants"),
        (("--sample=2",), "--sample=2: fewer than the 4 tasks"),
        (("--tier=smoke",), "no [tool.mcqtest.tier.smoke] in pyproject.toml; there is none"),
    ],
)
def test_what_cannot_be_asked(
    project: Project,
    more: tuple[str, ...],
    told: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """One line."""
    monkeypatch.chdir(project.path)
    given = ("p.jsonl", "--benchmarks=cases/test_toy.py", "--data=data", *more)
    assert main(["prompts", *given]) == 4
    said = capsys.readouterr().err
    assert told in said
    assert said.count("\n") == 1


def test_what_is_wrong_stays_wrong(recorded: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """A loss is a loss, whoever answered."""
    monkeypatch.chdir(recorded.path)
    rows = prompts(recorded)
    recorded.model("b", wrong=[f"{row['task']}/{row['id']}" for row in rows])
    assert recorded.run("--baseline=a", model="b").ret == 1
    answered(recorded, rows)
    assert replay(recorded).ret == 1
    assert recorded.summary["benchmarks"]["toy"]["lost"] == len(rows) - len(USUAL)
