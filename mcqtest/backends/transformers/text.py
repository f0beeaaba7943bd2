"""A text as it grows, token by token."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from mcqtest.backends.speech import cut, decode, spoken, stop_at
from mcqtest.backends.spelled import Spelled, pieces, spelled
from mcqtest.backends.tokens import Encoded, Ids
from mcqtest.types import AnswerError, Chat, Decoding, Response


class Text:
    """One text as it grows."""

    def __init__(self, item: Encoded, tokenizer: Any, ends: frozenset[int], limit: int) -> None:
        assert item.request.decoding is not None
        self.item = item
        self.ids: Ids = []
        self.logprobs: list[float] = []
        """Of each token, where it was asked for."""
        self._decoding: Decoding = item.request.decoding
        self.spells = self._decoding.logprobs
        """The log-probabilities of all its tokens are wanted."""
        self._tokenizer = tokenizer
        self._ends = ends
        self.room = min(self._decoding.max_tokens, limit - item.longest)
        """Tokens, at most."""
        self.going = True
        self._forced: deque[int] = deque()
        """Tokens that come next, whatever the model would say."""
        self._stop_met = False
        self._thought_ended = False
        self._generator = torch.Generator().manual_seed(self._decoding.seed)
        self._reach = 4 + max((len(stop.encode()) for stop in self._decoding.stop), default=0)
        """The last tokens that can hold a stop string; a token is one byte at least."""

    @property
    def prompt(self) -> Ids:
        return self.item.rows[0].ids

    def draw(self, logits: Tensor, best: int) -> int:
        """The next token, by (vocabulary,) logits of which the highest is at ``best``."""
        decoding = self._decoding
        if self._forced:
            return self._forced.popleft()
        if decoding.temperature == 0:
            return best
        probabilities = (logits.cpu().double() / decoding.temperature).softmax(-1)
        ordered, tokens = probabilities.sort(descending=True, stable=True)
        if decoding.top_k:
            ordered = ordered[: decoding.top_k] / ordered[: decoding.top_k].sum()
        beyond = ordered.cumsum(-1) - ordered >= decoding.top_p
        drawn = torch.multinomial(ordered.masked_fill(beyond, 0), 1, generator=self._generator)
        return int(tokens[drawn])

    def add(self, token: int) -> None:
        self.ids.append(token)
        if len(self.ids) == self._decoding.thinking_tokens:
            self._forced.extend(cut(self._tokenizer, self.item, self.ids))
            self._thought_ended = bool(self._forced)
        ends = token in self._ends or self._stopped()
        self.going = len(self.ids) < self.room and (bool(self._forced) or not ends)

    def _stopped(self) -> bool:
        if not self._decoding.stop:
            return False
        # A stop may be a special token.
        tail = decode(self._tokenizer, self.ids[-self._reach :], skip=False)
        self._stop_met = any(stop in tail for stop in self._decoding.stop)
        if self._stop_met and isinstance(self.item.request.prompt, Chat):
            self._stop_met = stop_at(self.item.request, self._whole(self.ids)) is not None
        return self._stop_met

    def _whole(self, ids: Ids) -> str:
        """With what the prompt opened."""
        return self.item.opened + spoken(self._tokenizer, self.item.request, self.prompt, ids)

    def response(self) -> Response:
        ended = self.ids[-1] in self._ends
        request = self.item.request
        own = self.ids[:-1] if ended else self.ids
        text = self._whole(own)
        stop = stop_at(self.item.request, text)
        truncated = not (ended or stop is not None or self._stop_met)
        # Cut off by the limit, the last character may be half there.
        text = text.rstrip("\ufffd") if truncated else text[:stop]
        tokens = len(self.ids) if isinstance(request.prompt, Chat) else None
        cut_off = None if self._decoding.thinking_tokens is None else self._thought_ended
        return Response(
            *(request.key, (), self.item.shots, text, truncated, tokens, cut_off),
            spelled=self._spelled(text) if self.spells else (),
        )

    def _spelled(self, text: str) -> Spelled:
        """Of its tokens; the one that ends it spells nothing."""
        written = pieces(self._tokenizer, self.item.request, self.prompt, self.ids)
        return spelled(text, len(self.item.opened), written, self.logprobs)


def choose(texts: Sequence[Text], logits: Tensor) -> list[int]:
    """The next token of each, by (texts, vocabulary) logits; told at once for all of them, since
    every question to a GPU costs time.
    """
    best = logits.argmax(-1).tolist()
    for text, finite in zip(texts, logits.amax(-1).isfinite().tolist(), strict=True):
        if not finite:
            raise AnswerError(
                f"{text.item.request.name}: the model's next token is not a number; the weights "
                "are damaged or overflow in this dtype, try --backend-option dtype=float32"
            )
    return [text.draw(*pair) for text, *pair in zip(texts, logits, best, strict=True)]


def note(texts: Sequence[Text], tokens: Sequence[int], logits: Tensor) -> None:
    """Keep the log-probability of the token that comes next in each text."""
    chosen = logits.gather(-1, torch.tensor(tokens, device=logits.device)[:, None])[:, 0]
    for text, value in zip(texts, (chosen - logits.logsumexp(-1)).tolist(), strict=True):
        text.logprobs.append(value)
