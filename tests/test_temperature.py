"""Temperature scaling."""

import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcqtest.metrics import softmax, temperature


def loss(logits, gold, t):
    return -math.fsum(
        math.log(softmax(row, t)[at]) for row, at in zip(logits, gold, strict=True)
    ) / len(gold)


def drawn(n, factor, seed=0):
    """Logits that are ``factor`` times those that the answers are drawn from."""
    rng = random.Random(seed)
    logits = [[rng.gauss(0, 1.5) for _ in range(4)] for _ in range(n)]
    gold = [rng.choices(range(4), softmax(row))[0] for row in logits]
    return [[factor * each for each in row] for row in logits], gold


@given(st.integers(0, 30), st.sampled_from([0.5, 1.0, 3.0]))
def test_no_other_temperature_is_better(seed, factor):
    """A little above and below, the loss is larger."""
    logits, gold = drawn(40, factor, seed)
    found = temperature(logits, gold)
    for other in (found * 1.02, found / 1.02):
        assert loss(logits, gold, found) <= loss(logits, gold, other) + 1e-12


def test_it_finds_what_the_logits_were_made_with():
    """Of many questions."""
    assert temperature(*drawn(20000, 3.0)) == pytest.approx(3.0, rel=0.05)


@given(st.lists(st.floats(-50, 50), min_size=2, max_size=10), st.floats(0.01, 100))
def test_softmax_keeps_order(logits, t):
    """Probabilities add up to 1, and the answer stays."""
    found = softmax(logits, t)
    assert math.fsum(found) == pytest.approx(1)
    assert found[logits.index(max(logits))] == max(found)


def test_questions_have_different_numbers_of_choices():
    """As in MMLU-Pro; none is made likelier by that."""
    logits, gold = [[2.0, 0.0], [0.0, 1.0, 0.0]], [0, 0]
    found = temperature(logits, gold)
    assert loss(logits, gold, found) <= min(loss(logits, gold, t) for t in (0.5, 1, 2, 4, 8, 16))


def test_nothing_to_fit_is_refused():
    """Nor what does not go together."""
    with pytest.raises(ValueError, match="as many of each"):
        temperature([], [])
