"""Hypothesis strategies for scores, as letters, read texts and worthy texts give them."""

from __future__ import annotations

from hypothesis import strategies as st

from mcqtest.gate.record import rounded
from mcqtest.types import Score

ids = st.text(min_size=1, max_size=8)
shares = st.none() | st.floats(0, 1).map(lambda share: round(share, 6))
worth = st.sampled_from([0.0, 1.0, 0.5]) | st.floats(-1e6, 1e6).map(rounded)
"""In the six digits that a baseline keeps."""


@st.composite
def letters(draw):
    """The most probable choice; probabilities in the six digits that results.jsonl has."""
    weights = draw(st.lists(st.integers(0, 50), min_size=2, max_size=6).filter(any))
    probabilities = tuple(round(weight / sum(weights), 6) for weight in weights)
    answer, gold = weights.index(max(weights)), draw(st.integers(0, len(weights) - 1))
    return Score(
        id=draw(ids),
        value=float(answer == gold),
        answer=answer,
        gold=gold,
        choices=len(weights),
        probabilities=probabilities,
        subject=draw(st.sampled_from(["", "contracts", "약사"])),
        human_accuracy=draw(shares),
    )


@st.composite
def texts(draw):
    """A choice read in each of several texts, or not; the score may be the mean of the votes."""
    count = draw(st.integers(2, 6))
    said = tuple(draw(st.lists(st.text(max_size=20), min_size=1, max_size=4)))
    index = st.integers(0, count - 1)
    votes = tuple(draw(st.none() | index) for _ in said)
    gold = draw(index)
    guessed = not any(vote is not None for vote in votes) and draw(st.booleans())
    answer = draw(index) if guessed else next((vote for vote in votes if vote is not None), None)
    return Score(
        id=draw(ids),
        value=rounded(sum(vote == gold for vote in votes) / len(votes)),
        answer=answer,
        gold=gold,
        choices=count,
        texts=said,
        votes=votes,
        truncated=draw(st.none() | st.integers(0, len(said))),
        guessed=guessed,
    )


@st.composite
def numbers(draw):
    """What a text is worth where there are no choices."""
    said = draw(st.text(max_size=20))
    return Score(
        id=draw(ids),
        value=draw(worth),
        answer=said.strip() or None,
        gold=draw(st.none() | st.text(min_size=1, max_size=5)),
        choices=0,
        texts=(said,),
        truncated=draw(st.none() | st.integers(0, 1)),
        details=draw(st.dictionaries(st.sampled_from(["length", "speed"]), worth, max_size=2)),
    )


KINDS = (letters(), texts(), numbers())


def tasks(*, least=1, most=8):
    """Several tasks' scores, all of one kind."""
    return st.sampled_from(KINDS).flatmap(
        lambda kind: st.lists(st.lists(kind, min_size=least, max_size=most), min_size=1, max_size=4)
    )
