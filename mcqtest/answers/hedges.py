"""How sure an expression sounds: a table of hedging words with weights, in English and Korean.

Tao et al. 2025 (arXiv 2505.23854) find confidence in wording the best of three; how they turned
words into numbers is unconfirmed (a judge model, or a table), so this is a table of its own, with a
version. Weights of estimative words are the middles of the ranges that the United States' standard
for analysts gives them (Intelligence Community Directive 203, 2015, 6.2.a); the others, marked
``ours``, are our choice, and nothing but their order should be relied upon.
"""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

VERSION = 1
"""Raised by every change that can give a text another number."""

PLAIN = 0.95
"""Of a text that hedges nowhere (ours)."""


class Hedge(NamedTuple):
    """Expressions that sound equally sure: a pattern, compared without case."""

    pattern: str
    weight: float
    source: str


TABLE = (
    Hedge(r"almost certain(?:ly)?|nearly certain", 0.97, "ICD 203"),
    Hedge(r"(?:very|highly) (?:likely|probabl[ey])", 0.875, "ICD 203"),
    Hedge(r"(?:very|highly) (?:unlikely|improbable)", 0.125, "ICD 203"),
    Hedge(r"likely|probabl[ey]", 0.675, "ICD 203"),
    Hedge(r"unlikely|improbable", 0.325, "ICD 203"),
    Hedge(
        r"roughly even (?:odds|chance)|about as likely as not|a coin (?:flip|toss)", 0.5, "ICD 203"
    ),
    Hedge(r"remote(?:ly possible| chance)|almost no chance", 0.03, "ICD 203"),
    Hedge(
        r"(?:definitely|certainly|undoubtedly|without (?:a )?doubt|clearly|obviously)", 0.98, "ours"
    ),
    Hedge(r"i(?:'| a)m (?:quite |fairly |pretty )?(?:sure|confident)|confidently", 0.9, "ours"),
    Hedge(
        r"i(?:'| a)m not (?:entirely |completely |quite )?(?:sure|certain)|unsure|uncertain",
        0.35,
        "ours",
    ),
    Hedge(r"i (?:think|believe|suspect)|appears? to be|seems?", 0.7, "ours"),
    Hedge(r"might|may be|perhaps|maybe|possibly|could be", 0.5, "ours"),
    Hedge(r"(?:my |an educated |best |random )guess|i(?:'| wi)ll guess|guessing", 0.35, "ours"),
    Hedge(r"i (?:do not|don't) know|no idea|hard to (?:say|tell)", 0.2, "ours"),
    Hedge(r"아마도?|것 같(?:습니다|아요|다)|(?:으로|로) 보(?:입니다|인다)|추정", 0.65, "ours"),
    Hedge(r"확실하지 않|불확실|추측|애매", 0.35, "ours"),
    Hedge(r"모르겠", 0.2, "ours"),
    Hedge(r"확실(?:히|합니다|하게)|분명(?:히|합니다)|틀림없", 0.97, "ours"),
)
"""The first that fits at a place counts there, so longer expressions stand before their parts."""


def hedged(text: str) -> float:
    """How sure a text sounds, in [0, 1]: the mean weight of its expressions, each as often as it
    occurs; `PLAIN` where there are none.
    """
    rows = [place.lastgroup for place in _all().finditer(text)]
    found = [TABLE[int(row[1:])].weight for row in rows if row is not None]
    return sum(found) / len(found) if found else PLAIN


@cache
def _all() -> re.Pattern[str]:
    """Every row as a group of its own, named after its place."""
    rows = (
        rf"(?P<r{at}>{row.pattern})"
        if row.pattern[0] > "z"  # Korean words take endings
        else rf"(?P<r{at}>\b(?:{row.pattern})\b)"
        for at, row in enumerate(TABLE)
    )
    return re.compile("|".join(rows), re.IGNORECASE)
