"""What a form of an answer is: a row of the tables `english`, `korean` and `languages`.

A row is found by its ``cues``, plain words of which a text must have one: so texts are searched for
words and not by patterns. At each of them its ``words`` must stand; "@" in them is the choice,
which `places` reads. Patterns are held against the text in small letters, and every repetition in
them is bounded: time grows with the text and not with its square.
"""

from __future__ import annotations

from enum import IntEnum
from typing import NamedTuple


class Strength(IntEnum):
    """How much a form commits itself. A weaker one never takes back a stronger."""

    BARE = 0
    """A letter, or a choice's text, without a word that says what it is."""
    CONCLUSION = 1
    """What an argument comes to: "so option B is correct", "that leaves B"."""
    EXPLICIT = 2
    """It says that this is the answer, or that it is chosen."""


class Form(NamedTuple):
    """One way to state an answer."""

    example: str
    """With B; it names the form."""
    language: str
    strength: Strength
    cues: str
    """With "|" between; empty: the words are looked for all over the text."""
    words: str
    """Pattern from the cue on, with "@" for the choice; where the words begin with it, the choice
    stands before the cue."""
    takes: str = "any"
    """What may stand for the choice: ``any`` (its letter, number or text), ``letter``, ``capital``,
    ``known`` (a letter and its text), ``korean``, ``none`` (that there is no answer)."""
    before: str = ""
    """Pattern of what must stand before the cue, up to it."""
    is_certain: bool = False
    """It cannot be taken back by an "if" or a "wrong" in front of it."""


_SPACE = r"(?:[ \t]{1,3}|[ \t]{0,2}\n[ \t]{0,2})"
GAP = rf"(?:{_SPACE}(?!not\b|never\b|cannot\b|can't\b)[\w'-]{{2,20}}){{0,8}}?"
"""Words between a noun and its verb: "the answer [to this question] is"."""
FIT = (
    r"(?:correct|right|best|closest|nearest|final|suitable|appropriate|likely|accurate|selected|"
    r"chosen)"
)
NOUN = (
    r"(?:one|match|value|option|choice|statement|response|estimate|approximation|result|letter|"
    r"conclusion|description|explanation|solution)"
)
TO = (
    r"""["']?(?:'s(?=\s{1,3}[^a-z]|\s{1,3}[a-z]\b)|\s{0,3}"""
    r"""(?:\b(?:is|are|be|ist|lautet|est|es|é|è)\b|\bis(?=n't\s)|[:=\u2192]|->))"""
)
"""The verb, or what stands for it."""
STOP = (
    r"""[)"'\]}]{0,3}\s{0,2}(?:[.!;,<:|。]|\n|\Z|\s[-\u2013\u2014]\s|[\u2013\u2014]|\((?![a-z]\))"""
    r"""|\b(?:because|since|as|for|and\snot|here)\b)"""
)
"""The letter ends what is said: it is followed by a mark, a reason, or nothing."""
LAST = r"""[)"'\]}$]{0,3}\s{0,2}[.!]{0,3}\s{0,4}\Z"""
"""It ends the whole text."""
