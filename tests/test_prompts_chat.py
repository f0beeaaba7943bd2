"""The words of a prompt, in turns: nothing is added to what a style wrote, and nothing lost."""

from dataclasses import replace

import pytest
from builders import FOUR, complaint, toy_style
from hypothesis import given
from hypothesis import strategies as st

from mcqtest import prompts
from mcqtest.prompts import Talk, continuations, converse, korean
from mcqtest.run.keys import prompts_hash, request_keys
from mcqtest.types import Chat, Decoding, Message, Prompt, Question, Style

TASK = FOUR.tasks[0]
SHOTS = [
    Question(
        f"What is {n} + {n}?",
        ("1", "2", "3"),
        n % 3,
        f"s{n}",
        reasoning=f"A: Let's think step by step. We add. The answer is ({'ABC'[n % 3]}).",
    )
    for n in range(3)
]
ASKED = Question("What is 1 + 1?", ("1", "2", "3"), 1, "q")
TALK = Talk("template")


def turned(style, shots=2, **talk):
    """The only chat that a style makes of a question."""
    written = [style.write(TASK, SHOTS[:shots], ASKED)]
    (chat,) = converse(TASK, style, SHOTS[:shots], written, replace(TALK, **talk))
    return chat


def roles(chat):
    return [message.role for message in chat.messages]


def test_examples_are_turns():
    """A question of the user, and the assistant's answer, as the style puts both."""
    chat = turned(prompts.mmlu)
    assert chat.messages[:3] == (
        Message(
            "system", "The following are multiple choice questions (with answers) about  a.\n\n"
        ),
        Message("user", "What is 0 + 0?\nA. 1\nB. 2\nC. 3\nAnswer:"),
        Message("assistant", "A"),
    )
    assert roles(chat) == ["system", "user", "assistant", "user", "assistant", "user"]
    assert chat.messages[-1].content == prompts.mmlu.write(TASK, (), ASKED).query


def test_what_was_worked_out_is_the_assistants():
    """From where its turn begins."""
    said = turned(prompts.mmlu_pro).messages
    assert said[1].content.endswith("Answer: Let's think step by step.")
    assert said[2].content == "We add. The answer is (A)."


def test_examples_as_text():
    """All in the message that asks, as in the plain text."""
    chat = turned(prompts.mmlu, shots_as="text")
    plain = prompts.mmlu.write(TASK, SHOTS[:2], ASKED)
    assert [message.content for message in chat.messages] == [
        plain.header,
        "".join(plain.shots) + plain.query,
    ]


@pytest.mark.parametrize("style", [prompts.mmlu_pro_api, korean.kmmlu_pro], ids=["api", "pro"])
def test_styles_that_were_written_as_one_message(style):
    """Are one, to the byte, whatever the system says besides."""
    shots = 2 if style is prompts.mmlu_pro_api else 0
    chat = turned(style, shots=shots, system="Be good.")
    plain = style.write(TASK, SHOTS[:shots], ASKED)
    assert chat.messages == (Message("system", "Be good."), Message("user", plain.text))


def odd(task, shots, question):
    """Its examples do not begin as its questions do."""
    prompt = toy_style(task, shots, question)
    return Prompt(prompt.header, tuple(f"# {shot}" for shot in prompt.shots), prompt.query)


def test_examples_that_cannot_be_turns():
    """Stay text, unless somebody asked for turns."""
    style = Style("odd", odd)
    assert roles(turned(style)) == ["system", "user"]
    said = complaint(turned, style, shots_as="turns")
    assert "style odd do not begin as its questions do" in said
    assert "--shots-as=text" in said


def test_system_and_header_are_one_message():
    """The run's text first, with a blank line between unless there is white space."""
    chat = turned(prompts.mmlu, system="Be good.")
    assert chat.messages[0].content.startswith("Be good.\n\nThe following are")
    assert turned(prompts.mmlu, system="Be good. ").system.startswith("Be good. The following")
    assert roles(chat).count("system") == 1


def test_letters():
    """Begin an answer without the space that plain text has before them."""
    chat = turned(prompts.mmlu)
    assert continuations(chat, ASKED) == ("A", "B", "C")
    assert continuations(replace(chat, opening="The answer is"), ASKED) == (" A", " B", " C")
    assert continuations(replace(chat, opening="The answer is "), ASKED) == ("A", "B", "C")
    assert continuations(prompts.mmlu.write(TASK, (), ASKED), ASKED) == (" A", " B", " C")


words = st.text(max_size=5)
examples = st.lists(st.one_of(st.tuples(words), st.tuples(words, words)), max_size=3).map(tuple)
options = st.lists(st.tuples(words, words), max_size=1).map(tuple)
chats = st.builds(Chat, words, words, examples, words, words, options)


@given(one=chats, other=chats)
def test_headers_and_shots_tell_chats_apart(one, other):
    """What backends group by and keys are made of is the same for the same turns alone."""
    same = (one.header, one.shots, one.query) == (other.header, other.shots, other.query)
    assert same == (one == other)
    keys = request_keys("model", [one, other], [ASKED, ASKED])
    assert (keys[0] == keys[1]) == (one == other)
    assert (prompts_hash([one]) == prompts_hash([other])) == (one == other)


def test_a_key_holds_where_stop_strings_count():
    """In a chat behind thoughts, by these marks; keys without a stop string are what they were."""

    def key(prompt, **changes):
        return request_keys("model", [prompt], [ASKED], [Decoding(9, **changes)])[0]

    chat, plain = turned(prompts.mmlu), prompts.mmlu.write(TASK, (), ASKED)
    own = ("((", "))")
    assert key(chat, stop=("x",)) != key(chat, stop=("x",), marks=own)
    assert key(plain, stop=("x",)) == key(plain, stop=("x",), marks=own)
    assert key(chat) == key(chat, marks=own)


@given(chat=chats, dropped=st.integers(0, 3))
def test_dropping_examples(chat, dropped):
    """From the end, as of a prompt; the rest stays as it is."""
    if dropped > len(chat.examples):
        with pytest.raises(ValueError, match="cannot drop"):
            chat.without(dropped)
        return
    fewer = chat.without(dropped)
    assert fewer.examples == chat.examples[: len(chat.examples) - dropped]
    assert len(fewer.shots) == len(fewer.examples)
    assert replace(fewer, examples=chat.examples) == chat


def test_how_a_baseline_has_it():
    """Options and the beginning of the system's text, in a fixed order."""
    talk = replace(TALK, shots_as="text", options={"b": "1", "a": "x"}, system="Be\n" + "x" * 99)
    assert str(TALK) == "chat"
    assert str(talk) == f"chat, shots as text, a=x, b=1, system 'Be\\n{'x' * 54}...'"
