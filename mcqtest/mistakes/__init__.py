"""Why answers are wrong: by rule where that can be, the rest from a sample that is labelled."""

from mcqtest.mistakes.kinds import KINDS, Wrong, by_rule
from mcqtest.mistakes.labels import labelled, written
from mcqtest.mistakes.sample import drawn
from mcqtest.mistakes.shares import Share, Shares, shares

__all__ = [
    "KINDS",
    "Share",
    "Shares",
    "Wrong",
    "by_rule",
    "drawn",
    "labelled",
    "shares",
    "written",
]
