"""Hypothesis strategies and small builders that several test files share."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import strategies as st

from mcqtest.types import Benchmark, Columns, Layout, Question, Result, Results, Source, Task

CHOICES = 26


def result(confidence: float, correct: bool) -> Result:
    """A result with the given highest probability, at least 1/26, and correctness."""
    rest = (1 - confidence) / (CHOICES - 1)
    probabilities = (confidence,) + (rest,) * (CHOICES - 1)
    question = Question("?", ("x",) * CHOICES, 0 if correct else 1, "0")
    return Result(question, 0, probabilities, 5)


def results_of(items: Sequence[Result], name: str = "tides") -> Results:
    """The items as the results of one task."""
    layout = Layout("{task}_{split}.csv", Columns())
    source = Source("sea", (layout,))
    sea = Benchmark("sea", {"water": (name,)}, source, {}, 0)
    return Results(Task(sea, name, "water"), tuple(items), "questions", "asking")


confidences = st.integers(40, 1000).map(lambda thousandths: thousandths / 1000)
"""From just above 1/26 to 1, in thousandths, so that bin edges and ties are common."""


@st.composite
def judged(draw: st.DrawFn, *, readable: bool = True) -> Result:
    """One result of two to ten choices; with ``readable=False`` answers may be missing."""
    weights = draw(st.lists(st.integers(0, 20), min_size=2, max_size=10).filter(any))
    probabilities = tuple(weight / sum(weights) for weight in weights)
    indices = st.integers(0, len(weights) - 1)
    best = weights.index(max(weights))
    answer = best if readable else draw(st.none() | indices)
    question = Question("?", ("x",) * len(weights), draw(indices), "0")
    return Result(question, answer, probabilities, draw(st.integers(0, 5)))
