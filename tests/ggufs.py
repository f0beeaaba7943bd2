"""GGUF of a small Llama, as llama.cpp's converter writes it."""

import json
import shutil
from pathlib import Path

from safetensors.numpy import load_file

_NAMES = {
    "model.embed_tokens": "token_embd",
    "model.norm": "output_norm",
    "lm_head": "output",
    "self_attn.q_proj": "attn_q",
    "self_attn.k_proj": "attn_k",
    "self_attn.v_proj": "attn_v",
    "self_attn.o_proj": "attn_output",
    "mlp.gate_proj": "ffn_gate",
    "mlp.up_proj": "ffn_up",
    "mlp.down_proj": "ffn_down",
    "input_layernorm": "attn_norm",
    "post_attention_layernorm": "ffn_norm",
}


def save(folder: Path, base: Path, kind: str = "F32") -> Path:
    """The model of ``base``, its matrices of a ``kind`` of numbers (Q8_0, Q4_0), beside its other
    files.
    """
    shutil.copytree(base, folder, ignore=shutil.ignore_patterns("model.safetensors"))
    write(folder / f"model-{kind}.gguf", base, kind)
    return folder


def write(path: Path, base: Path, kind: str = "F32", more=lambda *_: None) -> None:
    """The weights alone, and what ``more`` adds to the writer."""
    import gguf

    config = json.loads((base / "config.json").read_text("utf-8"))
    heads, pairs = config["num_attention_heads"], config["num_key_value_heads"]
    writer = gguf.GGUFWriter(path, "llama")
    writer.add_block_count(config["num_hidden_layers"])
    writer.add_context_length(config["max_position_embeddings"])
    writer.add_embedding_length(config["hidden_size"])
    writer.add_feed_forward_length(config["intermediate_size"])
    writer.add_head_count(heads)
    writer.add_head_count_kv(pairs)
    writer.add_layer_norm_rms_eps(config["rms_norm_eps"])
    writer.add_rope_freq_base(config["rope_parameters"]["rope_theta"])
    writer.add_rope_dimension_count(config["hidden_size"] // heads)
    writer.add_vocab_size(config["vocab_size"])
    more(writer)
    number = gguf.GGMLQuantizationType[kind]
    for name, tensor in load_file(base / "model.safetensors").items():
        made = tensor
        if "q_proj" in name or "k_proj" in name:  # halves of a head become neighbours
            count = heads if "q_proj" in name else pairs
            parts = tensor.reshape(count, 2, -1, tensor.shape[1])
            made = parts.swapaxes(1, 2).reshape(tensor.shape)
        is_packed = kind != "F32" and made.ndim == 2
        writer.add_tensor(
            _name(name),
            gguf.quants.quantize(made, number) if is_packed else made,
            raw_dtype=number if is_packed else None,
        )
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def _name(name: str) -> str:
    name = name.removesuffix(".weight")
    if name.startswith("model.layers."):
        _, _, number, part = name.split(".", 3)
        return f"blk.{number}.{_NAMES[part]}.weight"
    return f"{_NAMES[name]}.weight"
