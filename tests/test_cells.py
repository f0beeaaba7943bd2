"""Texts of others in columns: `mcqtest.report.cells`."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcqtest.report.cells import OFF, ON, beside, clipped, highlighted, inert, wrapped
from mcqtest.report.columns import width
from mcqtest.types import printable

TEXTS = st.text(
    st.sampled_from("ab 한\t\n\x1b[2J\u202e\x9b\ud800.\x0e\x0f"), max_size=80
) | st.text(max_size=80)


def bare(line):
    return line.replace(ON, "").replace(OFF, "")


@given(TEXTS, st.integers(8, 60))
def test_nothing_is_lost_but_blanks(text, columns):
    """Every line fits, and all that is not blank is there, in order."""
    lines = wrapped(inert(text), columns)
    assert all(width(line) <= columns for line in lines)
    assert "".join("".join(lines).split()) == "".join(inert(text).split())


@given(TEXTS, st.data(), st.integers(8, 60))
def test_a_highlight_ends_on_its_line(text, data, columns):
    """So a pager that shows some of the lines does not colour the others."""
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    lines = wrapped(highlighted(text, (start, end)), columns)
    for line in lines:
        marks = [char for char in line if char in {ON, OFF}]
        assert marks == [ON, OFF] * (len(marks) // 2)
    on = "".join(part.partition(OFF)[0] for line in lines for part in line.split(ON)[1:])
    assert "".join(on.split()) == "".join(inert(text[start:end]).split())


@given(TEXTS)
def test_what_a_terminal_would_obey_is_written_out(text):
    """Whatever the text holds, the marks of highlights among it."""
    assert printable(inert(text), lines=True) == inert(text)


@given(st.text("abc ", min_size=1, max_size=300), st.data(), st.integers(30, 200))
def test_the_place_stays_where_a_text_is_cut(text, data, most):
    """And what stands there; a text that fits is left alone."""
    start = data.draw(st.integers(0, len(text) - 1))
    span = start, min(len(text), start + data.draw(st.integers(1, 5)))
    shown, place = clipped(text, span, most)
    assert (shown == text) == (len(text) <= most or "left out" not in shown)
    if place is not None:
        assert shown[slice(*place)] == text[slice(*span)]
    else:
        assert span[0] < most // 3 < span[1]  # where it is cut
    assert len(shown) <= most + most // 4 + 100


def test_lines_break_at_blanks():
    """Words are whole where they can be; Korean takes two columns a syllable."""
    assert wrapped("the best evidence rule", 10) == ["the best", "evidence", "rule"]
    assert wrapped("증거법 증거법", 8) == ["증거법", "증거법"]
    assert wrapped("abcdefghij", 4) == ["abcd", "efgh", "ij"]
    assert wrapped("", 10) == [""]


@pytest.mark.parametrize("left", [["가나", f"{ON}가{OFF}"], ["abcd", "ab"]])
def test_two_columns_are_aligned(left):
    """By what is seen of them."""
    lines = [bare(line) for line in beside(left, ["x", "y", "z"], 6)]
    assert {width(line.partition("|")[0]) for line in lines} == {7}
