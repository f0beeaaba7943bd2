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
from mcqtest.answers.thinking import KNOWN, Thoughts

__all__ = [
    "FALLBACKS",
    "KNOWN",
    "READERS",
    "READING",
    "Found",
    "Reader",
    "Reading",
    "Thoughts",
    "choose",
    "find",
    "judge",
    "majority",
    "read",
]
