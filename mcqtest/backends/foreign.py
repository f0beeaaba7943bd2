"""Folders that are no model's as libraries load it: what they are instead, and how to make one of
them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

_STEP = re.compile(r"(?:checkpoint|global_step|step|iter|epoch)[-_]?\d+")
_CONVERT = "and copy config.json and the tokenizer's files beside what this makes"


def told(folder: Path) -> str | None:
    """What a folder without config.json, or without weights, is, and what to do: one sentence. None
    where nothing is known of it.
    """
    inside = sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []
    said = (look(folder, inside) for look in _KINDS)
    return next((f"{folder}: {each}" for each in said if each), None)


def no_language_model(folder: Path, config: Mapping[str, Any]) -> str | None:
    """Why a folder with config.json is that of no model that goes on with a text, as libraries load
    it; None where it may be.
    """
    if (folder / "quanto_qmap.json").is_file():
        return (
            "weights as optimum-quanto itself saves them (quanto_qmap.json), which transformers "
            "does not load; give what they were made of, with a quantization_config of quanto in "
            "config.json, or quantise by torchao or compressed-tensors"
        )
    names = config.get("architectures")
    named = str(names[0]) if isinstance(names, list) and names else str(config.get("model_type"))
    if config.get("is_encoder_decoder") is True:
        return (
            f"{named} is an encoder-decoder model, which does not go on with a text but answers "
            "it; mcqtest asks decoder-only models"
        )
    if named.endswith("ForMaskedLM"):
        return (
            f"{named} fills gaps and sees what comes behind them; mcqtest asks models that go on "
            "with a text"
        )
    return None


def _deepspeed(folder: Path, inside: Iterable[str]) -> str:
    names = [*inside, *_below(folder, "global_step*")]
    if not any(
        re.fullmatch(r".*(model_states|optim_states)\.pt|zero_to_fp32\.py", n) for n in names
    ):
        return ""
    where = folder if (folder / "latest").is_file() else folder.parent
    return (
        "shards of DeepSpeed, which are no model yet; join them with `python "
        f"{where / 'zero_to_fp32.py'} {where} OUT --safe_serialization`, {_CONVERT}"
    )


def _distributed(folder: Path, inside: Iterable[str]) -> str:
    if any(name.endswith(".distcp") for name in inside):
        place = folder
    else:
        below = sorted(path.parent for path in folder.glob("*/*.distcp"))
        models = [each for each in below if "optimizer" not in each.name]
        if not models:
            return ""
        place = models[0]
    return (
        "shards of torch.distributed (FSDP, .distcp), which are no model yet; join them with "
        f"`accelerate merge-weights {place} OUT`, {_CONVERT}"
    )


def _trainer(folder: Path, inside: Iterable[str]) -> str:
    steps = [name for name in inside if _STEP.fullmatch(name) and (folder / name).is_dir()]
    if not steps:
        return ""
    steps.sort(key=lambda name: int(re.sub(r"\D", "", name)))
    several = ", ".join(steps[-3:]) + (f" and {len(steps) - 3} before" if len(steps) > 3 else "")
    return (
        f"no model, but a folder of training with {several} in it; give one of them, such as "
        f"--model={folder / steps[-1]}"
    )


def _only(pattern: str, said: str) -> Callable[[Path, Iterable[str]], str]:
    """For weights in a form of another library."""

    def look(_: Path, inside: Iterable[str]) -> str:
        names = [name for name in inside if re.fullmatch(pattern, name)]
        return said.format(names[0]) if names else ""

    return look


def _below(folder: Path, pattern: str) -> list[str]:
    return [path.name for path in folder.glob(f"{pattern}/*")]


_KINDS = (
    _deepspeed,
    _distributed,
    _only(
        r"pytorch_model_fsdp(_\d+)?\.bin",
        "no model yet, but the whole state of FSDP's model ({}); call it pytorch_model.bin, "
        f"{_CONVERT.replace('what this makes', 'it')}",
    ),
    _trainer,
    _only(
        r"latest_checkpointed_iteration\.txt|mp_rank_\d+.*",
        "shards of Megatron ({}), which are no model yet; export them with Megatron Bridge",
    ),
    _only(
        r"adapter_(model.*|\d.*)\.(safetensors|bin)",
        "an adapter ({}) without adapter_config.json; copy the whole folder",
    ),
    _only(
        r"model_index\.json",
        "a pipeline of diffusers ({}), which makes pictures; mcqtest asks language models",
    ),
    _only(
        r".*\.gguf",
        "GGUF ({}) without config.json; copy config.json and the tokenizer's files of the model "
        "that it was made of beside it, or serve it with llama.cpp and ask that with "
        "--backend=openai",
    ),
    _only(
        r"consolidated\..*\.pth",
        "weights as Meta wrote them ({}); convert them with transformers' "
        "convert_llama_weights_to_hf.py",
    ),
    _only(
        r"tf_model.*\.h5|flax_model.*\.msgpack",
        "weights of TensorFlow or Flax alone ({}), which transformers 5 does not read; load them "
        "with transformers 4 (from_tf=True or from_flax=True) and save_pretrained",
    ),
    _only(
        r".*\.onnx",
        "weights of ONNX alone ({}); give the folder that it was exported from",
    ),
    _only(
        r".*\.(pt|pth|ckpt)",
        "no model, but a state of torch ({}); load it into its model and save that with "
        "save_pretrained",
    ),
)
"""The surest first."""
