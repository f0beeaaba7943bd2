"""A stored line is taken as it was written, or not at all; and garbage costs next to nothing."""

import json
import os
import tracemalloc
from tempfile import TemporaryDirectory

import pytest
from builders import IDENTITY, complaint, filled, keys_of, opened, response
from hypothesis import given
from hypothesis import strategies as st

from mcqtest.run import store as storing
from mcqtest.types import Response

KEYS = ["a", "b", "c"]


def lines_of(path):
    return path.read_bytes().splitlines(keepends=True)


def edited(line, **changes):
    """The line with other values, as somebody would write it who knows nothing of checksums."""
    fields = json.loads(line) | changes
    fields = {key: value for key, value in fields.items() if value is not None}
    return json.dumps(fields, separators=(",", ":")).encode() + b"\n"


CHANGES = {
    "another answer": {"logprobs": [-9.0, -0.5]},
    "a positive logarithm": {"logprobs": [0.5, -1.0]},
    "another precision": {"logprobs": [-0.5, -1.0000000000000002]},
    "shots": {"shots": -1},
    "fewer shots": {"shots": 4},
    "key": {"key": "d"},
    "a text": {"text": "B", "truncated": False},
    "half a character": {"text": "\ud83d", "truncated": False},
    "name": {"name": "toy/tides/other"},
    "no checksum": {"sum": None},
    "no checksum, another answer": {"sum": None, "logprobs": [-9.0, -0.5]},
    "a wrong checksum": {"sum": "0123456789abcdef"},
    "a checksum that is none": {"sum": 1},
}


@pytest.mark.parametrize("changes", CHANGES.values(), ids=CHANGES)
def test_a_changed_line_is_asked_again(tmp_path, changes):
    """Whatever was changed; the lines around it stay."""
    path = filled(tmp_path, *KEYS)
    first, second, third = lines_of(path)
    path.write_bytes(first + edited(second, **changes) + third)
    store = opened(tmp_path)
    assert keys_of(store, [*KEYS, "d"]) == ["a", "c"]
    assert store.skipped == [f"{path}: line 2: not a readable response, skipped and asked again"]


def test_checksums_that_were_swapped(tmp_path):
    """Each goes with its own line."""
    path = filled(tmp_path, *KEYS)
    first, second, third = lines_of(path)
    at = first.index(b',"sum"')
    path.write_bytes(first[:at] + second[second.index(b',"sum"') :] + third)
    assert keys_of(opened(tmp_path), KEYS) == ["c"]


@given(st.data())
def test_any_byte(data):
    """One that is changed, lost or added costs the line that it is in, or two, and is told; or it
    changes nothing.
    """
    with TemporaryDirectory() as folder:
        path = filled(folder, *KEYS)
        before = {key: opened(folder)[key] for key in KEYS}
        raw = bytearray(path.read_bytes())
        at = data.draw(st.integers(0, len(raw) - 1))
        new = data.draw(st.binary(max_size=2))
        raw[at : at + data.draw(st.integers(0, 1))] = new
        path.write_bytes(raw)
        store = opened(folder)
        kept = keys_of(store, KEYS)
        assert all(store[key] == before[key] for key in kept)
        assert len(store) == len(kept) >= 1
        assert len(kept) == 3 or store.skipped


# --- files of before --------------------------------------------------------------------------


def without_sums(path):
    """The file as earlier versions wrote it."""
    path.write_bytes(b"".join(edited(line, sum=None) for line in lines_of(path)))


def test_files_without_checksums_are_read(tmp_path):
    """Nothing that was computed before is asked again, and what is new has checksums."""
    path = filled(tmp_path, *KEYS)
    before = [opened(tmp_path)[key] for key in KEYS]
    without_sums(path)
    store = opened(tmp_path)
    assert [store[key] for key in KEYS] == before
    assert store.skipped == []
    store.add(response("d"), name="")
    store.close()
    assert keys_of(opened(tmp_path), [*KEYS, "d"]) == [*KEYS, "d"]


IMPOSSIBLE = {
    "positive": {"logprobs": [0.5, -1.0]},
    "shots": {"shots": -1},
    "shots as truth": {"shots": True},
    "half a character": {"text": "\ud83d", "truncated": False},
    "a number for a text": {"text": 5},
    "truncated": {"text": "A", "truncated": "no"},
}


@pytest.mark.parametrize("changes", IMPOSSIBLE.values(), ids=IMPOSSIBLE)
def test_impossible_values_of_before(tmp_path, changes):
    """Where no checksum tells that a line was changed, its values may."""
    path = filled(tmp_path, *KEYS)
    without_sums(path)
    first, second, third = lines_of(path)
    path.write_bytes(first + edited(second, **changes) + third)
    assert keys_of(opened(tmp_path), KEYS) == ["a", "c"]
    assert len(opened(tmp_path).skipped) == 1


def test_a_logarithm_that_was_rounded_up(tmp_path):
    """Is taken: some libraries give a hair more than 0."""
    store = opened(tmp_path)
    store.add(Response("key", (1e-6, -20.0), 0), name="")
    store.close()
    assert opened(tmp_path)["key"].logprobs == (1e-6, -20.0)


# --- garbage ----------------------------------------------------------------------------------


@pytest.mark.parametrize("garbage", [b"x\n{\n" * 20_000, b"\0" * 9_000_000, b'{"' * 4_000_000])
def test_garbage_takes_no_memory(tmp_path, monkeypatch, garbage):
    """Neither in many lines nor in one without an end."""
    monkeypatch.setattr(storing, "_LONGEST", 100_000)
    path = filled(tmp_path, *KEYS)
    good = path.read_bytes()
    path.write_bytes(garbage + b"\n" + good)
    lines = garbage.count(b"\n") + 1
    del garbage
    tracemalloc.start()
    store = opened(tmp_path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 2_000_000
    assert keys_of(store, KEYS) == KEYS
    (said,) = store.skipped
    assert f"{path}: {'line 1' if lines == 1 else f'{lines} lines, the first is 1'}: " in said


def test_a_line_of_just_that_length(tmp_path, monkeypatch):
    """Is read, and so is what comes after a longer one."""
    path = filled(tmp_path, *KEYS)
    lines = lines_of(path)
    monkeypatch.setattr(storing, "_LONGEST", max(map(len, lines)))
    assert keys_of(opened(tmp_path), KEYS) == KEYS
    longer = b'{"x":"' + b"y" * len(lines[0]) + b'"}\n'
    path.write_bytes(longer + b"".join(lines[:2]) + longer + lines[2])
    store = opened(tmp_path)
    assert keys_of(store, KEYS) == KEYS
    assert ": 2 lines, the first is 1: " in store.skipped[0]


def test_what_is_no_file(tmp_path):
    """A pipe would be waited for without end."""
    os.mkfifo(tmp_path / f"small-{IDENTITY[:16]}.0.jsonl")
    assert "cannot be read (not a file); mend or remove it" in complaint(opened, tmp_path)
