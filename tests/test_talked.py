"""Tasks that talk to the model: what they ask is kept, counted, and known again."""

from __future__ import annotations

from dataclasses import replace

import pytest
from builders import complaint
from hypothesis import given
from hypothesis import strategies as st

from mcqtest.bigbench import PROGRAMMATIC, QUERIES, SCORES
from mcqtest.bigbench.play import EndedError
from mcqtest.bigbench.program import _parts, _standings
from mcqtest.data import Program
from mcqtest.run.engine import Engine
from mcqtest.run.plan import plan
from mcqtest.run.store import Store
from mcqtest.run.talked import Turns
from mcqtest.run.values import CHECKS
from mcqtest.run.way import OWN
from mcqtest.types import (
    AnswerError,
    Ask,
    Benchmark,
    Decoding,
    Limits,
    McqtestError,
    Method,
    Prompt,
    Response,
    Result,
    Variant,
)


class Source:
    """One task, which is one question."""

    folder, place = "talk", None

    def load(self, name, root):
        return (Program(f"{name} 1", (), -1, name),)


class Talk:
    """Says on what was said to it."""

    name = "talk"

    def __init__(self, rounds=3):
        self.rounds = rounds

    def run(self, task, questions, terms, ask):
        said = "go"
        for _ in range(self.rounds):
            asks = [Ask(Prompt("", (), f"{said}{at}"), decoding=terms.decoding) for at in range(4)]
            said = ask(asks)[3].text
        return [Result(questions[0], said, None, 0, value=0.5)]

    def notices(self, questions, terms):
        return []


class Echo:
    """A backend that repeats the prompt, and fails once it was asked so often."""

    def __init__(self, fails=None):
        self.asked, self.fails = [], fails

    def run(self, requests):
        for request in requests:
            if request.known:
                continue
            if len(self.asked) == self.fails:
                raise AnswerError(f"{request.name}: no answer")
            self.asked.append(request.prompt.query)
            yield Response(request.key, (), 0, request.prompt.query[-4:], False)


def benchmark(talk, **changes):
    method = Method(conversation=talk, decoding=Decoding(8))
    made = Benchmark("talk", {"all": ("one", "two")}, Source(), {"text": method}, 0)
    return replace(made, **changes)


def engine(tmp_path, backend, talk=None, **kinds):
    tasks = benchmark(talk or Talk()).tasks
    planned = [plan(task, root=None, identity="m") for task in tasks]
    store = Store(tmp_path, name="m", identity="m")
    return tasks, Engine(planned, store, lambda: backend, **kinds)


def test_an_answer_leads_to_the_next_request(tmp_path):
    """In their order, and what is equal is asked once, of whichever task."""
    (one, two), asking = engine(tmp_path, backend := Echo())
    (result,) = asking.results(one)
    first = ["go0", "go1", "go2", "go3"]
    assert backend.asked[:5] == [*first, "go30"]
    assert (result.answer, len(backend.asked)) == (backend.asked[-1][-4:], 12)
    assert asking.has_asked(one)
    asking.results(two)
    assert len(backend.asked) == 12
    assert not asking.has_asked(two) or asking.has_asked(one)


@pytest.mark.parametrize("fails", range(12))
def test_gone_on_with_wherever_it_stopped(tmp_path, fails):
    """What was said before is stored, and nothing is asked twice."""
    (one, _), asking = engine(tmp_path, first := Echo(fails))
    with pytest.raises(AnswerError, match="no answer"):
        asking.results(one)
    (one, _), asking = engine(tmp_path, second := Echo())
    asking.results(one)
    (one, _), whole = engine(tmp_path / "other", third := Echo())
    whole.results(one)
    assert first.asked + second.asked == third.asked


def test_nothing_is_loaded_where_all_is_stored(tmp_path):
    """A run whose answers are all there needs no model."""
    (one, _), asking = engine(tmp_path, Echo())
    asking.results(one)
    (one, _), again = engine(tmp_path, None)
    again.results(one)
    assert again.started is None
    assert not again.has_asked(one)


@given(st.lists(st.text(max_size=3), min_size=1, max_size=8), st.data())
def test_keys_know_nothing_of_turns(texts, data):
    """However requests are grouped: what is asked is the same. With tokens that are drawn each one
    has a seed of its own, equal prompts as well.
    """
    cut = data.draw(st.integers(0, len(texts)))
    for heat in (0.0, 0.7):
        asks = [Ask(Prompt("", (), text), decoding=Decoding(8, (), heat)) for text in texts]
        (task, _) = benchmark(Talk()).tasks
        planned = plan(task, root=None, identity="m")
        turns, once = Turns(planned), Turns(planned)
        parted = [*turns.requests(asks[:cut]), *turns.requests(asks[cut:])]
        assert parted == [*once.requests(asks)]
        keys = {request.key for request in parted}
        assert len(keys) == (len(texts) if heat else len({*texts}))


def test_a_plan_of_one(tmp_path):
    """One question; how it is asked names the tokens and the examples, not the limits."""
    (task, _) = benchmark(Talk()).tasks
    way = replace(OWN, limit=7, bigbench={"queries": "9"})
    planned = plan(task, root=None, identity="m", way=way)
    assert planned.asking == "talk, text, 8 tokens, 7 examples"
    assert (planned.requests, planned.left_out) == ((), 1)
    assert planned.terms.limits == Limits(9, 600)
    assert plan(task, root=None, identity="m").asking == "talk, text, 8 tokens"
    # a number of fewer examples is recorded beside that of all, and never over it
    assert (way.folder(task.benchmark), OWN.folder(task.benchmark)) == ("7examples", "")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"shots": 3}, "--shots: talk puts its questions in one way"),
        ({"style": "mmlu"}, "--style=mmlu: talk puts every question once"),
        ({"decoding": {"samples": "3"}}, "--decoding samples=3: talk puts every question once"),
    ],
)
def test_what_cannot_be_asked(changes, said):
    """A task decides by itself what it says."""
    (task, _) = benchmark(Talk()).tasks
    with pytest.raises(McqtestError, match=said):
        plan(task, root=None, identity="m", way=replace(OWN, **changes))


def test_no_other_ways():
    """Nor can its choices be turned round."""
    (task, _) = benchmark(Talk()).tasks
    with pytest.raises(McqtestError, match="--sensitivity: talk puts its questions in one way"):
        plan(task, root=None, identity="m", variant=Variant("reversed"))


@pytest.mark.parametrize(
    ("pair", "said"),
    [
        ("queries=0", "--bigbench queries=0: a whole number from 1 up is needed"),
        ("queries=1.5", "--bigbench queries=1.5: a whole number from 1 up is needed"),
        ("seconds=-1", "--bigbench seconds=-1: a number above 0 is needed"),
        ("seconds=nan", "--bigbench seconds=nan: a number above 0 is needed"),
        ("hours=1", "--bigbench hours: unknown; there are queries, seconds and likelihood"),
        ("likelihood=1", "--bigbench likelihood=1: write on or off"),
    ],
)
def test_mistakes_in_the_option(pair, said):
    """One line each."""
    assert said in complaint(CHECKS["bigbench"], "bigbench", [pair], None)


def score(name, value, low=0.0, high=1.0, shots=0, **more):
    """As the process that a task runs in tells it."""
    return {
        "scores": {"m": value, **more},
        "preferred": "m",
        "shots": shots,
        "low": low,
        "high": high,
        "subtask": name,
    }


def test_scores_are_made_one_as_officially():
    """Without the whole that a task adds itself; equal names are numbered; shots are apart."""
    said = [score("a", 0.5), score("t", 9.0), score("a", 1.0), score("b", 2.0, 1, 3, shots=2)]
    parts = _parts(_standings("t", {"scores": said}))
    assert [part.name for part in parts] == ["atrial_0, 0 shots", "atrial_1, 0 shots", "b, 2 shots"]
    assert [part.normalized for part in parts] == [50, 100, 50]


def test_a_task_without_subtasks_has_one_line():
    """Whatever it calls its score."""
    (part,) = _parts(_standings("t", {"scores": [score("whatever", 0.25)]}))
    assert (part.name, part.score, part.normalized) == ("", 0.25, 25)


@given(st.floats(-5, 5), st.floats(-5, 5), st.floats(0.1, 5), st.floats(-3, 3), st.floats(0.1, 3))
def test_units_do_not_count(value, low, width, shift, scale):
    """A score and its anchors in other units are the same normalised score."""

    def normal(number, lower, higher):
        (part,) = _parts(_standings("t", {"scores": [score("", number, lower, higher)]}))
        return part.normalized

    moved = [scale * each + shift for each in (value, low, low + width)]
    assert normal(*moved) == pytest.approx(normal(value, low, low + width), abs=1e-6, rel=1e-6)


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"scores": []}, "returned no scores"),
        ({"scores": [score("", float("inf"))]}, "t: m is inf"),
        ({"scores": [score("", 1.0, 1, 0)]}, "its anchors are 1 and 0"),
        ({"scores": [score("", 1.0) | {"preferred": "x"}]}, "there is no x"),
        ({"missing": "sklearn.metrics"}, "needs sklearn, .* pip install scikit-learn"),
        ({"raised": "KeyError: 1", "where": "a.py, line 1"}, r"KeyError: 1 \(a.py, line 1\)"),
    ],
)
def test_what_cannot_be_used(said, why):
    """The task has failed."""
    with pytest.raises(EndedError, match=why):
        _standings("t", said)


def test_a_benchmark_of_such_tasks():
    """Its criterion has nothing to compare but the scores, and its metric counts."""
    assert SCORES.comparisons([]) == 0
    assert QUERIES.of([Result(None, "", None, 0, value=1.0, details={"queries": 3.0})] * 2) == 6
    assert PROGRAMMATIC.name == "bigbench programmatic"
