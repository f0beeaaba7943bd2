"""From a model's responses to an answer: readers of texts, and the choice by probability."""

from mcqtest.answers.closings import closing
from mcqtest.answers.reading import (
    FALLBACKS,
    READERS,
    READING,
    Reader,
    Reading,
    choose,
    judge,
    majority,
    read,
)
from mcqtest.answers.thoughts import MARKS, Mark, said

__all__ = [
    "FALLBACKS",
    "MARKS",
    "READERS",
    "READING",
    "Mark",
    "Reader",
    "Reading",
    "choose",
    "closing",
    "judge",
    "majority",
    "read",
    "said",
]
