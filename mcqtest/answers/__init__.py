"""From a model's responses to an answer: readers of texts, and the choice by probability."""

from mcqtest.answers.reader import Found
from mcqtest.answers.reading import (
    FALLBACKS,
    READERS,
    READING,
    TEXT_READERS,
    Reader,
    Reading,
    choose,
    find,
    judge,
    majority,
    read,
)
from mcqtest.answers.texts import brackets, lettered, number, one_of, words

__all__ = [
    "FALLBACKS",
    "READERS",
    "READING",
    "TEXT_READERS",
    "Found",
    "Reader",
    "Reading",
    "brackets",
    "choose",
    "find",
    "judge",
    "lettered",
    "majority",
    "number",
    "one_of",
    "read",
    "words",
]
