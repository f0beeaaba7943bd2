"""A broken file or disk costs what was broken only, and is told in one line."""

import errno
import json
import os
import random
import signal
import subprocess
import sys
from tempfile import TemporaryDirectory

import pytest
from builders import IDENTITY, complaint, filled, keys_of, opened, response
from hypothesis import given
from hypothesis import strategies as st


@given(st.integers(1, 6), st.data())
def test_cut_anywhere(count, data):
    """A file cut at any byte keeps its whole lines, reports the torn one, and can go on."""
    keys = [f"key{number}" for number in range(count)]
    with TemporaryDirectory() as folder:
        path = filled(folder, *keys)
        raw = path.read_bytes()
        cut = data.draw(st.integers(0, len(raw)))
        path.write_bytes(raw[:cut])
        whole = [line for line in raw[:cut].split(b"\n") if line.endswith(b"}")]
        torn = raw[:cut].rpartition(b"\n")[2] != b"" and not raw[:cut].endswith(b"}")

        store = opened(folder)
        assert keys_of(store, keys) == keys[: len(whole)]
        assert len(store) == len(whole)
        assert all(
            store[key].logprobs == (-0.5, -float(n)) for n, key in enumerate(keys[: len(whole)])
        )
        sentence = (
            f"{path}: line {len(whole) + 1}: not a readable response, skipped and asked again"
        )
        assert store.skipped == ([sentence] if torn else [])

        for key in [*keys[len(whole) :], "another"]:
            store.add(response(key), name="")
        store.close()
        assert path.read_bytes() == raw[:cut]
        again = opened(folder)
        assert keys_of(again, [*keys, "another"]) == [*keys, "another"]


GOOD = {"format": 1, "key": "new", "name": "", "logprobs": [-1.0, -2.0], "shots": 5}
GARBAGE = {
    "text": b"hello",
    "blank line": b"",
    "zeros, as after a power cut": b"\0" * 64,
    "not UTF-8": b'{"format":1,"key":"\xff\xfe"}',
    "UTF-16 mark": b"\xff\xfe{\x00",
    "a number": b"1",
    "a list": b"[]",
    "null": b"null",
    "no key": json.dumps({k: v for k, v in GOOD.items() if k != "key"}).encode(),
    "key is a number": json.dumps(GOOD | {"key": 5}).encode(),
    "another format": json.dumps(GOOD | {"format": 2}).encode(),
    "format as text": json.dumps(GOOD | {"format": "1"}).encode(),
    "no numbers": json.dumps(GOOD | {"logprobs": []}).encode(),
    "a table of numbers": json.dumps(GOOD | {"logprobs": {"A": -1.0}}).encode(),
    "text for numbers": json.dumps(GOOD | {"logprobs": "-1.0"}).encode(),
    "null among numbers": json.dumps(GOOD | {"logprobs": [-1.0, None]}).encode(),
    "NaN": json.dumps(GOOD | {"logprobs": [float("nan"), -1.0]}).encode(),
    "infinity": json.dumps(GOOD | {"logprobs": [float("-inf"), -1.0]}).encode(),
    "shots as text": json.dumps(GOOD | {"shots": "5"}).encode(),
    "two in one line": json.dumps(GOOD).encode() * 2,
    "deep nesting": b"[" * 100_000,
    "a number of many digits": b"1" * 10_000,
}


@pytest.mark.parametrize("line", GARBAGE.values(), ids=GARBAGE)
def test_garbage_is_skipped_and_reported(tmp_path, line):
    """A line that is no response is named, and the lines around it are read."""
    path = filled(tmp_path, "before", "after")
    first, last, _ = path.read_bytes().split(b"\n")
    path.write_bytes(b"\n".join([first, line, last, b""]))
    store = opened(tmp_path)
    assert keys_of(store, ["before", "new", "after"]) == ["before", "after"]
    assert len(store) == 2
    assert store.skipped == [f"{path}: line 2: not a readable response, skipped and asked again"]


def test_many_bad_lines_are_one_sentence(tmp_path):
    """A file of garbage is reported once, with the number of lines and the first of them."""
    path = filled(tmp_path, "key")
    path.write_bytes(path.read_bytes() + b"x\n" * 1000)
    (sentence,) = opened(tmp_path).skipped
    assert sentence.startswith(f"{path}: 1000 lines, the first is 2: ")


def test_a_file_that_cannot_be_read_is_one_line(tmp_path):
    """It is never passed over in silence, since all its answers would be asked again."""
    folder = tmp_path / f"small-{IDENTITY[:16]}.0.jsonl"
    folder.mkdir()
    assert complaint(opened, tmp_path).startswith(f"{folder}: cannot be read (")


def no_space(_descriptor, _line):
    """A disk that is full."""
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def half(descriptor, line, write=os.write):
    """A disk that gets full in the middle."""
    return write(descriptor, line[: len(line) // 2])


@pytest.mark.parametrize("broken", [no_space, half])
@pytest.mark.parametrize("before", [[], ["one", "two"]])
def test_a_full_disk_is_one_line(tmp_path, monkeypatch, broken, before):
    """The file ends with a whole line, nothing is taken for stored, and later it goes on."""
    store = opened(tmp_path)
    for key in before:
        store.add(response(key), name="")
    with monkeypatch.context() as patch:
        patch.setattr(os, "write", broken)
        message = complaint(store.add, response("lost"), name="")
    assert message.startswith(f"{store._path}: a response cannot be written (No space left on")
    assert "--run-dir" in message
    assert f"{len(before)} responses are kept" in message
    assert "lost" not in store
    assert store._path.read_bytes().count(b"\n") == len(before)
    assert store._path.read_bytes()[-1:] in (b"\n", b"")
    store.add(response("later"), name="")
    store.close()
    again = opened(tmp_path)
    assert keys_of(again, [*before, "lost", "later"]) == [*before, "later"]
    assert again.skipped == []


def test_a_folder_that_cannot_be_made_is_one_line(tmp_path):
    """Such as where a file has its name."""
    (tmp_path / "taken").touch()
    message = complaint(opened(tmp_path / "taken").add, response("key"), name="")
    assert message.startswith(f"{tmp_path / 'taken'}")
    assert "--run-dir" in message


WRITER = """
import itertools, sys
from pathlib import Path
from mcqtest.run.store import Store
from mcqtest.types import Response
store = Store(Path(sys.argv[1]), name="small", identity=sys.argv[2])
for number in itertools.count():
    key = f"{sys.argv[3]}-{number}"
    store.add(Response(key, (-0.5, -1.25), 5), name="n" * (number % 7 * 1000))
    print(key, flush=True)
"""


def test_kill_in_the_middle_of_writing(tmp_path):
    """After kill -9, ten times, all that was acknowledged is there, and one line torn at most."""
    acknowledged = []
    moments = random.Random(1)
    for life in range(10):
        with subprocess.Popen(
            [sys.executable, "-c", WRITER, str(tmp_path), IDENTITY, str(life)],
            stdout=subprocess.PIPE,
            text=True,
        ) as writer:
            said = [next(writer.stdout) for _ in range(moments.randint(1, 400))]
            writer.send_signal(signal.SIGKILL)
            said += [line for line in writer.stdout if line.endswith("\n")]
        acknowledged += [line.strip() for line in said]
    files = sorted(tmp_path.iterdir())
    assert len(files) == 10
    for path in files:
        *whole, last = path.read_bytes().split(b"\n")
        assert all(json.loads(line)["format"] == 1 for line in whole)
        assert not last.endswith(b"}")
    store = opened(tmp_path)
    assert keys_of(store, acknowledged) == acknowledged
    assert len(acknowledged) <= len(store) <= len(acknowledged) + 10
