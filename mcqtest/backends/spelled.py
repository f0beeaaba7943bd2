"""Which token of a text stands where, and how probable it was."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import Any

from mcqtest.backends.speech import decode
from mcqtest.backends.tokens import Ids
from mcqtest.types import Chat, Request

_TAIL = 8
"""Tokens before one that are decoded with it, since its spelling may depend on them."""

Spelled = tuple[tuple[int, float], ...]
"""See `mcqtest.types.Response.spelled`."""


def spelled(text: str, start: int, pieces: Sequence[str], logprobs: Sequence[float]) -> Spelled:
    """Of the tokens that wrote ``text[start:]`` piece by piece; they may have written more behind
    it, which was cut. Nothing where they wrote something else.
    """
    if not "".join(pieces).startswith(text[start:]):
        return ()
    ends = accumulate(map(len, pieces), initial=start)
    begins = [*ends]
    tokens = zip(begins, begins[1:], logprobs, strict=False)
    return tuple((min(end, len(text)), each) for begin, end, each in tokens if begin < len(text))


def pieces(tokenizer: Any, request: Request, prompt: Ids, ids: Ids) -> list[str]:
    """What each of the tokens ``ids`` adds to the text behind a prompt; of a character that several
    tokens make, all of it is the last one's.
    """
    return [*_pieces(tokenizer, prompt[-_TAIL:], ids, skip=not isinstance(request.prompt, Chat))]


def _pieces(tokenizer: Any, before: Ids, ids: Ids, *, skip: bool) -> Iterator[str]:
    whole, first = [*before, *ids], len(before)
    for at in range(first, len(whole)):
        known = max(0, at - _TAIL)
        there = decode(tokenizer, whole[known:at], skip=skip).rstrip("\ufffd")
        yield decode(tokenizer, whole[known : at + 1], skip=skip).rstrip("\ufffd")[len(there) :]
