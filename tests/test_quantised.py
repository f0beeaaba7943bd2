"""Quantised weights: their scheme in words, the library that is missing, and right answers."""

import importlib.util
import json
from dataclasses import replace

import pytest
from builders import complaint
from hypothesis import example, given
from hypothesis import strategies as st

pytest.importorskip("tokenizers")
pytest.importorskip("torch")
pytest.importorskip("transformers")

import folders
import models
import torch
from quantise import SCHEMES
from torch import nn

from mcqtest.backends import checkpoint, processor, quantised, setup
from mcqtest.backends.checkpoint import Checkpoint
from mcqtest.backends.transformers import kernels

GROUP = {"weights": {"num_bits": 4, "type": "int", "group_size": 128}, "input_activations": None}
EIGHT = {"num_bits": 8, "type": "float", "group_size": None}
INTX = {
    "_type": "IntxWeightOnlyConfig",
    "_data": {
        "weight_dtype": {"_data": "int4", "_type": "torch.dtype"},
        "granularity": {"_data": {"group_size": 32}, "_type": "PerGroup"},
    },
}
WORDS = {
    "gptq, 4 bits, groups of 128": {"quant_method": "gptq", "bits": 4, "group_size": 128},
    "awq, 4 bits": {"quant_method": "awq", "bits": 4},
    "bitsandbytes, nf4": {"load_in_4bit": True, "bnb_4bit_quant_type": "nf4"},
    "bitsandbytes, 8 bits": {"quant_method": "bitsandbytes", "load_in_8bit": True},
    "compressed-tensors, W4A16, groups of 128": {
        "quant_method": "compressed-tensors",
        "config_groups": {"group_0": GROUP, "group_1": GROUP},
    },
    "compressed-tensors, FPW8A8": {
        "quant_method": "compressed-tensors",
        "config_groups": {"group_0": {"weights": EIGHT, "input_activations": EIGHT}},
    },
    "torchao, IntxWeightOnlyConfig of int4, groups of 32": {
        "quant_method": "torchao",
        "quant_type": {"default": INTX},
    },
    "torchao, Int8WeightOnlyConfig": {
        "quant_method": "torchao",
        "quant_type": {"default": {"_type": "Int8WeightOnlyConfig", "_data": None}},
    },
    "quanto, weights in int8": {"quant_method": "quanto", "weights": "int8"},
    "fp8, blocks of [128, 128]": {"quant_method": "fp8", "weight_block_size": [128, 128]},
    "mxfp4": {"quant_method": "mxfp4"},
}


@pytest.mark.parametrize("words", WORDS)
def test_a_scheme_in_words(words):
    """Of the whole, of a part of it, and of neither; never a part of what is said twice."""
    told = {"quantization_config": WORDS[words]}
    assert quantised.scheme(told) == words
    assert quantised.scheme({"text_config": told}) == words
    assert quantised.scheme({**told, "text_config": told}) == words
    assert quantised.scheme({}) == quantised.told({}, None) == ""
    assert quantised.told(told, None) == f"quantised ({words})"


NAMES = """
    quant_method config_groups weights input_activations num_bits group_size quant_type _type _data
    granularity weight_dtype bits load_in_4bit type
"""
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(st.sampled_from(NAMES.split()), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(JSON)
@example({"config_groups": {"group_0": {"weights": True}}})
@example({"config_groups": {"group_0": {"weights": {"type": []}}}})
def test_whatever_stands_there_is_told(told):
    """A configuration of a scheme that nobody knows yet is no traceback."""
    assert isinstance(quantised.scheme({"quantization_config": told}), str)
    assert isinstance(quantised.lacking({"quantization_config": told}, "cpu"), str)


def test_the_library_that_is_missing_is_named(tmp_path, monkeypatch):
    """Before anything is loaded; and what needs a GPU says so."""
    folder = folders.configured(quant_method="gptq", bits=4)(tmp_path / "ship")
    there = {"torch": "2", "transformers": "5", "optimum": "1"}
    monkeypatch.setattr(checkpoint, "installed", there.get)
    model = Checkpoint(folder, "ship")
    assert complaint(setup, "transformers", model, {"device": "cpu"}) == (
        f"{folder}: its weights are quantised (gptq, 4 bits), which transformers computes by "
        "gptqmodel; pip install gptqmodel"
    )
    there["gptqmodel"] = "7"
    setup("transformers", model, {"device": "cpu"})
    spqr = {"quantization_config": {"quant_method": "spqr"}}
    assert "on a GPU alone" in quantised.lacking(spqr, "cpu")
    assert "spqr-quant and accelerate; pip install" in quantised.lacking(spqr, "cuda")


def test_what_becomes_plain_on_a_cpu_is_told():
    """FP8 and MXFP4; on a GPU they are computed as they are."""
    told = {"quantization_config": {"quant_method": "mxfp4"}}
    assert quantised.unpacked(told, "cpu").startswith("its weights (mxfp4) become plain numbers")
    assert quantised.unpacked(told, "cuda") == quantised.unpacked({}, "cpu") == ""


def test_it_is_shown_and_part_of_the_key(tmp_path, monkeypatch):
    """By config.json, which the fingerprint covers; what is shown of it changes no key."""
    monkeypatch.setattr(checkpoint, "installed", {"torch": "2", "transformers": "5"}.get)
    one = Checkpoint(folders.configured(quant_method="mxfp8")(tmp_path / "one"), "a")
    plain = Checkpoint(models.save(tmp_path / "plain", folders.KIND), "a")
    found = setup("transformers", one, {"device": "cpu"})
    assert str(found).endswith("auto on cpu, quantised (mxfp8)")
    assert one.fingerprint != plain.fingerprint
    assert "quantised" not in str(setup("transformers", plain, {"device": "cpu"}))
    assert replace(found, scheme="").identity("w") == found.identity("w")


class Packed(torch.Tensor):
    """What calls itself float32, as torchao's do."""


def test_our_products_are_for_plain_weights_alone():
    """A packed weight, one that is not there, and one of other numbers keep their own."""
    plain, packed, gone, other = (nn.Linear(4, 4, bias=False) for _ in range(4))
    packed.weight = nn.Parameter(torch.ones(4, 4).as_subclass(Packed))
    del gone.weight
    other.weight = nn.Parameter(torch.ones(4, 4, dtype=torch.int8), requires_grad=False)
    kernels.multiply(nn.ModuleList([plain, packed, gone, other]), processor.ONEDNN)
    assert type(plain) is (kernels.Linear if kernels.HAS_ONEDNN else nn.Linear)
    assert {type(each) for each in (packed, gone, other)} == {nn.Linear}


LIBRARIES = {
    "compressed": "compressed_tensors",
    "torchao": "torchao",
    "bitsandbytes": "bitsandbytes",
    "quanto": "optimum.quanto",
}


def is_there(name):
    try:
        return importlib.util.find_spec(name) is not None
    except ModuleNotFoundError:
        return False


@pytest.mark.parametrize("scheme", SCHEMES)
def test_shared_prefixes_give_what_whole_prompts_give(tmp_path, scheme):
    """To rounding where numbers are rounded per weight; where activations are rounded as well, it
    may be found that they do not, and whole prompts are computed. The same again is the same.
    """
    library = next(each for begins, each in LIBRARIES.items() if scheme.startswith(begins))
    if not is_there(library):
        pytest.skip(f"{library} is not installed")
    sizes = {"hidden_size": 64, "intermediate_size": 128}  # blocks of NF4 are 64 wide
    base = models.save(tmp_path / "base", folders.KIND, **sizes)
    SCHEMES[scheme](base, tmp_path / "ship")
    requests = models.requests([3, 9, 5] * 6)
    model = models.backend(tmp_path / "ship")
    found = models.answers(model, requests)
    whole = models.answers(models.backend(tmp_path / "ship", share="0"), requests)
    assert models.difference(found, whole) < (0.05 if "a8" in scheme or "act" in scheme else 1e-4)
    assert (
        models.difference(found, models.answers(models.backend(tmp_path / "ship"), requests)) == 0
    )
    plain = models.Reference(base).answers(requests)
    assert 1e-6 < models.difference(found, plain) < (1 if "8" in scheme else 20)
    told = json.loads((tmp_path / "ship" / "config.json").read_text("utf-8"))
    assert quantised.lacking(told, "cpu") == ""
