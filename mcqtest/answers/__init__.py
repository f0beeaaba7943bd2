"""From a model's responses to an answer: readers of texts, and the choice by probability."""

from mcqtest.answers.reader import Found
from mcqtest.answers.reading import (
    FALLBACKS,
    READERS,
    READING,
    Reader,
    Reading,
    choose,
    find,
    judge,
    majority,
    read,
)

__all__ = [
    "FALLBACKS",
    "READERS",
    "READING",
    "Found",
    "Reader",
    "Reading",
    "choose",
    "find",
    "judge",
    "majority",
    "read",
]
