"""Tensors held against their architecture: what is wrong is told, and nothing sound is."""

import json
import shutil

import pytest
from builders import complaint

pytest.importorskip("tokenizers")
pytest.importorskip("torch")
pytest.importorskip("transformers")

import models
import torch
import transformers
from safetensors.torch import load_file, save_file

from mcqtest.backends.checkpoint import Checkpoint
from mcqtest.backends.transformers.architecture import check_tensors
from mcqtest.types import McqtestError

EXPERTS = {"num_experts": 4, "moe_intermediate_size": 32, "num_experts_per_tok": 2}


@pytest.fixture(scope="module")
def llama(tmp_path_factory):
    return models.save(tmp_path_factory.mktemp("llama") / "ship")


@pytest.fixture(scope="module")
def experts(tmp_path_factory):
    """A mixture, whose experts lie one by one in the file and are fused when they are loaded."""
    return models.save(tmp_path_factory.mktemp("moe") / "ship", "bytes", "qwen3_moe", **EXPERTS)


def changed(folder, where, *, add=(), drop="nothing", config=None, packed=""):
    """A copy with ones added under these names and shapes, and without what contains ``drop``."""
    shutil.copytree(folder, where / "ship")
    tensors = load_file(where / "ship" / "model.safetensors")
    tensors = {name: each for name, each in tensors.items() if drop not in name}
    if packed:
        tensors = quantised(tensors, packed)
    tensors |= {name: torch.ones(shape) for name, shape in dict(add).items()}
    save_file(tensors, where / "ship" / "model.safetensors", {"format": "pt"})
    path = where / "ship" / "config.json"
    path.write_text(json.dumps(json.loads(path.read_text("utf-8")) | (config or {})), "utf-8")
    return Checkpoint(where / "ship", "ship")


PACKED = {
    "gptq": ("qweight", "qzeros", "scales", "g_idx"),
    "awq": ("qweight", "qzeros", "scales"),
    "compressed-tensors": ("weight_packed", "weight_scale", "weight_shape"),
    "fp8": ("weight", "weight_scale_inv"),
    "modelopt": ("weight", "weight_scale", "weight_scale_2", "input_scale"),
    "bitsandbytes": ("weight", "weight.absmax", "weight.quant_state.bitsandbytes__nf4"),
    "torchao": ("weight:_data", "weight:_scale"),
    "hqq": ("W_q", "meta"),
}
"""Method -> what stands for a ``weight``; the first is the largest."""


def quantised(tensors, method):
    """The same with linear layers in the names of a method; shapes are not what they were."""
    made = {}
    for name, each in tensors.items():
        part = name.removesuffix(".weight")
        if part == name or not part.endswith("proj"):
            made[name] = each
            continue
        for number, leaf in enumerate(PACKED[method]):
            shape = (1,) if number else (each.shape[0] // 2, each.shape[1])
            made[f"{part}.{leaf}"] = torch.ones(shape)
    return made


LAYER = "model.layers.0.self_attn"

TOLD = [
    (
        {"drop": "lm_head"},
        "the weights lack 1 tensors of this architecture, such as lm_head.weight",
    ),
    ({"drop": "_proj"}, "the weights lack 14 tensors of this architecture, such as model.layers.0"),
    ({"config": {"num_hidden_layers": 3}}, "the weights lack 9 tensors of this architecture, such"),
    (
        {"config": {"num_key_value_heads": 4}},
        f"{LAYER}.k_proj.weight has the shape [16, 32] and not",
    ),
    ({"config": {"vocab_size": 99}}, "lm_head.weight has the shape ["),
    (
        {"add": {f"{LAYER}.q_proj.bias": (32,)}},
        f"this architecture has no place for {LAYER}.q_proj.b",
    ),
    (
        {"add": {f"{LAYER}.q_norm.weight": (8,)}},
        f"this architecture has no place for {LAYER}.q_norm",
    ),
    (
        {"add": {f"{LAYER}.q_proj.lora_A.weight": (2, 2)}},
        f"this architecture has no place for {LAYER}",
    ),
    (
        {"add": {f"{LAYER}.q_proj.weight_scale": (1,)}},
        f"this architecture has no place for {LAYER}.q",
    ),
    (
        {"add": {"lm_head.bias": (32,)}},
        "this architecture has no place for lm_head.bias; config.json",
    ),
    (
        {"config": {"num_hidden_layers": 1}},
        "the weights have a layer model.layers.1, but config.json",
    ),
    (
        {"add": {"model.layers.2.mlp.up_proj.weight": (2,)}},
        "the weights have a layer model.layers.2, b",
    ),
    (
        {
            "add": {"model.layers.2.mlp.up_proj.weight": (2,)},
            "config": {"num_nextn_predict_layers": 1},
        },
        "the weights have a layer model.layers.2, b",
    ),
]


@pytest.mark.parametrize("case", TOLD)
def test_what_does_not_belong_together(llama, tmp_path, case):
    """One line that names a tensor."""
    change, said = case
    found = changed(llama, tmp_path, **change)
    assert complaint(check_tensors, found).startswith(f"{found.folder}: {said}")


@pytest.mark.parametrize("type_", [torch.int8, torch.bool, torch.complex64])
def test_whole_numbers_are_no_weights(llama, tmp_path, type_):
    """Quantised ones that have lost what config.json says of them; a method is named, and they
    are none of ours.
    """
    found = changed(llama, tmp_path)
    path = found.folder / "model.safetensors"
    tensors = load_file(path)
    tensors["lm_head.weight"] = (100 * tensors["lm_head.weight"]).to(type_)
    save_file(tensors, path, {"format": "pt"})
    said = complaint(check_tensors, found)
    assert said.startswith(f"{found.folder}: lm_head.weight is of type ")
    assert "names no quantization_config" in said


@pytest.mark.parametrize("form", ["safetensors", "no prefix", "bin", "old bin"])
def test_a_tie_that_is_none(llama, tmp_path, form):
    """Two tensors that differ, of which config.json says that they are one; whatever the file."""
    found = changed(llama, tmp_path, config={"tie_word_embeddings": True})
    path = found.folder / "model.safetensors"
    tensors = load_file(path)
    if form == "no prefix":
        tensors = {name.removeprefix("model."): each for name, each in tensors.items()}
        save_file(tensors, path, {"format": "pt"})
    elif "bin" in form:
        path.unlink()
        zipped = form == "bin"
        torch.save(
            tensors, found.folder / "pytorch_model.bin", _use_new_zipfile_serialization=zipped
        )
    said = complaint(check_tensors, Checkpoint(found.folder, "ship"))
    assert said.startswith(f"{found.folder}: config.json says that lm_head.weight is ")


def test_a_tensor_in_two_shards(llama, tmp_path):
    """Which copy counts would depend on the order of reading."""
    found = changed(llama, tmp_path)
    whole = found.folder / "model.safetensors"
    tensors = load_file(whole)
    names = [f"model-0000{number}-of-00002.safetensors" for number in (1, 2)]
    save_file(tensors, found.folder / names[0], {"format": "pt"})
    save_file({"lm_head.weight": tensors["lm_head.weight"]}, found.folder / names[1])
    whole.unlink()
    index = dict.fromkeys(tensors, names[0]) | {"spare": names[1]}
    place = found.folder / "model.safetensors.index.json"
    place.write_text(json.dumps({"metadata": {}, "weight_map": index}), "utf-8")
    said = complaint(check_tensors, Checkpoint(found.folder, "ship"))
    assert said.startswith(f"{found.folder}: lm_head.weight is in {names[0]} and in {names[1]}, ")


def test_settings_of_the_command_count(llama, tmp_path):
    """The ``hf_overrides`` of vLLM take the place of what config.json says."""
    found = changed(llama, tmp_path, config={"num_hidden_layers": 1})
    assert check_tensors(found, settings={"num_hidden_layers": 2}) == []
    with pytest.raises(McqtestError, match="lack 9 tensors"):
        check_tensors(found, settings={"num_hidden_layers": 3})


AHEAD = {"model.layers.2.mlp.up_proj.weight": (2,)}
NOTED = [
    ({}, None),
    ({"add": {f"{LAYER}.rotary_emb.inv_freq": (4,)}}, None),
    ({"add": {f"{LAYER}.masked_bias": (1,), f"{LAYER}.attn.bias": (1, 1, 4, 4)}}, None),
    ({"add": {"v_head.summary.weight": (1, 32)}}, "v_head.summary.weight"),
    ({"add": {"mtp.layers.0.up.weight": (2,), "mtp.norm.weight": (2,)}}, "mtp, mtp.norm.weight"),
    ({"add": {**AHEAD, "model.layers.2.eh_proj.weight": (2,)}}, "model.layers.2"),
    (
        {"add": {f"{part}.weight": (1,) for part in "abcde"}},
        "a.weight, b.weight, c.weight (and 2 more)",
    ),
]


@pytest.mark.parametrize("case", NOTED)
def test_what_is_not_used(llama, tmp_path, case):
    """Other parts than the language model are named; constants of older libraries are nothing."""
    change, parts = case
    said = f"ship: not used, since the language model has no such part: {parts}"
    assert check_tensors(changed(llama, tmp_path, **change)) == ([said] if parts else [])


@pytest.mark.parametrize("method", PACKED)
def test_quantised_weights(llama, tmp_path, method):
    """Packed, with scales, all parts are there; one that is not is missed."""
    config = {"quantization_config": {"quant_method": method}}
    (tmp_path / "whole").mkdir()
    found = changed(llama, tmp_path / "whole", config=config, packed=method)
    assert check_tensors(found) == []
    lost = "layers.1.mlp.up_proj"
    lacks = changed(llama, tmp_path, config=config, packed=method, drop=lost)
    assert complaint(check_tensors, lacks).startswith(
        f"{lacks.folder}: the weights lack 1 tensors of this architecture, such as model.{lost}."
    )


@pytest.mark.parametrize("method", [None, "gptq", "fp8", "compressed-tensors"])
def test_experts(experts, tmp_path, method):
    """Each expert counts, fused or packed."""
    config = {"quantization_config": {"quant_method": method}} if method else {}
    (tmp_path / "whole").mkdir()
    given = {"config": config, "packed": method or ""}
    assert check_tensors(changed(experts, tmp_path / "whole", **given)) == []
    lacks = changed(experts, tmp_path, drop="layers.1.mlp.experts.3.", **given)
    assert "model.layers.1.mlp.experts." in complaint(check_tensors, lacks)


def test_an_architecture_that_is_not_known(llama, tmp_path):
    """It is not checked, which is said; vLLM may know it."""
    found = changed(llama, tmp_path, config={"model_type": "brand_new"})
    (said,) = check_tensors(found)
    assert said.startswith("ship: its tensors were not held against its architecture (ValueError: ")


def test_the_name_in_the_configuration_counts(tmp_path):
    """What is no causal model by its type is built by its name, as vLLM does it."""
    config = transformers.T5Config(
        vocab_size=50, d_model=16, d_kv=8, d_ff=32, num_layers=1, num_heads=2
    )
    made = transformers.T5ForConditionalGeneration(config)
    made.save_pretrained(tmp_path / "one")
    (tmp_path / "two").mkdir()
    assert check_tensors(changed(tmp_path / "one", tmp_path / "two")) == []
    lacks = changed(tmp_path / "one", tmp_path, drop="EncDecAttention.q")
    assert "lack 1 tensors" in complaint(check_tensors, lacks)


@pytest.mark.parametrize("drop", ["nothing", "up_proj"])
def test_the_older_form(llama, tmp_path, drop):
    """A .bin is checked like safetensors, and its content is not loaded for that."""
    found = changed(llama, tmp_path, drop=drop)
    tensors = load_file(found.folder / "model.safetensors")
    torch.save(tensors, found.folder / "pytorch_model.bin")
    (found.folder / "model.safetensors").unlink()
    if drop == "nothing":
        assert check_tensors(found) == []
    else:
        assert "lack 2 tensors" in complaint(check_tensors, found)
