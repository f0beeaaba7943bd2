"""Quantise a checkpoint by one of the schemes that a CPU can run, to try the gate on it.

From anywhere: ``python scripts/quantise.py SCHEME FROM TO`` (FROM may be ``demo``). Nothing is
calibrated: each number is rounded to the nearest that its row or group has, so a release that was
quantised with care does better. Needs the extra ``transformers``, and for each scheme its library.
"""

from __future__ import annotations

import argparse
import json
import shutil
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

from mcqtest import demo


def while_loading(settings: Callable[[], Any], base: Path, to: Path) -> None:
    """By `transformers`, which hands each matrix to the scheme's library."""
    made = _load(base, quantization_config=settings())
    made.save_pretrained(to)  # before it has computed anything: 4-bit bitsandbytes needs that
    AutoTokenizer.from_pretrained(base).save_pretrained(to)


def each_time(base: Path, to: Path, **settings: Any) -> None:
    """By config.json alone, whenever it is loaded: of optimum-quanto nothing else can be saved."""
    shutil.copytree(base, to)
    told = json.loads((to / "config.json").read_text("utf-8"))
    told["quantization_config"] = {"quant_method": "quanto", **settings}
    (to / "config.json").write_text(json.dumps(told, indent=2), "utf-8")


def compressed(
    base: Path, to: Path, *, bits: int, group: int | None = None, activations: bool = False
) -> None:
    """As llm-compressor writes it, each row or group scaled by its largest number."""
    from compressed_tensors.compressors import ModelCompressor
    from compressed_tensors.quantization import QuantizationConfig, apply_quantization_config

    made = _load(base)
    kind = {"num_bits": bits, "type": "int", "symmetric": True}
    how = {"strategy": "group", "group_size": group} if group else {"strategy": "channel"}
    each = {"targets": ["Linear"], "weights": kind | how}
    if activations:
        each["input_activations"] = kind | {"strategy": "token", "dynamic": True}
    told = QuantizationConfig(
        config_groups={"group_0": each},
        ignore=["lm_head"],
        format="int-quantized" if activations else "pack-quantized",
        quantization_status="initialized",
    )
    apply_quantization_config(made, told)
    for module in made.modules():
        if hasattr(module, "weight_scale"):
            rows = module.weight.data.unflatten(1, (-1, group or module.weight.shape[1]))
            scale = rows.abs().amax(-1) / (2 ** (bits - 1) - 1)
            module.weight_scale.data = scale.reshape(module.weight_scale.shape)
    compressor = ModelCompressor.from_pretrained_model(made)
    compressor.compress_model(made)
    made.save_pretrained(to)
    compressor.update_config(str(to))
    AutoTokenizer.from_pretrained(base).save_pretrained(to)


def _torchao(name: str, **settings: Any) -> Any:
    import torchao.quantization as schemes
    from transformers import TorchAoConfig

    return TorchAoConfig(getattr(schemes, name)(**settings))


def _torchao_int4() -> Any:
    from torchao.quantization.granularity import PerGroup

    grain = PerGroup(32)
    return _torchao("IntxWeightOnlyConfig", weight_dtype=torch.int4, granularity=grain)


def _bits(**settings: Any) -> Any:
    from transformers import BitsAndBytesConfig

    return BitsAndBytesConfig(**settings)


def _load(base: Path, **settings: Any) -> Any:
    return AutoModelForCausalLM.from_pretrained(base, dtype=torch.float32, **settings)


SCHEMES: dict[str, Callable[[Path, Path], None]] = {
    "compressed-tensors-w8a16": partial(compressed, bits=8),
    "compressed-tensors-w8a8": partial(compressed, bits=8, activations=True),
    "compressed-tensors-w4a16": partial(compressed, bits=4, group=32),
    "torchao-int8": partial(while_loading, partial(_torchao, "Int8WeightOnlyConfig")),
    "torchao-int8-activations": partial(
        while_loading, partial(_torchao, "Int8DynamicActivationInt8WeightConfig")
    ),
    "torchao-int4": partial(while_loading, _torchao_int4),
    "bitsandbytes-int8": partial(while_loading, partial(_bits, load_in_8bit=True)),
    "bitsandbytes-nf4": partial(
        while_loading, partial(_bits, load_in_4bit=True, bnb_4bit_quant_type="nf4")
    ),
    "quanto-int8": partial(each_time, weights="int8"),
    "quanto-int4": partial(each_time, weights="int4"),
    "quanto-int2": partial(each_time, weights="int2"),
}
"""Name -> what writes a quantised copy of one folder to another."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("scheme", choices=SCHEMES)
    parser.add_argument("base", metavar="FROM")
    parser.add_argument("to", metavar="TO", type=Path)
    options = parser.parse_args()
    base = demo.MODEL if options.base == "demo" else Path(options.base)
    SCHEMES[options.scheme](base, options.to)
    print(options.to)


if __name__ == "__main__":
    main()
