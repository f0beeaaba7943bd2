"""xdist: one model per worker, devices lent by the controller, and no lost result.

Devices are handed out by the controller because a worker's number is no guide: the worker
that replaces a crashed gw1 is gw2. A result that never arrives (a worker can die in a way
that leaves xdist's own exit status at 0) is found by ticking off what was collected.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable

from mcqtest.checkpoint import cuda_devices


class Devices:
    """The devices of this machine, lent to one worker each, or shared evenly."""

    def __init__(self, workers: int, *, device: str) -> None:
        self._gpus = cuda_devices() if device == "cuda" else []
        self._threads = max(1, len(os.sched_getaffinity(0)) // max(1, workers))
        self._lent: dict[str, str] = {}

    def lend(self, worker: str) -> dict[str, str]:
        """The environment of ``worker``, to be set before torch is imported there."""
        if not self._gpus:
            return {"OMP_NUM_THREADS": str(self._threads)}
        users = Counter(self._lent.values())
        gpu = min(self._gpus, key=users.__getitem__)  # what a dead worker had, if one died
        self._lent[worker] = gpu
        return {"CUDA_VISIBLE_DEVICES": gpu}

    def take_back(self, worker: str) -> None:
        self._lent.pop(worker, None)


class Ledger:
    """Which collected tests have been reported."""

    def __init__(self) -> None:
        self._expected: dict[str, None] = {}
        self._reported: set[str] = set()
        self.broken: list[str] = []
        """Internal errors, of whichever process."""

    def expect(self, nodeids: Iterable[str]) -> None:
        """Called by every process that collected; all collect the same."""
        self._expected.update(dict.fromkeys(nodeids))

    def tick(self, nodeid: str) -> None:
        self._reported.add(nodeid)

    def missing(self) -> list[str]:
        return [nodeid for nodeid in self._expected if nodeid not in self._reported]
