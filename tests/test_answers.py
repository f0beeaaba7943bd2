"""A response becomes a result: the most probable choice, and probabilities that sum to 1."""

import math
import sys

import pytest
from builders import response
from hypothesis import given
from hypothesis import strategies as st

from mcqtest.answers import choose
from mcqtest.types import Question

values = st.floats(-1e6, 0) | st.sampled_from([0.0, -0.0, -1e-300, -745.2, -1e300])
some = st.lists(values, min_size=1, max_size=26)


def chosen(*logprobs, answer=0):
    """The result of a question with as many choices as there are numbers."""
    question = Question("?", ("x",) * len(logprobs), answer, "0")
    return choose(question, response("key", *logprobs, shots=3))


@given(some)
def test_probabilities_are_a_softmax(logprobs):
    """They sum to 1, lie in [0, 1], and stand in the order of the log-probabilities."""
    probabilities = chosen(*logprobs).probabilities
    assert math.fsum(probabilities) == pytest.approx(1, abs=1e-12)
    assert all(0 <= value <= 1 for value in probabilities)
    pairs = sorted(zip(logprobs, probabilities, strict=True))
    assert [value for _, value in pairs] == sorted(probabilities)


@given(some)
def test_the_most_probable_choice_is_chosen(logprobs):
    """The answer is the place of the highest, the first one of equals."""
    result = chosen(*logprobs)
    highest = max(logprobs)
    assert logprobs[result.answer] == highest
    assert highest not in logprobs[: result.answer]
    assert result.confidence == result.probabilities[result.answer]


def test_ratios_are_those_of_the_exponentials():
    """Known values: log-probabilities of 1/8, 1/2 and 1/8 are 1/6, 2/3 and 1/6 among them."""
    result = chosen(math.log(0.125), math.log(0.5), math.log(0.125))
    assert result.probabilities == pytest.approx((1 / 6, 2 / 3, 1 / 6))


@given(st.lists(st.integers(-400, 0), min_size=2, max_size=10), st.integers(-600, 600))
def test_adding_a_constant_changes_nothing(eighths, constant):
    """A softmax knows differences only; eighths are exact in floating point."""
    logprobs = [value / 8 for value in eighths]
    moved = [value + constant / 8 for value in logprobs]
    assert chosen(*moved) == chosen(*logprobs)


@pytest.mark.parametrize(
    ("logprobs", "probabilities"),
    [
        ((-1e308, -1e308), (0.5, 0.5)),
        ((-1e308, 0.0), (0.0, 1.0)),
        ((-sys.float_info.max, -1e5, -1e5), (0.0, 0.5, 0.5)),
        ((-5e-324, 0.0), (0.5, 0.5)),
        ((700.0, 800.0), (math.exp(-100), 1.0)),
    ],
)
def test_extreme_numbers(logprobs, probabilities):
    """Nothing overflows, and where all are tiny one is still chosen."""
    assert chosen(*logprobs).probabilities == pytest.approx(probabilities, rel=1e-12)


@pytest.mark.parametrize("count", [1, 3, 5])
def test_another_number_of_choices_is_refused(count):
    """Numbers that do not belong to the question are never judged."""
    question = Question("?", ("a", "b", "c", "d"), 0, "0")
    with pytest.raises(ValueError, match=f"{count} log-probabilities for 4 choices"):
        choose(question, response("key", *(-1.0,) * count))


def test_the_result_says_what_was_asked():
    """The question, its correctness and the number of shots go along."""
    right, wrong = chosen(-2.0, -1.0, answer=1), chosen(-2.0, -1.0, answer=0)
    assert right.question.answer == right.answer == 1
    assert (right.correct, wrong.correct) == (True, False)
    assert right.shots == 3
