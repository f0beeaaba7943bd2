"""Prompts and scores of whole tasks against the official package's own (`tox -e parity`).

Every example of the 24 tasks of Lite and of 19 others, without shots and with three; and what a
made-up model scores, by ``JsonTask.evaluate_model`` and by ours.
"""

from __future__ import annotations

import contextlib
import gzip
import hashlib
import io
import json
import math
import os
from collections import Counter, OrderedDict
from functools import cache

import pytest
from bigbench_package import official
from realdata import require

from mcqtest.bigbench import CRITERION, FORM, METRICS, cut
from mcqtest.data import JsonTasks
from mcqtest.gate import Judged
from mcqtest.prompts import bigbench as prompts
from mcqtest.types import Benchmark, Decoding, Method, Response, Results

FOLDERS = {"bigbench": 24, "bigbench_extra": 19}
FILES = ("task.json", "task.json.gz")
SLOW = {"vitaminc_fact_verification"}
"""With shots the official code takes the better part of an hour: its time grows with the square.
Asked where MCQTEST_SLOW is 1."""
MANY = 40
"""Examples of each subtask that are scored; the official ROUGE draws a thousand bootstraps."""


def names(folder):
    """Tasks of a folder; none where the data is not there."""
    with contextlib.suppress(BaseException):
        return [each for each in JsonTasks(folder).names(require(folder).parent) if each[-1] != "d"]
    return []


TASKS = [(folder, name) for folder in FOLDERS for name in names(folder)]


def read(place):
    """A task as the official package takes it: a dict, its subtasks in it."""
    path = next(place / name for name in FILES if (place / name).is_file())
    raw = path.read_bytes()
    text = (gzip.decompress(raw) if path.suffix == ".gz" else raw).decode()
    found = json.loads(text, object_pairs_hook=OrderedDict)
    if "examples" not in found:
        below = sorted(each for each in place.iterdir() if each.is_dir())
        found["subtasks"] = [read(each) for each in below]
    return found


def theirs(data, shots):
    """The official task; it prints."""
    with contextlib.redirect_stdout(io.StringIO()):
        return official("json_task").JsonTask(data, shot_list=[shots])


def leaves(task):
    """Its subtasks, or itself."""
    return [leaf for each in task.subtasks for leaf in leaves(each)] if task.subtasks else [task]


@cache
def ours(folder, name):
    """Subtask -> its examples."""
    found = {}
    for each in JsonTasks(folder).load(name, require(folder).parent):
        found.setdefault(each.subject, []).append(each)
    return found


@pytest.mark.parametrize("shots", [0, 3])
@pytest.mark.parametrize(("folder", "name"), TASKS)
def test_prompts(folder, name, shots, record_property):
    """Every prompt of every example, and its choices and targets."""
    if shots and name in SLOW and os.environ.get("MCQTEST_SLOW") != "1":
        pytest.skip("MCQTEST_SLOW is not 1: this takes the better part of an hour")
    task = theirs(read(require(folder, name)), shots)
    counted = 0
    for leaf, examples in zip(leaves(task), ours(folder, name).values(), strict=True):
        made = official("json_task").make_nshot_dataset(
            leaf._ds,
            shots,
            random_seed=42,
            separator=leaf.few_shot_example_separator,
            max_examples=leaf.num_examples,
        )
        places = range(len(examples))
        written = prompts.prompts(examples, examples[0].spec, shots=shots, places=places)
        found = Counter(
            (prompt.text, each.choices, each.targets)
            for prompt, each in zip(written, examples, strict=True)
        )
        assert found == Counter(
            (leaf.task_prefix + each["input"], tuple(each.get("choice", ())), tuple(each["target"]))
            for each in made
        )
        counted += len(made)
    record_property("prompts", counted)


class Made:
    """A model whose answers hang on the prompt and the choice alone."""

    def __init__(self):
        self.spec = None

    @staticmethod
    def likely(prompt, choice):
        digest = hashlib.sha256(f"{prompt[-300:]}|{choice}".encode()).digest()
        return -float(digest[0] % 23) / 4 - len(choice) / 100

    @staticmethod
    def says(prompt):
        words = prompt.split()
        digest = hashlib.sha256(prompt.encode()).digest()
        return " " + " ".join(words[-(digest[0] % 9) :]) + "\nmore"

    def cond_log_prob(self, inputs, targets, absolute_normalization=None):
        return [
            [self.likely(prompt, choice) for choice in several]
            for prompt, several in zip(inputs, targets, strict=True)
        ]

    def generate_text(self, inputs, max_length=None, stop_string=None, output_regex=None):
        from bigbench.models.model_utils import postprocess_output

        texts = [self.says(prompt) for prompt in inputs]
        return postprocess_output(texts, max_length, stop_string, output_regex)


def answered(example, asks):
    """What the same model says to our requests."""
    responses = [
        Response("k", tuple(Made.likely(ask.prompt.text, each) for each in ask.choices), 0)
        if ask.choices
        else Response("k", (), 0, Made.says(ask.prompt.text))
        for ask in asks
    ]
    return FORM.judge(example, responses)


def few(data):
    """The same task with fewer examples."""
    if "subtasks" in data:
        return {**data, "subtasks": [few(each) for each in data["subtasks"]]}
    return {**data, "examples": data["examples"][:MANY]}


def write(data, place):
    """Files of the same task."""
    place.mkdir(parents=True)
    inside = data.pop("subtasks", None)
    (place / "task.json").write_text(json.dumps(data), "utf-8")
    for number, each in enumerate(inside or ()):
        write(each, place / f"{number:03}")


@pytest.mark.parametrize("shots", [0, 3])
@pytest.mark.parametrize(("folder", "name"), TASKS)
def test_scores(folder, name, shots, tmp_path, monkeypatch):
    """All scores of all subtasks and of the task, anchors and normalised ones too, to 1e-9. ROUGE
    is compared with the plain mean that the official bootstrap estimates.
    """
    data = few(read(require(folder, name)))
    task = theirs(json.loads(json.dumps(data), object_pairs_hook=OrderedDict), shots)
    metrics = official("task_metrics").metrics
    if hasattr(metrics, "scoring"):
        monkeypatch.setattr(metrics.scoring, "BootstrapAggregator", Plain)
    with contextlib.redirect_stdout(io.StringIO()):
        told = task.evaluate_model(Made())
    write(data, tmp_path / "bigbench" / name)
    examples = JsonTasks("bigbench").load(name, tmp_path)
    decoding, places = Decoding(8), range(len(examples))
    results = [
        answered(example, asks)
        for example, asks in zip(
            examples, FORM.asks(examples, places, shots=shots, decoding=decoding), strict=True
        )
    ]
    by_name = {each.subtask_description: each for each in told}
    whole = by_name[task.name]
    for metric in METRICS:
        figure = metric.of(results)
        wanted = whole.score_dict.get(metric.name)
        assert (figure is None) == (wanted is None), metric.name
        assert wanted is None or math.isclose(figure, wanted, rel_tol=1e-9, abs_tol=1e-9)
    benchmark = Benchmark("b", {"all": (name,)}, JsonTasks("b"), {"text": Method(form=FORM)}, 0)
    judged = Judged(Results(benchmark.tasks[0], tuple(results), "", ""), None, None, None, 1.0, {})
    finding = CRITERION.decide(judged)
    wanted = whole.score_dict["normalized_aggregate_score"]
    assert math.isclose(finding.detail["normalized"], wanted, rel_tol=1e-8, abs_tol=1e-8)
    for leaf, part in zip(leaves(task), finding.detail["parts"], strict=True):
        own = by_name[leaf.name]
        found = (part["score"], part["low"], part["high"])
        expected = (own.score_dict[own.preferred_score], own.low_score, own.high_score)
        assert found == pytest.approx(expected, rel=1e-8, abs=1e-8)


class Plain:
    """In place of the bootstrap: the mean."""

    def __init__(self, **_options):
        self.scores = []

    def add_scores(self, scores):
        self.scores.append(scores)

    def aggregate(self):
        from rouge_score.scoring import AggregateScore, Score

        def mean(key):
            n = len(self.scores)
            return Score(*(math.fsum(each[key][at] for each in self.scores) / n for at in range(3)))

        return {key: AggregateScore(*[mean(key)] * 3) for key in self.scores[0]}


@pytest.mark.parametrize("text", ["", ".", "a\nb", "\nab", "a. b", "42.", "x = -7\nand 8"])
@pytest.mark.parametrize("stop", [None, "\n", "."])
@pytest.mark.parametrize("regex", [None, r"[^\.\?\!\;\n]+", r"([-+]?\d+)[.]{0,1}$", r"\d+"])
def test_texts_are_cut_alike(text, stop, regex):
    """Stop string and regular expression, with the oddities of the official function."""
    official("json_task")
    from bigbench.models.model_utils import postprocess_output

    from mcqtest.data import Spec

    spec = Spec("", "", (), "", None, stop_string=stop, output_regex=regex)
    assert cut(text, spec) == postprocess_output(text, None, stop, regex)
