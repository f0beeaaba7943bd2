"""Hypothesis strategies for what official metrics see of an example."""

from __future__ import annotations

from hypothesis import strategies as st

from mcqtest.metrics.official import Chosen, Weighed, Written
from mcqtest.metrics.official.metric import Single

words = st.text(st.sampled_from("ab .1-"), max_size=12)
logprobs = st.floats(-30, 0)


@st.composite
def chosen(draw, *, single=False):
    """Scores of up to six choices, of which some are equally probable now and then."""
    count = draw(st.integers(1, 6))
    scores = [0.0] * count
    scores[draw(st.integers(0, count - 1))] = 1.0
    if not single:
        scores = draw(st.lists(st.sampled_from([0, 1, 0.25]), min_size=count, max_size=count))
    levels = st.sampled_from([-1.0, -2.5]) | logprobs
    told = draw(st.lists(levels, min_size=count, max_size=count))
    return Chosen([f"choice {at}" for at in range(count)], scores, told)


written = st.builds(Written, words, st.lists(words, min_size=1, max_size=3))
numeric = st.builds(lambda said, right: Written(str(said), [str(right)]), words, st.integers())
weighed = st.lists(st.tuples(words, logprobs), min_size=1, max_size=3).map(
    lambda rows: Weighed([text for text, _ in rows], [value for _, value in rows])
)


alone = st.builds(lambda text, value: Weighed([text], [value]), words.filter(bool), logprobs)


def examples(metric, *, figured=False):
    """Any examples that a metric is made for; ``figured`` such alone that it has a figure of, where
    most would have none.
    """
    if metric.name.startswith("numeric"):
        return numeric
    if figured and isinstance(metric, Single):
        return alone
    return {
        Written: written,
        Chosen: chosen(single=metric.name == "macro_f1"),
        Weighed: weighed,
    }[metric.needs]
