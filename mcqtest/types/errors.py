"""What the user can mend, as exceptions."""

from __future__ import annotations

import re
from collections.abc import Sequence

_UNSEEN = re.compile(
    "[\0-\x08\x0a-\x1f\x7f-\x9f"  # controls but for the tab, those of eight bits as well
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"  # what turns the direction of writing round
    "\u2028\u2029\ud800-\udfff]"  # ends of lines and of paragraphs; halves of characters
)


def printable(text: str, *, lines: bool = False) -> str:
    """A text for a terminal, where a name, an id or an answer could hold what moves the cursor,
    colours a verdict, or writes a line of its own: such characters are written as Python writes
    them. With ``lines`` it may have several.
    """
    return _UNSEEN.sub(
        lambda found: found[0] if lines and found[0] == "\n" else _escaped(found[0]), text
    )


def _escaped(char: str) -> str:
    return char.encode("unicode_escape").decode()


class McqtestError(Exception):
    """Something the user can mend. The message is one line: what, where, what to do.

    It ends the run (exit code 4), unless it is an `AnswerError`.
    """

    def __str__(self) -> str:
        return printable(super().__str__())


class AnswerError(McqtestError):
    """One question cannot be answered. Its case is an error; others go on."""


def several(names: Sequence[str], most: int = 5) -> str:
    """The first of these names, and how many more there are, for a message."""
    more = f", and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more


def one_line(
    error: BaseException, limit: int = 300, *, named: bool = False, whole: bool = False
) -> str:
    """What a library said, in one line of at most ``limit`` characters: its first line, or with
    ``whole`` all lines joined; with ``named`` the error's type before it. The type alone where
    nothing was said.
    """
    text = str(error).strip()
    said = " ".join(text.split()) if whole else next(iter(text.splitlines()), "")
    name = type(error).__name__
    if not said:
        return name
    return f"{name}: {said[:limit]}" if named else said[:limit]
