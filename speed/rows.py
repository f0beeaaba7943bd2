"""``python -m speed rows``: how seconds of the processor and memory grow with the number of
questions, step by step, where no model is asked.

A made-up table of four choices in ten tasks. The first four steps are parts of one process, the
rest are whole processes, in which one answer of five is another one than the baseline's.
"""

from __future__ import annotations

import argparse
import csv
import json
import math
import random
import shutil
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from speed import process
from speed.table import Table

TASKS = 10
MOVED = 0.2
TEST = '''"""Made-up questions."""

from operator import attrgetter

import pytest

from mcqtest.types import Benchmark

ROWS = Benchmark.csv("rows.csv", choices="ABCD", task="category", margin=2)


@pytest.mark.parametrize("task", ROWS.tasks, ids=attrgetter("name"))
def test_rows(task, results, baseline):
    assert results == baseline
'''
COMMANDS = {
    "compare": ("compare", "old-0001", "new-0002"),
    "show --lost": ("show", "--lost", "--limit=10"),
    "trend": ("trend", "old-0001", "new-0002"),
    "confidence": ("confidence", "new-0002", "--baseline=old-0001"),
}
JUDGED = (0, 1, 6)
"""Exit codes of a verdict, whatever it is."""

Costs = dict[str, tuple[float, float]]
"""Step -> seconds of the processor, and MiB at the most."""


def tables(options: argparse.Namespace) -> list[Table]:
    sizes = sorted(map(int, options.rows))
    found = {}
    for size in sizes:
        with tempfile.TemporaryDirectory(dir=options.cache) as place:
            found[size] = _measured(size, Path(place))
        told = ", ".join(f"{step} {spent:.2f}" for step, (spent, _) in found[size].items())
        print(f"{size:,}: {told}", flush=True)
    return [
        _table("Seconds of the processor by questions", found, 0, "{:,.2f}"),
        _table("Peak memory by questions, MiB", found, 1, "{:,.0f}"),
    ]


def _measured(size: int, folder: Path) -> Costs:
    write(folder, size)
    parts = process.child("rows", {"folder": str(folder)}, work=folder)
    costs: Costs = {step: (spent, mib) for step, (spent, mib) in parts["costs"].items()}
    pytest = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_rows.py"]
    pytest += ["--backend=speed.made_up", "--run-dir=run"]
    ran = _run(folder, *pytest, f"--model={folder / 'old.json'}", "--snapshot-update")
    costs["asking, storing, recording"] = ran.processor, ran.peak_mib
    again = [*pytest, f"--model={folder / 'new.json'}", "--baseline=old"]
    _run(folder, *again)
    ran = _run(folder, *again)
    if f"{size:,} questions, {size:,} stored" not in ran.output:
        raise SystemExit(f"not a run of stored answers:\n{ran.output}")
    costs["judging stored answers"] = ran.processor, ran.peak_mib
    for step, command in COMMANDS.items():
        ran = _run(folder, sys.executable, "-m", "mcqtest", *command, "--run-dir=run")
        costs[step] = ran.processor, ran.peak_mib
    return costs


def _run(folder: Path, *command: str) -> process.Ran:
    path = {"PYTHONPATH": str(process.ROOT)}  # for the made-up model
    return process.run(command, log=folder / "log", folder=folder, environment=path, allowed=JUDGED)


def write(folder: Path, size: int) -> None:
    """A project with so many made-up questions, and two models that differ in `MOVED` of them."""
    (folder / "pytest.ini").write_text("[pytest]\n", "utf-8")
    (folder / "test_rows.py").write_text(TEST, "utf-8")
    for name, moved in (("old", 0.0), ("new", MOVED)):
        (folder / f"{name}.json").write_text(json.dumps({"moved": moved, "texts": {}}), "utf-8")
    draw = random.Random(0)
    with (folder / "rows.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("question", *"ABCD", "answer", "category"))
        for row in range(size):
            text = f"question {row}: {'what is this ' * draw.randint(2, 20)}?"
            choices = [f"{letter} of {row} {draw.random()}" for letter in "ABCD"]
            writer.writerow((text, *choices, draw.choice("ABCD"), f"task_{row % TASKS}"))


def exponent(costs: Mapping[int, float]) -> float:
    """Of the two largest numbers of questions: the power of them by which the cost grew."""
    (few, before), (many, now) = sorted(costs.items())[-2:]
    return math.log(now / before) / math.log(many / few)


def _table(title: str, found: Mapping[int, Costs], at: int, form: str) -> Table:
    sizes = list(found)
    rows = []
    for step in found[sizes[0]]:
        costs = {size: each[step][at] for size, each in found.items()}
        last = f"{exponent(costs):.2f}" if len(sizes) > 1 and min(costs.values()) > 0 else ""
        rows.append((step, *(form.format(cost) for cost in costs.values()), last))
    head = ("", *(f"{size:,}" for size in sizes), "exponent of the last step")
    return Table(title, head, rows, _NOTES if at == 0 else ())


_NOTES: Sequence[str] = (
    "the first four are parts of one process, the others whole processes, start and all",
    f"{TASKS} tasks; {MOVED:.0%} of the answers were drawn anew",
)


# --- child process ----------------------------------------------------------------------------


def main(spec: Path, answer: Path) -> None:
    """Read, plan, store, and read what is stored."""
    folder = Path(json.loads(spec.read_text("utf-8"))["folder"])
    sys.path.insert(0, str(folder))
    from test_rows import ROWS  # type: ignore[import-not-found]

    from mcqtest.data import load
    from mcqtest.run.plan import plan
    from mcqtest.run.store import Store
    from mcqtest.run.way import Way
    from mcqtest.types import Response

    costs: dict[str, Any] = {}

    def told(step: str, started: float) -> None:
        costs[step] = time.process_time() - started, process.peak_mib()

    started = time.process_time()
    read = [len(load(task, "test", ROWS.source.place)) for task in ROWS.tasks]
    told("reading the file", started)
    started = time.process_time()
    planned = [
        plan(task, root=ROWS.source.place, identity="rows", way=Way()) for task in ROWS.tasks
    ]
    told("planning", started)
    assert sum(read) == sum(len(each.questions) for each in planned)
    responses = folder / "responses"
    store, started = Store(responses, name="rows", identity="rows"), time.process_time()
    for each in planned:
        for at, request in enumerate(each.requests):
            logprobs = (-0.5 - at % 3, -1.0, -2.0, -3.0)
            store.add(Response(request.key, logprobs, 0), name=request.name)
    store.close()
    told("storing", started)
    started = time.process_time()
    assert len(Store(responses, name="rows", identity="rows")) == len(store)
    told("reading what is stored", started)
    shutil.rmtree(responses)
    answer.write_text(json.dumps({"costs": costs}), "utf-8")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
