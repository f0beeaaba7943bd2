"""Texts of others in columns of a terminal: wrapped at a width that Korean counts twice in, with
what could move the cursor written out, and with places that are highlighted.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from wcwidth import wcwidth

from mcqtest.report.columns import width
from mcqtest.types import printable

ON, OFF = "\x0e", "\x0f"
"""Around what is highlighted; whoever prints it puts colours or marks in their place. No text of
others can hold them, for they are written out there."""

Span = tuple[int, int]


def inert(text: str) -> str:
    """A text of others as a terminal may have it; it may have several lines."""
    return printable(text.replace("\r\n", "\n").expandtabs(4), lines=True)


def highlighted(text: str, span: Span | None) -> str:
    """The same, with one place of it highlighted."""
    if span is None:
        return inert(text)
    start, end = span
    return f"{inert(text[:start])}{ON}{inert(text[start:end])}{OFF}{inert(text[end:])}"


def clipped(text: str, span: Span | None, most: int) -> tuple[str, Span | None]:
    """A long text cut down to about ``most`` characters: how it begins, and what stands around the
    place, or how it ends; and where the place is in it.
    """
    if len(text) <= most + most // 4:  # what is left out has to be worth the hole
        return text, span
    head = most // 3
    at = span[0] if span else len(text)
    start = max(head, min(at - most // 3, len(text) - (most - head)))
    end = max(start + most - head, span[1] if span else 0)
    if start <= head + most // 8:
        start = head
    left = text[:head] + (
        f" [... {start - head:,} characters left out ...] " if start > head else ""
    )
    right = f" [... {len(text) - end:,} characters left out]" if end < len(text) else ""
    if span is None or span[0] < head:
        moved = span if span and span[1] <= head else None
    else:
        shift = len(left) - start
        moved = span[0] + shift, span[1] + shift
    return left + text[start:end] + right, moved


def wrapped(text: str, columns: int) -> list[str]:
    """Lines of at most so many columns, broken at blanks where there are any; a highlighted place
    that goes over several lines is one on each. ``text`` is made by `highlighted` or `inert`.
    """
    lines: list[str] = []
    on = False
    for line in text.split("\n"):
        for part in _broken(line, max(4, columns)):
            opened = ON * on + part
            for char in part:
                on = char == ON if char in {ON, OFF} else on
            lines.append(opened + OFF * on)
    return lines


def _broken(line: str, columns: int) -> Iterator[str]:
    """A line in pieces. The blanks at a break are left out."""
    while _width(line) > columns:
        at, used, blank = 0, 0, -1
        while at < len(line) and used + _columns(line[at]) <= columns:
            if line[at] == " ":
                blank = at
            used += _columns(line[at])
            at += 1
        if at < len(line) and line[at] == " ":
            blank = at
        stop = blank if blank > 0 and line[:blank].strip() else max(at, 1)
        yield line[:stop].rstrip(" ")
        line = line[stop:].lstrip(" ")
    yield line


def _columns(char: str) -> int:
    return max(0, wcwidth(char)) if char not in {ON, OFF} else 0


def _width(line: str) -> int:
    return width(line.replace(ON, "").replace(OFF, ""))


def padded(line: str, columns: int) -> str:
    return line + " " * (columns - _width(line))


def beside(left: Sequence[str], right: Sequence[str], columns: int, gap: str = " | ") -> list[str]:
    """Two columns of lines, the left one so many columns wide."""
    rows = max(len(left), len(right))
    pairs = [(_line(left, row), _line(right, row)) for row in range(rows)]
    return [f"{padded(one, columns)}{gap}{other}".rstrip() for one, other in pairs]


def _line(lines: Sequence[str], row: int) -> str:
    return lines[row] if row < len(lines) else ""
