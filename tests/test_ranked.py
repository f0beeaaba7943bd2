"""The test of whether confidence still tells right answers from wrong ones."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcqtest.gate import compared
from mcqtest.gate.ranked import ranked
from mcqtest.metrics import auroc

probabilities = st.sampled_from([0.3, 0.5, 0.7, 0.9])
answers = st.lists(st.tuples(probabilities, st.booleans()), min_size=2, max_size=30)
pairs = st.lists(
    st.tuples(probabilities, st.booleans(), probabilities, st.booleans()), min_size=1, max_size=30
)


def side(confidences, right):
    return [*confidences], [float(hit) for hit in right]


def moved(rows):
    old_c, old_y, new_c, new_y = zip(*rows, strict=True)
    return ranked(side(old_c, old_y), side(new_c, new_y))


@given(pairs, st.data())
def test_two_answers_that_change_sides_change_the_sign_alone(rows, data):
    """Of their question, and nothing of the others: so sign flips are exact."""
    at = data.draw(st.integers(0, len(rows) - 1))
    turned = [(*row[2:], *row[:2]) if i == at else row for i, row in enumerate(rows)]

    def told(these):
        old_c, old_y, new_c, new_y = zip(*these, strict=True)
        return ranked(side(old_c, old_y), side(new_c, new_y))

    before, after = told(rows), told(turned)
    assert after[at] == pytest.approx(-before[at])
    assert after[:at] + after[at + 1 :] == pytest.approx(before[:at] + before[at + 1 :])


@given(answers)
def test_against_what_tells_nothing_it_is_the_auroc_less_a_half(found):
    """A baseline of the same answers, of equal confidence: half of what the ranks of both say."""
    c, y = map(list, zip(*found, strict=True))
    rank = auroc(c, y)
    if rank is None:
        return
    same = ranked(side(c, y), side(c, y))
    assert same == [0.0] * len(y)
    worst = ranked(side([0.5 + 0.4 * hit for hit in y], y), side([0.9 - 0.4 * hit for hit in y], y))
    assert sum(worst) / len(y) == pytest.approx(-1)


def drawn(rng, n, temperature=1.0, knows=True):
    """A model's answers: right with the probability that it says, at temperature 1."""
    rows = []
    for _ in range(n):
        chance = 0.5 + rng.random() / 2
        right = rng.random() < chance
        said = chance if knows else 0.5 + rng.random() / 2
        odds = (said / (1 - said + 1e-9)) ** temperature
        rows.append((odds / (1 + odds), right))
    return rows


def test_what_no_longer_knows_is_seen():
    """With the same accuracy; 600 questions, at a hundredth of a hundredth."""
    rng = random.Random(0)
    old, new = drawn(rng, 600), drawn(rng, 600, knows=False)
    found = moved([(*a, *b) for a, b in zip(old, new, strict=True)])
    assert compared(len(found), found, 5e-5).regressed
    back = moved([(*b, *a) for a, b in zip(old, new, strict=True)])
    assert not compared(len(back), back, 0.05).regressed


def test_false_alarms_keep_the_level():
    """Two draws of one model, 400 times: with the same temperature, and with confidences raised
    throughout, which is no matter of ranks.
    """
    for temperature in (1.0, 1.5):
        red = 0
        for seed in range(400):
            rng = random.Random(seed)
            rows = [
                (*a, *b) for a, b in zip(drawn(rng, 100), drawn(rng, 100, temperature), strict=True)
            ]
            found = moved(rows)
            # Signs flipped: mean 0, and this variance; compared() does it exactly, and slowly.
            red += sum(found) < -1.645 * sum(each**2 for each in found) ** 0.5
        assert red <= 33, temperature  # 99 % of Bin(400, 0.05)


def test_what_cannot_be_ranked():
    """Real scores; and where all are right there is nothing to tell apart."""
    one = side([0.9], [1])
    assert ranked(one, ([0.5], [0.25])) is None
    assert ranked(one, one) == [0.0]
