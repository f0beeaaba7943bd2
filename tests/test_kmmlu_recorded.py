"""Ten recorded runs of KMMLU have the accuracies that their letters have, and are gated by them.

The questions are made up; how many there are, and which answer is right, is as published.
"""

import csv
import gzip
import json
from collections import Counter

import koreandata
import pytest
from builders import IDENTITY, opened
from cases import MODEL, policy_of
from project import UNDECIDED, sentences
from realdata import CHECKOUT, benchmark, require

from mcqtest.backends.recording import Recording
from mcqtest.backends.replay import Replay
from mcqtest.gate import Baselines, Judge
from mcqtest.metrics import macro_accuracy
from mcqtest.report import summary
from mcqtest.run.engine import Engine
from mcqtest.run.plan import plan
from mcqtest.run.way import Way

TOTAL = 35_030
KMMLU = benchmark("kmmlu").KMMLU
MODELS = (
    "claude-haiku-4-5-2025-12-05",
    "gpt-35-turbo-230613",
    "gpt-4.1-nano-2025-04-14",
    "gpt-4o-240513",
    "gpt-4o-mini-240718",
    "gpt-5-mini-2025-08-08-0shot",
    "llama-3-1-8b-instruct",
    "llama-3-1-8b-instruct-5shot",
    "phi-3-5-mini-instruct",
    "phi-4-0shot",
)
GROUP = "STEM"
OLD, WORSE, BETTER = "llama-3-1-8b-instruct", "llama-3-1-8b-instruct-5shot", "gpt-4o-240513"


@pytest.fixture(scope="module")
def key():
    """Subject -> the letters of the right answers, in order."""
    found = json.loads(require("kmmlu", "answer_key.json").read_text("utf-8"))
    assert sum(map(len, found.values())) == TOTAL
    return found


@pytest.fixture(scope="module")
def root(key, tmp_path_factory):
    """Questions with these answers."""
    root = tmp_path_factory.mktemp("data")
    koreandata.kmmlu(root, key)
    return root


@pytest.fixture(scope="module")
def planned(root):
    """All subjects, as a run on recorded texts plans them."""
    way = Way(recorded="texts")
    return [plan(task, root=root, identity=IDENTITY, way=way) for task in KMMLU.tasks]


def recorded(model):
    """The rows of a run, each with the subject's published name."""
    names = {task.name.lower().replace("-", "_"): task.name for task in KMMLU.tasks}
    path = require("kmmlu", "outputs", f"{model}.csv.gz")
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            yield names[row["category"].lower().replace("-", "_")], row["answer"], row["pred"]


def say(path, model, key):
    """The letters of a run as recorded outputs. Where questions were refused the others keep
    their order, so that each is the next one with this right answer.
    """
    at = Counter()
    rows = []
    for task, answer, said in recorded(model):
        if task not in key:
            continue
        index = key[task].index(answer, at[task])
        at[task] = index + 1
        rows.append({"task": task, "index": index, "output": said})
    koreandata.listed(path, rows)
    return path


def rights(model, key):
    """Subject -> right letters, counted without more ado."""
    return Counter(t for t, answer, said in recorded(model) if answer == said and t in key)


@pytest.mark.parametrize("model", MODELS)
def test_accuracies(model, key, planned, tmp_path):
    """As many right as recorded; micro and macro accuracy are those of the letters, and differ."""
    told = json.loads(require("kmmlu", "outputs", "INDEX.json").read_text("utf-8"))[model]
    recording = Recording(say(tmp_path / "said.jsonl", model, key), model)
    store = opened(tmp_path / "responses")
    options = {"missing": "unanswered"} if told["rows"] < TOTAL else {}
    engine = Engine(planned, store, lambda: Replay(recording, options))
    results = [engine.results(each.task) for each in planned]
    store.close()
    policy = policy_of(baseline="none")
    judge = Judge(policy, Baselines(policy, MODEL), MODEL)
    outcomes = [judge.judge(each, compared=False) for each in results]

    right = rights(model, key)
    shares = {name: right[name] / len(letters) for name, letters in key.items()}
    found = summary.accuracies(outcomes)
    assert sum(right.values()) == sum(each.right for each in outcomes) == told["correct"]
    assert {each.task: each.right for each in outcomes} == {name: right[name] for name in key}
    assert found["n"] == TOTAL
    assert found["accuracy"] == pytest.approx(told["correct"] / TOTAL, abs=1e-8)
    assert found["macro_accuracy"] == pytest.approx(sum(shares.values()) / len(key), abs=1e-8)
    assert macro_accuracy(results) == pytest.approx(found["macro_accuracy"], abs=1e-8)
    assert abs(found["accuracy"] - found["macro_accuracy"]) > 0.0001
    assert sum(each.unanswered for each in outcomes) == (
        TOTAL - told["rows"] + told["pred_empty"] + told["pred_FAILED"]
    )
    above = sum(share > 0.8 for share in shares.values())
    assert summary.near_expert(outcomes) == above / len(key)


def test_gated(key, root, project):
    """A worse and a better run against one baseline, in a group of subjects: the verdict, and what
    each subject lost.
    """
    project.write("conftest.py", "")
    key = {name: key[name] for name in KMMLU.groups[GROUP]}
    total = sum(map(len, key.values()))
    args = ("-c", "pytest.ini", "-k", " or ".join(key), "--backend=replay", f"--data={root}")
    args += ("--backend-option=missing=unanswered", f"--baseline={OLD}")
    where = {"model": None, "data": None, "cases": str(CHECKOUT / "benchmarks/test_kmmlu.py")}
    before = rights(OLD, key)
    say(project.path / f"{OLD}.jsonl", OLD, key)
    first = project.run(*args, f"--model={OLD}.jsonl", "--snapshot-update", **where)
    assert f"RECORDED: {OLD} on {total:,} questions of {len(key)} of 45 tasks" in sentences(first)

    for new, status in {WORSE: 1, BETTER: UNDECIDED}.items():
        say(project.path / f"{new}.jsonl", new, key)
        result = project.run(*args, f"--model={new}.jsonl", **where)
        assert result.ret == status, sentences(result)
        word = "MAY NOT SHIP" if status == 1 else "PARTIAL"
        assert f"\n{word}: {new}" in sentences(result)
        found, now = project.summary["benchmarks"]["kmmlu"], rights(new, key)
        assert found["won"] - found["lost"] == now.total() - before.total()
        assert found["baseline_accuracy"] == pytest.approx(before.total() / total, abs=1e-8)
        for name, task in found["tasks"].items():
            assert task["won"] - task["lost"] == now[name] - before[name], name
        macro = sum(now[name] / len(letters) for name, letters in key.items()) / len(key)
        assert f"macro accuracy (over tasks) {macro:.4f}" in sentences(result)
