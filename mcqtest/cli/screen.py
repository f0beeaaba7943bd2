"""Answers of commands as a terminal, a pipe or another program may have them."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys

from mcqtest.types import printable

_ON, _OFF = "\x0e", "\x0f"
"""What highlighted text stands between (`mcqtest.report.ON`, which is dear to import)."""

_IN_JSON = re.compile(
    "[<\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2028\u2029\u2066-\u2069\ud800-\udfff]"
)
"""What a browser or a terminal that JSON is shown in would obey."""


def shown(text: str, *, colours: bool) -> str:
    """A text with its highlights in colours, or between marks. All else that a terminal would obey
    is written out.
    """
    on, off = ("\x1b[7m", "\x1b[27m") if colours else (">>", "<<")
    marks = {_ON: on, _OFF: off}
    parts = re.split(f"([{_ON}{_OFF}])", text)
    return "".join(marks[part] if part in marks else printable(part, lines=True) for part in parts)


def has_colours() -> bool:
    """Whether answers are read in a terminal whose owner wants colours (no-color.org)."""
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR")


def plain(text: str) -> str:
    """JSON that says the same and holds nothing to obey."""
    return _IN_JSON.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def paged(text: str) -> bool:
    """Show it page by page in a terminal; False where it fits on one, or there is nothing to do it
    with (``$PAGER``, else ``less``).
    """
    command = shlex.split(os.environ.get("PAGER") or "less")
    fits = text.count("\n") < shutil.get_terminal_size().lines - 1
    if fits or not command or shutil.which(command[0]) is None:
        return False
    environment = {"LESS": "FRX", **os.environ}  # R: colours, and nothing else of what it is given
    raw = text.encode("utf-8", "backslashreplace")
    subprocess.run(command, input=raw, env=environment, check=False)  # noqa: S603  the user's own
    return True
