"""One request to vLLM, from its prompts to its response."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Sequence
from typing import Any

from mcqtest.backends.speech import cut, spoken, stop_at
from mcqtest.backends.spelled import Spelled, pieces, spelled
from mcqtest.backends.tokens import Encoded, Ids
from mcqtest.backends.writer import Writer
from mcqtest.types import AnswerError, Chat, Decoding, Response

TRY = "the weights are damaged or overflow in this dtype, try --backend-option dtype=float32"

Step = tuple[Ids, tuple[tuple[int, int], ...]]
"""A prompt for the engine, and (choice, token) for what is read after it."""


class Item:
    """A request, and what is found out of the readings that make up its answer."""

    def __init__(
        self, encoded: Encoded, tokenizer: Any = None, writer: Writer | None = None
    ) -> None:
        self.encoded = encoded
        self.request = encoded.request
        self.readings = readings(encoded)
        self._found: dict[int, Sequence[float]] = {}
        self._tokenizer = tokenizer
        self._writer = writer
        self._text: Any = None
        """What the engine said last of a text; it may be asked to go on."""
        self._room = 0
        """Tokens of a text, at most."""
        self._ids: Ids = []
        """Of a text in a chat, what there is so far."""
        self._passed = False
        """A stop string stood in a thought, and the text goes on without any; it is cut here."""
        self._thought_ended = False
        self._logprobs: list[float] = []
        """Of the tokens of a text, where they are wanted."""

    @property
    def _chats(self) -> bool:
        return isinstance(self.request.prompt, Chat)

    def sampling(self, number: int, limit: int) -> Any:
        """How the engine goes on from a reading's prompt, to ``limit`` tokens at most."""
        from vllm import SamplingParams
        from vllm.sampling_params import RequestOutputKind

        _, wanted = self.readings[number]
        decoding = self.request.decoding
        if decoding is None or wanted:
            return SamplingParams(
                max_tokens=1,
                temperature=0,
                logprob_token_ids=sorted({token for _, token in wanted}),
                detokenize=False,
                output_kind=RequestOutputKind.FINAL_ONLY,
            )
        self._room = min(decoding.max_tokens, limit - len(self.encoded.rows[0].ids))
        return SamplingParams(
            max_tokens=self._next(decoding),
            stop=[] if self._passed else list(decoding.stop),
            temperature=decoding.temperature,
            top_p=decoding.top_p,
            top_k=decoding.top_k,
            seed=decoding.seed,
            logprobs=0 if decoding.logprobs else None,
            output_kind=RequestOutputKind.FINAL_ONLY,
            **self._in_chat(),
        )

    def _next(self, decoding: Decoding) -> int:
        """Tokens of a text that come next: all, or those up to where a thought has to end."""
        thinking = decoding.thinking_tokens
        left, there = self._room - len(self._ids), len(self._ids)
        return left if thinking is None or there >= thinking else min(thinking - there, left)

    def _in_chat(self) -> dict[str, Any]:
        """The end of a turn is one of the text, and special tokens are part of it."""
        if not self._chats or self._writer is None:
            return {}
        return {"stop_token_ids": sorted(self._writer.turn_ends), "skip_special_tokens": False}

    def take(self, number: int, output: Any) -> Response | None:
        """The response, if this was the last of its readings, and none `goes_on`."""
        if output.finish_reason not in {"stop", "length"}:
            raise AnswerError(f"{self.request.name}: vLLM gave up on it ({output.finish_reason})")
        _, wanted = self.readings[number]
        if not wanted:
            self._hear(output)
            if self.goes_on(number):
                ids = self.encoded.rows[0].ids
                self.readings[number] = ([*ids, *self._ids], ())
                return None
        self._found[number] = [output.logprobs[0][token].logprob for _, token in wanted]
        if len(self._found) < len(self.readings):
            return None
        key, shots = self.request.key, self.encoded.shots
        if self.request.decoding is None:
            return Response(key, self._sum(), shots)
        if not math.isfinite(self._found[0][0]):
            raise AnswerError(f"{self.request.name}: the model's next token is not a number; {TRY}")
        text = self.encoded.opened + self._said()
        stop = stop_at(self.request, text)  # of two in one token, vLLM may cut the later
        tokens = self._count(stop) if self._chats else None
        cut_off = None if self.request.decoding.thinking_tokens is None else self._thought_ended
        is_cut = not self._ended and stop is None
        text = text[:stop]
        told = self._spelled(text) if self.request.decoding.logprobs else ()
        return Response(key, (), shots, text, is_cut, tokens, cut_off, told)

    def _spelled(self, text: str) -> Spelled:
        """Of its tokens; what the engine was made to say, to end a thought, is certain."""
        ids = self._ids if self._chats else list(self._text.token_ids)
        prompt = self.encoded.rows[0].ids
        written = pieces(self._tokenizer, self.request, prompt, ids)
        return spelled(text, len(self.encoded.opened), written, self._logprobs)

    def _count(self, stop: int | None) -> int:
        """Tokens of a text, up to the one that completes what stops it at ``stop``."""
        if stop is None or not self._passed:
            return len(self._ids)

        def is_there(count: int) -> bool:
            return stop_at(self.request, self._spoken(self._ids[:count])) is not None

        return bisect_left(range(len(self._ids)), True, key=is_there)

    @property
    def _ended(self) -> bool:
        """By itself, or by a stop string that stands in no thought."""
        by_text = isinstance(self._text.stop_reason, str)
        return bool(self._text.finish_reason == "stop") and not (by_text and self._passed)

    def _hear(self, output: Any) -> None:
        """More of a text; where the budget of a thought is spent, the thought is ended."""
        self._text = output
        told = zip(output.token_ids, output.logprobs or (), strict=False)
        self._logprobs += [each[token].logprob for token, each in told]
        if not self._chats:
            return
        assert self.request.decoding is not None
        self._ids += output.token_ids
        if isinstance(output.stop_reason, str):
            self._passed = stop_at(self.request, self._spoken(self._ids)) is None
        if len(self._ids) == self.request.decoding.thinking_tokens and not self._ended:
            closing = cut(self._tokenizer, self.encoded, self._ids)
            self._thought_ended = bool(closing)
            self._ids += closing
            self._logprobs += [0.0] * len(closing)
            self._ids = self._ids[: self._room]

    def goes_on(self, number: int) -> bool:
        """The engine stopped where a thought had to end, and not the text."""
        _, wanted = self.readings[number]
        if wanted or not self._ids or self._ended:
            return False
        return len(self._ids) < self._room

    def _said(self) -> str:
        if not self._chats:
            text: str = self._text.text
            return text
        # What stopped it is the last token, unless that was a text.
        by_token = self._ended and not isinstance(self._text.stop_reason, str)
        ids = self._ids[:-1] if by_token else self._ids
        said = self._spoken(ids).removeprefix(self.encoded.opened)
        return said.rstrip("\ufffd") if not self._ended else said

    def _spoken(self, ids: Ids) -> str:
        """In a chat, the text of ``ids`` with what the prompt opened."""
        rows = self.encoded.rows
        return self.encoded.opened + spoken(self._tokenizer, self.request, rows[0].ids, ids)

    def _sum(self) -> tuple[float, ...]:
        """Add up the tokens of each choice, in the order of the readings."""
        choices = self.request.choices
        total = [0.0] * len(choices)
        for number, (_, wanted) in enumerate(self.readings):
            for (choice, _), value in zip(wanted, self._found[number], strict=True):
                total[choice] += value
        for text, value in zip(choices, total, strict=True):
            if not math.isfinite(value):
                raise AnswerError(
                    f"{self.request.name}: the log-probability of {text!r} is {value}; {TRY}"
                )
        return tuple(total)


def readings(encoded: Encoded) -> list[Step]:
    """The prompts that together give every choice: one, where letters are one token each. A
    token within a row is read after a prompt that ends before it. For a text, the prompt, and
    before it a token after the prompt: a model that computes no numbers would write all the same.
    """
    if encoded.request.decoding is not None:
        ids = encoded.rows[0].ids
        return [(ids, ((0, ids[-1]),)), (ids, ())]
    wanted: dict[tuple[int, ...], list[tuple[int, int]]] = {}
    for row in encoded.rows:
        for choice, position, token in row.wanted:
            wanted.setdefault(tuple(row.ids[: position + 1]), []).append((choice, token))
    return [(list(ids), tuple(pairs)) for ids, pairs in wanted.items()]
