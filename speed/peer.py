"""Child process in the peer's own environment: lm-evaluation-harness asks the same prompts.

A file, run by the peer's Python: it must import nothing of this package.
"""

from __future__ import annotations

import importlib.metadata
import json
import os
import platform
import sys
import time
from pathlib import Path
from typing import Any


def main(spec: Path, answer: Path) -> None:
    """``spec``: engine, arguments, batch_size, device, files; to store answers, cache and fill."""
    asked = json.loads(spec.read_text("utf-8"))
    if asked["engine"] == "vllm" and asked["device"] == "cpu":
        prepare_vllm()
    from lm_eval import simple_evaluate
    from lm_eval.api.registry import get_model
    from lm_eval.api.task import ConfigurableTask
    from lm_eval.tasks import TaskManager

    started = time.perf_counter()
    tasks = [ConfigurableTask(config=_task(*each)) for each in asked["files"].items()]
    task_seconds = time.perf_counter() - started

    started = time.perf_counter()
    model = get_model(asked["engine"]).create_from_arg_obj(
        asked["arguments"], {"batch_size": asked["batch_size"], "device": asked["device"]}
    )
    load_seconds = time.perf_counter() - started

    local = asked["engine"] == "hf"
    counted = _count() if local else [0]
    spent = _time(model, pretend=bool(asked.get("fill")))
    started = time.perf_counter()
    results = simple_evaluate(
        model,
        tasks=tasks,
        task_manager=TaskManager(include_defaults=False),
        use_cache=asked.get("cache"),
        bootstrap_iters=0,  # the standard errors are not part of the comparison
        log_samples=True,
    )
    evaluate_seconds = time.perf_counter() - started
    found: dict[str, Any] = {
        "task_seconds": task_seconds,
        "load_seconds": load_seconds,
        "ask_seconds": spent[0],
        "evaluate_seconds": evaluate_seconds,
        "tokens": counted[0] or None,
        "device_mib": _device_memory() if local else None,
        "versions": versions(asked["engine"]),
        "logprobs": {},
        "prompts": {},
    }
    for logged in results["samples"].values():
        for each in logged:
            name = each["doc"]["name"]
            found["logprobs"][name] = [float(score) for score, _ in each["filtered_resps"]]
            found["prompts"][name] = [list(arguments) for arguments in each["arguments"]]
    if asked.get("cache"):
        del found["logprobs"], found["prompts"]
    answer.write_text(json.dumps(found), "utf-8")


def _task(subject: str, path: str) -> dict[str, Any]:
    """As its YAML file would say. The prompt is complete; " " and a letter are appended."""
    return {
        "task": f"speed_{subject}",
        "dataset_path": "json",
        "dataset_kwargs": {"data_files": {"test": path}},
        "test_split": "test",
        "output_type": "multiple_choice",
        "doc_to_text": "prompt",
        "doc_to_choice": list("ABCD"),
        "doc_to_target": "gold",
        "target_delimiter": " ",
        "num_fewshot": 0,
        "metric_list": [{"metric": "acc", "aggregation": "mean", "higher_is_better": True}],
    }


def _time(model: Any, *, pretend: bool) -> list[float]:
    """Seconds spent in the model from now on, its tokenizer included. With ``pretend`` it gives
    any answers, at once: to fill its store.
    """
    original = model.loglikelihood
    spent = [0.0]

    def timed(requests: Any, **named: Any) -> Any:
        started = time.perf_counter()
        if pretend:
            answers = [(-1.0 - number % 4, False) for number, _ in enumerate(requests)]
            for request, each in zip(requests, answers, strict=True):
                model.cache_hook.add_partial("loglikelihood", request.args, each)
        else:
            answers = original(requests, **named)
        spent[0] += time.perf_counter() - started
        return answers

    model.loglikelihood = timed
    return spent


def _count() -> list[int]:
    """Tokens that are embedded from now on, padding included."""
    import torch

    original = torch.nn.functional.embedding
    total = [0]

    def counting(tokens: Any, *arguments: Any, **named: Any) -> Any:
        total[0] += tokens.numel()
        return original(tokens, *arguments, **named)

    torch.nn.functional.embedding = counting
    return total


def _device_memory() -> float | None:
    import torch

    return torch.cuda.max_memory_allocated() / 2**20 if torch.cuda.is_available() else None


def prepare_vllm() -> None:
    """Set vllm up for a CPU; let the peer find the version of one that was built for it."""
    os.environ.setdefault("VLLM_CPU_KVCACHE_SPACE", "4")  # GiB
    os.environ.setdefault("TORCH_COMPILE_DISABLE", "1")  # twenty seconds in the first step
    # As we do; and the memory of a process that nobody waits for would not be seen.
    os.environ.setdefault("VLLM_ENABLE_V1_MULTIPROCESSING", "0")
    from vllm.platforms import current_platform

    assert current_platform.device_type == "cpu"  # found out first, by the version as well
    importlib.metadata.version = _version


_original = importlib.metadata.version


def _version(name: str) -> str:
    """The build of vllm for the CPU goes by another name."""
    try:
        return _original(name)
    except importlib.metadata.PackageNotFoundError:
        return _original(f"{name}-cpu")


def versions(engine: str) -> str:
    """Of the engine and what it stands on."""
    libraries = ["lm_eval", "torch", "transformers", *(["vllm"] if engine == "vllm" else [])]
    found = [f"{name} {_version(name)}" for name in libraries]
    return ", ".join([f"Python {platform.python_version()}", *found])


if __name__ == "__main__":  # vllm starts processes that import this file
    main(*map(Path, sys.argv[1:]))
