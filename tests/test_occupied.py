"""One run at a time in a folder, and no lock that outlives its run."""

import os
import signal
import subprocess
import sys
from contextlib import suppress

import pytest
from builders import complaint

from mcqtest.run import OccupiedError, lock

HOLDER = """
import os, sys, time
from pathlib import Path
from mcqtest.run import lock
lock(Path(sys.argv[1]), model="models/\\x1bm")
if sys.argv[2] == "fork" and os.fork() == 0:
    time.sleep(1000)
print("held", os.getpid(), flush=True)
time.sleep(1000)
"""


@pytest.fixture
def holder(tmp_path):
    """Start a process that holds the lock."""
    started = []

    def start(how="alone"):
        process = subprocess.Popen(
            [sys.executable, "-c", HOLDER, str(tmp_path), how], stdout=subprocess.PIPE, text=True,
            start_new_session=True,
        )  # fmt: skip
        started.append(process)
        assert process.stdout.readline() == f"held {process.pid}\n"
        return process

    yield start
    for process in started:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        process.stdout.close()


def test_another_run(tmp_path, holder):
    """Who holds it is told, with nothing that a terminal obeys."""
    process = holder()
    said = complaint(lock, tmp_path, model="m")
    assert said.startswith(f"{tmp_path}: another run uses this folder (process {process.pid} on ")
    assert "--model=models/\\x1bm); wait until it has ended, or give this run" in said
    with pytest.raises(OccupiedError):
        lock(tmp_path, model="m")


@pytest.mark.parametrize("how", ["alone", "fork"])
def test_a_killed_run_leaves_none(tmp_path, holder, how):
    """Not even where a process lives on that it has forked, such as an engine's."""
    process = holder(how)
    process.kill()
    process.wait()
    lock(tmp_path, model="m")()


def test_it_is_given_back(tmp_path, holder):
    """And then it is another's."""
    lock(tmp_path / "deep" / "er", model="m")()
    lock(tmp_path, model="m")()
    assert (tmp_path / ".lock").read_bytes() == b""
    holder()


def test_what_killed_runs_left_is_swept(tmp_path, holder):
    """By whoever has the lock, and by no other."""
    (tmp_path / "staging/0123").mkdir(parents=True)
    (tmp_path / ".summary.json.99.tmp").touch()
    (tmp_path / "summary.json").touch()
    lock(tmp_path, model="m")()
    assert {path.name for path in tmp_path.iterdir()} == {".lock", "summary.json"}
    holder()
    (tmp_path / "staging").mkdir()
    complaint(lock, tmp_path, model="m")
    assert (tmp_path / "staging").exists()


def test_where_there_are_no_locks(tmp_path, monkeypatch):
    """A run goes on: the store can be shared, and only the summary is the last one's."""

    def none(*_):
        raise OSError(95, "Operation not supported")

    monkeypatch.setattr("fcntl.lockf", none)
    lock(tmp_path, model="m")()
