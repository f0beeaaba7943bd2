"""The kind of backend that is the library `transformers`; only `load` imports it, and torch."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Mapping
from dataclasses import replace

from mcqtest.backends import (
    adapter,
    arguments,
    checkpoint,
    memory,
    parameters,
    processor,
    quantised,
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


def setup(model: Checkpoint, options: Mapping[str, str]) -> Setup:
    arguments.check_transformers(options)
    torch, transformers = map(checkpoint.installed, ("torch", "transformers"))
    if torch is None or transformers is None:
        missing = "torch" if torch is None else "transformers"
        raise McqtestError(f'{missing} is not installed; pip install "mcqtest[transformers]"')
    if isinstance(model, Adapted) and checkpoint.installed("peft") is None:
        raise McqtestError(
            f"{model.folder}: an adapter, which is applied by peft, and peft is not installed; pip "
            'install "mcqtest[adapters]"'
        )
    device = options.get("device", "auto")
    if device == "auto":
        # Told from the files alone, since importing torch costs more than a stored run.
        gpu = checkpoint.cuda_devices() and not torch.endswith("+cpu")
        device = "cuda" if gpu else "cpu"
    if why := quantised.lacking(model.config, device):
        raise McqtestError(f"{model.base.folder}: {why}")
    reader = _reader(model)
    chosen = of_checkpoint(
        model,
        options,
        backend="transformers",
        device=device,
        versions=f"transformers {transformers}, torch {torch}{reader}",
    )
    asked = options.get("products", "auto")
    by = processor.products(asked, chosen.dtype, device, model.config, torch)
    return replace(chosen, products=by)


def _reader(model: Checkpoint) -> str:
    """The library that reads a checkpoint's weights where they are no safetensors."""
    if not (name := model.gguf):
        return ""
    if version := checkpoint.installed("gguf"):
        return f", gguf {version}"
    raise McqtestError(
        f"{model.base.folder / name}: GGUF, which transformers reads with gguf, and gguf is not "
        "installed; pip install gguf"
    )


_SLOW = 2 * 10**9
"""Bytes of weights that take 20 seconds and more to be read."""


def template(model: Checkpoint, chosen: Setup) -> templates.ChatTemplate | None:
    files = tokenizer.find(model.words, chosen.options)
    return templates.find(files, model.holding("generation_config.json"))


def sampling(model: Checkpoint) -> Mapping[str, str]:
    return told(model.holding("generation_config.json"))


def cost(model: Checkpoint, chosen: Setup) -> tuple[str, int]:
    size = memory.weights(model.weights.paths, model.config, chosen.dtype)
    return ("loading the model comes first" if size >= _SLOW else ""), size


def size(model: Checkpoint) -> dict[str, int]:
    return parameters.counted(model)


def check(model: Checkpoint, _requests: Iterable[Request], chosen: Setup) -> list[str]:
    said = quantised.unpacked(model.config, chosen.device)
    return [*model.notes, *([f"{model.name}: {said}"] if said else [])]


def load(model: Checkpoint, chosen: Setup) -> Backend:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # where warnings are errors, a library's are not ours
        from mcqtest.backends.transformers.backend import Transformers

    return Transformers(model, chosen)
