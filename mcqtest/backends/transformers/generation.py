"""Texts that go on from prompts: many at once behind their shared prefix.

A batch of rows grows by a token a pass. Each row has keys and values of its own and attends to
the prefix's, which are held once (Hydragen, arXiv 2402.05099). Rows that end make room.
"""

from __future__ import annotations

import copy
import itertools
from collections import deque
from collections.abc import Iterator, Sequence
from typing import Any

import torch
from torch import Tensor
from transformers import GenerationConfig, LogitsProcessorList, StoppingCriteriaList

from mcqtest.backends import memory
from mcqtest.backends.tokens import Encoded, Ids, TokenRow
from mcqtest.backends.transformers import passes
from mcqtest.backends.transformers.packing import Own
from mcqtest.backends.transformers.sharing import alike
from mcqtest.types import AnswerError, Decoding, Response

_TAIL = 8
"""Tokens of the prompt that are decoded with the text, since a token's spelling may depend on
what lies before it."""


class Text:
    """One text as it grows."""

    def __init__(self, item: Encoded, tokenizer: Any, ends: frozenset[int], limit: int) -> None:
        assert item.request.decoding is not None
        self.item = item
        self.ids: Ids = []
        self.logprobs: list[float] = []
        """Of each token, where it was asked for."""
        self._decoding: Decoding = item.request.decoding
        self._tokenizer = tokenizer
        self._ends = ends
        self.room = min(self._decoding.max_tokens, limit - item.longest)
        """Tokens, at most."""
        self.going = True
        self._stop_met = False
        self._generator = torch.Generator().manual_seed(self._decoding.seed)
        self._reach = 4 + max((len(stop.encode()) for stop in self._decoding.stop), default=0)
        """The last tokens that can hold a stop string; a token is one byte at least."""

    @property
    def prompt(self) -> Ids:
        return self.item.rows[0].ids

    def draw(self, logits: Tensor, best: int) -> int:
        """The next token, by (vocabulary,) logits of which the highest is at ``best``."""
        decoding = self._decoding
        if decoding.temperature == 0:
            return best
        probabilities = (logits.cpu().double() / decoding.temperature).softmax(-1)
        ordered, tokens = probabilities.sort(descending=True, stable=True)
        beyond = ordered.cumsum(-1) - ordered >= decoding.top_p
        drawn = torch.multinomial(ordered.masked_fill(beyond, 0), 1, generator=self._generator)
        return int(tokens[drawn])

    def add(self, token: int) -> None:
        self.ids.append(token)
        self.going = not (token in self._ends or len(self.ids) >= self.room or self._stopped())

    def _stopped(self) -> bool:
        if not self._decoding.stop:
            return False
        tail = self._decode(self.ids[-self._reach :], skip=False)  # a stop may be a special token
        self._stop_met = any(stop in tail for stop in self._decoding.stop)
        return self._stop_met

    def response(self) -> Response:
        ended = self.ids[-1] in self._ends
        before = self.prompt[-_TAIL:]
        start = self._decode(before)
        whole = self._decode([*before, *(self.ids[:-1] if ended else self.ids)])
        text = whole[len(start) :]
        found = [at for stop in self._decoding.stop if (at := text.find(stop)) >= 0]
        request = self.item.request
        truncated = not (ended or found or self._stop_met)
        # Cut off by the limit, the last character may be half there.
        text = text.rstrip("\ufffd") if truncated else text[: min(found, default=len(text))]
        return Response(request.key, (), self.item.shots, text, truncated)

    def _decode(self, ids: Ids, *, skip: bool = True) -> str:
        text: str = self._tokenizer.decode(
            ids, skip_special_tokens=skip, clean_up_tokenization_spaces=False
        )
        return text


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


class Generator:
    """Generates with one model."""

    def __init__(self, model: Any, tokenizer: Any, limit: int | None, *, rows: int) -> None:
        self._model = model
        self._tokenizer = copy.deepcopy(tokenizer)  # the other one is used by another thread
        self._limit = limit if limit is not None else 2**62
        self._rows = rows
        """Texts that grow at once."""
        own = getattr(getattr(model, "generation_config", None), "eos_token_id", None)
        other = getattr(model.config.get_text_config(), "eos_token_id", None)
        flat = [*(own if isinstance(own, list) else [own, other]), tokenizer.eos_token_id]
        self._ends = frozenset(end for end in flat if isinstance(end, int))
        model.generation_config = GenerationConfig()  # nobody's penalties or temperatures
        self._checked = False
        self.reason: str | None = None
        """Why texts do not grow together, where they were found not to."""

    def run(
        self, items: Sequence[Encoded], way: passes.Way | None, prefix: passes.Prefix, budget: int
    ) -> Iterator[Response]:
        """A response to each; ``way`` is how the model can score such rows together."""
        waiting = deque(items)
        batch = _Batch()
        done: list[Text] = []
        failed = False
        while waiting or batch.texts:
            if way is not passes.merged or self.reason is not None:
                waiting.extendleft(reversed([text.item for text in batch.texts]))
                yield from self._each_alone(waiting, prefix if way else None)
                return
            try:
                done = self._step(batch, waiting, prefix, budget)
                if not self._checked and (longer := [text for text in done if len(text.ids) > 1]):
                    self._check(longer[0])  # one that was fed back
            except (RuntimeError, MemoryError) as error:
                if not memory.ran_out(error):
                    raise
                waiting.extendleft(reversed([text.item for text in (*done, *batch.texts)]))
                done, batch = [], _Batch()
                if self._rows == 1:
                    raise self._too_large(waiting[0]) from None
                self._rows //= 2
                failed = True
            if failed:  # only here the failed pass is forgotten
                prefix.release()
                failed = False
                continue
            if self.reason is not None:
                waiting.extendleft(reversed([text.item for text in done]))
                continue
            for text in done:
                yield text.response()
            done = []

    def _step(
        self, batch: _Batch, waiting: deque[Encoded], prefix: passes.Prefix, budget: int
    ) -> list[Text]:
        """One pass; the texts that end with it. New rows come in when there is place for a
        quarter of the batch, since every change copies keys and values.
        """
        if waiting and len(batch.texts) <= self._rows * 3 // 4:
            return self._admit(batch, waiting, prefix, budget)
        return self._grow(batch, prefix)

    def _too_large(self, item: Encoded) -> AnswerError:
        return AnswerError(
            f"{item.request.name}: out of memory on {self._model.device} with this text alone "
            f"(prompt of {item.length} tokens); use a smaller dtype or a larger device"
        )

    def _admit(
        self, batch: _Batch, waiting: deque[Encoded], prefix: passes.Prefix, budget: int
    ) -> list[Text]:
        """Take in those that wait, as many as are computed at once; those that end at once."""
        pack: list[Encoded] = []
        size = 0
        for item in itertools.islice(waiting, self._rows - len(batch.texts)):
            size += item.beyond(len(prefix))
            if pack and size > budget:
                break
            pack.append(item)
        texts = [Text(item, self._tokenizer, self._ends, self._limit) for item in pack]
        # Several samples of one prompt have it in common.
        distinct = {tuple(text.prompt): None for text in texts}
        place = {prompt: number for number, prompt in enumerate(distinct)}
        logits, own = passes.begin(
            self._model, [TokenRow(list(ids), ()) for ids in distinct], prefix
        )
        index = [place[tuple(text.prompt)] for text in texts]
        self._next(texts, logits[index])
        batch.join(
            [text for text in texts if text.going],
            own.select([at for text, at in zip(texts, index, strict=True) if text.going]),
        )
        for _ in pack:
            waiting.popleft()
        return [text for text in texts if not text.going]

    def _grow(self, batch: _Batch, prefix: passes.Prefix) -> list[Text]:
        """One more token for each; those that end."""
        assert batch.own is not None
        logits = passes.go_on(
            self._model,
            [text.ids[-1] for text in batch.texts],
            [len(text.prompt) + len(text.ids) - 1 for text in batch.texts],
            batch.own,
            prefix,
        )
        self._next(batch.texts, logits)
        return batch.leave()

    def _next(self, texts: Sequence[Text], logits: Tensor) -> None:
        """Choose a token for each by (texts, vocabulary) logits."""
        tokens = choose(texts, logits)
        if not self._checked:
            norms = logits.logsumexp(-1)
            for text, token, row, norm in zip(texts, tokens, logits, norms, strict=True):
                text.logprobs.append(float(row[token] - norm))
        for text, token in zip(texts, tokens, strict=True):
            text.add(token)

    def _check(self, text: Text) -> None:
        """A first text must have the probabilities that plain scoring of it gives."""
        start = len(text.prompt) - 1
        wanted = tuple((0, start + place, token) for place, token in enumerate(text.ids))
        whole = TokenRow([*text.prompt, *text.ids[:-1]], wanted)
        (plain,) = passes.plain(self._model, [whole])
        self._checked = True
        if not alike(plain, text.logprobs, self._model.dtype):
            self.reason = "tokens of a text have other probabilities than in plain scoring"

    def _each_alone(
        self, items: Sequence[Encoded], prefix: passes.Prefix | None
    ) -> Iterator[Response]:
        """With the model's own loop, for architectures that cannot share."""
        for item in items:
            text = Text(item, self._tokenizer, self._ends, self._limit)
            ids = torch.tensor([text.prompt], device=self._model.device)
            plain = GenerationConfig(do_sample=False, max_new_tokens=text.room, pad_token_id=0)
            cache = {}
            if prefix is not None and prefix.ids:
                cache = {"past_key_values": copy.deepcopy(prefix.cache())}
            try:
                with torch.inference_mode(), passes.quiet():
                    self._model.generate(
                        ids,
                        attention_mask=torch.ones_like(ids),
                        generation_config=plain,
                        logits_processor=LogitsProcessorList([_Choose(text)]),
                        stopping_criteria=StoppingCriteriaList([_Stop(text)]),
                        **cache,
                    )
            except (RuntimeError, MemoryError) as error:
                if not memory.ran_out(error):
                    raise
                raise self._too_large(item) from None
            yield text.response()


class _Choose:
    """Makes the model's own loop take the token that the text chooses."""

    def __init__(self, text: Text) -> None:
        self._text = text

    def __call__(self, input_ids: Tensor, scores: Tensor) -> Tensor:  # noqa: ARG002
        (token,) = choose([self._text], scores.float())
        self._text.add(token)
        forced = torch.full_like(scores, -torch.inf)
        forced[0, token] = 0
        return forced


class _Stop:
    def __init__(self, text: Text) -> None:
        self._text = text

    def __call__(self, input_ids: Tensor, *others: Any, **more: Any) -> Tensor:  # noqa: ARG002
        return torch.tensor([not self._text.going], device=input_ids.device)


class _Batch:
    """Texts that grow together, with the keys and values of their own tokens."""

    def __init__(self) -> None:
        self.texts: list[Text] = []
        self.own: Own | None = None

    def join(self, texts: list[Text], own: Own) -> None:
        self.own = own if self.own is None else self.own.joined(own)
        self.texts = self.texts + texts

    def leave(self) -> list[Text]:
        """Keep those that go on; the others."""
        done = [text for text in self.texts if not text.going]
        if done and self.own is not None:
            self.own = self.own.select([at for at, text in enumerate(self.texts) if text.going])
            self.texts = [text for text in self.texts if text.going]
        return done
