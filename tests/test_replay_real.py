"""Recorded outputs of real models give the accuracies that were recorded with them."""

import json
from collections import Counter

import pytest
from builders import complaint
from cases import settings_of
from realdata import benchmark, require

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
