"""By which content an answer is known again: keys of requests, seeds, and the hash of prompts."""

from __future__ import annotations

import hashlib
import itertools
import json
from collections.abc import Iterable, Sequence
from dataclasses import replace

from mcqtest import prompts
from mcqtest.types import Ask, Chat, Decoding, Origin, Prompt, Question, Task


def request_keys(
    identity: str,
    written: Sequence[Prompt | Chat],
    questions: Sequence[Question],
    decodings: Sequence[Decoding | None] = (),
) -> list[str]:
    """`ask_keys` of questions whose answers are letters, or a text."""
    choices = map(prompts.letters, questions)
    each = zip(written, choices, decodings or [None] * len(written), strict=True)
    return ask_keys(identity, itertools.starmap(Ask, each))


def ask_keys(identity: str, asks: Iterable[Ask]) -> list[str]:
    """Keys of all that can change an answer: model and settings, prompt, continuations or the
    way of decoding.

    Fields are preceded by their lengths, so that no two different requests hash alike.
    """
    keys = []
    start, started = None, hashlib.sha256()
    encoded: dict[tuple[str, ...], bytes] = {}
    for prompt, choices, decoding, _ in asks:
        if start != (prompt.header, prompt.shots):
            start = (prompt.header, prompt.shots)
            started = hashlib.sha256(_field(identity) + _field(prompt.header))
            for shot in prompt.shots:
                started.update(_field(shot))
        if decoding is None:
            if choices not in encoded:
                encoded[choices] = b"".join(map(_field, choices))
            end = encoded[choices]
        else:
            end = b">" + _field(_decoded(decoding, in_chat=isinstance(prompt, Chat)))
        whole = started.copy()
        whole.update(b"?" + _field(prompt.query) + end)
        keys.append(whole.hexdigest()[:40])
    return keys


def seeded(decoding: Decoding | None, origin: Origin) -> Decoding | None:
    """The decoding of one request: a seed of its own where tokens are drawn; where none are, and
    yet it is asked several times, which time it is.
    """
    if decoding is None:
        return None
    if not decoding.temperature:
        return replace(decoding, repeat=origin.sample) if origin.sample else decoding
    digest = hashlib.sha256(f"{decoding.seed}/{origin}/{origin.sample}".encode()).digest()
    return replace(decoding, seed=int.from_bytes(digest[:4]) >> 1)  # any library takes 31 bits


def _decoded(decoding: Decoding, *, in_chat: bool) -> str:
    """All of a decoding that has an effect: without temperature nothing is drawn; in a chat marks
    of thoughts say where a stop string counts.
    """
    heat, top_p = float(decoding.temperature), float(decoding.top_p)
    few = (decoding.top_k,) if decoding.top_k else ()
    drawn = (heat, top_p, decoding.seed, *few) if heat else ()
    cut = () if decoding.thinking_tokens is None else (decoding.thinking_tokens, decoding.marks)
    stops = ("said", decoding.marks) if in_chat and decoding.stop else ()
    again = ("again", decoding.repeat) if decoding.repeat else ()
    told = ("logprobs",) if decoding.logprobs else ()
    return repr((decoding.max_tokens, decoding.stop, drawn, *cut, *stops, *again, *told))


def unasked(task: Task, rows: Iterable[tuple[int, Question]]) -> list[Prompt]:
    """Stand for prompts that somebody else wrote: all by which an output is looked up, and what
    was asked, so that other questions are not given the stored answers of these. A row is that of
    the question among all of its task, from 0.
    """
    return [
        Prompt("", (), json.dumps([task.path, each.id, row, each.text, each.choices]))
        for row, each in rows
    ]


def prompts_hash(written: Sequence[Prompt | Chat]) -> str:
    whole = hashlib.sha256()
    last = None
    for prompt in written:
        if (prompt.header, prompt.shots) != last:
            last = (prompt.header, prompt.shots)
            whole.update(b"".join(map(_field, (prompt.header, *prompt.shots))))
        whole.update(b"?" + _field(prompt.query))
    return whole.hexdigest()


def _field(text: str) -> bytes:
    encoded = text.encode("utf-8", "surrogatepass")
    return b"%d:%b" % (len(encoded), encoded)
