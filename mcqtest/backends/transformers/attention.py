"""Attention of many rows behind one shared prefix, without a mask and without copies of it.

A query sees the prefix and its own row up to itself. The softmax over both is the mean of the
two softmaxes weighted by their normalisers (Hydragen, arXiv 2402.05099, 3.1): the prefix is one
dense product for all rows together, and each row is causal by itself. Knows torch and the
attention interface of `transformers`, nothing of models or requests.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from transformers import AttentionInterface

from mcqtest.backends.transformers import kernels
from mcqtest.backends.transformers.growing import Own, Pair, Part
from mcqtest.backends.transformers.packing import Packing

NAME = "mcqtest_shared"
"""Of this implementation, among those that a model can be set to."""

_HARMLESS = frozenset(
    (
        "dropout",
        "is_causal",
        "position_ids",
        "use_cache",
        "cache_position",
        "position_embeddings",
        "return_dict",
        "output_attentions",
        "output_hidden_states",
        "output_router_logits",
    )
)
"""Arguments that change nothing here. An unknown one might (a cap, a sink, a bias)."""


@dataclass
class Shared:
    """What one pass attends to."""

    prefix: Sequence[Pair]
    """Keys and values per layer, (1, KV heads, prefix, head size); or nothing."""
    layout: Packing | None = None
    """The rows of the pass."""
    kept: list[Pair] | None = None
    """Where given, a list that the pass adds its own keys and values to, per layer."""
    own: Own | None = None
    """Given instead of a layout, where the pass is one more token of each of these rows."""


def attend(
    module: torch.nn.Module,
    query: Tensor,
    key: Tensor,
    value: Tensor,
    attention_mask: Tensor | None,
    *,
    scaling: float | None = None,
    sliding_window: int | None = None,
    shared: Shared | None = None,
    **others: Any,
) -> tuple[Tensor, None]:
    """As `transformers` calls it: (1, heads, tokens, head size) to (1, tokens, heads, head size).

    Raises `NotImplementedError` for what it does not know how to compute.
    """
    unknown = [name for name in others.keys() - _HARMLESS if others[name] is not None]
    if shared is None or attention_mask is not None or unknown:
        raise NotImplementedError(f"attention with {', '.join(sorted(unknown)) or 'a mask'}")
    scale = query.shape[-1] ** -0.5 if scaling is None else scaling
    layer: Any = module.layer_idx
    before: Pair | None = shared.prefix[layer] if shared.prefix else None
    if shared.kept is not None:
        shared.kept.append((key, value))
    if shared.own is not None:
        window = sliding_window if sliding_window is not None else sys.maxsize
        pairs = shared.own.add(layer, key, value)
        return _one_more(query, pairs, before, shared.own, scale, window), None
    layout = shared.layout
    assert layout is not None
    if sliding_window is not None and sliding_window < layout.end:
        if before is not None:
            key, value = torch.cat([before[0], key], 2), torch.cat([before[1], value], 2)
        mask = layout.mask(sliding_window, query.dtype)
        found = torch.nn.functional.scaled_dot_product_attention(
            query, *_repeated(query, key, value), mask, scale=scale
        )
        return found.transpose(1, 2), None
    own, own_norm = _rows(query, *_repeated(query, key, value), layout, scale)
    if before is None:
        return own, None
    return _merge(own, own_norm, *_far(query, *before, scale)), None


AttentionInterface.register(NAME, attend)


def _far(
    query: Tensor, key: Tensor, value: Tensor, scale: float, mask: Tensor | None = None
) -> tuple[Tensor, Tensor]:
    """Of all tokens to the prefix: (1, tokens, heads, head size), and without the last.

    ``mask`` (tokens, prefix) is true where a token sees another.
    """
    heads, tokens = query.shape[1:3]
    groups = heads // key.shape[1]
    # All heads that read the same keys are rows of one product, so these are not repeated.
    folded = query.reshape(1, heads // groups, groups * tokens, -1)
    if mask is None and kernels.in_tiles(folded, value):
        far, norm = kernels.tiles(folded, key, value, scale)
    elif mask is None:
        far, norm = kernels.attention(folded, key, value, scale, causal=False)
    else:
        far, norm = kernels.by_products(folded, key, value, scale, mask.repeat(groups, 1))
    far = far.reshape(1, heads, tokens, -1).transpose(1, 2)
    return far, norm.reshape(1, heads, tokens).transpose(1, 2)


def _merge(own: Tensor, own_norm: Tensor, far: Tensor, far_norm: Tensor) -> Tensor:
    weight = torch.sigmoid(own_norm - far_norm)[..., None].to(own.dtype)
    return torch.lerp(far, own, weight)


def _one_more(  # noqa: PLR0917 - as attend is called
    query: Tensor,
    pairs: Iterable[tuple[Part, slice, Pair]],
    before: Pair | None,
    rows: Own,
    scale: float,
    window: int,
) -> Tensor:
    """One token of each row, (1, heads, rows, head size), to all before it in its row (``pairs``,
    part by part) and to the prefix.
    """
    found, norms = [], []
    for part, where, (key, value) in pairs:
        kv_heads, longest = key.shape[1:3]
        behind = part.lengths[:, None] - torch.arange(longest, device=key.device)
        seen = (behind >= 0) & (behind < window)
        asked = query[0, :, where].transpose(0, 1)
        grouped = asked.reshape(len(part), kv_heads, -1, query.shape[-1])
        each, norm = kernels.by_products(grouped, key, value, scale, seen[:, None, None])
        found.append(each.reshape(len(part), query.shape[1], -1))
        norms.append(norm.reshape(len(part), query.shape[1]))
    own, own_norm = torch.cat(found)[None], torch.cat(norms)[None]
    if before is None:
        return own
    mask = None
    if window < rows.start + rows.longest + 1:
        places = torch.arange(rows.start, device=query.device)
        mask = rows.lengths[:, None] + rows.start - places < window
    return _merge(own, own_norm, *_far(query, *before, scale, mask))


def _repeated(query: Tensor, key: Tensor, value: Tensor) -> tuple[Tensor, Tensor]:
    """Keys and values once for each head."""
    groups = query.shape[1] // key.shape[1]
    return key.repeat_interleave(groups, 1), value.repeat_interleave(groups, 1)


def _rows(
    query: Tensor, key: Tensor, value: Tensor, layout: Packing, scale: float
) -> tuple[Tensor, Tensor]:
    """Each row by itself: (1, tokens, heads, head size), and normalisers without the last."""
    by_token = [each[0].transpose(0, 1) for each in (query, key, value)]
    found, norms = [], []
    for grid, inside in layout.blocks:
        q, k, v = (each[grid].transpose(1, 2) for each in by_token)
        block, norm = kernels.attention(q, k, v, scale, causal=True)
        found.append(block.transpose(1, 2).flatten(0, 1)[inside])
        norms.append(norm.transpose(1, 2).flatten(0, 1)[inside])
    return torch.cat(found)[None], torch.cat(norms)[None]
