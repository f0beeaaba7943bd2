"""What of a text is read where a model thinks first, and what ends a thought."""

import json
from dataclasses import replace

import pytest
from builders import complaint
from hypothesis import given
from hypothesis import strategies as st
from test_thoughts import EVERY

from mcqtest.answers import KNOWN, READING, Thoughts, judge
from mcqtest.backends.outputs import read_output
from mcqtest.data import Row
from mcqtest.run.values import CHECKS
from mcqtest.types import Question, Response, Score

ASKED = Question("Which?", ("one", "two", "three"), 1, "7")
SPOKEN = [pair for pair in EVERY if not pair[0].startswith(("analysis", "assistantanalysis"))]
"""All but those that nobody writes: what is left of marks that were dropped."""


def judged(*texts, reading=READING, **more):
    responses = [Response("key", (), 0, text, **more) for text in texts]
    return judge(ASKED, responses, reading, "toy/a/7")


@pytest.mark.parametrize(("opens", "closes"), SPOKEN)
@given(thought=st.text(alphabet="ab .", max_size=9))
def test_what_ends_a_thought(opens, closes, thought):
    """Is found by the marks by which thoughts are found, whatever opened it."""
    begun = f"{opens}{thought}"
    assert KNOWN.said(begun).is_cut
    ended = KNOWN.said(begun + KNOWN.closing(begun))
    assert not ended.is_cut
    assert (begun + KNOWN.closing(begun))[ended.start :].strip() == ""


OWN = replace(READING, thoughts=Thoughts(("((", "))")))
INSIDE = replace(READING, thoughts=Thoughts(("", "))")))


@pytest.mark.parametrize(
    ("reading", "text", "answer", "cut"),
    [
        (READING, "<think>The answer is (A).</think> The answer is (B).", 1, 0),
        (READING, "The answer is (A).</think> The answer is (B).", 1, 0),
        (READING, "<think>The answer is (A).", None, 1),
        (OWN, "((The answer is (A).)) The answer is (B).", 1, 0),
        (OWN, "((The answer is (A).", None, 1),
        (OWN, "<think>The answer is (A).", None, 1),
        (INSIDE, "The answer is (A).)) The answer is (B).", 1, 0),
        (INSIDE, "The answer is (A).", None, 1),
    ],
)
def test_thoughts_are_not_read(reading, text, answer, cut):
    """Those that never end are counted, and leave nothing that could be read."""
    found = judged(text, reading=reading)
    assert (found.answer, found.cut_thoughts, found.texts) == (answer, cut, (text,))


def test_published_readers_see_no_thought_in_a_chat():
    """There it is a part of the answer that users do not see; elsewhere they read as published."""
    text = "<think>The answer is (A).</think> The answer is (B)."
    published = replace(READING, reader="mmlu_pro")
    assert judged(text, reading=published).answer == 0
    assert judged(text, reading=replace(published, chat=True)).answer == 1


def test_how_a_baseline_has_it():
    """Marks of one's own make another way of reading; known ones are not told."""
    assert str(replace(READING, chat=True)) == str(READING)
    assert str(OWN) == f"{READING}, thoughts between '((' and '))'"
    assert str(INSIDE) == f"{READING}, thoughts to '))'"


def test_tokens_are_added_up():
    """Of all samples; unknown where they are of one."""
    assert judged("B", "C", tokens=4).tokens == 8
    assert judged("B").tokens is None


def test_thoughts_that_their_budget_ended_are_counted():
    """Of all samples; none where there was no budget, or nobody told."""
    for told, count in ((True, 2), (False, 0), (None, 0)):
        found = judged("B", "C", thought_ended=told)
        assert found.ended_thoughts == found.score.ended_thoughts == count


@given(cut=st.integers(0, 3), ended=st.integers(0, 3), tokens=st.none() | st.integers(0, 99))
def test_scores_keep_them(cut, ended, tokens):
    """On their way to other processes and into results.jsonl."""
    score = Score("1", 1.0, 0, 0, 4, texts=("B",), cut_thoughts=cut, tokens=tokens)
    score = replace(score, ended_thoughts=ended)
    line = json.loads(json.dumps(score.to_json()))
    assert Score.from_json(line) == score
    assert ("cut_thoughts" in line, "tokens" in line) == (cut > 0, tokens is not None)
    assert line.get("ended_thoughts", 0) == ended
    assert ("ended_thoughts" in line) == (ended > 0)


def test_marks_as_somebody_writes_them(tmp_path):
    """With a comma between; without the first, texts begin inside a thought."""

    def read(text):
        return CHECKS["marks"]("reasoning-marks", text, tmp_path)

    assert read("<a>,</a>") == ("<a>", "</a>")
    assert read(",</a>") == ("", "</a>")
    for wrong in ("<a>", "<a>,", "<a>, "):
        assert "write both marks with a comma between" in complaint(read, wrong)


@pytest.mark.parametrize("name", ["reasoning_content", "reasoning"])
def test_recorded_thoughts_without_an_answer(name):
    """Served models give the thought by itself: where nothing else came, it never ended."""

    def texts(**cells):
        return read_output(Row("here", {"id": "1", **cells})).texts

    assert texts(output=None, **{name: "Well"}) == ("<think>\nWell",)
    assert texts(output="B", **{name: "Well"}) == ("B",)
    assert texts(output="", **{name: None}) == ("",)
