"""A call in a process of its own: what it gives, or that it ended otherwise."""

from __future__ import annotations

import os
import pickle
import resource
import select
import signal
import sys
import time
import traceback
from collections.abc import Callable
from typing import Any, NamedTuple

_MEMORY = 12 * 2**30
"""Bytes of address space: what asks for more would take the machine with it."""


class Gave(NamedTuple):
    """``how``: ``value``, ``refused`` (in one line), ``traceback`` (also a line that is none),
    ``crash`` or ``hang``.
    """

    how: str
    what: Any


def apart(call: Callable[[], Any], *, limit: float = 120.0) -> Gave:
    """By a fork, so that what is imported here need not be imported again."""
    reading, writing = os.pipe()
    sys.stdout.flush()
    child = os.fork()
    if child == 0:
        os.close(reading)
        _answer(call, writing)
    os.close(writing)
    chunks, until = [], time.monotonic() + limit
    while (left := until - time.monotonic()) > 0 and select.select([reading], [], [], left)[0]:
        chunk = os.read(reading, 1 << 20)
        if not chunk:
            break
        chunks.append(chunk)
    else:
        os.kill(child, signal.SIGKILL)
        chunks = [pickle.dumps(Gave("hang", f"longer than {limit:.0f} s"))]
    os.close(reading)
    _, status = os.waitpid(child, 0)
    if not chunks:
        return Gave("crash", f"wait status {status}")
    found: Gave = pickle.loads(b"".join(chunks))
    return found


def _answer(call: Callable[[], Any], writing: int) -> None:
    from mcqtest.types import McqtestError

    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    quiet = os.open(os.devnull, os.O_WRONLY)
    os.dup2(quiet, 1)
    os.dup2(quiet, 2)
    try:
        gave = Gave("value", call())
    except McqtestError as error:
        said = str(error)
        gave = Gave("refused" if said and len(said.splitlines()) == 1 else "traceback", said)
    except BaseException:  # noqa: BLE001  whatever else it is would be a traceback of a run
        gave = Gave("traceback", traceback.format_exc())
    with os.fdopen(writing, "wb") as pipe:
        pipe.write(pickle.dumps(gave))
    os._exit(0)
