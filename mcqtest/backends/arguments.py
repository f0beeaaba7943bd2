"""``--backend-option KEY=VALUE``: the keys that each backend knows, and their values.

Told without importing torch or vLLM, so that a slip costs no minute of loading, and a run whose
answers are all stored needs neither.
"""

from __future__ import annotations

import ast
import importlib.util
import json
import re
from collections.abc import Mapping
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import Any

from mcqtest.types import McqtestError

TRANSFORMERS = {
    "device": "cpu, cuda, mps",
    "dtype": "float32, bfloat16, float16, float64 or auto",
    "max_length": "number of tokens of context, where it is to be smaller than the model's",
    "batch_tokens": "number of tokens computed at once",
    "share": "1 or 0; 0 computes every prompt whole, without sharing its prefix",
    "trust_remote_code": "0 or 1; 1 runs the Python code that comes with the checkpoint",
    "products": "auto, onednn or torch: what multiplies float32 matrices on a CPU",
    "attn_implementation": "as in transformers",
    "bos": "auto, yes or no: the token that begins a text as the tokenizer writes it, once, or not",
    "tokenizer": "a folder with another tokenizer, or a tokenizer.json, used as it is written",
    "base": "folder or hub id of the model that an adapter lies on, if not where the adapter says",
}
"""Options of the transformers backend."""

_VALUES = {
    "max_length": "[1-9][0-9]*",
    "batch_tokens": "[1-9][0-9]*",
    "share": "[01]",
    "trust_remote_code": "[01]",
    "bos": "auto|yes|no",
    "products": "auto|onednn|torch",
}
"""What their values look like, where a wrong one would not be refused by torch itself."""

WITHOUT_EFFECT = frozenset(
    (
        *("batch_tokens", "max_num_batched_tokens", "max_num_seqs", "block_size"),
        *("enable_prefix_caching", "enable_chunked_prefill", "enforce_eager", "async_scheduling"),
        *("gpu_memory_utilization", "kv_cache_memory_bytes", "num_gpu_blocks_override"),
        *("tensor_parallel_size", "pipeline_parallel_size", "distributed_executor_backend"),
        *("max_parallel_loading_workers", "disable_custom_all_reduce", "cpu_offload_gb"),
    )
)
"""Options that change at most the last bits of an answer; a stored one stays good. What is not
named here counts as a change, however harmless.
"""

BY_CONTENT = frozenset(("base",))
"""Options that name files which the fingerprint covers, wherever they lie."""

SERVED = frozenset(
    ("base_url", "uds", "key_env", "deployment", "concurrency", "retries", "timeout", "price")
)
"""Likewise of served models; where and what they are stands for their weights."""

_VLLM_NAMES = {"max_length": "max_model_len", "batch_tokens": "max_num_batched_tokens"}
"""Our name of an option -> vLLM's."""

_OURS = ("base", "bos", "tokenizer")
"""Options of both backends that are no engine arguments to be handed on."""

_DECIDED = {
    **dict.fromkeys(("model", "model_weights", "hf_config_path"), "--model names it"),
    **dict.fromkeys(("runner", "convert", "skip_tokenizer_init", "logprobs_mode"), "it is fixed"),
    **dict.fromkeys(
        ("data_parallel_size", "data_parallel_size_local", "data_parallel_backend"),
        "use -n N for N copies of the model, each on a GPU of its own",
    ),
}
"""Engine arguments that are not the user's -> why."""

_WORDS = {
    "bool": "0 or 1",
    "int": "a whole number",
    "float": "a number",
    "dict": "JSON, {...}",
    "list": "JSON, [...]",
    "set": "JSON, [...]",
}
"""Types of engine arguments whose values are not just any text."""

_SWITCHES = {"0": False, "false": False, "1": True, "true": True}


REPLAY = {"missing": "error or unanswered"}
"""Options of recorded outputs."""


def check_replay(options: Mapping[str, str]) -> None:
    """Raise `McqtestError` for a key or value that recorded outputs do not have."""
    for key, value in options.items():
        if key not in REPLAY:
            raise McqtestError(
                f"--backend-option {key}: unknown; for recorded outputs there is missing "
                f"({REPLAY['missing']})"
            )
        if value not in {"error", "unanswered"}:
            raise McqtestError(f"--backend-option {key}={value}: not a value of it ({REPLAY[key]})")


def check_transformers(options: Mapping[str, str]) -> None:
    """Raise `McqtestError` for a key or value that the transformers backend does not know."""
    for key in options:
        if key in SERVED | {"letters", "extra"}:
            raise McqtestError(
                f"--backend-option {key}: of served models; add --backend=openai, or leave it out"
            )
        if key not in TRANSFORMERS:
            known = "; ".join(f"{name} ({text})" for name, text in TRANSFORMERS.items())
            raise McqtestError(f"--backend-option {key}: unknown; the options are {known}")
        if not re.fullmatch(_VALUES.get(key, ".+"), options[key]):
            raise McqtestError(
                f"--backend-option {key}={options[key]}: not a value of it ({TRANSFORMERS[key]})"
            )


def for_vllm(options: Mapping[str, str], device: str) -> dict[str, Any]:
    """The options as keyword arguments of vLLM's ``EngineArgs``, but for ``dtype``.

    Raises `McqtestError` for a name or value that the installed vLLM does not know.
    """
    known = _engine_arguments()
    found: dict[str, Any] = {}
    for key, text in options.items():
        if key == "device":
            if text != device:
                raise McqtestError(
                    f"--backend-option device={text}: this vLLM was built for {device}; choose "
                    "among GPUs with CUDA_VISIBLE_DEVICES, or use --backend=transformers"
                )
            continue
        if (key in _VLLM_NAMES or key in _OURS) and not re.fullmatch(_VALUES.get(key, ".+"), text):
            raise McqtestError(
                f"--backend-option {key}={text}: not a value of it ({TRANSFORMERS[key]})"
            )
        if key in _OURS:
            continue
        name = _VLLM_NAMES.get(key, key)
        if name in _DECIDED:
            raise McqtestError(f"--backend-option {key}: not to be chosen; {_DECIDED[name]}")
        if known and name not in known:
            raise McqtestError(f"--backend-option {key}: {_unknown(key, known)}")
        if name == "load_format" and text.lower() == "dummy":
            raise McqtestError(
                "--backend-option load_format=dummy: the weights would be random numbers; leave it "
                "out"
            )
        if name in found:
            raise McqtestError(f"--backend-option {key}: the same as {name}; give one of them")
        found[name] = _value(key, text, known.get(name, frozenset()))
    found.pop("dtype", None)
    return found


def _unknown(key: str, known: Mapping[str, frozenset[str]]) -> str:
    if key in TRANSFORMERS:
        return "an option of --backend=transformers, not of vLLM"
    close = get_close_matches(key, [*known, *_VLLM_NAMES], n=3)
    return "vLLM has no such engine argument" + (
        f"; did you mean {' or '.join(close)}?" if close else ""
    )


def _value(key: str, text: str, types: frozenset[str]) -> Any:
    """The text as one of the types that an engine argument may have; unknown types are given
    what the text looks like, and vLLM has the last word.
    """
    if text.startswith(("{", "[")):
        try:
            return json.loads(text)
        except ValueError as error:
            raise McqtestError(f"--backend-option {key}: not valid JSON ({error})") from None
    if "bool" in types and text.lower() in _SWITCHES:
        return _SWITCHES[text.lower()]
    if "str" not in types and (types != {"float"}) and re.fullmatch(r"-?\d+", text):
        return int(text)
    if "float" in types:
        try:
            return float(text)
        except ValueError:
            pass
    if types and types <= _WORDS.keys():
        wanted = " or ".join(_WORDS[each] for each in sorted(types))
        raise McqtestError(f"--backend-option {key}={text}: not a value of it ({wanted})")
    return text


@cache
def _engine_arguments() -> Mapping[str, frozenset[str]]:
    """All engine arguments -> the names of the types of each, read from vLLM's source, since
    importing it takes ten seconds. Empty where there is no source to be read.
    """
    spec = importlib.util.find_spec("vllm")
    if spec is None or spec.origin is None:
        return {}
    try:
        source = (Path(spec.origin).parent / "engine" / "arg_utils.py").read_text("utf-8")
    except OSError:
        return {}
    return fields(source, "EngineArgs")


def fields(source: str, name: str) -> dict[str, frozenset[str]]:
    """The public fields of a dataclass -> the outermost names of each one's types."""
    made = (node for node in ast.parse(source).body if isinstance(node, ast.ClassDef))
    found = {}
    for node in (node for each in made if each.name == name for node in each.body):
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            types = frozenset(_types(node.annotation)) - {"None"}
            found.update({} if node.target.id.startswith("_") else {node.target.id: types})
    return found


def _types(annotation: ast.expr) -> list[str]:
    if isinstance(annotation, ast.BinOp):  # int | None
        return _types(annotation.left) + _types(annotation.right)
    if isinstance(annotation, ast.Subscript):  # dict[str, int]
        return _types(annotation.value)
    if isinstance(annotation, ast.Constant) and isinstance(annotation.value, str):
        return _types(ast.parse(annotation.value, mode="eval").body)
    return [ast.unparse(annotation)]
