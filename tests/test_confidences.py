"""How sure a model is, read off what it said; and whether it says that it does not know."""

import gzip
import json
import re
from collections import Counter

import pytest
from builders import complaint
from hypothesis import given
from hypothesis import strategies as st
from realdata import benchmark, require

from mcqtest.answers import abstains, confidences, hedged, read, stated_confidence
from mcqtest.answers.hedges import PLAIN, TABLE
from mcqtest.backends.outputs import read_output
from mcqtest.data import Row
from mcqtest.prompts import styles
from mcqtest.types import Question, Score


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Answer: C. Confidence: 80%", 0.8),
        ("**Confidence**: 85 %", 0.85),
        ("Confidence (0-1): 0.7", 0.7),
        ("confidence = .65", 0.65),
        ("Confidence: 80", 0.8),
        ("Confidence: 1", 1.0),
        ("Confidence: 8/10", 0.8),
        ("confidence level of 9 out of 10", 0.9),
        ("I am 90% confident that it is B.", 0.9),
        ("확신도: 75%", 0.75),
        ("신뢰도는 80퍼센트", 0.8),
        ("Confidence: 20%. No: Confidence: 60%", 0.6),
        ("<think>Confidence: 20%</think>The answer is C.", None),
        ("The answer is C.", None),
        ("20% of people are right.", None),
        ("Confidence: high\n3. Next", None),
    ],
)
def test_a_stated_confidence(text, found):
    """The last number that is called one, whatever its scale."""
    assert stated_confidence(text) == found


@pytest.mark.parametrize(("text", "found"), [("Confidence: 150%", 1.5), ("Confidence: -1", -1.0)])
def test_numbers_that_are_no_share_are_told_as_they_are(text, found):
    """And not bent into 0 to 1: whoever counts has to see them."""
    assert stated_confidence(text) == found


@given(st.integers(0, 100))
def test_every_percentage_is_read(number):
    """In both languages."""
    assert stated_confidence(f"Confidence: {number}%") == number / 100
    assert stated_confidence(f"확신도: {number}%") == number / 100


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("It is C.", PLAIN),
        ("It is very likely C.", 0.875),
        ("It is likely C.", 0.675),
        ("That is unlikely.", 0.325),
        ("Perhaps. It is almost certainly C.", (0.5 + 0.97) / 2),
        ("아마 3번입니다.", 0.65),
        ("확실하지 않습니다.", 0.35),
        ("확실히 3번입니다.", 0.97),
        ("The mighty seaside", PLAIN),
    ],
)
def test_wording(text, found):
    """Longer expressions come before their parts, and parts of other words are none."""
    assert hedged(text) == pytest.approx(found)


def test_every_row_of_the_table_is_found():
    """None is hidden behind one above it."""
    for row in TABLE:
        first = re.sub(r"\(\?:([^|()]*)[^()]*\)\??", r"\1", row.pattern).split("|")[0]
        assert hedged(first.strip("()?:")) == row.weight, row


@pytest.mark.parametrize(
    "text",
    [
        *("IDK", "N/A", "n/a.", "Answer: IDK", "정답: 모름", "모르겠습니다", "잘 모르겠습니다."),
        *(
            "I don't know.",
            "I don\N{RIGHT SINGLE QUOTATION MARK}t know",
            "I cannot determine this.",
        ),
        *("The text does not say. I will not answer.", "알 수 없습니다."),
        "<think>Is it C?</think>I do not know.",
    ],
)
def test_who_does_not_know(text):
    """In the forms that models use; none of them is read as an answer."""
    assert abstains(text)
    assert read(text, options=4) is None


@pytest.mark.parametrize(
    "text", ["", "C", "The answer is C.", "<think>I don't know.</think>", "What do you think?"]
)
def test_who_answers_or_says_nothing(text):
    """An empty text, a cut thought and a question back are unread, and no abstentions."""
    assert not abstains(text)


def test_recorded_abstentions():
    """Of 200 answers on Korean criminal law: 55 right, 115 wrong, 30 that say IDK."""
    path = require("records", "kmmlu_criminal_law_runs", "gpt-4o-mini_rag_joonavel.jsonl.gz")
    key = json.loads(require("kmmlu", "answer_key.json").read_text("utf-8"))
    gold = next(letters for name, letters in key.items() if "riminal" in name)
    with gzip.open(path, "rt") as file:
        said = [json.loads(line) for line in file]

    def state(row):
        answer = read(row["output"], options=4)
        if answer is None:
            return "abstained" if abstains(row["output"]) else "unread"
        return "right" if "ABCD"[answer] == gold[row["index"]] else "wrong"

    assert Counter(map(state, said)) == {"right": 55, "wrong": 115, "abstained": 30}


def test_a_style_asks_for_a_number():
    """In words whose answer is read."""
    task = benchmark("mmlu_pro").MMLU_PRO.tasks[0]
    style = styles.named("cot", "confidence")
    text = style.write(task, [], Question("Why?", ("x", "y"), 0, "1")).text
    assert "Confidence: N%" in text
    assert text.endswith("step by step.")
    assert stated_confidence(text.replace("N%", "70%")) == 0.7


def score(**changes):
    return Score(**{"id": "1", "value": 1.0, "answer": 2, "gold": 2, "choices": 4, **changes})


def test_what_there_is_of_one_answer():
    """Letters have probabilities, texts their words, several samples their votes."""
    assert confidences(score(probabilities=(0.1, 0.2, 0.7))) == {"probability": 0.7}
    found = confidences(score(texts=("It is C. Confidence: 80%",)))
    assert found == {"stated": 0.8, "hedged": PLAIN}
    texts = ("C. Confidence: 60%", "", "Maybe B. Confidence: 40%")
    found = confidences(score(texts=texts, votes=(2, None, 1)))
    assert found == pytest.approx({"stated": 0.5, "hedged": (0.5 + PLAIN) / 2, "votes": 1 / 3})
    assert confidences(score(details={"confidence.logits": 0.3, "x": 1.0})) == {"logits": 0.3}
    assert confidences(score()) == {}


@pytest.mark.parametrize(
    ("cell", "found"),
    [
        (0.8, {"recorded": 0.8}),
        (None, {}),
        ({"stated": 2, "logits": None}, {"stated": 2.0}),
    ],
)
def test_recorded_confidences(cell, found):
    """One or several by name; what is missing is left out, what is no share is kept."""
    assert read_output(Row("row 1", {"output": "C", "confidence": cell})).confidences == found


@pytest.mark.parametrize("cell", ["80%", True, float("nan"), {"stated": "high"}, [0.8]])
def test_what_is_no_confidence_is_refused(cell):
    """By its row."""
    said = complaint(read_output, Row("x.jsonl, row 1", {"output": "C", "confidence": cell}))
    assert said.startswith("x.jsonl, row 1: confidence is ")
