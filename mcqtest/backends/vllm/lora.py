"""An adapter laid over its base by vLLM, as a request for LoRA."""

from __future__ import annotations

import warnings
from typing import Any

from mcqtest.backends.adapter import Adapted
from mcqtest.backends.vllm import failures
from mcqtest.types import McqtestError

_RANKS = (1, 8, 16, 32, 64, 128, 256, 320, 512)
"""Of which vLLM takes one as the largest (vllm/config/lora.py)."""

_OTHERWISE = (
    "add --backend=transformers, or merge it (PEFT: merge_and_unload, then save_pretrained)"
)


def arguments(adapted: Adapted) -> dict[str, Any]:
    """What the engine has to know of an adapter before it starts."""
    rank = next((rank for rank in _RANKS if rank >= adapted.rank), None)
    if rank is None:
        raise McqtestError(
            f"{adapted.folder}: a LoRA of rank {adapted.rank}, and vLLM takes {_RANKS[-1]} at "
            f"most; {_OTHERWISE}"
        )
    return {"enable_lora": True, "max_loras": 1, "max_lora_rank": rank}


def over(engine: Any, adapted: Adapted) -> Any:
    """The adapter, loaded, as every request names it."""
    from vllm.lora.request import LoRARequest

    request = LoRARequest(adapted.name, 1, str(adapted.folder))
    try:
        with warnings.catch_warnings(action="ignore"):
            engine.add_lora(request)
    except Exception as error:  # what vLLM does not apply (DoRA), names that it does not know
        raise McqtestError(
            f"{adapted.folder}: vLLM cannot apply this adapter to {adapted.base.folder} "
            f"({failures.said(error)}); {_OTHERWISE}"
        ) from error
    return request
