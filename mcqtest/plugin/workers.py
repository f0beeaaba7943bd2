"""xdist: one model per worker, devices lent by the controller.

Devices are handed out by the controller because a worker's number is no guide: the worker
that replaces a crashed gw1 is gw2.
"""

from __future__ import annotations

from collections import Counter

from mcqtest.backends import allowed_cores, cuda_devices


class Devices:
    """The devices of this machine, lent to one worker each, or shared evenly."""

    def __init__(self, workers: int, *, device: str) -> None:
        self._gpus = cuda_devices() if device == "cuda" else []
        self.threads = max(1, allowed_cores() // max(1, workers))
        """For each process that computes on the CPU."""
        self._lent: dict[str, str] = {}

    def lend(self, worker: str) -> dict[str, str]:
        """The environment of ``worker``, to be set before torch is imported there."""
        if not self._gpus:
            return {"OMP_NUM_THREADS": str(self.threads)}
        users = Counter(self._lent.values())
        gpu = min(self._gpus, key=users.__getitem__)  # what a dead worker had, if one died
        self._lent[worker] = gpu
        return {"CUDA_VISIBLE_DEVICES": gpu}

    def take_back(self, worker: str) -> None:
        self._lent.pop(worker, None)
