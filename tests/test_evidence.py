"""Answers that are evidence of nothing: no choice preferred, one letter, the baseline's own."""

import math
from dataclasses import replace

import pytest
from cases import outcome_of, summary_of

from mcqtest.gate import evidence
from mcqtest.gate.companion import Companion
from mcqtest.types import Score


def score(*probabilities, answer=0, gold=0):
    return Score("q", float(answer == gold), answer, gold, len(probabilities), probabilities)


def apart(nats):
    """Two choices whose log-probabilities differ by so much."""
    return score(1 / (1 + math.exp(-nats)), 1 / (1 + math.exp(nats)))


@pytest.mark.parametrize(
    ("dtype", "same", "other"),
    [("bfloat16", 0.05, 0.2), ("float16", 0.007, 0.03), ("float32", 9e-7, 5e-6), ("", 0, 1e-12)],
)
def test_choices_are_alike_to_the_last_bit(dtype, same, other):
    """Of the type that the model computed in, for logits of about 8; exactly where it is none."""
    assert evidence.is_alike(apart(same), dtype)
    assert not evidence.is_alike(apart(other), dtype)


def test_where_there_are_no_probabilities_nothing_is_alike():
    """Texts have none; a choice that cannot be is another than one that is sure."""
    assert not evidence.is_alike(replace(score(0.5, 0.5), probabilities=None), "float32")
    assert not evidence.is_alike(score(1.0, 0.0), "float32")


def flat(task="tides", n=12, **changes):
    """A task of which all choices of all questions are equally probable."""
    outcome = outcome_of(task, n=n, right=n, **{"alike": n} | changes)
    outcome.scores = [score(0.25, 0.25, 0.25, 0.25)] * n
    return outcome


def test_a_task_that_was_not_measured_is_no_pass_and_not_recorded():
    """Told by name; a small one only where the benchmark has no other."""
    for changes in ({}, {"update": True}):
        found = summary_of(flat(siblings=2), outcome_of("waves", siblings=2), **changes)
        assert found["verdict"] == "fail"
        (reason,) = found["reasons"]
        assert reason.startswith(
            "toy: tides: all choices are equally probable in each of 12 questions, so nothing was "
            "measured; "
        )
    assert summary_of(flat(n=9), outcome_of("waves", n=30, right=25))["verdict"] == "pass"
    assert summary_of(flat(alike=11))["verdict"] == "pass"
    (reason,) = summary_of(flat(n=4), flat("waves", n=5))["reasons"]
    assert reason.startswith("toy: all choices are equally probable in each of 9 questions")


def test_a_question_or_two_can_be_ties_by_accident():
    """Of two choices each: a benchmark of so few says nothing."""
    tied = outcome_of(n=2, right=2, alike=2)
    tied.scores = [score(0.5, 0.5)] * 2
    assert evidence.flat("toy", [tied]) is None
    tied.scores = [score(0.5, 0.5)] * 3
    assert evidence.flat("toy", [replace(tied, alike=3)]) is not None
    single = outcome_of(n=2, right=2, alike=2)
    single.scores = [score(1.0)] * 2
    assert evidence.flat("toy", [single]) is None


def test_the_share_of_ties():
    """Of a task, a group and a benchmark, wherever there are probabilities; much of it is told."""
    outcome = outcome_of(n=10, right=10)
    outcome.scores = [score(0.4, 0.4, 0.2)] * 6 + [score(0.5, 0.3, 0.2)] * 4
    found = summary_of(outcome, outcome_of("waves", n=30, right=25))
    toy = found["benchmarks"]["toy"]
    assert toy["tied_share"] == toy["groups"]["water"]["tied_share"] == 0.15
    assert toy["tasks"]["tides"]["tied_share"] == 0.6
    assert toy["tasks"]["waves"]["tied_share"] == 0
    assert found["notices"] == []
    (note,) = [each for each in summary_of(outcome)["notices"] if "ties" in each]
    assert note.startswith("toy: 60% of answers are ties, decided for the first of the choices")
    outcome.scores = [replace(each, probabilities=None) for each in outcome.scores]
    assert "tied_share" not in summary_of(outcome)["benchmarks"]["toy"]


def test_questions_that_were_perhaps_not_measured():
    """As where an engine gives the most probable tokens alone, and no letter is among them."""
    some = replace(flat(n=100), alike=51)
    (note,) = [each for each in summary_of(some)["notices"] if "measured" in each]
    assert note == "toy: in 51% of questions all choices are equally probable: were they measured?"
    assert not any("measured" in each for each in summary_of(flat(alike=3))["notices"])


def answered(task, letters, golds, **changes):
    """A task with these answers and right ones."""
    outcome = outcome_of(task, n=len(letters), right=len(letters), **changes)
    pairs = zip(letters, golds, strict=True)
    outcome.scores = [score(0.4, 0.3, 0.3, answer=int(a), gold=int(g)) for a, g in pairs]
    return outcome


def test_one_letter_throughout_is_told():
    """Of a benchmark, else of its tasks, those of a few questions left out; it is no verdict."""
    one, other = answered("tides", "1" * 12, "012" * 4), answered("waves", "1" * 9, "012" * 3)
    mixed = answered("foam", "10" * 6, "012" * 4)
    assert [*evidence.oddities("toy", [one, other])] == [
        "toy: B is the answer to all of 21 questions"
    ]
    assert [*evidence.oddities("toy", [one, other, mixed])] == [
        "toy: B is the answer to all questions of tides"
    ]
    assert [*evidence.oddities("toy", [other])] == []
    assert [*evidence.oddities("toy", [mixed])] == []
    assert summary_of(one)["verdict"] == "pass"


def test_one_letter_that_is_right_throughout_is_not_odd():
    """Nor is a text, or nothing."""
    assert [*evidence.oddities("toy", [answered("tides", "1" * 12, "1" * 12)])] == []
    texts = answered("tides", "1" * 12, "012" * 4)
    for answer in ("one", None):
        texts.scores = [replace(each, answer=answer) for each in texts.scores]
        assert [*evidence.oddities("toy", [texts])] == []


def kept(*rows):
    return Companion("", rows, None, None)


def test_probabilities_of_the_baseline():
    """Counted where all are the same to the last digit, but for those that are quite sure."""
    old = kept((0.7, 0.3), (1.0, 0.0), (0.6, 0.4))
    assert evidence.echoed(old, kept(*old.probabilities)) == 2
    assert evidence.echoed(old, kept((0.7, 0.3), (1.0, 0.0), (0.6, 0.40001))) == 0
    assert evidence.echoed(None, old) == 0
    assert evidence.echoed(kept(), old) == 0
    none = Companion("", None, None, None)
    assert evidence.echoed(none, none) == 0


def test_a_checkpoint_that_says_what_the_last_one_said_is_told():
    """Of all tasks, or of those where it is so; ten questions at least."""
    same, small = outcome_of(n=12, right=9, echoes=12), outcome_of("foam", echoes=4)
    told = "every probability is the baseline's to the last digit although"
    assert next(evidence.oddities("toy", [same, small])).startswith(f"toy: {told}")
    (said,) = evidence.oddities("toy", [same, outcome_of("waves")])
    assert said.startswith(f"toy: tides: {told}")
    assert [*evidence.oddities("toy", [small])] == []
