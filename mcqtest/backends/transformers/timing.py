"""Which product is faster here: ``python -m mcqtest.backends.transformers.timing HIDDEN INNER``."""

from __future__ import annotations

import sys
import time
from statistics import median

import torch

from mcqtest.backends.processor import ONEDNN, TORCH
from mcqtest.backends.transformers import kernels, threads

_TOKENS, _ROUNDS = 1024, 7


def faster(hidden: int, inner: int) -> str:
    """Of a layer's product with as many tokens as are computed at once, in turn."""
    if not kernels.HAS_ONEDNN:
        return TORCH
    rows, weight = torch.randn(_TOKENS, hidden), torch.randn(inner, hidden)
    took: dict[str, list[float]] = {ONEDNN: [], TORCH: []}
    with torch.inference_mode():
        for _ in range(_ROUNDS):
            for name, seconds in took.items():
                began = time.perf_counter()
                kernels.PRODUCTS[name](rows, weight, None)
                seconds.append(time.perf_counter() - began)
    return min(took, key=lambda name: median(took[name]))


if __name__ == "__main__":
    threads.share()
    sys.stdout.write(faster(*map(int, sys.argv[1:3])))
