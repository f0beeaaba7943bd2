"""``python -m speed rejudge``: stored answers, judged again in a new process.

Beside it a pytest that does nothing, and the peer's run whose answers are all in its cache.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import statistics
import sys
from collections.abc import Sequence
from pathlib import Path

from speed import environment, process, subjects, suite
from speed.letters import checkpoint
from speed.table import Table, seconds

OPTIONS = {"backend": "transformers", "backend_option": ["device=cpu", "dtype=float32"]}
"""As on the command line: the keys of stored answers depend on them."""


def tables(options: argparse.Namespace) -> list[Table]:
    return [_all(options)] if options.all else [_mmlu(options)]


def _all(options: argparse.Namespace) -> Table:
    """`speed.suite`, against a baseline of a model that answers one question of twenty otherwise:
    letters throughout, and as benchmarks ask on their own, texts for the three that read some.
    """
    work: Path = options.cache
    data = suite.write(options.data, work / "suite")
    models = {name: work / f"suite-{name}.json" for name in ("old", "new")}
    for name, path in models.items():
        suite.model(options.data, path, moved=0.05 * (name == "new"))
    rows = []
    for title, given in (("letters", ["--method=letters"]), ("letters and texts", [])):
        place = work / f"suite-{title.replace(' ', '-')}"
        shutil.rmtree(place, ignore_errors=True)
        shared = ["benchmarks", "-m", " or ".join(suite.NAMES), f"--data={data}", *given]
        shared += ["--backend=speed.made_up", "-p", "no:hypothesispytest", f"--run-dir={place}"]
        shared += [f"--baselines-dir={place / 'baselines'}"]
        process.pytest(*shared, f"--model={models['old']}", "--snapshot-update", work=work)
        command = [*shared, f"--model={models['new']}", "--baseline=suite-old"]
        process.pytest(*command, work=work)
        ran = [process.pytest(*command, work=work) for _ in range(options.rounds)]
        if f"{suite.QUESTIONS:,} questions, {suite.QUESTIONS:,} stored" not in ran[0].output:
            raise SystemExit(f"not a run of stored answers:\n{ran[0].output}")
        rows.append(_row(f"{suite.QUESTIONS:,} stored answers, {title}", ran))
    return Table("Judging all benchmarks again", HEAD, rows, [_MADE_UP])


_MADE_UP = (
    "MMLU and MMLU-Pro are the real questions; KMMLU, KMMLU-Redux and KMMLU-Pro are made up in "
    "their published numbers and lengths (speed/suite.py); texts are recorded ones of Llama-3-8B, "
    "0.95 kB each, and made-up Korean ones of 1,400 characters; 5 % of the answers are other ones "
    "than the baseline's"
)


def _mmlu(options: argparse.Namespace) -> Table:
    work: Path = options.cache
    model = checkpoint(options.shape, "float32", "cpu", options.data, work)
    run_dir = work / f"rejudge-{model.name}-{options.limit or 'all'}"
    spec = {"checkpoint": str(model), "data": str(options.data), "limit": options.limit}
    stored = process.child("rejudge", {**spec, "run_dir": str(run_dir)}, work=work)
    limit = [f"--limit={options.limit}"] if options.limit else []
    given = [f"--backend-option={pair}" for pair in OPTIONS["backend_option"]]
    command = ["benchmarks/test_mmlu.py", f"--model={model}", f"--data={options.data}"]
    command += [f"--backend={OPTIONS['backend']}", *given, *limit, f"--run-dir={run_dir}"]
    bases = f"--baselines-dir={run_dir / 'baselines'}"
    process.pytest(*command, bases, "--snapshot-update", work=work)

    empty = process.folder(work / "empty")
    (empty / "pytest.ini").write_text("[pytest]\n")
    (empty / "test_nothing.py").write_text("def test_nothing():\n    pass\n")
    bare, ours = [], []
    for _ in range(max(5, options.rounds)):  # in turn: a machine is not always equally fast
        bare.append(process.pytest(*_WITHOUT, work=work, folder=empty, owned=False))
        ours.append(process.pytest(*command, bases, work=work))
    for ran in ours:
        if f"{stored['questions']:,} questions, {stored['questions']:,} stored" not in ran.output:
            raise SystemExit(f"not a run of stored answers:\n{ran.output}")
    count = f"{stored['questions']:,}"
    rows = [
        _row("pytest, one empty test, no plugin", bare),
        _row(f"mcqtest, {count} stored answers", ours),
    ]
    more = statistics.median(one.seconds - two.seconds for one, two in zip(ours, bare, strict=True))
    notes = [f"mcqtest takes {seconds(more)} more than pytest itself (pair by pair, median)"]
    if options.peer or options.peer_python:
        row, note = _peer(options, model, run_dir)
        rows.append(row)
        notes.append(note)
    return Table("Judging stored answers again", HEAD, rows, notes)


HEAD = ("whole process", "seconds", "from", "to", "of the processor", "peak memory, MiB", "runs")
_WITHOUT = ("-p", "no:mcqtest", "-p", "no:xdist", "-p", "no:syrupy", "-p", "no:hypothesispytest")


def _row(title: str, runs: Sequence[process.Ran]) -> tuple[str, ...]:
    spent = [ran.seconds for ran in runs]
    memory = statistics.median(ran.peak_mib for ran in runs)
    used = statistics.median(ran.processor for ran in runs)
    found = map(seconds, (statistics.median(spent), min(spent), max(spent), used))
    return (title, *found, f"{memory:,.0f}", str(len(runs)))


def _peer(options: argparse.Namespace, model: Path, run_dir: Path) -> tuple[tuple[str, ...], str]:
    """The peer with every answer in its cache; the first run fills it."""
    work: Path = options.cache
    python = environment.peer(work, "transformers", "cpu", options.peer_python)
    spec = {
        "engine": "hf",
        "arguments": {"pretrained": str(model), "dtype": "float32"},
        "batch_size": 1,
        "device": "cpu",
        "files": subjects.write(subjects.ALL, options.data, options.limit, run_dir / "questions"),
        "cache": str(run_dir / "peer"),
    }
    process.child("peer", {**spec, "fill": True}, work=work, python=python)
    found = [process.child("peer", spec, work=work, python=python) for _ in range(options.rounds)]
    if any(each["tokens"] for each in found):
        raise SystemExit("the peer computed something in spite of its cache")
    runs = [process.Ran(each["process_seconds"], each["process_mib"], 0, "") for each in found]
    parts = ("load_seconds", "task_seconds", "evaluate_seconds")
    load, task, rest = (statistics.median(each[key] for each in found) for key in parts)
    note = (
        f"of the peer's seconds {seconds(load)} load the model, {seconds(task)} read questions, "
        f"{seconds(rest)} evaluate; {found[0]['versions']}"
    )
    return _row("peer, all answers in its cache", runs), note


def main(spec: Path, answer: Path) -> None:
    """Child process: store an answer to every question, unless that was done."""
    asked = json.loads(spec.read_text("utf-8"))
    from mcqtest.run import Run, settings
    from mcqtest.types import Response

    values = {"model": asked["checkpoint"], "data": asked["data"], "run_dir": asked["run_dir"]}
    values |= OPTIONS | {"limit": asked["limit"] and str(asked["limit"])}
    run = Run(
        settings.read(
            lambda option: (values.get(option.key), Path.cwd()),
            gate={},
            root=process.ROOT,
            environment={},
            update=False,
        )
    )
    run.plan(list(subjects.TASKS.values()))
    draw = random.Random(0)
    questions = 0
    for planned in run.planned.values():
        for request in planned.requests:
            questions += 1
            if request.key not in run.store:
                logprobs = tuple(draw.uniform(-9.0, -0.1) for _ in request.choices)
                response = Response(request.key, logprobs, len(request.prompt.shots))
                run.store.add(response, name=request.name)
    run.close()
    answer.write_text(json.dumps({"questions": questions}), "utf-8")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
