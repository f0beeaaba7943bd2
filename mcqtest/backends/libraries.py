"""Libraries beside torch and the backend's own that have a part in a checkpoint's answers, and what
the environment tells them. Found out without importing any.

One that is installed but has no part in this checkpoint is no part of the key either: answers that
were stored before it was installed stay good.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from mcqtest.backends import checkpoint, quantised

_QUANTISED = {
    "aqlm": ("aqlm",),
    "auto-round": ("auto-round", "gptqmodel"),
    "awq": ("gptqmodel", "autoawq"),
    "bitsandbytes": ("bitsandbytes",),
    "compressed-tensors": ("compressed-tensors",),
    "eetq": ("eetq", "kernels"),
    "fbgemm_fp8": ("fbgemm-gpu", "fbgemm-gpu-genai", "kernels"),
    "fouroversix": ("fouroversix",),
    "fp8": ("kernels",),
    "fp_quant": ("fp-quant", "qutlass"),
    "gptq": ("gptqmodel", "auto-gptq", "optimum"),
    "higgs": ("flute-kernel", "fast-hadamard-transform"),
    "hqq": ("hqq",),
    "metal": ("kernels",),
    "mxfp4": ("kernels",),
    "mxfp8": ("kernels",),
    "nvfp4": ("kernels",),
    "quanto": ("optimum-quanto",),
    "quark": ("amd-quark",),
    "sinq": ("sinq",),
    "spqr": ("spqr-quant",),
    "torchao": ("torchao",),
    "vptq": ("vptq",),
}
"""A checkpoint's ``quant_method`` -> the distributions that compute it; of some, any one."""

_VLLM = {"bitsandbytes", "compressed-tensors", "torchao", "mistral-common", "transformers"}
"""Those that vLLM hands something to; the rest it computes by itself."""

_STATES = re.compile(r"mamba|recurrent|rwkv|linear_attention|conv|lfm2|qwen3_(next|5)")
"""In a model's type or in the kinds of its layers: it has layers with a state of their own."""

_RECURRENT = ("causal-conv1d", "flash-linear-attention", "kernels", "mamba-ssm")
"""What such layers take where it is installed."""

_ATTENTION = re.compile(r"flash_attention|/")
"""Kinds of attention that are no part of torch; one with a slash is a kernel of the hub."""

_TOLD = re.compile(
    r"NVIDIA_TF32_OVERRIDE|TORCH_ALLOW_TF32_CUBLAS_OVERRIDE"
    r"|VLLM_([QKV]_SCALE_CONSTANT|CPU_INT4_W4A8|USE_FLASHINFER_MOE_MXFP4_MXFP8.*)"
)
"""Variables by which numbers are given fewer bits. Others choose among ways that give the same
up to rounding."""


def part(
    backend: str,
    device: str,
    folders: Iterable[Path],
    config: Mapping[str, Any],
    options: Mapping[str, str],
) -> str:
    """``, peft 0.21.2`` and so on, to follow the versions of torch and the backend: libraries with
    a part in the answers of the checkpoint in ``folders``, and what they are told from outside.
    """
    names = set(_named([*folders], config, options))
    if backend == "vllm":
        names &= _VLLM
    found = {name: checkpoint.installed(name) for name in sorted(names)}
    said = [f"{name} {version}" for name, version in found.items() if version]
    said += [f"{name}={os.environ[name]}" for name in _told(backend, device)]
    return "".join(f", {each}" for each in said)


def _told(backend: str, device: str) -> Iterator[str]:
    """Variables that tell this backend about the precision of numbers."""
    for name in sorted(filter(_TOLD.fullmatch, os.environ)):
        concerned = backend == "vllm" if name.startswith("VLLM") else device != "cpu"
        if concerned and os.environ[name]:
            yield name


def _named(
    folders: Sequence[Path], config: Mapping[str, Any], options: Mapping[str, str]
) -> Iterator[str]:
    if any((folder / "adapter_config.json").is_file() for folder in folders):
        yield "peft"
    if any((folder / "tekken.json").is_file() for folder in folders):
        yield "mistral-common"  # where it is installed, it is the tokenizer
    parts = [config, *(each for each in config.values() if isinstance(each, dict))]
    for method in {options.get("quantization"), *quantised.methods(config)} - {None}:
        yield from _QUANTISED.get(str(method), ())
    kinds = {str(kind) for part in parts for kind in _kinds(part)}
    if any(map(_STATES.search, kinds)):
        yield from _RECURRENT
    if _ATTENTION.search(options.get("attn_implementation", "")):
        yield from ("flash-attn", "flash-attn-3", "kernels")
    if options.get("model_impl") == "transformers":
        yield "transformers"


def _kinds(part: Mapping[str, Any]) -> Iterator[Any]:
    """What a part of a model is called, and the layers in it."""
    yield part.get("model_type")
    layers = part.get("layer_types")
    yield from layers if isinstance(layers, list) else ()
