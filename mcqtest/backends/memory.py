"""How much memory a model takes, and whether a library said that there was too little."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

_SIGNS = (
    "can't allocate memory",
    "not enough memory",
    "out of memory",
    "ALLOC_FAILED",
    "No available memory",
    "bad_alloc",
    "desired GPU memory utilization",
    "desired CPU memory utilization",
    "KV cache is needed",
)
"""What torch, CUDA, C++ and vLLM say."""

_SIZES = {"float64": 8, "float32": 4, "bfloat16": 2, "float16": 2}


def ran_out(error: BaseException) -> bool:
    """Whether something failed for want of memory, which libraries say in many ways."""
    if isinstance(error, MemoryError) or type(error).__name__ == "OutOfMemoryError":
        return True
    return isinstance(error, (RuntimeError, ValueError)) and any(
        sign in str(error) for sign in _SIGNS
    )


def weights(files: Iterable[Path], config: Mapping[str, Any], dtype: str) -> int:
    """Bytes of a checkpoint's weights once they are loaded in this dtype, up to buffers and the
    like; of quantised ones, as they lie there.
    """
    stored = sum(path.stat().st_size for path in files)
    own = config.get("dtype") or config.get("torch_dtype")
    if config.get("quantization_config") or own not in _SIZES or dtype not in _SIZES:
        return stored
    return stored * _SIZES[dtype] // _SIZES[own]
