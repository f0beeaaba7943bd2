"""The file beside a baseline: what its letters cannot hold, and never those of other answers."""

from __future__ import annotations

import base64
import json
import random
import zlib
from contextlib import suppress
from dataclasses import replace

import pytest
from builders import complaint, record_of
from hypothesis import given
from hypothesis import strategies as st
from scores import KINDS, letters, texts

from mcqtest.gate import companion as companions
from mcqtest.gate.companion import Companion, companion, digest, improved, parse, rounded
from mcqtest.metrics import brier
from mcqtest.types import McqtestError, Score

WHERE = "baselines/small/toy/tides.json"


def record_for(scores):
    """The record of these scores, as far as a companion looks at it."""
    real = any(score.value not in {0, 1} for score in scores)
    marks = "" if real else "".join("A" if score.correct else "b" for score in scores)
    values = tuple(score.value for score in scores) if real else ()
    return record_of(marks, questions=f"{len(scores)}, 0123", scores=values)


def companion_of(scores):
    return companion(record_for(scores), scores)


LETTERS = st.lists(letters(), min_size=1, max_size=12)
ANY = st.sampled_from(KINDS).flatmap(lambda kind: st.lists(kind, min_size=1, max_size=12))


# --- there and back ---------------------------------------------------------------------------


@given(ANY)
def test_it_is_read_as_it_was_written(scores):
    """Every column, or that there is none."""
    made = companion_of(scores)
    assert parse(str(made), record_for(scores), where=WHERE) == made


@given(ANY)
def test_the_same_answers_write_the_same_file(scores):
    """What is read is written again byte by byte: a diff shows changes of answers only."""
    made = companion_of(scores)
    again = parse(str(made), record_for(scores), where=WHERE)
    assert str(again) == str(made)
    assert str(made).count("\n") == 1
    assert str(made).isascii()


@given(LETTERS)
def test_probabilities_are_kept_closely(scores):
    """To half of 1/65,535; kept ones are kept exactly."""
    made = companion_of(scores)
    for score, kept in zip(scores, made.probabilities, strict=True):
        assert kept == rounded(kept)
        assert all(
            abs(told - value) <= 0.5 / 65_535 + 1e-12
            for told, value in zip(kept, score.probabilities, strict=True)
        )


@given(st.lists(texts(), min_size=1, max_size=12))
def test_texts_keep_their_lengths(scores):
    """Lengths of all texts of a question, and how many were cut, where that is known of all."""
    made = companion_of(scores)
    assert made.probabilities is None
    known = [score.truncated for score in scores]
    assert made.truncated == (None if None in known else tuple(known))
    lengths = [sum(map(len, score.texts)) for score in scores]
    assert made.lengths == (tuple(lengths) if any(lengths) else None)


@given(LETTERS, texts())
def test_a_column_is_of_all_questions(scores, text):
    """One question without probabilities, and there are none to compare."""
    assert companion_of([*scores, text]).probabilities is None


def test_it_is_small():
    """A baseline of 14,042 questions keeps all probabilities in some hundred kilobytes."""
    rng = random.Random(0)
    rows = []
    for _ in range(1000):
        weights = [rng.random() ** 8 for _ in range(4)]
        rows.append(tuple(weight / sum(weights) for weight in weights))
    made = Companion("0" * 32, tuple(map(rounded, rows)), None, None)
    assert len(str(made)) < 12_000


# --- what it belongs to -----------------------------------------------------------------------


@given(LETTERS)
def test_other_answers_are_refused(scores):
    """A companion that was left behind says nothing about the letters of today."""
    old = record_for(scores)
    for new in (
        replace(old, marks=old.marks.swapcase()),
        replace(old, questions=old.questions.replace("0123", "4567")),
    ):
        said = complaint(parse, str(companion(old, scores)), new, where=WHERE)
        assert said == (
            f"{WHERE}: belongs to other answers than the baseline beside it; restore both from "
            "version control, or remove it"
        )


@given(LETTERS)
def test_figures_and_accepted_regressions_are_no_answers(scores):
    """What a baseline says besides may change."""
    old = record_for(scores)
    new = replace(old, figures={}, accepted=("known",), model="other", setup="other")
    assert digest(old) == digest(new)


@given(st.lists(st.floats(-9, 9), min_size=1, max_size=5))
def test_scores_are_answers(values):
    """Where numbers are kept, another number is another answer."""
    old = record_of("", questions="5, 0123", scores=tuple(values))
    new = replace(old, scores=(*values[:-1], values[-1] + 1))
    assert digest(old) != digest(new)


# --- damage -------------------------------------------------------------------------------------


def damaged(text, rng):
    """One byte or a few: changed, lost, doubled, or cut off."""
    raw = bytearray(text.encode())
    at = rng.randrange(len(raw))
    match rng.randrange(5):
        case 0:
            raw[at] = rng.randrange(256)
        case 1:
            del raw[at : at + rng.randrange(1, 9)]
        case 2:
            raw[at:at] = raw[at : at + rng.randrange(1, 9)]
        case 3:
            del raw[at:]
        case 4:
            raw[at] ^= 1 << rng.randrange(8)
    return bytes(raw)


EXAMPLE = [
    Score(str(at), float(at % 2), at % 2, 1, 3, (at / 40, 0.5, 0.1), ("text",) * at, truncated=at)
    for at in range(1, 21)
]


def test_damage_is_one_line():
    """200 damaged files: each is refused in one line, or is read as what it still says, which is
    of the right shape.
    """
    rng = random.Random(1)
    record, whole = record_for(EXAMPLE), str(companion_of(EXAMPLE))
    refused = []
    for _ in range(200):
        text = damaged(whole, rng).decode("utf-8", "replace")
        with suppress(McqtestError):
            found = parse(text, record, where=WHERE)
            assert found.of == digest(record)
            columns = (found.probabilities, found.truncated, found.lengths)
            assert all(column is None or len(column) == len(EXAMPLE) for column in columns)
            continue
        refused.append(complaint(parse, text, record, where=WHERE))
    assert len(refused) > 150
    assert all(line.startswith(f"{WHERE}: ") for line in refused)


def packed(numbers, counts, *, compress=zlib.compress):
    raw = b"".join(number.to_bytes(2, "little") for number in numbers)
    return [counts, base64.b85encode(compress(raw)).decode()]


SHAPES = {
    "no object": "[]",
    "a number": "1",
    "nothing": "",
    "deep": "[" * 100_000,
    "no digest": {"of": None},
    "another version": {"format": 2},
    "no version": {"format": None},
    "a column that is none": {"probabilities": 1},
    "a pair too few": {"probabilities": [3]},
    "no base85": {"probabilities": [3, "\u00e9\u00e9"]},
    "no zlib": {"probabilities": [3, base64.b85encode(b"plain").decode()]},
    "no counts": {"probabilities": packed([1] * 6, 0)},
    "counts below 0": {"probabilities": packed([1] * 6, -3)},
    "counts of another kind": {"probabilities": packed([1] * 6, "33")},
    "counts that are fractions": {"probabilities": packed([1] * 6, [3.0, 3.0])},
    "other counts": {"probabilities": packed([1] * 6, [3, 4])},
    "counts that make up for each other": {"probabilities": packed([1] * 6, [7, -1])},
    "half a number": {
        "probabilities": packed([1] * 6, 3, compress=lambda raw: zlib.compress(raw[:-1]))
    },
    "cut off": {"probabilities": packed([1] * 6, 3, compress=lambda raw: zlib.compress(raw)[:-6])},
    "lengths below 0": {"lengths": [1, -1]},
    "lengths that are fractions": {"lengths": [1, 1.5]},
    "lengths that are none": {"lengths": [1, None]},
    "lengths that are true": {"lengths": [1, True]},
    "a length too many": {"lengths": [1, 2, 3]},
    "an object of lengths": {"lengths": {"1": 2}},
    "a word of lengths": {"truncated": "12"},
}


@pytest.mark.parametrize("shape", SHAPES)
def test_what_a_companion_cannot_be(shape):
    """Two questions of three choices, and something that is not what it should be."""
    record = record_of("Ab", questions="2, 0123")
    good = {"format": 1, "of": digest(record), "probabilities": packed([1] * 6, 3)}
    assert parse(json.dumps(good), record, where=WHERE).probabilities
    wrong = SHAPES[shape]
    text = wrong if isinstance(wrong, str) else json.dumps(good | wrong)
    said = complaint(parse, text, record, where=WHERE)
    assert said.startswith(f"{WHERE}: ")
    assert "restore" in said


@pytest.mark.parametrize("lost", [{"probabilities": None}, {"probabilities": []}, "another name"])
def test_probabilities_that_were_lost(lost):
    """The figures say that there were some; where they do not, there may have been none."""
    record = record_of("Ab", questions="2, 0123", figures={"accuracy": 0.5, "brier": 0.1})
    column = {"probabilities": packed([1] * 6, 3)}
    good = {"format": 1, "of": digest(record)}
    assert parse(json.dumps(good | column), record, where=WHERE).probabilities
    changed = {"probabilitis": column["probabilities"]} if isinstance(lost, str) else lost
    said = complaint(parse, json.dumps(good | changed), record, where=WHERE)
    assert said.endswith("companion is damaged; restore it from version control")
    texts_alone = replace(record, figures={"accuracy": 0.5})
    assert parse(json.dumps(good), texts_alone, where=WHERE).probabilities is None


def test_a_bomb_is_refused():
    """A few kilobytes that unpack to gigabytes are not unpacked."""
    raw = zlib.compress(bytes(2**26 + 2**20), 9)
    wrong = {"format": 1, "of": "0", "probabilities": [2, base64.b85encode(raw).decode()]}
    assert "damaged" in complaint(parse, json.dumps(wrong), record_of("A"), where=WHERE)


@pytest.mark.parametrize("count", [1, 2, 7])
def test_every_number_of_choices(count):
    """One choice alone, too; as many questions as there may be."""
    record = record_of("A" * 300)
    row = [1] * (300 * count)
    good = {"format": 1, "of": digest(record), "probabilities": packed(row, count)}
    found = parse(json.dumps(good), record, where=WHERE).probabilities
    assert [len(each) for each in found] == [count] * 300


# --- what it is for -----------------------------------------------------------------------------


@given(LETTERS)
def test_the_same_probabilities_are_no_change(scores):
    """Even to the last bit, for both sides are rounded as they are kept."""
    made = companion_of(scores)
    kept = parse(str(made), record_for(scores), where=WHERE)
    assert improved(kept, made, scores) == [0.0] * len(scores)


@given(LETTERS, st.data())
def test_an_improvement_is_that_of_the_brier_score(scores, data):
    """Its sum is the difference of the benchmark's Brier scores, to what is kept."""
    other = [
        replace(score, probabilities=data.draw(st.permutations(score.probabilities)))
        for score in scores
    ]
    other = [replace(score, probabilities=tuple(score.probabilities)) for score in other]
    moved = improved(companion_of(scores), companion_of(other), other)
    expected = brier(scores) - brier(other)
    assert sum(moved) / len(moved) == pytest.approx(expected, abs=1e-3)


@given(LETTERS, st.lists(texts(), min_size=1, max_size=3))
def test_without_probabilities_nothing_can_be_said(scores, said):
    """On either side."""
    some, none = companion_of(scores), companion_of(said)
    assert improved(some, none, scores) is None
    assert improved(none, some, scores) is None


def test_the_format_is_named():
    """A later one is refused by this reader."""
    told = json.loads(str(Companion("0", None, None, None)))
    assert (told["format"], told["of"]) == (companions.FORMAT, "0")
    assert told.keys() == {"format", "of", "weights", "sum"}


@given(LETTERS, st.data())
def test_whatever_is_changed_is_found(scores, data):
    """Also where a number stays a number: there is a checksum, and the weights are those of the
    record. A file of an earlier version has neither, and is read.
    """
    record = record_for(scores)
    told = json.loads(str(companion_of(scores)))
    earlier = {key: value for key, value in told.items() if key not in {"weights", "sum"}}
    assert parse(json.dumps(earlier), record, where=WHERE).probabilities
    key = data.draw(st.sampled_from(["of", "weights", "sum"]))
    turned = told | {key: told[key][::-1] + "0"}
    assert WHERE in complaint(parse, json.dumps(turned), record, where=WHERE)
    for lost in ("weights", "sum"):
        less = {name: value for name, value in told.items() if name != lost}
        assert WHERE in complaint(parse, json.dumps(less), record, where=WHERE)
    other = replace(record, weights="f" * 64)
    assert "other answers" in complaint(parse, json.dumps(told), other, where=WHERE)
