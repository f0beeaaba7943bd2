"""Recorded outputs judged from the outside: baselines, verdicts, and what is refused."""

from __future__ import annotations

import csv
import gzip
import json
from collections.abc import Sequence
from typing import Any

import pytest
from project import SIZES, TASKS, TOTAL, USUAL, Project, both_ways, mistake, sentences, wrong

ARGS = ("--backend=replay", "--model=said.jsonl")
WORSE = wrong("stars", range(1, 49, 4))
"""Twelve questions of one task, which is significant."""

NO_LOADING = """
from mcqtest import backends

def load(*args):
    raise AssertionError("loaded")

backends.load = load
"""


@pytest.fixture
def bare(project: Project) -> Project:
    """The project without its double, so that the backend is the real one."""
    project.write("conftest.py", "")
    return project


def rows(project: Project, *, mistakes: Sequence[str] = USUAL) -> list[dict[str, Any]]:
    """A recording of all questions: right, but for ``mistakes`` (``task/number``)."""
    found = []
    for task in TASKS:
        with (project.path / f"data/toy/test/{task}_test.csv").open(newline="") as file:
            gold = [cells[-1] for cells in csv.reader(file)]
        for index, letter in enumerate(gold):
            said = "BCDA"["ABCD".index(letter)] if f"{task}/{index}" in mistakes else letter
            text = f"Question {index} of {task}: the answer is ({said})."
            found.append({"task": task, "index": index, "output": text})
    return found


def say(project: Project, said: Sequence[dict[str, Any]], name: str = "said.jsonl") -> None:
    """Write a recording."""
    text = "".join(json.dumps(row) + "\n" for row in said)
    project.write(name, gzip.compress(text.encode()) if name.endswith(".gz") else text)


def replay(project: Project, *args: str) -> pytest.RunResult:
    """Judge the recording."""
    return project.run(*ARGS, *args, model=None)


@pytest.fixture
def kept(bare: Project) -> Project:
    """The same with the usual recording as baseline ``said``."""
    say(bare, rows(bare))
    result = replay(bare, "--snapshot-update")
    assert result.ret == 0, sentences(result)
    return bare


def test_record_then_green(bare: Project) -> None:
    """A baseline is recorded; judged again it is green, and nothing is looked up anew."""
    said = rows(bare)
    say(bare, said)
    first = replay(bare, "--snapshot-update")
    assert first.ret == 0, sentences(first)
    assert f"RECORDED: said on {TOTAL} questions of 4 tasks is now baseline 'said'" in sentences(
        first
    )
    assert set(bare.baselines()) == {f"said/toy/{task}" for task in TASKS}
    assert [row["text"] for row in bare.rows] == [row["output"] for row in said]
    assert [row["correct"] for row in bare.rows] == [
        f"{row['task']}/{row['id']}" not in USUAL for row in bare.rows
    ]
    stored = [path.read_bytes() for path in bare.responses()]

    bare.write("conftest.py", NO_LOADING)
    green = replay(bare)
    assert green.ret == 0, sentences(green)
    green.assert_outcomes(passed=4)
    assert f"{TOTAL} questions, {TOTAL} stored" in sentences(green)
    assert f"MAY SHIP: said is no worse than baseline 'said' on {TOTAL}" in sentences(green)
    assert [path.read_bytes() for path in bare.responses()] == stored
    assert bare.summary["verdict"] == "pass"
    assert {"methods", "styles"}.isdisjoint(bare.summary["benchmarks"]["toy"])  # nothing was asked
    assert bare.summary["benchmarks"]["toy"]["accuracy"] == pytest.approx(1 - len(USUAL) / TOTAL)


def test_the_same_bytes_with_workers(bare: Project) -> None:
    """Two workers leave the same summary and results as one process."""
    say(bare, rows(bare))
    seen = []
    for number, args in enumerate(((), ("-n", "2"))):
        folders = (f"--run-dir=run{number}", f"--baselines-dir=baselines/{number}")
        assert replay(bare, *folders, *args, "--snapshot-update").ret == 0
        first = bare.outputs(f"run{number}")
        green = replay(bare, *folders, *args)
        assert green.ret == 0, sentences(green)
        seen.append((first, bare.outputs(f"run{number}")))
    assert seen[0] == seen[1]
    assert seen[0][0] != seen[0][1]
    one, two = (
        {name[2:]: text for name, text in bare.baselines().items() if name[0] == which}
        for which in "01"
    )
    assert one == two != {}


@both_ways
def test_a_worse_recording_is_red(kept: Project, args: tuple[str, ...]) -> None:
    """The verdict names the task and the questions lost, as for a live model."""
    before = kept.baselines()
    say(kept, rows(kept, mistakes=[*USUAL, *WORSE]), "worse.jsonl")
    result = kept.run(
        "--backend=replay", "--model=worse.jsonl", "--baseline=said", *args, model=None
    )
    assert result.ret == 1
    result.assert_outcomes(passed=3, failed=2)  # the task, and all tasks together
    said = sentences(result)
    assert "toy/stars is worse than baseline 'said': accuracy 0.8438 -> 0.6562" in said
    assert "MAY NOT SHIP: worse: toy as a whole is worse" in said
    assert "12 questions lost, 0 won, p = 0.00024" in said
    line = next(each for each in result.outlines if each.startswith("lost (question"))
    assert [part.split()[0] for part in line.partition("): ")[2].split(", ")] == [
        name.partition("/")[2] for name in WORSE
    ]
    assert kept.summary["verdict"] == "fail"
    assert [f"{r['task']}/{r['id']}" for r in kept.rows if r["change"] == "lost"] == WORSE
    assert kept.baselines() == before


def test_an_edited_recording_is_another_model(kept: Project) -> None:
    """One letter more, and nothing that was stored counts."""
    before = kept.baselines()["said/toy/planets"]
    said = rows(kept)
    said[1]["output"] += " Or is it?"
    say(kept, said)
    result = replay(kept, "--snapshot-update")
    assert result.ret == 0, sentences(result)
    assert f"{TOTAL} questions, none stored" in sentences(result)
    assert kept.rows[1]["text"].endswith("Or is it?")
    after = kept.baselines()["said/toy/planets"]
    changed = set(after.splitlines()) - set(before.splitlines())
    assert sorted(line.split()[0] for line in changed) == [b"weights", b'{"format":']
    assert len(kept.responses()) == 2


def test_a_renamed_recording_is_the_same_model(kept: Project) -> None:
    """What it is called, and where it lies, is no part of what it says."""
    (kept.path / "runs").mkdir()
    (kept.path / "said.jsonl").rename(kept.path / "runs/other.jsonl")
    kept.write("conftest.py", NO_LOADING)
    for model in ("runs/other.jsonl", "runs"):
        args = ("--backend=replay", f"--model={model}", "--baseline=said")
        result = kept.run(*args, model=None)
        assert result.ret == 0, sentences(result)
        assert f"{TOTAL} questions, {TOTAL} stored" in sentences(result)


def test_other_forms(kept: Project) -> None:
    """Ids, titles and log-probabilities, gzipped and in two files; texts are no letters."""
    said = []
    for row in rows(kept):
        place = {"benchmark": "toy", "subject": row["task"].upper(), "id": row["index"]}
        letter = row["output"][-3]
        said.append(place | {"logprobs": [-0.1 if each == letter else -3 for each in "ABCD"]})
    say(kept, said[: TOTAL // 2], "forms/a.jsonl.gz")
    say(kept, said[TOTAL // 2 :], "forms/b.jsonl")
    args = ("--backend=replay", "--model=forms", "--baseline=said")
    assert "this run asks with (recorded log-probabilities)" in mistake(kept.run(*args, model=None))
    recording = kept.run(*args[:2], "--snapshot-update", model=None)
    assert recording.ret == 0, sentences(recording)
    assert kept.summary["benchmarks"]["toy"]["unanswered"] == 0
    assert [row["text"] for row in kept.rows] == [None] * TOTAL
    assert all(row["probabilities"] is not None for row in kept.rows)


@both_ways
def test_missing_rows(bare: Project, args: tuple[str, ...]) -> None:
    """A recording that lacks questions is refused in one line, and nothing is recorded."""
    said = rows(bare)
    say(bare, [row for row in said if row["task"] != "stars" or row["index"] > 9])
    line = mistake(replay(bare, *args))
    assert f"said.jsonl: no output for 10 of {TOTAL} questions: toy/stars/0, toy/stars/1," in line
    assert "toy/stars/4, and 5 more; add them, or count them as unanswered" in line
    assert bare.baselines() == {}
    assert bare.summary["verdict"] == "fail"

    counted = replay(bare, *args, "--backend-option", "missing=unanswered", "--snapshot-update")
    assert counted.ret == 0, sentences(counted)
    assert bare.summary["benchmarks"]["toy"]["tasks"]["stars"]["unanswered"] == 10
    assert "10 questions without a readable answer" in sentences(counted)
    assert [row["id"] for row in bare.rows if row["answer"] is None] == [
        str(number) for number in range(10)
    ]


@both_ways
def test_duplicates(kept: Project, args: tuple[str, ...]) -> None:
    """Two answers to one question: one line names both rows; it is no verdict on a model."""
    before = kept.baselines()
    said = rows(kept)
    say(kept, [*said, said[60] | {"output": "B"}])
    line = mistake(replay(kept, *args))
    assert "said.jsonl, row 209 (line 209): plants index 4 is answered here" in line
    assert "at said.jsonl, row 61 (line 61); delete one of the rows" in line
    assert kept.baselines() == before


def test_only_what_is_asked_is_needed(bare: Project) -> None:
    """With --limit and -k the rest of a recording may be missing."""
    said = [row for row in rows(bare) if row["task"] == "stars" or row["index"] < 3]
    say(bare, said)
    limited = replay(bare, "--limit=3", "--snapshot-update")
    assert limited.ret == 0, sentences(limited)
    assert [row["text"] for row in bare.rows] == [row["output"] for row in said if row["index"] < 3]
    one = replay(bare, "-k", "stars", "--snapshot-update")
    assert one.ret == 0, sentences(one)
    assert len(bare.rows) == SIZES["stars"]
    elsewhere = replay(bare, "-k", "plants", "--baselines-dir=elsewhere")
    assert "said.jsonl: no output for 37 of 40 questions: toy/plants/3," in mistake(elsewhere)


def test_another_way_of_asking(recorded: Project) -> None:
    """Recorded outputs are not compared with what a model was asked, nor across readers."""
    recorded.write("conftest.py", "")
    say(recorded, rows(recorded))
    line = mistake(replay(recorded, "--baseline=a"))
    assert "asked in another way: baseline 'a' was recorded with (mmlu, 2 shots, letters" in line
    assert "this run asks with (recorded texts, reader mcqtest" in line
    assert replay(recorded, "--snapshot-update").ret == 0
    for option, words in {
        "--reader=lm_eval": "(recorded texts, reader lm_eval, fallback wrong)",
        "--fallback=random": "fallback random)",
    }.items():
        line = mistake(replay(recorded, option))
        assert "asked in another way: baseline 'said' was recorded with (recorded text" in line
        assert words in line.partition("this run asks with ")[2]


def test_an_earlier_edition_of_our_reader(recorded: Project) -> None:
    """A baseline that it read is refused by today's reader, and compared where it is named."""
    recorded.write("conftest.py", "")
    say(recorded, rows(recorded))
    assert replay(recorded, "--reader=mcqtest-2", "--snapshot-update").ret == 0
    line = mistake(replay(recorded))
    assert "was recorded with (recorded texts, reader mcqtest 2, fallback wrong" in line
    assert "this run asks with (recorded texts, reader mcqtest 3, fallback wrong" in line
    again = replay(recorded, "--reader=mcqtest-2", "--margin=none")
    assert again.ret == 0, sentences(again)


SLIPS = {
    "--reader=nonsense": "--reader=nonsense: unknown; there are mcqtest, mmlu_pro,",
    "--fallback=nonsense": "--fallback=nonsense: unknown; there are wrong, random",
    "--backend-option=foo=1": "--backend-option foo: unknown; for recorded outputs there is mis",
    "--backend-option=missing=0": "--backend-option missing=0: not a value of it (error or una",
    "--decoding=max_tokens=9": "--decoding max_tokens: outputs are recorded; only samples",
    "--decoding=samples=0": "--decoding samples=0: 1 or more is needed",
    "--decoding=samples=2": "row 1 (line 1): 1 texts for toy/planets/0, expected 2; say wit",
    "--model=none.jsonl": "--model=none.jsonl: no such file or folder",
    "--model=cases": "no *.jsonl or *.jsonl.gz in this folder",
    "--backend=auto": "said.jsonl: a file; give the folder that holds config.json, or add --ba",
}


def test_slips(bare: Project) -> None:
    """Options and values that cannot be meant are refused by name, and nothing is stored."""
    say(bare, rows(bare))
    for option, sentence in SLIPS.items():
        assert sentence in mistake(replay(bare, option)), option
    assert bare.responses() == []


def test_half_characters(bare: Project) -> None:
    """A text that was cut inside a character is judged, or refused in one line."""
    said = rows(bare)
    said[3]["output"] += "\ud83d"
    say(bare, said)
    result = replay(bare, "--snapshot-update")
    assert "Traceback" not in sentences(result)
    assert result.ret in {0, 4}
