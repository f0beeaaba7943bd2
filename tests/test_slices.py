"""A benchmark by the user's labels, and its profile, against counting by hand."""

from __future__ import annotations

import pytest
from cases import outcome_of, summary_of
from hypothesis import given
from hypothesis import strategies as st

from mcqtest.report import slices, terminal
from mcqtest.report.slices import by_label, profile

LABELS = ("easy", "korean", "procedural")


@st.composite
def labelled(draw):
    """Outcomes of several tasks, and the labels of every question by its full name."""
    outcomes, tags = [], {}
    for name in draw(
        st.lists(st.sampled_from(["tides", "waves", "winds"]), min_size=1, unique=True)
    ):
        n = draw(st.integers(1, 8))
        lost = draw(st.integers(0, n))
        won = draw(st.integers(0, n - lost))
        outcomes.append(outcome_of(name, n, draw(st.integers(0, n)), lost, won))
        for score in outcomes[-1].scores:
            labels = draw(st.lists(st.sampled_from(LABELS), max_size=4))
            tags[f"toy/{name}/{score.id}"] = tuple(labels)
    return outcomes, tags


# --- labels -----------------------------------------------------------------------------------


@given(labelled())
def test_figures_of_a_label_are_those_of_its_questions(case):
    """Counted one by one; a label that a question has twice counts once."""
    outcomes, tags = case
    found = by_label(outcomes, tags)
    assert [*found] == sorted({label for labels in tags.values() for label in labels})
    for label, each in found.items():
        rows = [
            (score, difference)
            for outcome in outcomes
            for score, difference in zip(outcome.scores, outcome.differences, strict=True)
            if label in tags[f"toy/{outcome.task}/{score.id}"]
        ]
        assert each["n"] == len(rows)
        assert each["accuracy"] == pytest.approx(sum(s.value for s, _ in rows) / len(rows))
        assert each["lost"] == sum(difference < 0 for _, difference in rows)
        assert each["won"] == sum(difference > 0 for _, difference in rows)
        assert "ece" in each


@given(labelled())
def test_one_label_for_all_is_the_benchmark(case):
    """Its figures are then those of the benchmark."""
    outcomes, _ = case
    tags = {f"toy/{each.task}/{score.id}": ("all",) for each in outcomes for score in each.scores}
    found = by_label(outcomes, tags)["all"]
    assert found["n"] == sum(each.n for each in outcomes)
    assert found["lost"] == sum(each.comparison["lost"] for each in outcomes)
    assert found["won"] == sum(each.comparison["won"] for each in outcomes)


def test_without_a_baseline_nothing_was_lost_or_won():
    """Nor is it said that nothing was: the counts do not exist."""
    outcomes = [outcome_of("tides", lost=None), outcome_of("waves")]
    tags = {"tides/0": ("both",), "waves/0": ("both", "waves")}
    found = by_label(outcomes, tags)
    assert (found["both"]["n"], found["both"]["lost"], found["both"]["won"]) == (2, None, None)
    assert (found["waves"]["lost"], found["waves"]["won"]) == (0, 0)
    assert slices.table(outcomes, tags) == [
        "label      n accuracy lost  won",
        "both       2   1.0000",
        "waves      1   1.0000    0    0",
    ]


def test_labels_of_questions_that_are_not_there():
    """They say nothing, and make no table."""
    assert by_label([outcome_of()], {"other/tides/0": ("easy",), "99": ("easy",)}) == {}
    assert slices.table([outcome_of()], {"99": ("easy",)}) == []
    assert slices.table([outcome_of()], {}) == []


def test_a_label_can_be_long():
    """The table grows with it."""
    lines = slices.table([outcome_of(lost=1)], {"0": ("a very long label",)})
    assert lines == [
        "label                  n accuracy lost  won",
        "a very long label      1   1.0000    1    0",
    ]


# --- profile ----------------------------------------------------------------------------------


@given(st.lists(st.integers(0, 4), min_size=2, max_size=9), st.none() | st.sampled_from([0.6, 0.8]))
def test_a_profile_is_about_tasks(rights, expert):
    """Best, worst, the range, and the share above the mark of experts, or above one half."""
    outcomes = [outcome_of(f"t{at}", 4, right, expert=expert) for at, right in enumerate(rights)]
    found = profile(outcomes)
    shares = [right / 4 for right in rights]
    assert found["best"]["accuracy"] == max(shares)
    assert found["worst"]["accuracy"] == min(shares)
    assert shares[int(found["best"]["task"][1:])] == max(shares)
    assert found["range"] == max(shares) - min(shares)
    mark = expert or 0.5
    assert found["above"] == {"mark": mark, "share": sum(s > mark for s in shares) / len(shares)}


def test_one_task_has_no_profile():
    """Best and worst would be the same."""
    assert profile([outcome_of()]) == {}


# --- where they are told ------------------------------------------------------------------------


def test_the_summary_has_a_profile_and_no_labels_unless_there_are():
    """``labels`` stands there where the user gave some."""
    found = summary_of(outcome_of("tides"), outcome_of("waves", 4, 1))["benchmarks"]["toy"]
    assert found["profile"]["best"] == {"task": "tides", "accuracy": 0.75}
    assert found["profile"]["range"] == 0.5
    assert "labels" not in found


def test_no_labels_at_all():
    """What the terminal is given where there is no file of labels."""
    assert terminal.NONE == {}
