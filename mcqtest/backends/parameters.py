"""How many parameters a checkpoint has, from the headers of its files."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from mcqtest.backends.checkpoint import Checkpoint
from mcqtest.backends.headers import read_tensors
from mcqtest.types import McqtestError

_PACKED = {"U8", "I32", "F4"}
"""What formats of four bits and fewer keep several numbers in."""
_FEW = 0.01
"""Of all elements: tables and the like, and no weights."""

_EXPERTS = ("num_local_experts", "num_experts", "n_routed_experts")


def counted(model: Checkpoint) -> dict[str, int]:
    """``parameters``, embeddings included, and what is tied once; and ``active_parameters``, which
    have a part in one token: of experts, those that it is sent to.

    Without what the files do not tell: without either where they are no safetensors, or their
    numbers are packed (four bits), or they cannot be read, which is told when they are loaded.
    """
    try:
        paths, config = model.weights.paths, model.config
        if any(path.suffix != ".safetensors" for path in paths):
            return {}
        tensors = {name: each for path in paths for name, each in read_tensors(path).items()}
    except (McqtestError, OSError):
        return {}
    sizes = {name: math.prod(each.shape) for name, each in tensors.items()}
    packed = sum(size for name, size in sizes.items() if tensors[name].dtype in _PACKED)
    real = {name: size for name, size in sizes.items() if _is_number(tensors[name].dtype)}
    total = sum(real.values())
    if packed > _FEW * (total + packed) or not total:
        return {}
    experts = sum(size for name, size in real.items() if ".experts." in name)
    share = _share(config) if experts else 1.0
    if share is None:
        return {"parameters": total}
    return {"parameters": total, "active_parameters": round(total - experts * (1 - share))}


def _is_number(dtype: str) -> bool:
    """An element is a weight: any float, and what is quantised to eight bits."""
    return dtype == "I8" or (dtype.startswith(("F", "BF")) and dtype not in _PACKED)


def _share(config: Mapping[str, Any]) -> float | None:
    """Of the experts, those that a token is sent to."""
    own = config.get("text_config")
    config = own if isinstance(own, dict) else config
    many = next((config[key] for key in _EXPERTS if key in config), None)
    few = config.get("num_experts_per_tok")
    if not isinstance(many, int) or not isinstance(few, int) or not 0 < few <= many:
        return None
    return few / many
