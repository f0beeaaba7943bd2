"""Keys and values of rows that grow by a token a pass.

Rows of similar lengths are padded to one length and lie in one part: beside a row of a thousand
tokens, one of fifty would take twenty times its memory, and be read as often in every pass.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence

import torch
from torch import Tensor

from mcqtest.backends.transformers.packing import Packing

Pair = tuple[Tensor, Tensor]
"""Keys and values of a layer."""

_SLACK = 64
"""Tokens by which lengths differ that are similar, however short: they grow."""


class Part:
    """Rows of similar lengths.

    Per layer (rows, KV heads, room, head size); ``lengths`` (rows,) says how much is filled.
    """

    def __init__(self, layers: list[Pair], lengths: Tensor, told: Sequence[int] = ()) -> None:
        self.layers = layers
        self.lengths = lengths
        self._told = list(told) or lengths.tolist()
        """The same as numbers, for every question to a GPU costs time."""

    def __len__(self) -> int:
        return len(self._told)

    @property
    def longest(self) -> int:
        return max(self._told)

    def is_like(self, other: Part) -> bool:
        """Whether the rows of both are of similar lengths."""
        return _are_similar(*(bound(self._told + other._told) for bound in (min, max)))

    def select(self, rows: Sequence[int]) -> Part:
        """These rows, in this order; one may occur several times."""
        if [*rows] == [*range(len(self))]:
            return self
        index = torch.tensor(rows, dtype=torch.long, device=self.lengths.device)
        told = [self._told[row] for row in rows]
        room = max(told) + _SLACK  # those who left may have been longer
        layers = [(key[index, :, :room], value[index, :, :room]) for key, value in self.layers]
        return Part(layers, self.lengths[index], told)

    def joined(self, other: Part) -> Part:
        """These rows and then the others."""
        layers = []
        for pairs in zip(self.layers, other.layers, strict=True):
            room = max(key.shape[2] for key, _ in pairs)
            (key, value), (more_keys, more_values) = (_roomier(pair, room) for pair in pairs)
            layers.append((torch.cat([key, more_keys]), torch.cat([value, more_values])))
        return Part(layers, torch.cat([self.lengths, other.lengths]), self._told + other._told)

    def make_room(self) -> None:
        """Room for one more token of each row."""
        needed = self.longest + 1
        if needed > self.layers[0][0].shape[2]:
            room = needed + max(_SLACK, needed // 4)
            self.layers = [_roomier(pair, room) for pair in self.layers]

    def add(self, layer: int, key: Tensor, value: Tensor) -> Pair:
        """Put in a token of each row, (rows, KV heads, head size); all that is filled."""
        keys, values = self.layers[layer]
        rows = torch.arange(len(self), device=keys.device)
        keys[rows, :, self.lengths] = key
        values[rows, :, self.lengths] = value
        filled = self.longest + 1
        return keys[:, :, :filled], values[:, :, :filled]

    def grow(self) -> None:
        """After a pass: a token of each row was put in, in every layer."""
        self.lengths += 1
        self._told = [each + 1 for each in self._told]


class Own:
    """Rows in parts, in the order of these, behind a prefix of ``start`` tokens."""

    def __init__(self, parts: Sequence[Part], start: int) -> None:
        self.parts = list(parts)
        self.start = start
        """Tokens of the prefix, which lie before."""

    @classmethod
    def of(cls, kept: Sequence[Pair], layout: Packing) -> Own:
        """Those of a pass over whole rows."""
        lengths = layout.lengths.tolist()
        parts = []
        for rows in _similar(lengths):
            here = slice(rows.start, rows.stop)
            places = layout.table[here, : max(lengths[here])]
            layers = [
                (key[0][:, places].transpose(0, 1), value[0][:, places].transpose(0, 1))
                for key, value in kept
            ]
            parts.append(Part(layers, layout.lengths[here], lengths[here]))
        return cls(parts, layout.start)

    @property
    def lengths(self) -> Tensor:
        """(rows,): how many tokens each has."""
        return torch.cat([part.lengths for part in self.parts])

    @property
    def longest(self) -> int:
        return max(part.longest for part in self.parts)

    def select(self, rows: Sequence[int]) -> Own:
        """These rows, in this order; one may occur several times."""
        places = [(part, row) for part in self.parts for row in range(len(part))]
        wanted = [places[row] for row in rows]
        found = [
            part.select([row for _, row in each])
            for part, each in itertools.groupby(wanted, key=lambda place: place[0])
        ]
        return Own(_together(found), self.start)

    def joined(self, other: Own) -> Own:
        """These rows and then the others."""
        return Own(_together([*self.parts, *other.parts]), self.start)

    def make_room(self) -> None:
        """Room for one more token of each row."""
        for part in self.parts:
            part.make_room()

    def add(self, layer: int, key: Tensor, value: Tensor) -> Iterator[tuple[Part, slice, Pair]]:
        """Put in a token of each row, (1, KV heads, rows, head size): part by part, which rows
        these are, and all that is filled.
        """
        start = 0
        for part in self.parts:
            rows = slice(start, start := start + len(part))
            new = (each[0, :, rows].transpose(0, 1) for each in (key, value))
            yield part, rows, part.add(layer, *new)

    def grow(self) -> None:
        """After a pass: a token of each row was put in, in every layer."""
        for part in self.parts:
            part.grow()


def _together(parts: Sequence[Part]) -> list[Part]:
    """With neighbours of similar lengths as one."""
    found: list[Part] = []
    for part in parts:
        if found and found[-1].is_like(part):
            found[-1] = found[-1].joined(part)
        else:
            found.append(part)
    return found


def _similar(lengths: Sequence[int]) -> list[range]:
    """Consecutive rows of similar lengths."""
    starts, low, high = [0], lengths[0], lengths[0]
    for index, length in enumerate(lengths):
        low, high = min(low, length), max(high, length)
        if not _are_similar(low, high):
            starts.append(index)
            low = high = length
    return [range(a, b) for a, b in itertools.pairwise([*starts, len(lengths)])]


def _are_similar(shortest: int, longest: int) -> bool:
    return longest <= max(2 * shortest, shortest + _SLACK)


def _roomier(pair: Pair, room: int) -> Pair:
    key, value = (torch.nn.functional.pad(each, (0, 0, 0, room - each.shape[2])) for each in pair)
    return key, value
