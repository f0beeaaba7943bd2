"""Writes a Llama checkpoint with a byte-level BPE, as the embedded demo model is, as a GGUF file.

    python scripts/make_gguf.py mcqtest/demo/model demo.gguf

For servers that take nothing else (llama.cpp): `scripts/compare_served.py` holds what they say
against transformers. Needs `gguf` and `safetensors`. Weights stay float32.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import gguf
import numpy as np
from safetensors.numpy import load_file

NAMES = {
    "input_layernorm": "attn_norm",
    "post_attention_layernorm": "ffn_norm",
    "self_attn.q_proj": "attn_q",
    "self_attn.k_proj": "attn_k",
    "self_attn.v_proj": "attn_v",
    "self_attn.o_proj": "attn_output",
    "mlp.gate_proj": "ffn_gate",
    "mlp.up_proj": "ffn_up",
    "mlp.down_proj": "ffn_down",
}
"""What transformers calls a part of a layer -> what GGUF does."""

WHOLE = {"model.embed_tokens": "token_embd", "model.norm": "output_norm", "lm_head": "output"}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("target", type=Path)
    given = parser.parse_args()
    write(given.checkpoint, given.target)


def write(checkpoint: Path, target: Path) -> Path:
    config = json.loads((checkpoint / "config.json").read_text("utf-8"))
    assert config["model_type"] == "llama", "of other models GGUF wants other names"
    writer = gguf.GGUFWriter(target, "llama")
    _describe(writer, config)
    _words(writer, json.loads((checkpoint / "tokenizer.json").read_text("utf-8")), config)
    heads = {
        "attn_q": config["num_attention_heads"],
        "attn_k": config["num_key_value_heads"],
    }
    for name, values in load_file(checkpoint / "model.safetensors").items():
        called = _called(name)
        part = called.split(".")[-2]
        writer.add_tensor(called, _turned(values, heads[part]) if part in heads else values)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return target


def _describe(writer: gguf.GGUFWriter, config: dict) -> None:
    width = config["hidden_size"] // config["num_attention_heads"]
    writer.add_context_length(config["max_position_embeddings"])
    writer.add_embedding_length(config["hidden_size"])
    writer.add_block_count(config["num_hidden_layers"])
    writer.add_feed_forward_length(config["intermediate_size"])
    writer.add_head_count(config["num_attention_heads"])
    writer.add_head_count_kv(config["num_key_value_heads"])
    writer.add_layer_norm_rms_eps(config["rms_norm_eps"])
    writer.add_rope_dimension_count(config.get("head_dim") or width)
    writer.add_rope_freq_base(config["rope_parameters"]["rope_theta"])
    writer.add_file_type(gguf.LlamaFileType.ALL_F32)


def _words(writer: gguf.GGUFWriter, tokenizer: dict, config: dict) -> None:
    model = tokenizer["model"]
    added = {each["id"]: each["content"] for each in tokenizer["added_tokens"]}
    words = {number: word for word, number in model["vocab"].items()} | added
    count = config["vocab_size"]
    kinds = [gguf.TokenType.CONTROL if each in added else gguf.TokenType.NORMAL for each in words]
    assert sorted(words) == list(range(count)), "every id has a word"
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("gpt-2")
    writer.add_token_list([words[each] for each in range(count)])
    writer.add_token_types([kind for _, kind in sorted(zip(words, kinds, strict=True))])
    writer.add_token_merges([" ".join(each) for each in model["merges"]])
    writer.add_eos_token_id(config["eos_token_id"])
    writer.add_add_bos_token(False)


def _called(name: str) -> str:
    stem, _, kind = name.rpartition(".")
    if stem in WHOLE:
        return f"{WHOLE[stem]}.{kind}"
    _, _, layer, part = stem.split(".", 3)
    return f"blk.{layer}.{NAMES[part]}.{kind}"


def _turned(values: np.ndarray, heads: int) -> np.ndarray:
    """Rows of a head in pairs, since llama.cpp turns neighbours where transformers turns halves."""
    rows, columns = values.shape
    halves = values.reshape(heads, 2, rows // heads // 2, columns)
    return halves.swapaxes(1, 2).reshape(rows, columns)


if __name__ == "__main__":
    main()
