"""Questions, from local files or from the hub, exactly as published.

Cells are never stripped or guessed at: a choice that reads ``NA`` or ``None`` is that text,
so no table library with its own idea of missing values is used. The one thing refused is an
empty cell, because that is how a lost choice shows. A malformed file is a `McqtestError` that
says which row of which file is wrong.
"""

from __future__ import annotations

import hashlib
import importlib
import json
import re
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

from mcqtest.source import Columns, Layout, Source
from mcqtest.tables import AGAIN, Row, extra, names, read, reason, shown
from mcqtest.types import LETTERS, McqtestError, Question, Task


def load(
    task: Task, split: str, root: Path | None, *, limit: int | None = None
) -> tuple[Question, ...]:
    """Questions of a task's split, ``"test"`` or ``"shots"``, in file order.

    ``root`` is the folder of ``--data``; None asks the hub at the pinned revision. The whole
    split is checked even where ``limit`` keeps only its first questions.
    """
    layout, path, name = _hub_file(task, split) if root is None else _local_file(task, split, root)
    rows = _task_rows(task, layout, path, name)
    questions = tuple(_question(row, layout.columns, index) for index, row in enumerate(rows))
    _check_ids(rows, questions)
    return questions[:limit]


def fingerprint(questions: Sequence[Question]) -> str:
    """SHA-256 of all that the questions say and of their order.

    JSON marks where each field ends; ``surrogatepass`` keeps two halves of a character apart
    from the character that they would make.
    """
    fields = [(asked.text, asked.choices, asked.answer, asked.id) for asked in questions]
    text = json.dumps(fields, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


# --- which file -------------------------------------------------------------------------------


def _layout_path(layout: Layout, task: Task, split: str) -> str:
    return layout.path.format(task=task.name, split=layout.splits.get(split, split))


def _local_file(task: Task, split: str, root: Path) -> tuple[Layout, Path, str]:
    """The layout that is present, its file, and the file's name in messages."""
    source = task.benchmark.source
    if not root.is_dir():
        raise McqtestError(f"{root}: no such folder; pass the folder of the data with --data DIR")
    # A user may name the publisher's own folder instead of the one that holds it.
    folder = root / source.folder if (root / source.folder).is_dir() else root
    paths = [_layout_path(layout, task, split) for layout in source.layouts]
    for layout, path in zip(source.layouts, paths, strict=True):
        if (folder / path).is_file():
            return layout, folder / path, (folder / path).relative_to(root).as_posix()
    if folder is root:
        missing, paths = f"folder {source.folder}", [f"{source.folder}/{path}" for path in paths]
    else:
        missing = f"{split} file of {task.path}"
    tried = ", ".join(paths)
    raise McqtestError(f"{folder}: no {missing}; add one of {tried}, or pass another --data DIR")


def _hub_file(task: Task, split: str) -> tuple[Layout, Path, str]:
    source = task.benchmark.source
    if source.hub is None:
        raise McqtestError(
            f"{task.path}: these questions are not on the hub;"
            f" pass a folder that holds {source.folder}/ with --data DIR"
        )
    layout = source.layouts[-1]
    path = _layout_path(layout, task, split)
    return layout, _download(source, source.hub, path), f"{source.hub}/{path}"


def _download(source: Source, hub: str, path: str) -> Path:
    """The file in the hub's own cache, fetched at most once."""
    client = extra("huggingface_hub", f"downloading {hub}")
    place = {"repo_id": hub, "filename": path, "revision": source.revision}
    try:
        return Path(client.hf_hub_download(repo_type="dataset", **place))
    except Exception as error:  # whatever the client raises is about the network or the account
        raise McqtestError(f"{hub}/{path}: {_advice(error, source)}, or pass --data DIR") from error


def _advice(error: Exception, source: Source) -> str:
    """What a failed download means. Subclasses come first."""
    login = "set HF_TOKEN or run `hf auth login`"
    page = f"https://huggingface.co/datasets/{source.hub}"
    known = {
        "LocalEntryNotFoundError": "not in the local cache and the hub cannot be reached;"
        " connect to the network, unset HF_HUB_OFFLINE",
        "GatedRepoError": f"the data set is gated; accept its licence on {page}, then {login}",
        "RepositoryNotFoundError": f"no such data set, or it is private; {login}",
        "RevisionNotFoundError": f"the hub has no revision {source.revision}; see {page}",
        "EntryNotFoundError": f"no such file at revision {source.revision}; see {page}",
    }
    errors = importlib.import_module("huggingface_hub.errors")
    for name, advice in known.items():
        if isinstance(error, getattr(errors, name)):
            return advice
    return f"the download failed ({reason(error)}); try again"


# --- a file's rows ----------------------------------------------------------------------------


def _task_rows(task: Task, layout: Layout, path: Path, name: str) -> Sequence[Row]:
    column = layout.columns.task
    if column is None:
        groups = {task.name: read(path, name, layout.header)}
    else:
        stat = path.stat()
        groups = _read_groups(path, name, layout.header, column, stat.st_mtime_ns, stat.st_size)
    if not any(groups.values()):
        raise McqtestError(f"{name}: no rows, expected questions; fill it {AGAIN}")
    title = task.name if column is None else task.title
    if title not in groups:
        found = f"no row with {column} {shown(title)}, only {names(groups)}"
        raise McqtestError(f"{name}: {found}; add the rows {AGAIN}")
    return groups[title]


@lru_cache(maxsize=8)  # the splits of a few benchmarks; each would be parsed once per task
def _read_groups(
    path: Path, name: str, header: tuple[str, ...] | None, column: str, _mtime: int, _size: int
) -> dict[str, list[Row]]:
    """Task -> its rows, in file order; a file that changed is read anew."""
    groups: dict[str, list[Row]] = {}
    for row in read(path, name, header):
        groups.setdefault(_text(row, column, _cell(row, column)), []).append(row)
    return groups


# --- a row's question -------------------------------------------------------------------------


def _question(row: Row, columns: Columns, index: int) -> Question:
    choices = _choices(row, columns)
    reasoning = columns.reasoning
    return Question(
        text=_text(row, columns.question, _cell(row, columns.question)),
        choices=choices,
        answer=_answer(row, columns, len(choices)),
        id=str(index) if columns.id is None else _id(row, columns.id),
        reasoning=reasoning and _reasoning(row, reasoning),
    )


def _reasoning(row: Row, column: str) -> str | None:
    """A worked solution; only shots have to have one, so it may be missing or empty."""
    value = row.cells.get(column)
    return _text(row, column, value) if value else None


def _choices(row: Row, columns: Columns) -> tuple[str, ...]:
    named = columns.choices
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
        values = [_cell(row, column) for column in named]
    count = len(values)
    return tuple(_text(row, f"choice {i} of {count}", value) for i, value in enumerate(values, 1))


def _answer(row: Row, columns: Columns, count: int) -> int:
    value = _cell(row, columns.answer)
    letters = LETTERS[:count]
    index = -1
    if isinstance(value, str) and len(value) == 1 and value in letters:
        index = letters.index(value)
    # Python's own rules are wider: int() reads " 1" and "1_0", and True is an int.
    elif type(value) is int or (isinstance(value, str) and re.fullmatch("[0-9]{1,3}", value)):
        index = int(value) - columns.first
    if 0 <= index < count:
        return index
    last = columns.first + count - 1
    expected = f"{letters[0]}-{letters[-1]} or {columns.first}-{last} for {count} choices"
    found = f"answer is {shown(value)}, expected {expected}"
    raise McqtestError(f"{row.where}: {found}; correct it {AGAIN}")


def _id(row: Row, column: str) -> str:
    value = _cell(row, column)
    return str(value) if type(value) is int else _text(row, column, value)


def _check_ids(rows: Sequence[Row], questions: Sequence[Question]) -> None:
    seen: dict[str, str] = {}
    for row, question in zip(rows, questions, strict=True):
        if question.id in seen:
            found = f"id {shown(question.id)} is also that of {seen[question.id]}"
            raise McqtestError(f"{row.where}: {found}, expected it once; delete one row {AGAIN}")
        seen[question.id] = row.where.rpartition(", ")[2]


def _cell(row: Row, column: str) -> object:
    if column not in row.cells:
        found = f"no column {column}, only {names(row.cells)}"
        raise McqtestError(f"{row.where}: {found}; name the columns as published {AGAIN}")
    return row.cells[column]


def _text(row: Row, what: str, value: object) -> str:
    if value is None or value == "":
        raise _mistake(row, f"{what} is empty, expected text")
    if not isinstance(value, str):
        raise _mistake(row, f"{what} is {shown(value)}, expected text")
    if re.search("[\ud800-\udfff]", value):  # JSON can write half a character; no model reads it
        raise _mistake(row, f"{what} is {shown(value)}, which holds half a character")
    return value


def _mistake(row: Row, found: str) -> McqtestError:
    return McqtestError(f"{row.where}: {found}; restore it {AGAIN}")
