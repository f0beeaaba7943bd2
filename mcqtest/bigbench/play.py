"""One programmatic task in a process of its own, from its start to its end, whatever it does.

It has an empty folder to work in, which goes with it; what it prints goes nowhere; the processes
that it leaves behind are ended with it. It is no sandbox: the code has the user's rights.
"""

from __future__ import annotations

import contextlib
import json
import multiprocessing
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, Self

_SLICE = 0.2
"""Seconds after which a process that says nothing is looked at."""
_PLAYER = Path(__file__).with_name("player.py")


LEAVE = "; leave the task out with -k"


class EndedError(Exception):
    """The task cannot go on; why, behind its name."""


class Told(NamedTuple):
    """What the process is told at first."""

    module: str
    """That of the task."""
    examples: int | None
    """The official ``max_examples``."""


class Play:
    """The process; to be used in a ``with``. ``seconds``: what the task may take of its own, while
    nobody computes for it.
    """

    def __init__(self, told: Told, *, seconds: float) -> None:
        self._told = told
        self._left = self._seconds = seconds

    def __enter__(self) -> Self:
        self._folder = tempfile.TemporaryDirectory(prefix="mcqtest-", ignore_cleanup_errors=True)
        self._line, theirs = multiprocessing.Pipe()
        changes = {
            "PYTHONHASHSEED": "0",  # else a set has another order in every process
            "PYTHONDONTWRITEBYTECODE": "1",
            "TMPDIR": self._folder.name,
        }
        try:
            self._process = subprocess.Popen(  # noqa: S603  ours, by its path
                [sys.executable, "-P", str(_PLAYER), str(theirs.fileno())],
                cwd=self._folder.name,
                env=os.environ | changes,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
                start_new_session=True,
            )
        except BaseException:
            self._folder.cleanup()
            raise
        finally:
            theirs.close()
        self.tell(
            {**self._told._asdict(), "path": [str(Path(each).resolve()) for each in sys.path]}
        )
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self._line.close()
        self._folder.cleanup()

    def tell(self, what: Any) -> None:
        with contextlib.suppress(OSError):  # it has ended, and `hear` says so
            self._line.send_bytes(json.dumps(what).encode())

    def hear(self) -> dict[str, Any]:
        """What it says next. Raises `EndedError` where it ended so, or its time is up."""
        start = time.monotonic()
        try:
            while not self._line.poll(_SLICE):
                if time.monotonic() - start > self._left:
                    raise EndedError(
                        f"took more than {self._seconds:g} seconds of its own; allow more with "
                        "--bigbench seconds=S"
                    )
                if self._process.poll() is not None and not self._line.poll():
                    raise self._ended
            said: dict[str, Any] = json.loads(self._line.recv_bytes())
        except (EOFError, OSError):
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(timeout=1)
            raise self._ended from None
        self._left -= time.monotonic() - start
        return said

    @property
    def _ended(self) -> EndedError:
        """That it ended by itself, and how."""
        code = self._process.returncode
        if code is None:
            how = "its connection is closed"
        else:
            how = f"exit status {code}" if code >= 0 else signal.Signals(-code).name
        return EndedError(f"ended by itself ({how}){LEAVE}")
