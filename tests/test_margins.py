"""Margins and tolerances: which one counts, and which make no sense."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from builders import toy
from hypothesis import given
from hypothesis import strategies as st

from mcqtest.gate import Margins, drops
from mcqtest.gate.margins import tables
from mcqtest.types import McqtestError

FOUR = replace(toy(), name="four", margin=4)
NONE = replace(toy(), name="bare", margin=None)
POINTS = st.floats(0.1, 99)


def test_the_nearest_margin_counts() -> None:
    """The benchmark's table before the option, and that before what the benchmark states."""
    known = Margins().knowing([FOUR, NONE])
    assert (known.of("four"), known.of("bare")) == (0.04, None)
    known = Margins(margin=3).knowing([FOUR, NONE])
    assert (known.of("four"), known.of("bare")) == (0.03, 0.03)
    known = Margins(margin=3, tables={"four": {"margin": 5}}).knowing([FOUR, NONE])
    assert (known.of("four"), known.of("bare")) == (0.05, 0.03)


def test_none_is_a_margin_too() -> None:
    """For all benchmarks or for one; what stands nearer counts also here."""
    assert Margins(margin="none").knowing([FOUR]).of("four") is None
    nearer = Margins(margin=3, tables={"four": {"margin": "none"}}).knowing([FOUR])
    assert nearer.of("four") is None
    assert Margins("none", tables={"four": {"margin": 2}}).knowing([FOUR]).of("four") == 0.02


def test_a_task_tolerates_what_its_benchmark_does_unless_it_says_so() -> None:
    """And a benchmark what the option says unless it has its own; 0 counts as said."""
    known = Margins(
        tolerance=0.5, tables={"four": {"tolerance": 1}, "four/tides": {"tolerance": 0}}
    )
    assert known.tolerated("four", "waves") == known.tolerated("four") == 0.01
    assert known.tolerated("four", "tides") == 0
    assert known.tolerated("bare", "tides") == 0.005
    assert Margins().tolerated("four", "tides") == 0


@pytest.mark.parametrize("tolerance", [4, 4.5])
def test_a_margin_is_larger_than_what_is_tolerated(tolerance: float) -> None:
    """Else one and the same drop is excluded by a pass and tolerated."""
    with pytest.raises(McqtestError, match=r"four: tolerance 4.* is not below margin 4"):
        Margins(tolerance=tolerance).knowing([FOUR])
    assert Margins(tolerance=tolerance).knowing([NONE]).of("bare") is None


@pytest.mark.parametrize(
    ("place", "said"),
    [
        ("four", {"margin": 0}),
        ("four", {"margin": True}),
        ("four", {"margin": float("nan")}),
        ("four", {"tolerance": -0.1}),
        ("four", {"tolerance": "none"}),
        ("four/tides", {"margin": 2}),
    ],
)
def test_what_is_no_number_of_points(place: str, said: dict[str, object]) -> None:
    """Is refused with its place and key."""
    (key,) = said
    with pytest.raises(McqtestError, match=rf"^gate\.{place}\.{key} = "):
        Margins(tables={place: said})


@given(points=POINTS, alpha=st.sampled_from([0.001, 0.01, 0.05]))
def test_the_fewest_questions(points: float, alpha: float) -> None:
    """Are those of which no change at all excludes the margin, and one fewer does not."""
    known = Margins(margin=points).knowing([FOUR])
    needed = drops.fewest(points / 100, alpha)
    known.check({"four": needed}, alpha)
    assert drops.p_at_least(needed, 0, 0, points / 100) <= alpha
    with pytest.raises(McqtestError, match=f"that takes {needed}"):
        known.check({"four": needed - 1}, alpha)


def test_without_a_margin_any_number_of_questions_will_do() -> None:
    """Also one."""
    Margins(margin="none").knowing([FOUR]).check({"four": 1}, 0.01)


def test_a_worker_gets_the_same() -> None:
    """All of it crosses processes as JSON."""
    made = Margins(margin=3, tolerance=0.5, tables={"four": {"margin": "none"}})
    known = made.knowing([FOUR, NONE])
    assert Margins.from_json(json.loads(json.dumps(known.to_json()))) == known


def test_gate_tables_hold_thresholds_and_margins() -> None:
    """Each goes where it is known; a place that says one alone is in one alone."""
    found = tables({"mmlu": {"margin": 1, "min_accuracy": 0.5}, "mmlu/law": {"tolerance": 1}})
    assert found == (
        {"mmlu": {"min_accuracy": 0.5}},
        {"mmlu": {"margin": 1}, "mmlu/law": {"tolerance": 1}},
    )
