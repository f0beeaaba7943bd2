"""Bounds from the configuration: which hold, and which cannot be one."""

import math
from dataclasses import replace

import pytest
from builders import complaint, toy

from mcqtest.gate import KINDS, THRESHOLDS, Thresholds
from mcqtest.types import Decoding, McqtestError, Method

FIGURES = {
    "accuracy": 0.5,
    "ece": 0.5,
    "rms_calibration_error": 0.5,
    "rms_calibration_error_hendrycks": 0.5,
    "calibration_gap": 0.5,
    "brier": 0.5,
    "confidence": 0.5,
    "unanswered_share": 0.5,
    "truncated_share": 0.5,
    "spread": 0.5,
    "auroc": 0.5,
    "aurc": 0.5,
    "accuracy_at_coverage": 0.5,
}


PLAIN = [key for key in THRESHOLDS if not any(key in kind.bounds for kind in KINDS.values())]
"""Those of every benchmark; criteria have some of their own."""


def planned(bounds):
    """These bounds, once it is known that the benchmark is asked."""
    return Thresholds(bounds).knowing([toy("tides")])


@pytest.mark.parametrize("key", PLAIN)
def test_each_threshold(key):
    """The bound itself is kept; beyond it the sentence names place, figure and bound."""
    inside, outside = (0.4, 0.6) if key.startswith("min") else (0.6, 0.4)
    assert Thresholds({"toy": {key: 0.5}}).broken("toy", FIGURES) == []
    assert Thresholds({"toy": {key: inside}}).broken("toy", FIGURES) == []
    (sentence,) = Thresholds({"toy": {key: outside}}).broken("toy", FIGURES)
    figure = key.partition("_")[2]
    than = "below" if key.startswith("min") else "above"
    assert sentence == f"toy: {figure} 0.5000 is {than} {key} = {outside:g}"


def test_licences_are_counted():
    """Their bound is a number, not a fraction, and so is what is told."""
    figures = {"passed": 9.0}
    assert Thresholds({"toy": {"min_passed": 9}}).broken("toy", figures) == []
    (sentence,) = Thresholds({"toy": {"min_passed": 10}}).broken("toy", figures)
    assert sentence == "toy: passed 9 is below min_passed = 10"
    (sentence,) = Thresholds({"toy": {"min_passed": 1}}).broken("toy", {})
    assert sentence == "toy: min_passed = 1, but this run has no passed; these are no licences"
    assert Thresholds({"toy": {"min_passed": 10.0}}).broken("toy", {"passed": 10.0}) == []
    for bound, needed in ((-1, "a number of licences, such as 9,"), (8.5, "a whole number of")):
        message = complaint(planned, {"toy": {"min_passed": bound}})
        assert message.startswith(f"gate.toy.min_passed = {bound}: {needed}")


def test_each_broken_bound_is_a_sentence():
    """Places do not mix: a benchmark's bound is not its tasks'."""
    bounds = Thresholds({"toy": {"min_accuracy": 1, "max_ece": 0}, "toy/tides": {}})
    assert len(bounds.broken("toy", FIGURES)) == 2
    assert bounds.broken("toy/tides", FIGURES) == []
    assert bounds.broken("other", FIGURES) == []


@pytest.mark.parametrize("key", THRESHOLDS)
def test_a_figure_that_is_not_there_breaks_its_bound(key):
    """What was not measured does not pass; nor does what is not a number."""
    bounds = Thresholds({"toy": {key: 1}})
    (sentence,) = bounds.broken("toy", {})
    assert sentence.startswith(f"toy: {key} = 1, but this run has no ")
    figure = key.partition("_")[2]
    assert len(bounds.broken("toy", {figure: math.nan})) == 1


@pytest.mark.parametrize("key", PLAIN)
def test_the_largest_bound(key):
    """What a figure can reach may be its bound, 2 for a Brier score and else 1; beyond is a slip,
    such as a percentage.
    """
    most = 2 if key == "max_brier" else 1
    named = toy("tides")
    assert Thresholds({"toy": {key: 0}, "toy/tides": {key: most}}).knowing([named])
    for bound in (-0.01, most + 0.01, 60):
        assert complaint(Thresholds({"toy": {key: bound}}).knowing, [named]) == (
            f"gate.toy.{key} = {bound}: a fraction from 0 to {most}, such as 0.6, is needed"
        )


@pytest.mark.parametrize("bound", ["0.5", None, True, [0.5], math.nan, math.inf, -math.inf])
def test_a_bound_is_a_number(bound):
    """A bound that could never be broken, or always, is a slip."""
    message = complaint(Thresholds, {"toy": {"min_accuracy": bound}})
    assert message == f"gate.toy.min_accuracy = {bound!r}: a number is needed"


def test_the_accuracy_of_scores_that_are_numbers():
    """May be bounded by any number, or by what the benchmark says that a question can be worth."""
    free = valued(None)
    for bound in (-3, 0.5, 60):
        Thresholds({"toy": {"min_accuracy": bound}}).knowing([free])
    between = valued((-1.0, 10.0))
    Thresholds({"toy": {"min_accuracy": -1}, "toy/tides": {"min_accuracy": 10}}).knowing([between])
    assert complaint(Thresholds({"toy": {"min_accuracy": 10.5}}).knowing, [between]) == (
        "gate.toy.min_accuracy = 10.5: a number from -1 to 10 is needed"
    )
    assert "a fraction from 0 to 1" in complaint(
        Thresholds({"toy": {"max_ece": 60}}).knowing, [free]
    )
    (said,) = (
        Thresholds({"toy": {"min_accuracy": 60}}).knowing([free]).broken("toy", {"accuracy": 55.0})
    )
    assert said == "toy: accuracy 55.0000 is below min_accuracy = 60"


def test_scores_that_are_no_range():
    for scores in ((1.0, 1.0), (10.0, -1.0), (0.0, math.nan)):
        assert "is no range; name" in complaint(Thresholds({}).knowing, [valued(scores)])


def valued(scores):
    """A benchmark whose texts are worth what a function says."""
    method = Method(None, Decoding(9), value=lambda question, text: float(len(text)))
    return replace(toy("tides"), methods={"text": method}, scores=scores)


def test_keys_of_what_was_not_selected():
    """A benchmark that was collected, or comes along, is known by its keys all the same."""
    bounds = Thresholds({"mmlu": {"min_acuracy": 0.5}})
    assert "gate.mmlu.min_acuracy: no such threshold" in complaint(
        bounds.knowing, [toy("tides")], installed=["mmlu"]
    )
    bounds.knowing([toy("tides")])


def test_an_unknown_threshold():
    """A misspelt bound would never be broken, so it is refused, with the known ones."""
    message = complaint(planned, {"toy/tides": {"min_acuracy": 0.5}})
    assert message.startswith("gate.toy/tides.min_acuracy: no such threshold; there are min_acc")
    assert all(key in message for key in THRESHOLDS)


def test_no_thresholds_are_false():
    """So that a run knows whether anything at all is checked."""
    assert not Thresholds({})
    assert Thresholds({"toy": {"min_accuracy": 0.5}})
    with pytest.raises(McqtestError):
        planned({"toy": {"accuracy": 0.5}})
