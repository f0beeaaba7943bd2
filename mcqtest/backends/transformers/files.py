"""How weights come from their files into memory, once and for good."""

from __future__ import annotations

import mmap
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any

import transformers
from transformers import modeling_utils
from transformers.quantizers.auto import AUTO_QUANTIZATION_CONFIG_MAPPING

from mcqtest.backends.checkpoint import Checkpoint
from mcqtest.backends.setup import Setup
from mcqtest.backends.transformers import architecture
from mcqtest.types import McqtestError


def check(checkpoint: Checkpoint, setup: Setup) -> list[str]:
    """Raise for what the library would pass over, or load as something else; what a person should
    know of the weights, in sentences.
    """
    if not checkpoint.weights.is_standard:
        raise McqtestError(
            f"{checkpoint.folder}: transformers finds no model.safetensors and no "
            f"model.safetensors.index.json beside {checkpoint.weights.files[0]}; copy the index, "
            "or save the model again"
        )
    text = checkpoint.config.get("text_config")
    for config in (checkpoint.config, text if isinstance(text, Mapping) else {}):
        if not (told := config.get("quantization_config")):
            continue
        method = told.get("quant_method") if isinstance(told, Mapping) else told
        bits = isinstance(told, Mapping) and (told.get("load_in_8bit") or told.get("load_in_4bit"))
        if not bits and method not in AUTO_QUANTIZATION_CONFIG_MAPPING:
            raise McqtestError(
                f"{checkpoint.folder / 'config.json'}: transformers {transformers.__version__} "
                f"knows no quant_method {method!r} and would take the weights for plain ones; "
                "correct it, or use --backend=vllm"
            )
    if checkpoint.gguf:
        return []  # its names are others; what is missing is told after loading
    remote = setup.options.get("trust_remote_code", "0") == "1"
    return architecture.check_tensors(checkpoint, remote=remote)


def in_use(checkpoint: Checkpoint) -> list[mmap.mmap]:
    """The weights' files, mapped and never read: so that ``lsof``, ``fuser`` and ``/proc`` show to
    whoever wants to overwrite or remove them that a run is still at work on them.
    """
    found = []
    for path in checkpoint.read:
        with suppress(OSError, ValueError), path.open("rb") as file:
            found.append(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
    return found


@contextmanager
def unmapped() -> Iterator[None]:
    """Let weights be read and not mapped: of a mapped file that somebody cuts off, a page that is
    not there any more ends the process, without a word.
    """
    opened = modeling_utils.safe_open

    def read(*arguments: Any, **more: Any) -> Any:
        return opened(*arguments, **{**more, "backend": "pread"})

    modeling_utils.safe_open = read
    try:
        yield
    finally:
        modeling_utils.safe_open = opened


def own(model: Any, checkpoint: Checkpoint) -> None:
    """Copy tensors that may be views of a mapped file, one after the other: whoever writes to the
    file would change the model while it is asked.
    """
    if not checkpoint.weights.files[0].endswith(".bin"):  # which torch maps
        return
    for tensor in (*model.parameters(), *model.buffers()):
        if tensor.device.type == "cpu":
            tensor.data = tensor.data.clone()
