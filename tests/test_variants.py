"""The same question with its choices in another order, and the way home from its answer."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from builders import complaint, opened, toy, write_csv
from hypothesis import given
from hypothesis import strategies as st

from mcqtest import prompts
from mcqtest.answers import READING, judge
from mcqtest.prompts import styles
from mcqtest.prompts.variants import ORDERS, several
from mcqtest.run.engine import Engine, home
from mcqtest.run.plan import plan
from mcqtest.types import LETTERS, Question, Response
from mcqtest.types.variant import unchanged

CHANGES = {"unchanged": unchanged, **{name: each.of for name, each in ORDERS.items()}}

questions = st.builds(
    lambda choices, answer: Question("Which?", tuple(choices), answer % len(choices), "7"),
    st.lists(st.text("abc", min_size=1, max_size=4), min_size=1, max_size=10, unique=True),
    st.integers(0, 9),
)


# --- the question -----------------------------------------------------------------------------


@pytest.mark.parametrize("name", CHANGES)
@given(question=questions)
def test_the_right_answer_moves_along(name, question):
    """The same choices, the same right one, and a way back that is a permutation."""
    put, back = CHANGES[name](question)
    assert sorted(back) == [*range(len(question.choices))]
    assert [question.choices[at] for at in back] == [*put.choices]
    assert put.choices[put.answer] == question.choices[question.answer]
    assert back[put.answer] == question.answer
    assert replace(put, choices=question.choices, answer=question.answer) == question


def test_what_the_orders_are():
    """The last choice first; the first choice last."""
    question = Question("Which?", ("a", "b", "c", "d"), 0, "7")
    assert ORDERS["reversed"].of(question)[0].choices == ("d", "c", "b", "a")
    assert ORDERS["rotated"].of(question)[0].choices == ("b", "c", "d", "a")


def test_a_question_without_choices():
    """There is no order to change."""
    said = complaint(ORDERS["reversed"].of, Question("How far?", (), -1, "m1", targets=("1",)))
    assert said.startswith("--sensitivity: question 'm1' has no choices that could stand in")


# --- and home again -------------------------------------------------------------------------------


def scored(put, likely):
    """What a model says that finds these words so likely, wherever they stand."""
    return Response("k", tuple(math.log(likely[choice]) for choice in put.choices), 0)


@pytest.mark.parametrize("name", CHANGES)
@given(question=questions, data=st.data())
def test_a_model_that_knows_the_words_answers_alike(name, question, data):
    """Probabilities come home to the words that they are of; so do the answer and the score."""
    weights = st.lists(st.integers(1, 1000), min_size=10, max_size=10, unique=True)
    likely = dict(zip(question.choices, data.draw(weights), strict=False))
    own = judge(question, [scored(question, likely)], READING, "toy/t/7")
    put, back = CHANGES[name](question)
    found = home(judge(put, [scored(put, likely)], READING, "toy/t/7"), question, back)
    assert found == replace(own, probabilities=found.probabilities)
    assert found.probabilities == pytest.approx(own.probabilities)
    assert found.score == replace(own.score, probabilities=found.probabilities)


@pytest.mark.parametrize("name", CHANGES)
@given(question=questions, data=st.data())
def test_texts_that_name_the_same_words_are_read_alike(name, question, data):
    """Votes come home as well, and None stays None."""
    meant = data.draw(
        st.lists(st.none() | st.sampled_from(question.choices), min_size=1, max_size=5)
    )

    def said(asked):
        letters = [None if word is None else LETTERS[asked.choices.index(word)] for word in meant]
        texts = ["no idea" if each is None else f"The answer is ({each})." for each in letters]
        return [Response("k", (), 0, text) for text in texts]

    own = judge(question, said(question), READING, "toy/t/7")
    put, back = CHANGES[name](question)
    found = home(judge(put, said(put), READING, "toy/t/7"), question, back)
    assert found.answer == own.answer
    assert found.votes == own.votes
    assert found.value == own.value
    assert found.question == question


@given(questions, st.integers(0, 9))
def test_a_model_that_likes_a_place_does_not(question, place):
    """What --sensitivity is for: who always says A answers otherwise in another order."""
    at = place % len(question.choices)
    put, back = ORDERS["reversed"].of(question)
    response = Response("k", tuple(float(i == at) for i in range(len(put.choices))), 0)
    found = home(judge(put, [response], READING, "toy/t/7"), question, back)
    assert found.answer == len(question.choices) - 1 - at


# --- whole tasks ------------------------------------------------------------------------------


class Knows:
    """Finds ``right`` in the prompt, and says that letter."""

    def __init__(self):
        self.asked = 0

    def run(self, requests):
        for request in requests:
            if not request.known:
                self.asked += 1
                query = request.prompt.query
                likely = [f"{letter.strip()}. right" in query for letter in request.choices]
                logprobs = tuple(math.log(0.7 if each else 0.1) for each in likely)
                yield Response(request.key, logprobs, len(request.prompt.shots))


def test_a_task_in_other_orders(tmp_path):
    """Asked in full by other prompts, judged as the same questions, compared as the same asking."""
    words = ("wrong", "worse", "worst")
    for split, kind in (("dev", "example"), ("test", "question")):
        rows = []
        for at in range(8):
            choices = [*words]
            choices.insert(at % 4, "right")
            rows.append([f"Which {kind} {at}?", *choices, "ABCD"[at % 4]])
        write_csv(tmp_path, "a", split, rows)
    (task,) = toy("a", style=prompts.mmlu.write).tasks
    plans = [
        plan(task, root=tmp_path, identity="m", variant=variant)
        for variant in (None, *ORDERS.values())
    ]
    backend = Knows()
    engine = Engine(plans, opened(tmp_path), lambda: backend)
    own, *others = [engine.results(task, each.variant) for each in plans]
    assert backend.asked == 24
    assert [result.correct for result in own] == [True] * 8
    for found in others:
        assert [result.question for result in found] == [result.question for result in own]
        assert [result.answer for result in found] == [result.answer for result in own]
        for one, other in zip(own, found, strict=True):
            assert one.probabilities == pytest.approx(other.probabilities)
        assert found.questions == own.questions
        assert found.asking != own.asking  # other prompts
    assert len({result.answer for result in own}) == 4


# --- their names ------------------------------------------------------------------------------


def test_all_are_the_24_styles():
    """Orders are named, since they ask as often again."""
    assert [each.name for each in several("letters", "all")] == [
        style.name for style in styles.TESTED["letters"]
    ]


def test_orders_and_styles_together():
    """In the order that they are named in, each once."""
    found = several("letters", "rotated, i1f1,mmlu,rotated")
    assert [each.name for each in found] == ["rotated", "i1f1", "mmlu"]
    assert found[0] is ORDERS["rotated"]
    assert found[1].of(Question("?", ("a",), 0, "7"))[1] == range(1)


@pytest.mark.parametrize(
    ("method", "names", "said"),
    [
        ("letters", "reversed", "a spread needs two styles; name another, or all"),
        ("letters", "reversed,reversed", "a spread needs two styles"),
        ("letters", "reversed,shuffled", "--sensitivity=shuffled: no such style for --method="),
        ("text", "all", "the 24 styles are for letters and cot, not for text"),
    ],
)
def test_what_cannot_be_varied(method, names, said):
    """One line says what there is."""
    assert said in complaint(several, method, names)


def test_names_are_no_values_of_a_sweep():
    """Which are told apart by their sign."""
    names = [*ORDERS, *(style.name for each in styles.TESTED.values() for style in each)]
    assert not any("=" in name for name in names)
