"""The rows of a published table: CSV, JSONL (also gzipped) or Parquet, told by the suffix.

Cells come as the file has them, and every row knows how a message names it.
"""

from __future__ import annotations

import csv
import gzip
import importlib
import io
import json
import re
import unicodedata
import zlib
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from mcqtest.types import McqtestError, one_line

AGAIN = "or download the file again"
"""What always helps with a malformed file."""


class Row(NamedTuple):
    """One record of a table, and how messages name it."""

    place: str
    """The file, or where there is no number the row itself, as messages name it."""
    cells: Mapping[str, object]
    number: int = 0
    """From 1, among the rows of its file."""
    line: int = 0

    @property
    def where(self) -> str:
        """For messages."""
        return _where(self.place, self.number, self.line) if self.number else self.place


def _where(name: str, number: int, line: int) -> str:
    return f"{name}, row {number} (line {line})"


def read(
    path: Path, name: str, header: tuple[str, ...] | None, *, key: str | None = None
) -> list[Row]:
    """All rows of a file. ``name`` is for messages; ``header`` names the columns of a CSV that
    has no header row; ``key`` the list of rows, where the file is one JSON object. Raises
    `McqtestError`.
    """
    raw = _bytes(path, name)
    if name.endswith(".parquet"):
        return _read_parquet(raw, name)
    text = _decode(raw, name)
    if key is not None:
        return _read_object(text, name, key)
    is_csv = name.removesuffix(".gz").endswith(".csv")
    return _read_csv(text, name, header) if is_csv else _read_jsonl(text, name)


def text_of(path: Path, name: str) -> str:
    """All of a file, unpacked where its ``name`` says that it is packed. Raises `McqtestError`."""
    return _decode(_bytes(path, name), name)


def _bytes(path: Path, name: str) -> bytes:
    try:
        raw = path.read_bytes()
        return _unpacked(raw, name) if name.endswith(".gz") else raw
    except (OSError, EOFError, zlib.error) as error:
        found = f"cannot be read ({one_line(error)})"
        raise McqtestError(f"{name}: {found}; mend it {AGAIN}") from error


_LEAST, _RATIO = 64 * 1024 * 1024, 200
"""Bytes that any file may unpack to, and how many times its size a larger one may: what models say
comes to a tenth of that."""


def _unpacked(raw: bytes, name: str) -> bytes:
    """A few kB can hold what no memory does."""
    most = max(_LEAST, _RATIO * len(raw))
    with gzip.GzipFile(fileobj=io.BytesIO(raw)) as file:
        found = file.read(most + 1)
    if len(found) > most:
        raise McqtestError(
            f"{name}: its {len(raw):,} bytes unpack to more than {most:,}, as no questions or "
            f"outputs do; mend it {AGAIN}, or unpack it yourself"
        )
    return found


def _decode(raw: bytes, name: str) -> str:
    """UTF-8, with or without byte order marks: two programs may have put one each."""
    at = raw.find(b"\0")  # no text format has it, but Python's csv lets it through
    if at < 0:
        try:
            return raw.decode("utf-8").lstrip("\ufeff")
        except UnicodeDecodeError as error:
            at = error.start
    line = raw.count(b"\n", 0, at) + 1
    found = f"byte 0x{raw[at]:02X} at offset {at}, expected UTF-8 text"
    raise McqtestError(f"{name}, line {line}: {found}; save it as UTF-8 {AGAIN}")


def _read_csv(text: str, name: str, header: tuple[str, ...] | None) -> list[Row]:
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    told, rows, line = header is not None, list[Row](), 1
    try:
        for cells in reader:
            if cells and header is None:
                header = tuple(cells)
            elif cells and header is not None:  # a blank line is no record
                number = len(rows) + 1
                if len(cells) != len(header) or _is_header(cells, header, told=told):
                    raise _misplaced(cells, header, _where(name, number, line), told=told)
                rows.append(Row(name, dict(zip(header, cells, strict=True)), number, line))
            line = reader.line_num + 1
    except csv.Error as error:
        where = _where(name, len(rows) + 1, line)
        remedy = f"double the quotes inside a quoted cell {AGAIN}"
        raise McqtestError(f"{where}: not CSV ({one_line(error)}); {remedy}") from error
    return rows


_ANSWERS = {"answer", "answerindex", "correct", "correctanswer", "gold", "label", "target"}
"""What headers call the column of answers; no answer is any of these."""


def _is_header(cells: Sequence[str], header: Sequence[str], *, told: bool) -> bool:
    """Whether a row is one that a table library adds to a CSV: a header row, where the file as
    published has none (``told``), or a second one.
    """
    if told:
        return comparable(cells[-1]) in _ANSWERS and len(cells) - len(header) in {0, 1}
    return cells[0] == header[0] and len(cells) > 1 and tuple(cells) == tuple(header)


def _misplaced(
    cells: Sequence[str], header: Sequence[str], where: str, *, told: bool
) -> McqtestError:
    """What a CSV should not have: a header row, an index column before the others, other numbers of
    cells.
    """
    if _is_header(cells, header, told=told):
        found = f"a header row ({names(cells)})"
        why = "as published there is none" if told else "the file has one already"
        return McqtestError(f"{where}: {found}, but {why}; delete the line {AGAIN}")
    if told and len(cells) == len(header) + 1 and re.fullmatch(r"[0-9]*", cells[0]):
        return McqtestError(
            f"{where}: an index column ({shown(cells[0])}) before {header[0]}; drop that column, "
            f"as with index=False of pandas, {AGAIN}"
        )
    less = len(cells) < len(header)
    remedy = "restore the missing cell" if less else "quote the cell that holds a comma"
    found = f"{len(cells)} cell{'s' * (len(cells) != 1)}, expected {len(header)}"
    return McqtestError(f"{where}: {found} ({names(header)}); {remedy} {AGAIN}")


def _read_jsonl(text: str, name: str) -> list[Row]:
    rows: list[Row] = []
    # Not str.splitlines(), which also splits at U+2028 and U+0085 inside a string.
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            where = _where(name, len(rows) + 1, number)
            rows.append(Row(where, _json_object(line, where)))
    return rows


def _json_object(line: str, where: str) -> dict[str, object]:
    try:
        value = json.loads(line)
    except (ValueError, RecursionError) as error:
        # The parser sees one line at a time and calls each of them line 1.
        found = f"not JSON ({one_line(error).replace(': line 1 column', ' at column')})"
    else:
        if isinstance(value, dict):
            return value
        found = f"found {shown(line)}"
    raise McqtestError(f"{where}: {found}, expected one object per line; correct the line")


def _read_object(text: str, name: str, key: str) -> list[Row]:
    """The rows of a file that is one JSON object, in the list of this key."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise McqtestError(f"{name}: not JSON ({one_line(error)}); mend it {AGAIN}") from error
    rows = value.get(key) if isinstance(value, dict) else None
    if not isinstance(rows, list):
        inside = isinstance(value, dict) and key in value
        said = f"{key} is {shown(rows)}" if inside else f"no {key} in {shown(value)}"
        raise McqtestError(f"{name}: {said}, expected a list of objects there; mend it {AGAIN}")
    found = [Row(f"{name}, row {number}", cells) for number, cells in enumerate(rows, 1)]
    wrong = next((row for row in found if not isinstance(row.cells, dict)), None)
    if wrong is not None:
        raise McqtestError(
            f"{wrong.where}: found {shown(wrong.cells)}, expected an object; correct it {AGAIN}"
        )
    return found


def _read_parquet(raw: bytes, name: str) -> list[Row]:
    parquet = extra("pyarrow.parquet", f"reading {name}")
    arrow = importlib.import_module("pyarrow")
    try:
        records = parquet.ParquetFile(arrow.BufferReader(raw)).read().to_pylist()
    except (OSError, ValueError, arrow.ArrowException) as error:
        found = f"not a Parquet file ({one_line(error)})"
        raise McqtestError(f"{name}: {found}; mend it {AGAIN}") from error
    return [Row(f"{name}, row {number}", cells) for number, cells in enumerate(records, 1)]


def extra(module: str, purpose: str) -> Any:
    """A module of the optional extra, imported when it is first needed."""
    try:
        return importlib.import_module(module)
    except ImportError as error:
        package = module.partition(".")[0]
        raise McqtestError(
            f'{purpose} needs {package}, which is missing; run: pip install "mcqtest[hub]"'
        ) from error


def shown(value: object) -> str:
    """A cell for a message: one line, at most 60 characters of it; only text has quotes."""
    return repr(_cut(value, 60)) if isinstance(value, str) else _cut(repr(value), 60)


@lru_cache(maxsize=4096)  # rows repeat what stands in columns of tasks and answers
def comparable(name: str) -> str:
    """A name as it is compared: neither case nor what stands between letters and digits counts,
    nor how a letter is put together. (U+318D, the Korean middle dot, is a letter to Unicode.)
    """
    return re.sub(r"[\W_\u318d]+", "", unicodedata.normalize("NFC", name).casefold())


def names(names: Iterable[str]) -> str:
    """Column or task names for a message."""
    return repr(_cut(", ".join(names), 200))[1:-1]


def _cut(text: str, length: int) -> str:
    return text if len(text) <= length else text[: length - 3] + "..."
