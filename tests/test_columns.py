"""Text in columns of a terminal: a Korean syllable takes two, however it is written."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcqtest.report.columns import fitted, width, wrapped

syllables = st.characters(min_codepoint=0xAC00, max_codepoint=0xD7A3)
korean = st.text(syllables, max_size=30)
composed = st.text(
    st.one_of(
        syllables,
        st.characters(min_codepoint=0x3131, max_codepoint=0x318E),  # letters that stand alone
        st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF),  # Chinese, as in law
        st.characters(min_codepoint=0xFF01, max_codepoint=0xFF5E),  # full width
        st.characters(min_codepoint=0x20, max_codepoint=0x7E),
        st.sampled_from("·…—éß"),
    ),
    max_size=40,
)
texts = st.one_of(composed, korean.map(lambda text: unicodedata.normalize("NFD", text)))
columns = st.integers(1, 60)


@given(texts, columns)
def test_exactly_so_many_columns(text, n):
    """Cut or padded, a text takes the columns it is given, and not one more or less."""
    assert width(fitted(text, n)) == n


@given(texts, columns)
def test_what_fits_is_whole(text, n):
    """A text with room enough is followed by spaces alone."""
    room = width(text) + n - 1
    assert fitted(text, room) == text + " " * (n - 1)


@given(texts, columns)
def test_cut_text_is_its_beginning(text, n):
    """What is cut starts as the text does, ends with the mark, and leaves no room for more."""
    if width(text) <= n:
        return
    kept, mark, rest = fitted(text, n).rpartition("…")
    assert mark == "…"
    assert rest in ("", " ")  # a syllable is two columns wide
    assert text.startswith(kept)
    assert len(kept) < len(text)
    assert width(kept) >= n - 2


@given(korean, columns)
def test_decomposed_hangul_is_as_wide(text, n):
    """Syllables in letters, as some systems write them, take the columns of whole ones."""
    apart = unicodedata.normalize("NFD", text)
    assert width(apart) == width(text) == 2 * len(text)
    assert unicodedata.normalize("NFC", fitted(apart, n)) == fitted(text, n)


@given(composed, composed)
def test_widths_add_up(one, two):
    """Two texts side by side take as many columns as each by itself."""
    assert width(one + two) == width(one) + width(two)


@pytest.mark.parametrize(
    ("text", "n", "expected"),
    [
        ("", 3, "   "),
        ("의사", 6, "의사  "),
        ("의사", 4, "의사"),
        ("의사", 3, "의…"),
        ("변리사", 5, "변리…"),
        ("변리사", 4, "변… "),
        ("변리사", 1, "…"),
        ("law", 2, "l…"),
        ("민법 I", 6, "민법 I"),
        ("민법 II", 6, "민법 …"),
    ],
)
def test_known_texts(text, n, expected):
    """Half a syllable is no syllable: its other column stays empty."""
    assert fitted(text, n) == expected


def test_a_control_character():
    """A text that no terminal can place is measured by its length, and is no error."""
    assert width("a\tb") == 3
    assert width(fitted("a\tb", 5)) == 5


@given(st.lists(st.text(syllables, min_size=1, max_size=5), min_size=1), st.integers(14, 60))
def test_a_sentence_is_wrapped_at_spaces(words, n):
    """No line is too long, no word is lost, and what follows stands further in."""
    lines = wrapped(f"  {' '.join(words)}", n)
    assert max(map(width, lines)) <= n
    assert " ".join(lines).split() == words
    assert all(line.startswith("    ") for line in lines[1:])
