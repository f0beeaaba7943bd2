"""Edition two of our reader is what it was: baselines that were read with it can still be gated."""

import hashlib

import pytest
from realdata import require, script

from mcqtest.answers import READERS, Reading, read
from mcqtest.types import LETTERS

LETTERS_READ = {
    "kormed/deepseek_r1": "cf548055aed2212f",
    "kormed/student_seed42": "14e411e0e1ba4369",
    "mmlumore": "9d979bf8b1ca7e9e",
    "quant/fp16": "c969c6d7ebee37a6",
    "quant/q8_0": "367830165f021c6a",
    "spanish": "667e1c2a91ba34fb",
    "think/Qwen3-30B-A3B_cs_nothink": "d6c111c165906d2f",
    "think/Qwen3-30B-A3B_cs_think": "870327e6d8bb5140",
    "think/Qwen3-30B-A3B_cs_think_bias_19": "a12f2076aa1c1c47",
    "think/Qwen3-30B-A3B_cs_think_bias_19_25": "9b190eb213c5eaeb",
}
"""Source of recorded texts -> hash of the letters that edition two read when it was the newest."""


def test_the_letters_of_every_recorded_text():
    """Not one has changed; nothing below `mcqtest.answers.edition2` ever does."""
    found = {}
    folder = require("records").parent
    for source, _, text, choices, _ in script("read_records").Recorded(folder).texts():
        answer = read(text, reader="mcqtest-2", options=choices)
        letter = "-" if answer is None else LETTERS[answer]
        found.setdefault(source, []).append(letter)
    digests = {
        name: hashlib.sha256("".join(said).encode()).hexdigest()[:16]
        for name, said in found.items()
    }
    assert digests == LETTERS_READ


def test_it_is_called_as_baselines_call_it():
    """Its words are those that were recorded, so such a baseline is compared; today's differ."""
    assert str(Reading("mcqtest-2")) == "reader mcqtest 2, fallback wrong"
    assert str(Reading()) == "reader mcqtest 3, fallback wrong"


@pytest.mark.parametrize(
    "text",
    [
        "Answer: B\n\nExplanation: option C is correct, cells contain water.",
        "It sits on the Seine.\n\nB. Paris",
        "<seed:think>The answer is C.",
    ],
)
def test_it_reads_as_it_did(text):
    """What is mended today is as it was there."""
    choices = ("Lyon", "Paris", "Nice", "Lille")
    answers = [read(text, reader=name, options=choices) for name in ("mcqtest-2", "mcqtest")]
    assert answers[0] != answers[1]
    assert "mcqtest-2" in READERS
