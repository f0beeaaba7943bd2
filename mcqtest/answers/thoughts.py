r"""What a model thinks before it answers: the marks around it, and what is left without it.

A thought is no answer, whatever it states. What follows the last closing mark was said, up to a new
thought; a thought that never ends leaves nothing. Any closing mark ends any thought, and needs no
opening one, since many templates open the thought themselves: then it is not in the text.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple


class Mark(NamedTuple):
    """How a family of models begins and ends a thought: two patterns, compared without case."""

    family: str
    opens: str
    closes: str

    @classmethod
    def literal(cls, opens: str, closes: str) -> Mark:
        """Marks of one's own, letter by letter."""
        return cls("own", re.escape(opens), re.escape(closes))


_TAG = (
    r"(?:[a-z]{1,12}:)?(?:think|thinking|thoughts?|reasoning|scratchpad|reflection|reflect|"
    r"analysis|thought_process|inner_monologue|思考|생각)"
)
_TOLD = "(?:thinking|thoughts?|reasoning)"

MARKS = (
    Mark(
        "tags: <think>, <seed:think>, <|think|>",
        rf"<[|\uff5c]?{_TAG}[|\uff5c]?>",
        rf"<[|\uff5c]?/{_TAG}[|\uff5c]?>",
    ),
    Mark("Kimi", rf"\u25c1{_TAG}\u25b7", rf"\u25c1/{_TAG}\u25b7"),
    Mark("Magistral", r"\[THINK\]", r"\[/THINK\]"),
    Mark(
        "words: <|START_THINKING|>, <|begin_of_thought|>",
        rf"<\|(?:start|begin)_(?:of_)?{_TOLD}\|>",
        rf"<\|(?:end_(?:of_)?{_TOLD}|start_response|begin_of_solution)\|>",
    ),
    Mark(
        "channels: gpt-oss",
        r"<\|channel\|>\s?(?:analysis|commentary)\b",
        r"<\|channel\|>\s?final\b(?:\s?<\|constrain\|>\s?\w{1,20})?\s?(?:<\|message\|>)?",
    ),
    Mark(
        "channels without their marks, where special tokens were dropped",
        r"\A\s{0,4}(?:assistantanalysis|analysis(?=[\w\"'(\[*$\\]|[\s\S]*assistantfinal)"
        r"|(?=assistantfinal|final(?-i:[A-Z(*])))",
        r"assistantfinal|\A\s{0,4}final(?-i:(?=[A-Z(*]))",
    ),
    Mark("Gemma", r"<\|channel>\s?thought\b", r"<channel\|>"),
    Mark("Granite", r"\A\s{0,4}here is my thought process:", r"^here is my response:"),
)
"""Families of marks: a row each. One that begins a text (``\\A``) is looked for there alone."""


class Said(NamedTuple):
    """What of a text is no thought: ``text[start:end]``."""

    start: int
    end: int
    is_cut: bool
    """A thought never ended, so that what should have followed it is not there."""


def said(text: str, *, marks: Sequence[Mark] = MARKS, inside: bool = False) -> Said:
    """What ``text`` says after its thoughts; ``inside``: it begins within one, which its prompt
    opened. Linear in the length of the text.
    """
    start, opened = 0, 0 if inside else None
    for match in _pattern(text, marks).finditer(text):
        if match.lastindex and match.lastindex % 2 == 0:
            start, opened = match.end(), None
        elif opened is None:
            opened = match.start()
    return Said(start, len(text) if opened is None else opened, opened is not None)


def without(text: str, *, marks: Sequence[Mark] = MARKS, inside: bool = False) -> str:
    """``text`` without its thoughts; empty where one that it begins with never ends."""
    found = said(text, marks=marks, inside=inside)
    return text[found.start : found.end]


def _pattern(text: str, marks: Sequence[Mark]) -> re.Pattern[str]:
    """Of all marks that may be in ``text``: those that do not begin it would slow every search."""
    rows = _beginning(tuple(marks))
    return _compiled(tuple(mark for mark, opens in rows if opens is None or opens.match(text)))


@lru_cache(maxsize=32)
def _beginning(marks: tuple[Mark, ...]) -> list[tuple[Mark, re.Pattern[str] | None]]:
    """Each mark, and how a text begins that may have it; None where that may be anywhere."""
    return [
        (each, re.compile(each.opens, re.IGNORECASE) if each.opens.startswith(r"\A") else None)
        for each in marks
    ]


@lru_cache(maxsize=32)
def _compiled(marks: tuple[Mark, ...]) -> re.Pattern[str]:
    """Groups with odd numbers stand behind what opens, those with even ones behind what closes."""
    both = (f"(?:{opens})()|(?:{closes})()" for _, opens, closes in marks)
    return re.compile("|".join(both), re.IGNORECASE | re.MULTILINE)
