"""Which token of a text stands where, how probable it was, and what that says of the answer."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcqtest.answers import READING, confidences, judge
from mcqtest.answers.confidence import answer_probability
from mcqtest.backends.openai.texts import written
from mcqtest.backends.spelled import spelled
from mcqtest.run.store import Store
from mcqtest.types import Question, Response

PIECES = st.lists(st.text("ab é한", max_size=3), max_size=8)
WHY = Question("Why?", ("x", "y", "z"), 2, "1")


@given(PIECES, st.text("<>", max_size=4), st.integers(0, 20))
def test_every_character_of_a_text_is_one_tokens(pieces, opened, kept):
    """Tokens stand one behind the other from where the model began; what was cut is not there."""
    text = opened + "".join(pieces)[:kept]
    found = spelled(text, len(opened), pieces, [-float(at) for at in range(len(pieces))])
    ends = [end for end, _ in found]
    assert ends == sorted(ends)
    begin = len(opened)
    for (end, logprob), piece in zip(found, pieces, strict=False):
        assert logprob == -float(len([each for each in found if each[1] > logprob]))
        assert text[begin:end] == piece[: end - begin]
        begin = end
    assert begin == len(text) or not text[len(opened) :]


@given(PIECES.filter(any))
def test_of_other_tokens_nothing_is_said(pieces):
    assert spelled("x" + "".join(pieces)[1:], 0, pieces, [0.0] * len(pieces)) == ()


def told(*pieces, start=0):
    """A response of these tokens, (text, probability)."""
    text = "<think>"[:start] + "".join(piece for piece, _ in pieces)
    logprobs = [math.log(p) for _, p in pieces]
    places = spelled(text, start, [piece for piece, _ in pieces], logprobs)
    return Response("k", (), 0, text, spelled=places)


@pytest.mark.parametrize(
    ("pieces", "found"),
    [
        ([("The answer", 0.1), (" is", 0.2), (" (", 0.3), ("C", 0.6), (").", 0.4)], 0.6),
        ([("The answer is (C", 0.6), (").", 0.4)], 0.6),
        ([("The answer is A. No, the answer is ", 0.1), ("B", 0.7)], 0.7),
        ([("Hm", 0.5)], None),
    ],
)
def test_the_probability_of_an_answer_is_that_of_its_tokens(pieces, found):
    """Of those that the reader takes it from, and of no others."""
    assert answer_probability(told(*pieces), WHY.choices) == (found and pytest.approx(found))


def test_answers_in_words_have_several_tokens():
    """Their product."""
    pieces = [("The answer is ", 0.9), ("green", 0.5), (" tea", 0.4), (".", 0.1)]
    choices = ("black coffee", "green tea")
    assert answer_probability(told(*pieces), choices) == pytest.approx(0.2)


def test_it_is_one_of_the_confidences():
    """The mean over samples that have one; none where tokens were not asked for."""
    one, two = (told(("The answer is (", 0.5), ("C", p), (")", 0.5)) for p in (0.6, 0.8))
    bare = Response("k", (), 0, "The answer is (C).")
    assert confidences(judge(WHY, [one, two, bare], READING, "q").score)["tokens"] == (
        pytest.approx(0.7)
    )
    assert "tokens" not in confidences(judge(WHY, [bare], READING, "q").score)


def test_they_are_stored(tmp_path):
    """To four digits."""
    store = Store(tmp_path, name="m", identity="0" * 64)
    store.add(told(("The", 0.5), (" answer", 1 / 3)), name="q")
    store.close()
    kept = Store(tmp_path, name="m", identity="0" * 64)["k"]
    assert kept.spelled == ((3, -0.6931), (10, -1.0986))


def chat(content, pieces, **more):
    rows = [{"token": piece, "logprob": -1.0, **extra} for piece, extra in pieces]
    return {"message": {"content": content, **more}, "logprobs": {"content": rows}}


NAME = "한".encode()


@pytest.mark.parametrize(
    ("choice", "text", "ends"),
    [
        (chat("It is C", [("It is", {}), (" C", {})]), "It is C", [5, 7]),
        (
            chat("한C", [("?", {"bytes": [*NAME[:2]]}), ("?", {"bytes": [*NAME[2:]]}), ("C", {})]),
            "한C",
            [0, 1, 2],
        ),
        (
            chat("C.", [("Hm. A?", {}), ("</think>", {}), ("C", {}), (".", {})]),
            "<think>\nHm. A?\n</think>\n\nC.",
            [26, 27],
        ),
        (
            {"text": " C.", "logprobs": {"tokens": [" C", "."], "token_logprobs": [-1, -2.0]}},
            " C.",
            [2, 3],
        ),
        (chat("It is C", [("It was", {}), (" C", {})]), "It is C", []),
        ({"message": {"content": "C"}, "logprobs": None}, "C", []),
        ({"message": {"content": "C"}, "logprobs": {"content": [{"token": "C"}]}}, "C", []),
        ({"message": {"content": None}, "logprobs": {"content": []}}, "", []),
    ],
)
def test_what_served_models_say_of_tokens(choice, text, ends):
    """In chats and completions, behind a thought, in pieces of characters; else nothing."""
    assert [end for end, _ in written(choice, text)] == ends
