"""How many cores a process may use, and how many of them others leave to it.

Threads that compute together wait for each other after every product. One that has no core to run
on keeps all the others waiting, busily: a program that needs one of two cores makes a model on two
threads ten times slower, and on one thread not at all.
"""

from __future__ import annotations

import math
import os
import time
from collections.abc import Iterator
from pathlib import Path

_PROC = Path("/proc")

_OFTEN = 0.25
"""Seconds over which what others do is measured; the kernel counts in hundredths."""

_SPARE = 0.3
"""Share of a core that others may use before it is left to them."""


def allowed_cores() -> int:
    """Cores that this process may use at once: those of its affinity mask, no more than the quota
    of its control group, nor than the user says with ``OMP_NUM_THREADS``; 1 at least.
    """
    most = [float(len(_mask())), *_quotas(), *_asked()]
    return max(1, math.ceil(min(most)))


def _mask() -> set[int]:
    try:
        return os.sched_getaffinity(0)
    except (AttributeError, OSError):  # not on macOS
        return set(range(os.cpu_count() or 1))


def _asked() -> Iterator[float]:
    first = os.environ.get("OMP_NUM_THREADS", "").partition(",")[0].strip()
    if first.isdigit() and int(first):
        yield float(first)


def _quotas() -> Iterator[float]:
    """Cores by the quotas of this process's control group and those around it, of either kind."""
    for folder, top in _groups():
        for group in (folder, *folder.parents):
            limit = _numbers(group / "cpu.max")  # version 2: quota, or "max", and period
            if not limit:
                limit = _numbers(group / "cpu.cfs_quota_us") + _numbers(group / "cpu.cfs_period_us")
            if len(limit) == 2 and limit[0] > 0 < limit[1]:
                yield limit[0] / limit[1]
            if group == top:
                break


def _groups() -> Iterator[tuple[Path, Path]]:
    """Where the groups of this process are shown that count processor time, and the topmost."""
    paths = {}
    for line in _lines(_PROC / "self/cgroup"):
        _, kinds, path = [*line.split(":", 2), "", ""][:3]
        paths.update(dict.fromkeys(kinds.split(","), path))
    for line in _lines(_PROC / "self/mountinfo"):
        fields, _, rest = line.partition(" - ")
        _, _, _, root, place, *_ = [*fields.split(), *[""] * 5]
        kind, _, options, *_ = [*rest.split(), *[""] * 3]
        name = {"cgroup": "cpu", "cgroup2": ""}.get(kind)
        if name is None or not paths.get(name) or (name and name not in options.split(",")):
            continue
        top, inside = Path(place), os.path.relpath(paths[name], root or "/")
        # A container may show its own group as the topmost, under the name that it has outside.
        yield (top if inside.startswith("..") else top / inside), top


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text("utf-8", "replace").splitlines()
    except OSError:
        return []


def _numbers(path: Path) -> list[float]:
    """The numbers in a file of one line; none where there is no file, or a word."""
    words = " ".join(_lines(path)).split()
    return [float(word) for word in words] if all(map(_is_number, words)) else []


def _is_number(word: str) -> bool:
    return word.removeprefix("-").isdigit()


class Meter:
    """Measures what other processes do on the cores of this one."""

    def __init__(self) -> None:
        self._last = self._read()

    def free(self) -> int | None:
        """Cores that others leave to this process, at least 1, and no more than `allowed_cores`.
        None too soon after the last time, or where the system does not say.
        """
        if time.monotonic() - self._last[0] < _OFTEN:
            return None
        (before, busy_before, own_before), (now, busy, own) = self._last, self._read()
        self._last = (now, busy, own)
        if busy is None or busy_before is None:
            return None
        others = ((busy - busy_before) - (own - own_before)) / (now - before)
        return max(1, min(allowed_cores(), math.floor(len(_mask()) - others + _SPARE)))

    def _read(self) -> tuple[float, float | None, float]:
        """Now, and seconds that the cores were busy, of which this process's own."""
        return time.monotonic(), _busy(), time.process_time()


def _busy() -> float | None:
    """Seconds since the start of the system that this process's cores worked, all together."""
    mine = {f"cpu{number}" for number in _mask()}
    ticks = 0
    found = False
    for name, *counts in (line.split() for line in _lines(_PROC / "stat") if line[:3] == "cpu"):
        if name in mine and len(counts) >= 8:
            user, nice, system, _, _, *interrupts = map(int, counts[:8])
            # A process that is nice makes room for this one, unless this one is nice as well.
            ticks += user + system + sum(interrupts) + (nice if os.nice(0) > 0 else 0)
            found = True
    return ticks / os.sysconf("SC_CLK_TCK") if found else None
