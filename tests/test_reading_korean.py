"""Readers on recorded Korean outputs: a sample that was read one by one."""

import csv
import gzip
import json
import re
from collections import Counter
from pathlib import Path

import pytest
from realdata import require

from mcqtest import answers
from mcqtest.types import LETTERS

LABELS = Path(__file__).parent / "labels" / "kmmlu.csv"
FREETEXT = "criminal_law_freetext"
PRO = "kmmlu_pro"
SOURCES = {
    "claude-haiku-4-5-2025-12-05": 150,
    "criminal_law_freetext": 120,
    "gpt-35-turbo-230613": 20,
    "gpt-4o-240513": 20,
    "gpt-4o-mini-240718": 8,
    "kmmlu_pro": 20,
    "llama-3-1-8b-instruct": 30,
    "llama-3-1-8b-instruct-5shot": 40,
    "phi-3-5-mini-instruct": 14,
    "phi-4-0shot": 40,
}
"""Source -> texts of the sample."""
READERS = ("mcqtest", "kmmlu_pro", "kmmlu", "mmlu_pro", "lm_eval")


def lines(*parts):
    """The objects of a JSONL file."""
    raw = require(*parts).read_text("utf-8")
    return [json.loads(line) for line in raw.split("\n") if line]


def questions():
    """The choices of Criminal-Law's questions."""
    path = require("kmmlu", "Criminal-Law-test.csv")
    with path.open(encoding="utf-8-sig", newline="") as file:
        return [tuple(row[letter] for letter in "ABCD") for row in csv.DictReader(file)]


def outputs(source):
    """Index -> a text and what is known of its choices: their texts, or only how many there are."""
    if source == FREETEXT:
        choices = questions()
        found = lines("kmmlu", "outputs_criminal_law", "gpt-4o-mini_freetext.jsonl")
        return {row["index"]: (row["output"], choices[row["index"]]) for row in found}
    if source == PRO:
        found = lines("kmmlu_pro", "outputs_sample.jsonl")
        return {index: (row["answer_tail"], 5) for index, row in enumerate(found)}
    path = require("kmmlu", "outputs", f"{source}.csv.gz")
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        return {index: (row["response"], 4) for index, row in enumerate(csv.DictReader(file))}


@pytest.fixture(scope="module")
def labels():
    """The rows of the table, of which each says where its text is found."""
    with LABELS.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def sample(labels):
    """What every reader makes of each text, and its label."""
    found = []
    for source in SOURCES:
        texts = outputs(source)
        for row in (each for each in labels if each["source"] == source):
            text, options = texts[int(row["index"])]
            read = {name: answers.read(text, reader=name, options=options) for name in READERS}
            label = None if row["label"] == "-" else LETTERS.index(row["label"])
            found.append((read, label))
    return found


def figures(sample, reader):
    """Of what was read, the share that is right; of what there was to read, the share found."""
    read = sum(each[reader] is not None for each, _ in sample)
    there = sum(label is not None for _, label in sample)
    hit = sum(label is not None and each[reader] == label for each, label in sample)
    return hit / read if read else 0.0, hit / there


def test_the_table(labels):
    """462 texts of ten sources, none twice; by both readings 399 have the same answer."""
    assert Counter(row["source"] for row in labels) == SOURCES
    assert len({(row["source"], row["index"]) for row in labels}) == len(labels) == 462
    assert all(row["first"] == row["second"] == row["label"] for row in labels)
    assert {row["label"] for row in labels} == {*"ABCDE", "-"}
    assert sum(row["label"] != "-" for row in labels) == 399


def test_how_well_our_reader_reads(sample):
    """Nearly all that it reads is right, and it finds nearly all that there is."""
    precision, recall = figures(sample, "mcqtest")
    assert precision >= 0.99
    assert recall >= 0.98


@pytest.mark.parametrize("other", ["kmmlu_pro", "mmlu_pro", "lm_eval"])
def test_our_reader_is_better_on_the_sample(sample, other):
    """More of what it reads is right, and it finds more of what there is."""
    ours, theirs = figures(sample, "mcqtest"), figures(sample, other)
    assert ours[0] > theirs[0]
    assert ours[1] > theirs[1]


def test_a_reader_that_hardly_reads(sample):
    """The pattern of KMMLU-HARD is right in all 13 texts that it reads, of 399."""
    precision, recall = figures(sample, "kmmlu")
    assert precision == 1
    assert recall == 13 / 399


def _needs_hangul(parsed):
    """Whether a parsed expression matches nothing without a syllable of Hangul."""
    return any(_part_needs_hangul(operator, argument) for operator, argument in parsed)


def _part_needs_hangul(operator, argument):
    def are_syllables(members):
        ends = [value if str(kind) == "RANGE" else [value] for kind, value in members]
        return all(isinstance(e, int) and "가" <= chr(e) <= "힣" for end in ends for e in end)

    needs = {
        "LITERAL": lambda: "가" <= chr(argument) <= "힣",
        "IN": lambda: are_syllables(argument),
        "BRANCH": lambda: all(map(_needs_hangul, argument[1])),
        "SUBPATTERN": lambda: _needs_hangul(argument[3]),
        "MAX_REPEAT": lambda: argument[0] > 0 and _needs_hangul(argument[2]),
        "MIN_REPEAT": lambda: argument[0] > 0 and _needs_hangul(argument[2]),
        "ASSERT": lambda: _needs_hangul(argument[1]),
    }
    return needs.get(str(operator), bool)()


def test_forms_that_are_left_out_need_hangul():
    """A text without any is looked through for those forms alone that can do without."""
    from re import _parser

    from mcqtest.answers import korean

    able = [
        form for form in korean.FORMS if not _needs_hangul(_parser.parse(form.words, re.MULTILINE))
    ]
    assert able == [form for form, _ in korean._ELSEWHERE]
    assert able
