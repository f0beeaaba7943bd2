"""Where the tokens of many rows lie in one pass."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import torch
from torch import Tensor


class Packing:
    """Where the tokens of rows lie that are laid end to end, all behind ``start`` others."""

    def __init__(self, lengths: Sequence[int], start: int, device: torch.device) -> None:
        self.start = start
        self.end = start + max(lengths)
        """Length of the longest row with what lies before it."""
        sizes = torch.tensor(lengths, device=device)
        self._owner = torch.repeat_interleave(torch.arange(len(lengths), device=device), sizes)
        ends = sizes.cumsum(0)
        first = ends - sizes
        offset = torch.arange(len(self._owner), device=device) - first[self._owner]
        self.position = offset + start
        """(tokens,): of each token in its own sequence."""
        self.lengths = sizes
        columns = torch.arange(max(lengths), device=device)
        self.table = torch.minimum(first[:, None] + columns, ends[:, None] - 1)
        """(rows, longest): places of all rows' tokens, rows padded with their last token."""
        self.blocks = [
            (
                self.table[block.start : block.stop, : lengths[block.start]],
                _inside(lengths, block, device),
            )
            for block in _similar(lengths)
        ]
        """Rows of similar lengths: their part of the table, without columns that all of them
        pad, and (tokens,) places of the tokens in that part."""
        self._masks: dict[tuple[int | None, torch.dtype], Tensor] = {}

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
