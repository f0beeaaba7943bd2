"""A baseline file says what was recorded, and a damaged one says so."""

import difflib
from dataclasses import fields, replace

import pytest
from builders import complaint, record_of
from hypothesis import given
from hypothesis import strategies as st
from strategies import judged, results_of

from mcqtest.gate.record import Record, parse, record
from mcqtest.metrics import STANDARD
from mcqtest.types import LETTERS, McqtestError, Question, Result

PATH = "baselines/small/toy/tides.txt"
MARKS = LETTERS + LETTERS.lower() + "-+*"
FIGURES = ("accuracy", "ece", "brier")

some_marks = st.text(MARKS, min_size=1, max_size=130)
words = st.text(min_size=1).map(lambda text: " ".join(text.split())).filter(bool)
records = st.builds(
    record_of,
    some_marks,
    asking=words,
    model=words,
    weights=words,
    setup=words,
    figures=st.dictionaries(
        st.sampled_from(FIGURES), st.integers(-(10**5), 10**5).map(lambda value: value / 10**4)
    ),
    accepted=st.lists(words, max_size=3).map(tuple),
)


def read(text):
    """Parse as a file of that path."""
    return parse(text, where=PATH)


@given(records)
def test_round_trip(made):
    """Whatever is recorded is read again, and written again it is the same text."""
    assert read(str(made)) == made
    assert str(read(str(made))) == str(made)


@given(records)
def test_line_ends_do_not_matter(made):
    """Version control may write CRLF, and an editor may drop the last line end."""
    assert read(str(made).replace("\n", "\r\n")) == made
    assert read(str(made).rstrip("\n")) == made


def test_the_text_is_made_to_be_read():
    """Fifty letters a line in tens, numbered; the head above them."""
    made = record_of("ABCDabcd-+*" + "A" * 50, accepted=("known typo",))
    assert str(made) == (
        "mcqtest baseline 1\n"
        "benchmark  toy\n"
        "task       tides\n"
        "questions  61, 0123456789abcdef\n"
        "asking     toy_style, 2 shots, letters, prompts 0123\n"
        "model      small\n"
        "weights    abcdef\n"
        "setup      transformers 5, float32 on cpu\n"
        "figures    accuracy 0.5000, ece 0.1234\n"
        "accepted   known typo\n"
        "\n"
        "    0  ABCDabcd-+ *AAAAAAAAA AAAAAAAAAA AAAAAAAAAA AAAAAAAAAA\n"
        "   50  AAAAAAAAAA A\n"
    )


def result(answer, gold, choices=4):
    """A result without probabilities."""
    return Result(Question("?", ("x",) * choices, gold, "0"), answer, None, 0)


def recorded(items):
    """The record of these results."""
    scores = [item.score for item in items]
    about = {"model": "m", "weights": "w", "setup": "s"}
    return record(results_of(items), scores, metrics=STANDARD, **about)


@pytest.mark.parametrize(
    ("found", "mark"),
    [
        (result(2, 2), "C"),
        (result(2, 1), "c"),
        (result(None, 1), "-"),
        (result(25, 25, 30), "Z"),
        (result(25, 0, 30), "z"),
        (result(26, 26, 30), "+"),
        (result(29, 0, 30), "*"),
    ],
)
def test_marks(found, mark):
    """Capital and + are right, small and * are wrong, - could not be read."""
    made = recorded([found])
    assert made.marks == mark
    assert made.correct == [found.correct]
    assert made.accuracy == found.correct


@given(st.lists(judged(readable=False), min_size=1, max_size=70))
def test_a_record_is_right_where_the_results_are(items):
    """Marks, correctness, accuracy and number are those of the results."""
    made = recorded(items)
    assert made.correct == [item.correct for item in items]
    assert made.accuracy == pytest.approx(made.figures["accuracy"])
    assert made.questions == f"{len(items)}, questions"
    assert (made.benchmark, made.task, made.asking) == ("sea", "tides", "asking")
    rounded = {name: round(value, 4) for name, value in made.figures.items()}
    assert read(str(made)) == replace(made, figures=rounded)


@given(some_marks, st.data())
def test_one_changed_answer_is_one_changed_line(marks, data):
    """A diff shows the answers that changed and no others."""
    at = data.draw(st.integers(0, len(marks) - 1))
    mark = data.draw(st.sampled_from(MARKS).filter(lambda each: each != marks[at]))
    one, two = record_of(marks), record_of(marks[:at] + mark + marks[at + 1 :])
    diff = difflib.ndiff(str(one).splitlines(), str(two).splitlines())
    changed = [line for line in diff if line[0] in "+-"]
    assert [line[0] for line in changed] == ["-", "+"]
    assert all(line[2:].startswith(f"{at // 50 * 50:>5}  ") for line in changed)


# --- damage -----------------------------------------------------------------------------------

WHOLE = str(record_of("ABCDabcd" * 15, accepted=("known typo",)))


def refused_or_read(text):
    """Damage is told in one line that names the file, or it is what the file now says."""
    try:
        found = read(text)
    except McqtestError:
        assert complaint(read, text).startswith(PATH)
    else:
        assert str(found).split() == text.split()


@given(
    st.integers(0, len(WHOLE) - 1),
    st.sampled_from(["", " ", "\n", "\t", "²", "٣", "\0", "\u2028", *"Aa-+0159,x"]),
    st.booleans(),
)
def test_one_damaged_character(at, character, insert):
    """Nothing in a file is passed over: no other text has the meaning of the whole one."""
    refused_or_read(WHOLE[:at] + character + WHOLE[at + (not insert) :])


@given(st.text("ABab-+*0123456789 \n\t²٣,q", max_size=60), st.integers(0, len(WHOLE)))
def test_text_in_the_middle(text, at):
    """The same for longer additions."""
    refused_or_read(WHOLE[:at] + text + WHOLE[at:])


@given(st.text() | st.text().map(lambda text: f"mcqtest baseline 1\n{text}"))
def test_any_text_is_refused(text):
    """What is no baseline is never taken for one, and never a traceback."""
    assert complaint(read, text).startswith(PATH)


@given(st.integers(0, len(WHOLE) - 2))
def test_a_cut_file_is_refused(at):
    """Half a file, as after a full disk, is no baseline of fewer questions."""
    assert complaint(read, WHOLE[:at]).startswith(PATH)


@pytest.mark.parametrize("line", range(1, len(WHOLE.splitlines())))
def test_a_missing_or_doubled_line(line):
    """Each line counts, and stands once; only accepted reasons may be none or several."""
    lines = WHOLE.splitlines()
    without = "\n".join(lines[:line] + lines[line + 1 :])
    doubled = "\n".join([*lines[:line], lines[line], *lines[line:]])
    if lines[line].startswith("accepted"):
        assert read(without).accepted == ()
        assert read(doubled).accepted == ("known typo",) * 2
    elif lines[line]:
        assert complaint(read, without).startswith(PATH)
        assert complaint(read, doubled).startswith(PATH)
    else:
        assert read(without) == read(doubled) == read(WHOLE)


def test_a_bad_merge_is_refused():
    """Both sides of a conflict, with or without its markers, are nobody's baseline."""
    other = WHOLE.splitlines()
    other[5] = "model      large"
    for sides in (["<<<<<<< HEAD", "=======", ">>>>>>> x"], ["", "", ""]):
        merged = WHOLE.splitlines()
        merged[5:6] = [sides[0], merged[5], sides[1], other[5], sides[2]]
        assert complaint(read, "\n".join(merged)).startswith(PATH)


def test_another_version_is_refused():
    """Also a newer format, which this version cannot know."""
    message = complaint(read, WHOLE.replace("baseline 1", "baseline 3", 1))
    assert "'mcqtest baseline 3' where 'mcqtest baseline 1' stands" in message
    assert complaint(read, WHOLE.replace("baseline 1", "baseline 2", 1)).startswith(PATH)


def test_every_field_is_in_the_text():
    """A field that is not written would be lost, and two different records look alike."""
    made = record_of("Ab", accepted=("why",))
    others = {"figures": {"ece": 1.0}, "marks": "AB", "accepted": (), "scores": (1.0, 0.5)}
    for field in fields(Record):
        other = others.get(field.name, "9, other")
        assert str(replace(made, **{field.name: other})) != str(made)


def test_a_missing_row_is_named_by_its_line():
    """The one that stands where it should, counted as an editor does."""
    text = str(record_of("A" * 120))
    lines = text.splitlines()
    at = next(number for number, line in enumerate(lines) if line.startswith("   50"))
    del lines[at]
    assert f"line {at + 1}: answers are missing before it" in complaint(read, "\n".join(lines))
