"""From a model's responses to an answer: readers of texts, and the choice by probability."""

from mcqtest.answers.abstained import abstains
from mcqtest.answers.confidence import confidences, stated_confidence
from mcqtest.answers.hedges import hedged
from mcqtest.answers.reader import Found
from mcqtest.answers.readers import READERS, TEXT_READERS, Reader, reader_of
from mcqtest.answers.reading import FALLBACKS, READING, Reading, choose, find, judge, read
from mcqtest.answers.texts import brackets, lettered, listing, near, number, one_of, phrase, words
from mcqtest.answers.thinking import KNOWN, Thoughts
from mcqtest.answers.votes import majority

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
    "abstains",
    "brackets",
    "choose",
    "confidences",
    "find",
    "hedged",
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
    "stated_confidence",
    "words",
]
