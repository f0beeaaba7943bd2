"""What --sweep tells: a row of figures for each value, as table, picture and in the summary."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from dataclasses import replace

import pytest
from cases import board_of, outcome_of, rescored, summary_of
from hypothesis import given
from scores import tasks

from mcqtest.metrics import STANDARD, measured
from mcqtest.report import sweeps


def swept(ways, **changes):
    """A task, asked in these ways: name -> scores; pooled."""
    (pooled,) = board_of(outcome_of(variants=ways, **changes)).benchmarks()
    return pooled


def answered(right, *, texts=False):
    """Scores of four questions, so many right."""
    outcome = outcome_of(right=right)
    if texts:
        said = {"texts": ("word",), "votes": (0,), "probabilities": None}
        rescored(outcome, *[said] * outcome.n)
    return outcome.scores


SHOTS = {"shots=0": answered(1), "shots=5": answered(4)}


# --- figures ----------------------------------------------------------------------------------


@given(tasks())
def test_figures_are_the_standard_ones(scores):
    """Of those that there are; and how long texts are, on average."""
    every = [score for each in scores for score in each]
    found = sweeps.figures(every)
    length = found.pop("length", None)
    shown = ("accuracy", "ece", "brier", "unanswered_share", "truncated_share")
    known = measured([every], STANDARD)
    assert found == {name: known[name] for name in shown if name in known}
    texts = [text for score in every for text in score.texts]
    assert (length is None) == (not texts)
    if texts:
        assert length == pytest.approx(sum(map(len, texts)) / len(texts))


def test_budgets_of_thoughts():
    """In a chat also how many tokens a text has, and how many thoughts never end."""
    long, cut = answered(2, texts=True), answered(1, texts=True)
    ways = {
        "thinking_tokens=8": [
            replace(each, tokens=9, cut_thoughts=1, ended_thoughts=2) for each in cut
        ],
        "thinking_tokens=64": [replace(each, tokens=40) for each in long],
    }
    found = sweeps.rows(swept(ways))
    assert [row["tokens"] for row in found.values()] == [9, 40]
    assert [row.get("cut_thoughts") for row in found.values()] == [4, None]
    assert [row.get("ended_thoughts") for row in found.values()] == [8, None]
    heading, first, second = sweeps.table(swept(ways))
    assert heading.split()[-3:] == ["tokens", "cut", "ended"]
    assert first.split()[-3:] == ["9", "4", "8"]
    assert second.split()[-1] == "40"
    assert "thinking_tokens" in sweeps.drawn(swept(ways))


def test_rows_are_the_values_in_order():
    """As the command names them; other ways of asking are no part of a sweep."""
    found = sweeps.rows(swept({"i1f1": answered(2), **SHOTS, "reversed": answered(3)}))
    assert {name: row["accuracy"] for name, row in found.items()} == {
        "shots=0": 0.25,
        "shots=5": 1.0,
    }


def test_tasks_are_pooled():
    """A value's row is about all questions of the benchmark."""
    (pooled,) = board_of(
        outcome_of("tides", variants={"shots=0": answered(1), "shots=5": answered(2)}),
        outcome_of("waves", variants={"shots=0": answered(2), "shots=5": answered(4)}),
    ).benchmarks()
    found = sweeps.rows(pooled)
    assert [row["accuracy"] for row in found.values()] == [3 / 8, 6 / 8]


def test_what_criteria_count_is_added_up():
    """As how many licences would have been passed with this value."""
    ways = {"shots=0": answered(1), "shots=5": answered(4)}
    counted = {"shots=0": {"passed": 0}, "shots=5": {"passed": 1}}
    (pooled,) = board_of(
        outcome_of("tides", variants=ways, varied=counted),
        outcome_of("waves", variants=ways, varied=counted),
    ).benchmarks()
    assert [row["passed"] for row in sweeps.rows(pooled).values()] == [0, 2]


# --- table and picture ----------------------------------------------------------------------------


def test_a_line_for_each_value():
    """With the figures that there are; a column where only some have it."""
    pooled = swept({"samples=1": answered(1), "samples=5": answered(4, texts=True)})
    heading, *lines = sweeps.table(pooled)
    assert heading.split() == [
        "sweep",
        "accuracy",
        "ece",
        "brier",
        "unanswered",
        "truncated",
        "length",
    ]
    assert lines[0].split()[:2] == ["samples=1", "0.2500"]
    assert lines[1].split() == ["samples=5", "1.0000", "0.0000", "0.0000", "4"]


@pytest.mark.parametrize("ways", [{}, {"i1f1": answered(2), "reversed": answered(1)}])
def test_nothing_swept_nothing_told(ways):
    """Neither a table nor a picture."""
    assert sweeps.table(swept(ways)) == []
    assert sweeps.drawn(swept(ways)) is None


@given(tasks())
def test_a_picture_is_one(scores):
    """Well-formed, with a line for each figure and the values below, whatever the numbers are."""
    ways = {f"shots={at}": each for at, each in enumerate(scores)}
    text = sweeps.drawn(swept(ways, n=len(scores[0]), right=0, scores=scores[0], lost=None))
    root = ET.fromstring(text)
    assert root.tag.endswith("svg")
    said = [each.text for each in root.iter() if each.tag.endswith("text")]
    assert said[0] == "toy by shots"
    assert {str(at) for at in range(len(scores))} <= {*said}
    assert not re.search(r"\b(nan|inf)\b", text)


def test_the_summary_has_the_rows():
    """Those of the benchmark, apart from styles."""
    ways = {"i1f1": answered(2), "i1f2": answered(3), **SHOTS}
    found = summary_of(outcome_of(variants=ways))["benchmarks"]["toy"]
    assert found["styles"] == {"i1f1": 0.5, "i1f2": 0.75}
    accuracies = {name: row["accuracy"] for name, row in found["sweep"].items()}
    assert accuracies == {"shots=0": 0.25, "shots=5": 1.0}


def test_a_sweep_is_no_sensitivity():
    """What a value does to accuracy is wanted: it is no spread of styles, and none is bounded."""
    assert "spread" not in swept(SHOTS).figures
    styles = {"i1f1": answered(2), "i1f2": answered(3)}
    assert swept(styles | SHOTS).figures["spread"] == swept(styles).figures["spread"] == 0.25
