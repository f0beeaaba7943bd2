"""Which questions a sample asks: `run/sample.py`."""

import random

import pytest
from builders import complaint
from hypothesis import given
from hypothesis import strategies as st

from mcqtest.run.sample import allocation, drawn
from mcqtest.types import Question

SIZES = st.dictionaries(st.text("abc", min_size=1), st.integers(1, 300), min_size=1, max_size=8)
QUESTIONS = st.lists(st.integers(0, 9), max_size=30).map(
    lambda texts: [Question(f"{text}?", ("a", "b"), 0, str(at)) for at, text in enumerate(texts)]
)


@st.composite
def cuts(draw):
    """Sizes, and two numbers of questions, the smaller one first."""
    sizes = draw(SIZES)
    counts = st.integers(len(sizes), sum(sizes.values()))
    return sizes, *sorted((draw(counts), draw(counts)))


@given(cuts())
def test_every_task_gets_its_share(cut):
    """As many as are wanted, one of each task at least, and no more than it has; what is above that
    one is within one of its proportion, or within what the ones of small tasks take.
    """
    sizes, wanted, _ = cut
    found = allocation(sizes, wanted)
    assert found.keys() == sizes.keys()
    assert sum(found.values()) == wanted
    assert all(1 <= found[name] <= size for name, size in sizes.items())
    total = sum(sizes.values())
    few = sum(size * wanted < total for size in sizes.values())
    for name, size in sizes.items():
        assert abs(found[name] - wanted * size / total) <= len(sizes) + few


@given(cuts())
def test_more_questions_take_none_away(cut):
    """So a small sample is a part of a large one."""
    sizes, few, many = cut
    small, large = allocation(sizes, few), allocation(sizes, many)
    assert all(small[name] <= large[name] for name in sizes)


def test_in_proportion():
    """Of MMLU's shape: the large subject has its share, and small ones are not left out."""
    found = allocation({"large": 1534, "middle": 345, "small": 100}, 198)
    assert found == {"large": 153, "middle": 35, "small": 10}
    assert allocation({"a": 1000, "b": 1}, 10) == {"a": 9, "b": 1}


def test_all_there_are():
    """Where more are wanted."""
    assert allocation({"a": 3, "b": 4}, 100) == {"a": 3, "b": 4}
    assert complaint(allocation, {"a": 3, "b": 4}, 1).startswith("--sample=1: fewer than the 2 tas")


@given(QUESTIONS, st.randoms(), st.data())
def test_the_same_in_any_order(questions, rng: random.Random, data):
    """Whatever the order of the file, the same texts are drawn; copies count as often as they are
    there.
    """
    count = data.draw(st.integers(0, len(questions)))
    mixed = rng.sample(questions, len(questions))
    first = sorted(questions[at].text for at in drawn(questions, count))
    assert first == sorted(mixed[at].text for at in drawn(mixed, count))


def test_copies_are_drawn_one_by_one():
    """A question that is there twice is two, and not a pair."""
    pairs = [Question(f"{at // 2}?", ("a", "b"), 0, str(at)) for at in range(40)]
    texts = [pairs[at].text for at in drawn(pairs, 20)]
    assert any(texts.count(text) == 1 for text in texts)


@given(QUESTIONS, st.data())
def test_a_smaller_sample_is_a_part(questions, data):
    """And in the order of the task."""
    few, many = sorted(data.draw(st.integers(0, len(questions))) for _ in "ab")
    small, large = drawn(questions, few), drawn(questions, many)
    assert len(small) == few
    assert small == sorted({*small} & {*large})


@pytest.mark.parametrize("change", [{"answer": 1}, {"id": "other"}, {"subject": "law"}])
def test_what_else_is_said_draws_no_other(change):
    """A corrected answer, or another name, leaves the sample as it is."""
    questions = [Question(f"{number}?", ("a", "b"), 0, str(number)) for number in range(40)]
    values = {"answer": 0, "id": "", "subject": ""}
    others = [Question(each.text, each.choices, **(values | change)) for each in questions]
    assert drawn(questions, 7) == drawn(others, 7)
