"""The parts of the fault campaign that only compute; the campaign itself is no test."""

import json
import os
import random
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from faults import inputs, runs
from faults.apart import Gave, apart
from faults.mutants import mutated
from mcqtest.types import McqtestError

LINES = b'{"key": "a", "n": [1, 2.5]}\n{"key": "b", "n": []}\n'


@given(st.binary(max_size=200) | st.just(LINES), st.integers(0, 1000))
def test_a_mutant_is_another_file(raw, seed):
    """And the same one for the same seed."""
    found = mutated(raw, random.Random(seed))
    assert found != raw
    assert found == mutated(raw, random.Random(seed))


def test_mutants_are_of_all_kinds():
    """Some can be read as what they were, some cannot, and values are odd ones."""
    some = [mutated(LINES, random.Random(seed)) for seed in range(300)]
    read = [each for each in some if _readable(each)]
    assert 60 < len(read) < 240
    assert any(b"NaN" in each or b"1e999" in each for each in some)
    assert any(b"\\ud83d" in each for each in some)
    assert any(b"\0" in each for each in some)


def _readable(raw):
    try:
        return [json.loads(line) for line in raw.decode().splitlines()]
    except (ValueError, RecursionError):
        return None


def refused():
    raise McqtestError("row 3: no answer; write one")


def silent():
    raise McqtestError("")


def broken():
    raise KeyError("answer")


@pytest.mark.parametrize(
    ("call", "how"),
    [
        (lambda: 5, "value"),
        (refused, "refused"),
        (silent, "traceback"),
        (broken, "traceback"),
        (lambda: os._exit(3), "crash"),
        pytest.param(lambda: os.kill(os.getpid(), 9), "crash", id="a signal"),
        (lambda: time.sleep(60), "hang"),
    ],
)
def test_what_became_of_a_call(call, how):
    """In a process of its own, which may end as it likes."""
    assert apart(call, limit=2.0).how == how


def outcome(*, weights="w", correct=1, notices=()):
    return {"weights": weights, "outcome": {"scores": [correct], "notices": [*notices]}}


@pytest.mark.parametrize(
    ("now", "column"),
    [
        (outcome(), "same values"),
        (outcome(notices=["a note"]), "same values"),
        (outcome(correct=0), "silent"),
        (outcome(correct=0, notices=["a note"]), "told, or asked again"),
        (outcome(weights="v", correct=0), "judged as another model"),
    ],
)
def test_which_column_a_changed_file_counts_in(now, column):
    """What differs and is not told was accepted silently."""
    kind = inputs.Input("x", [], outcome, inputs._judged)
    assert inputs._column(kind, Gave("value", outcome()), Gave("value", now)) == column
    assert inputs._column(kind, Gave("value", None), Gave("refused", "x")) == "refused in a line"
    assert inputs._column(kind, Gave("value", None), Gave("hang", "x")) == "crash or hang"


def test_a_store_is_held_against_what_it_was():
    """Another answer is silent, also where others are told; what is lost is asked again."""
    whole = {"responses": {"a": 1, "b": 2}, "skipped": []}
    part = {"responses": {"a": 1}, "skipped": ["line 2"]}
    assert inputs._stored(whole, whole) == "same values"
    assert inputs._stored(whole, part) == "told, or asked again"
    assert inputs._stored(whole, {**part, "skipped": []}) == "told, or asked again"
    assert inputs._stored(whole, {"responses": {"a": 3}, "skipped": ["line 2"]}) == "silent"


def test_what_a_run_left(tmp_path):
    """Verdicts, whole lines and half-written files, in whatever state they are."""
    assert runs.verdict(tmp_path) == ""
    assert runs.outcome(tmp_path) == (b"", {})
    assert runs.stored(tmp_path) == {}
    (tmp_path / "responses").mkdir()
    line = '{"key": "a", "logprobs": [-1.0]}\n'
    (tmp_path / "responses/x.jsonl").write_text(line + line + line[:9], "utf-8")
    (tmp_path / "summary.json").write_text('{"verdict": "pass", "notices": ["x"]}', "utf-8")
    (tmp_path / "results.jsonl").write_text("rows", "utf-8")
    (tmp_path / ".x.tmp").touch()
    assert runs.stored(tmp_path) == {"a": [[-1.0], [-1.0]]}
    assert runs.verdict(tmp_path) == "pass"
    assert runs.outcome(tmp_path) == (b"rows", {"verdict": "pass"})
    assert runs.leftovers(tmp_path) == [str(tmp_path / ".x.tmp")]
