"""The readers of other tools: exactly their patterns, faults included, in less time."""

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mcqtest.answers import READERS, read
from mcqtest.types import LETTERS

FIRST = r"answer is \(?([A-J])\)?"
SECOND = r".*[aA]nswer:\s*([A-J])"
THIRD = r"\b[A-J]\b(?!.*\b[A-J]\b)"


def mmlu_pro(text):
    """The chain as evaluate_from_local.py of TIGER-AI-Lab/MMLU-Pro has it."""
    if match := re.search(FIRST, text):
        return match[1]
    if match := re.search(SECOND, text):
        return match[1]
    match = re.search(THIRD, text, re.DOTALL)
    return match[0] if match else None


def mmlu_pro_api(text):
    """The same after evaluate_from_api.py has taken the stars away."""
    return mmlu_pro(text.replace("**", ""))


def lm_eval(text):
    """The only pattern of lm-evaluation-harness."""
    match = re.search(r"answer is \(?([ABCDEFGHIJ])\)?", text)
    return match[1] if match else None


PUBLISHED = {"mmlu_pro": mmlu_pro, "mmlu_pro_api": mmlu_pro_api, "lm_eval": lm_eval}

FRAGMENTS = [
    "answer is",
    "answer is ",
    "answer is (",
    "answer",
    "is",
    "The answer is",
    "Answer is ",
]
FRAGMENTS += [
    "answer:",
    "Answer:",
    "Answer: ",
    "ANSWER:",
    "answer:\n",
    "answer :",
    "swer:",
    "an",
    "ab",
]
FRAGMENTS += [*"ABCIJKPaj_*5.:-$ \n\r\t\v\0", "  ", "\x1c", "\x85", "\u2028", "\u3000", "**", "***"]
FRAGMENTS += ["(B)", "(C", "D)", "[E]", "$F$", "G.", "H_", "I'm", "B2", "Because", "a cat", "A cat"]
FRAGMENTS += ["é", "É", "ß", "答", "\uff21", "\u212b", "A\u0301"]
texts = st.lists(st.sampled_from(FRAGMENTS), max_size=25).map("".join) | st.text(st.characters())


def letter(text, reader):
    """The letter that is read, whatever the question has."""
    answer = READERS[reader](text, ("",) * 4)
    return None if answer is None else LETTERS[answer]


@pytest.mark.parametrize("reader", PUBLISHED)
@given(text=texts)
@example(text="Answer: A answer: B\nAnswer: C")
@example(text="answer:\nB answer: C\nanswer: D")
@example(text="Answer: x\nAnswer:\n\nB")
@example(text="answer:answer: A")
@example(text="Answer: A\rAnswer: B")
@example(text="A\nB\n")
@example(text="an**swer is A")
def test_they_are_the_published_patterns(reader, text):
    """On any text they read what the naive search with the published patterns reads."""
    assert letter(text, reader) == PUBLISHED[reader](text)


@pytest.mark.parametrize(
    ("text", "local", "api", "harness"),
    [
        ("The answer is (C).", "C", "C", "C"),
        ("answer is C", "C", "C", "C"),
        ("The answer is (A). Or: the answer is (B).", "A", "A", "A"),
        ("The answer is (K). So the answer is (B).", "B", "B", "B"),
        ("answer is Because it must be", "B", "B", "B"),
        ("The answer is Antwort", "A", "A", "A"),
        ("The answer is I think (C)", "I", "I", "I"),
        ("The Answer is (C). Not D", "D", "D", None),
        ("The answer is: C, which is no B", "B", "B", None),
        ("answer is **C**, as B is less", "B", "C", None),
        ("answer is [C], as B is less", "B", "B", None),
        ("answer is  C, as B is less", "B", "B", None),
        ("answer is\nC, as B is less", "B", "B", None),
        ("Answer: C, as B is less", "C", "C", None),
        ("Answer:\n\nC, as B is less", "C", "C", None),
        ("**Answer:** C, as B is less", "B", "C", None),
        ("ANSWER: C, as B is less", "B", "B", None),
        ("Answer: (C), as B is less", "B", "B", None),
        ("Answer: A, no, answer: B\nAnswer: C", "B", "B", None),
        ("Antwort: C", "C", "C", None),
        ("Answer: Antwort", "A", "A", None),
        ("Answer: Let us see", None, None, None),
        ("It must be (D). Done, I think.", "I", "I", None),
        ("It must be (D). A cat.", "A", "A", None),
        ("So it is D_1 or E", "E", "E", None),
        ("The answer is (K)", None, None, None),
        ("the answer is c", None, None, None),
        ("", None, None, None),
    ],
)
def test_what_follows_from_the_patterns(text, local, api, harness):
    """First matches, words taken for letters, and forms that are missed."""
    assert letter(text, "mmlu_pro") == local
    assert letter(text, "mmlu_pro_api") == api
    assert letter(text, "lm_eval") == harness


@pytest.mark.parametrize("reader", PUBLISHED)
def test_letters_beyond_the_choices(reader):
    """They are read as published, which makes the question wrong; `read` gives no answer then."""
    text = "The answer is (J)."
    assert READERS[reader](text, ("",) * 4) == 9
    assert read(text, reader=reader, options=4) is None
    assert read(text, reader=reader, options=10) == 9


@pytest.mark.parametrize("reader", PUBLISHED)
@given(text=texts, choices=st.lists(st.text(), min_size=1, max_size=10))
def test_choices_are_not_looked_at(reader, text, choices):
    """Their number and texts change nothing."""
    assert READERS[reader](text, choices) == READERS[reader](text, ("",))
