"""Shapes of curves, and what may be said of them."""

import itertools
import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from mcqtest.metrics.scaling import (
    Figure,
    breakthroughness,
    claims,
    curves,
    gain,
    linearity,
    mann_kendall,
    provable,
)
from mcqtest.metrics.scaling.trend import BLOCKS, MOST, blocks, holm

scores = st.lists(st.integers(0, 100).map(lambda each: each / 100), min_size=2, max_size=10)


def figures(values, task="t", **more):
    """A task's scores at sizes of 1, 2, 4, ... million."""
    sizes = (1e6 * 2**at for at in range(len(values)))
    return [
        Figure(task=task, size=size, score=value, model=f"{size:g}", **more)
        for size, value in zip(sizes, values, strict=True)
    ]


def claim(values, **more):
    """What is said of one task, alone."""
    return claims(curves(figures(values, low=0.0, high=1.0, **more)))[0]


# --- linearity and breakthroughness ---------------------------------------------------------------


@given(st.integers(2, 30), st.floats(-5, 5).filter(lambda step: abs(step) > 1e-3))
def test_equal_steps(n, step):
    """L = B = n - 1, negative where they lead down."""
    values = [at * step for at in range(n)]
    expected = math.copysign(n - 1, step)
    assert linearity(values) == pytest.approx(expected)
    assert breakthroughness(values) == pytest.approx(expected)


@given(scores, st.integers(1, 9), st.integers(-9, 9))
def test_units_do_not_matter(values, scale, shift):
    """Nor does where zero is."""
    moved = [scale * each + shift for each in values]
    assert linearity(moved) == pytest.approx(linearity(values))
    one, two = breakthroughness(values), breakthroughness(moved)
    assert (one is None) == (two is None)
    assert one is None or two == pytest.approx(one, rel=1e-6)


@given(scores.filter(lambda values: len(set(values)) == len(values)))
def test_the_other_way_up_is_the_other_sign(values):
    """Where the highest and the lowest are one each."""
    down = [-each for each in values]
    assert (gain(down), linearity(down)) == (-gain(values), -linearity(values))
    assert breakthroughness(down) == -breakthroughness(values)


@given(scores)
def test_linearity_is_at_most_that_of_equal_steps(values):
    """The range is no longer than the sum of steps."""
    assert abs(linearity(values)) <= len(values) - 1 + 1e-9


@given(st.floats(-1e3, 1e3), st.integers(2, 12))
def test_flat_is_zero(value, n):
    """0 / 0 is 0 here."""
    assert linearity([value] * n) == breakthroughness([value] * n) == gain([value] * n) == 0


@given(st.integers(4, 20), st.data())
def test_a_single_jump_has_no_breakthroughness(n, data):
    """No typical step can be told; L is sqrt(n - 1), wherever it is."""
    at = data.draw(st.integers(1, n - 1))
    values = [0.1] * at + [0.7] * (n - at)
    assert breakthroughness(values) is None
    assert linearity(values) == pytest.approx(math.sqrt(n - 1))


def test_one_score_is_no_curve():
    """And a slip."""
    with pytest.raises(ValueError, match="two or more"):
        linearity([1.0])


# --- trends ---------------------------------------------------------------------------------------


@given(st.lists(st.integers(0, 4), min_size=2, max_size=7))
def test_mann_kendall_counts_all_orders(values):
    """Ties and all; tau is scipy's."""

    def sum_of(order):
        return sum((a < b) - (a > b) for a, b in itertools.combinations(order, 2))

    found = [abs(sum_of(order)) for order in itertools.permutations(values)]
    tau, p = mann_kendall(values)
    assert p == pytest.approx(sum(each >= abs(sum_of(values)) for each in found) / len(found))
    if len(set(values)) > 1:
        assert tau == pytest.approx(stats.kendalltau(range(len(values)), values).statistic)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=8), st.floats(0.001, 0.999))
def test_holm_steps_down(p_values, alpha):
    """The smallest is held against alpha / m, the next against alpha / (m - 1), until one stays."""
    kept, left = set(), len(p_values)
    for p in sorted(p_values):
        if p * left > alpha:
            break
        kept.add(p)
        left -= 1
    for p, adjusted in zip(p_values, holm(p_values), strict=True):
        assert (adjusted <= alpha) == (p in kept)


def test_consecutive_checkpoints_are_taken_together():
    """Each resembles the one before. Of 160 of these, 8 % are false claims, and half without it."""
    draw = np.random.default_rng(18)
    false = {"together": 0, "apart": 0}
    for _ in range(200):
        values = [0.0]
        for each in draw.normal(size=160 + MOST):
            values.append(0.9 * values[-1] + each)
        values = values[-160:]
        assert len(blocks(values)) == BLOCKS
        false["together"] += mann_kendall(blocks(values))[1] <= 0.05
        false["apart"] += stats.kendalltau(range(160), values).pvalue <= 0.05
    assert false["together"] <= 16
    assert false["apart"] > 80


@given(st.permutations(range(12)))
def test_noise_at_unequal_sizes_claims_what_its_order_says(order):
    """Nothing is assumed of scores but their order."""
    one, two = claim([each / 12 for each in order]), claim([(each / 12) ** 3 for each in order])
    assert (one.tau, one.p_value) == (two.tau, two.p_value)


def test_rising_and_falling_tasks_are_named():
    """Twelve sizes are enough, and Holm counts the tasks."""
    up = [at / 20 for at in range(12)]
    found = claims(curves([*figures(up, "up"), *figures(up[::-1], "down"), *figures([0.5] * 12)]))
    assert [each.trend for each in found] == ["rises", "falls", ""]
    assert found[0].adjusted == pytest.approx(3 * found[0].p_value)


def test_too_few_sizes_prove_nothing():
    """Five in a row happen by chance once in sixty times, and there are eight tasks."""
    rows = [each for task in "abcdefgh" for each in figures([0.1, 0.2, 0.3, 0.4, 0.5], task)]
    found = claims(curves(rows))
    assert not provable(found)
    assert {each.trend for each in found} == {""}
    assert provable(claims(curves(figures([0.1, 0.2, 0.3, 0.4, 0.5]))))


# --- breakthroughs --------------------------------------------------------------------------------

FLAT = [0.02, 0.03, 0.01, 0.02, 0.04, 0.03, 0.02, 0.03, 0.04, 0.03]


@pytest.mark.parametrize(
    ("values", "more", "said"),
    [
        ([*FLAT, 0.3, 0.6], {}, True),
        ([*FLAT, 0.3, 0.6], {"n": 200}, True),
        ([*FLAT, 0.3, 0.6], {"n": 8}, False),  # questions explain it
        ([*FLAT, 0.6, 0.2], {}, False),  # not kept
        ([at / 20 for at in range(12)], {}, False),  # as steady as can be
        ([each / 100 for each in [*FLAT, 6, 9]], {}, False),  # nine points
        ([0.6, 0.3, *FLAT], {}, False),  # down
        ([0.02, 0.03, 0.02, 0.6, 0.6], {}, False),  # five sizes
    ],
)
def test_what_breaks_through(values, more, said):
    """By the rule that was fixed before."""
    assert claim(values, **more).broke_through is said


@pytest.mark.parametrize(("n", "broke"), [(None, False), (500, True), (6, False)])
def test_a_single_jump_needs_its_questions(n, broke):
    """Among equal scores there is no noise to hold it against but that of questions."""
    found = claim([0.0] * 11 + [0.4], n=n)
    assert (found.broke_through, found.is_jump) == (broke, not broke)


# --- curves ---------------------------------------------------------------------------------------


def test_seeds_of_a_size_are_averaged_and_the_longest_training_counts():
    """A checkpoint half-way is no model of that size."""
    base = Figure(task="t", size=1e6, score=0.2, low=0.0, high=1.0, tokens=1e9)
    more = [replace(base, score=0.4), replace(base, score=0.9, tokens=1e8)]
    (found,) = curves([base, *more, replace(base, size=2e6, score=0.5)])
    assert found.scores == pytest.approx((0.3, 0.5))
    assert found.values == pytest.approx((30, 50))


@given(st.floats(0, 1), st.integers(1, 500), st.floats(0, 0.9))
def test_errors_are_those_of_questions(score, n, low):
    """In points between the anchors, and never 0; smaller for the mean of several seeds."""
    figure = Figure(task="t", size=1, score=score, low=low, high=1.0, n=n)
    share = (score * n + 1) / (n + 2)
    expected = 100 / (1 - low) * math.sqrt(share * (1 - share) / (n + 2))
    assert curves([figure])[0].errors[0] == pytest.approx(expected)
    assert curves([figure] * 4)[0].errors[0] == pytest.approx(expected / 2)


def test_less_is_better_where_the_anchors_say_so():
    """A Brier score of 2 is 0, and 0 is 100."""
    (found,) = curves(figures([2.0, 0.5, 0.0], low=2.0, high=0.0))
    assert found.values == (0, 75, 100)
