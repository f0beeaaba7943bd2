"""What the user can mend, as exceptions."""

from __future__ import annotations

from collections.abc import Sequence


class McqtestError(Exception):
    """Something the user can mend. The message is one line: what, where, what to do.

    It ends the run (exit code 4), unless it is an `AnswerError`.
    """


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
