"""A checkpoint's model and tokenizer, as `transformers` loads them."""

from __future__ import annotations

from typing import Any

import torch
import transformers
from transformers import AutoModelForCausalLM, AutoTokenizer

from mcqtest.backends.checkpoint import Checkpoint
from mcqtest.backends.setup import Setup
from mcqtest.backends.transformers import architecture, files, kernels, passes
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


def load(checkpoint: Checkpoint, setup: Setup, device: torch.device) -> tuple[Any, Any]:
    transformers.utils.logging.disable_progress_bar()
    remote = setup.options.get("trust_remote_code", "0") == "1"
    folder = str(checkpoint.folder)
    optional = {key: setup.options[key] for key in ("attn_implementation",) if key in setup.options}
    try:
        with passes.quiet(), files.unmapped():
            tokenizer = AutoTokenizer.from_pretrained(folder, trust_remote_code=remote)
            model, found = AutoModelForCausalLM.from_pretrained(
                folder,
                dtype=setup.dtype,
                trust_remote_code=remote,
                output_loading_info=True,
                ignore_mismatched_sizes=True,  # told in words of ours
                **optional,
            )
            files.own(model, checkpoint)
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
    architecture.judge(checkpoint, architecture.Fit.of(model, found))
    return model, tokenizer


def context(config: Any, tokenizer: Any, options: Any) -> int | None:
    """Context length in tokens; None for architectures without one."""
    own = getattr(config.get_text_config(), "max_position_embeddings", None)
    if (own is None or own <= 0) and tokenizer.model_max_length < 1_000_000:
        own = tokenizer.model_max_length  # a larger one means: not stated
    asked = options.get("max_length")
    limits = [int(limit) for limit in (own, asked) if limit is not None and int(limit) > 0]
    return min(limits, default=None)
