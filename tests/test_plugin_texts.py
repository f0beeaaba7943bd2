"""Texts from the outside: what a run asks, stores, reads, says and leaves."""

from __future__ import annotations

import importlib.util
import json
import re
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import project as toy
import pytest
from project import Project, mistake, sentences

from mcqtest.types import Request, Response

SIZES = {"plants": 24, "stars": 36}
NAMES = [f"{task}/{number}" for task, size in SIZES.items() for number in range(size)]
TOTAL = len(NAMES)

CASES = f"""
from operator import attrgetter

import pytest

from mcqtest import prompts
from mcqtest.source import Columns, Layout, Source
from mcqtest.types import Benchmark, Decoding, Method

COLUMNS = Columns(
    choices="options", id="question_id", task="category", reasoning="cot_content", padding="N/A"
)
TOY = Benchmark(
    name="toy",
    groups={{"all": {tuple(SIZES)!r}}},
    source=Source("toy", (Layout("{{split}}.jsonl", COLUMNS, splits={{"shots": "validation"}}),)),
    methods={{
        "cot": Method(prompts.mmlu_pro, Decoding(max_tokens=64, stop=("Question:",))),
        "letters": Method(prompts.mmlu_pro_direct),
    }},
    shots=2,
)


@pytest.mark.parametrize("task", TOY.tasks, ids=attrgetter("name"))
def test_toy(task, results, baseline):
    assert results == baseline
"""

CONFTEST = """
import sys

sys.path.append({tests!r})
import project
import test_plugin_texts

project.Double = test_plugin_texts.Writer
project.install({root!r})
"""


class Writer(toy.Double):
    """Errs by the way in which it is asked, that is by the last line of the question, and by the
    seed; and has its texts that cannot be read.
    """

    def _answer(self, request: Request) -> Response:
        query, name = request.prompt.query, request.name.removeprefix("toy/")
        options = re.findall(r"[A-D][.)] (\w+)", query)
        right = re.search(r"go (\w+)\?", query)
        assert right is not None, query
        answer = options.index(right[1])
        decoding, shots = request.decoding, len(request.prompt.shots)
        drawn = decoding is not None and decoding.temperature and decoding.seed % 3 == 0
        if f"{query.rpartition(chr(10))[2]} {name}" in self._wrong or drawn:
            answer = (answer + 1) % len(options)
        if decoding is None:
            logprobs = [-0.25 if i == answer else -2.0 for i in range(len(options))]
            return Response(request.key, tuple(logprobs), shots)
        text = f" To the {options[answer]}. The answer is ({'ABCD'[answer]})."
        if f"short {name}" in self._wrong:
            text = f" To the {options[answer]}.\nAnswer: {'ABCD'[answer]}"
        if f"silent {name}" in self._wrong:
            text = " Nobody can tell."
        text += " Surely, surely." * (f"long {name}" in self._wrong)
        cut = f"cut {name}" in self._wrong
        return Response(request.key, (), shots, text[:12] if cut else text, truncated=cut)


COT, LETTERS = "Answer: Let's think step by step.", "Answer:"
"""Last lines of a question, which are ways of asking."""
WRONG = {
    COT: ["plants/1", "plants/2", "stars/1", "stars/2", "stars/3"],
    LETTERS: NAMES[::3],
    "Correct Answer:": NAMES[::2],
    "The Best Choice:": NAMES[::4],
    "short": ["plants/8", "stars/8"],
    "silent": ["plants/9"],
    "cut": ["stars/9", "stars/10"],
}
UNREAD = ["plants/9", "stars/9", "stars/10"]
ACCURACY = {"cot": 1 - 8 / TOTAL, "letters": 1 - 20 / TOTAL}
"""Accuracies of the usual model."""


def errors(wrong: dict[str, list[str]]) -> list[str]:
    return [f"{way} {name}" for way, names in wrong.items() for name in names]


def rows_of(task: str, numbers: Iterable[int]) -> list[dict[str, Any]]:
    """Questions that say their answer, half of them with a choice less."""
    rows = []
    for number in numbers:
        options = [toy.WORDS[(number // 2 + i) % 4] for i in range(4 - number % 2)]
        row = {"question_id": number, "category": task, "options": options}
        row["question"] = f"At {number} of {task}, which way to go {options[number % 3]}?"
        row["answer"] = "ABC"[number % 3]
        row["cot_content"] = f"A: Let's think step by step. The answer is ({row['answer']})."
        rows.append(row)
    return rows


def furnish(project: Project) -> Project:
    """Make the toy project one of texts and letters, with the usual model."""
    tests = str(Path(__file__).parent)
    project.write("conftest.py", CONFTEST.format(tests=tests, root=str(project.path)))
    project.write("cases/test_toy.py", CASES)
    numbers = {
        "test": {task: range(size) for task, size in SIZES.items()},
        "validation": dict.fromkeys(SIZES, range(600, 602)),
    }
    for split, asked in numbers.items():
        rows = [row for task, each in asked.items() for row in rows_of(task, each)]
        project.write(f"data/toy/{split}.jsonl", "".join(json.dumps(row) + "\n" for row in rows))
    project.model("a", wrong=errors(WRONG))
    return project


@pytest.fixture
def project(project: Project) -> Project:
    return furnish(project)


def done(project: Project, *args: str, **more: Any) -> dict[str, Any]:
    """The benchmark's part of summary.json of a run that recorded or passed."""
    result = project.run(*args, **more)
    assert result.ret == 0, sentences(result)
    found: dict[str, Any] = project.summary["benchmarks"]["toy"]
    return found


def record(project: Project, *args: str) -> dict[str, Any]:
    return done(project, "--snapshot-update", *args)


def test_texts(project: Project) -> None:
    """Every text is asked for once, kept, read and judged; again, nothing is asked. The files of
    a run are the same bytes with two processes.
    """
    seen = []
    for folder, args in (("one", ()), ("two", ("-n", "2"))):
        places = (f"--run-dir={folder}", f"--baselines-dir={folder}")
        result = project.run(*places, *args, "--snapshot-update")
        assert result.ret == 0, sentences(result)
        assert sorted(project.log()) == sorted(f"toy/{name}" for name in NAMES)
        assert len(project.log("loaded")) == (2 if args else 1)
        said = "3 questions without a readable answer, 3.33% of texts truncated"
        assert f"{said}; guessing would reach 0.2917" in sentences(result)
        assert "spread" not in sentences(result)
        seen.append(project.outputs(folder))
    assert seen[0] == seen[1]
    again = project.run("--run-dir=one", "--baselines-dir=one")
    assert again.ret == 0, sentences(again)
    assert "60 questions, 60 stored" in sentences(again)
    assert project.log() == project.log("loaded") == []

    summary = json.loads(project.outputs("one")[0])["benchmarks"]["toy"]
    assert (summary["unanswered"], summary["lost"]) == (3, 0)
    assert summary["unanswered_share"] == pytest.approx(3 / TOTAL)
    assert summary["truncated_share"] == pytest.approx(2 / TOTAL)
    assert summary["accuracy"] == pytest.approx(ACCURACY["cot"])
    assert summary["chance"] == pytest.approx((1 / 3 + 1 / 4) / 2)
    assert {"ece", "styles", "methods", "reasoning_gain", "spread"}.isdisjoint(summary)
    tasks = summary["tasks"]
    assert {name: task["unanswered"] for name, task in tasks.items()} == {"plants": 1, "stars": 2}
    marks = (project.path / "one/a/toy/stars.txt").read_text().partition("\n\n")[2]
    assert "".join(marks.split())[1:12] == "AcdbBCABC--"


def test_rows_of_texts(project: Project) -> None:
    """results.jsonl has what was written, what was read in it, and among how many choices."""
    record(project)
    rows = {f"{row['task']}/{row['id']}": row for row in project.rows}
    assert list(rows) == NAMES
    for number, row in ((int(name.partition("/")[2]), row) for name, row in rows.items()):
        assert row["choices"] == 4 - number % 2
        assert row["votes"] == [row["answer"]]
        assert (row["texts"], row["probabilities"], row["guessed"]) == ([], None, False)
    assert rows["plants/3"]["text"] == " To the east. The answer is (A)."
    assert (rows["plants/3"]["answer"], rows["plants/3"]["correct"]) == (0, True)
    assert {name for name, row in rows.items() if row["answer"] is None} == set(UNREAD)
    assert {name for name, row in rows.items() if row["truncated"]} == {"stars/9", "stars/10"}
    assert rows["stars/9"]["text"] == " To the nort"
    assert {name for name, row in rows.items() if not row["correct"]} == {*WRONG[COT], *UNREAD}


def test_stored_texts_are_read_again(project: Project) -> None:
    """Another reader asks nothing, and is another way of asking; lots fall the same every time."""
    record(project)
    project.log()
    line = mistake(project.run("--reader=lm_eval"))
    assert "toy/plants: asked in another way: baseline 'a' was recorded with (mmlu_pro," in line
    seen = []
    for args in ((), ("-n", "2")):
        found = record(project, "--reader=lm_eval", "--fallback=random", *args)
        assert found["unanswered"] == 5  # it knows no answer but after "answer is"
        drawn = [row for row in project.rows if row["guessed"]]
        names = sorted(f"{row['task']}/{row['id']}" for row in drawn)
        assert names == sorted([*UNREAD, *WRONG["short"]])
        assert all(0 <= row["answer"] < row["choices"] for row in drawn)
        assert [row["votes"] for row in drawn] == [[None]] * 5
        seen.append([row["answer"] for row in project.rows])
    assert seen[0] == seen[1]
    assert project.log() == []


def test_samples(project: Project) -> None:
    """Each question has as many texts, and the answer that most of them give."""
    drawn = ("--decoding=temperature=0.7", "--decoding=samples=3", "--snapshot-update")
    result = project.run(*drawn)
    assert result.ret == 0, sentences(result)
    assert "60 questions in 180 requests, none stored" in sentences(result)
    assert Counter(project.log()) == dict.fromkeys([f"toy/{name}" for name in NAMES], 3)
    split = 0
    for row in project.rows:
        votes = Counter(vote for vote in row["votes"] if vote is not None)
        assert len(row["votes"]) == 1 + len(row["texts"]) == 3
        assert row["answer"] == (votes.most_common(1)[0][0] if votes else None)
        split += len(votes) > 1
    assert split > 10
    found = project.summary["benchmarks"]["toy"]
    assert (found["unanswered"], found["truncated_share"]) == (3, pytest.approx(2 / TOTAL))
    places = ("--run-dir=two", "--baselines-dir=two", "-n", "2")
    assert project.run(*drawn, *places).ret == 0
    assert project.outputs("two") == project.outputs()


def test_reasoning_gain(project: Project) -> None:
    """Where both methods were asked, in whatever run, accuracy with steps less that without; on
    the whole only where all tasks were.
    """
    part = record(project, "-k", "plants")
    assert "reasoning_gain" not in part
    found = record(project, "--method=letters")
    assert found["tasks"]["plants"]["reasoning_gain"] == pytest.approx((21 - 16) / 24)
    assert {"reasoning_gain", "methods"}.isdisjoint(found | found["tasks"]["stars"])
    record(project)
    assert len(project.log()) == 2 * TOTAL
    letters = project.run("--method=letters", "--snapshot-update", "-n", "2")
    assert letters.ret == 0, sentences(letters)
    assert "  cot 0.8667, letters 0.6667: reasoning gains +0.2000" in letters.outlines
    for summary in (project.summary["benchmarks"]["toy"], record(project)):
        assert summary["methods"] == pytest.approx(ACCURACY)
        gain = summary["methods"]["cot"] - summary["methods"]["letters"]
        assert summary["reasoning_gain"] == pytest.approx(gain)
        assert summary["tasks"]["plants"]["reasoning_gain"] == pytest.approx((21 - 16) / 24)
    assert project.log() == []


# --- mistakes ---------------------------------------------------------------------------------

OPTIONS = {
    "--reader=lm": "--reader=lm: unknown; there are mcqtest, mmlu_pro, mmlu_pro_api, lm_eval",
    "--sensitivity=i1f1": "--sensitivity=i1f1: a spread needs two styles; name another, or all",
    "--sensitivity=i1f1,x": "--sensitivity=x: no such style for --method=letters; there are",
    "--style=mmlu_pro": "--style=mmlu_pro: no such style for --method=letters; there are",
}


def test_mistakes(project: Project) -> None:
    """What would have no effect, or has no name, is refused before a model is loaded."""
    for option, sentence in OPTIONS.items():
        assert sentence in mistake(project.run("--method=letters", option)), option
    workers = project.run("--method=letters", "--style=mmlu_pro", "-n", "2")
    assert "--style=mmlu_pro: no such style" in mistake(workers)
    assert project.log("loaded") == []


TORCH = all(importlib.util.find_spec(name) for name in ("torch", "transformers"))


@pytest.mark.skipif(not TORCH, reason="torch and transformers run the demo's model")
def test_the_demo_model_writes(project: Project) -> None:
    """The same with a real model: texts are written, stored, and read again without it. In none
    of them an answer can be read, so nothing is recorded.
    """
    project.write("conftest.py", "")
    asked = ("--model=demo", "--decoding=max_tokens=4", "--limit=3", "--sensitivity=i1f1,i3f4")
    first = project.run(*asked, "--snapshot-update", model=None)
    assert "6 questions in 18 requests, none stored" in sentences(first)
    assert first.ret == 1, sentences(first)
    assert "NOT RECORDED: demo: toy: no answer could be read in any of 6 texts" in sentences(first)
    rows = project.rows
    assert all(isinstance(row["text"], str) and len(row["votes"]) == 1 for row in rows)
    again = project.run(*asked, "--snapshot-update", model=None)
    assert "6 questions in 18 requests, 18 stored" in sentences(again)
    assert [row | {"change": None} for row in project.rows] == rows


HALF = {COT: NAMES[::2]}
"""Half of all answers are wrong."""


def test_texts_that_are_cut_off_where_nothing_could_be_lost(project: Project) -> None:
    """Half of all texts, and not one question lost: red all the same."""
    project.model("a", wrong=errors(HALF))
    record(project)
    project.model("b", wrong=errors(HALF | {"cut": HALF[COT]}))
    result = project.run("--baseline=a", model="b")
    assert result.ret == pytest.ExitCode.TESTS_FAILED, sentences(result)
    cut = "toy: more texts than in the baseline are cut off: 30 worse, 0 better of 60 questions"
    assert cut in sentences(result)
    assert "toy: more texts than in the baseline have no readable answer: 30" in sentences(result)
    assert project.summary["benchmarks"]["toy"]["lost"] == 0


def test_texts_that_grew(project: Project) -> None:
    """By a quarter or more: told, and nothing else."""
    record(project)
    project.model("b", wrong=errors(WRONG | {"long": NAMES}))
    result = project.run("--baseline=a", model="b")
    assert result.ret == 0, sentences(result)
    (note,) = project.summary["notices"]
    assert re.match(r"toy: texts are 1\.[3-5]\d times as long as the baseline's \(", note)
