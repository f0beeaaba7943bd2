"""A random checkpoint of a known shape, with a tokenizer trained on the benchmark's own text.

Speed depends on shapes, not on what a model knows. Made once for a shape, and kept. No BOS token:
the peer adds one with one engine and not with the other, and both must feed the same tokens.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

END = "<|endoftext|>"
CONTEXT = 4096
"""Tokens; enough for five shots of every subject."""

SHAPES: dict[str, dict[str, Any]] = {
    "135m": {  # SmolLM-135M
        "hidden_size": 576,
        "num_hidden_layers": 30,
        "num_attention_heads": 9,
        "num_key_value_heads": 3,
        "intermediate_size": 1536,
        "vocab_size": 49152,
        "tie_word_embeddings": True,
    },
    "8b": {  # Llama 3 8B
        "hidden_size": 4096,
        "num_hidden_layers": 32,
        "num_attention_heads": 32,
        "num_key_value_heads": 8,
        "intermediate_size": 14336,
        "vocab_size": 128256,
        "tie_word_embeddings": False,
    },
    "tiny": {  # to try this program
        "hidden_size": 128,
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
        "num_key_value_heads": 2,
        "intermediate_size": 256,
        "vocab_size": 4096,
        "tie_word_embeddings": True,
    },
}
SPREAD = 3.0
"""Weights are drawn with this over the root of the hidden size as deviation, several times that
of a fresh model: with the usual one the answers hardly depend on the question."""

_WORDS = (  # as Llama 3 cuts texts
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}|"
    r" ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)


def main(spec: Path, answer: Path) -> None:
    """Child process: make the checkpoint unless it is there."""
    asked = json.loads(spec.read_text("utf-8"))
    folder, shape = Path(asked["folder"]), SHAPES[asked["shape"]]
    made, recipe = folder / "made.txt", json.dumps({**shape, "spread": SPREAD})
    if not made.exists() or made.read_text("utf-8") != recipe:
        for old in folder.iterdir():
            old.unlink()
        _tokenizer(Path(asked["data"]), shape["vocab_size"], folder)
        _weights(shape, asked["dtype"], asked["device"], folder)
        made.write_text(recipe, "utf-8")
    answer.write_text(json.dumps({"folder": str(folder)}))


def _text(data: Path) -> Iterator[str]:
    """All prompts' text, each once: headers, examples and questions."""
    from speed.subjects import ALL, planned

    for subject in ALL:
        requests = planned(subject, data).requests
        yield requests[0].prompt.prefix
        yield from (request.prompt.query + choice for request in requests for choice in " ABCD")


def _tokenizer(data: Path, size: int, folder: Path) -> None:
    from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast

    made = Tokenizer(models.BPE())
    made.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(_WORDS), "isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    made.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=size,
        special_tokens=[END],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    made.train_from_iterator(_text(data), trainer)
    whole = PreTrainedTokenizerFast(
        tokenizer_object=made, eos_token=END, pad_token=END, model_max_length=CONTEXT
    )
    whole.save_pretrained(folder)


def _weights(shape: dict[str, Any], dtype: str, device: str, folder: Path) -> None:
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM

    config = LlamaConfig(
        **shape,
        max_position_embeddings=CONTEXT,
        initializer_range=SPREAD / shape["hidden_size"] ** 0.5,
        bos_token_id=0,
        eos_token_id=0,
        pad_token_id=0,
    )
    torch.manual_seed(0)
    with torch.device(device):  # billions of random numbers take a GPU seconds
        model = LlamaForCausalLM._from_config(config, dtype=getattr(torch, dtype))  # noqa: SLF001
    model.to("cpu").save_pretrained(folder)


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
