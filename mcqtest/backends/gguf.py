"""Weights in GGUF, llama.cpp's form, beside config.json and the tokenizer's files of the model that
they were made of. `transformers` turns them into plain numbers.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from pathlib import Path

from mcqtest.types import McqtestError

ENDING = ".gguf"

_OTHERS = re.compile(r"[^.].*\.safetensors|pytorch_model.*\.bin")
_SHARD = re.compile(r".+-\d+-of-\d+\.gguf")


def alone(inside: Collection[str]) -> set[str]:
    """Names of GGUF in a folder that has no other weights; with others nobody reads them."""
    if any(map(_OTHERS.fullmatch, inside)):
        return set()
    return {name for name in inside if name.endswith(ENDING) and not name.startswith(".")}


def one(folder: Path, names: Collection[str]) -> str:
    """The one that there is; raises where there are several."""
    if len(names) == 1:
        return min(names)
    if all(map(_SHARD.fullmatch, names)):
        raise McqtestError(
            f"{folder}: GGUF in {len(names)} shards ({min(names)}, ...); join them with "
            "`llama-gguf-split --merge`"
        )
    raise McqtestError(
        f"{folder}: {len(names)} files of GGUF ({', '.join(sorted(names)[:3])}), each a model; "
        "leave one of them there, beside config.json and the tokenizer's files"
    )
