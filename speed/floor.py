"""The floor under any engine: the arithmetic of the unique tokens at this machine's own rate.

Prompts that begin alike are a tree; what a token means depends on its path alone, so no exact
engine computes fewer tokens than the tree has. Norms, rotations and softmax are left out.
"""

from __future__ import annotations

import itertools
import json
import statistics
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

Ids = np.ndarray[Any, np.dtype[Any]]


def tree(rows: Sequence[Sequence[int] | Ids]) -> tuple[int, int]:
    """Tokens of the tree of ``rows``, and the pairs of a token with itself and those before it."""
    tokens = pairs = 0
    last: Ids = np.empty(0, dtype=">u4")
    # Big-endian bytes sort like the numbers; neighbours then share the most.
    for row in sorted(np.asarray(row, dtype=">u4").tobytes() for row in rows):
        ids = np.frombuffer(row, dtype=">u4")
        shared = common(last, ids)
        tokens += len(ids) - shared
        pairs += (len(ids) * (len(ids) + 1) - shared * (shared + 1)) // 2
        last = ids
    return tokens, pairs


def common(one: Ids, other: Ids) -> int:
    """How many leading tokens are equal."""
    length = min(len(one), len(other))
    differ = np.nonzero(one[:length] != other[:length])[0]
    return int(differ[0]) if len(differ) else length


def weights(config: Mapping[str, Any]) -> int:
    """Weights of all layers, without embeddings and norms, that every token meets once."""
    hidden, head = config["hidden_size"], _head(config)
    queries = hidden * config["num_attention_heads"] * head
    keys = hidden * config["num_key_value_heads"] * head
    return int(
        config["num_hidden_layers"]
        * (2 * queries + 2 * keys + 3 * hidden * config["intermediate_size"])
    )


def flops(config: Mapping[str, Any], tokens: int, pairs: int, read: int) -> tuple[float, float]:
    """Floating-point operations of the weights alone (with the vocabulary at the ``read``
    positions), and with attention. A multiplication and an addition are two.
    """
    vocabulary = config["hidden_size"] * config["vocab_size"] * read
    alone = 2.0 * (weights(config) * tokens + vocabulary)
    width = config["num_attention_heads"] * _head(config)
    return alone, alone + 4.0 * width * pairs * config["num_hidden_layers"]


def _head(config: Mapping[str, Any]) -> int:
    found = config.get("head_dim") or config["hidden_size"] // config["num_attention_heads"]
    return int(found)


def count(tokenizer: Any, prompts: Sequence[str]) -> tuple[list[Ids], int, int]:
    """Token ids of one subject's prompts, how many all share, and the sum of their lengths."""
    rows = [np.asarray(ids, dtype="u4") for ids in tokenizer(list(prompts))["input_ids"]]
    shared = min(common(rows[0], row) for row in rows)
    return rows, min(shared, *(len(row) - 1 for row in rows)), sum(map(len, rows))


# --- child processes --------------------------------------------------------------------------


def main(spec: Path, answer: Path) -> None:
    """Child process: ``what`` is "rates" or "lengths"."""
    asked = json.loads(spec.read_text("utf-8"))
    found = {"rates": _rates, "lengths": _lengths}[asked["what"]](asked)
    answer.write_text(json.dumps(found), "utf-8")


def _lengths(asked: Mapping[str, Any]) -> dict[str, Any]:
    """Of each subject: questions, shared and other tokens; and the tree of all together."""
    from transformers import AutoTokenizer

    from speed.subjects import planned

    tokenizer = AutoTokenizer.from_pretrained(asked["checkpoint"])
    subjects, every = {}, []
    for subject in asked["subjects"]:
        requests = planned(subject, Path(asked["data"]), asked["limit"]).requests
        rows, shared, total = count(tokenizer, [request.prompt.text for request in requests])
        subjects[subject] = [len(rows), shared, total - shared * len(rows)]
        every += rows
    tokens, pairs = tree(every)
    return {"subjects": subjects, "tokens": tokens, "pairs": pairs}


def _rates(asked: Mapping[str, Any]) -> dict[str, float]:
    """Matrix products, in operations per second: large squares and one layer of the model by
    torch's own product, and on a CPU that layer by oneDNN.
    """
    import torch

    from mcqtest.backends.transformers import kernels

    config, device = asked["config"], asked["device"]
    dtype = getattr(torch, asked["dtype"])
    hidden, inner, head = config["hidden_size"], config["intermediate_size"], _head(config)
    queries, keys = config["num_attention_heads"] * head, config["num_key_value_heads"] * head
    layer = [(hidden, queries), (hidden, keys), (hidden, keys), (queries, hidden)]
    layer += [(hidden, inner), (hidden, inner), (inner, hidden)]
    size, rows = (2048, 1024) if device == "cpu" else (8192, 8192)

    def rate(
        rows: int,
        shapes: Sequence[tuple[int, int]],
        product: Callable[[Any, Any], Any] = torch.nn.functional.linear,
    ) -> float:
        made = [
            (torch.randn(rows, n, dtype=dtype, device=device),
             torch.randn(m, n, dtype=dtype, device=device))
            for n, m in shapes
        ]  # fmt: skip

        def once() -> None:
            for one, other in made:
                product(one, other)
            if device == "cuda":
                torch.cuda.synchronize()
            elif device == "mps":
                torch.mps.synchronize()

        return 2.0 * rows * sum(n * m for n, m in shapes) / _median_seconds(once)

    with torch.inference_mode():
        found = {"square": rate(size, [(size, size)]), "layer": rate(rows, layer)}
        if device == "cpu" and kernels.HAS_ONEDNN:
            found["onednn"] = rate(rows, layer, kernels.linear)
    return found


def _median_seconds(once: Callable[[], None], *, enough: float = 2.0) -> float:
    """The median of as many repetitions as fit into ``enough`` seconds, after three to warm up."""
    found: list[float] = []
    for repetition in itertools.count():
        started = time.perf_counter()
        once()
        if repetition >= 3:
            found.append(time.perf_counter() - started)
        if len(found) >= 3 and sum(found) > enough:
            return statistics.median(found)
    raise AssertionError


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
