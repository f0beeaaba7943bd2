"""Answers in a chat: marks of thoughts are kept, a budget ends a thought, a mark ends a turn."""

from dataclasses import replace

import pytest

pytest.importorskip("torch")
pytest.importorskip("transformers")

import chats
import models
import torch

from mcqtest.types import Chat, Decoding, Prompt, Request

SPECIAL = chats.Family(
    chats.DEEPSEEK_R1.template.replace("<think>", "[THINK]"),
    (*chats.DEEPSEEK_R1.specials, "[THINK]", "[/THINK]"),
    chats.DEEPSEEK_R1.eos,
    chats.DEEPSEEK_R1.bos,
)
"""Marks of thoughts that are special tokens, as Magistral's are."""

LONG = Decoding(max_tokens=12)
CUT = replace(LONG, thinking_tokens=5)


def asked(count=4, *, decoding=None, examples=2, letters=("A", "B", "C", "D")):
    """Questions behind the same examples, in turns."""
    shots = tuple((models.question(6, 90 + n), letters[n % 4]) for n in range(examples))
    return [
        Request(
            key=str(number),
            prompt=Chat("Be good.", "", shots, models.question(3 + number, number)),
            choices=() if decoding else letters,
            name=f"sea/tides/{number}",
            decoding=decoding,
        )
        for number in range(count)
    ]


@pytest.fixture(scope="module", params=["1", "0"], ids=["together", "alone"])
def thinker(tmp_path_factory, request):
    """A model whose template opens a thought, with its tokenizer."""
    folder = chats.save(tmp_path_factory.mktemp("thinker"), chats.DEEPSEEK_R1, head_dim=8)
    return models.backend(folder, share=request.param)


def texts(model, requests):
    return {each.key: each for each in model.run(requests)}


def plain(model, ids, count):
    """Token ids of the model's own greedy loop, up to an end."""
    with torch.inference_mode():
        found = model._model.generate(
            torch.tensor([ids]),
            do_sample=False,
            max_new_tokens=count,
            pad_token_id=0,
            eos_token_id=-1,
        )
    return found[0, len(ids) :].tolist()


def test_a_budget_ends_a_thought(thinker):
    """After so many tokens the closing mark stands there, and the model goes on from it; the text
    begins with what opened the thought.
    """
    words = thinker._tokenizer
    closing = words("\n</think>\n\n", add_special_tokens=False)["input_ids"]
    requests = asked(decoding=CUT)
    for encoded in thinker._encoder.encode(requests):
        (row,) = encoded.rows
        thought = plain(thinker, row.ids, 5)
        after = plain(thinker, [*row.ids, *thought, *closing], 12 - 5 - len(closing))
        expected = words.decode([*thought, *closing, *after])
        found = texts(thinker, [encoded.request])[encoded.request.key]
        assert found.text == f"<think>\n{expected}".rstrip("\ufffd")
        assert (found.truncated, found.tokens) == (True, 12)


def test_the_budget_is_the_same_whatever_the_company(thinker):
    """Many at once as each by itself."""
    requests = asked(decoding=CUT)
    together = texts(thinker, requests)
    for request in requests:
        assert texts(thinker, [request])[request.key] == together[request.key]


def test_whose_thought_was_ended_is_told(thinker):
    """By the budget; nothing is told where there is none."""
    cut, long = (texts(thinker, asked(decoding=each)) for each in (CUT, LONG))
    assert {each.thought_ended for each in cut.values()} == {True}
    assert {each.thought_ended for each in long.values()} == {None}


def test_a_stop_string_cuts_no_thought(thinker):
    """Nor is one seen in the white space behind it; behind these it ends the text as ever."""
    (whole,) = texts(thinker, asked(1, decoding=CUT)).values()
    thought, mark, said = whole.text.partition("</think>\n\n")
    inside, behind = thought.removeprefix("<think>\n")[:2], said.lstrip()[1:3]
    stopping = replace(CUT, stop=(inside, "\n\n", behind))
    (found,) = texts(thinker, asked(1, decoding=stopping)).values()
    at = min(
        at for stop in stopping.stop if (at := said.find(stop, len(said) - len(said.lstrip()))) >= 0
    )
    assert found.text == thought + mark + said[:at]
    assert not found.truncated
    assert found.thought_ended


def test_a_stop_string_in_a_thought_that_never_ends(thinker):
    """Ends nothing: the text goes on to its limit."""
    (whole,) = texts(thinker, asked(1, decoding=LONG)).values()
    stop = whole.text.removeprefix("<think>\n")[2:5]
    (found,) = texts(thinker, asked(1, decoding=replace(LONG, stop=(stop,)))).values()
    assert found == whole


def test_where_nothing_is_thought_nothing_is_cut(tmp_path):
    """A budget is for thoughts alone."""
    model = models.backend(chats.save(tmp_path / "silent", chats.QWEN3))
    long, cut = (texts(model, asked(decoding=each)) for each in (LONG, CUT))
    assert {each.thought_ended for each in cut.values()} == {False}
    assert long == {key: replace(each, thought_ended=None) for key, each in cut.items()}


def test_marks_that_are_special_tokens_survive(tmp_path):
    """Else nobody could tell the thought from the answer."""
    model = models.backend(chats.save(tmp_path / "special", SPECIAL))
    for found in texts(model, asked(decoding=CUT)).values():
        assert found.text.startswith("[THINK]\n")
        assert found.text.count("[/THINK]") == 1


def test_marks_of_ones_own(tmp_path):
    """Are written as they are told."""
    model = models.backend(chats.save(tmp_path / "own", chats.QWEN25))
    own = replace(CUT, marks=("", "((so))"))
    for found in texts(model, asked(decoding=own)).values():
        assert found.text.count("((so))") == 1


def test_the_templates_mark_ends_a_turn(thinker):
    """Also where no generation config says so; the mark is no part of the text."""
    requests = asked(1, decoding=LONG)
    (encoded,) = thinker._encoder.encode(requests)
    third = plain(thinker, encoded.rows[0].ids, 3)[-1]
    writer = thinker._reader.writer
    ends = writer.turn_ends
    writer.__dict__["turn_ends"] = frozenset([third])
    try:
        (found,) = texts(thinker, requests).values()
    finally:
        writer.__dict__["turn_ends"] = ends
    assert found.truncated is False
    assert found.tokens <= 3
    assert thinker._tokenizer.decode([third]) not in found.text


def unique(rows):
    """Tokens that differ, where rows begin alike: those of a tree of prefixes."""
    return len({tuple(ids[: end + 1]) for ids in rows for end in range(len(ids))})


def computed(model, requests, monkeypatch):
    """Tokens that a run feeds the model, and how many of its prompts' tokens differ."""
    with monkeypatch.context() as patch:
        sizes = models.fed(patch)
        list(model.run(requests))
    rows = [row.ids for each in model._encoder.encode(requests) for row in each.rows]
    fewest = unique(rows)
    assert sum(map(len, rows)) > 3 * fewest
    return sum(sizes), fewest


def test_what_turns_share_is_computed_once(tmp_path, monkeypatch):
    """As in plain text: hardly a token twice."""
    model = models.backend(chats.save(tmp_path / "shared", chats.QWEN3, head_dim=8))
    told = asked(30, examples=6)
    list(model.run(told))  # which sees for once whether sharing changes answers
    shots = tuple(f"{question} {answer}\n\n" for question, answer in told[0].prompt.examples)
    plain = [replace(each, prompt=Prompt("Be good.", shots, each.prompt.query)) for each in told]
    for requests in (plain, told):
        fed, fewest = computed(model, requests, monkeypatch)
        assert fewest <= fed < 1.1 * fewest


def test_letters_are_those_of_plain_scoring(tmp_path):
    """Behind the whole text that the template wrote, token by token."""
    folder = chats.save(tmp_path / "scored", chats.QWEN3, head_dim=8)
    model = models.backend(folder)
    reference = models.Reference(folder)
    scored = models.answers(model, asked())
    for request in asked():
        text = model._reader.writer.write_answered(request.prompt)
        expected = reference.score(text, request.choices)
        found = scored[request.key]
        offset = found[0] - expected[0]  # of line ends before a letter, common to all
        assert found == pytest.approx([each + offset for each in expected], abs=1e-4)
