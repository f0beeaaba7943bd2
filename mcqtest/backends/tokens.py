"""From prompts to token ids: what is shared, what is fed, and which log-probabilities count.

A tokenizer is not a homomorphism: ``encode(a + b)`` need not be ``encode(a) + encode(b)``.
So every prompt is encoded whole, and what a task's prompts share is found among the tokens.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any

from mcqtest.backends.specials import opening, start, token_ids
from mcqtest.backends.writer import Writer
from mcqtest.types import AnswerError, Chat, Prompt, Request

Ids = list[int]

_ENDINGS = 4096
"""Last lines, with choices behind them, of which the tokens are kept."""


@dataclass(frozen=True, slots=True)
class TokenRow:
    """One sequence for the model, and where it is read."""

    ids: Ids
    """Prompt tokens, followed by all but the last token of a continuation."""
    wanted: tuple[tuple[int, int, int], ...]
    """(choice, position, token): the choice's log-probability is the sum over its tokens,
    each read at the position before it. Empty where a text is to go on from the row."""


@dataclass(frozen=True, slots=True)
class Encoded:
    """One request, fitted to the context."""

    request: Request
    rows: tuple[TokenRow, ...]
    shots: int
    opened: str = ""
    """How the thought begins in which the prompt ends; empty where it ends in none."""

    @property
    def length(self) -> int:
        """Tokens over all rows."""
        return sum(len(row.ids) for row in self.rows)

    @property
    def longest(self) -> int:
        """Tokens of the longest row."""
        return max(len(row.ids) for row in self.rows)

    @property
    def texts(self) -> bool:
        """Whether a text is wanted, not log-probabilities."""
        return self.request.decoding is not None

    @property
    def reach(self) -> int:
        """Tokens of the longest row with all that may be generated after it."""
        decoding = self.request.decoding
        return self.longest + (decoding.max_tokens if decoding is not None else 0)

    def probe(self) -> Encoded:
        """For a text: its prompt, to be read at its end (there, any token may be asked for)."""
        (row,) = self.rows
        tokens = enumerate(sorted(set(row.ids))[:8])
        wanted = tuple((choice, len(row.ids) - 1, token) for choice, token in tokens)
        return replace(self, rows=(TokenRow(row.ids, wanted),))

    def beyond(self, shared: int) -> int:
        """Tokens over all rows, without the ``shared`` ones that each begins with."""
        return self.length - len(self.rows) * shared


class Encoder:
    """Encodes requests with one tokenizer for a context of ``limit`` tokens (None: endless)
    and a model that knows ``vocabulary`` of them (None: not told). ``before`` stands before every
    prompt that is one text (None: what the tokenizer writes there); ``writer`` makes texts of
    turns.
    """

    def __init__(
        self,
        tokenizer: Any,
        limit: int | None,
        vocabulary: int | None = None,
        before: Ids | None = None,
        writer: Writer | None = None,
    ) -> None:
        self._tokenizer = tokenizer
        self._writer = writer or Writer(tokenizer, "the model")
        self._limit = limit
        self._vocabulary = vocabulary
        self.before = opening(tokenizer) if before is None else before
        self._start = start(tokenizer)
        """What stands for a prompt without text, where nothing stands before it."""
        self._endings: dict[tuple[str, tuple[str, ...]], tuple[Ids, tuple[Ids, ...]] | None] = {}

    def _ids(self, texts: list[str]) -> list[Ids]:
        return token_ids(self._tokenizer, texts)

    def encode(self, requests: Sequence[Request]) -> list[Encoded]:
        """Encode, dropping shots from the end of each prompt until it fits.

        Raises `AnswerError` where a question does not fit with no shots at all.
        """
        done: list[Encoded | None] = [None] * len(requests)
        todo = list(range(len(requests)))
        dropped = 0
        while todo:  # every round, one shot fewer for those that were too long
            short = [index for index in todo if dropped > len(requests[index].prompt.shots)]
            if short:
                raise AnswerError(
                    f"{requests[short[0]].name}: the question alone is longer than the model's "
                    f"context of {self._limit} tokens; use a model with a longer one"
                )
            prompts = [requests[index].prompt.without(dropped) for index in todo]
            asked = [requests[index] for index in todo]
            texts = [self._text(*pair) for pair in zip(asked, prompts, strict=True)]
            rows = self._rows(asked, texts)
            for index, prompt, text, own in zip(todo, prompts, texts, rows, strict=True):
                if self._fits(requests[index], own, bare=not prompt.shots):
                    opened = self._opened(requests[index], prompt, text)
                    done[index] = Encoded(requests[index], own, len(prompt.shots), opened)
            todo = [index for index in todo if done[index] is None]
            dropped += 1
        return [encoded for encoded in done if encoded is not None]

    def _fits(self, request: Request, rows: Sequence[TokenRow], *, bare: bool) -> bool:
        """A text needs room for all its tokens; if there is none even without shots, then for
        one: it is truncated at the end of the context.
        """
        if self._limit is None:
            return True
        length = max(len(row.ids) for row in rows)
        if request.decoding is not None:
            length += 1 if bare else request.decoding.max_tokens
        return length <= self._limit

    def _text(self, request: Request, prompt: Prompt | Chat) -> str:
        """What the model goes on from, without what stands before every prompt."""
        if isinstance(prompt, Prompt):
            return prompt.text
        if request.decoding is None:
            return self._writer.write_answered(prompt)
        return self._writer.write(prompt)

    def _opened(self, request: Request, prompt: Prompt | Chat, text: str) -> str:
        if isinstance(prompt, Prompt) or request.decoding is None:
            return ""
        return self._writer.opened(text, prompt)

    def _rows(
        self, requests: Sequence[Request], texts: Sequence[str]
    ) -> list[tuple[TokenRow, ...]]:
        contexts = self._ids(list(texts))
        rows: list[tuple[TokenRow, ...]] = []
        for request, text, own in zip(requests, texts, contexts, strict=True):
            chat = isinstance(request.prompt, Chat)
            before = [] if chat else self.before or ([] if text else self._start)
            if request.decoding is not None:
                context = before + own
                self._check(request, context, ())
                rows.append((TokenRow(context, ()),))
                continue
            context, continuations = own, self._appended(text, own, request.choices)
            if continuations is None:  # the letter changes the tokens before it: encode both
                whole = self._ids([text + choice for choice in request.choices])
                shared = _common([own, *whole])
                context, continuations = own[:shared], tuple(ids[shared:] for ids in whole)
            rows.append(self._read(request, before + context, continuations))
        return rows

    def _appended(self, text: str, own: Ids, choices: tuple[str, ...]) -> tuple[Ids, ...] | None:
        """The choices' tokens, if they are simply appended to ``own``, those of ``text``.

        Decided on the text's last line, with the line ends behind it, once for each that occurs.
        """
        ending = text[text.rstrip("\n").rfind("\n") + 1 :][-64:]
        if (ending, choices) not in self._endings:
            if len(self._endings) >= _ENDINGS:  # choices that every question has of its own
                self._endings.clear()
            context, *whole = self._ids([ending] + [ending + choice for choice in choices])
            stable = all(ids[: len(context)] == context for ids in whole)
            self._endings[ending, choices] = (
                (context, tuple(ids[len(context) :] for ids in whole)) if stable else None
            )
        found = self._endings[ending, choices]
        if found is None or found[0][-1:] != own[-1:]:  # the line is read differently by itself
            return None
        return found[1]

    def _read(
        self, request: Request, context: Ids, continuations: tuple[Ids, ...]
    ) -> tuple[TokenRow, ...]:
        """Rows that together give every choice: one, unless the choices differ before their
        last token.
        """
        if not all(continuations) or len(set(map(tuple, continuations))) < len(continuations):
            raise AnswerError(
                f"{request.name}: the tokenizer cannot tell the answers "
                f"{', '.join(map(repr, request.choices))} apart (token ids {continuations}); "
                "this model cannot be scored by letters"
            )
        self._check(request, context, continuations)
        rows: dict[tuple[int, ...], list[tuple[int, int, int]]] = {}
        for choice, ids in enumerate(continuations):
            wanted = rows.setdefault(tuple(ids[:-1]), [])
            wanted += [(choice, len(context) - 1 + i, token) for i, token in enumerate(ids)]
        return tuple(TokenRow(context + list(fed), tuple(wanted)) for fed, wanted in rows.items())

    def _check(self, request: Request, context: Ids, continuations: Sequence[Ids]) -> None:
        if not context:
            raise AnswerError(f"{request.name}: the tokenizer makes nothing of the prompt")
        last = max(map(max, (context, *continuations)))
        if self._vocabulary is not None and last >= self._vocabulary:
            raise AnswerError(
                f"{request.name}: the tokenizer writes token {last}, the model knows "
                f"{self._vocabulary} tokens; the tokenizer is another model's, copy the right one"
            )


def few(encoder: Encoder, requests: Sequence[Request], count: int = 4) -> list[TokenRow]:
    """Rows of some of the requests, evenly drawn, to try a model with."""
    found: list[TokenRow] = []
    for request in requests[:: max(1, len(requests) // count)][:count]:
        with suppress(AnswerError):  # told where it is asked
            (item,) = encoder.encode([request])
            found += (item.probe() if item.texts else item).rows
    return found


def ahead(encoder: Encoder, requests: Iterable[Request]) -> Iterator[list[Encoded]]:
    """Groups of consecutive requests with equal headers and shots, those of which all are known
    left out; each is encoded while whoever asks computes the one before.
    """
    pool = ThreadPoolExecutor(1)
    coming: Future[list[Encoded]] | None = None
    try:
        for _, group in groupby(requests, lambda each: (each.prompt.header, each.prompt.shots)):
            together = list(group)
            if all(request.known for request in together):
                continue
            done, coming = coming, pool.submit(encoder.encode, together)
            if done is not None:
                yield done.result()
        if coming is not None:
            yield coming.result()
    finally:
        pool.shutdown(cancel_futures=True)


def shared_length(encoded: Sequence[Encoded]) -> int:
    """How many leading tokens all rows share, leaving at least the read positions of each."""
    rows = [row for item in encoded for row in item.rows]
    return min(_common([row.ids for row in rows]), *map(_first_read, encoded))


def _first_read(item: Encoded) -> int:
    """Before this position all rows of an item are equal, and nothing is read."""
    return min(
        min((position for _, position, _ in row.wanted), default=len(row.ids) - 1)
        for row in item.rows
    )


def nested(
    encoded: Sequence[Encoded], shared: int, *, least: int = 64, apart: float = math.inf
) -> tuple[list[list[Encoded]], list[Encoded]]:
    """Groups of items whose rows go on alike for ``least`` tokens beyond the ``shared`` ones, and
    the other items; all in the order given. An item is a group of its own where its rows repeat as
    many as ``apart`` tokens: choices of several tokens, behind a long prompt.
    """
    rows = [item.rows[0].ids[: _first_read(item)] for item in encoded]
    ordered = sorted(range(len(rows)), key=lambda index: rows[index][shared:])
    groups = [[index] for index in ordered[:1]]
    for index in ordered[1:]:
        other = groups[-1][-1]
        alike = rows[index][: shared + least] == rows[other][: shared + least]
        if alike and len(rows[index]) >= shared + least:
            groups[-1].append(index)
        else:
            groups.append([index])
    inner, rest = [], []
    for group in groups:
        index = group[0]
        own = len(rows[index]) - shared
        if len(group) > 1 or (own >= least and own * (len(encoded[index].rows) - 1) >= apart):
            inner.append([encoded[index] for index in sorted(group)])
        else:
            rest.append(index)
    return inner, [encoded[index] for index in sorted(rest)]


def _common(rows: Sequence[Ids]) -> int:
    """How many leading tokens all rows have in common."""
    low, high = min(rows), max(rows)  # what these two share, all between them share
    pairs = zip(low, high, strict=False)
    return next((i for i, (a, b) in enumerate(pairs) if a != b), len(low))
