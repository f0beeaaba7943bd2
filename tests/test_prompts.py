"""Prompts are byte for byte those of the original programs."""

import hashlib
import json

import pytest
from realdata import benchmark, require

from mcqtest import prompts
from mcqtest.data import load
from mcqtest.types import McqtestError, Question

SHOT = Question("One?", ("1", "2", "3", "4"), 1, "0")
ASKED = Question(" Two? \n", ("NA", " b", "c ", "d"), 0, "0")


def mmlu_task(name):
    """A task of MMLU by name."""
    return next(task for task in benchmark("mmlu").MMLU.tasks if task.name == name)


def test_mmlu_bytes():
    """Two spaces before the subject, nothing stripped, no space after "Answer:"."""
    prompt = prompts.mmlu.write(mmlu_task("us_foreign_policy"), [SHOT], ASKED)
    assert prompt.header == (
        "The following are multiple choice questions (with answers) about  us foreign policy.\n\n"
    )
    assert prompt.shots == ("One?\nA. 1\nB. 2\nC. 3\nD. 4\nAnswer: B\n\n",)
    assert prompt.query == " Two? \n\nA. NA\nB.  b\nC. c \nD. d\nAnswer:"
    assert prompt.text == prompt.header + prompt.shots[0] + prompt.query


def test_mmlu_has_one_letter_per_choice():
    """Letters follow the number of choices, in the shots and in the question."""
    two = Question("Q", ("no", "yes"), 1, "0")
    five = Question("Q", ("a", "b", "c", "d", "e"), 4, "0")
    prompt = prompts.mmlu.write(mmlu_task("virology"), [five], two)
    assert prompt.query == "Q\nA. no\nB. yes\nAnswer:"
    assert prompt.shots == ("Q\nA. a\nB. b\nC. c\nD. d\nE. e\nAnswer: E\n\n",)
    assert prompts.letters(five) == (" A", " B", " C", " D", " E")
    assert prompts.letters(two) == (" A", " B")


def test_letters_end_at_z():
    """More choices than letters are refused, not cut off."""
    assert prompts.letters(Question("Q", ("x",) * 26, 0, "7"))[-1] == " Z"
    with pytest.raises(McqtestError) as caught:
        prompts.letters(Question("Q", ("x",) * 27, 0, "7"))
    assert str(caught.value) == (
        "question '7': 27 choices, expected at most 26; letters end at Z, leave the question out"
    )


def golden_prompts(subject, shots):
    """Our prompts of a recorded run, and the run's records."""
    records = require("goldens", f"{subject}_{shots}shot.jsonl").read_text("utf-8").splitlines()
    task, root = mmlu_task(subject), require("mmlu").parent
    examples = load(task, "shots", root)[:shots]
    asked = [prompts.mmlu.write(task, examples, question) for question in load(task, "test", root)]
    return asked, [json.loads(record) for record in records]


GOLDENS = [("abstract_algebra", 0), ("abstract_algebra", 5), ("formal_logic", 0)]


@pytest.mark.parametrize(("subject", "shots"), GOLDENS)
def test_first_golden_prompt(subject, shots):
    """The first prompt equals the recorded one, which shows where they differ."""
    golden = require("goldens", f"{subject}_{shots}shot.prompt0.txt").read_bytes()
    asked, _ = golden_prompts(subject, shots)
    assert asked[0].text.encode() == golden


@pytest.mark.parametrize(("subject", "shots"), GOLDENS)
def test_every_golden_prompt(subject, shots):
    """Every prompt has the recorded hash."""
    asked, records = golden_prompts(subject, shots)
    assert [record["index"] for record in records] == list(range(len(asked)))
    assert [hashlib.sha256(prompt.text.encode()).hexdigest() for prompt in asked] == [
        record["prompt_sha256"] for record in records
    ]
