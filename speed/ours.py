"""Child process: mcqtest asks, as the plugin would, from planning to the last response."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from mcqtest import backends
from mcqtest.backends.checkpoint import Checkpoint
from speed.subjects import planned


def main(spec: Path, answer: Path) -> None:
    """``spec``: checkpoint, backend, options, data, subjects, limit; ``place`` stands for a run's
    folder, in which it is kept what was found of an architecture.
    """
    asked = json.loads(spec.read_text("utf-8"))
    checkpoint = Checkpoint(Path(asked["checkpoint"]), "speed")
    chosen = backends.setup(asked["backend"], checkpoint, asked["options"])
    chosen = replace(chosen, place=asked.get("place", ""))
    started = time.perf_counter()
    tasks = [planned(name, Path(asked["data"]), asked["limit"]) for name in asked["subjects"]]
    requests = [request for task in tasks for request in task.requests]
    plan_seconds = time.perf_counter() - started

    started = time.perf_counter()
    model = backends.load(checkpoint, chosen)
    load_seconds = time.perf_counter() - started

    computed = count_tokens() if chosen.backend == "transformers" else None
    started = time.perf_counter()
    responses = {response.key: response for response in model.run(requests)}
    ask_seconds = time.perf_counter() - started
    found = {
        "plan_seconds": plan_seconds,
        "load_seconds": load_seconds,
        "ask_seconds": ask_seconds,
        "evaluate_seconds": plan_seconds + ask_seconds,
        "tokens": computed() if computed else None,
        "device_mib": device_memory() if chosen.backend == "transformers" else None,
        "versions": str(chosen),
        "notices": getattr(model, "notices", []),
        "logprobs": {request.name: responses[request.key].logprobs for request in requests},
        "fewer_shots": sum(
            responses[request.key].shots < len(request.prompt.shots) for request in requests
        ),
    }
    answer.write_text(json.dumps(found), "utf-8")


def count_tokens() -> Callable[[], int]:
    """Count the tokens that are embedded from now on, padding included; the count so far."""
    import torch

    original = torch.nn.functional.embedding
    total = 0

    def counting(tokens: Any, *arguments: Any, **named: Any) -> Any:
        nonlocal total
        total += tokens.numel()
        return original(tokens, *arguments, **named)

    torch.nn.functional.embedding = counting
    return lambda: total


def count_reused() -> Callable[[], float]:
    """Which share of the tokens that vLLM is given from now on it finds in its cache."""
    from vllm import LLMEngine

    step, given, reused = LLMEngine.step, 0, 0

    def counting(engine: Any) -> Any:
        nonlocal given, reused
        found = step(engine)
        for each in found:
            if each.finished:
                given += len(each.prompt_token_ids)
                reused += each.num_cached_tokens or 0
        return found

    LLMEngine.step = counting
    return lambda: reused / given if given else 0.0


def device_memory() -> float | None:
    """The most memory that torch took on a GPU, in MiB; None without one."""
    import torch

    return torch.cuda.max_memory_allocated() / 2**20 if torch.cuda.is_available() else None


if __name__ == "__main__":  # vllm starts processes that import this file
    main(*map(Path, sys.argv[1:]))
