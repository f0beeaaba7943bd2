"""A checkpoint's model and tokenizer, as `transformers` loads them."""

from __future__ import annotations

import mmap
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import Any

import torch
import transformers
from transformers import AutoModelForCausalLM, AutoTokenizer, modeling_utils
from transformers.quantizers.auto import AUTO_QUANTIZATION_CONFIG_MAPPING

from mcqtest.backends.checkpoint import Checkpoint
from mcqtest.backends.setup import Setup
from mcqtest.backends.transformers import architecture, kernels, passes
from mcqtest.types import McqtestError, one_line


def usable(name: str) -> torch.device:
    """The device, if torch can use it; a GPU that is there but unusable is not passed over."""
    try:
        device = torch.device(name)
    except RuntimeError as error:
        raise McqtestError(
            f"--backend-option device={name}: no such device ({one_line(error, 120, named=True)}); "
            "use cpu, cuda or mps"
        ) from None
    if device.type == "cuda" and not torch.cuda.is_available():
        raise McqtestError(
            f"device {name} was chosen, but torch {torch.__version__} can use no GPU here; install "
            "a CUDA build of torch, or run on the CPU with --backend-option device=cpu"
        )
    if device.type == "mps" and not torch.backends.mps.is_available():
        raise McqtestError("torch sees no MPS device; use --backend-option device=cpu")
    return device


def load(
    checkpoint: Checkpoint, setup: Setup, device: torch.device
) -> tuple[Any, Any, Sequence[str]]:
    """Model and tokenizer, and what a person should know of the weights, in sentences."""
    transformers.utils.logging.disable_progress_bar()
    remote = setup.options.get("trust_remote_code", "0") == "1"
    folder = str(checkpoint.folder)
    optional = {key: setup.options[key] for key in ("attn_implementation",) if key in setup.options}
    _check(checkpoint)
    notes = architecture.check_tensors(checkpoint, remote=remote)
    try:
        with passes.quiet(), _unmapped():
            tokenizer = AutoTokenizer.from_pretrained(folder, trust_remote_code=remote)
            model, found = AutoModelForCausalLM.from_pretrained(
                folder,
                dtype=setup.dtype,
                trust_remote_code=remote,
                output_loading_info=True,
                ignore_mismatched_sizes=True,  # told in words of ours
                **optional,
            )
            if checkpoint.weights.files[0].endswith(".bin"):  # which torch maps
                _own(model)
            model = model.eval().to(device)
            if device.type == "cpu":
                kernels.use_onednn(model)
    except Exception as error:  # many libraries, many errors; the first line says enough
        advice = (
            ""
            if "trust_remote_code" not in str(error)
            else ("; --backend-option trust_remote_code=1 runs that code, if you trust it")
        )
        raise McqtestError(
            f"{folder}: transformers cannot load this model ({one_line(error, named=True)}){advice}"
        ) from error
    notes += architecture.judge(checkpoint, architecture.Fit.of(model, found))
    return model, tokenizer, list(dict.fromkeys(notes))


def _check(checkpoint: Checkpoint) -> None:
    """Raise for what the library would pass over, or load as something else."""
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


def in_use(checkpoint: Checkpoint) -> list[mmap.mmap]:
    """The weights' files, mapped and never read: so that ``lsof``, ``fuser`` and ``/proc`` show to
    whoever wants to overwrite or remove them that a run is still at work on them.
    """
    found = []
    for name in checkpoint.weights.files:
        with suppress(OSError, ValueError), (checkpoint.folder / name).open("rb") as file:
            found.append(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
    return found


@contextmanager
def _unmapped() -> Iterator[None]:
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


def _own(model: Any) -> None:
    """Copy tensors that may be views of a mapped file, one after the other: whoever writes to the
    file would change the model while it is asked.
    """
    for tensor in (*model.parameters(), *model.buffers()):
        if tensor.device.type == "cpu":
            tensor.data = tensor.data.clone()


def context(config: Any, tokenizer: Any, options: Any) -> int | None:
    """Context length in tokens; None for architectures without one."""
    own = getattr(config.get_text_config(), "max_position_embeddings", None)
    if (own is None or own <= 0) and tokenizer.model_max_length < 1_000_000:
        own = tokenizer.model_max_length  # a larger one means: not stated
    asked = options.get("max_length")
    limits = [int(limit) for limit in (own, asked) if limit is not None and int(limit) > 0]
    return min(limits, default=None)
