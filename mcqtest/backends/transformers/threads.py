"""As many threads as there are cores for them, while a model on a CPU computes.

How many there are changes no answer, so they may change between any two passes.
"""

from __future__ import annotations

import torch

from mcqtest.backends import cores

_METER = cores.Meter()


def share() -> None:
    """Take the cores that this process may use."""
    torch.set_num_threads(cores.allowed_cores())


def adapt() -> None:
    """Take no more than others leave. To be called before every pass; looks four times a second."""
    free = _METER.free()
    if free is not None and free != torch.get_num_threads():
        torch.set_num_threads(free)
