"""One run at a time in a folder: of two, each would leave a summary that could be taken for the
other's, and results that belong to neither.

The kernel keeps the lock, so that it ends with its process however that ends: a killed run leaves
none behind. Workers have none of their own; they are part of the run that started them.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import socket
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from mcqtest.types import McqtestError


class OccupiedError(McqtestError):
    """Another run uses the folder."""


def lock(folder: Path, *, model: str) -> Callable[[], None]:
    """Keep a run's folder for this process; what gives it back. ``model`` is told to those who
    find it taken. Raises `OccupiedError`, and `McqtestError` where nothing can be written.

    A record lock of POSIX: unlike that of flock(2) it is not handed on to a process that is
    forked, such as an engine's, which may live on. Where a file system has no locks, there is none.
    """
    path = folder / ".lock"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    except OSError as error:
        raise McqtestError(
            f"{folder}: cannot be written ({error.strerror}); free space or rights there, or "
            "choose another place with --run-dir"
        ) from None
    try:
        fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):
        holder = os.read(descriptor, 1000).decode("utf-8", "replace").strip()
        os.close(descriptor)
        raise OccupiedError(
            f"{folder}: another run uses this folder ({holder or 'just started'}); wait until it "
            "has ended, or give this run a folder of its own with --run-dir"
        ) from None
    except OSError:  # no locks on this file system
        return lambda: os.close(descriptor)
    with suppress(OSError):  # a full disk is found out by what matters more
        os.ftruncate(descriptor, 0)
        told = f"process {os.getpid()} on {socket.gethostname()}, --model={model}\n"
        os.pwrite(descriptor, told.encode("utf-8", "backslashreplace"), 0)
    _sweep(folder)
    return lambda: _release(descriptor)


def _release(descriptor: int) -> None:
    with suppress(OSError):
        os.ftruncate(descriptor, 0)
    os.close(descriptor)


def _sweep(folder: Path) -> None:
    """Remove what killed runs were writing: summaries, and what waited in `Run.staging`."""
    shutil.rmtree(folder / "staging", ignore_errors=True)
    for path in folder.glob(".*.tmp"):
        with suppress(OSError):
            path.unlink()
