"""``python -m speed profile``: where the seconds of asking go, as a table and a picture.

By torch's own profiler, for this checkout and, with ``--before``, for another one in turn.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

SUBJECTS = "medical_genetics,college_medicine,econometrics,high_school_computer_science"

PARTS = ("weights", "prefix", "within", "elementwise", "other")
"""Products with weights; attention to a shared prefix; attention within a row; norms, rotations,
activations and copies; and all that is not torch's."""

_PREFIX = frozenset(
    ("aten::exp_", "aten::amax", "aten::sub_", "aten::sum", "aten::div_", "aten::log")
)
_PRODUCTS = ("_linear_pointwise", "aten::mm", "aten::addmm")

Found = dict[str, float]


def tables(options: argparse.Namespace) -> list[Any]:
    from speed import picture, process
    from speed.letters import checkpoint
    from speed.table import Table, seconds

    work: Path = options.cache
    model = checkpoint(options.shape, "float32", "cpu", options.data, work)
    spec = {"checkpoint": str(model), "data": str(options.data), "limit": options.limit}
    places = {"now": process.ROOT} | ({"before": options.before} if options.before else {})
    found: dict[str, Found] = {}
    for name, place in sorted(places.items()):
        found[name] = process.child("profiled", spec, work=work, checkout=place)
        print(f"{name}: {found[name]['seconds']:.2f} s", flush=True)
    rows = [
        (
            name,
            *(seconds(each[part]) for part in PARTS),
            seconds(each["seconds"]),
            f"{each['tokens']:,.0f}",
        )
        for name, each in found.items()
    ]
    if options.picture:
        picture.bars(options.picture, PARTS, found)
    head = ("", *PARTS, "seconds", "tokens computed")
    note = f"profiled, which costs some seconds itself; {SUBJECTS}"
    return [Table(f"Where asking spends its time: {options.shape}, float32", head, rows, [note])]


def main(spec: Path, answer: Path) -> None:
    """Child process: the checkout that it asks with is that of the working directory."""
    asked = json.loads(spec.read_text("utf-8"))
    from mcqtest import backends
    from mcqtest.backends.checkpoint import Checkpoint
    from speed.ours import count_tokens
    from speed.subjects import planned

    place = Checkpoint(Path(asked["checkpoint"]), "speed")
    chosen = backends.setup("transformers", place, {"device": "cpu", "dtype": "float32"})
    tasks = [planned(name, Path(asked["data"]), asked["limit"]) for name in SUBJECTS.split(",")]
    requests = [request for task in tasks for request in task.requests]
    model: Any = backends.load(place, chosen)
    import torch

    weights = {tuple(each.shape) for each in model._model.parameters()}  # noqa: SLF001
    computed = count_tokens()
    started = time.perf_counter()
    kind = torch.profiler.ProfilerActivity.CPU
    with torch.profiler.profile(activities=[kind], record_shapes=True) as profiler:
        for _ in model.run(requests):
            pass
    spent = time.perf_counter() - started
    events = profiler.key_averages(group_by_input_shape=True)
    found = dict.fromkeys(PARTS, 0.0)
    for event in events:
        found[_part(event.key, event.input_shapes, weights)] += event.self_cpu_time_total / 1e6
    found["other"] = max(0.0, spent - sum(found.values()))
    answer.write_text(json.dumps({**found, "seconds": spent, "tokens": computed()}), "utf-8")


def _part(name: str, shapes: Sequence[Sequence[int]], weights: set[tuple[int, ...]]) -> str:
    if any(each in name for each in _PRODUCTS):
        sides = {tuple(each) for each in shapes}
        return "weights" if (sides | {each[::-1] for each in sides}) & weights else "prefix"
    if "scaled_dot_product" in name:
        return "within"
    return "prefix" if name in _PREFIX else "elementwise"


if __name__ == "__main__":
    sys.path[0] = str(Path.cwd())
    main(*map(Path, sys.argv[1:]))
