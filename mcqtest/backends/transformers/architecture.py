"""Whether a checkpoint's tensors are those of its architecture, told before an engine starts.

The model is built without memory (on torch's ``meta`` device) and loaded with tensors that have
names and shapes alone, through the library's own renaming and fusing. vLLM needs it, since it
leaves linear layers, head and embeddings out of its own check: it would judge random memory.
"""

from __future__ import annotations

import math
import re
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

import torch
import transformers
from safetensors import safe_open
from transformers import AutoConfig, AutoModelForCausalLM

from mcqtest.backends.checkpoint import Checkpoint
from mcqtest.backends.headers import Tensor, read_tensors
from mcqtest.backends.transformers import passes
from mcqtest.types import McqtestError, one_line

_BUFFERS = re.compile(
    r".*(inv_freq|masked_bias|attn\.bias|attention\.bias|position_ids|_extra_state|rotary_emb\.\w+)"
)
"""Constants that older libraries saved, and which are computed today."""

_SCALES = re.compile(r".*\.(input|output)_scale")
"""Of activations, which optimum-quanto leaves as they are unless it is told otherwise."""

_AHEAD = re.compile(r".*\b(mtp|nextn|eh_proj|enorm|hnorm|shared_head)\b.*")
"""Parts of a head that guesses several tokens ahead."""

_NO_FLOAT = re.compile(r"(torch\.)?([IU]\d+|u?int\d+|BOOL|bool|C\d+|complex\d+)")
"""Types that no weight has which is used as it is."""

_SAVE = "save the model again with save_pretrained"


@dataclass(frozen=True)
class Fit:
    """What the library does with the tensors of a checkpoint."""

    missing: Sequence[str]
    wrong: Sequence[str]
    """Tensors that have another shape here, with both shapes."""
    spare: Sequence[str]
    """Those that the model has no place for."""
    parts: frozenset[str]
    """Modules that have tensors of their own."""
    lists: Mapping[str, int]
    """Lists of layers, and how many there are; the outer ones first."""

    @classmethod
    def of(cls, model: Any, found: Mapping[str, Any]) -> Fit:
        """What the library said about loading ``model``. Of quantised weights, spare tensors
        (scales, zero points) and shapes say nothing, but for the number of experts.
        """
        quantised = _quantised(model.config)
        wrong = [
            f"{name} has the shape {list(is_)} and not {list(wanted)}"
            for name, is_, wanted in sorted(found["mismatched_keys"])
            if not quantised or (len(is_) > 2 < len(wanted) and is_[0] != wanted[0])
        ]
        unused = [each for each in found["unexpected_keys"] if not _BUFFERS.fullmatch(each)]
        modules = dict(model.named_modules())
        lists = {at: m for at, m in modules.items() if isinstance(m, torch.nn.ModuleList)}
        missing = sorted(found["missing_keys"])
        if getattr(model, "quantization_method", None) == "quanto":  # on the fly, while loading
            missing = [name for name in missing if not _SCALES.fullmatch(name)]
        return cls(
            missing=missing,
            wrong=wrong,
            spare=[] if quantised else sorted(unused),
            parts=frozenset(name.rpartition(".")[0] for name, _ in model.named_parameters()),
            lists={at: len(layers) for at, layers in lists.items()},
        )


def check_tensors(
    checkpoint: Checkpoint,
    *,
    remote: bool = False,
    settings: Mapping[str, Any] = MappingProxyType({}),
) -> list[str]:
    """Raise unless the tensors are those of the architecture; what a person should know, in
    sentences. ``remote`` allows code of the checkpoint's own; ``settings`` take the place of those
    in config.json.
    """
    try:
        held = {name: _tensors(checkpoint.folder / name) for name in checkpoint.weights.files}
        places = _places(checkpoint, held)
        tensors = {tensor: each for inside in held.values() for tensor, each in inside.items()}
        with passes.quiet():
            folder = str(checkpoint.folder)
            config = AutoConfig.from_pretrained(folder, trust_remote_code=remote, **settings)
            model = empty(config, remote)
            fit = Fit.of(model, _load(model, tensors))
    except McqtestError:
        raise
    except Exception as error:  # noqa: BLE001 - code that is not trusted, what only vLLM knows, ...
        said = one_line(error, 120, named=True)
        return [f"{checkpoint.name}: its tensors were not held against its architecture ({said})"]
    _refuse_whole_numbers(checkpoint, model, tensors)
    _refuse_false_ties(checkpoint, model, places)
    return judge(checkpoint, fit)


def _places(checkpoint: Checkpoint, held: Mapping[str, Mapping[str, Tensor]]) -> Mapping[str, str]:
    """Tensor -> file. Raises where two of the files have one: the last one read would win."""
    found: dict[str, str] = {}
    for name, inside in held.items():
        for tensor in inside:
            if (other := found.setdefault(tensor, name)) != name:
                raise McqtestError(
                    f"{checkpoint.folder}: {tensor} is in {other} and in {name}, which are both "
                    "read; these are shards of two checkpoints: copy one of them anew"
                )
    return found


def _tensors(path: Path) -> Mapping[str, Tensor]:
    """Names, types and shapes in a file of weights; their content is not read."""
    if path.suffix == ".safetensors":
        return read_tensors(path)
    found = torch.load(path, map_location="meta", weights_only=True)
    return {name: Tensor(str(each.dtype), tuple(each.shape)) for name, each in found.items()}


def judge(checkpoint: Checkpoint, fit: Fit) -> list[str]:
    """Raise unless every part of the model has its tensors; what is not used, in sentences."""
    folder = checkpoint.folder
    if fit.missing:  # they would be random numbers
        raise McqtestError(
            f"{folder}: the weights lack {len(fit.missing)} tensors of this architecture, such as "
            f"{fit.missing[0]}; {_SAVE}"
        )
    if fit.wrong:
        raise McqtestError(
            f"{folder}: {fit.wrong[0]}{_more(fit.wrong)}; config.json is another model's, or the "
            f"weights are: {_SAVE}"
        )
    return _spare(checkpoint, fit)


def _spare(checkpoint: Checkpoint, fit: Fit) -> list[str]:
    """Raise for tensors that belong into the model and have no place in it; name the others."""
    others = set()
    for name in fit.spare:
        within = next((at for at in fit.lists if name.startswith(f"{at}.")), None)
        number = name[len(within) + 1 :].partition(".")[0] if within else ""
        if within and number.isdecimal() and int(number) >= fit.lists[within]:
            layer = f"{within}.{number}"
            if not _looks_ahead(fit, layer):
                raise McqtestError(
                    f"{checkpoint.folder}: the weights have a layer {layer}, but config.json says "
                    f"that there are {fit.lists[within]}; correct it, or {_SAVE}"
                )
            others.add(layer)
        elif within or name.rpartition(".")[0] in fit.parts:
            raise McqtestError(
                f"{checkpoint.folder}: this architecture has no place for {name}"
                f"{_more(fit.spare)}; config.json lacks a setting, or is another model's: {_SAVE}"
            )
        else:
            others.add(re.split(r"\.(?=\w+\.\d+\.)", name)[0])
    if not others:
        return []
    found = sorted(others)
    parts = ", ".join(found[:3]) + _more(found[2:])
    return [f"{checkpoint.name}: not used, since the language model has no such part: {parts}"]


def _looks_ahead(fit: Fit, layer: str) -> bool:
    """Whether a layer behind the last is a head for speculation: it has parts that no other has,
    whatever config.json says.
    """
    return any(_AHEAD.fullmatch(name) for name in fit.spare if name.startswith(f"{layer}."))


def empty(config: Any, remote: bool) -> Any:
    """The model without memory: a causal one, or what config.json calls it."""
    with torch.device("meta"):
        try:
            return AutoModelForCausalLM.from_config(config, trust_remote_code=remote)
        except ValueError:
            if not (named := getattr(config, "architectures", None)):
                raise
            return getattr(transformers, named[0])(config)


def _load(model: Any, tensors: Mapping[str, Tensor]) -> Mapping[str, Any]:
    """Load tensors without content, as the library loads whole ones; what it says about it."""
    from transformers.conversion_mapping import get_model_conversion_mapping
    from transformers.core_model_loading import convert_and_load_state_dict_in_model
    from transformers.modeling_utils import LoadStateDictConfig

    transformers.utils.logging.disable_progress_bar()
    shapes = {name: each.shape for name, each in tensors.items()}
    if quantised := _quantised(model.config):
        shapes = _unpacked(shapes)
    info, _ = convert_and_load_state_dict_in_model(
        model=model,
        state_dict={name: torch.empty(shape, device="meta") for name, shape in shapes.items()},
        load_config=LoadStateDictConfig(
            weight_mapping=get_model_conversion_mapping(model),
            device_map={"": torch.device("meta")},
            ignore_mismatched_sizes=True,
            dtype=torch.float32,
        ),
    )
    model.tie_weights(missing_keys=info.missing_keys, recompute_mapping=False)
    model._adjust_missing_and_unexpected_keys(info)  # noqa: SLF001 - there is no public way
    if quantised and info.conversion_errors:
        raise ValueError("quantised weights that are fused")
    found: Mapping[str, Any] = info.to_dict()
    return found


def _quantised(config: Any) -> bool:
    return any(
        getattr(each, "quantization_config", None) for each in (config, config.get_text_config())
    )


def _unpacked(shapes: Mapping[str, tuple[int, ...]]) -> dict[str, tuple[int, ...]]:
    """Names that quantised tensors had before: ``qweight``, ``weight_packed`` and their scales
    stand for a ``weight``; the shape is that of the largest, and means nothing.
    """
    found: dict[str, tuple[int, ...]] = {}
    for name, shape in shapes.items():
        part, _, leaf = name.rpartition(".")
        bare = re.sub(r"_(blocks|scales|packed)$", "", leaf)
        for each in (name, f"{part}.{bare}", part, f"{part}.weight" if leaf != "bias" else name):
            found[each] = max(found.get(each, ()), shape, key=math.prod)
    return found


def _refuse_whole_numbers(
    checkpoint: Checkpoint, model: Any, tensors: Mapping[str, Tensor]
) -> None:
    """Raise where quantised weights would be taken for plain ones, since config.json names no
    method.
    """
    if _quantised(model.config):
        return
    floats = {name for name, each in model.named_parameters() if each.is_floating_point()}
    for name in sorted(floats & tensors.keys()):
        if _NO_FLOAT.fullmatch(tensors[name].dtype):
            raise McqtestError(
                f"{checkpoint.folder}: {name} is of type {tensors[name].dtype}, and config.json "
                "names no quantization_config; copy the config.json that belongs to these weights"
            )


def _refuse_false_ties(checkpoint: Checkpoint, model: Any, places: Mapping[str, str]) -> None:
    """Raise where two tensors differ that config.json ties: some take both, others one of them."""
    for one, other in getattr(model, "all_tied_weights_keys", {}).items():
        both = [_stored(name, model, places) for name in (one, other)]
        if None not in both:
            pair = [_tensor(checkpoint.folder / places[name], name) for name in both if name]
            if pair[0].shape != pair[1].shape or not torch.equal(*pair):
                raise McqtestError(
                    f"{checkpoint.folder}: config.json says that {one} is {other}, but the weights "
                    "hold two that differ; set tie_word_embeddings to false there, or save the "
                    "model again"
                )


def _stored(name: str, model: Any, places: Mapping[str, str]) -> str | None:
    """The name that a tensor of the model has in the files, with or without that of its body."""
    body = f"{model.base_model_prefix}."
    spellings = (name, name.removeprefix(body), f"{body}{name}")
    return next((each for each in spellings if each in places), None)


def _tensor(path: Path, name: str) -> Any:
    if path.suffix == ".safetensors":
        with safe_open(path, framework="pt") as file:
            return file.get_tensor(name)
    mapped = zipfile.is_zipfile(path)  # which older files are not
    return torch.load(path, map_location="cpu", weights_only=True, mmap=mapped)[name]


def _more(names: Sequence[str]) -> str:
    return f" (and {len(names) - 1} more)" if len(names) > 1 else ""
