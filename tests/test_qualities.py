"""What else may get worse than accuracy: readable, whole, and near the truth."""

from __future__ import annotations

from dataclasses import replace

import pytest
from builders import record_of
from hypothesis import given
from hypothesis import strategies as st

from mcqtest.gate.companion import companion
from mcqtest.gate.qualities import WORSE, longer, qualities
from mcqtest.types import Score

MARKS = st.text("Ab-", min_size=1, max_size=12)


def texts_of(marks, cut=(), length=3):
    """Scores of texts with these marks; ``cut`` are the questions whose text met a limit."""
    answers = [None if mark == "-" else "AB".index(mark.upper()) for mark in marks]
    return [
        Score(
            f"q{at}",
            float(answer == 0),
            answer,
            0,
            2,
            texts=("x" * length,),
            truncated=int(at in cut),
        )
        for at, answer in enumerate(answers)
    ]


def letters_of(*probabilities):
    """Scores of two choices, of which the first is right with this probability."""
    return [
        Score(f"q{at}", float(p > 0.5), int(p <= 0.5), 0, 2, probabilities=(p, 1 - p))
        for at, p in enumerate(probabilities)
    ]


def sides(old, new):
    """Record and companion of both."""
    made = []
    for scores in (old, new):
        marks = "".join("-" if each.answer is None else "Ab"[each.answer] for each in scores)
        record = record_of(marks)
        made.append((record, companion(record, scores)))
    return made


@given(MARKS, st.data())
def test_answers_and_ends_are_counted_question_by_question(old, data):
    """One for each that came, minus one for each that went; being right does not matter."""
    new = data.draw(st.text("Ab-", min_size=len(old), max_size=len(old)))
    cut = data.draw(st.sets(st.integers(0, len(old) - 1)))
    now = texts_of(new, cut)
    found = qualities(*sides(texts_of(old), now), now)
    assert sorted(found) == ["answered", "complete"]
    assert found["answered"] == [(a == "-") - (b == "-") for a, b in zip(old, new, strict=True)]
    assert found["complete"] == [-float(at in cut) for at in range(len(old))]


def test_a_brier_score_that_fell_is_a_gain():
    """From (0.5, 0.5) to (0.9, 0.1) of a right first choice: 0.50 to 0.02."""
    now = letters_of(0.9, 0.2)
    found = qualities(*sides(letters_of(0.5, 0.2), now), now)
    assert list(found) == ["brier", "ranked"]
    assert found["brier"] == pytest.approx([0.48, 0.0], abs=1e-4)


def test_logits_that_grow_are_seen_without_one_answer_that_changes():
    """Confidence that is not borne out costs, whatever the letters say."""
    before = [0.6] * 6 + [0.4] * 4
    now = letters_of(*(p**3 / (p**3 + (1 - p) ** 3) for p in before))
    found = qualities(*sides(letters_of(*before), now), now)
    assert sum(found["brier"]) < 0


def test_what_one_side_does_not_tell_is_not_compared():
    """A baseline without a companion, or one of letters alone."""
    now = texts_of("Ab")
    (record, _), new = sides(texts_of("Ab"), now)
    assert list(qualities((record, None), new, now)) == ["answered"]
    kept = replace(new[1], truncated=None)
    assert list(qualities((record, kept), new, now)) == ["answered"]
    moved = letters_of(0.9, 0.4)
    assert qualities((record, None), sides(moved, moved)[1], moved) == {}


def stating(marks, *numbers, kind="stated"):
    """Texts that state these numbers; None: nothing."""
    details = [{} if each is None else {f"confidence.{kind}": each} for each in numbers]
    pairs = zip(texts_of(marks), details, strict=True)
    return [replace(score, details=each) for score, each in pairs]


def test_confidences_of_texts_are_compared():
    """That which both sides state; where nothing could be read, or none is stated, it is none."""
    old = stating("AAbb", 0.9, 0.8, 0.2, 0.1)
    assert qualities(*sides(old, old), old)["ranked"] == [0.0] * 4
    turned = stating("AAbb", 0.1, 0.2, 0.8, 0.9)
    found = qualities(*sides(old, turned), turned)["ranked"]
    assert all(each < 0 for each in found)
    unread, silent = (stating("AA-b", 0.9, 0.8, said, 0.1) for said in (1.0, None))
    assert qualities(*sides(old, unread), unread) == qualities(*sides(old, silent), silent)


def test_confidences_of_different_kinds_are_not():
    """Nor those that less than half of the answers have."""
    old = stating("AAbb", 0.9, 0.8, 0.2, 0.1)
    for now in (stating("AAbb", *[0.5] * 4, kind="tokens"), stating("AAbb", 0.9, *[None] * 3)):
        assert "ranked" not in qualities(*sides(old, now), now)


def test_real_scores_have_no_marks_to_look_at():
    """Whether there was an answer is not in such a baseline."""
    now = texts_of("Ab")
    record = record_of("", scores=(0.5, 0.2), questions="2, 0123")
    new = (record, companion(record, now))
    assert "answered" not in qualities((record, None), new, now)


def test_lengths_are_those_of_all_texts():
    """Of both sides, or nothing."""
    (_, kept), (_, made) = sides(texts_of("Ab", length=4), texts_of("Ab", length=6))
    assert longer(kept, made) == (8, 12)
    assert longer(None, made) is None
    assert longer(replace(kept, lengths=None), made) is None


def test_each_has_words():
    """For whoever reads that it got worse."""
    assert set(WORSE) == {"answered", "complete", "brier", "ranked"}
