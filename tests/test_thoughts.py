"""What a model thinks is told from what it says, whatever family of marks stands around it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcqtest.answers.thoughts import MARKS, Mark, said, without

PAIRS = {
    "tags: <think>, <seed:think>, <|think|>": [
        ("<think>", "</think>"),
        ("<thought>\n", "\n</thought>"),
        ("<seed:think>", "</seed:think>"),
        ("<|think|>", "<|/think|>"),
        ("<REASONING>", "</Reasoning>"),
        ("<생각>", "</생각>"),
    ],
    "Kimi": [("◁think▷", "◁/think▷")],
    "Magistral": [("[THINK]", "[/THINK]")],
    "words: <|START_THINKING|>, <|begin_of_thought|>": [
        ("<|START_THINKING|>", "<|END_THINKING|><|START_RESPONSE|>"),
        ("<|begin_of_thought|>", "<|end_of_thought|>\n\n<|begin_of_solution|>"),
    ],
    "channels: gpt-oss": [
        ("<|channel|>analysis<|message|>", "<|end|><|start|>assistant<|channel|>final<|message|>"),
        (
            "<|channel|>commentary<|message|>",
            "<|end|><|start|>assistant<|channel|>final <|constrain|>json<|message|>",
        ),
    ],
    "channels without their marks, where special tokens were dropped": [
        ("analysis", "assistantfinal"),
        ("assistantanalysis\n", "assistantfinal"),
    ],
    "Gemma": [("<|channel>thought\n", "<channel|>")],
    "Granite": [("Here is my thought process:\n", "\n\nHere is my response:")],
}
"""Family -> how its texts look."""
EVERY = [pair for pairs in PAIRS.values() for pair in pairs]
WORDS = ["The answer is (B). ", "Wait, ", "3 < 4 ", "[sic] ", "analysis ", "final ", "\n\n", "생각"]
prose = st.lists(st.sampled_from(WORDS), max_size=6).map("".join)


def test_every_family_is_tried():
    """A row that is added has its texts here."""
    assert [mark.family for mark in MARKS] == list(PAIRS)


@pytest.mark.parametrize(("opens", "closes"), EVERY)
@given(thought=prose, answer=prose)
def test_what_follows_a_thought_was_said(opens, closes, thought, answer):
    """All of it and nothing else, if nothing is missing."""
    text = f"{opens}We think: {thought}{closes}{answer}"
    assert without(text) == answer
    assert not said(text).is_cut


@pytest.mark.parametrize(("opens", "closes"), EVERY)
@given(thought=prose)
def test_a_thought_that_never_ends_leaves_nothing(opens, closes, thought):
    """And that it was cut is told, so that such texts can be counted."""
    text = f"{opens}We think: {thought}"
    assert without(text) == ""
    assert said(text).is_cut


@pytest.mark.parametrize(
    ("opens", "closes"), [pair for pair in EVERY if pair[0].lstrip()[0] in "<[◁"]
)
@given(thought=prose, answer=prose)
def test_templates_may_open_the_thought(opens, closes, thought, answer):
    """Then the closing mark alone is there, and if it is not, only the prompt knows."""
    assert without(f"{thought}{closes}{answer}") == answer
    assert without(thought, inside=True) == ""
    assert said(thought, inside=True).is_cut
    assert not said(f"{thought}{closes}{answer}", inside=True).is_cut


@pytest.mark.parametrize(("opens", "closes"), EVERY)
def test_thinking_again(opens, closes):
    """What was said between two thoughts counts where the second was cut, and not where it ended:
    the text goes on behind it.
    """
    once = f"{opens}We think. {closes}B."
    assert without(f"{once}<think>And C?") == "B."
    assert without(f"{once}<think>And C?</think>D.") == "D."


@pytest.mark.parametrize(
    "text",
    [
        "The analysis shows B.",
        "analysis: B",
        "analysis of this question leads to B",
        "Analysis\n\nThe answer is B.",
        "final answer: B",
        "Final: B",
        "x < 3 and [B], <b>bold</b>, <thinker>",
        "I think: B",
    ],
)
def test_what_only_looks_like_a_mark(text):
    """Is said."""
    assert without(text) == text


@pytest.mark.parametrize("text", ["finalB", "assistantfinalB", "final**B**"])
def test_an_answer_without_a_thought(text):
    """A channel of its own may be all that there is."""
    assert without(text) in {"B", "**B**"}


@given(st.text("<>|ab.*\\[", min_size=2, max_size=6), st.text("<>|cd.*\\]", min_size=2, max_size=6))
def test_marks_of_ones_own(opens, closes):
    """They are compared letter by letter, beside ours or in their place."""
    opens, closes = f"<{opens}<", f">{closes}>"
    own = Mark.literal(opens, closes)
    assert without(f"{opens}A{closes}B", marks=(own,)) == "B"
    assert without(f"{opens}A{closes}B", marks=(*MARKS, own)) == "B"
    assert without("<think>A</think>B", marks=(own,)) == "<think>A</think>B"


@given(st.text())
def test_any_text(text):
    """What was said is a part of the text, and thinks no more."""
    found = said(text)
    assert 0 <= found.start <= found.end <= len(text)
    assert found.is_cut or found.end == len(text)


@pytest.mark.parametrize(
    "part", ["<think>", "</think>", "<", "[", "<|channel|>", "analysis", "final", "assistantfinal"]
)
@pytest.mark.parametrize("start", ["", "analysis", "Here is my thought process:"])
def test_long_texts_end(start, part):
    """Time grows with the text and not with its square."""
    text = start + part * (1_000_000 // len(part))
    assert len(without(text)) <= len(text)
