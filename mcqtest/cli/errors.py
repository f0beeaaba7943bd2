"""``mcqtest errors``: why answers are wrong, then and now."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from pathlib import Path

from mcqtest.cli import project, show
from mcqtest.cli.said import Said
from mcqtest.gate import write
from mcqtest.mistakes import KINDS, Shares, drawn, labelled, shares, written
from mcqtest.report import whys
from mcqtest.sides import Side, wrong
from mcqtest.types import McqtestError

_SAMPLE = 120
"""Answers of each side that are labelled: as many as MMLU-Pro's authors did."""


def arguments(parser: argparse.ArgumentParser) -> None:
    show.add_sides(parser)
    parser.add_argument("-k", metavar="WORD", help="of tasks whose name or benchmark has this word")
    parser.add_argument("--lost", action="store_true", help="of questions that were lost, alone")
    parser.add_argument(
        "--write", metavar="FILE", help="write a sample to label, NAME.csv or NAME.jsonl"
    )
    parser.add_argument(
        "--sample",
        type=int,
        default=_SAMPLE,
        metavar="N",
        help=f"size of that sample, of each side (default: {_SAMPLE})",
    )
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="of its draw (default: 0)")
    parser.add_argument(
        "--labels", action="append", metavar="FILE", help="a sample that was labelled; repeatable"
    )


def run(options: argparse.Namespace) -> Said:
    settings = project.read(options)
    new = show.run_of(options.run, settings)
    old = show.against(options.baseline, new, settings)
    if options.lost and old is None:
        raise McqtestError(f"--lost: {new.name} is compared with nothing; name --baseline=NAME")
    if options.sample < 1:
        raise McqtestError(f"--sample={options.sample}: a whole number from 1 up is needed")
    labels: dict[str, str] = {}
    for path in options.labels or ():
        labels |= labelled(Path(path))
    if options.labels and not labels:
        raise McqtestError(f"--labels={options.labels[0]}: holds no label; fill in that column")
    sides, notes = wrong(old, new, show.word(options.k), lost=options.lost)
    notes = [*show.earlier(options.run, new), *show.since(options.baseline, old, new), *notes]
    found = {name: shares(each, labels) for name, each in sides.items()}
    lines = [_title(old, new), *whys(found), *(f"note: {note}" for note in notes)]
    used = {each.key for side in found.values() for each in side.rest}
    if strange := len(labels.keys() - used):
        lines.append(f"note: {strange} labels are of other answers, or of answers that rules tell")
    if options.write:
        path = Path(options.write)
        number = _write(path, found, options)
        lines.append(
            f"{number} answers are written to {path}: fill in label with {', '.join(KINDS)}, and "
            f"give it back with --labels={path}"
        )
    elif not labels and any(side.rest for side in found.values()):
        lines.append("to tell the rest: --write=FILE.csv, label it, and --labels=FILE.csv")
    data = {
        "run": new.name,
        "baseline": None if old is None else old.name,
        "sides": {name: each.to_json() for name, each in found.items()},
        "notes": notes,
    }
    return Said("\n".join(lines), data)


def _write(path: Path, found: Mapping[str, Shares], options: argparse.Namespace) -> int:
    """Write a sample of each side; how many answers that are."""
    if path.exists():
        raise McqtestError(f"--write={path}: is there and may hold labels; name a new file")
    sample = {name: drawn(each.rest, options.sample, options.seed) for name, each in found.items()}
    write(path, written(sample, path))
    return sum(map(len, sample.values()))


def _title(old: Side | None, new: Side) -> str:
    against = "" if old is None else f", then {old.kind} {old.name}"
    return f"why answers of {new.kind} {new.name} are wrong{against}"
