"""A part of a task's questions against a baseline of all: `gate/excerpt.py`."""

from dataclasses import replace

import pytest
from builders import complaint, record_of
from hypothesis import given
from hypothesis import strategies as st
from judging import GOOD, MODEL, OLD, QUESTIONS, TASK, baselines_of, keep, release, results_of

from mcqtest.gate import Excerpt
from mcqtest.gate.companion import companion, digest
from mcqtest.types import Score

marks = st.text("ABab-", min_size=1, max_size=20)


def excerpt_of(places, every=40, *, fingerprint="0123", asking="asking of all"):
    return Excerpt(places, every, lambda: fingerprint, lambda: asking)


@given(marks, st.data())
def test_answers_and_what_stands_beside_them(text, data):
    """Each column keeps the places that are asked, whether letters or scores are there."""
    places = sorted(data.draw(st.sets(st.integers(0, len(text) - 1), min_size=1)))
    scores = [
        Score(str(at), 0.25 * at, 0, 0, 2, (0.5, 0.5), texts=("x" * at,)) for at in range(len(text))
    ]
    excerpt = excerpt_of(places, len(text))
    for old in (record_of(text), record_of("", scores=tuple(each.value for each in scores))):
        part = excerpt.record(old, questions="n, 1", asking="asked")
        assert list(part.values) == [old.values[at] for at in places]
        kept = replace(companion(old, scores), noise=1, details={"d": tuple(range(len(text)))})
        beside = excerpt.companion(kept, part)
        assert beside.details["d"] == tuple(places)
        assert beside.lengths is None or beside.lengths == tuple(places)
        assert len(beside.probabilities) == len(places)
        assert (beside.of, beside.noise) == (digest(part), None)


def check(made, excerpt, places, *, asking="asking of part"):
    """What a run of these places has checked."""
    made.check(
        TASK,
        questions=f"{len(places)}, 4567",
        asking=asking,
        asked=[QUESTIONS[at] for at in places],
        left_out=40 - len(places),
        excerpt=excerpt,
    )


def test_a_baseline_of_all_serves(tmp_path):
    """With its answers to these; of other questions, or asked in another way, it does not."""
    places = [1, 5, 39]
    release(tmp_path, results_of("A" * 39 + "b", asking="asking of all", questions="0123"))
    made = baselines_of(tmp_path)
    check(made, excerpt_of(places), places)
    old = made.old(TASK)
    assert (old.marks, old.questions, old.asking) == ("AAb", "3, 4567", "asking of part")
    said = complaint(check, baselines_of(tmp_path), excerpt_of(places, asking="else"), places)
    assert "was recorded with (asking of all), this run asks with (else)" in said
    said = complaint(check, baselines_of(tmp_path), excerpt_of(places, fingerprint="89"), places)
    assert "40 questions as this run has, but with other texts" in said
    said = complaint(check, baselines_of(tmp_path), excerpt_of(places, 41), places)
    assert "has 40 questions, this run has 3" in said


def test_a_recording_sees_all_of_it(tmp_path):
    """So that fewer questions do not replace more."""
    release(tmp_path, results_of(GOOD, asking="asking of all"), recorder=MODEL)
    places = [0, 1]
    update = baselines_of(tmp_path, update=True)
    said = complaint(check, update, excerpt_of(places), places)
    assert "2 questions would replace the 40" in said


def test_the_place_of_an_answer_that_cannot_be(tmp_path):
    """Is that in the file."""
    release(tmp_path, results_of(GOOD, asking="asking of all"), recorder=OLD)
    old = baselines_of(tmp_path).old(TASK)
    keep(tmp_path, replace(old, marks="A" * 7 + "D" + "A" * 32))
    said = complaint(check, baselines_of(tmp_path), excerpt_of([3, 7]), [3, 7])
    assert "the answer 'D' to question 7 is not one" in said


@pytest.mark.parametrize("way", ["", "1shots"])
def test_other_ways_alone(tmp_path, way):
    """A baseline of all in another way says which."""
    release(tmp_path, results_of(GOOD, asking="another"))
    if way:
        (tmp_path / "small/toy" / way).mkdir()
        (tmp_path / "small/toy/tides.txt").rename(tmp_path / "small/toy" / way / "tides.txt")
    said = complaint(check, baselines_of(tmp_path), excerpt_of([3]), [3])
    assert "asked in another way: baseline 'small' was recorded with (another)" in said
