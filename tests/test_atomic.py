"""Files that are whole or not there."""

import errno
import json
import os
from pathlib import Path

import pytest
from builders import complaint
from hypothesis import given
from hypothesis import strategies as st

from mcqtest.gate import atomic


@given(st.dictionaries(st.sampled_from("abc"), st.text(st.characters(codec="utf-8")), min_size=1))
def test_all_are_written(tmp_path_factory, texts):
    """Byte for byte, over old ones or into new folders, and nothing else lies there."""
    folder = tmp_path_factory.mktemp("written")
    (folder / "a").mkdir()
    (folder / "a/x.txt").write_text("old", "utf-8")
    paths = {folder / name / "x.txt": text for name, text in texts.items()}
    atomic.write_all(paths)
    for path, text in paths.items():
        assert path.read_bytes() == text.encode()
    left = {path for path in folder.rglob("*") if path.is_file()}
    assert left == {*paths, folder / "a/x.txt"}


@pytest.mark.parametrize("broken", range(4))
def test_all_or_none(tmp_path, monkeypatch, broken):
    """A disk that is full at any file leaves every old one, and no half of a new one."""
    paths = [tmp_path / f"{name}/x.txt" for name in "abcd"]
    for path in paths[:3]:
        atomic.write(path, "old")
    whole = Path.open

    def full(path, mode="r", **more):
        if path.parent.name == "abcd"[broken] and mode == "w":
            path.write_bytes(b"ha")
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return whole(path, mode, **more)

    monkeypatch.setattr(Path, "open", full)
    message = complaint(atomic.write_all, dict.fromkeys(paths, "new"))
    assert message.startswith(f"{paths[broken]}: cannot be written (No space left on device)")
    monkeypatch.undo()
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert {path: path.read_text("utf-8") for path in files} == dict.fromkeys(paths[:3], "old")


def test_a_text_in_parts_that_ends_early_leaves_the_old_one(tmp_path):
    """Parts are written as they come; where making one fails, nothing was."""
    path = tmp_path / "x.jsonl"
    atomic.write(path, (f"{number}\n" for number in range(3)))
    assert path.read_text("utf-8") == "0\n1\n2\n"
    with pytest.raises(ZeroDivisionError):
        atomic.write(path, (f"{1 / number}\n" for number in (1, 0)))
    assert path.read_text("utf-8") == "0\n1\n2\n"
    assert list(tmp_path.iterdir()) == [path]


def test_half_a_character(tmp_path):
    """Of a path that is not UTF-8: written as JSON has it, so that the file is UTF-8."""
    path = tmp_path / "x.json"
    atomic.write(path, json.dumps({"model": "caf\udce9 약"}, ensure_ascii=False))
    assert json.loads(path.read_text("utf-8")) == {"model": "caf\udce9 약"}


def test_what_must_not_stay(tmp_path, monkeypatch):
    """A verdict of before goes where no new one can be written, and is emptied where it cannot."""
    path = tmp_path / "summary.json"
    atomic.write_or_remove(path, "new")
    assert path.read_text("utf-8") == "new"

    whole = Path.open

    def full(path, mode="r", *args, **more):
        if mode != "w":
            return whole(path, mode, *args, **more)
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(Path, "open", full)
    with monkeypatch.context() as patch:
        patch.setattr(Path, "unlink", lambda *_, **__: full(path, "w"))
        atomic.write_or_remove(path, "newer")
        assert path.read_bytes() == b""
    atomic.write_or_remove(path, "newer")
    assert list(tmp_path.iterdir()) == []
    atomic.write_or_remove(path, "newer")  # where there is none there is nothing to do
