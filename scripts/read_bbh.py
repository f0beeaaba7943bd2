"""What each reader makes of the outputs that came with BIG-Bench Hard: the table of docs/bbh.md.

    python scripts/read_bbh.py DIR

DIR holds ``bbh/``: TASK.json, and ``outputs/code-davinci-002_{direct,cot}.jsonl.gz`` with task,
index and output.
"""

from __future__ import annotations

import argparse
import gzip
import json
import re
import sys
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.test_bbh import BBH
from mcqtest.answers import TEXT_READERS
from mcqtest.data import load
from mcqtest.types import Question, TextReader

COLUMNS = (
    ("direct", "bbh_direct"),
    ("direct", "mcqtest"),
    ("cot", "bbh"),
    ("cot", "bbh_lm_eval"),
    ("cot", "mcqtest"),
)
"""Outputs and who reads them."""

Outputs = dict[str, list[str]]


def outputs(folder: Path, kind: str) -> Outputs:
    """Task -> what was said, in the order of its questions."""
    path = folder / "bbh" / "outputs" / f"code-davinci-002_{kind}.jsonl.gz"
    found: Outputs = {}
    for line in gzip.decompress(path.read_bytes()).splitlines():
        row = json.loads(line)
        assert row["index"] == len(found.setdefault(row["task"], []))
        found[row["task"]].append(row["output"])
    return found


def readings(
    folder: Path, kind: str, reader: str
) -> dict[str, list[tuple[Question, str, str | None]]]:
    """Task -> its questions with what was said and what is read in it."""
    said = outputs(folder, kind)
    found = {}
    for task in BBH.tasks:
        read: TextReader = BBH.answers[task.name] if reader == "mcqtest" else TEXT_READERS[reader]
        pairs = zip(load(task, "test", folder), said[task.name], strict=True)
        found[task.name] = [(question, text, read(question, text)) for question, text in pairs]
    return found


def table(folder: Path) -> Iterator[str]:
    """A row for each task: right answers, and in brackets texts in which nothing is read."""
    found = {column: readings(folder, *column) for column in COLUMNS}
    right: dict[tuple[str, str], dict[str, Fraction]] = {column: {} for column in COLUMNS}
    yield "| task | n | " + " | ".join(f"{kind}, {reader}" for kind, reader in COLUMNS) + " |"
    yield "|---" * (2 + len(COLUMNS)) + "|"
    totals = dict.fromkeys(COLUMNS, (0, 0))
    for task in BBH.tasks:
        cells = []
        for column in COLUMNS:
            rows = found[column][task.name]
            hits = sum(answer in asked.targets for asked, _, answer in rows)
            unread = sum(answer is None for *_, answer in rows)
            right[column][task.name] = Fraction(hits, len(rows))
            totals[column] = totals[column][0] + hits, totals[column][1] + unread
            cells.append(f"{hits} ({unread})" if unread else f"{hits}")
        yield f"| {task.name} | {len(rows)} | {' | '.join(cells)} |"
    cells = [f"{hits:,} ({unread})" for hits, unread in totals.values()]
    yield f"| all | {sum(BBH.published):,} | {' | '.join(cells)} |"
    for name, tasks in {"all": None, **BBH.groups}.items():
        means = [f"{averaged(right[column], tasks):.1f} %" for column in COLUMNS]
        yield f"| mean of {name} | | {' | '.join(means)} |"


def averaged(right: dict[str, Fraction], tasks: tuple[str, ...] | None) -> float:
    """The mean accuracy in per cent, as the paper has it: tasks in three sizes count as one."""
    sizes: dict[str, list[Fraction]] = {}
    for task in tasks or right:
        name = re.sub("_(three|five|seven)_objects$", "", task)
        sizes.setdefault(name, []).append(right[task])
    return float(100 * sum(sum(each) / len(each) for each in sizes.values()) / len(sizes))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    print("\n".join(table(parser.parse_args().folder)))
