"""``mcqtest trend RUN...``: accuracy over many checkpoints."""

from __future__ import annotations

import argparse
import shutil
from collections.abc import Mapping
from pathlib import Path

from mcqtest import archive
from mcqtest.cli import project
from mcqtest.cli.said import Said
from mcqtest.gate import Record, mismatch, write
from mcqtest.report import Trends, courses, table
from mcqtest.sides import Finder
from mcqtest.types import McqtestError

Key = tuple[str, str]


def arguments(parser: argparse.ArgumentParser) -> None:
    what = "runs or baselines, by name or path, in the order of training"
    parser.add_argument("runs", nargs="*", metavar="RUN", help=f"{what} (default: all kept runs)")
    parser.add_argument(
        "--tasks", action="store_true", help="also a table for every task of each benchmark"
    )
    parser.add_argument("--intervals", action="store_true", help="of every change, not of the last")
    parser.add_argument("--svg", metavar="FILE", help="draw accuracies with their intervals there")
    parser.add_argument("--benchmarks", metavar="NAMES", action="append", help="only these")
    project.add(parser, "anchor", "run-dir", "baselines-dir", "alpha")


def run(options: argparse.Namespace) -> Said:
    settings = project.read(options)
    finder, _, names = project.finder(options, settings)
    runs = options.runs or [each.name for each in archive.every(Path(settings.run_dir))]
    if not runs:
        raise McqtestError(f"no run is kept in {settings.run_dir}; name runs or baselines")
    anchor = _answers(finder, options.anchor, names, {}) if options.anchor else None
    found = Trends(len(runs), anchor=anchor, alpha=settings.alpha)
    first: dict[Key, Record] = {}
    for at, name in enumerate(runs):
        answers = _answers(finder, name, names, first)
        first = {**answers, **first}
        label = Path(name).name or name
        found.add(label, answers, interval=options.intervals or at == len(runs) - 1)
    if not found.benchmarks:
        raise McqtestError(f"none of these has answers of {', '.join(names)}")
    if options.svg:
        write(Path(options.svg), courses("accuracy, 95 % interval", found.names, _series(found)))
    columns = shutil.get_terminal_size().columns
    lines = list(table(found, tasks=options.tasks, columns=columns))
    return Said("\n".join(lines), found.to_json())


def _answers(
    finder: Finder, name: str, benchmarks: list[str], first: Mapping[Key, Record]
) -> dict[Key, Record]:
    """What a checkpoint answered; of several ways of asking that of the first, if it has it."""
    found = {}
    for key, ways in finder.stored(name, old=True).tasks.items():
        if not benchmarks or key[0] in benchmarks:
            records = [each.record for each in ways]
            old = first.get(key)
            same = (each for each in records if old and not mismatch(old, each, baseline=""))
            found[key] = next(same, records[0])
    return found


def _series(found: Trends) -> dict[str, list[tuple[float, float, float] | None]]:
    """Benchmark -> (low, accuracy, high) of each checkpoint."""
    return {
        name: [
            None if point is None else (point.interval[0], point.accuracy, point.interval[1])
            for point in trend.whole
        ]
        for name, trend in found.benchmarks.items()
    }
