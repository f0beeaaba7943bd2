"""An adapter laid over its base by the library `peft`, and whether the two fit."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any

import torch
from transformers import AutoConfig

from mcqtest.backends.adapter import Adapted
from mcqtest.backends.tokens import TokenRow
from mcqtest.backends.transformers import architecture, passes
from mcqtest.types import McqtestError, one_line

_NAME = "default"
"""What `peft` calls the one adapter that there is."""


def over(model: Any, adapted: Adapted) -> Any:
    """The base with its adapter, side by side and not merged, as it was trained: `peft` keeps LoRA
    matrices in float32 beside weights of fewer bits. Raises `McqtestError` where the two do not
    fit, or a part of the adapter is missing and would stay as it is before training.
    """
    from peft import PeftConfig, PeftModel

    check(model, adapted)
    folder = str(adapted.folder)
    try:
        config = PeftConfig.from_pretrained(folder)
        config.inference_mode = True
        made = PeftModel(model, config, _NAME)
        found = made.load_adapter(folder, _NAME, torch_device=str(model.device))
    except Exception as error:  # those of torch, safetensors and peft
        raise McqtestError(
            f"{folder}: peft cannot lay this adapter over its base {adapted.base.folder} "
            f"({one_line(error, 200, named=True)})"
        ) from error
    for names, what in (
        (found.missing_keys, "lacks {} tensors of those that {} names, such as {}"),
        (found.unexpected_keys, "has {} tensors that {} has no place for, such as {}"),
    ):
        if names:
            named = min(names).replace(f".{_NAME}", "")
            said = what.format(len(names), "adapter_config.json", named)
            raise McqtestError(f"{adapted.path}: {said}; copy the whole adapter")
    return made.get_base_model()


def has_effect(model: Any, rows: Sequence[TokenRow]) -> bool:
    """Whether a model scores any of these rows otherwise than it would without its adapter; also
    true of a kind that cannot be switched off.
    """
    from peft.tuners.tuners_utils import BaseTunerLayer
    from peft.utils.other import AuxiliaryTrainingWrapper

    kinds = (
        BaseTunerLayer,
        AuxiliaryTrainingWrapper,
    )  # of LoRA and its like; of what is trained whole
    layers = [each for each in model.modules() if isinstance(each, kinds)]
    if not layers:
        return True
    found = passes.plain(model, rows)
    for each in layers:
        each.enable_adapters(enabled=False)
    bare = passes.plain(model, rows)
    for each in layers:
        each.enable_adapters(enabled=True)
    return found != bare


def check(model: Any, adapted: Adapted) -> None:
    """Raise unless the LoRA matrices are those that ``model`` (which may be without memory) and
    adapter_config.json ask for. Other kinds of adapters are not looked at.
    """
    if not (pairs := adapted.pairs()):
        return
    shapes = dict(_matrices(model))
    for module, pair in sorted(pairs.items()):
        if pair.keys() != {"A", "B"}:
            half, other = ("A", "B") if "A" in pair else ("B", "A")
            raise McqtestError(
                f"{adapted.path}: has lora_{half} of {module} and no lora_{other}; copy the whole "
                "adapter"
            )
        if (shape := shapes.get(module)) and not _fits(pair, shape):
            raise McqtestError(
                f"{adapted.folder}: an adapter that does not fit its base {adapted.base.folder}: "
                f"{module} is {list(shape)} there, and the matrices for it are {list(pair['B'])} "
                f"and {list(pair['A'])}; name the model that it was trained on with "
                "--backend-option base=PATH"
            )
    if gone := [name for name in shapes if _is_meant(name, adapted.settings) and name not in pairs]:
        raise McqtestError(
            f"{adapted.path}: lacks the matrices of {gone[0]}"
            f"{f' and {len(gone) - 1} more' if len(gone) > 1 else ''}, which adapter_config.json "
            "names; copy the whole adapter"
        )


def check_unbuilt(
    adapted: Adapted,
    *,
    remote: bool = False,
    settings: Mapping[str, Any] = MappingProxyType({}),
) -> None:
    """`check` before an engine starts: against the architecture without memory, of which
    ``settings`` take the place of those in config.json. Silent on those that cannot be built.
    """
    try:
        with passes.quiet():
            folder = str(adapted.base.folder)
            config = AutoConfig.from_pretrained(folder, trust_remote_code=remote, **settings)
            model = architecture.empty(config, remote)
    except Exception:  # noqa: BLE001 - told by `architecture.check_tensors`
        return
    check(model, adapted)


def _matrices(model: Any) -> Iterator[tuple[str, tuple[int, ...]]]:
    """Modules that compute a product, and its shape, which packed weights do not have."""
    for name, module in model.named_modules():
        weight = getattr(module, "weight", None)
        if isinstance(module, torch.nn.Linear):
            yield name, (module.out_features, module.in_features)
        elif isinstance(weight, torch.Tensor) and weight.dim() == 2:
            yield name, tuple(weight.shape)


def _fits(pair: Mapping[str, tuple[int, ...]], shape: tuple[int, ...]) -> bool:
    """B times A has the shape of the weights, either way: as linear layers keep them, or turned
    (GPT-2's, embeddings).
    """
    (out, rank), (other, into) = pair["B"], pair["A"]
    return rank == other and shape in {(out, into), (into, out)}


def _is_meant(name: str, settings: Mapping[str, Any]) -> bool:
    """Whether adapter_config.json says that a module gets matrices, where it says so by names; as
    `peft` reads it (tuners_utils.check_target_module_exists).
    """
    wanted, layers = settings.get("target_modules"), settings.get("layers_to_transform")
    if not isinstance(wanted, list) or settings.get("exclude_modules"):
        return False
    if not any(name == each or name.endswith(f".{each}") for each in map(str, wanted)):
        return False
    if layers is None:
        return True
    number = re.match(r".*?\.(\d+)\.", name)
    several = layers if isinstance(layers, list) else [layers]
    return number is not None and int(number[1]) in several
