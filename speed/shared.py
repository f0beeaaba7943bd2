"""``python -m speed shared``: tokens of all prompts, of their tree, and computed for answers.

A tiny model is really asked; of texts one token each, so that prompts alone are counted.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from speed import process
from speed.letters import checkpoint
from speed.table import Table, seconds

KINDS = {
    "mmlu": "MMLU, 57 tasks, five shots",
    "styles": "medical_genetics in all 24 styles, five shots",
    "lite": "BIG-bench Lite, 24 tasks, no shots",
}


def tables(options: argparse.Namespace) -> list[Table]:
    work: Path = options.cache
    model = checkpoint(options.shape, "float32", "cpu", options.data, work)
    rows = []
    for kind, title in KINDS.items():
        spec = {"kind": kind, "checkpoint": str(model), "data": str(options.data)}
        found = process.child("shared", {**spec, "limit": options.limit}, work=work)
        counts = [found[name] for name in ("requests", "fed", "tree", "computed")]
        share = found["computed"] / found["tree"]
        spent = map(seconds, (found["plan_seconds"], found["seconds"]))
        memory = f"{found['process_mib']:,.0f}"
        rows.append((title, *map("{:,}".format, counts), f"{share:.3f}", *spent, memory))
        print(f"{title}: {share:.3f}", flush=True)
    head = ("", "requests", "tokens in all", "in the tree", "computed", "of the tree")
    head += ("planning", "asking", "peak memory, MiB")
    note = (
        f"the first {options.limit} questions of each task; {options.shape} shape, float32; what "
        "compares shared with plain scoring is counted"
    )
    return [Table("Tokens that are shared", head, rows, [note])]


def main(spec: Path, answer: Path) -> None:
    """Child process: plan, encode, ask."""
    asked = json.loads(spec.read_text("utf-8"))
    from transformers import AutoTokenizer

    from mcqtest import backends
    from mcqtest.backends.checkpoint import Checkpoint
    from mcqtest.backends.tokens import Encoder, ahead
    from speed.floor import tree
    from speed.model import CONTEXT
    from speed.ours import count_tokens

    started = time.perf_counter()
    requests = _requests(asked)
    plan_seconds = time.perf_counter() - started
    tokenizer = AutoTokenizer.from_pretrained(asked["checkpoint"])
    encoder = Encoder(tokenizer, CONTEXT, len(tokenizer))
    encoded = (each for group in ahead(encoder, requests) for each in group)
    rows = [row.ids for each in encoded for row in each.rows]
    place = Checkpoint(Path(asked["checkpoint"]), "speed")
    options = {"dtype": "float32", "device": "cpu"}
    model = backends.load(place, backends.setup("transformers", place, options))
    computed = count_tokens()
    started = time.perf_counter()
    given = sum(1 for _ in model.run(requests))
    found = {
        "requests": given,
        "fed": sum(map(len, rows)),
        "tree": tree(rows)[0],
        "computed": computed(),
        "plan_seconds": plan_seconds,
        "seconds": time.perf_counter() - started,
    }
    answer.write_text(json.dumps(found), "utf-8")


def _requests(asked: Mapping[str, Any]) -> list[Any]:
    from benchmarks.test_bigbench_lite import BIGBENCH_LITE
    from benchmarks.test_mmlu import MMLU
    from mcqtest.prompts import variants
    from mcqtest.run.plan import plan
    from mcqtest.run.way import Way
    from speed.subjects import TASKS

    way = Way(limit=asked["limit"])
    shared = {"root": Path(asked["data"]), "identity": "speed", "way": way}
    if asked["kind"] == "styles":
        task = TASKS["medical_genetics"]
        method, _ = way.method_of(task.benchmark)
        ways = [plan(task, **shared)]
        ways += [plan(task, **shared, variant=each) for each in variants.several(method, "all")]
    else:
        tasks = (MMLU if asked["kind"] == "mmlu" else BIGBENCH_LITE).tasks
        ways = [plan(task, **shared) for task in tasks]
    return [_short(request) for each in ways for request in each.requests]


def _short(request: Any) -> Any:
    """Of a text one token is enough."""
    if request.decoding is None:
        return request
    return replace(request, decoding=replace(request.decoding, max_tokens=1))


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
