"""Questions left out by low confidence: curves, areas, thresholds."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcqtest.metrics import (
    accuracy_at_coverage,
    aurc,
    excess_aurc,
    kept_at,
    risk_coverage,
    threshold_for_risk,
)

some = st.lists(
    st.tuples(st.sampled_from([0.1, 0.25, 0.5, 0.9]), st.booleans()), min_size=1, max_size=6
)
many = st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=80)


def apart(pairs):
    return [list(each) for each in zip(*pairs, strict=True)]


def in_order(right):
    """The area of answers that stand in an order already."""
    wrong = itertools.accumulate(not hit for hit in right)
    return sum(w / k for k, w in enumerate(wrong, 1)) / len(right)


@given(some)
def test_aurc_is_the_mean_over_all_orders_of_ties(pairs):
    """By listing them."""
    orders = [
        in_order([hit for _, hit in order])
        for order in itertools.permutations(pairs)
        if [c for c, _ in order] == sorted((c for c, _ in pairs), reverse=True)
    ]
    assert aurc(*apart(pairs)) == pytest.approx(sum(orders) / len(orders))


@given(st.permutations(range(50)), st.lists(st.booleans(), min_size=50, max_size=50))
def test_without_ties_aurc_is_a_mean_of_running_means(order, right):
    """Sorted and summed by numpy."""
    errors = 1 - np.asarray(right, float)[np.argsort(order)[::-1]]
    expected = (errors.cumsum() / np.arange(1, 51)).mean()
    assert aurc([each / 50 for each in order], right) == pytest.approx(expected)


@given(many)
def test_the_best_confidence_has_no_excess(pairs):
    """Right before wrong; and no order has less than none."""
    right = [hit for _, hit in pairs]
    ranked = sorted(right, reverse=True)
    spread = [1 - at / len(ranked) for at in range(len(ranked))]
    assert excess_aurc(spread, ranked) == pytest.approx(0, abs=1e-12)
    assert excess_aurc(*apart(pairs)) >= 0


def test_the_best_area_of_many_questions():
    """Its form in the paper, for large n: r + (1 - r) ln(1 - r)."""
    right = [at % 10 > 2 for at in range(20000)]
    best = aurc([0.5] * 20000, right) - excess_aurc([0.5] * 20000, right)
    assert best == pytest.approx(0.3 + 0.7 * math.log(0.7), abs=1e-4)


@given(many)
def test_the_curve_ends_with_everything(pairs):
    """At the error of all, at coverage 1, and never keeps less on its way."""
    confidences, right = apart(pairs)
    points = risk_coverage(confidences, right)
    assert points[-1].coverage == 1
    assert points[-1].risk == pytest.approx(1 - sum(right) / len(right))
    assert len(points) == len(set(confidences))
    assert accuracy_at_coverage(confidences, right, 1) == pytest.approx(1 - points[-1].risk)


def test_accuracy_of_the_surest():
    """Four of five, the tie at the edge counted by its mean."""
    confidences, right = [0.9, 0.8, 0.8, 0.8, 0.1], [True, True, False, False, True]
    assert accuracy_at_coverage(confidences, right, 0.8) == pytest.approx(2 / 4)
    assert accuracy_at_coverage(confidences, right, 0.4) == pytest.approx((1 + 1 / 3) / 2)
    with pytest.raises(ValueError, match="coverage 0"):
        accuracy_at_coverage(confidences, right, 0)


@given(many, st.floats(0, 1))
def test_a_threshold_keeps_its_risk_and_as_much_as_it_can(pairs, risk):
    """On the answers that it was found on, whole ties at once."""
    confidences, right = apart(pairs)
    found = threshold_for_risk(confidences, right, risk)
    able = [p.coverage for p in risk_coverage(confidences, right) if p.risk <= risk]
    if found is None:
        assert not able
        return
    kept = kept_at(found.threshold, confidences, right)
    assert kept.coverage == found.coverage == max(able)
    assert kept.risk == pytest.approx(found.risk)
    assert kept.interval[0] <= kept.risk <= kept.interval[1]


def test_a_threshold_that_keeps_nothing_says_so():
    """No risk is known then, and the interval is everything."""
    assert kept_at(0.95, [0.5, 0.9], [True, False]) == (0, 0.0, None, (0.0, 1.0))


def test_the_interval_is_exact():
    """None wrong of 20: the upper end is where 0.975 of chances give one or more."""
    low, high = kept_at(0.5, [0.9] * 20, [True] * 20).interval
    assert low == 0
    assert (1 - high) ** 20 == pytest.approx(0.025)
