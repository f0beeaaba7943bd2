"""``python -m speed growth``: how seconds and memory grow with questions, shots and lengths.

Every measurement is a process of its own, so that none profits from another's memory.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from mcqtest.types import Prompt, Request, Response
from speed import process, subjects
from speed.letters import checkpoint
from speed.table import Table, seconds

LETTERS = (" A", " B", " C", " D")


def tables(options: argparse.Namespace) -> list[Table]:
    model = checkpoint(options.shape, "float32", "cpu", options.data, options.cache)
    shared = {"checkpoint": str(model), "data": str(options.data)}

    def measure(**spec: Any) -> dict[str, Any]:
        found = process.child("growth", {**shared, **spec}, work=options.cache)
        print(spec, f"{found['process_seconds']:.1f} s", flush=True)
        return {**spec, **found}

    sizes = [int(size) for size in options.questions]
    library = [
        measure(what="library", questions=size, shots=shots, model=model_too)
        for shots in (0, 5)
        for model_too in (False, True)
        for size in sizes
    ]
    lengths = [
        measure(what="length", tokens=int(length), prompts=options.prompts)
        for length in options.tokens
    ]
    if options.picture:
        from speed.picture import draw

        draw(options.picture, library, lengths)
    return [_library(library), _lengths(lengths, options)]


def _library(found: list[dict[str, Any]]) -> Table:
    rows = [
        (
            f"{each['questions']:,}, {each['shots']} shots, {'a' if each['model'] else 'no'} model",
            *(seconds(each[f"{part}_seconds"]) for part in ("plan", "ask", "again")),
            f"{each['tokens']:,}" if each["tokens"] else "-",
            f"{each['process_mib']:,.0f}",
        )
        for each in found
    ]
    head = (
        "questions",
        "planning",
        "asking, storing, judging",
        "again",
        "tokens",
        "peak, MiB",
    )
    note = "no model: one that answers at once, so that what is left is mcqtest; again: stored"
    return Table("Growth with questions and shots", head, rows, [note])


def _lengths(found: list[dict[str, Any]], options: argparse.Namespace) -> Table:
    rows = [
        (
            f"{each['tokens']:,} tokens",
            seconds(each["ask_seconds"]),
            f"{1e6 * each['ask_seconds'] / each['computed']:,.1f} µs",
            f"{each['computed']:,}",
            f"{each['process_mib']:,.0f}",
            f"{each['process_mib'] - each['before_mib']:,.0f}",
        )
        for each in found
    ]
    head = ("prompts of", "asking", "per token", "tokens computed", "peak, MiB", "after loading")
    note = f"{options.prompts} prompts of each length, three quarters of it shared; {options.shape}"
    return Table("Growth with the length of prompts", head, rows, [note])


# --- child process ----------------------------------------------------------------------------


def main(spec: Path, answer: Path) -> None:
    asked = json.loads(spec.read_text("utf-8"))
    found = {"library": _run_library, "length": _run_length}[asked["what"]](asked)
    answer.write_text(json.dumps(found), "utf-8")


class Instant:
    """A backend that answers at once; a `mcqtest.types.Backend`."""

    def run(self, requests: Iterable[Request]) -> Iterator[Response]:
        for request in requests:
            if not request.known:
                values = tuple(-1.0 - index for index in range(len(request.choices)))
                yield Response(request.key, values, len(request.prompt.shots))


def _run_library(asked: dict[str, Any]) -> dict[str, Any]:
    """Plan, ask, store and judge; then the same again with all answers stored."""
    from mcqtest.run.engine import Engine
    from mcqtest.run.plan import plan
    from mcqtest.run.store import Store
    from mcqtest.run.way import Way

    started = time.perf_counter()
    planned, left = [], asked["questions"]
    for task in subjects.TASKS.values():
        if left > 0:
            data, shots = Path(asked["data"]), asked["shots"]
            planned.append(
                plan(task, root=data, identity="growth", way=Way(shots=shots, limit=left))
            )
            left -= len(planned[-1].questions)
    plan_seconds = time.perf_counter() - started
    model = _load(asked) if asked["model"] else Instant()
    tokens = _counter() if asked["model"] else None
    spent = []
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(2):
            started = time.perf_counter()
            store = Store(Path(folder), name="growth", identity="growth")
            engine = Engine(planned, store, lambda: model)
            for each in planned:
                _ = [result.correct for result in engine.results(each.task)]
            store.close()
            spent.append(time.perf_counter() - started)
    return {
        "plan_seconds": plan_seconds,
        "ask_seconds": spent[0],
        "again_seconds": spent[1],
        "tokens": tokens and tokens(),
    }


def _run_length(asked: dict[str, Any]) -> dict[str, Any]:
    """Ask random prompts of so many tokens, three quarters of which they share."""
    model = _load(asked)
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(asked["checkpoint"])
    length, count = asked["tokens"], asked["prompts"]
    cut = [3 * length // 4, *([length // 4] * count)]
    law = subjects.planned("professional_law", Path(asked["data"])).requests
    text = "".join(request.prompt.query for request in law)
    ids = tokenizer(text[: 8 * sum(cut)])["input_ids"]  # no more: it takes memory, too
    pieces, start = [], 0
    for size in cut:
        start %= len(ids) - size
        pieces.append(tokenizer.decode(ids[start : start + size]))
        start += size
    requests = [
        Request(str(n), Prompt(pieces[0], (), f"{piece}\nAnswer:"), LETTERS, f"growth/{n}")
        for n, piece in enumerate(pieces[1:])
    ]
    before = process.peak_mib()
    computed = _counter()
    started = time.perf_counter()
    answered = sum(1 for _ in model.run(requests))
    spent = time.perf_counter() - started
    assert answered == count
    return {"ask_seconds": spent, "computed": computed(), "before_mib": before}


def _load(asked: dict[str, Any]) -> Any:
    from mcqtest import backends
    from mcqtest.backends.checkpoint import Checkpoint

    checkpoint = Checkpoint(Path(asked["checkpoint"]), "growth")
    options = {"device": "cpu", "dtype": "float32"}
    return backends.load(checkpoint, backends.setup("transformers", checkpoint, options))


def _counter() -> Any:
    from speed.ours import count_tokens

    return count_tokens()


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
