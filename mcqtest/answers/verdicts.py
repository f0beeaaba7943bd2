"""Choices that are judged one by one: all but one are told to be wrong, or one alone has a tick."""

from __future__ import annotations

import re

from mcqtest.answers.choices import Choices, Place

_TICK = re.compile(
    r"[\u2713\u2714\u2705\u2611]|\b(?:correct|right|true|yes)\b[\s.!)\]|]{0,6}$", re.IGNORECASE
)
_MARKED = re.compile(r"[\u2713\u2714\u2705\u2611]\s*\Z")
_CROSS = re.compile(
    r"[\u2717\u2718\u274c\u2715\u2716\xd7]"
    r"|\b(?:incorrect|wrong|false|no|not (?:correct|right|true))\b"
    r"[\s.!)\]|]{0,6}$",
    re.IGNORECASE,
)
_VERDICT = re.compile(
    r"^[\s>#|-]{0,8}(?:\[([ x])\] )?(?:option |choice )?\(?([A-Z])(?:[).:|\s-]{1,4})(.{0,400})$",
    re.MULTILINE | re.IGNORECASE,
)


def ticked(text: str, known: Choices) -> Place | None:
    """The only choice that is told to be right, where the others are told to be wrong, or all
    choices stand there and one of them alone has a tick.
    """
    right: list[re.Match[str]] = []
    wrong, told = set(), set()
    for match in _VERDICT.finditer(text):
        box, name, said = match.groups()
        told.add(name.upper())
        if box == " " or (box is None and _CROSS.search(said)):
            wrong.add(name.upper())
        elif box or _TICK.search(said):
            right.append(match)
    if len(right) != 1 or right[0][2].upper() in wrong:
        return None
    every = len(told) == known.count > 2 and known.texts and _MARKED.search(right[0][3])
    if len(wrong) < (1 if right[0][1] else min(2, known.count - 1)) and not every:
        return None
    index = known.named(right[0][2])
    return None if index is None else Place(*right[0].span(2), index)


_JUDGED = re.compile(
    r"\b([A-Z])\)?[.:]?\s(?:is\s)?(?:(right|correct|true|yes)|(?:wrong|incorrect|false|no|not))\b",
    re.IGNORECASE,
)


def judged(text: str, known: Choices) -> Place | None:
    """The same of verdicts on one line: one is right, and at least two others are wrong."""
    verdicts = [match for match in _JUDGED.finditer(text) if match[1].isupper()]
    right = {match[1]: match for match in verdicts if match[2]}
    wrong = {match[1] for match in verdicts if not match[2]} - {*right}
    if len(right) != 1 or len(wrong) < 2:
        return None
    (name, match), *_ = right.items()
    return Place(*match.span(1), known.named(name))
