"""How people do, where the user has a file that says so."""

from __future__ import annotations

import math
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from mcqtest.data.tables import AGAIN, Row, names, read, shown
from mcqtest.types import McqtestError

FILE = "people.csv"
_COLUMNS = ("task", "average", "best")


def people(folder: Path) -> Mapping[str, tuple[float, float]]:
    """Task -> the normalised score of people on average, and of the best of them, from
    ``people.csv`` beside the tasks; nothing where there is none.
    """
    path = folder / FILE
    if not path.is_file():
        return {}
    found: dict[str, tuple[float, float]] = {}
    for row in read(path, FILE, None):
        if missing := [each for each in _COLUMNS if each not in row.cells]:
            there = names(row.cells)
            raise McqtestError(f"{row.where}: no column {missing[0]}, only {there}; name it so")
        task = str(row.cells["task"])
        if task in found:
            raise McqtestError(f"{row.where}: task {shown(task)} for the second time; delete one")
        found[task] = _number(row, "average"), _number(row, "best")
    return found


def _number(row: Row, column: str) -> float:
    number = math.nan
    with suppress(ValueError):
        number = float(str(row.cells[column]))
    if math.isfinite(number):
        return number
    said = f"{column} is {shown(row.cells[column])}, expected a normalised score"
    raise McqtestError(f"{row.where}: {said}; correct it {AGAIN}")
