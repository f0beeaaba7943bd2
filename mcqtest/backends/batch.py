"""Rows of a batch's results, as OpenAI's API gives them back: recorded outputs in other words.

``custom_id`` is ``BENCHMARK/TASK/ID`` of the question, or ``TASK/ID``, or its ``ID``, or a hash of
these where they are long, and may be followed by ``#`` and the hash of what was asked;
``response.body`` is a reply of chats or
completions, with a choice for each sample. A row that failed answers nothing.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from typing import Any

from mcqtest.backends.outputs import LIMITS, spoken
from mcqtest.data import Row, shown
from mcqtest.types import McqtestError

_PARTS = ("benchmark", "task", "id")
_HASHED = re.compile("(.*)#([0-9a-f]{32})", re.DOTALL)

_LONGEST = 64
"""Characters of a ``custom_id``; nobody states a limit, and this is that of other ids there."""

HASHED = "sha256"
"""What stands in the place of a task, before the hash of a question's whole name."""


def custom_id(name: str, asked_hash: str) -> str:
    """Of the question with this whole name, in at most 64 characters."""
    whole = f"{name}#{asked_hash}"
    return whole if len(whole) <= _LONGEST else f"{HASHED}/{short(name)}#{asked_hash}"


def short(name: str) -> str:
    """A hash of a question's whole name."""
    return hashlib.sha256(name.encode()).hexdigest()[:24]


def unwrapped(row: Row) -> Row | None:
    """The row as one of recorded outputs, which most are already; None for a request that failed.
    Raises `McqtestError` for what is no reply.
    """
    cells = row.cells
    if not ("custom_id" in cells and {"response", "error"} & cells.keys()):
        return row
    response = cells.get("response")
    if cells.get("error") or not isinstance(response, Mapping):
        return None
    if response.get("status_code", 200) != 200:
        return None
    body = response.get("body")
    choices = body.get("choices") if isinstance(body, Mapping) else None
    if not isinstance(choices, list) or not choices:
        raise McqtestError(
            f"{row.where}: response.body holds no choices ({shown(body)}); results of other "
            "endpoints than chats and completions cannot be read"
        )
    return row._replace(cells={**_named(row), **_said(row, choices)})


def _named(row: Row) -> dict[str, Any]:
    name = row.cells["custom_id"]
    if not isinstance(name, str) or not name:
        raise McqtestError(
            f"{row.where}: custom_id is {shown(name)}, expected BENCHMARK/TASK/ID of a question"
        )
    hashed = _HASHED.fullmatch(name)
    parts = (hashed[1] if hashed else name).split("/", 2)
    found: dict[str, Any] = dict(zip(_PARTS[-len(parts) :], parts, strict=True))
    return {**found, "asked_hash": hashed[2]} if hashed else found


def _said(row: Row, choices: list[Any]) -> dict[str, Any]:
    if not all(isinstance(each, Mapping) for each in choices):
        raise McqtestError(f"{row.where}: choices are {shown(choices)}, expected objects")
    texts = []
    for choice in choices:
        message = choice.get("message")
        is_chat = isinstance(message, Mapping)
        texts.append(spoken(message if is_chat else {"content": choice.get("text")}))
    ends = [choice.get("finish_reason") for choice in choices]
    reason = next((each for each in ends if str(each).casefold() in LIMITS), ends[0])
    return {"output": texts if len(texts) > 1 else texts[0], "finish_reason": reason}
