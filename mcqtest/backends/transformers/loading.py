"""A checkpoint's model and tokenizer, as `transformers` loads them."""

from __future__ import annotations

from typing import Any

import torch
import transformers
from transformers import (
    MODEL_FOR_CAUSAL_LM_MAPPING,
    MODEL_FOR_IMAGE_TEXT_TO_TEXT_MAPPING,
    AutoConfig,
    AutoModelForCausalLM,
    AutoModelForImageTextToText,
    AutoTokenizer,
)

from mcqtest.backends import context as lengths
from mcqtest.backends import memory
from mcqtest.backends.adapter import Adapted
from mcqtest.backends.checkpoint import Checkpoint
from mcqtest.backends.roundtrip import as_written
from mcqtest.backends.setup import Setup
from mcqtest.backends.tokenizer import TokenizerFiles
from mcqtest.backends.transformers import adapting, architecture, files, kernels, passes
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
    folder = str(checkpoint.base.folder)
    optional = {key: setup.options[key] for key in ("attn_implementation",) if key in setup.options}
    words = tokenizer(setup.files(checkpoint.words), remote=remote)
    try:
        with passes.quiet(), files.unmapped():
            model, found = _class(folder, remote=remote).from_pretrained(
                folder,
                dtype=setup.dtype,
                trust_remote_code=remote,
                output_loading_info=True,
                ignore_mismatched_sizes=True,  # told in words of ours
                **optional,
                **({"gguf_file": one} if (one := checkpoint.gguf) else {}),
            )
            files.own(model, checkpoint)
            fit = architecture.Fit.of(model, found)  # the base's, before it gets an adapter
            if isinstance(checkpoint, Adapted):
                model = adapting.over(model, checkpoint)
            model = model.eval().to(device)
            if device.type == "cpu":
                kernels.multiply(model, setup.products)
    except McqtestError:
        raise
    except Exception as error:  # many libraries, many errors; the first line says enough
        raise McqtestError(
            f"{folder}: transformers cannot load this model ({one_line(error, named=True)})"
            f"{_advice(error)}"
        ) from error
    architecture.judge(checkpoint.base, fit)
    return model, words


def _class(folder: str, *, remote: bool) -> Any:
    """Of causal models; or, for a model of pictures and text that is none, of those: it is asked
    without pictures.
    """
    config = AutoConfig.from_pretrained(folder, trust_remote_code=remote)
    sees = MODEL_FOR_IMAGE_TEXT_TO_TEXT_MAPPING
    if type(config) in sees and type(config) not in MODEL_FOR_CAUSAL_LM_MAPPING:
        return AutoModelForImageTextToText
    return AutoModelForCausalLM


def tokenizer(given: TokenizerFiles, *, remote: bool) -> Any:
    """The tokenizer that is made of these files; ``remote`` runs code that comes with them."""
    try:
        with passes.quiet(), given.ready() as place:
            made = AutoTokenizer.from_pretrained(str(place), trust_remote_code=remote)
            made("A")  # some of what its files say is looked at when it is used
            return made
    except Exception as error:
        advice = _advice(error)
        if not advice and as_written(given) is not None:
            advice = (
                f"; --backend-option tokenizer={given.written} takes {given.json} as it is written"
            )
        raise McqtestError(
            f"{given.folder}: transformers cannot load its tokenizer "
            f"({one_line(error, named=True, whole=True)}){advice}"
        ) from error


def _advice(error: Exception) -> str:
    if memory.ran_out(error):
        return "; use fewer workers (-n), a smaller --backend-option dtype, or a larger device"
    if "trust_remote_code" in str(error):
        return "; --backend-option trust_remote_code=1 runs that code, if you trust it"
    return ""


def context(config: Any, tokenizer: Any, options: Any) -> int | None:
    """Context length in tokens; None where nobody states one."""
    own = lengths.stated(config.to_dict())
    if own is None and tokenizer.model_max_length < lengths.HINT:
        own = int(tokenizer.model_max_length)
    asked = options.get("max_length")
    return min((int(limit) for limit in (own, asked) if limit is not None), default=None)
