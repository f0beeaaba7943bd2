"""Choices as texts name them: by letter, by number, and by their own words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcqtest.answers.edition2.choices import Choices, Statement, folded, plain
from mcqtest.types import LETTERS

NOUNS = Choices(["The red ship", "a cold wind", "Waves", "x + 1"])
words = st.text(st.sampled_from("abcXYZ éß가나 "), min_size=1, max_size=12).filter(str.strip)
signs = st.text(st.sampled_from(" $\\{}()[]\"',.;:\n"), max_size=6)


@given(st.integers(0, 26))
def test_names_of_choices(count):
    """Letters of either case, and numbers that count from 1; none beyond the last choice."""
    known = Choices([""] * count)
    for index, letter in enumerate(LETTERS):
        expected = index if index < count else None
        assert known.named(letter) == known.named(letter.lower()) == expected
        assert known.named(str(index + 1)) == expected


@given(words, signs, signs)
def test_neither_case_nor_punctuation_count(text, before, after):
    """Around a choice's text and in its letters; what is folded stays as it is."""
    known = Choices([text, "else"])
    assert known.worded(f"{before}{text.upper()}{after}") == known.worded(text.lower()) == 0
    assert folded(folded(text)) == folded(text)
    assert known.worded(f"not {text}") is None


@given(st.lists(words, min_size=1, max_size=6))
def test_a_text_names_one_choice_or_none(texts):
    """A text that two choices have, but for case or signs, says nothing of either."""
    known = Choices(texts)
    every = [folded(text) for text in texts]
    for index, text in enumerate(texts):
        expected = index if every.count(folded(text)) == 1 else None
        assert known.worded(text) == expected
        assert known.text(index) == (None if expected is None else folded(text))


def test_choices_without_texts():
    """Nothing is found by its words where there are none, and no empty place is a choice."""
    known = Choices(["", " ", "."])
    assert known.texts == {}
    assert known.count == 3
    assert known.worded("") is known.worded(".") is known.content("...", 0) is None
    assert [known.text(index) for index in (0, None, 9)] == [None] * 3
    assert known.named("C") == 2


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (["4", "6"], True),
        (["ship", "-1.5"], True),
        (["$20,000", "wind"], True),
        (["10 m", "wind"], True),
        (["제 3", "바람"], True),
        (["ship", "wind"], False),
        (["3 ships that sail", "wind"], False),
        (["", ""], False),
        (["7", "7"], False),
    ],
)
def test_choices_that_are_numbers(texts, expected):
    """One is enough for a bare number to be a value and not the name of a choice."""
    assert Choices(texts).has_numbers == expected


# --- what stands at a place -------------------------------------------------------------------

CONTENTS = {
    "the red ship": 0,
    " : the red ship": 0,
    " :\nthe red ship": 0,
    "\n\nThe red ship\nand more": 0,
    "the red ship.": 0,
    "the red ship. It is old.": 0,
    "a cold wind; it blows": 1,
    "waves} and so on": 2,
    "\\text{waves}": 2,
    "**a cold wind**": 1,
    "Waves입니다.": 2,
    "waves이다. 왜냐하면": 2,
    "x + 1": 3,
    "the red": None,
    "the red ship sails": None,
    "no. The red ship": None,
    "no\nthe red ship": None,
    "the red ship, or a cold wind": None,
    "": None,
}


@pytest.mark.parametrize("text", CONTENTS)
@pytest.mark.parametrize("before", ["", "so it is"])
def test_what_stands_there(text, before):
    """A choice's whole text up to the end of line, sentence or brace; no part of one, and none
    that follows something else.
    """
    expected = CONTENTS[text]
    statement = None if expected is None else Statement(len(before), expected)
    assert NOUNS.content(plain(before + text), len(before)) == statement


def test_an_earlier_end_may_be_inside_a_choice():
    """A sentence ends inside one choice that begins like another: the longest counts."""
    known = Choices(["Yes", "Yes. It sails", "No"])
    assert known.content("Yes. It sails", 0).answer == 1
    assert known.content("Yes. It sinks", 0).answer == 0


def test_how_far_is_looked():
    """Four hundred characters and eight sentences, so that a long text costs no more than it."""
    for length, expected in ((400, 0), (401, None)):
        known = Choices(["x" * length, "y"])
        found = known.content("x" * length, 0)
        assert (found and found.answer) == expected
    for count, expected in ((8, 0), (9, None)):
        sentences = ["one"] * count
        known = Choices([". ".join(sentences), "y"])
        found = known.content(". ".join(sentences) + ". And more", 0)
        assert (found and found.answer) == expected


# --- plain forms ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("**bold** and `code`", "bold and code"),
        ("\uff21\uff1a \uff08\uff12\uff09", "A: (2)"),
        ("\u201cquoted\u201d \u2018it\u2019s\u2019", "\"quoted\" 'it's'"),
        ("\\text{B} \\mathrm{C}", "{B} {C}"),
        ("a\\,b\\quad c", "a b  c"),
        ("<b>B</b>", " B "),
        ("B</s>", "B "),
        ("B<|im_end|>", "B "),
        ("~~A~~ B", "  B"),
        ("\u3010B\u3011", "[B]"),
        ("\u2461", "2번"),
        ("\u24b7", "B"),
        ("B\u200b\ufeff", "B"),
    ],
)
def test_plain_forms(text, expected):
    """Emphasis, LaTeX, other brackets, circles and marks of a model's format are no text."""
    assert plain(text) == expected


@given(st.text(st.characters(min_codepoint=32, max_codepoint=126, exclude_characters="*`\\<~_")))
def test_plain_text_stays_as_it_is(text):
    """Letters, figures and signs of ordinary English are read as they were written."""
    assert plain(text) == text
