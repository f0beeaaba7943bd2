"""Attention behind a shared prefix is ordinary attention over the whole."""

import itertools
from types import SimpleNamespace

import pytest

pytest.importorskip("torch")
pytest.importorskip("transformers")

import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from mcqtest.backends.transformers import attention
from mcqtest.backends.transformers.growing import Own, Part
from mcqtest.backends.transformers.packing import Packing

TOLERANCE = {torch.float64: 1e-9, torch.float32: 1e-4}

MODULE = SimpleNamespace(layer_idx=0)


def whole(query, key, value, scale, window):
    """One row by itself: (heads, tokens, size) to (tokens, heads, size), the long way."""
    groups = query.shape[0] // key.shape[0]
    key, value = key.repeat_interleave(groups, 0), value.repeat_interleave(groups, 0)
    ahead = torch.arange(query.shape[1])[:, None] - torch.arange(key.shape[1])
    seen = (ahead >= 0) & (ahead < window)
    scores = (query @ key.transpose(-1, -2) * scale).masked_fill(~seen, -torch.inf)
    return (scores.softmax(-1) @ value).transpose(0, 1)


@st.composite
def shapes(draw):
    lengths = draw(st.lists(st.integers(1, 12), min_size=1, max_size=6))
    return SimpleNamespace(
        start=draw(st.integers(0, 20)),
        lengths=lengths,
        kv=draw(st.sampled_from([1, 2])),
        groups=draw(st.sampled_from([1, 3])),
        size=draw(st.sampled_from([4, 8])),
        wide=draw(st.sampled_from([0, 4])),  # values may be of another size than keys
        window=draw(st.sampled_from([None, 1, 5, 18, 1000])),
        scale=draw(st.sampled_from([None, 0.1, 2.0])),
        seed=draw(st.integers(0, 99)),
        dtype=draw(st.sampled_from([torch.float64, torch.float32])),
    )


@settings(max_examples=200, deadline=None)
@given(shapes(), st.booleans())
def test_equal_to_the_whole(shape, grow):
    """For rows of any lengths, heads in groups, windows, and rows that grow by a token."""
    torch.manual_seed(shape.seed)
    heads, tokens = shape.kv * shape.groups, sum(shape.lengths)

    def draw(heads, count, size):
        return torch.randn(1, heads, count, size, dtype=shape.dtype)

    before = (
        draw(shape.kv, shape.start, shape.size),
        draw(shape.kv, shape.start, shape.size + shape.wide),
    )
    query, key = draw(heads, tokens, shape.size), draw(shape.kv, tokens, shape.size)
    value = draw(shape.kv, tokens, shape.size + shape.wide)
    scale = shape.size**-0.5 if shape.scale is None else shape.scale
    window = shape.window or 10**6
    ends = torch.tensor(shape.lengths).cumsum(0).tolist()
    rows = [slice(end - length, end) for end, length in zip(ends, shape.lengths, strict=True)]
    expected = []
    for row in rows:
        parts = [
            torch.cat([b[0], x[0, :, row]], 1) for b, x in zip(before, (key, value), strict=True)
        ]
        missing = torch.zeros(heads, shape.start, shape.size, dtype=shape.dtype)
        asked = torch.cat([missing, query[0, :, row]], 1)
        expected.append(whole(asked, *parts, scale, window)[shape.start :])
    prefix = [before] if shape.start else []
    arguments = {"scaling": shape.scale, "sliding_window": shape.window, "dropout": 0.0}
    if not grow:
        layout = Packing(shape.lengths, shape.start, torch.device("cpu"))
        shared = attention.Shared(prefix, layout)
        found, _ = attention.attend(MODULE, query, key, value, None, shared=shared, **arguments)
        assert torch.allclose(found[0], torch.cat(expected), atol=TOLERANCE[shape.dtype])
        return
    # all but the last token of each row were fed before
    pick = [list(range(row.start, row.stop)) for row in rows]
    last = [each[-1] for each in pick]

    def part(rows):
        room = max(map(len, rows))

        def pad(x, each):
            return torch.nn.functional.pad(x[0][:, each[:-1]], (0, 0, 0, room - len(each) + 1))

        layers = [tuple(torch.stack([pad(x, each) for each in rows]) for x in (key, value))]
        return Part(layers, torch.tensor([len(each) - 1 for each in rows]))

    cut = shape.seed % (len(pick) + 1)
    own = Own([part(rows) for rows in (pick[:cut], pick[cut:]) if rows], shape.start)
    shared = attention.Shared(prefix, own=own)
    found, _ = attention.attend(
        MODULE,
        query[:, :, last],
        key[:, :, last],
        value[:, :, last],
        None,
        shared=shared,
        **arguments,
    )
    assert torch.allclose(
        found[0], torch.stack([each[-1] for each in expected]), atol=TOLERANCE[shape.dtype]
    )


@pytest.mark.parametrize("argument", ["softcap", "s_aux", "position_bias", "something_new"])
def test_what_is_not_known_is_refused(argument):
    """An argument that might change the arithmetic is not passed over."""
    x = torch.zeros(1, 1, 2, 4)
    shared = attention.Shared([], Packing([2], 0, torch.device("cpu")))
    attention.attend(MODULE, x, x, x, None, shared=shared, **{argument: None})
    with pytest.raises(NotImplementedError, match=argument):
        attention.attend(MODULE, x, x, x, None, shared=shared, **{argument: 1.0})
    with pytest.raises(NotImplementedError, match="a mask"):
        attention.attend(MODULE, x, x, x, torch.zeros(1, 1, 2, 2), shared=shared)
    with pytest.raises(NotImplementedError, match="a mask"):
        attention.attend(MODULE, x, x, x, None)


@given(st.lists(st.integers(1, 100), min_size=1, max_size=30))
def test_rows_of_similar_lengths_lie_together(lengths):
    """So that padding at most doubles what is computed; no token is lost."""
    layout = Packing(lengths, 7, torch.device("cpu"))
    places = torch.cat([grid.flatten()[inside] for grid, inside in layout.blocks])
    assert places.tolist() == list(range(sum(lengths)))
    assert sum(grid.numel() for grid, _ in layout.blocks) <= 2 * sum(lengths)
    assert layout.position.tolist() == [7 + i for length in lengths for i in range(length)]


LENGTHS = st.lists(st.integers(1, 300), min_size=1, max_size=8)


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_rows_keep_what_is_theirs(data):
    """Whatever rows come, go, are repeated and grow: each has its keys and values in their order,
    and a short one never lies beside a long one.
    """
    counter = itertools.count(1)

    def come():
        lengths = data.draw(LENGTHS)
        rows = [[next(counter) for _ in range(length)] for length in lengths]
        tokens = torch.tensor([float(each) for row in rows for each in row]).reshape(1, 1, -1, 1)
        return rows, Own.of([(tokens, -tokens)], Packing(lengths, 5, torch.device("cpu")))

    rows, own = come()
    for step in data.draw(st.lists(st.sampled_from(["join", "select", "grow"]), max_size=8)):
        if step == "join":
            more, other = come()
            rows, own = rows + more, own.joined(other)
        elif step == "select":
            chosen = data.draw(st.lists(st.integers(0, len(rows) - 1), min_size=1, max_size=8))
            rows, own = [list(rows[at]) for at in chosen], own.select(chosen)
        else:
            for row in rows:
                row.append(next(counter))
            new = torch.tensor([float(row[-1]) for row in rows]).reshape(1, 1, -1, 1)
            own.make_room()
            wheres = [where for _, where, _ in own.add(0, new, -new)]
            assert (wheres[0].start, wheres[-1].stop) == (0, len(rows))
            own.grow()
        assert own.lengths.tolist() == [len(row) for row in rows]
        found = []
        for part in own.parts:
            keys, values = part.layers[0]
            lengths = part.lengths.tolist()
            assert max(lengths) <= max(2 * min(lengths), min(lengths) + 64)
            assert part.longest == max(lengths)
            found += [key[0, :n, 0].tolist() for key, n in zip(keys, lengths, strict=True)]
            assert torch.equal(keys[..., : min(lengths), 0], -values[..., : min(lengths), 0])
        assert found == [[float(each) for each in row] for row in rows]
