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
from mcqtest.backends.tokens import Encoded, TokenRow
from mcqtest.backends.transformers import passes
from mcqtest.backends.transformers.growing import Own
from mcqtest.backends.transformers.remembered import Remembered
from mcqtest.backends.transformers.sharing import alike
from mcqtest.backends.transformers.text import Text, choose, note
from mcqtest.backends.writer import Writer
from mcqtest.types import AnswerError, Chat, Response


class Generator:
    """Generates with one model."""

    def __init__(
        self,
        model: Any,
        tokenizer: Any,
        limit: int | None,
        writer: Writer,
        *,
        rows: int,
        kept: Remembered | None = None,
    ) -> None:
        self._model = model
        self._tokenizer = copy.deepcopy(tokenizer)  # the other one is used by another thread
        self._limit = limit if limit is not None else 2**62
        self._rows = rows
        """Texts that grow at once."""
        own = getattr(getattr(model, "generation_config", None), "eos_token_id", None)
        other = getattr(model.config.get_text_config(), "eos_token_id", None)
        flat = [*(own if isinstance(own, list) else [own, other]), tokenizer.eos_token_id]
        self._ends = frozenset(end for end in flat if isinstance(end, int))
        self._writer = writer
        model.generation_config = GenerationConfig()  # nobody's penalties or temperatures
        self._kept = kept or Remembered()
        self._checked = self._kept.get("texts") > 0
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

    def _text(self, item: Encoded) -> Text:
        """A text that begins; in a chat the end of a turn ends it, too."""
        chat = isinstance(item.request.prompt, Chat)
        ends = self._ends | self._writer.turn_ends if chat else self._ends
        return Text(item, self._tokenizer, ends, self._limit)

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
        texts = [self._text(item) for item in pack]
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
        if not self._checked or any(text.spells for text in texts):
            note(texts, tokens, logits)
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
        else:
            self._kept.put("texts", len(text.ids))

    def _each_alone(
        self, items: Sequence[Encoded], prefix: passes.Prefix | None
    ) -> Iterator[Response]:
        """With the model's own loop, for architectures that cannot share."""
        for item in items:
            text = self._text(item)
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
        logits = scores.float()
        (token,) = choose([self._text], logits)
        if self._text.spells:
            note([self._text], [token], logits)
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
