"""Where the tokens of many rows lie in one pass, and their keys and values as rows grow."""

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


class Own:
    """Keys and values of rows that grow by a token a pass, padded to one length.

    Per layer (rows, KV heads, room, head size); ``lengths`` (rows,) says how much is filled.
    """

    def __init__(self, layers: list[tuple[Tensor, Tensor]], lengths: Tensor, start: int) -> None:
        self.layers = layers
        self.lengths = lengths
        self.start = start
        """Tokens of the prefix, which lie before."""
        self._longest = int(lengths.max()) if len(lengths) else 0
        """Told once a pass, for every question to a GPU costs time."""

    @classmethod
    def of(cls, kept: Sequence[tuple[Tensor, Tensor]], layout: Packing) -> Own:
        """Those of a pass over whole rows."""
        layers = [
            (key[0][:, layout.table].transpose(0, 1), value[0][:, layout.table].transpose(0, 1))
            for key, value in kept
        ]
        return cls(layers, layout.lengths, layout.start)

    def select(self, rows: Sequence[int]) -> Own:
        """These rows, in this order; one may occur several times."""
        index = torch.tensor(rows, dtype=torch.long, device=self.lengths.device)
        lengths = self.lengths[index]
        room = int(lengths.max()) + 64 if len(lengths) else 0  # those who left may have been longer
        layers = [(key[index, :, :room], value[index, :, :room]) for key, value in self.layers]
        return Own(layers, lengths, self.start)

    def joined(self, other: Own) -> Own:
        """These rows and then the others."""
        layers = []
        for pairs in zip(self.layers, other.layers, strict=True):
            room = max(key.shape[2] for key, _ in pairs)
            (key, value), (more_keys, more_values) = (_roomier(pair, room) for pair in pairs)
            layers.append((torch.cat([key, more_keys]), torch.cat([value, more_values])))
        return Own(layers, torch.cat([self.lengths, other.lengths]), self.start)

    def make_room(self) -> None:
        """Room for one more token of each row."""
        needed = self._longest + 1
        if needed > self.layers[0][0].shape[2]:
            room = needed + max(64, needed // 4)
            self.layers = [_roomier(pair, room) for pair in self.layers]

    def add(self, layer: int, key: Tensor, value: Tensor) -> tuple[Tensor, Tensor]:
        """Put in a token of each row, (1, KV heads, rows, head size); all that is filled."""
        keys, values = self.layers[layer]
        rows = torch.arange(len(self.lengths), device=keys.device)
        keys[rows, :, self.lengths] = key[0].transpose(0, 1)
        values[rows, :, self.lengths] = value[0].transpose(0, 1)
        filled = self._longest + 1
        return keys[:, :, :filled], values[:, :, :filled]

    def grow(self) -> None:
        """After a pass: a token of each row was put in, in every layer."""
        self.lengths += 1
        self._longest += 1


def _roomier(pair: tuple[Tensor, Tensor], room: int) -> tuple[Tensor, Tensor]:
    key, value = (torch.nn.functional.pad(each, (0, 0, 0, room - each.shape[2])) for each in pair)
    return key, value
