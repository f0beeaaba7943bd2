"""Text in columns of a terminal, where a Korean syllable takes two."""

from __future__ import annotations

from wcwidth import wcswidth


def width(text: str) -> int:
    """Columns that a text takes."""
    found = wcswidth(text)
    return found if found >= 0 else len(text)  # a control character has no width


def fitted(text: str, columns: int) -> str:
    """The text in exactly so many columns: cut, with a mark that says so, or padded."""
    if width(text) > columns:
        while text and width(text) > columns - 1:  # a character may change the width of another
            text = text[:-1]
        text += "…"
    return text + " " * (columns - width(text))
