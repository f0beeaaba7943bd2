"""Inputs that were changed, read by the functions that read them in a run: refused in a line, told,
or judged for what they are; never taken for what they were.
"""

from __future__ import annotations

import json
import random
import shutil
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from faults import json_tasks, runs
from faults.apart import Gave, apart
from faults.mutants import mutated
from speed.table import Table

_HEAD = (
    "file", "times", "refused in a line", "told, or asked again", "same values",
    "judged as another model", "silent", "traceback", "crash or hang",
)  # fmt: skip


@dataclass(frozen=True)
class Input:
    """A kind of file: where it lies, how to read it, and what became of a changed one."""

    name: str
    files: Sequence[Path]
    read: Callable[[], Any]
    """Whatever a run would make of it."""
    same: Callable[[Any, Any], str]
    """Of what was read before and now: the column of the table."""


def table(work: Path, rng: random.Random, count: int) -> Table:
    """``count`` changed files of every kind; each file is put right again."""
    counts: dict[str, Counter[str]] = {}
    faults = []
    for each in inputs(work):
        found = counts[each.name] = Counter()
        before = apart(each.read)
        assert before.how == "value", before
        for _ in range(count):
            path = rng.choice(each.files)
            whole = path.read_bytes()
            path.write_bytes(new := mutated(whole, rng))
            gave = apart(each.read)
            column = _column(each, before, gave)
            found["times"] += 1
            found[column] += 1
            if column in _HEAD[-3:]:
                faults.append(f"{each.name}: {column}: {str(gave.what)[-400:]}")
                kept = work / f"{each.name}-{len(faults)}".replace(" ", "-")
                kept.write_bytes(new)
                print(f"{kept}: {faults[-1]}", flush=True)
            path.write_bytes(whole)
        print(f"{each.name}: {dict(found)}", flush=True)
    rows = [(name, *(f"{found[column]}" for column in _HEAD[1:])) for name, found in counts.items()]
    notes = [
        "told: that lines are skipped; judged as another model: under weights of another name",
        "silent: taken for what it was, though an answer, a question or a figure differs",
    ]
    return Table(f"{count} changed files of each kind", _HEAD, rows, notes)


def _column(each: Input, before: Gave, gave: Gave) -> str:
    if gave.how == "value":
        return each.same(before.what, gave.what)
    names = {"refused": "refused in a line", "traceback": "traceback"}
    return names.get(gave.how, "crash or hang")


# --- the kinds --------------------------------------------------------------------------------


def inputs(work: Path) -> list[Input]:
    """All of them, of a run of the demo that has ended."""
    import torch

    from mcqtest.demo import DATA, MODEL

    torch.set_num_threads(1)
    folder = work / "run"
    ended = runs.Run(folder).end(600)
    assert ended.code == 0, ended.said
    baselines = Path(shutil.copytree(runs.ROOT / "baselines", work / "baselines"))
    asked = {"model": "demo", "run_dir": str(folder), "baselines_dir": str(baselines)}
    model = Path(shutil.copytree(MODEL, work / "model"))
    sharded = _sharded(work / "sharded")
    data = Path(shutil.copytree(DATA, work / "data"))
    tables = _tables(data / "demo")
    outputs = _outputs(folder, work / "outputs.jsonl", baselines)
    store = sorted((folder / "responses").glob("*.jsonl"))
    kinds = [
        Input("store", store, lambda: _store(store[0]), _stored),
        Input("baseline", _of(baselines, "txt"), lambda: outcomes(asked), _judged),
        Input("companion", _of(baselines, "json"), lambda: outcomes(asked), _judged),
    ]
    for suffix in ("csv", "jsonl", "parquet"):
        files = sorted(data.rglob(f"*{TASK}*.{suffix}"))

        def read(form: str = suffix) -> Any:
            return outcomes(asked, source=tables[form])

        kinds.append(Input(f"data, {suffix}", files, read, _judged))
    replayed = {"model": str(outputs), "backend": "replay", "baseline": "outputs", "data": "demo"}
    replayed |= {"run_dir": str(work / "replayed"), "baselines_dir": str(baselines)}
    kinds.append(Input("recorded outputs", [outputs], lambda: outcomes(replayed), _judged))
    kinds.append(Input("task.json", *json_tasks.tasks(work), _judged))
    for name, place in (
        ("config.json", model), ("tokenizer.json", model), ("tokenizer_config.json", model),
        ("model.safetensors.index.json", sharded),
    ):  # fmt: skip
        given = {**asked, "model": str(place), "data": "demo", "baseline": "demo"}

        def ask(given: Mapping[str, Any] = given) -> Any:
            with_run = {**given, "run_dir": str(work / "asked")}
            shutil.rmtree(work / "asked", ignore_errors=True)
            return outcomes(with_run)

        kinds.append(Input(name, [place / name], ask, _judged))
    return kinds


TASK = "who_has_what"
"""One of the demo's: it is enough."""


def _of(baselines: Path, suffix: str) -> list[Path]:
    return [baselines / f"demo/demo/{TASK}.{suffix}"]


def outcomes(given: Mapping[str, Any], *, source: Any = None) -> dict[str, Any]:
    """What a run says of the task: asked, where it is not stored."""
    from benchmarks.test_demo import DEMO
    from mcqtest.run import Run, settings

    found = settings.read(
        lambda option: (given.get(option.key), runs.ROOT),
        gate={}, root=runs.ROOT, environment={}, update=False,
    )  # fmt: skip
    benchmark = DEMO if source is None else replace(DEMO, source=source)
    task = next(each for each in benchmark.tasks if each.name == TASK)
    run = Run(found)
    run.plan([task])
    outcome = run.outcome(run.results(task), compared=True)
    run.close()
    plain = outcome.to_json()
    return {"weights": run.identity.weights, "outcome": json.loads(json.dumps(plain))}


def _judged(before: dict[str, Any], now: dict[str, Any]) -> str:
    """Notices, and which weights a baseline is of, are for people."""
    if now["weights"] != before["weights"]:
        return "judged as another model"
    said = set(now["outcome"].pop("notices")) - set(before["outcome"]["notices"])
    old = {key: value for key, value in before["outcome"].items() if key not in _FOR_PEOPLE}
    new = {key: value for key, value in now["outcome"].items() if key not in _FOR_PEOPLE}
    if old == new:
        return "same values"
    return "told, or asked again" if said else "silent"


_FOR_PEOPLE = {"notices", "against"}


def _store(path: Path) -> dict[str, Any]:
    from mcqtest.run.store import Store

    name, _, rest = path.name.rpartition("-")
    store = Store(path.parent, name=name, identity=rest.partition(".")[0])
    return {"responses": dict(store._responses), "skipped": store.skipped}  # noqa: SLF001


def _stored(before: dict[str, Any], now: dict[str, Any]) -> str:
    old, new = before["responses"], now["responses"]
    if any(key in old and old[key] != response for key, response in new.items()):
        return "silent"
    return "same values" if old.keys() <= new.keys() else "told, or asked again"


# --- making them ------------------------------------------------------------------------------


def _tables(folder: Path) -> dict[str, Any]:
    """The demo's questions in three forms, as sources."""
    import csv

    import pyarrow as pa
    from pyarrow import parquet

    from mcqtest.types import Columns, Layout, Source

    header = ("question", "A", "B", "C", "D", "answer")
    columns = Columns(choices=("A", "B", "C", "D"))
    for path in sorted(folder.rglob(f"{TASK}_*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            rows = [dict(zip(header, row, strict=True)) for row in csv.reader(file)]
        text = "".join(json.dumps(row) + "\n" for row in rows)
        path.with_suffix(".jsonl").write_text(text, "utf-8")
        parquet.write_table(pa.Table.from_pylist(rows), path.with_suffix(".parquet"))
    splits = {"shots": "dev"}
    found = {}
    for form in ("csv", "jsonl", "parquet"):
        layout = Layout(f"{{split}}/{{task}}_{{split}}.{form}", columns, header, splits=splits)
        found[form] = Source("demo", (layout,), place=folder.parent)
    return found


def _outputs(folder: Path, path: Path, baselines: Path) -> Path:
    """Answers of the run as recorded ones, with a baseline of their own."""
    lines = (folder / "results.jsonl").read_text("utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    with path.open("w", encoding="utf-8") as file:
        for row in rows:
            said = f"The answer is ({'ABCD'[row['answer']]})."
            file.write(
                json.dumps({"task": row["task"], "index": int(row["id"]), "output": said}) + "\n"
            )
    ended = runs.Run(
        path.parent / "recorded", "--backend=replay", "--data=demo", "--snapshot-update",
        f"--baselines-dir={baselines}", model=str(path),
    ).end(300)  # fmt: skip
    assert ended.code == 0, ended.said
    return path


def _sharded(folder: Path) -> Path:
    """The demo's model in two files and an index."""
    from safetensors.numpy import load_file, save_file

    from mcqtest.demo import MODEL

    folder.mkdir()
    for path in MODEL.glob("*.json"):
        shutil.copyfile(path, folder / path.name)
    tensors = load_file(MODEL / "model.safetensors")
    names = sorted(tensors)
    places = {
        name: f"model-0000{1 + (at % 2)}-of-00002.safetensors" for at, name in enumerate(names)
    }
    for place in set(places.values()):
        part = {name: tensors[name] for name in names if places[name] == place}
        save_file(part, folder / place, metadata={"format": "pt"})
    size = sum(tensor.nbytes for tensor in tensors.values())
    index = {"metadata": {"total_size": size}, "weight_map": places}
    (folder / "model.safetensors.index.json").write_text(json.dumps(index), "utf-8")
    return folder
