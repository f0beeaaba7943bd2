"""What ends a thought that a model has begun, letter by letter (`mcqtest.answers.thoughts` says by
which patterns either is found).
"""

from __future__ import annotations

import re

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
