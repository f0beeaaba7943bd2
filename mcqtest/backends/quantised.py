"""Weights of fewer bits: by which scheme, in words, and which libraries compute it. Told from
config.json alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from mcqtest.backends import checkpoint

_NEEDED = {
    "aqlm": ("aqlm", "accelerate"),
    "auto-round": ("auto-round",),
    "awq": ("gptqmodel", "accelerate"),
    "bitsandbytes": ("bitsandbytes", "accelerate"),
    "compressed-tensors": ("compressed-tensors",),
    "eetq": ("kernels", "accelerate"),
    "fp8": ("accelerate",),
    "fp_quant": ("fp-quant",),
    "gptq": ("gptqmodel", "optimum"),
    "higgs": ("flute-kernel", "fast-hadamard-transform", "accelerate"),
    "hqq": ("hqq",),
    "mxfp4": ("accelerate",),
    "quanto": ("optimum-quanto", "accelerate"),
    "quark": ("amd-quark",),
    "sinq": ("sinq",),
    "spqr": ("spqr-quant", "accelerate"),
    "torchao": ("torchao",),
    "vptq": ("vptq", "accelerate"),
}
"""A ``quant_method`` -> the distributions without which `transformers` (5.19, quantizers/) does not
load it, all of them."""

_ON_GPU = frozenset(("eetq", "fbgemm_fp8", "fp_quant", "higgs", "spqr", "vptq"))
"""Methods that `transformers` does not load on a CPU."""

_UNPACKED = frozenset(("fp8", "mxfp4"))
"""Those that it turns into plain numbers there."""

_TOLD = {
    "bits": "{} bits",
    "group_size": "groups of {}",
    "weights": "weights in {}",
    "activations": "activations in {}",
    "weight_block_size": "blocks of {}",
}
"""Settings that say how -> in words."""


def methods(config: Mapping[str, Any]) -> list[str]:
    """By which a model's parts are quantised, mostly one or none."""
    found = [_method(told) for told in _settings(config)]
    return [*dict.fromkeys(found)]


def scheme(config: Mapping[str, Any]) -> str:
    """How a model is quantised, in words; empty where it is not."""
    return "; ".join(dict.fromkeys(map(_words, _settings(config))))


def told(config: Mapping[str, Any], gguf: str | None) -> str:
    """How weights are stored, where they are no plain numbers: for the header."""
    if gguf:
        return f"weights from GGUF ({gguf})"
    words = scheme(config)
    return f"quantised ({words})" if words else ""


def lacking(config: Mapping[str, Any], device: str) -> str:
    """Why `transformers` cannot load a quantised model on this device, in words that follow its
    name; empty where it can, or where only it knows.
    """
    for method in methods(config):
        if device == "cpu" and method in _ON_GPU:
            return (
                f"its weights are quantised ({scheme(config)}), which transformers computes on a "
                "GPU alone; run it on one"
            )
        if gone := [each for each in _NEEDED.get(method, ()) if not checkpoint.installed(each)]:
            return (
                f"its weights are quantised ({scheme(config)}), which transformers computes by "
                f"{' and '.join(gone)}; pip install {' '.join(gone)}"
            )
    return ""


def unpacked(config: Mapping[str, Any], device: str) -> str:
    """What a person should know of weights that `transformers` does not compute as they are."""
    found = [each for each in methods(config) if each in _UNPACKED]
    if not found or device != "cpu":
        return ""
    return (
        f"its weights ({scheme(config)}) become plain numbers on a CPU, and activations are not "
        "rounded as on a GPU; the verdict is about the weights"
    )


def _settings(config: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Of the whole, and of its parts (a model's text, what it sees)."""
    for part in (config, *(each for each in config.values() if isinstance(each, dict))):
        if isinstance(told := part.get("quantization_config"), dict):
            yield told


def _method(told: Mapping[str, Any]) -> str:
    if told.get("load_in_8bit") or told.get("load_in_4bit"):  # as transformers reads it
        return "bitsandbytes"
    return str(told.get("quant_method"))


def _words(told: Mapping[str, Any]) -> str:
    method = _method(told)
    if method == "bitsandbytes":
        how = [str(told.get("bnb_4bit_quant_type")) if told.get("load_in_4bit") else "8 bits"]
    elif isinstance(groups := told.get("config_groups"), dict):
        how = [*dict.fromkeys(_group(each) for each in groups.values() if isinstance(each, dict))]
    elif isinstance(kinds := told.get("quant_type"), dict):
        how = [*dict.fromkeys(_torchao(each) for each in kinds.values() if isinstance(each, dict))]
    else:
        how = [_TOLD[key].format(told[key]) for key in _TOLD if told.get(key) is not None]
    return ", ".join([method, *how])


def _torchao(kind: Mapping[str, Any]) -> str:
    """``IntxWeightOnlyConfig of int4, groups of 32``."""
    found = [str(kind.get("_type"))]
    data = kind.get("_data")
    data = data if isinstance(data, dict) else {}
    if isinstance(dtype := data.get("weight_dtype"), dict):
        found[0] += f" of {dtype.get('_data')}"
    grain = data.get("granularity")
    inner = grain.get("_data") if isinstance(grain, dict) else None
    size = inner.get("group_size") if isinstance(inner, dict) else data.get("group_size")
    return ", ".join(found + ([f"groups of {size}"] if isinstance(size, int) else []))


def _group(group: Mapping[str, Any]) -> str:
    """``W4A16, groups of 128``, as compressed-tensors calls it."""
    told = (group.get(name) for name in ("weights", "input_activations"))
    weights, acts = (each if isinstance(each, dict) else {} for each in told)
    kinds = [each["type"] for each in (weights, acts) if each.get("type") is not None]
    kind = "FP" if kinds and all(each == "float" for each in kinds) else ""
    size = weights.get("group_size")
    many = f", groups of {size}" if isinstance(size, int) and size > 0 else ""
    return f"{kind}W{weights.get('num_bits', 16)}A{acts.get('num_bits', 16)}{many}"
