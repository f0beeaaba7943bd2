"""Shared memory that vLLM's processes leave behind.

On a CPU, those of a model that is split over several never take the names of their shared memory
away: a few megabytes stay in ``/dev/shm`` after every run. Once all have opened it, nobody needs
the name any more, and without one the memory is given back when they end, in whatever way.
"""

from __future__ import annotations

import os
import re
from contextlib import suppress
from pathlib import Path

_PROC = Path("/proc")

_NAME = re.compile(r"/\S*/shm/vllm_dist_\S*-cpushm_\d+$", re.MULTILINE)
"""In a process's map of its memory."""


def unname() -> list[str]:
    """Take away the names of shared memory that processes started by this one hold."""
    names: set[str] = set()
    for process in _started():
        with suppress(OSError):
            names.update(_NAME.findall((_PROC / str(process) / "maps").read_text("utf-8")))
    for name in names:
        with suppress(OSError):
            Path(name).unlink()
    return sorted(names)


def _started() -> set[int]:
    """Numbers of this process, of those that it started, that they started, and so on."""
    parents = {}
    for folder in _PROC.glob("[0-9]*"):
        with suppress(OSError, ValueError, IndexError):
            _, _, rest = (folder / "stat").read_text("utf-8", "replace").rpartition(")")
            parents[int(folder.name)] = int(rest.split()[1])
    ours = {os.getpid()}
    while more := {each for each, parent in parents.items() if parent in ours} - ours:
        ours |= more
    return ours
