"""What people are told: in one line, and with nothing in it that a terminal obeys."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcqtest.types import AnswerError, McqtestError, one_line, printable


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (ValueError("one\ntwo"), "ValueError: one"),
        (KeyError(), "KeyError"),
        (ValueError("\n\n  late"), "ValueError: late"),
        (ValueError("x" * 99), f"ValueError: {'x' * 20}"),
    ],
)
def test_an_error_in_one_line(error, expected):
    """Its type, and the first line of what it says, as far as there is room."""
    assert one_line(error, 20, named=True) == expected
    assert one_line(error, 20) == expected.removeprefix("ValueError: ")


def test_all_lines_in_one():
    """Where the first says little; blanks in a row are one, and there is no more than asked for."""
    assert one_line(ValueError(" one\n\n  two\tthree "), 11, whole=True) == "one two thr"


@given(st.text())
def test_what_a_terminal_is_shown(text):
    """Nothing that moves its cursor or turns writing round; all that people read stays as it is."""
    shown = printable(text)
    left = {unicodedata.category(each) for each in shown if each != "\t"}
    assert not left & {"Cc", "Cs", "Zl", "Zp"}
    assert not set(shown) & set("\x1b\x9b\x7f\r\n\u202e\u2066")
    assert printable(shown) == shown
    if text.isprintable():
        assert shown == text


@pytest.mark.parametrize(
    "text", ["한국어 능력", "a\u3000b", "x\u00a0y", "\U0001f468\u200d\U0001f469", "½ = ⅔", "a\tb"]
)
def test_other_scripts_stay(text):
    """Korean, wide and hard spaces, pictures that are joined of several."""
    assert printable(text) == text
    assert str(McqtestError(text)) == text


def test_lines():
    """A sentence of ours may have several; a message of a mistake has one, whatever it names."""
    assert printable("a\n\x1b[1mb", lines=True) == "a\n\\x1b[1mb"
    assert str(AnswerError("a\nMAY SHIP\x85")) == "a\\nMAY SHIP\\x85"
