"""Answers that say that the model does not know: a state of their own, worth nothing."""

import gzip
import json
from dataclasses import replace

from cases import board_of, decided, outcome_of, settings_of, summary_of
from realdata import benchmark, require

from mcqtest.answers import READING, Reading
from mcqtest.answers.reading import judge
from mcqtest.report import terminal
from mcqtest.run import Run
from mcqtest.types import Question, Response, Score

QUESTION = Question("What is in the bucket?", ("salt water", "sand"), 0, "t1")


def judged(*texts, reading=READING):
    said = [Response(str(at), (), 0, text) for at, text in enumerate(texts)]
    return judge(QUESTION, said, reading, "sea/tides/t1")


def test_only_texts_without_an_answer_decline():
    """Who doubts and then answers does not; nor is a text that says nothing an abstention."""
    assert judged("I don't know, but the answer is (A).").abstained == 0
    assert judged("").abstained == 0
    found = judged("IDK", "The answer is (A).", "I don't know.")
    assert (found.abstained, found.answer, found.value) == (2, 0, 1.0)
    assert not found.score.declined


def test_a_lot_that_is_drawn_for_them_changes_nothing():
    """As published, a choice is drawn; that the model declined is told all the same."""
    found = judged("IDK", reading=Reading(fallback="random"))
    assert found.guessed
    assert found.score.declined


def test_they_are_stored():
    """How many of a question's texts decline; nothing where none does."""
    score = judged("IDK").score
    assert score.declined
    assert score.to_json()["abstained"] == 1
    assert Score.from_json(score.to_json()) == score
    assert "abstained" not in Score("1", 0.0, None, 1, 4, texts=("x",), votes=(None,)).to_json()


def declining(name, *, all_of=True):
    """Forty questions that a model declines, or all but one."""
    made = outcome_of(name, n=40, right=0 if all_of else 1)
    first = 0 if all_of else 1
    given = [replace(each, texts=("A",)) for each in made.scores]
    silence = {"answer": None, "texts": ("IDK",), "votes": (None,), "abstained": 1}
    scores = [*given[:first], *(replace(each, **silence) for each in given[first:])]
    return replace(made, scores=scores, figures={**made.figures, "unanswered_share": 1.0})


def test_a_task_that_is_declined_was_measured():
    """And is told as that, not as unread; but who declines everywhere has not been measured."""
    shy, bold = declining("tides"), declining("winds", all_of=False)
    assert summary_of(shy, bold)["reasons"] == []
    assert not any("could not be read" in note for note in summary_of(shy, bold)["notices"])
    (reason,) = summary_of(shy)["reasons"]
    assert reason.startswith("toy: no answer could be read in any of 40 texts")


def outcome(declined, unread):
    """Ten questions: six right, the others declined, unread, or wrong."""
    made = outcome_of(n=10, right=6, lost=0)
    told = [("IDK", 1)] * declined + [("", 0)] * unread
    scores = list(made.scores)
    for at, (text, abstained) in enumerate(told, 6):
        scores[at] = replace(scores[at], answer=None, texts=(text,), abstained=abstained)
    figures = {**made.figures, "unanswered_share": 0.3}
    answered = [replace(each, texts=each.texts or ("A",)) for each in scores[:9]]
    last = replace(scores[9], answer=1, texts=("B",))
    return outcome_of(n=10, right=6, lost=0, scores=[*answered, last], figures=figures)


def test_they_are_told_apart():
    """Neither among the wrong nor among the unread; accuracy over all is what it was."""
    found = outcome(declined=2, unread=1)
    told = summary_of(found)["benchmarks"]["toy"]
    assert (told["abstained"], told["unanswered"], told["accuracy"]) == (2, 3, 0.6)
    assert "abstained" not in summary_of(outcome(declined=0, unread=3))["benchmarks"]["toy"]
    pooled, _ = decided(board_of(found))
    lines = " ".join(" ".join(line.split()) for line in terminal.summary(pooled, 200))
    assert (
        "1 question without a readable answer, 2 declined: the model says that it does not know "
        "(0.8571 of the 7 answers given are right)"
    ) in lines


def test_recorded_abstentions(tmp_path):
    """55 right, 115 wrong, 30 that decline, as the run judges them; accuracy is over all 200."""
    path = require("records", "kmmlu_criminal_law_runs", "gpt-4o-mini_rag_joonavel.jsonl.gz")
    (tmp_path / "data/kmmlu").mkdir(parents=True)
    text = require("kmmlu", "Criminal-Law-test.csv").read_bytes()
    (tmp_path / "data/kmmlu/Criminal-Law-test.csv").write_bytes(text)
    with gzip.open(path, "rt") as file:
        rows = [{"task": "Criminal-Law", **json.loads(line)} for line in file]
    (tmp_path / "out.jsonl").write_text("\n".join(map(json.dumps, rows)), "utf-8")
    run = Run(
        settings_of(
            model=str(tmp_path / "out.jsonl"),
            backend="replay",
            backend_option={},
            data=str(tmp_path / "data"),
            baselines_dir=str(tmp_path / "baselines"),
            run_dir=str(tmp_path / "runs"),
            update=True,
        )
    )
    task = next(each for each in benchmark("kmmlu").KMMLU.tasks if "riminal" in each.name)
    run.plan([task])
    scores = [each.score for each in run.results(task)]
    run.close()
    wrong = [score for score in scores if not score.correct and not score.unanswered]
    assert sum(score.correct for score in scores) == 55
    assert len(wrong) == 115
    assert sum(score.declined for score in scores) == 30
    assert sum(score.unanswered for score in scores) == 30
