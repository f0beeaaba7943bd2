"""What a model wrote, from its tokens."""

from __future__ import annotations

from typing import Any

from mcqtest.answers import Thoughts
from mcqtest.backends.specials import token_ids
from mcqtest.backends.tokens import Encoded, Ids
from mcqtest.types import Chat, Request

_TAIL = 8
"""Tokens of the prompt that are decoded with the text, since a token's spelling may depend on
what lies before it."""


def decode(tokenizer: Any, ids: Ids, *, skip: bool) -> str:
    """The text of these tokens; ``skip`` leaves special ones out."""
    text: str = tokenizer.decode(ids, skip_special_tokens=skip, clean_up_tokenization_spaces=False)
    return text


def spoken(tokenizer: Any, request: Request, prompt: Ids, ids: Ids) -> str:
    """The text of the tokens ``ids`` behind a prompt.

    In a chat special tokens are part of it: marks of thoughts and channels may be special, and once
    they are gone nobody can tell a thought from an answer.
    """
    before = prompt[-_TAIL:]
    skip = not isinstance(request.prompt, Chat)
    start = decode(tokenizer, before, skip=skip)
    return decode(tokenizer, [*before, *ids], skip=skip)[len(start) :]


def stop_at(request: Request, text: str) -> int | None:
    """Where the first stop string stands in a text that begins with what the prompt opened; None
    where there is none. In a chat those in a thought do not count, nor in the white space behind
    it: what is thought is no part of the answer that a stop string ends.
    """
    decoding, start, end = request.decoding, 0, len(text)
    if decoding is None or not decoding.stop:
        return None
    if isinstance(request.prompt, Chat):
        start, end, _ = Thoughts(decoding.marks).said(text)
        start += len(text[start:end]) - len(text[start:end].lstrip()) if start else 0
    found = [at for stop in decoding.stop if (at := text.find(stop, start, end)) >= 0]
    return min(found, default=None)


def cut(tokenizer: Any, item: Encoded, ids: Ids) -> Ids:
    """The tokens that end a thought in which a text is after ``ids``; none where it is in none."""
    assert item.request.decoding is not None
    thoughts = Thoughts(item.request.decoding.marks)
    text = item.opened + spoken(tokenizer, item.request, item.rows[0].ids, ids)
    found = thoughts.said(text)
    return token_ids(tokenizer, [thoughts.closing(text[found.end :])])[0] if found.is_cut else []
