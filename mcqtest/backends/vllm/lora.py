"""An adapter laid over its base by vLLM, as a request for LoRA."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any

from mcqtest.backends.adapter import Adapted
from mcqtest.backends.tokens import TokenRow
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


def has_effect(engine: Any, rows: Sequence[TokenRow], request: Any) -> bool:
    """Whether an idle engine goes on from any of these rows otherwise than without the adapter. Not
    asked together: on a CPU vLLM 0.32 applies it to all requests of a step, or to none.
    """
    return _likeliest(engine, rows, None) != _likeliest(engine, rows, request)


def _likeliest(engine: Any, rows: Sequence[TokenRow], request: Any) -> list[dict[int, float]]:
    """After each row: the likeliest tokens, and their log-probabilities."""
    from vllm import SamplingParams

    wanted = SamplingParams(max_tokens=1, temperature=0, logprobs=5, detokenize=False)
    found: dict[str, dict[int, float]] = {}
    with warnings.catch_warnings(action="ignore"):
        for number, row in enumerate(rows):
            prompt = {"type": "token", "prompt_token_ids": row.ids}
            engine.add_request(f"try-{number}", prompt, wanted, lora_request=request)
        while len(found) < len(rows):
            for output in engine.step():
                (first,) = output.outputs[0].logprobs
                found[output.request_id] = {token: each.logprob for token, each in first.items()}
    return [found[name] for name in sorted(found)]
