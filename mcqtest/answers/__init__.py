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
    reader_of,
)
from mcqtest.answers.texts import brackets, lettered, listing, near, number, one_of, phrase, words
from mcqtest.answers.thinking import KNOWN, Thoughts

__all__ = [
    "FALLBACKS",
    "KNOWN",
    "READERS",
    "READING",
    "TEXT_READERS",
    "Found",
    "Reader",
    "Reading",
    "Thoughts",
    "brackets",
    "choose",
    "find",
    "judge",
    "lettered",
    "listing",
    "majority",
    "near",
    "number",
    "one_of",
    "phrase",
    "read",
    "reader_of",
    "words",
]
