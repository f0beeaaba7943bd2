"""``python -m speed imports``: what the plugin costs a project that does not use it, and how long
it takes to collect the benchmarks.
"""

from __future__ import annotations

import argparse
import statistics
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from speed import process
from speed.letters import checkpoint
from speed.table import Table, seconds

OTHERS = ("-p", "no:xdist", "-p", "no:syrupy", "-p", "no:hypothesispytest")
"""Plugins that come along as dependencies, and one of the developers."""

PROJECT = "\n".join(f"def test_{number}():\n    assert True\n" for number in range(50))


def tables(options: argparse.Namespace) -> list[Table]:
    work: Path = options.cache
    rounds = max(15, options.rounds)
    project = process.folder(work / "unrelated")
    (project / "pytest.ini").write_text("[pytest]\n")
    (project / "test_unrelated.py").write_text(PROJECT)
    ways = {
        "pytest alone": ("-p", "no:mcqtest", *OTHERS),
        "with mcqtest": OTHERS,
        "with mcqtest, pytest-xdist, syrupy": OTHERS[4:],
    }
    runs: dict[str, list[process.Ran]] = {way: [] for way in ways}
    for _ in range(rounds):  # in turn: a machine is not always equally fast
        for way, arguments in ways.items():
            runs[way].append(process.pytest(*arguments, work=work, folder=project, owned=False))
    model = checkpoint(options.shape, "float32", "cpu", options.data, work)
    collect = [
        process.pytest(
            *("benchmarks", "--collect-only", f"--model={model}", f"--data={options.data}"),
            *("--backend=transformers", "--backend-option=device=cpu"),
            work=work,
        )
        for _ in range(rounds)
    ]
    return [_plugin(work, rounds), _projects(runs), _collected(collect)]


def _plugin(work: Path, rounds: int) -> Table:
    statement = "import pytest; import mcqtest.plugin"
    command = [sys.executable, "-X", "importtime", "-c", statement]
    found = []
    for _ in range(rounds):
        log = work / "importtime.log"
        process.run(command, log=log)
        found.append(parse(log.read_text("utf-8")))
    names = [name for name in found[0] if name.partition(".")[0] == "mcqtest"]
    own = {name: statistics.median(each[name][0] for each in found) for name in names}
    pytest = statistics.median(each["pytest"][1] for each in found)
    rows = [(name, f"{spent / 1000:.2f} ms") for name, spent in own.items()]
    rows += [("mcqtest.plugin, in all", f"{_added(found) / 1000:.2f} ms")]
    rows += [("pytest itself", f"{pytest / 1000:.1f} ms")]
    return Table("Importing the plugin", ("module", "milliseconds"), rows)


def _added(found: Sequence[Mapping[str, tuple[int, int]]]) -> float:
    """Microseconds that the plugin adds where pytest is imported already."""
    roots = ("mcqtest", "mcqtest.plugin")  # the package itself is imported before its module
    return statistics.median(sum(each[name][1] for name in roots) for each in found)


def parse(log: str) -> dict[str, tuple[int, int]]:
    """What ``-X importtime`` wrote: module -> microseconds, alone and with what it imports."""
    found = {}
    for line in log.splitlines():
        if line.startswith("import time:") and "self [us]" not in line:
            own, whole, name = line.removeprefix("import time:").split("|")
            found[name.strip()] = int(own), int(whole)
    return found


def _projects(runs: Mapping[str, Sequence[process.Ran]]) -> Table:
    rows = []
    base = next(iter(runs.values()))
    for way, each in runs.items():
        more = [one.seconds - two.seconds for one, two in zip(each, base, strict=True)]
        memory = statistics.median(ran.peak_mib for ran in each)
        median = statistics.median(ran.seconds for ran in each)
        added = f"{1000 * statistics.median(more):+.0f} ms" if each is not base else ""
        rows.append((way, seconds(median), added, f"{memory:,.0f}"))
    head = ("50 tests of another project", "whole process", "more", "peak memory, MiB")
    return Table("Another project's pytest", head, rows, [f"medians of {len(base)}, in turn"])


def _collected(runs: Sequence[process.Ran]) -> Table:
    spent = [ran.seconds for ran in runs]
    memory = statistics.median(ran.peak_mib for ran in runs)
    last = runs[0].output.strip().splitlines()[-1]
    row = (seconds(statistics.median(spent)), seconds(min(spent)), seconds(max(spent)))
    head = ("", "seconds", "from", "to", "peak memory, MiB")
    return Table("Collecting", head, [("pytest --collect-only", *row, f"{memory:,.0f}")], [last])
