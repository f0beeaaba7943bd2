"""Laws, predictions of the largest size, and orders of models."""

import math

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scipy import stats
from test_scaling import figures

from mcqtest.metrics.scaling import (
    Figure,
    correlation,
    correlations,
    curves,
    joint,
    joint_law,
    means,
    power_law,
    predictions,
)
from mcqtest.metrics.scaling.holdout import calibration

SIZES = [1e6 * 2**at for at in range(9)]


@given(st.floats(0.01, 100), st.floats(-1, 1))
def test_a_power_law_is_found_again(scale, exponent):
    """From what it gives, without noise."""
    law = power_law(SIZES, [scale * size**-exponent for size in SIZES])
    assert law.exponent == pytest.approx(exponent, abs=1e-9)
    assert law.gap(1e9) == pytest.approx(scale * 1e9**-exponent)


def test_its_interval_is_that_of_regression():
    """A new value's, at 90 %: it holds what it should hold."""
    draw = np.random.default_rng(18)
    held = 0
    for _ in range(2000):
        gaps = [50 * size**-0.1 * math.exp(0.1 * draw.normal()) for size in SIZES]
        low, high = power_law(SIZES[:-1], gaps[:-1]).interval(SIZES[-1])
        held += low <= gaps[-1] <= high
    assert held / 2000 == pytest.approx(0.9, abs=0.02)


@pytest.mark.parametrize("gaps", [[3.0, 2.0], [3.0, 0.0, 1.0], [3.0, -1.0, 1.0]])
def test_no_law_of_what_has_none(gaps):
    """Two sizes, and gaps at or below 0."""
    assert power_law(SIZES[: len(gaps)], gaps) is None


def test_the_largest_size_does_not_move_its_prediction():
    """Nor what the interval is widened by."""
    draw = np.random.default_rng(1)
    rows = [draw.uniform(0.2, 0.8, 9) for _ in range(10)]
    made = []
    for last in (0.0, 0.9):
        found = [
            each
            for number, row in enumerate(rows)
            for each in figures([*row[:-1], last], f"t{number}", low=0.0, high=1.0)
        ]
        made.append(predictions(curves(found)))
    (one, factor), (two, other) = made
    assert factor == other
    assert [(each.predicted, each.low, each.high) for each in one] == [
        (each.predicted, each.low, each.high) for each in two
    ]


def test_intervals_are_widened_by_what_smaller_sizes_needed():
    """Scores that wander about, not around a line: a t interval of the fit holds too few."""
    draw = np.random.default_rng(2)
    walks = np.cumsum(draw.normal(0, 0.02, (200, 12)), axis=1) + 0.4
    found = [
        each for at, row in enumerate(walks) for each in figures(row, f"t{at}", low=0.0, high=1.0)
    ]
    made, factor = predictions(curves(found))
    held = sum(each.holds for each in made) / len(made)
    assert factor > 1.2
    assert held == pytest.approx(0.9, abs=0.06)
    last = calibration(curves(found))[-1]
    assert (last.holds, last.tasks) == (sum(each.holds for each in made), len(made))


def test_no_interval_reaches_below_what_a_score_can_be():
    """Where it is a share of questions."""
    wild = [0.0, 0.9, 0.1, 0.95, 0.2, 0.99, 0.5]
    found = [*figures(wild, "n", low=0.25, high=1.0, n=50), *figures(wild, low=0.25, high=1.0)]
    (known, unknown), _ = predictions(curves(found))
    assert known.low == pytest.approx(-100 / 3)
    assert unknown.low < -100


N = np.repeat([1e7, 1e8, 1e9], 3)
D = np.tile([1e9, 1e10, 1e11], 3)


@settings(max_examples=3)
@given(st.floats(0.5, 2), st.floats(0.2, 0.5), st.floats(0.2, 0.5))
@example(0.5, 0.5, 0.5)
@example(0.5248, 0.444, 0.4738)
def test_the_joint_law_is_found_again(floor, alpha, beta):
    """E, a and b, from what they give."""
    law = joint_law(N, D, floor + 400 * N**-alpha + 410 * D**-beta)
    assert (law.floor, law.alpha, law.beta) == pytest.approx((floor, alpha, beta), rel=1e-3)


@pytest.mark.parametrize("tokens", [N * 20, np.full_like(N, 1e9)])
def test_no_joint_law_where_nothing_tells_the_terms_apart(tokens):
    """Tokens that follow parameters, or never change."""
    assert joint_law(N, tokens, 1 + N**-0.3) is None


def test_the_run_with_the_most_compute_is_held_out():
    """And predicted by all others, whether or not it has the most parameters."""
    rows = [
        Figure(task="loss", size=n, tokens=d, score=1.7 + 400 * n**-0.34 + 410 * d**-0.28)
        for n, d in zip(N, D, strict=True)
        if n < 1e9 or d < 1e10
    ]
    found = joint(curves(rows)[0])
    assert (found.parameters, found.tokens) == (1e8, 1e11)
    assert found.predicted == pytest.approx(found.seen, rel=1e-3)


columns = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), min_size=3, max_size=12)


@settings(max_examples=25)
@given(columns)
def test_rank_correlations_are_those_of_scipy(pairs):
    """With ties; None where a column has one value alone."""
    x, y = zip(*pairs, strict=True)
    found = correlation("x", "y", x, y)
    if len(set(x)) == 1 or len(set(y)) == 1:
        assert found.spearman is found.kendall is None
    else:
        assert found.spearman == pytest.approx(stats.spearmanr(x, y).statistic, abs=1e-6)
        assert found.kendall == pytest.approx(stats.kendalltau(x, y).statistic, abs=1e-6)


def test_intervals_of_rank_correlations():
    """The same each time, around the value; none for four models."""
    draw = np.random.default_rng(3)
    x = draw.normal(size=30)
    y = x + draw.normal(size=30)
    one, two = (correlation("x", "y", x, y) for _ in range(2))
    low, high = one.spearman_interval
    assert one == two
    assert 0 < low < one.spearman < high < 1
    assert correlation("x", "y", x[:4], y[:4]).spearman_interval is None


def test_benchmarks_are_correlated_over_the_models_that_both_have():
    """A model that lacks a task of a benchmark has no mean there."""
    rows = [
        Figure(task=task, size=1.0, score=score, model=model, benchmark=benchmark)
        for benchmark, task, model, score in [
            ("b", "one", "m1", 1.0),
            ("b", "two", "m1", 3.0),
            ("b", "one", "m2", 1.0),
            ("c", "all", "m1", 0.0),
        ]
    ]
    assert means(rows) == {"b": {"m1": 2.0}, "c": {"m1": 0.0}}
    three = {"m1": 1.0, "m2": 2.0, "m3": 3.0}
    table = {"one": three, "two": {**three, "m4": 9.0}, "arena": three, "few": {"m1": 0.0}}
    found = correlations(table, "arena")
    assert [(each.one, each.other, each.models) for each in found] == [
        ("one", "arena", 3),
        ("two", "arena", 3),
    ]
