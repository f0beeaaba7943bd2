"""One row of recorded outputs: which question, and what was said.

JSONL, also gzipped, one object a line. Which question: ``id`` (or ``question_id``), or ``task``
(``license_name``, ``subject``, ``category``) and a 0-based ``index``; also ``task`` and ``id``, and
``benchmark`` where a file answers several. What was said: ``output``, a text (null where nothing
came, and then ``reasoning_content`` is a thought that never ended; a list where there are several
samples), or ``logprobs``, a number for each choice, or both; ``truncated`` where the text met a
limit; ``confidence``, a number or several by name. What was asked: ``asked_hash``, in all rows or
in none.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from typing import Any, NamedTuple

from mcqtest.data import Row, comparable, names, shown
from mcqtest.types import McqtestError


class Output(NamedTuple):
    """What was said to one question."""

    texts: tuple[str, ...]
    logprobs: tuple[float, ...]
    truncated: bool | None
    """None where the row does not say."""
    where: str
    hash: str = ""
    """Of what was asked, as `mcqtest prompts` has written it; empty where the row does not say."""
    confidences: Mapping[str, float] = {}
    """How sure the model was, by name."""


class Key(NamedTuple):
    """Empty strings stand for what a row does not say."""

    benchmark: str
    task: str
    id: str
    row: int


def read_key(row: Row) -> Key:
    cells = row.cells
    id_ = next((cells[name] for name in ("id", "question_id") if name in cells), None)
    columns = ("license_name", "subject", "category")
    if {"license_name", "category"} <= cells.keys():  # of several licences in one category
        columns = columns[::-1]
    task = _name(row, "task", *columns)
    benchmark = _name(row, "benchmark")
    index = cells.get("index")
    if isinstance(id_, int | str) and not isinstance(id_, bool) and id_ != "":
        return Key(benchmark, task, str(id_), -1)
    if type(index) is int and index >= 0 and task:
        return Key(benchmark, task, "", index)
    if task and index is not None:
        found = f"index is {shown(index)}, expected a whole number from 0 up"
        raise McqtestError(f"{row.where}: {found}; correct it")
    raise McqtestError(
        f"{row.where}: names no question ({names(cells)}); write its id, or its task and "
        "0-based index"
    )


def _name(row: Row, *columns: str) -> str:
    """What the first of these columns says; empty where there is none of them."""
    column = next((column for column in columns if column in row.cells), None)
    if column is None:
        return ""
    value = row.cells[column]
    if not isinstance(value, str) or not value.strip():
        raise McqtestError(f"{row.where}: {column} is {shown(value)}, expected text; correct it")
    return comparable(value)


def read_output(row: Row) -> Output:
    cells = row.cells
    texts = _texts(row, cells["output"]) if "output" in cells else ()
    if texts == ("",):
        texts = (thought(cells),)
    logprobs = _logprobs(row, cells.get("logprobs"))
    if not texts and not logprobs:
        raise McqtestError(
            f"{row.where}: neither output nor logprobs, only {names(cells)}; write what the "
            "model said as output"
        )
    return Output(
        texts=texts,
        logprobs=logprobs,
        truncated=_truncated(row),
        where=row.where,
        confidences=_confidences(row),
        hash=_hash(row),
    )


def _confidences(row: Row) -> dict[str, float]:
    """A number, called ``recorded``, or several by name; null stands for one that is missing.
    Numbers outside 0 to 1 are kept: that a model states such is part of the record.
    """
    said = row.cells.get("confidence")
    named: Mapping[str, Any] = said if isinstance(said, dict) else {"recorded": said}
    found = {}
    for name, value in named.items():
        if value is None:
            continue
        if type(value) not in {int, float} or not abs(value) <= sys.float_info.max:  # nor NaN
            raise McqtestError(
                f"{row.where}: confidence is {shown(said)}, expected a number or numbers by name; "
                "correct it, or write null where there is none"
            )
        found[str(name)] = float(value)
    return found


def _hash(row: Row) -> str:
    said = row.cells.get("asked_hash")
    if said is None:
        return ""
    if not isinstance(said, str) or not re.fullmatch("[0-9a-f]{32}", said):
        raise McqtestError(
            f"{row.where}: asked_hash is {shown(said)}, expected the 32 digits that "
            "`mcqtest prompts` has written; copy them"
        )
    return said


LIMITS = {"length", "max_tokens", "max_output_tokens", "model_context_window_exceeded"}
"""What served models call the end of a text that met a limit."""


def _truncated(row: Row) -> bool | None:
    said = row.cells.get("truncated")
    if not isinstance(said, bool | None):
        raise McqtestError(
            f"{row.where}: truncated is {shown(said)}, expected true or false; correct it"
        )
    ended = [row.cells.get(name) for name in ("finish_reason", "stop_reason")]
    if said is None and not any(ended):
        return None
    return said is True or any(str(reason).casefold() in LIMITS for reason in ended)


def _texts(row: Row, said: object) -> tuple[str, ...]:
    """The texts; one that is empty where nothing came, however many samples were asked for."""
    texts = said if isinstance(said, list) else [said]
    found = tuple(whole(text or "") for text in texts if isinstance(text, str | None))
    if not texts or len(found) < len(texts):
        raise McqtestError(f"{row.where}: output is {shown(said)}, expected text; correct it")
    return found


def thought(cells: Mapping[str, Any]) -> str:
    """Where nothing was said, what was thought, as a thought that never ended: served models tell
    the two apart. Empty where nothing was thought either.
    """
    said = [cells.get(name) for name in ("reasoning_content", "reasoning")]
    found = next((each for each in said if isinstance(each, str) and each), "")
    return whole(f"<think>\n{found}") if found else ""


def spoken(message: Mapping[str, Any]) -> str:
    """What a served model said, behind what it thought, which servers tell apart from it."""
    said = message.get("content")
    text, thinks = whole(said) if isinstance(said, str) else "", thought(message)
    if not thinks:
        return text
    return f"{thinks}\n</think>\n\n{text}" if text.strip() else thinks


def whole(text: str) -> str:
    """A text that was cut inside a character, which JSON can write, with a mark in its place."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _logprobs(row: Row, value: object) -> tuple[float, ...]:
    numbers: list[Any] = value if isinstance(value, list) else [] if value is None else [None]
    found = tuple(
        each for each in numbers if type(each) in {int, float} and abs(each) <= sys.float_info.max
    )
    # Python reads NaN and Infinity, too, where JSON has none; a logarithm may be rounded up.
    if len(found) < len(numbers) or any(each > 1e-3 for each in found):
        raise McqtestError(
            f"{row.where}: logprobs is {shown(value)}, expected natural logarithms, at "
            "most 0, one for each choice; correct it"
        )
    return tuple(map(float, found))


def described(key: Key) -> str:
    """A question for a message."""
    name = f"id {shown(key.id)}" if key.id else f"index {key.row}"
    return " ".join(part for part in (key.benchmark, key.task, name) if part)
