"""How scores grow with the size of a model: curves, breakthroughs, laws, orders of models."""

from __future__ import annotations

import argparse
import shutil
from argparse import Namespace
from pathlib import Path

from mcqtest import archive
from mcqtest.cli import project
from mcqtest.cli.said import Said
from mcqtest.metrics.scaling import study
from mcqtest.report import growth, panels, points
from mcqtest.types import McqtestError, one_line

_TABLES = (".csv", ".jsonl", ".json", ".parquet")


def arguments(parser: argparse.ArgumentParser) -> None:
    """Runs or tables, and how to look at them."""
    parser.add_argument(
        "runs",
        nargs="+",
        metavar="RUN",
        help="a run, by name or path (RUN=125M where its summary does not tell the size, "
        "RUN=125M,300B with tokens), or a table with the columns task, size, score",
    )
    parser.add_argument("--axis", choices=points.AXES, default=points.AXES[0], help="what size is")
    parser.add_argument(
        "--metric",
        action="append",
        help="figure of summary.json to look at; again for others beside the first",
    )
    parser.add_argument(
        "--against", type=Path, metavar="FILE", help="table of model, score: orders of models"
    )
    parser.add_argument("--svg", type=Path, metavar="FILE", help="write a picture")
    project.add(parser, "run-dir")


def run(options: Namespace) -> Said:
    """Raises `McqtestError` for what cannot be read, and for one size alone."""
    metrics = options.metric or [points.OWN]
    folder = Path(project.read(options).run_dir)
    runs = [_placed(said, folder) for said in options.runs]
    figures = points.figures(runs, options.axis, metrics)
    outside = {} if options.against is None else points.column(options.against)
    others = {**points.labels(runs), **outside}
    against = next(iter(outside), None)
    found = study(figures, options.axis, metrics[0], others=others, against=against)
    if not found.families:
        raise McqtestError("one size alone: name runs or a table of two sizes or more")
    if options.svg is not None:
        try:
            options.svg.write_text(panels.picture(found), encoding="utf-8")
        except OSError as error:
            raise McqtestError(f"--svg={options.svg}: {one_line(error)}") from None
    lines = growth.table(found, shutil.get_terminal_size().columns)
    return Said("\n".join(lines), growth.data(found))


def _placed(said: str, folder: Path) -> str:
    """What is named as a path: a run that is kept in this run folder may be called by its name,
    alone or with ``=SIZE`` behind it.
    """
    before, equals, size = said.rpartition("=")
    name = before if equals else said
    paths = [Path(each) for each in (said, name)]
    if any(each.is_file() or (each / "summary.json").is_file() for each in paths):
        return said
    if "/" in name or name.removesuffix(".gz").endswith(_TABLES):
        return said
    return f"{archive.named(name, folder).path}{equals}{size if equals else ''}"
