"""``mcqtest rescore --clean=WHAT RUN [...]``: stored answers on questions that people looked at."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from pathlib import Path

from mcqtest.cli import project, show
from mcqtest.cli.said import Said
from mcqtest.data import NOTED, OK, Notes, notes_of
from mcqtest.report import Cleaned, cleaned
from mcqtest.sides import CONVENTIONS, Definitions, Rescored, Side, against
from mcqtest.types import McqtestError, several


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("runs", nargs="+", metavar="RUN", help="a run, a baseline or a recording")
    parser.add_argument(
        "--clean",
        required=True,
        metavar="WHAT",
        help=f"{', '.join(NOTED)}, or a file: a table of id and answer (empty: drop)",
    )
    parser.add_argument("--baseline", metavar="NAME", help="say the gate's verdict against it, too")
    parser.add_argument("-k", metavar="WORD", help="of tasks whose name or benchmark has this word")
    project.add(parser, "run-dir", "baselines-dir", "data", "benchmarks", "backend-option")
    project.add(parser, "reader", "alpha", "margin", "tolerance")


def run(options: argparse.Namespace) -> Said:
    settings = project.read(options)
    finder, definitions, names = project.finder(options, settings)
    names = names or [NOTED[options.clean]] if options.clean in NOTED else names
    notes = notes_of(options.clean, Path(settings.data) if settings.data else None)
    word = show.word(options.k)

    def all_ways(side: Side) -> dict[str, Rescored]:
        return {each: Rescored(side, notes, each, definitions, word) for each in CONVENTIONS}

    sides = [all_ways(finder.one(said, names)) for said in options.runs]
    old = None
    if options.baseline is not None:
        old = all_ways(finder.one(options.baseline, names, old=True))
    rows = [
        Cleaned(
            next(iter(ways.values())).name,
            {name: side.accuracy for name, side in ways.items()},
            _verdicts(old, ways, definitions, options) if old else {},
        )
        for ways in sides
    ]
    _check(rows)
    told = _told(notes, sides)
    data = {"clean": notes.name, "conventions": CONVENTIONS, **told, "runs": cleaned.data(rows)}
    return Said("\n".join([*_heading(notes, told), *cleaned.table(rows, CONVENTIONS)]), data)


def _verdicts(
    old: Mapping[str, Rescored],
    new: Mapping[str, Rescored],
    definitions: Definitions,
    options: argparse.Namespace,
) -> dict[str, str]:
    """The gate's, by convention."""
    held = project.held(options, project.read(options))
    return {
        name: against(old[name], side, definitions=definitions, held=held).verdict.state
        for name, side in new.items()
    }


def _check(rows: Sequence[Cleaned]) -> None:
    """Ranks of different questions mean nothing."""
    counts = {tuple(n for n, _ in row.figures.values()): row.name for row in rows}
    if len(counts) > 1:
        said = ", ".join(f"{name} {found[0]:,}" for found, name in counts.items())
        raise McqtestError(f"different questions were looked at: {said}; name them one by one")


def _told(notes: Notes, sides: Sequence[Mapping[str, Rescored]]) -> dict[str, object]:
    labels = next(iter(sides[0].values())).labels
    return {"labels": dict(labels.most_common()), "strays": sorted(notes.strays)}


def _heading(notes: Notes, told: Mapping[str, object]) -> list[str]:
    labels, strays = told["labels"], told["strays"]
    assert isinstance(labels, dict)
    assert isinstance(strays, list)
    n = sum(labels.values())
    flawed = [f"{name} {count:,}" for name, count in labels.items() if name != OK]
    bad = n - labels.get(OK, 0)
    lines = [f"{notes.name}: {n:,} questions were looked at, {bad:,} have a flaw ({bad / n:.2%})"]
    lines += [f"  {', '.join(flawed)}"] if flawed else []
    if strays:
        lines.append(f"note: {len(strays)} notes fit no question asked: {several(strays, 3)}")
    return lines
