"""What a metric is: its name, its range, how it pools, and what its thresholds are."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from builders import complaint
from cases import outcome_of, policy_of, summary_of
from hypothesis import given
from hypothesis import strategies as st
from scores import tasks

from mcqtest.gate import THRESHOLDS, Thresholds, pool
from mcqtest.metrics import STANDARD, accuracy, macro_accuracy, measured
from mcqtest.run import checks
from mcqtest.types import Benchmark, Columns, Layout, Metric, Source


def stars(scores):
    """1 to 5."""
    return 1 + 4 * accuracy(scores)


def nothing(scores):
    return None


STARS = Metric("stars", stars, low=1, high=5)


def toy(*metrics, name="toy", names=("tides", "waves")):
    """A benchmark with metrics of its own."""
    source = Source("toy", (Layout("{task}.csv", Columns()),))
    return Benchmark(name, {"all": tuple(names)}, source, {}, 0, metrics=metrics)


# --- what it is -------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["", "two words", "a-b", "1st", "a.b"])
def test_a_name_is_a_key(name):
    """min_NAME has to be a key of TOML and of the summary."""
    with pytest.raises(ValueError, match="letters, digits and _ are needed"):
        Metric(name, stars)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"better": 2}, "metric stars: better is -1, 0 or 1, pool is questions or tasks; found 2"),
        ({"pool": "subjects"}, "found 1 and subjects"),
        ({"low": 1, "high": 1}, "metric stars: 1 to 1 is no range"),
        ({"low": math.nan}, "is no range"),
    ],
)
def test_a_range_and_a_direction(changes, said):
    """What cannot be is told where it is written."""
    with pytest.raises(ValueError, match=said):
        Metric("stars", stars, **changes)


@pytest.mark.parametrize(
    ("better", "keys"),
    [(1, ["min_stars"]), (-1, ["max_stars"]), (0, ["min_stars", "max_stars"])],
)
def test_thresholds_have_the_metrics_direction(better, keys):
    """A bound in the wrong direction would reward what is worse."""
    bounds = Metric("stars", stars, better=better, low=1, high=5).bounds
    assert [*bounds] == keys
    assert all((bound.low, bound.high) == (1, 5) for bound in bounds.values())


def test_thresholds_of_every_benchmark():
    """As they were before a metric had a class, and those of confidence."""
    assert THRESHOLDS.keys() == {
        "min_accuracy",
        "max_ece",
        "max_rms_calibration_error",
        "max_rms_calibration_error_hendrycks",
        "max_calibration_gap",
        "max_brier",
        "min_auroc",
        "max_aurc",
        "min_accuracy_at_coverage",
        "min_confidence",
        "max_confidence",
        "max_unanswered_share",
        "max_truncated_share",
        "max_spread",
        "min_passed",
        "min_normalized_aggregate_score",
    }


# --- several tasks ------------------------------------------------------------------------------


@given(tasks())
def test_over_questions_it_is_the_figure_of_all(scores):
    """The same function, over the questions of all tasks."""
    every = [score for each in scores for score in each]
    for metric in (STARS, *STANDARD):
        assert metric.over(scores) == metric.of(every)


@given(tasks())
def test_over_tasks_it_is_their_mean(scores):
    """Each task counting alike, however many questions it has."""
    assert Metric("macro", accuracy, pool="tasks").over(scores) == pytest.approx(
        macro_accuracy(scores)
    )


@given(tasks(), st.data())
def test_over_tasks_all_have_to_have_it(scores, data):
    """A mean over those that happen to have the figure would be another figure."""
    at = data.draw(st.integers(0, len(scores) - 1))

    def of(found):
        return None if found is scores[at] else 1.0

    assert Metric("some", of, pool="tasks").over(scores) is None
    assert Metric("none", nothing).over(scores) is None


# --- what it may give ---------------------------------------------------------------------------


@pytest.mark.parametrize("value", [math.nan, math.inf, "x", "1", [1], 1j])
def test_what_is_no_finite_number(value):
    """It could not stand in a summary, nor be bounded."""
    said = complaint(measured, [outcome_of().scores], [Metric("odd", lambda _: value)])
    assert said == (
        f"metric odd: gave {value!r} for 4 questions; a finite number is needed, or None where "
        "there is none"
    )


def test_a_metric_that_fails():
    """The line says where, so that nobody has to look for a traceback."""

    def of(scores):
        return 1 / 0

    said = complaint(measured, [outcome_of().scores], [Metric("odd", of)])
    assert said.startswith("metric odd: ZeroDivisionError: division by zero (")
    assert f"test_metric.py, line {of.__code__.co_firstlineno + 1}); mend it" in said


def test_numbers_of_other_libraries():
    """What numpy gives is a number; the figure is a float, which every process can send."""
    numpy = pytest.importorskip("numpy")
    odd = Metric("odd", lambda scores: numpy.mean([score.value for score in scores]))
    found = measured([outcome_of().scores], [odd])
    assert found == {"odd": 0.75}
    assert type(found["odd"]) is float


# --- thresholds -----------------------------------------------------------------------------------


def known(bounds, *metrics):
    return Thresholds({"toy": bounds, "toy/tides": bounds}).knowing([toy(*metrics)])


@given(st.floats(1, 5), st.floats(1, 5))
def test_a_bound_outside_of_0_and_1(bound, value):
    """It holds or not as any other, of the benchmark and of its tasks."""
    thresholds = known({"min_stars": bound}, STARS)
    for place in ("toy", "toy/tides"):
        broken = thresholds.broken(place, {"stars": value})
        assert bool(broken) == (value < bound)
        assert all(each.startswith(f"{place}: stars {value:.4f} is below min_") for each in broken)


@pytest.mark.parametrize(
    ("bounds", "said"),
    [
        ({"min_stars": 0.5}, "gate.toy.min_stars = 0.5: a number from 1 to 5 is needed"),
        ({"min_stars": 6}, "gate.toy.min_stars = 6: a number from 1 to 5 is needed"),
        ({"max_stars": 2}, "gate.toy.max_stars: no such threshold; there are min_accuracy, "),
        ({"min_star": 2}, "gate.toy.min_star: no such threshold; there are min_accuracy, "),
    ],
)
def test_bounds_that_make_no_sense(bounds, said):
    """Told before anything is asked, with what there is."""
    found = complaint(known, bounds, STARS)
    assert found.startswith(said)
    assert "no such" not in said or found.endswith(", min_stars")


def test_metrics_are_those_of_their_benchmark():
    """Another benchmark has no such threshold; one that is not selected is not checked."""
    thresholds = Thresholds({"other": {"min_stars": 2}})
    assert "no such threshold" in complaint(thresholds.knowing, [toy(STARS), toy(name="other")])
    assert thresholds.knowing([toy(STARS)]).bounds == thresholds.bounds


def test_a_metric_of_a_whole_benchmark_is_bounded():
    """That of all its questions; where the run has no such figure, that is a failure, no pass."""
    outcomes = [
        outcome_of("tides", lost=None, siblings=2),
        outcome_of("waves", 8, 2, lost=None, siblings=2),
    ]
    policy = policy_of(*outcomes, baseline="none", metrics={"toy": (STARS,)})
    policy = replace(policy, thresholds=known({"min_stars": 3}, STARS))
    pooled = pool("toy", outcomes, policy)
    assert pooled.figures["stars"] == pytest.approx(1 + 4 * 5 / 12)
    assert pooled.failures == ["toy: stars 2.6667 is below min_stars = 3"]
    pooled = pool("toy", outcomes, replace(policy, metrics={"toy": (Metric("stars", nothing),)}))
    assert pooled.failures == ["toy: min_stars = 3, but this run has no stars"]


# --- names that are taken ---------------------------------------------------------------------


def test_names_of_other_figures_are_taken():
    """Whatever the summary says of benchmarks and tasks, no metric says in its place."""
    said = summary_of(outcome_of("tides", won=1, lost=2), outcome_of("waves"))["benchmarks"]["toy"]
    names = {*said, *said["tasks"]["tides"], *(metric.name for metric in STANDARD), "spread"}
    for name in names:
        found = complaint(checks.check_benchmarks, toy(Metric(name, stars)).tasks)
        assert found.startswith(f"toy: another figure than its metric {name} has that name")


def test_two_metrics_of_one_name():
    """One of them would be lost."""
    said = complaint(checks.check_benchmarks, toy(STARS, STARS).tasks)
    assert said.startswith("toy: another figure than its metric stars has that name")
    checks.check_benchmarks(toy(STARS).tasks)


def test_two_benchmarks_of_one_name():
    """Unless they are the same, imported twice."""
    checks.check_benchmarks([*toy().tasks, *toy().tasks])
    others = toy(names=("tides", "winds"))
    said = complaint(checks.check_benchmarks, [*toy().tasks, *others.tasks])
    assert said.startswith("toy: two benchmarks have this name")
