"""Questions, from local files or from the hub, exactly as published.

Cells are never stripped or guessed at: a choice that reads ``NA`` or ``None`` is that text,
so no table library with its own idea of missing values is used. The one thing refused is an
empty cell, because that is how a lost choice shows. A malformed file is a `McqtestError` that
says which row of which file is wrong.
"""

from __future__ import annotations

import csv
import gzip
import hashlib
import importlib
import io
import json
import re
import zlib
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from mcqtest.types import LETTERS, Columns, Layout, McqtestError, Question, Source, Task

AGAIN = "or download the file again"


class _Row(NamedTuple):
    """One record of a table, and how messages name it."""

    where: str
    cells: Mapping[str, object]


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
    client = _extra("huggingface_hub", f"downloading {hub}")
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
    return f"the download failed ({_reason(error)}); try again"


def _extra(module: str, purpose: str) -> Any:
    """A module of the optional extra, imported when it is first needed."""
    try:
        return importlib.import_module(module)
    except ImportError as error:
        package = module.partition(".")[0]
        raise McqtestError(
            f'{purpose} needs {package}, which is missing; run: pip install "mcqtest[hub]"'
        ) from error


# --- a file's rows ----------------------------------------------------------------------------


def _task_rows(task: Task, layout: Layout, path: Path, name: str) -> Sequence[_Row]:
    column = layout.columns.task
    if column is None:
        groups = {task.name: _read(path, name, layout.header)}
    else:
        stat = path.stat()
        groups = _read_groups(path, name, layout.header, column, stat.st_mtime_ns, stat.st_size)
    if not any(groups.values()):
        raise McqtestError(f"{name}: no rows, expected questions; fill it {AGAIN}")
    if task.name not in groups:
        found = f"no row with {column} {_shown(task.name)}, only {_names(groups)}"
        raise McqtestError(f"{name}: {found}; add the rows {AGAIN}")
    return groups[task.name]


@lru_cache(maxsize=8)  # the splits of a few benchmarks; each would be parsed once per task
def _read_groups(
    path: Path, name: str, header: tuple[str, ...] | None, column: str, _mtime: int, _size: int
) -> dict[str, list[_Row]]:
    """Task -> its rows, in file order; a file that changed is read anew."""
    groups: dict[str, list[_Row]] = {}
    for row in _read(path, name, header):
        groups.setdefault(_text(row, column, _cell(row, column)), []).append(row)
    return groups


def _read(path: Path, name: str, header: tuple[str, ...] | None) -> list[_Row]:
    try:
        raw = path.read_bytes()
        if name.endswith(".gz"):
            raw = gzip.decompress(raw)
    except (OSError, EOFError, zlib.error) as error:
        found = f"cannot be read ({_reason(error)})"
        raise McqtestError(f"{name}: {found}; mend it {AGAIN}") from error
    if name.endswith(".parquet"):
        return _read_parquet(raw, name)
    text = _decode(raw, name)
    is_csv = name.removesuffix(".gz").endswith(".csv")
    return _read_csv(text, name, header) if is_csv else _read_jsonl(text, name)


def _decode(raw: bytes, name: str) -> str:
    """UTF-8, with or without a byte order mark."""
    at = raw.find(b"\0")  # no text format has it, but Python's csv lets it through
    if at < 0:
        try:
            return raw.decode("utf-8").removeprefix("\ufeff")
        except UnicodeDecodeError as error:
            at = error.start
    line = raw.count(b"\n", 0, at) + 1
    found = f"byte 0x{raw[at]:02X} at offset {at}, expected UTF-8 text"
    raise McqtestError(f"{name}, line {line}: {found}; save it as UTF-8 {AGAIN}")


def _read_csv(text: str, name: str, header: tuple[str, ...] | None) -> list[_Row]:
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    rows: list[_Row] = []
    where = f"{name}, row 1 (line 1)"
    try:
        for cells in reader:
            if cells and header is None:
                header = tuple(cells)
            elif cells and header is not None:  # a blank line is no record
                rows.append(_Row(where, _named(cells, header, where)))
            where = f"{name}, row {len(rows) + 1} (line {reader.line_num + 1})"
    except csv.Error as error:
        remedy = f"double the quotes inside a quoted cell {AGAIN}"
        raise McqtestError(f"{where}: not CSV ({_reason(error)}); {remedy}") from error
    return rows


def _named(cells: Sequence[str], header: Sequence[str], where: str) -> dict[str, object]:
    if len(cells) == len(header):
        return dict(zip(header, cells, strict=True))
    less = len(cells) < len(header)
    remedy = "restore the missing cell" if less else "quote the cell that holds a comma"
    found = f"{len(cells)} cell{'s' * (len(cells) != 1)}, expected {len(header)}"
    raise McqtestError(f"{where}: {found} ({_names(header)}); {remedy} {AGAIN}")


def _read_jsonl(text: str, name: str) -> list[_Row]:
    rows: list[_Row] = []
    # Not str.splitlines(), which also splits at U+2028 and U+0085 inside a string.
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            where = f"{name}, row {len(rows) + 1} (line {number})"
            rows.append(_Row(where, _json_object(line, where)))
    return rows


def _json_object(line: str, where: str) -> dict[str, object]:
    try:
        value = json.loads(line)
    except (ValueError, RecursionError) as error:
        # The parser sees one line at a time and calls each of them line 1.
        found = f"not JSON ({_reason(error).replace(': line 1 column', ' at column')})"
    else:
        if isinstance(value, dict):
            return value
        found = f"found {_shown(line)}"
    raise McqtestError(f"{where}: {found}, expected one object per line; correct the line")


def _read_parquet(raw: bytes, name: str) -> list[_Row]:
    parquet = _extra("pyarrow.parquet", f"reading {name}")
    arrow = importlib.import_module("pyarrow")
    try:
        records = parquet.ParquetFile(arrow.BufferReader(raw)).read().to_pylist()
    except (OSError, ValueError, arrow.ArrowException) as error:
        found = f"not a Parquet file ({_reason(error)})"
        raise McqtestError(f"{name}: {found}; mend it {AGAIN}") from error
    return [_Row(f"{name}, row {number}", cells) for number, cells in enumerate(records, 1)]


# --- a row's question -------------------------------------------------------------------------


def _question(row: _Row, columns: Columns, index: int) -> Question:
    choices = _choices(row, columns.choices)
    return Question(
        text=_text(row, columns.question, _cell(row, columns.question)),
        choices=choices,
        answer=_answer(row, columns, len(choices)),
        id=str(index) if columns.id is None else _id(row, columns.id),
    )


def _choices(row: _Row, columns: str | tuple[str, ...]) -> tuple[str, ...]:
    if isinstance(columns, str):
        values = _cell(row, columns)
        if not isinstance(values, list):
            raise _mistake(row, f"{columns} is {_shown(values)}, expected a list of texts")
        if len(values) < 2:
            raise _mistake(row, f"{len(values)} in {columns}, expected at least 2 choices")
    else:
        values = [_cell(row, column) for column in columns]
    count = len(values)
    return tuple(_text(row, f"choice {i} of {count}", value) for i, value in enumerate(values, 1))


def _answer(row: _Row, columns: Columns, count: int) -> int:
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
    found = f"answer is {_shown(value)}, expected {expected}"
    raise McqtestError(f"{row.where}: {found}; correct it {AGAIN}")


def _id(row: _Row, column: str) -> str:
    value = _cell(row, column)
    return str(value) if type(value) is int else _text(row, column, value)


def _check_ids(rows: Sequence[_Row], questions: Sequence[Question]) -> None:
    seen: dict[str, str] = {}
    for row, question in zip(rows, questions, strict=True):
        if question.id in seen:
            found = f"id {_shown(question.id)} is also that of {seen[question.id]}"
            raise McqtestError(f"{row.where}: {found}, expected it once; delete one row {AGAIN}")
        seen[question.id] = row.where.rpartition(", ")[2]


def _cell(row: _Row, column: str) -> object:
    if column not in row.cells:
        found = f"no column {column}, only {_names(row.cells)}"
        raise McqtestError(f"{row.where}: {found}; name the columns as published {AGAIN}")
    return row.cells[column]


def _text(row: _Row, what: str, value: object) -> str:
    if value is None or value == "":
        raise _mistake(row, f"{what} is empty, expected text")
    if not isinstance(value, str):
        raise _mistake(row, f"{what} is {_shown(value)}, expected text")
    if re.search("[\ud800-\udfff]", value):  # JSON can write half a character; no model reads it
        raise _mistake(row, f"{what} is {_shown(value)}, which holds half a character")
    return value


def _mistake(row: _Row, found: str) -> McqtestError:
    return McqtestError(f"{row.where}: {found}; restore it {AGAIN}")


def _shown(value: object) -> str:
    """A cell for a message: one line, at most 60 characters of it; only text has quotes."""
    return repr(_cut(value, 60)) if isinstance(value, str) else _cut(repr(value), 60)


def _names(names: Iterable[str]) -> str:
    """Column or task names for a message."""
    return repr(_cut(", ".join(names), 200))[1:-1]


def _cut(text: str, length: int) -> str:
    return text if len(text) <= length else text[: length - 3] + "..."


def _reason(error: BaseException) -> str:
    """The first line of what a library said."""
    return (str(error).splitlines() or [type(error).__name__])[0]
