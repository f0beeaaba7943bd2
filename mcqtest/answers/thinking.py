"""How a run tells thoughts from answers: by the known marks (`mcqtest.answers.thoughts`), or by
others that somebody names; and what ends a thought that a model has begun.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from mcqtest.answers.thoughts import MARKS, Mark, Said, said

_CLOSINGS = (
    (r"<\|channel\|>", "<|end|><|start|>assistant<|channel|>final<|message|>"),
    (r"<\|channel>", "<channel|>"),
    (r"<\|START_(\w+)\|>", r"<|END_\1|><|START_RESPONSE|>"),
    (r"<\|begin_of_(\w+)\|>", r"\n<|end_of_\1|>\n\n<|begin_of_solution|>\n"),
    (r"\[(\w+)\]", r"[/\1]"),
    (r"([<\u25c1])([|\uff5c]?)([\w:]+)([|\uff5c]?)([>\u25b7])", r"\n\1\2/\3\4\5\n\n"),
    (r"here is my thought process:", "\nHere is my response:"),
)
"""How a thought begins -> how it ends. Around tags the line ends stand that their models write."""


def closing(opened: str) -> str:
    """What ends a thought that begins like ``opened``; as ``<think>`` is ended, where nobody
    knows.
    """
    for opens, closes in _CLOSINGS:
        if found := re.match(opens, opened.strip(), re.IGNORECASE):
            return found.expand(closes)
    return "\n</think>\n\n"


_NOTHING = r"(?!)"
"""A pattern that nothing has."""


@dataclass(frozen=True, slots=True)
class Thoughts:
    """Where thoughts are in texts."""

    pair: tuple[str, str] | None = None
    """(opening, closing), where these are none of the known marks; without an opening one every
    text begins inside a thought, as texts do whose prompt opened it.
    """

    def __str__(self) -> str:
        """As a baseline has it; empty where marks are the known ones."""
        if self.pair is None:
            return ""
        opens, closes = self.pair
        return f"thoughts between {opens!r} and {closes!r}" if opens else f"thoughts to {closes!r}"

    def said(self, text: str) -> Said:
        """What of a text is no thought."""
        if self.pair is None:
            return said(text)
        opens, closes = self.pair
        own = Mark.literal(opens, closes) if opens else Mark("own", _NOTHING, re.escape(closes))
        return said(text, marks=(own, *MARKS), inside=not opens)

    def closing(self, opened: str) -> str:
        """What ends a thought that begins like ``opened``."""
        return closing(opened) if self.pair is None else self.pair[1]


KNOWN = Thoughts()
