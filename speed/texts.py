"""``python -m speed texts``: texts behind a shared prefix, and `transformers`' own ``generate``.

Greedy, from the same prompts on the same checkpoint; ``generate`` in batches padded on the left.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

from speed import process
from speed.letters import checkpoint
from speed.table import Table, seconds

SUBJECT = "college_medicine"


def tables(options: argparse.Namespace) -> list[Table]:
    work: Path = options.cache
    model = checkpoint(options.shape, "float32", "cpu", options.data, work)
    spec = {"checkpoint": str(model), "data": str(options.data), "limit": options.prompts}
    spec["tokens"] = options.tokens
    sizes = options.batch_sizes
    rounds: list[dict[str, Any]] = []
    for number in range(1, options.rounds + 1):
        found = {"ours": process.child("texts", {**spec, "size": 0}, work=work)}
        for size in sizes:
            found[size] = process.child("texts", {**spec, "size": int(size)}, work=work)
        spent = ", ".join(f"{name}: {each['seconds']:.2f} s" for name, each in found.items())
        print(f"round {number}: {spent}", flush=True)
        rounds.append(found)
    ours = rounds[0]["ours"]
    rows = []
    for name in ("ours", *sizes):
        spent = statistics.median(each[name]["seconds"] for each in rounds)
        ratio = statistics.median(
            each[name]["seconds"] / each["ours"]["seconds"] for each in rounds
        )
        memory = statistics.median(each[name]["process_mib"] for each in rounds)
        texts = rounds[0][name]["texts"]
        same = sum(texts[key] == ours["texts"][key] for key in texts)
        title = "mcqtest" if name == "ours" else f"generate, batches of {name}"
        row = (title, seconds(spent), f"{ratio:.2f}", str(same), f"{memory:,.0f}")
        rows.append(row)
    head = ("", "seconds", "/ mcqtest", "same texts", "peak memory, MiB")
    note = (
        f"{options.prompts} five-shot prompts of {SUBJECT}, {ours['prompt']:,} tokens each on "
        f"average, {options.tokens} greedy tokens each; {ours['versions']}"
    )
    return [Table(f"Texts: {options.shape}, float32 on cpu", head, rows, [note])]


def main(spec: Path, answer: Path) -> None:
    """Child process: ``size`` 0 is mcqtest, else the size of the batches."""
    asked = json.loads(spec.read_text("utf-8"))
    from mcqtest import backends
    from mcqtest.backends.checkpoint import Checkpoint
    from mcqtest.types import Decoding
    from speed.subjects import planned

    task = planned(SUBJECT, Path(asked["data"]), asked["limit"])
    decoding = Decoding(max_tokens=asked["tokens"])
    requests = [replace(each, choices=(), decoding=decoding) for each in task.requests]
    place = Checkpoint(Path(asked["checkpoint"]), "speed")
    chosen = backends.setup("transformers", place, {"device": "cpu", "dtype": "float32"})
    if asked["size"] == 0:
        model = backends.load(place, chosen)
        started = time.perf_counter()
        texts = {each.key: each.text for each in model.run(requests)}
    else:
        texts, started = _generate(asked, requests)
    spent = time.perf_counter() - started
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(asked["checkpoint"])
    lengths = [len(tokenizer(each.prompt.text)["input_ids"]) for each in requests]
    found = {"seconds": spent, "texts": texts, "versions": str(chosen)}
    found["prompt"] = round(statistics.mean(lengths))
    answer.write_text(json.dumps(found), "utf-8")


def _generate(asked: dict[str, Any], requests: list[Any]) -> tuple[dict[str, str], float]:
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(asked["checkpoint"], padding_side="left")
    if tokenizer.pad_token_id is None:
        tokenizer.pad_token = tokenizer.eos_token
    model = AutoModelForCausalLM.from_pretrained(asked["checkpoint"], dtype=torch.float32).eval()
    started = time.perf_counter()
    ordered = sorted(requests, key=lambda each: -len(each.prompt.text))
    texts: dict[str, str] = {}
    for start in range(0, len(ordered), asked["size"]):
        batch = ordered[start : start + asked["size"]]
        fed = tokenizer([each.prompt.text for each in batch], return_tensors="pt", padding=True)
        with torch.inference_mode():
            whole = model.generate(
                **fed,
                do_sample=False,
                max_new_tokens=asked["tokens"],
                pad_token_id=tokenizer.pad_token_id,
            )
        new = whole[:, fed["input_ids"].shape[1] :]
        for request, ids in zip(batch, new, strict=True):
            texts[request.key] = tokenizer.decode(ids, skip_special_tokens=True)
    return texts, started


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
