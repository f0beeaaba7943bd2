"""Adapters in PEFT's form, written without it; and their bases with them merged in, by hand."""

import json
import shutil
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file

CONFIG, TENSORS, MODEL = "adapter_config.json", "adapter_model.safetensors", "model.safetensors"
ALPHA, RANK = 8, 4
TARGETS = ["q_proj", "v_proj", "down_proj"]


def save(folder: Path, base: Path, *, strength: float = 0.3, **settings) -> Path:
    """A random LoRA on a base; ``strength`` is how large the entries of its second matrices are."""
    draw = torch.Generator().manual_seed(1)
    tensors = {}
    for name, weight in sorted(load_file(base / MODEL).items()):
        module = name.removesuffix(".weight")
        if module.endswith(tuple(TARGETS)):
            out, into = weight.shape
            begins = f"base_model.model.{module}.lora_"
            tensors[f"{begins}A.weight"] = torch.randn(RANK, into, generator=draw) / into**0.5
            tensors[f"{begins}B.weight"] = strength * torch.randn(out, RANK, generator=draw)
    folder.mkdir(parents=True)
    save_file(tensors, folder / TENSORS, {"format": "pt"})
    config = {
        "peft_type": "LORA",
        "task_type": "CAUSAL_LM",
        "base_model_name_or_path": str(base),
        "r": RANK,
        "lora_alpha": ALPHA,
        "target_modules": TARGETS,
        **settings,
    }
    (folder / CONFIG).write_text(json.dumps(config), "utf-8")
    return folder


def change(folder: Path, with_tensor) -> None:
    """Each tensor becomes what ``with_tensor(name, it)`` says; none where it says None."""
    path = folder / TENSORS
    found = {name: with_tensor(name, each) for name, each in load_file(path).items()}
    kept = {name: each.contiguous() for name, each in found.items() if each is not None}
    save_file(kept, path, {"format": "pt"})


def set_config(folder: Path, **values) -> None:
    """Change adapter_config.json; None takes a key out."""
    path = folder / CONFIG
    found = json.loads(path.read_text("utf-8")) | values
    kept = {key: each for key, each in found.items() if each is not None}
    path.write_text(json.dumps(kept), "utf-8")


def merged(folder: Path, base: Path, adapter: Path) -> Path:
    """W + (alpha / r) B A, by Hu et al. (arXiv 2106.09685, section 4.1), beside the rest."""
    shutil.copytree(base, folder)
    lora = load_file(adapter / TENSORS)
    tensors = load_file(base / MODEL)
    for name in tensors:
        begins = f"base_model.model.{name.removesuffix('.weight')}.lora_"
        if f"{begins}A.weight" in lora:
            product = lora[f"{begins}B.weight"] @ lora[f"{begins}A.weight"]
            tensors[name] = tensors[name] + ALPHA / RANK * product
    save_file(tensors, folder / MODEL, {"format": "pt"})
    return folder
