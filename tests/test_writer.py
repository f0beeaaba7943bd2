"""Turns become the text that the model's own template makes of them, whatever the template."""

from types import SimpleNamespace
from unittest import mock

import pytest

pytest.importorskip("torch")

import chats
import models
from builders import complaint
from hypothesis import given
from hypothesis import strategies as st

from mcqtest.backends import writer as writing
from mcqtest.backends.dates import TODAY, dated
from mcqtest.backends.tokens import Encoder
from mcqtest.backends.writer import SWITCHES, Writer
from mcqtest.types import Chat, Decoding, Request


def families(*names, but=()):
    """Each of these families, or all but some."""
    every = [name for name in chats.FAMILIES if name not in but and (not names or name in names)]
    return pytest.mark.parametrize("family", [chats.FAMILIES[each] for each in every], ids=every)


words = st.text(alphabet="abc XYZ.?\n", min_size=1, max_size=30).map(lambda text: f"a{text}b")
turns = st.lists(st.tuples(words, words), max_size=3).map(tuple)
asked = st.builds(Chat, st.one_of(st.just(""), words), st.just(""), turns, words)


def whole(*pairs, system="", query="Which way?", **options):
    """A conversation."""
    return Chat(system, "", pairs, query, options=tuple(options.items()))


def request(chat, *, letters=False):
    return Request(
        key="1",
        prompt=chat,
        choices=("A", "B"),
        name="toy/a/1",
        decoding=None if letters else Decoding(max_tokens=4),
    )


def on_our_day():
    """`transformers`, on the day that every prompt says."""
    clock = SimpleNamespace(now=lambda: TODAY)
    return mock.patch("transformers.utils.chat_template_utils.datetime", clock)


def written(family, chat, **options):
    """What `transformers` makes of the turns: the token ids."""
    words = chats.tokenizer(family)
    conversation = [message._asdict() for message in chat.messages]
    with on_our_day():
        return words.apply_chat_template(
            conversation, add_generation_prompt=True, return_dict=False, **options
        )


@families(but=["gemma2"])
@given(chat=asked)
def test_tokens_are_those_of_transformers(family, chat):
    """One by one, whatever is said, with one BOS where the template has one."""
    words = chats.tokenizer(family)
    (encoded,) = Encoder(words, None).encode([request(chat)])
    ids = encoded.rows[0].ids
    assert ids == written(family, chat)
    assert ids.count(words.bos_token_id) == (family.bos is not None)


def test_what_the_system_says_where_a_template_takes_no_system():
    """It stands before the first question, and a note says so, once."""
    writer = Writer(chats.tokenizer(chats.GEMMA2), "here")
    chat = whole(("One?", "A"), system="Be good.")
    assert writer.write(chat) == Writer(chats.tokenizer(chats.GEMMA3), "there").write(chat)
    writer.check(chat)
    assert [note for note in writer.notices if "takes no system message" in note] == writer.notices
    assert len(writer.notices) == 1


OPTIONS = {"true": True, "false": False, "3": 3, "low": "low", "null": None}


@pytest.mark.parametrize(("said", "meant"), OPTIONS.items())
def test_options_reach_the_template_as_what_they_are(said, meant):
    """A template tells ``false`` from ``"false"``."""
    family = chats.QWEN3._replace(template="{{ messages[0].content }}={{ x is sameas y }}")
    writer = Writer(chats.tokenizer(family), "here")
    given = whole(query="Is it?", x=said)
    text = writer._text(given.messages, {"x": meant, "y": meant}, parts=False)
    assert text == "Is it?=True" or isinstance(meant, str | int)
    assert writer.write(given) == writer._text(given.messages, {"x": meant}, parts=False)


def test_a_thought_can_be_turned_off():
    """By the template's own option."""
    writer = Writer(chats.tokenizer(chats.QWEN3), "here")
    thinking, silent = whole(), whole(enable_thinking="false")
    assert writer.write(silent) == writer.write(thinking) + "<think>\n\n</think>\n\n"


@families("llama3", "gpt_oss")
def test_no_prompt_changes_at_midnight(family):
    """Templates that write today's date write the same one every day."""
    text = Writer(chats.tokenizer(family), "here").write(whole())
    assert "2024" in text


DAYS = [
    '  {%- if strftime_now is defined %}\n  {{ strftime_now("%A, %-d %B %Y at %H") }}\n{% endif %}',
    """\n {% set f = '%y' + "%m" %}{{ strftime_now(f) + strftime_now(format="%j %e") }}""",
    "{% macro a() %}{{ strftime_now('%d') }}{% endmacro %}\n  {% if true %}\n{{ a() }}{% endif %}",
    "\n{{ 'no day' }}",
]


@pytest.mark.parametrize("template", DAYS)
def test_a_day_of_ours_is_written_as_the_library_writes_its_own(template):
    """To the blank: by any directive of `strftime`, in macros, wherever templates begin."""
    template += "\n{{ messages[0].content }}"
    words = chats.tokenizer(chats.QWEN3._replace(template=template))
    with on_our_day():
        theirs = words.apply_chat_template([whole().messages[0]._asdict()], tokenize=False)
    assert Writer(words, "here").write(whole()) == theirs
    assert (dated(template) == template) == ("strftime_now" not in template)


@pytest.mark.parametrize(
    ("name", "ending"),
    [
        ("llama3", "<|end_header_id|>\n\n"),
        ("qwen25", "assistant\n"),
        ("qwen3", "assistant\n<think>\n\n</think>\n\n"),
        ("deepseek_r1", "Assistant\uff5c><think>\n\n</think>\n\n"),
        ("gpt_oss", "<|start|>assistant<|channel|>final<|message|>"),
        ("mistral", "[/INST]"),
        ("gemma2", "<start_of_turn>model\n"),
        ("phi4", "assistant<|im_sep|>"),
        ("glm45", "<|assistant|>\n<think></think>\n"),
        ("granite", "assistant<|end_of_role|>"),
        ("command_a", "<|START_THINKING|><|END_THINKING|><|START_RESPONSE|>"),
        ("llama4", "assistant<|header_end|>\n\n"),
    ],
)
def test_where_letters_stand(name, ending):
    """Where the template writes an answer: behind its channel, and behind a thought that is left
    empty where it has one.
    """
    family, chat = chats.FAMILIES[name], whole(("One?", "A"))
    writer = Writer(chats.tokenizer(family), "here")
    assert writer.write_answered(chat).endswith(ending)
    (encoded,) = Encoder(chats.tokenizer(family), None).encode([request(chat, letters=True)])
    (row,) = encoded.rows  # line ends may be other tokens before a letter: the same for all
    last = {choice: token for choice, _, token in row.wanted}
    ids = chats.tokenizer(family).convert_tokens_to_ids(["A", "B"])
    assert last == dict(enumerate(ids))


@pytest.mark.parametrize("switch", SWITCHES)
def test_a_thought_that_the_template_itself_leaves_empty(switch):
    """Is left so for letters, as its model has learned it, whatever others write there."""
    silent = "{{ '<hush>' if SWITCH is defined and not SWITCH else '<think>\n' }}"
    template = "{% for turn in messages %}{{ turn.content }};{% endfor %}" + silent
    family = chats.PHI4._replace(template=template.replace("SWITCH", switch))
    writer = Writer(chats.tokenizer(family), "here")
    assert writer.write(whole()) == "Which way?;<think>\n"
    assert writer.write_answered(whole()) == "Which way?;<hush>"


def test_a_prompt_that_ends_inside_a_thought():
    """What opened it belongs to the text that follows; other prompts open nothing, though their
    question shows a mark.
    """
    tricky = whole(query="What is <think> for?")
    for name, family in chats.FAMILIES.items():
        writer = Writer(chats.tokenizer(family), "here")
        opened = writer.opened(writer.write(tricky), tricky)
        marks = {"deepseek_r1": "<think>\n", "command_a": "<|START_THINKING|>"}
        assert opened == marks.get(name, "")


@families()
def test_the_token_that_ends_a_turn(family):
    """Found in what the template writes behind an answer."""
    words = chats.tokenizer(family)
    ends = Writer(words, "here").turn_ends
    assert words.convert_ids_to_tokens(list(ends)) == [family.eos]


def test_contents_in_parts():
    """Templates of models that see pictures may take nothing else."""
    template = (
        "{% for turn in messages %}{% for part in turn.content %}{{ part.text }}{% endfor %};"
        "{% endfor %}"
    )
    writer = Writer(chats.tokenizer(chats.PHI4._replace(template=template)), "here")
    assert writer.write(whole(("One?", "A"))) == "One?;A;Which way?;"


BROKEN = {
    "{{ messages[0].content": "TemplateSyntaxError",
    "{{ raise_exception('Only on Mondays') }}": "Only on Mondays",
    "{{ nothing.at.all }}": "UndefinedError",
    "{{ ''.__class__.__mro__ }}": "SecurityError",
    "{% for tool in tools %}{{ tool }}{% endfor %}": "TypeError",
    "{{ datetime.now() }}": "UndefinedError",
    "{% for each in range(10 ** 9) %}x{% endfor %}": "Range too big",
    "{{ 1 / 0 }}": "ZeroDivisionError",
    "Hello!": "does not write what a user says",
}


@pytest.mark.parametrize(("template", "why"), BROKEN.items())
def test_broken_templates(template, why):
    """One line that says what is wrong with whose template, and what to do."""
    writer = Writer(chats.tokenizer(chats.PHI4._replace(template=template)), "models/mine")
    said = complaint(writer.write, whole())
    assert said.startswith("models/mine: its chat template")
    assert why in said
    assert "--chat=off" in said


def test_a_template_that_writes_for_ever(monkeypatch):
    """Is left behind; one whose ranges the sandbox allows may still be nested."""
    monkeypatch.setattr(writing, "PATIENCE", 0.05)
    long = "{% for a in range(3000) %}{% for b in range(3000) %}{% endfor %}{% endfor %}"
    family = chats.PHI4._replace(template=long + chats.PHI4.template)
    said = complaint(Writer(chats.tokenizer(family), "models/mine").write, whole())
    assert said.startswith("models/mine: its chat template has written nothing after 0.05 seconds")


def test_alternation():
    """A template that wants user and assistant by turns says so where they are not."""
    strange = Chat("", "", (("One?", "A"), ("Two?",)), "Which?")
    assert len(strange.messages) == 3  # a text is no turn
    lone = chats.MISTRAL._replace(template=chats.MISTRAL.template.replace("(loop.index0", "(1"))
    said = complaint(Writer(chats.tokenizer(lone), "here").write, strange)
    assert "After a user comes an assistant" in said


@pytest.mark.parametrize(
    ("lost", "told"),
    [("system", "what the system says"), ("assistant", "the assistant in 2 of 2 turns")],
)
def test_what_a_template_leaves_out(lost, told):
    """Is noted: the model does not see it."""
    kept = "{% for turn in messages if turn.role != 'LOST' %}{{ turn.content }};{% endfor %}"
    family = chats.PHI4._replace(template=kept.replace("LOST", lost))
    writer = Writer(chats.tokenizer(family), "here")
    writer.check(whole(("One?", "Alpha"), ("Two?", "Beta"), system="Be good."))
    assert [told in note for note in writer.notices] == [True]


@pytest.mark.parametrize(("bos", "count"), [("auto", 1), ("yes", 1), ("no", 0)])
def test_the_bos_where_somebody_says(bos, count):
    """Once, or not at all."""
    words = chats.tokenizer(chats.LLAMA3)
    text = Writer(words, "here", bos).write(whole())
    assert text.count(words.bos_token) == count


def test_a_model_without_a_template():
    """Is told as one."""
    said = complaint(Writer(models.tokenizer("bytes"), "models/base").write, whole())
    assert "chat_template is not set" in said
