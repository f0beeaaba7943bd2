"""Attention of many rows behind one shared prefix, without a mask and without copies of it.

A query sees the prefix and its own row up to itself. The softmax over both is the mean of the
two softmaxes weighted by their normalisers (Hydragen, arXiv 2402.05099, 3.1): the prefix is one
dense product for all rows together, and each row is causal by itself. Knows torch and the
attention interface of `transformers`, nothing of models or requests.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor
from transformers import AttentionInterface

NAME = "mcqtest_shared"
"""Of this implementation, among those that a model can be set to."""

_HARMLESS = frozenset(
    "dropout is_causal position_ids use_cache cache_position position_embeddings return_dict "
    "output_attentions output_hidden_states output_router_logits".split()
)
"""Arguments that change nothing here. An unknown one might (a cap, a sink, a bias)."""

_HALF = (torch.float16, torch.bfloat16)


class Layout:
    """Where the tokens of rows lie that are laid end to end, all behind ``start`` others."""

    def __init__(self, lengths: Sequence[int], start: int, device: torch.device) -> None:
        self.start = start
        self.end = start + max(lengths)
        """Length of the longest row with what lies before it."""
        sizes = torch.tensor(lengths, device=device)
        self._owner = torch.repeat_interleave(torch.arange(len(lengths), device=device), sizes)
        ends = sizes.cumsum(0)
        self._first = ends - sizes
        offset = torch.arange(len(self._owner), device=device) - self._first[self._owner]
        self.position = offset + start
        """(tokens,): of each token in its own sequence."""
        self.blocks = [
            (self._grid(block, lengths[block[0]]), offsets)
            for block in _similar(lengths)
            for offsets in [_inside(lengths, block, device)]
        ]
        """Rows of similar lengths: (rows, longest) places of their tokens in the pack, rows
        padded with their last token, and (tokens,) places of the tokens in that table."""
        self._masks: dict[tuple[int | None, torch.dtype], Tensor] = {}

    def _grid(self, block: range, longest: int) -> Tensor:
        rows = slice(block.start, block.stop)
        columns = torch.arange(longest, device=self._owner.device)
        last = self._ends()[rows, None] - 1
        return torch.minimum(self._first[rows, None] + columns, last)

    def _ends(self) -> Tensor:
        return torch.cat([self._first[1:], self._first.new_tensor([len(self._owner)])])

    def mask(self, window: int | None, dtype: torch.dtype) -> Tensor:
        """(1, 1, tokens, start + tokens), to be added: 0 where a token sees another."""
        if (window, dtype) not in self._masks:
            device = self._owner.device
            tokens = len(self._owner)
            seen = torch.ones(tokens, self.start + tokens, dtype=torch.bool, device=device)
            seen[:, self.start :] = self._owner[:, None] == self._owner
            places = torch.cat([torch.arange(self.start, device=device), self.position])
            ahead = self.position[:, None] - places
            seen &= ahead >= 0
            if window is not None:
                seen &= ahead < window
            mask = torch.zeros(seen.shape, dtype=dtype, device=device)
            mask.masked_fill_(~seen, torch.finfo(dtype).min)
            self._masks[window, dtype] = mask[None, None]
        return self._masks[window, dtype]


def _similar(lengths: Sequence[int]) -> list[range]:
    """Consecutive rows, no shorter than half of the first: little is lost by padding them."""
    starts = [0]
    for index, length in enumerate(lengths):
        if not lengths[starts[-1]] >= length >= lengths[starts[-1]] / 2:
            starts.append(index)
    return [range(a, b) for a, b in itertools.pairwise([*starts, len(lengths)])]


def _inside(lengths: Sequence[int], block: range, device: torch.device) -> Tensor:
    longest = lengths[block[0]]
    places = [row * longest + i for row, at in enumerate(block) for i in range(lengths[at])]
    return torch.tensor(places, device=device)


class Shared:
    """What one pass attends to: keys and values of the prefix, per layer, (1, KV heads,
    prefix, head size) or nothing; and the rows behind it.
    """

    def __init__(self, prefix: Sequence[tuple[Tensor, Tensor]], layout: Layout) -> None:
        self.prefix = prefix
        self.layout = layout


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
    layout = shared.layout
    before = shared.prefix[module.layer_idx] if shared.prefix else None  # type: ignore[index]
    if sliding_window is not None and sliding_window < layout.end:
        if before is not None:
            key, value = (torch.cat(pair, dim=2) for pair in zip(before, (key, value), strict=True))
        mask = layout.mask(sliding_window, query.dtype)
        found = torch.nn.functional.scaled_dot_product_attention(
            query, *_repeated(query, key, value), mask, scale=scale
        )
        return found.transpose(1, 2), None
    own, own_norm = _rows(query, *_repeated(query, key, value), layout, scale)
    if before is None:
        return own, None
    heads, groups = query.shape[1], query.shape[1] // before[0].shape[1]
    tokens = query.shape[2]
    # All heads that read the same keys are rows of one product, so these are not repeated.
    folded = query.reshape(1, heads // groups, groups * tokens, -1)
    far, far_norm = _attention(folded, *before, scale, causal=False)
    far = far.reshape(1, heads, tokens, -1).transpose(1, 2)
    far_norm = far_norm.reshape(1, heads, tokens).transpose(1, 2)
    weight = torch.sigmoid(own_norm - far_norm)[..., None].to(own.dtype)
    return torch.lerp(far, own, weight), None


AttentionInterface.register(NAME, attend)


def _repeated(query: Tensor, key: Tensor, value: Tensor) -> tuple[Tensor, Tensor]:
    """Keys and values once for each head."""
    groups = query.shape[1] // key.shape[1]
    return key.repeat_interleave(groups, 1), value.repeat_interleave(groups, 1)


def _rows(
    query: Tensor, key: Tensor, value: Tensor, layout: Layout, scale: float
) -> tuple[Tensor, Tensor]:
    """Each row by itself: (1, tokens, heads, head size), and normalisers without the last."""
    by_token = [each[0].transpose(0, 1) for each in (query, key, value)]
    found, norms = [], []
    for grid, inside in layout.blocks:
        rows = (each[grid].transpose(1, 2) for each in by_token)
        block, norm = _attention(*rows, scale, causal=True)
        found.append(block.transpose(1, 2).flatten(0, 1)[inside])
        norms.append(norm.transpose(1, 2).flatten(0, 1)[inside])
    return torch.cat(found)[None], torch.cat(norms)[None]


def _attention(
    query: Tensor, key: Tensor, value: Tensor, scale: float, *, causal: bool
) -> tuple[Tensor, Tensor]:
    """Attention, and the logarithm of its normaliser, (batch, heads, queries).

    The kernels below are those that scaled_dot_product_attention chooses from; the function
    itself does not hand out the normaliser.
    """
    kernels = torch.ops.aten
    alike = query.shape[-1] == value.shape[-1]
    if alike and query.device.type == "cpu":
        flash = kernels._scaled_dot_product_flash_attention_for_cpu  # noqa: SLF001
        found, norm = flash(query, key, value, 0.0, causal, scale=scale)
        return found, norm
    fits = alike and query.shape[-1] % 8 == 0 and query.shape[-1] <= 256
    if fits and query.device.type == "cuda" and query.dtype in _HALF:
        flash = kernels._scaled_dot_product_flash_attention  # noqa: SLF001
        found, norm = flash(query, key, value, 0.0, causal, scale=scale)[:2]
        return found, norm
    scores = (query @ key.transpose(-1, -2)).float() * scale
    if causal:
        size = scores.shape[-1]
        later = torch.ones(size, size, dtype=torch.bool, device=scores.device).triu(1)
        scores = scores.masked_fill(later, -torch.inf)
    norm = scores.logsumexp(-1)
    return (scores - norm[..., None]).exp().to(value.dtype) @ value, norm
