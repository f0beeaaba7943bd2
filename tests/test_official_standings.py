"""Anchors, normalised scores and their averages."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcqtest.metrics.official import (
    AGGREGATE,
    METRICS,
    Standing,
    aggregate,
    normalised,
)


def standing(name, score, low=0.0, high=1.0, metric="exact_str_match", **more):
    return Standing(name, {metric: score, **more}, metric, low, high)


GRADE = "multiple_choice_grade"


@pytest.mark.parametrize(
    ("name", "low", "high"),
    [
        ("bleu", 0, 100),
        ("rougeLsum", 0, 100),
        ("sequence_f1", 0, 100),
        ("exact_str_match", 0, 1),
        ("case_insensitive_str_match", 0, 1),
        ("numeric_match_with_0_1_relative_error", 0, 1),
        ("macro_f1", 0, 1),
        ("calibration_multiple_choice_brier_score", 0, 1),
        ("expected_calibration_error", 0, 1),
        ("log_likelihood", -10, 0),
        ("weighted_log_probabilities", -10, 0),
        ("weighted_probabilities", -1, 1),
    ],
)
def test_anchors_of_a_metric(name, low, high):
    """As published, also where less is better."""
    assert (METRICS[name].low, METRICS[name].high) == (low, high)


def test_all_right_by_guessing_is_no_task():
    """Where every choice is right the low anchor meets the high one."""
    with pytest.raises(ValueError, match="easy: its anchors are 1 and 1; the high one must be"):
        standing("easy", 1.0, 1.0, 1.0, GRADE)


def test_a_preferred_score_is_there():
    with pytest.raises(ValueError, match="odd: there is no bleu"):
        Standing("odd", {"rouge1": 1.0}, "bleu", 0, 100)


@given(st.floats(-100, 100), st.floats(0.1, 100), st.floats(-2, 2))
def test_normalised_is_a_line_through_the_anchors(low, width, at):
    """0 at the low one and 100 at the high one, and beyond them as far as it goes."""
    assert normalised(low + at * width, low, low + width) == pytest.approx(100 * at, abs=1e-6)


def test_subtasks_count_alike():
    """Figures that one of them lacks are the mean of the others."""
    parts = [standing("t:a", 0.5, bleu=30.0), standing("t:b", 0.1, low=0.05, high=0.55)]
    made = aggregate("t", parts)
    assert made.figures == {
        "exact_str_match": pytest.approx(0.3),
        "bleu": 30,
        AGGREGATE: pytest.approx((50 + 10) / 2),
    }
    assert (made.name, made.preferred, made.low, made.high) == ("t", AGGREGATE, 0, 100)
    assert made.normalised == pytest.approx(30)


def test_subtasks_that_all_prefer_the_grade_have_it_in_common():
    """Its low anchor is the mean of theirs; the aggregate is of each one's normalised score."""
    parts = [standing("t:a", 0.5, low=0.5, metric=GRADE), standing("t:b", 0.9, metric=GRADE)]
    made = aggregate("t", parts)
    assert (made.preferred, made.score) == (GRADE, pytest.approx(0.7))
    assert (made.low, made.high) == (0.25, 1)
    assert made.figures[AGGREGATE] == pytest.approx(45)


def test_a_task_without_subtasks_keeps_its_own():
    made = aggregate("t", [standing("t", 12.0, high=100, metric="bleu")])
    assert (made.preferred, made.low, made.high) == ("bleu", 0, 100)
    assert made.figures == {"bleu": 12, AGGREGATE: pytest.approx(12)}


def test_one_subtask_alone_is_still_a_subtask():
    """A folder that holds one, whose score is then the aggregate's."""
    assert aggregate("t", [standing("t:a", 0.5)]).preferred == AGGREGATE


def test_nothing_has_no_score():
    """Nor has a task without subtasks."""
    with pytest.raises(ValueError, match="nothing to average"):
        aggregate("t", [])


@given(st.lists(st.floats(0, 1), min_size=1, max_size=6), st.randoms())
def test_order_does_not_matter(scores, random):
    parts = [standing(f"t:{at}", score) for at, score in enumerate(scores)]
    mixed = random.sample(parts, len(parts))
    assert aggregate("t", parts).figures == aggregate("t", mixed).figures


def test_every_metric_has_its_anchors_in_order():
    for name, metric in METRICS.items():
        low, high = metric.low, metric.high
        assert low < high, name
