"""Text in columns of a terminal, where a Korean syllable takes two."""

from __future__ import annotations

from wcwidth import wcswidth, wcwidth


def width(text: str) -> int:
    """Columns that a text takes."""
    found = wcswidth(text)
    return found if found >= 0 else len(text)  # a control character has no width


def fitted(text: str, columns: int) -> str:
    """The text in exactly so many columns: cut, with a mark that says so, or padded."""
    if width(text) > columns:
        kept, taken = "", 0
        for character in text:
            taken += max(0, wcwidth(character))
            if taken > columns - 1:
                break
            kept += character
        text = f"{kept}…"
    return text + " " * (columns - width(text))
