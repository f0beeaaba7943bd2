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


def wrapped(text: str, columns: int) -> list[str]:
    """A sentence in lines of at most so many columns, broken at spaces; a longer word stands alone.
    Its indent stays, and further lines have two more.
    """
    indent = text[: len(text) - len(text.lstrip())]
    lines: list[str] = []
    for word in text.split():
        if lines and width(f"{lines[-1]} {word}") <= columns:
            lines[-1] += f" {word}"
        else:
            lines.append(f"{indent}{'  ' if lines else ''}{word}")
    return lines
