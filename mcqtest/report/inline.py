"""Texts of others in a line of Markdown."""

from __future__ import annotations

import re
from html import escape

from mcqtest.types import printable


def plain(text: str) -> str:
    """A text that is nothing but text, in a line or a cell of a table."""
    shown = re.sub(r"([\\`*_\[\]|~$])", r"\\\1", escape(printable(text), quote=False))
    # An empty comment ends what would become a mention, a number of an issue, or a link.
    return re.sub(r"(@|(?<!&)#|(?i:https?:|ftp:|www))", r"\1<!-- -->", shown)
