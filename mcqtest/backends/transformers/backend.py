"""Any causal language model that `transformers` can load.

The prefix that a task's questions share is computed once. The rest of many questions is
packed into one row, each attending to the prefix and to itself only, so nothing is padded
and the prefix's keys and values are not copied per question. Where an architecture does not
allow that (recurrent states, positions that cannot be given), a check against plain scoring
finds it and every prompt is computed whole, without padding.
"""

from __future__ import annotations

import itertools
import math
import os
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from itertools import groupby

# Matrix products that do not depend on the number of threads, so that workers with fewer
# threads give the same last bits as one process. Read by MKL when torch is first imported.
os.environ.setdefault("MKL_CBWR", "AUTO,STRICT")

import torch

from mcqtest.backends import memory
from mcqtest.backends.adapter import Adapted
from mcqtest.backends.checkpoint import Checkpoint
from mcqtest.backends.roundtrip import Reader
from mcqtest.backends.setup import Setup
from mcqtest.backends.tokens import Encoded, Encoder, ahead, few, nested, shared_length
from mcqtest.backends.transformers import adapting, files, passes, threads
from mcqtest.backends.transformers.generation import Generator
from mcqtest.backends.transformers.loading import context, load, usable
from mcqtest.backends.transformers.remembered import Remembered
from mcqtest.backends.transformers.sharing import Sharing, summed
from mcqtest.types import AnswerError, Request, Response, one_line

_BUDGET = {"cpu": 1024}
_BUDGET_ACCELERATOR = 8192
"""Tokens computed at once; more gains nothing on a CPU, whose cores 1,024 keep busy."""

_ROWS = {"cpu": 32}
_ROWS_ACCELERATOR = 128
"""Texts that grow at once."""

_APART = 8
"""The part of a budget that passes of a question's own must spare."""

_MIN_SHARED = 16
"""Prefixes shorter than this are recomputed: a pass of their own costs more."""


class Transformers:
    """A loaded checkpoint; a `mcqtest.types.Backend`."""

    def __init__(self, checkpoint: Checkpoint, setup: Setup) -> None:
        self.asked = 0
        """Requests answered by computing, since loading."""
        self._checkpoint = checkpoint
        self._name = checkpoint.name
        self._device = usable(setup.device)
        threads.share()
        self._notes = files.check(checkpoint.base, setup)
        self._model, tokenizer = load(checkpoint, setup, self._device)
        self._in_use = files.in_use(checkpoint)
        options = setup.options
        limit = context(self._model.config, tokenizer, options)
        embeddings = self._model.get_input_embeddings().weight
        self._reader = Reader(tokenizer, setup.files(checkpoint.words), options)
        self._encoder = Encoder(
            tokenizer, limit, len(embeddings), self._reader.before, self._reader.writer
        )
        default = _BUDGET.get(self._device.type, _BUDGET_ACCELERATOR)
        self._budget = int(options.get("batch_tokens", default))
        # Who asks for an attention gets it; `merged` has its own.
        ways = [passes.masked] if "attn_implementation" in options else list(passes.WAYS)
        self._share = options.get("share", "1") != "0"
        self._kept = Remembered.of(self._model, setup)
        self._sharing = Sharing(self._model, ways if self._share else [], self._kept)
        self._tokenizer, self._limit = tokenizer, limit

    @property
    def dtype(self) -> torch.dtype:
        dtype: torch.dtype = self._model.dtype
        return dtype

    @property
    def notices(self) -> list[str]:
        """What a person should know of how the answers were computed."""
        said = [*self._notes, *self._reader.notices]
        if self._limit is None and not getattr(self._model, "_is_stateful", False):
            said.append(
                f"{self._name}: states no length of its context, so every prompt is given whole; "
                "--backend-option max_length=N sets a limit"
            )
        texts = self._generator.reason if "_generator" in vars(self) else None
        if reason := self._sharing.reason or texts:
            said.append(
                f"{self._name}: {type(self._model).__name__} cannot share prefixes "
                f"({reason}); such prompts are computed whole, which is slower and "
                "changes nothing else"
            )
        return said

    def check(self, requests: Sequence[Request]) -> None:
        """Raise if the tokenizer damages what is going to be asked."""
        self._reader.check(requests)
        if isinstance(self._checkpoint, Adapted) and not self._checkpoint.is_idle:
            rows = few(self._encoder, requests)
            if rows and not adapting.has_effect(self._model, rows):
                self._notes.append(self._checkpoint.without_effect)

    def run(self, requests: Iterable[Request]) -> Iterator[Response]:
        """Answer; see `mcqtest.types.Backend`. Consecutive requests with equal headers and
        shots share their prefix.
        """
        for encoded in ahead(self._encoder, requests):
            encoded.sort(key=lambda item: (item.texts, -item.shots, -item.length))  # longest first
            for (texts, _), equal in groupby(encoded, lambda item: (item.texts, item.shots)):
                run = self._texts if texts else self._letters
                items = list(equal)
                try:
                    yield from run(items)
                except (RuntimeError, IndexError) as error:
                    if self._limit is not None or memory.ran_out(error):
                        raise
                    raise self._too_long(items, error) from error

    def _too_long(self, items: Sequence[Encoded], error: Exception) -> AnswerError:
        """For an error in a model that says nothing of a limit."""
        longest = max(items, key=lambda item: item.longest)
        return AnswerError(
            f"{longest.request.name}: the model fails ({one_line(error, 120, named=True)}), and "
            f"states no length of its context; {longest.longest} tokens may be too many, and "
            "--backend-option max_length=N sets a limit"
        )

    @cached_property
    def _generator(self) -> Generator:
        rows = _ROWS.get(self._device.type, _ROWS_ACCELERATOR)
        writer = self._reader.writer
        return Generator(
            self._model, self._tokenizer, self._limit, writer, rows=rows, kept=self._kept
        )

    def _texts(self, encoded: list[Encoded]) -> Iterator[Response]:
        """Texts for requests with equal shots."""
        items = [item for item in encoded if not item.request.known]
        if not items:
            return
        prefix = self._prefix(encoded)
        way = self._way([item.probe() for item in encoded], prefix)
        if max(item.reach for item in items) >= passes.scaled_beyond(self._model.config):
            way = None  # a text that grows so long would change the positions of its company
        for response in self._generator.run(items, way, prefix, self._budget):
            self.asked += 1
            yield response

    def _letters(
        self, encoded: list[Encoded], before: passes.Prefix | None = None
    ) -> Iterator[Response]:
        """Log-probabilities for requests with equal shots, pack by pack, in the order given.

        Those that go on alike behind their prefix (questions on one passage) share that as well,
        and so do the choices of one question, where these have several tokens and it is long.
        Packs and the decision to share depend on all requests, known or not, so that a resumed
        run gives the same last bits (unless memory ran out, or numbers overflowed, in one of them).
        """
        if all(item.request.known for item in encoded):
            return
        prefix = self._prefix(encoded, before)
        way = self._way(encoded, prefix)
        apart = self._budget // _APART
        nests = way is passes.merged
        inner, rest = nested(encoded, len(prefix), apart=apart) if nests else ([], encoded)
        for group in inner:
            yield from self._letters(group, prefix)
        start = 0
        while start < len(rest):
            pack = self._pack(rest, start, len(prefix))
            wanted = [item for item in pack if not item.request.known]
            if wanted:
                try:
                    scores = self._score(pack if way else wanted, way, prefix)
                except (RuntimeError, MemoryError) as error:
                    if not memory.ran_out(error):
                        raise
                    if len(pack) == 1:
                        raise AnswerError(
                            f"{pack[0].request.name}: out of memory on {self._device} with this "
                            f"question alone ({pack[0].length} tokens); use a smaller dtype or a "
                            "larger device"
                        ) from None
                    scores = None
                if scores is None:
                    self._shrink(pack, prefix)
                    continue
                for item in wanted:
                    logprobs = _finite(item, scores[item.request.key])
                    self.asked += 1
                    yield Response(item.request.key, logprobs, item.shots)
            start += len(pack)

    def _prefix(
        self, encoded: Sequence[Encoded], before: passes.Prefix | None = None
    ) -> passes.Prefix:
        """The tokens that all of them share, where that is worth a pass of its own."""
        several = sum(len(item.rows) for item in encoded) > 1
        shared = shared_length(encoded) if self._share and several else 0
        ids = encoded[0].rows[0].ids[: shared if shared >= _MIN_SHARED else 0]
        return passes.Prefix(self._model, ids, before)

    def _pack(self, encoded: Sequence[Encoded], start: int, shared: int) -> Sequence[Encoded]:
        """The items from ``start`` on that are computed at once: one, or as many as fit."""
        end, size = start + 1, encoded[start].beyond(shared)
        while end < len(encoded) and (size := size + encoded[end].beyond(shared)) <= self._budget:
            end += 1
        return encoded[start:end]

    def _shrink(self, pack: Sequence[Encoded], prefix: passes.Prefix) -> None:
        """Compute fewer tokens at once from now on, since ``pack`` was too large."""
        size = sum(item.beyond(len(prefix)) for item in pack)
        self._budget = max(1, min(self._budget, size) // 2)
        prefix.release()

    def _score(
        self, pack: Sequence[Encoded], way: passes.Way | None, prefix: passes.Prefix
    ) -> dict[str, tuple[float, ...]]:
        """Log-probabilities of each item's choices, by key; all plain where ``way`` is None."""
        found = {}
        if way is not None:
            rows = [row for item in pack for row in item.rows]
            scores = iter(way(self._model, rows, prefix))
            for item in pack:
                found[item.request.key] = summed(item, [next(scores) for _ in item.rows])
        for item in pack:
            # One item that overflows may spoil its pack: masked or not, 0 times infinity is NaN.
            if not all(map(math.isfinite, found.get(item.request.key, (math.nan,)))):
                found[item.request.key] = summed(item, passes.plain(self._model, item.rows))
        return found

    def _way(self, encoded: Sequence[Encoded], prefix: passes.Prefix) -> passes.Way | None:
        """How to score these items together; checked with the longest, and with a pack as large
        as any may become: some of the items, again and again.
        """
        while self._share:
            longest = max(encoded, key=lambda item: item.longest)
            size = longest.beyond(len(prefix))
            others: list[Encoded] = []
            for item in itertools.cycle(encoded):
                if size >= self._budget:
                    break
                others.append(item)
                size += item.beyond(len(prefix))
            if others:
                size = self._budget  # no pack of several is larger
            elif len(longest.rows) == 1:
                size = 0  # a row by itself lies nowhere else
            try:
                return self._sharing.choose(longest, others, size, prefix)
            except (RuntimeError, MemoryError) as error:
                if not memory.ran_out(error):
                    raise
                if not others:
                    return None  # told, with the question's name, where it is scored
            self._shrink([*others, longest], prefix)
        return None


def _finite(item: Encoded, logprobs: tuple[float, ...]) -> tuple[float, ...]:
    for choice, value in zip(item.request.choices, logprobs, strict=True):
        if not math.isfinite(value):
            raise AnswerError(
                f"{item.request.name}: the log-probability of {choice!r} is {value}; the weights "
                "are damaged or overflow in this dtype, try --backend-option dtype=float32"
            )
    return logprobs
