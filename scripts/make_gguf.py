"""Writes a Llama checkpoint with a byte-level BPE, as the embedded demo model is, as a GGUF file.

    python scripts/make_gguf.py mcqtest/demo/model demo.gguf

For servers that take nothing else (llama.cpp): `scripts/compare_served.py` holds what they say
against transformers. Needs `gguf` and `safetensors`. Weights stay float32.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

import gguf

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from ggufs import write


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("target", type=Path)
    given = parser.parse_args()
    tokenizer = json.loads((given.checkpoint / "tokenizer.json").read_text("utf-8"))
    config = json.loads((given.checkpoint / "config.json").read_text("utf-8"))
    write(given.target, given.checkpoint, more=lambda writer: words(writer, tokenizer, config))


def words(writer: gguf.GGUFWriter, tokenizer: dict, config: dict) -> None:
    """The tokenizer, whose text is split as GPT-2's is."""
    model = tokenizer["model"]
    added = {each["id"]: each["content"] for each in tokenizer["added_tokens"]}
    known = {number: word for word, number in model["vocab"].items()} | added
    ids = range(config["vocab_size"])
    assert sorted(known) == list(ids), "every id has a word"
    special, usual = gguf.TokenType.CONTROL, gguf.TokenType.NORMAL
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("gpt-2")
    writer.add_token_list([known[each] for each in ids])
    writer.add_token_types([special if each in added else usual for each in ids])
    writer.add_token_merges([" ".join(each) for each in model["merges"]])
    writer.add_eos_token_id(config["eos_token_id"])
    writer.add_add_bos_token(False)
    writer.add_file_type(gguf.LlamaFileType.ALL_F32)


if __name__ == "__main__":
    main()
