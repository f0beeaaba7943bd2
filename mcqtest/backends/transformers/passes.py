"""One pass of a model over rows of tokens: each row whole, or many packed behind a prefix.

Knows torch and the caches of `transformers`, nothing of prompts, memory or devices.
"""

from __future__ import annotations

import gc
import inspect
import itertools
import math
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import torch
from transformers import DynamicCache, PreTrainedModel

from mcqtest.backends.tokens import Ids, TokenRow
from mcqtest.backends.transformers import attention, threads
from mcqtest.backends.transformers.growing import Own, Pair
from mcqtest.backends.transformers.packing import Packing

Scores = list[list[float]]
"""For each row, the log-probability of each of its wanted tokens."""

Way = Callable[[Any, Sequence[TokenRow], "Prefix"], Scores]
"""Of scoring many rows in one pass behind their prefix: `merged` or `masked`."""


KINDS = ("none", "whole", "nested")
"""How a prefix comes about: not at all, in one pass, or as the continuation of another."""

Layers = list[Pair]


class Prefix:
    """Keys and values of the tokens that rows share, computed when first needed.

    ``before`` is a shorter one with which it begins.
    """

    def __init__(self, model: Any, ids: Ids, before: Prefix | None = None) -> None:
        self._model = model
        self.ids = ids
        self._before = before
        self._cache: DynamicCache | None = None
        self._layers: Layers = []

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def kind(self) -> str:
        """One of `KINDS`."""
        if not self.ids:
            return "none"
        return "whole" if self._before is None else "nested"

    def cache(self) -> DynamicCache:
        """A cache of exactly the prefix. What a pass appends is cropped by `restore`."""
        if self._cache is None:
            cache = DynamicCache()  # no config: layers with a window keep all as well
            if self.ids:
                ids = torch.tensor([self.ids], device=self._model.device)
                _call(self._model, ids, [-1], past_key_values=cache, use_cache=True)
            self._cache = cache  # only now: a pass that fails leaves layers of unequal length
        return self._cache

    def layers(self) -> Layers:
        """Keys and values per layer, each (1, KV heads, prefix, head size); or nothing."""
        if not self.ids:
            return []
        if self._before is None:
            return [(layer.keys, layer.values) for layer in self.cache().layers]
        if not self._layers:
            _, own = begin(self._model, [TokenRow(self.ids, ())], self._before)
            (alone,) = own.parts
            found = alone.layers
            if len(self._before):
                pairs = zip(self._before.layers(), alone.layers, strict=True)
                found = [
                    (torch.cat([key, more], 2), torch.cat([value, other], 2))
                    for (key, value), (more, other) in pairs
                ]
            self._layers = found
        return self._layers

    def restore(self) -> None:
        """Crop the cache to the prefix after a pass that succeeded."""
        if not self.ids:
            self._cache = None
        elif self._cache is not None:
            extra = self._cache.get_seq_length() - len(self.ids)
            if extra < 0:
                raise NotImplementedError("its cache does not keep every token")
            self._cache.crop(-extra)

    def forget(self) -> None:
        """Free the memory, also of a pass that failed; the next one computes it anew."""
        self._cache = None
        self._layers = []
        if self._before is not None:
            self._before.forget()

    def release(self) -> None:
        """`forget`, and give the memory back. To be called when the exception of a pass that
        failed is gone: it holds all that the pass had made.
        """
        self.forget()
        gc.collect()
        if self._model.device.type == "cuda":
            torch.cuda.empty_cache()


def plain(model: Any, rows: Sequence[TokenRow]) -> Scores:
    """Each row by itself, unpadded: right for every architecture."""
    return [_forward(model, [row], 0, {"use_cache": False})[0] for row in rows]


def merged(model: Any, rows: Sequence[TokenRow], prefix: Prefix) -> Scores:
    """Score rows in one pass over one packed sequence, the prefix's attention merged in."""
    layout = _layout(model, rows, prefix)
    shared = attention.Shared(prefix.layers(), layout)
    _kinds(model)
    with _set_to(model, attention.NAME):
        return _forward(model, rows, len(prefix), _behind(layout.position, shared))


def begin(model: Any, rows: Sequence[TokenRow], prefix: Prefix) -> tuple[torch.Tensor, Own]:
    """The logits after each row, (rows, vocabulary), and what its next token will attend to."""
    layout = _layout(model, rows, prefix)
    kept: Layers = []
    shared = attention.Shared(prefix.layers(), layout, kept=kept)
    ids, offsets = _end_to_end(rows, len(prefix))
    last = [end - 1 for end in offsets[1:]]
    tokens = torch.tensor([ids], device=model.device)
    with _set_to(model, attention.NAME):
        logits = _call(model, tokens, last, **_behind(layout.position, shared))
    return logits, Own.of(kept, layout)


def go_on(
    model: Any, tokens: Ids, positions: Sequence[int], own: Own, prefix: Prefix
) -> torch.Tensor:
    """Feed a token to each row of ``own``, which grows; the logits after it."""
    own.make_room()
    places = torch.tensor(positions, device=model.device)
    shared = attention.Shared(prefix.layers(), own=own)
    ids = torch.tensor([tokens], device=model.device)
    with _set_to(model, attention.NAME):
        logits = _call(model, ids, list(range(len(tokens))), **_behind(places, shared))
    own.grow()
    return logits


def _behind(position: torch.Tensor, shared: attention.Shared) -> dict[str, Any]:
    return {"position_ids": position[None], "use_cache": False, "shared": shared}


def masked(model: Any, rows: Sequence[TokenRow], prefix: Prefix) -> Scores:
    """Score rows in one pass over one packed sequence, through a mask: slower than `merged`,
    for models with an attention of their own.
    """
    layout = _layout(model, rows, prefix)
    arguments = {
        "position_ids": layout.position[None],
        "attention_mask": _masks(model, layout),
        "past_key_values": prefix.cache(),
        "use_cache": True,
    }
    scores = _forward(model, rows, len(prefix), arguments)
    prefix.restore()
    return scores


WAYS: tuple[Way, ...] = (merged, masked)
"""The fastest first."""


def _layout(model: Any, rows: Sequence[TokenRow], prefix: Prefix) -> Packing:
    lengths = [len(row.ids) - len(prefix) for row in rows]
    return Packing(lengths, len(prefix), model.device)


@contextmanager
def _set_to(model: Any, implementation: str) -> Iterator[None]:
    """The model with another attention, for the length of a pass."""
    if not model._can_set_attn_implementation():  # noqa: SLF001 - or it is only logged
        raise NotImplementedError("it has an attention of its own")
    # Parts of a model may differ; there is no public way to read that, or to put it back.
    configs = [each.config for each in model.modules() if isinstance(each, PreTrainedModel)]
    own = [(config, config._attn_implementation) for config in configs]  # noqa: SLF001
    try:
        model.set_attn_implementation(implementation)
        yield
    finally:
        for config, name in own:
            config._attn_implementation_internal = name  # noqa: SLF001


def _kinds(model: Any) -> set[str]:
    """The kinds of its layers, where it tells them apart; refuses those that are not known."""
    kinds = set(getattr(model.config.get_text_config(), "layer_types", None) or ())
    if unknown := kinds - {"full_attention", "sliding_attention"}:
        raise NotImplementedError(f"layers of kind {', '.join(sorted(unknown))}")
    return kinds


def _masks(model: Any, layout: Packing) -> Any:
    """One mask, or one per kind of layer for models that mix full and sliding attention."""
    window = getattr(model.config.get_text_config(), "sliding_window", None)
    kinds = _kinds(model)
    if "sliding_attention" in kinds:
        return {
            "full_attention": layout.mask(None, model.dtype),
            "sliding_attention": layout.mask(window, model.dtype),
        }
    return layout.mask(None if kinds else window, model.dtype)


def _forward(model: Any, rows: Sequence[TokenRow], start: int, arguments: dict[str, Any]) -> Scores:
    """One pass over ``rows``, laid end to end without their first ``start`` tokens."""
    ids, offsets = _end_to_end(rows, start)
    wanted = [
        (offset + position - start, token)
        for row, offset in zip(rows, offsets, strict=False)
        for _, position, token in row.wanted
    ]
    kept = sorted({position for position, _ in wanted})
    place = {position: index for index, position in enumerate(kept)}
    device = model.device
    logits = _call(model, torch.tensor([ids], device=device), kept, **arguments)
    totals = normaliser(logits)
    index = torch.tensor([place[position] for position, _ in wanted], device=device)
    tokens = torch.tensor([token for _, token in wanted], device=device)
    values = iter((logits[index, tokens] - totals[index]).tolist())
    return [[next(values) for _ in row.wanted] for row in rows]


def normaliser(logits: torch.Tensor) -> torch.Tensor:
    """For each row, the logarithm of the sum over its vocabulary. The sum of a row by itself would
    be shared out among threads, and its last bits would depend on how many there are.
    """
    rows = logits.expand(2, -1) if len(logits) == 1 else logits
    found: torch.Tensor = torch.logsumexp(rows, dim=-1)
    return found[: len(logits)]


def _end_to_end(rows: Sequence[TokenRow], start: int) -> tuple[Ids, list[int]]:
    """Rows without their first ``start`` tokens; where each begins, and where the last ends."""
    ids = list(itertools.chain.from_iterable(row.ids[start:] for row in rows))
    return ids, [0, *itertools.accumulate(len(row.ids) - start for row in rows)]


def _call(model: Any, ids: torch.Tensor, kept: list[int], **arguments: Any) -> torch.Tensor:
    """The logits, (kept, vocabulary), after the tokens at the positions ``kept``."""
    if ids.device.type == "cpu":
        threads.adapt()
    chosen = "logits_to_keep" in inspect.signature(model.forward).parameters
    if chosen:
        arguments["logits_to_keep"] = torch.tensor(kept, device=ids.device)
    with torch.inference_mode(), quiet():
        logits: torch.Tensor = model(input_ids=ids, **arguments).logits[0]
        return (logits if chosen and len(logits) == len(kept) else logits[kept]).float()


@contextmanager
def quiet() -> Iterator[None]:
    """A library's deprecation is not this run's verdict."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def scaled_beyond(config: Any) -> float:
    """The shortest row that makes a model change its rotary positions, for all in its pass."""
    config = config.get_text_config()
    rope = getattr(config, "rope_parameters", None) or {}
    lengths = [math.inf]
    for each in (rope, *rope.values()):  # one for the model, or one per kind of layer
        if isinstance(each, dict) and each.get("rope_type") in {"longrope", "dynamic"}:
            original = each.get("original_max_position_embeddings")
            lengths.append((original or config.max_position_embeddings) + 1)
    return min(lengths)
