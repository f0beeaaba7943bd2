"""Questions, from local files or from the hub, exactly as published.

Cells are never stripped or guessed at: a choice that reads ``NA`` or ``None`` is that text,
so no table library with its own idea of missing values is used. The one thing refused is an
empty cell, because that is how a lost choice shows. A malformed file is a `McqtestError` that
says which row of which file is wrong.
"""

from __future__ import annotations

import hashlib
import json
import math
import re
import unicodedata
from collections.abc import Sequence
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import TypeGuard

from mcqtest.data import files, worked
from mcqtest.data.tables import AGAIN, Row, comparable, names, read, shown
from mcqtest.types import LETTERS, Benchmark, Columns, Layout, McqtestError, Question, Source, Task


def load(
    task: Task,
    split: str,
    root: Path | None,
    *,
    revision: str | None = None,
) -> tuple[Question, ...]:
    """Questions of a task's split (`mcqtest.data.files.find`), in file order; of a source that
    finds its own tasks, all of them.
    """
    if not isinstance(task.benchmark.source, Source):
        return task.benchmark.source.load(task.name, root)
    layout, path, name = files.find(task, split, root, revision=revision)
    rows = _task_rows(task, layout, path, name)
    questions = tuple([_question(row, layout.columns, index) for index, row in enumerate(rows)])
    _check_ids(rows, questions)
    return questions


def fingerprint(questions: Sequence[Question]) -> str:
    """SHA-256 of all that the questions say and of their order.

    JSON marks where each field ends; ``surrogatepass`` keeps two halves of a character apart
    from the character that they would make.
    """
    fields = [
        (
            asked.text,
            asked.choices,
            asked.answer,
            asked.id,
            *([asked.subject] * bool(asked.subject)),
            *([asked.targets] * bool(asked.targets)),
            *asked.more,
        )
        for asked in questions
    ]
    text = json.dumps(fields, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


# --- a file's rows ----------------------------------------------------------------------------


def _task_rows(task: Task, layout: Layout, path: Path, name: str) -> Sequence[Row]:
    column = layout.columns.task
    if column is None:
        groups = {task.name: _rows(layout, path, name)}
    else:
        stat = path.stat()
        groups = _read_groups(
            path, name, layout.header, column, task.benchmark, stat.st_mtime_ns, stat.st_size
        )
    if not any(groups.values()):
        raise McqtestError(f"{name}: no rows, expected questions; fill it {AGAIN}")
    if column is not None and task.name not in groups:
        whose = "" if task.title == task.name else f" for {task.path}"
        found = names(str(rows[0].cells[column]) for rows in groups.values())
        said = f"no row with {column} {shown(task.title)}{whose}, only {found}"
        raise McqtestError(f"{name}: {said}; add the rows {AGAIN}, or leave the task out with -k")
    return groups[task.name]


def _rows(layout: Layout, path: Path, name: str) -> list[Row]:
    if name.endswith(".txt"):
        return worked.read(path, name)
    return read(path, name, layout.header, key=layout.rows)


@lru_cache(maxsize=8)  # the splits of a few benchmarks; each would be parsed once per task
def _read_groups(
    path: Path,
    name: str,
    header: tuple[str, ...] | None,
    column: str,
    benchmark: Benchmark,
    _mtime: int,
    _size: int,
) -> dict[str, list[Row]]:
    """Task -> its rows, in file order; a file that changed is read anew. Raises for a row of no
    task, which would never be asked.
    """
    known = {
        comparable(each): task.name for task in benchmark.tasks for each in (task.title, task.name)
    }
    exactly = {task.title: task.name for task in benchmark.tasks}  # C++ and C# are alike
    groups: dict[str, list[Row]] = {}
    for row in read(path, name, header):
        said = _text(row, column, _cell(row, column))
        task = exactly.get(said) or known.get(comparable(said))
        if task is None:
            listed = names(task.title for task in benchmark.tasks)
            found = f"{column} is {shown(said)}, expected one of {listed}"
            raise McqtestError(f"{row.where}: {found}; correct it {AGAIN}")
        groups.setdefault(task, []).append(row)
    return groups


def forget() -> None:
    """Let rows of files go that `load` keeps for the next of their tasks."""
    _read_groups.cache_clear()


# --- a row's question -------------------------------------------------------------------------


def _question(row: Row, columns: Columns, index: int) -> Question:
    choices = _choices(row, columns)
    reasoning = columns.reasoning
    return Question(  # by place: by name it takes twice as long
        _text(row, columns.question, _cell(row, columns.question)),
        choices,
        _answer(row, columns, len(choices)) if choices else -1,
        str(index) if columns.id is None else _id(row, columns.id),
        reasoning and _reasoning(row, reasoning),
        _subject(row, columns.subject) if columns.subject else "",
        _share(row, columns.human_accuracy) if columns.human_accuracy else None,
        () if choices else (_target(row, columns.answer),),
        _described(row, columns.description) if columns.description else "",
    )


def _target(row: Row, column: str) -> str:
    """A right answer that is no choice; a number as it would be written."""
    value = _cell(row, column)
    if isinstance(value, int | float) and math.isfinite(value) and not isinstance(value, bool):
        return f"{value:g}" if isinstance(value, float) else str(value)
    return _text(row, column, value)


def _described(row: Row, column: str) -> str:
    return _text(row, column, _cell(row, column))


def _subject(row: Row, column: str) -> str:
    """A name that is shown and compared: one line, without spaces around it, composed."""
    name = unicodedata.normalize("NFC", _text(row, column, _cell(row, column))).strip()
    if not name or not name.isprintable():
        raise _mistake(row, f"{column} is {shown(row.cells[column])}, expected a name")
    return name


def _share(row: Row, column: str) -> float | None:
    """A share of people, as such or in per cent; None where it is empty or 0."""
    value = row.cells.get(column)
    if value is None or value == "":
        return None
    number = _number(value if isinstance(value, float) or type(value) is int else str(value))
    if math.isnan(number):  # how some libraries write an empty cell
        return None
    if not 0 <= number <= 100:
        raise _mistake(row, f"{column} is {shown(value)}, expected a share of people or nothing")
    return (number if number <= 1 else number / 100) or None


@lru_cache(maxsize=4096)  # shares of people are told in a few digits
def _number(value: str | float) -> float:
    """-1 for what is no share."""
    if not isinstance(value, str) or re.fullmatch(r"[0-9.eE+-]{1,40}|[nN]a[nN]", value):
        with suppress(ValueError):
            return float(str(value))
    return -1.0


def _reasoning(row: Row, column: str) -> str | None:
    """A worked solution; only shots have to have one, so it may be missing or empty."""
    value = row.cells.get(column)
    return _text(row, column, value) if value else None


def _choices(row: Row, columns: Columns) -> tuple[str, ...]:
    named = columns.choices
    if not named:
        return ()
    if isinstance(named, str):
        values = _cell(row, named)
        if not isinstance(values, list):
            raise _mistake(row, f"{named} is {shown(values)}, expected a list of texts")
        while values and columns.padding is not None and values[-1] == columns.padding:
            values = values[:-1]
        if columns.padding is not None and columns.padding in values:
            found = f"{columns.padding!r} stands before other choices in {named}"
            raise _mistake(row, f"{found}, expected it at the end, as padding")
        if len(values) < columns.fewest:
            fewest = columns.fewest
            wanted = f"{fewest} choice{'s' * (fewest != 1)}"
            raise _mistake(row, f"{len(values)} in {named}, expected at least {wanted}")
    else:
        values = _cells(row, named)
    if all(map(_is_text, values)):
        return tuple(values)
    count = len(values)
    return tuple(_text(row, f"choice {i} of {count}", value) for i, value in enumerate(values, 1))


def _answer(row: Row, columns: Columns, count: int) -> int:
    value = _cell(row, columns.answer)
    index = -1
    if isinstance(value, str) or type(value) is int:  # True is an int, too
        index = _place(value, count, columns.first)
    if 0 <= index < count:
        return index
    letters = LETTERS[:count]
    last = columns.first + count - 1
    expected = f"{letters[0]}-{letters[-1]} or {columns.first}-{last} for {count} choices"
    found = f"answer is {shown(value)}, expected {expected}"
    raise McqtestError(f"{row.where}: {found}; correct it {AGAIN}")


@lru_cache(maxsize=4096)  # rows repeat them
def _place(value: str | int, count: int, first: int) -> int:
    """Which of the choices an answer is; another number for what is none."""
    if isinstance(value, str) and len(value) == 1 and value in LETTERS[:count]:
        return LETTERS.index(value)
    # Python's own rules are wider: int() reads " 1" and "1_0".
    if isinstance(value, int) or re.fullmatch("[0-9]{1,3}", value):
        return int(value) - first
    return -1


def _id(row: Row, column: str) -> str:
    value = _cell(row, column)
    return str(value) if type(value) is int else _text(row, column, value)


def _check_ids(rows: Sequence[Row], questions: Sequence[Question]) -> None:
    if len({question.id for question in questions}) == len(questions):
        return
    seen: dict[str, str] = {}
    for row, question in zip(rows, questions, strict=True):
        if question.id in seen:
            found = f"id {shown(question.id)} is also that of {seen[question.id]}"
            raise McqtestError(f"{row.where}: {found}, expected it once; delete one row {AGAIN}")
        seen[question.id] = row.where.rpartition(", ")[2]


def _cell(row: Row, column: str) -> object:
    try:
        return row.cells[column]
    except KeyError:
        raise _without(row, column) from None


def _cells(row: Row, columns: Sequence[str]) -> list[object]:
    cells = row.cells
    try:
        return [cells[column] for column in columns]
    except KeyError as missing:
        raise _without(row, missing.args[0]) from None


def _without(row: Row, column: str) -> McqtestError:
    found = f"no column {column}, only {names(row.cells)}"
    return McqtestError(f"{row.where}: {found}; name the columns as published {AGAIN}")


def _is_text(value: object) -> TypeGuard[str]:
    if not isinstance(value, str) or not value:
        return False
    try:
        return value.isascii() or bool(value.encode())
    except UnicodeEncodeError:  # half of a character that takes two: JSON can write one
        return False


def _text(row: Row, what: str, value: object) -> str:
    if _is_text(value):
        return value
    if value is None or value == "":
        raise _mistake(row, f"{what} is empty, expected text")
    if not isinstance(value, str):
        raise _mistake(row, f"{what} is {shown(value)}, expected text")
    raise _mistake(row, f"{what} is {shown(value)}, which holds half a character")


def _mistake(row: Row, found: str) -> McqtestError:
    return McqtestError(f"{row.where}: {found}; restore it {AGAIN}")
