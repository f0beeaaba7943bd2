"""What figures need of scores is found once, and is the same as if each had looked itself."""

import math
from dataclasses import dataclass
from statistics import mean

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scores import letters, texts

from mcqtest.metrics import STANDARD, SURE, Columns, measured
from mcqtest.metrics.paired import Ranking
from mcqtest.types import Score

EVERY = (*STANDARD, *SURE)
LISTS = st.lists(letters(), min_size=1, max_size=30) | st.lists(texts(), min_size=1, max_size=30)
NUMBERS = st.lists(
    st.tuples(st.sampled_from([0.1, 0.25, 0.5, 0.9]) | st.floats(0, 1), st.floats(-5, 5)),
    min_size=1,
    max_size=30,
)


@given(LISTS)
def test_a_figure_is_the_same_of_a_list_and_of_its_columns(scores):
    """Whichever of them was asked for first."""
    columns = Columns.of(scores)
    assert Columns.of(columns) is columns
    for metric in reversed(EVERY):
        assert metric.of(columns) == metric.of(scores), metric.name


@dataclass
class Watched:
    """A score that counts how often it is asked for its confidence."""

    score: Score
    asked: int = 0

    def __getattr__(self, name):
        self.asked += name == "confidence"
        return getattr(self.score, name)


def test_confidences_are_looked_at_once_for_all_figures():
    """There are eight."""
    pairs = [(0.9, 0.1), (0.3, 0.7), (0.6, 0.4)]
    scores = [Watched(Score(str(p), 1.0, 0, 0, 2, probabilities=p)) for p in pairs]
    assert "auroc" not in measured([scores], EVERY)  # all are right
    assert "aurc" in measured([scores], EVERY)
    assert [each.asked for each in scores] == [2, 2, 2]  # once each time


@given(NUMBERS)
def test_answers_of_equal_confidence_share_their_mean(pairs):
    """In the order of confidences; the others keep what they have."""
    confidences, values = zip(*pairs, strict=True)
    expected = [
        mean(value for other, value in pairs if other == confidence)
        for confidence in sorted(confidences)
    ]
    assert Ranking(confidences).means(values) == pytest.approx(expected)


@given(NUMBERS)
def test_each_confidence_is_a_block(pairs):
    """How many answers have it, and the sum of their values."""
    confidences, values = zip(*pairs, strict=True)
    expected = [
        (level, confidences.count(level), math.fsum(v for c, v in pairs if c == level))
        for level in sorted({*confidences})
    ]
    blocks = Ranking(confidences).blocks(values)
    assert [*blocks.rising()] == expected
    assert [*blocks.falling()] == expected[::-1]
