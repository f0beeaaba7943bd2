"""``mcqtest compare OLD NEW``: the gate's verdict on any two of runs, baselines and recordings."""

from __future__ import annotations

import argparse
import shutil

from mcqtest.cli import project
from mcqtest.cli.said import Said
from mcqtest.report import sentence, terminal
from mcqtest.sides import against


def arguments(parser: argparse.ArgumentParser) -> None:
    what = "a run or its folder, a baseline or its folder, or recorded outputs"
    parser.add_argument("old", help=f"what is compared with: {what}")
    parser.add_argument("new", help="what is judged: likewise")
    project.add(parser, "run-dir", "baselines-dir", "data", "benchmarks", "backend-option")
    project.add(parser, "reader", "alpha", "margin", "tolerance")


def run(options: argparse.Namespace) -> Said:
    settings = project.read(options)
    finder, definitions, names = project.finder(options, settings)
    old, new = finder.pair(options.old, options.new, names)
    found = against(
        old,
        new,
        definitions=definitions,
        held=project.held(options, settings),
        benchmarks=names,
    )
    board, width = found.board, shutil.get_terminal_size().columns
    lines = [f"{new.kind} {new.name} against {old.kind} {old.name}"]
    for each in found.pooled:
        if len(each.outcomes) > 1:
            lines.append(terminal.columns(width))
            lines += [terminal.line(outcome, width) for outcome in each.outcomes]
    lines += terminal.summary(found.pooled, width)
    summary = found.summary  # which finds notices, too
    lines += [f"note: {notice}" for notice in board.notices]
    lines.append(sentence(new.identity.name, found.pooled, found.verdict, board.policy))
    return Said("\n".join(lines), summary, found.verdict.code)
