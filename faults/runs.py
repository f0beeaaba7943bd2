"""Runs of pytest on the demo, seen from outside: what they said, left, and stored."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
"""The checkout."""
SHM = Path("/dev/shm")
GREEN = "MAY SHIP: "
_TRACES = ("Traceback (most recent call last)", "INTERNALERROR>")


@dataclass(frozen=True, slots=True)
class Ended:
    """A run that ended, and all processes that it had started."""

    code: int
    said: str
    seconds: float
    hung: bool
    """It had to be ended, or something that it started."""

    @property
    def is_green(self) -> bool:
        return any(line.startswith(GREEN) for line in self.said.splitlines())

    @property
    def has_traceback(self) -> bool:
        return any(trace in self.said for trace in _TRACES)

    @property
    def mistakes(self) -> list[str]:
        """The lines of a user's mistake."""
        lines = self.said.splitlines()
        return [each for each in lines if each.startswith(("ERROR: ", "MAY NOT SHIP: "))]


class Run:
    """One run of pytest in a session of its own; ``folder`` is its run folder."""

    def __init__(self, folder: Path, *args: str, model: str = "demo", workers: int = 0) -> None:
        self.folder = folder
        command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "benchmarks"]
        command += [f"--model={model}", f"--run-dir={folder}", *args]
        command += ["-n", str(workers)] if workers else []
        self._log = folder.with_suffix(".log")
        self._start = time.monotonic()
        with self._log.open("wb") as log:
            self.process = subprocess.Popen(
                command,
                cwd=ROOT,
                env={**os.environ, "OMP_NUM_THREADS": "1", "PYTEST_ADDOPTS": ""},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @property
    def is_over(self) -> bool:
        return self.process.poll() is not None

    @property
    def workers(self) -> list[int]:
        """Processes that the controller started itself."""
        pid = self.process.pid
        try:
            return [
                int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
            ]
        except OSError:
            return []

    def kill(self, sign: signal.Signals, *, pid: int | None = None) -> bool:
        """Whether there was something to kill."""
        if self.is_over:
            return False
        try:
            os.kill(pid or self.process.pid, sign)
        except ProcessLookupError:
            return False
        return True

    def end(self, limit: float) -> Ended:
        """Wait for it and all that it started; what is left after ``limit`` seconds is ended."""
        until = time.monotonic() + limit
        hung = False
        try:
            self.process.wait(limit)
        except subprocess.TimeoutExpired:
            hung = True
        while (left := _session(self.process.pid)) and not hung:
            hung = time.monotonic() > until
            time.sleep(0.05)
        for pid in left if hung else ():
            os.kill(pid, signal.SIGKILL)
        code = self.process.wait()
        said = self._log.read_text("utf-8", "replace")
        return Ended(code, said, time.monotonic() - self._start, hung)


def _session(leader: int) -> list[int]:
    """Living processes of a session."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[3]) == leader and fields[0] != "Z":
            found.append(int(path.parent.name))
    return found


# --- what is left -----------------------------------------------------------------------------


def verdict(folder: Path) -> str:
    """What the summary says; empty where there is none, or none that can be read."""
    try:
        return str(json.loads((folder / "summary.json").read_text("utf-8"))["verdict"])
    except (OSError, ValueError, KeyError):
        return ""


def outcome(folder: Path) -> tuple[bytes, dict[str, Any]]:
    """Results, byte by byte, and the summary without notices: torn lines are told there."""
    try:
        summary = json.loads((folder / "summary.json").read_text("utf-8"))
        summary.pop("notices", None)
        return (folder / "results.jsonl").read_bytes(), summary
    except (OSError, ValueError):
        return b"", {}


def stored(folder: Path) -> dict[str, list[list[float]]]:
    """Key -> the answers that whole lines hold: one, where nothing was asked twice."""
    found: dict[str, list[list[float]]] = {}
    for path in sorted((folder / "responses").glob("*.jsonl")):
        for line in path.read_bytes().split(b"\n"):
            try:
                fields = json.loads(line)
                found.setdefault(fields["key"], []).append(fields["logprobs"])
            except (ValueError, KeyError, TypeError):
                continue
    return found


def count(folder: Path) -> int:
    """How many answers are stored, at a glance."""
    return sum(path.read_bytes().count(b"\n") for path in (folder / "responses").glob("*.jsonl"))


def shared_memory() -> set[str]:
    return {path.name for path in SHM.iterdir()} if SHM.is_dir() else set()


def leftovers(folder: Path) -> list[str]:
    """What a run should have cleared away."""
    names: Sequence[Path] = [*folder.glob(".*.tmp"), *folder.glob("staging/*")]
    return [str(path) for path in names]
