"""Recorded outputs of real models give the accuracies that were recorded with them."""

import gzip
import json
import re
from collections import Counter

import pytest
from builders import complaint
from cases import settings_of
from realdata import benchmark, require

from mcqtest.answers import read
from mcqtest.run import Run
from mcqtest.types import LETTERS

MMLU = {
    "anthropic_claude-3-opus-20240229": (11919, 0),
    "google_gemini-1.5-flash-preview-0514": (10855, 91),
    "google_text-unicorn@001": (10932, 1),
    "meta_llama-3-70b": (11024, 0),
    "openai_gpt-4-0613": (11773, 26),
    "openai_gpt-4o-2024-05-13": (11887, 0),
}
"""Model -> right answers, and answers of which no letter can be read."""

DROPPED = 27
"""Questions of MMLU that were asked of none of them."""


def run_of(model, folder, **options):
    """A run of all of MMLU on a model's recorded outputs."""
    run = Run(
        settings_of(
            model=str(require("mmlu", "outputs", f"{model}.jsonl.gz")),
            backend="replay",
            backend_option=options,
            data=str(require("mmlu").parent),
            baselines_dir=str(folder / "baselines"),
            run_dir=str(folder),
            update=True,
        )
    )
    run.plan(benchmark("mmlu").MMLU.tasks)
    return run


@pytest.mark.parametrize("model", MMLU)
def test_mmlu(model, tmp_path):
    """As many right as recorded: spaces before a letter are no part of it, words are no answer,
    and what was not asked is unanswered, not guessed.
    """
    recorded = json.loads(require("mmlu", "outputs", "INDEX.json").read_text())[model]
    run = run_of(model, tmp_path, missing="unanswered")
    results = [each for task in run.planned for each in run.engine.results(task)]
    run.close()
    right, unread = MMLU[model]
    assert sum(each.correct for each in results) == right
    assert right == pytest.approx(recorded["accuracy_stripped"] * recorded["rows"], abs=0.01)
    assert (len(results), recorded["rows"]) == (14042, 14042 - DROPPED)
    assert sum(each.answer is None for each in results) == DROPPED + unread
    assert unread == recorded["not_a_letter"]
    for each in results:
        letter = each.texts[0].strip()
        assert each.answer == (LETTERS.index(letter) if letter in {*"ABCD"} else None), letter
    spaces = Counter(each.texts[0][:1] for each in results)[" "]
    assert spaces == recorded["leading_space"]  # texts are as they were


def test_mmlu_is_not_whole(tmp_path):
    """Without a word about missing answers, a recording that lacks some is refused."""
    line = complaint(run_of, "meta_llama-3-70b", tmp_path)
    assert f"meta_llama-3-70b.jsonl.gz: no output for {DROPPED} of 14042 questions: mmlu/" in line
    assert f", and {DROPPED - 5} more; add them" in line
    assert not (tmp_path / "responses").exists()


BBH = {
    "date_understanding": (218, 1),
    "disambiguation_qa": (190, 0),
    "geometric_shapes": (136, 5),
    "hyperbaton": (166, 65),
    "logical_deduction_five_objects": (137, 0),
    "logical_deduction_seven_objects": (97, 4),
    "logical_deduction_three_objects": (219, 0),
    "movie_recommendation": (226, 0),
    "penguins_in_a_table": (116, 0),
    "reasoning_about_colored_objects": (229, 0),
    "ruin_names": (171, 21),
    "salient_translation_error_detection": (152, 0),
    "snarks": (106, 24),
    "temporal_sequences": (242, 0),
    "tracking_shuffled_objects_five_objects": (224, 0),
    "tracking_shuffled_objects_seven_objects": (214, 2),
    "tracking_shuffled_objects_three_objects": (196, 0),
}
"""Tasks whose answers are letters -> right answers of code-davinci-002 with chain of thought, and
outputs that name no letter, or two of them, or break off.
"""

BEYOND = {
    "ruin_names": dict.fromkeys((13, 27, 43), "E"),
    "salient_translation_error_detection": dict.fromkeys((20, 47, 74, 142), "G"),
    "snarks": dict.fromkeys((16, 35, 47, 91, 93, 119, 154), "C"),
}
"""The only outputs that are not read as they were recorded: the letter that they give is none of
the question's options (four, six and two), so that nothing is read.
"""


@pytest.fixture(scope="module")
def outputs():
    """Task -> what was said, in the order of its questions."""
    found = {}
    path = require("bbh", "outputs", "code-davinci-002_cot.jsonl.gz")
    for line in gzip.decompress(path.read_bytes()).splitlines():
        row = json.loads(line)
        assert row["index"] == len(found.setdefault(row["task"], []))
        found[row["task"]].append(row["output"])
    return found


def extracted(output):
    """The letter by the authors' rule, which needs no options: what follows the last "answer is",
    without the full stop.
    """
    letter = re.fullmatch(r"\(([A-Z])\)", output.rpartition("answer is ")[2].removesuffix("."))
    return letter and LETTERS.index(letter[1])


@pytest.mark.parametrize("task", BBH)
def test_bbh(outputs, task):
    """Our reader and the recorded extraction agree on every output, and so on the accuracy."""
    metrics = json.loads(require("bbh", "outputs", "code-davinci-002_cot_metrics.json").read_text())
    examples = json.loads(require("bbh", f"{task}.json").read_text())["examples"]
    right, silent, beyond = 0, 0, {}
    for index, (example, output) in enumerate(zip(examples, outputs[task], strict=True)):
        options = re.findall(r"^\(([A-Z])\) ?(.*)$", example["input"], re.MULTILINE)
        assert "".join(letter for letter, _ in options) == LETTERS[: len(options)]
        answer = read(output, options=[text for _, text in options])
        expected = extracted(output)
        if expected is not None and expected >= len(options):
            beyond[index], expected = LETTERS[expected], None
        assert (index, answer) == (index, expected)
        silent += answer is None
        right += answer is not None and f"({LETTERS[answer]})" == example["target"]
    assert beyond == BEYOND.get(task, {})
    assert (right, silent - len(beyond)) == BBH[task]
    assert 100 * right / len(examples) == pytest.approx(metrics[task]["accuracy"], abs=1e-9)
