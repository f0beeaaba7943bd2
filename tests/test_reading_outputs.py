"""Readers on recorded outputs: letters as their publishers read them, a sample read by hand."""

import pytest
from realdata import require, script

from mcqtest import answers
from mcqtest.types import LETTERS

AS_LM_EVAL = (
    *("Llama-2-7b-hf", "Llama-2-13b-hf", "Llama-2-70b-hf", "Meta-Llama-3-8B", "Yi-6B"),
    *("Mistral-7B-v0.1", "Mistral-7B-Instruct-v0.2", "Mixtral-8x7B-Instruct-v0.1"),
    *("Phi-3-mini-4k-instruct", "Qwen1.5-7B-Chat"),
)
"""Models whose outputs were read with the first pattern alone."""


@pytest.fixture(scope="module")
def recorded():
    """The recorded outputs of MMLU-Pro."""
    return script("read_outputs").Recorded(require("mmlu_pro"))


@pytest.fixture(scope="module")
def sample(recorded):
    """The outputs that were read by hand."""
    return script("read_outputs").Sample(recorded)


def letter(output, reader):
    """The letter that a published reader takes, whatever options there are."""
    answer = answers.read(output["output"], reader=reader)
    return None if answer is None else LETTERS[answer]


@pytest.mark.parametrize("model", AS_LM_EVAL)
def test_the_first_pattern_as_recorded(recorded, model):
    """On every question, the letter that was recorded, or none where none was."""
    outputs = recorded.outputs(model)
    assert len(outputs) == 12_032
    assert [letter(each, "lm_eval") for each in outputs] == [each["pred"] for each in outputs]


@pytest.mark.parametrize("reader", ["mmlu_pro", "mmlu_pro_api"])
def test_the_chain_as_recorded(recorded, reader):
    """The API script read Gemini's outputs: the same letter on every question."""
    outputs = recorded.outputs("gemini-1.5-flash-002")
    assert len(outputs) == 12_012
    assert [letter(each, reader) for each in outputs] == [each["pred"] for each in outputs]


def test_letters_that_were_drawn_by_lot(recorded):
    """The local script read Llama 3.1's outputs: the same letter wherever its chain finds one; to
    614 outputs without any letter the authors drew one, which nobody can draw again.
    """
    outputs = recorded.outputs("Meta-Llama-3_1-8B")
    silent = [each for each in outputs if letter(each, "mmlu_pro") is None]
    assert len(silent) == 614
    assert all(each["pred"] is not None for each in silent)
    for each in outputs:
        assert letter(each, "mmlu_pro") in {None, each["pred"]}


def test_accuracy_as_recorded(recorded):
    """Read as they were, the outputs score as many as their recording says."""
    index = recorded.index
    for model in AS_LM_EVAL:
        questions = recorded.questions(model)
        right = sum(
            letter(each, "lm_eval") == questions[each["question_id"]]["answer"]
            for each in recorded.outputs(model)
        )
        assert right == index[model]["correct_as_recorded"], model


def test_the_sample(sample):
    """463 texts: every model, and every way in which the published readers differ."""
    texts = [each for cell in sample.cells.values() for each in cell]
    assert len(texts) == 463
    assert sum(each["label"] is not None for each in texts) == 219
    assert len({model for model, _ in sample.cells}) == 12


@pytest.mark.parametrize("other", ["mmlu_pro", "lm_eval"])
def test_our_reader_is_better_on_the_sample(sample, other):
    """More of what it reads is right, and it finds more of what there is."""
    figures = script("read_outputs").precision_and_recall
    ours = figures(sample.drawn(), "mcqtest", weighted=False)
    theirs = figures(sample.drawn(), other, weighted=False)
    assert ours[0] > theirs[0]
    assert ours[1] > theirs[1]
    assert ours[0] >= 0.94
    assert ours[1] >= 0.92


def test_newer_models():
    """320 texts of five recordings, labelled by what they say alone."""
    folder = require("records").parent
    records = script("read_records")
    sample = records.Sample(records.Recorded(folder))
    assert sum(len(cell) for cell in sample.cells.values()) == 320
    figures = script("read_outputs").precision_and_recall
    for reader in ("lm_eval", "mmlu_pro", "kmmlu_pro", "mcqtest-2"):
        ours = figures(sample.drawn(), "mcqtest", weighted=False)
        theirs = figures(sample.drawn(), reader, weighted=False)
        assert ours[0] >= theirs[0]
        assert ours[1] > theirs[1]
    assert ours[0] >= 0.98
    assert ours[1] >= 0.99


def test_forms_of_today():
    """Short texts with the letter that each of them gives: no wrong one where it gives none."""
    path = require("reader_cases", "cases.jsonl")
    cases = script("read_outputs").lines(path)
    found = [answers.read(each["text"], options=each["options"]) for each in cases]
    read = [None if answer is None else LETTERS[answer] for answer in found]
    wanted = [each["want"] for each in cases]
    assert sum(map(str.__eq__, map(str, read), map(str, wanted))) >= 0.95 * len(cases)
    assert {letter for letter, want in zip(read, wanted, strict=True) if want is None} == {None}
