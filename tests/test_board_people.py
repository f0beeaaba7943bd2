"""The board's table against people, the mark of experts, and what rows say of people."""

import pytest
from cases import lines_of, outcome_of
from hypothesis import given
from hypothesis import strategies as st
from test_board import HANGUL, asked, numbers, whole

from mcqtest.report import board, summary
from mcqtest.report.columns import width
from mcqtest.types import Question, Result


def test_against_people():
    """Worst first, then all questions together; what is not known of people counts for nothing."""
    better = asked("waves", (0.2, True), (0.4, False))
    worse = asked("tides", (0.9, False), (None, True), (0.7, True), title="조석")
    unknown = asked("winds", (None, True), (None, False))
    heading, *lines = board.people([better, unknown, worse], 80)
    assert heading.split() == ["against", "people", "n", "people", "model", "change"]
    assert [line.split() for line in lines] == [
        ["tides", "조석", "2", "0.8000", "0.5000", "-0.3000"],
        ["waves", "2", "0.3000", "0.5000", "+0.2000"],
        ["all", "of", "these", "4", "0.5500", "0.5000", "-0.0500"],
    ]
    assert board.people([unknown, outcome_of()], 80) == []
    found = summary.benchmark(whole([better, unknown, worse]), {}, 0.01)
    assert (found["human_accuracy"], found["human_questions"]) == (0.55, 4)
    assert found["above_human"] == -0.05
    assert found["tasks"]["tides"]["above_human"] == -0.3
    assert "above_human" not in found["tasks"]["winds"]


@pytest.mark.parametrize("columns", [80, 120])
@given(names=st.lists(HANGUL, min_size=1, max_size=4))
def test_people_stand_under_their_headings(columns, names):
    """Whatever the titles: a number ends where its heading does, within the terminal."""
    outcomes = [asked("tides", (0.5, True), title=name) for name in names]
    heading, *lines = board.people(outcomes, columns)
    for line in lines:
        assert numbers(line, heading, board.name_width(columns))[0][1:] == [
            *("0.5000", "1.0000", "+0.5000")
        ]
        assert width(line) == width(heading) <= columns


def test_near_expert_is_above_the_mark():
    """A subject that just reaches the mark is not above it; without a mark there is no line."""
    outcomes = [
        outcome_of("a", 5, 4, expert=0.8),
        outcome_of("b", 1000, 801, expert=0.8),
        outcome_of("c", 35, 28, expert=0.8),
    ]
    assert board.people(outcomes, 80) == ["  near expert, above 0.8: 1 of 3 subjects"]
    assert summary.near_expert(outcomes) == 1 / 3
    assert summary.benchmark(whole(outcomes), {}, 0.01)["near_expert"] == 0.333333333
    assert summary.near_expert([*outcomes, outcome_of()]) is None
    assert "near_expert" not in summary.benchmark(whole([outcome_of()]), {}, 0.01)


def test_rows_of_results():
    """A row says the question's subject and how people did only where that is known."""
    known = Question("?", ("no", "yes"), 1, "0", subject="민법", human_accuracy=0.0)
    unknown = Question("?", ("no", "yes"), 1, "0")
    scores = [Result(each, 1, None, 0, ("B",)).score for each in (known, unknown)]
    found, plain = lines_of(outcome_of(n=2, lost=None, scores=scores))
    assert (found["subject"], found["human_accuracy"], found["correct"]) == ("민법", 0.0, True)
    assert list(found)[:6] == ["format", "benchmark", "task", "id", "subject", "human_accuracy"]
    assert {"subject", "human_accuracy"}.isdisjoint(plain)
    assert found.keys() - plain.keys() == {"subject", "human_accuracy"}
