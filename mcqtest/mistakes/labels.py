"""Samples as files that people or a judge model fill in, and their labels read again."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from mcqtest.mistakes.kinds import KINDS, Wrong
from mcqtest.types import LETTERS, McqtestError, one_line, several

_COLUMNS = (
    *("label", "key", "of", "benchmark", "task", "id"),
    *("question", "choices", "right", "answer", "text"),
)
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet takes for a formula where a cell begins with it."""


def written(sides: Mapping[str, Sequence[Wrong]], path: Path) -> str:
    """The text of a file to label, a row for each of the answers of these sides, by name: CSV, or
    JSONL where ``path`` says so. Raises `McqtestError` for another kind of file.
    """
    rows = [_row(name, each) for name, sample in sides.items() for each in sample]
    if _is_json(path):
        return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    text = io.StringIO()
    table = csv.DictWriter(text, _COLUMNS, lineterminator="\n")
    table.writeheader()
    table.writerows({name: _cell(value) for name, value in row.items()} for row in rows)
    return text.getvalue()


def _row(side: str, each: Wrong) -> dict[str, Any]:
    asked, score = each.question, each.score
    choices = asked.choices if asked else ()
    return {
        "label": "",
        "key": each.key,
        "of": side,
        "benchmark": each.benchmark,
        "task": each.task,
        "id": score.id,
        "question": asked.text if asked else "",
        "choices": "\n".join(f"{_letter(at)}. {text}" for at, text in enumerate(choices)),
        "right": _letter(score.gold),
        "answer": _letter(score.answer),
        "text": "\n\n".join(score.texts),
    }


def _letter(answer: int | str | None) -> str:
    if isinstance(answer, int):
        return LETTERS[answer] if 0 <= answer < len(LETTERS) else str(answer + 1)
    return answer or ""


def _cell(value: str) -> str:
    """Text to a spreadsheet, too."""
    return f"'{value}" if value.startswith(_FORMULA) else value


def labelled(path: Path) -> dict[str, str]:
    """`Wrong.key` -> one of `KINDS`, of the rows that are labelled. Raises `McqtestError` for a
    file that cannot be read, a label that there is not, and two for one answer.
    """
    found: dict[str, str] = {}
    for where, row in _rows(path):
        key, label = (str(row.get(name) or "").strip() for name in ("key", "label"))
        if not key:
            raise McqtestError(f"{where}: no key; fill in the file that --write made")
        kind = label.casefold().replace(" ", "_")
        if not kind:
            continue
        if kind not in KINDS:
            raise McqtestError(f"{where}: label {label!r}; there are {several([*KINDS], 10)}")
        if found.setdefault(key, kind) != kind:
            raise McqtestError(f"{where}: {key} is {found[key]} above and {kind} here; drop one")
    return found


def _rows(path: Path) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Each row, and where it is."""
    try:
        text = path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise McqtestError(f"--labels={path}: cannot be read ({one_line(error)})") from None
    if _is_json(path):
        for number, line in enumerate(text.split("\n"), 1):
            where = f"{path}, line {number}"
            try:
                row = json.loads(line) if line.strip() else None
            except (ValueError, RecursionError):
                raise McqtestError(f"{where}: no JSON object; correct it") from None
            if row is not None and not isinstance(row, dict):
                raise McqtestError(f"{where}: no JSON object; correct it")
            if row is not None:
                yield where, row
        return
    try:
        for number, cells in enumerate(csv.DictReader(io.StringIO(text)), 1):
            yield f"{path}, row {number}", cells
    except csv.Error as error:
        raise McqtestError(f"{path}: no CSV ({error}); correct it") from None


def _is_json(path: Path) -> bool:
    if path.suffix not in {".csv", ".jsonl"}:
        raise McqtestError(f"{path}: name a file NAME.csv or NAME.jsonl")
    return path.suffix == ".jsonl"
