"""Kinds of folders that people have: each function makes one of a kind, small, in a new folder."""

import json
import sys
from pathlib import Path

import adapters
import ggufs
import models
import torch
from safetensors.torch import load_file, save_file
from transformers import AutoConfig, AutoModelForImageTextToText, AutoModelForMaskedLM
from transformers import AutoModelForSeq2SeqLM as Seq2Seq

sys.path.insert(0, str(Path(__file__).parents[1] / "scripts"))
from quantise import SCHEMES

ONE = "model.safetensors"
KIND = "bytes_bos"
VISION = {
    "hidden_size": 16,
    "intermediate_size": 16,
    "num_hidden_layers": 1,
    "num_attention_heads": 2,
    "image_size": 16,
    "patch_size": 8,
}
SMALL = models._SMALL | {"vocab_size": len(models.tokenizer(KIND)), "head_dim": 8}


def causal(name="llama", **config):
    return lambda folder: models.save(folder, KIND, name, **config)


def of(kind, name, **config):
    """A model of another kind than causal ones."""

    def make(folder):
        torch.manual_seed(0)
        made = kind.from_config(AutoConfig.for_model(name, **config), dtype=torch.float32)
        made.save_pretrained(folder)
        models.tokenizer(KIND).save_pretrained(folder)
        return folder

    return make


def sees(name, *, vision=VISION, text=None, **config):
    """One of pictures and text."""
    parts = {"text_config": SMALL | (text or {}), "vision_config": dict(vision)}
    return of(AutoModelForImageTextToText, name, **parts, **config)


def adapted(spoil=lambda folder: None, **settings):
    """An adapter beside its base."""

    def make(folder):
        base = models.save(folder.parent / "base", KIND)
        adapters.save(folder, base, **settings)
        spoil(folder)
        return folder

    return make


def configured(**quantised):
    """What config.json says alone, for what no library here computes."""

    def make(folder):
        models.save(folder, KIND)
        path = folder / "config.json"
        told = json.loads(path.read_text("utf-8")) | {"quantization_config": quantised}
        path.write_text(json.dumps(told), "utf-8")
        return folder

    return make


def quantised(scheme):
    """By scripts/quantise.py."""

    def make(folder):
        SCHEMES[scheme](models.save(folder.parent / "plain", KIND), folder)
        return folder

    return make


def fp8(folder):
    """In blocks, as DeepSeek-V3 publishes it."""
    size = 16
    configured(quant_method="fp8", weight_block_size=[size, size])(folder)
    made = {}
    for name, each in load_file(folder / ONE).items():
        if not name.endswith("proj.weight"):
            made[name] = each
            continue
        tiles = each.unflatten(0, (-1, size)).unflatten(2, (-1, size))
        scale = tiles.abs().amax((1, 3), keepdim=True) / 448
        made[name] = (tiles / scale).reshape(each.shape).to(torch.float8_e4m3fn)
        made[f"{name}_scale_inv"] = scale[:, 0, :, 0].contiguous()
    save_file(made, folder / ONE, {"format": "pt"})
    return folder


def gguf(folder):
    return ggufs.save(folder, models.save(folder.parent / "plain", KIND), "F32")


def files(*names, without=()):
    """A model's folder without some files, and with empty ones of other names."""

    def make(folder):
        models.save(folder, KIND)
        for name in without:
            (folder / name).unlink()
        for name in names:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(b"")
        return folder

    return make


def training(folder):
    """As Trainer leaves it, before it saves the last model."""
    for step in (500, 1000, 1500, 2000):
        models.save(folder / f"checkpoint-{step}", KIND)
    (folder / "trainer_state.json").write_text("{}", "utf-8")
    return folder


def quanto(folder):
    """As optimum-quanto's own save_pretrained leaves it."""
    models.save(folder, KIND)
    (folder / "quanto_qmap.json").write_text("{}", "utf-8")
    return folder


NO_MODEL = ("config.json", ONE)

MAKERS = {
    "Llama": causal(),
    "Qwen 3, mixture of experts": causal(
        "qwen3_moe",
        num_experts=4,
        num_experts_per_tok=2,
        moe_intermediate_size=16,
        head_dim=8,
    ),
    "Mamba": causal("mamba"),
    "Llava": of(
        AutoModelForImageTextToText,
        "llava",
        text_config={"model_type": "llama", **SMALL},
        vision_config={"model_type": "clip_vision_model", **VISION},
        image_token_index=5,
    ),
    "Qwen 2 VL": sees(
        "qwen2_vl",
        vision={
            "depth": 1,
            "embed_dim": 16,
            "num_heads": 2,
            "hidden_size": 32,
            "mlp_ratio": 1,
            "patch_size": 8,
        },
        text={
            "rope_parameters": {
                "rope_type": "default",
                "rope_theta": 1e4,
                "mrope_section": [1, 1, 2],
            }
        },
    ),
    "Gemma 3 with its vision tower": sees(
        "gemma3",
        text={"layer_types": ["sliding_attention", "full_attention"], "sliding_window": 64},
        mm_tokens_per_image=4,
    ),
    "LoRA (PEFT), its base where it says": adapted(),
    "LoRA, its base elsewhere": adapted(
        lambda folder: adapters.set_config(folder, base_model_name_or_path="/trainer/base")
    ),
    "LoRA without its weights": adapted(lambda folder: (folder / adapters.TENSORS).unlink()),
    "prefix tuning": adapted(lambda folder: adapters.set_config(folder, peft_type="PREFIX_TUNING")),
    "compressed-tensors, W8A16": quantised("compressed-tensors-w8a16"),
    "compressed-tensors, W4A16": quantised("compressed-tensors-w4a16"),
    "torchao, int8": quantised("torchao-int8"),
    "bitsandbytes, 8 bits": quantised("bitsandbytes-int8"),
    "FP8 in blocks, on a CPU": fp8,
    "GPTQ": configured(quant_method="gptq", bits=4, group_size=128),
    "AWQ": configured(quant_method="awq", bits=4, group_size=128),
    "VPTQ, on a CPU": configured(quant_method="vptq"),
    "optimum-quanto's own": quanto,
    "GGUF beside config.json": gguf,
    "GGUF alone": files("model-Q4_0.gguf", without=NO_MODEL),
    "two GGUF": files("model-Q4_0.gguf", "model-Q8_0.gguf", without=[ONE]),
    "T5": of(
        *(Seq2Seq, "t5"),
        vocab_size=SMALL["vocab_size"],
        d_model=32,
        d_kv=8,
        d_ff=32,
        num_layers=1,
        num_heads=4,
    ),
    "BERT": of(AutoModelForMaskedLM, "bert", **SMALL),
    "Trainer's folder": training,
    "FSDP, `.distcp`": files("pytorch_model_fsdp_0/__0_0.distcp", without=NO_MODEL),
    "FSDP, `.distcp` with config.json": files("__0_0.distcp", ".metadata", without=[ONE]),
    "FSDP in one file": files("pytorch_model_fsdp.bin", without=[ONE]),
    "DeepSpeed": files(
        "zero_to_fp32.py",
        "latest",
        "global_step9/mp_rank_00_model_states.pt",
        "global_step9/bf16_zero_pp_rank_0_mp_rank_00_optim_states.pt",
        without=[ONE],
    ),
    "Megatron": files("latest_checkpointed_iteration.txt", without=NO_MODEL),
    "Llama as Meta wrote it": files("consolidated.00.pth", "params.json", without=NO_MODEL),
    "TensorFlow": files("tf_model.h5", without=[ONE]),
    "ONNX": files("model.onnx", without=[ONE]),
    "a state of torch": files("model.pt", without=[ONE]),
    "Stable Diffusion": files("model_index.json", without=NO_MODEL),
}
"""What people call it -> how one is made in a new folder."""

NEEDED = {
    "LoRA (PEFT)": "peft",
    "compressed-tensors": "compressed-tensors",
    "torchao": "torchao",
    "bitsandbytes": "bitsandbytes",
    "FP8": "accelerate",
    "GGUF beside": "gguf",
}
"""How the names begin of those that a library of their own makes or computes."""
