"""What is asked as requests of OpenAI's batches; `mcqtest.backends.batch` reads the results."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from mcqtest import backends
from mcqtest.run import asked
from mcqtest.run.planned import Planned
from mcqtest.types import McqtestError

_FIELDS = (
    *("messages", "prompt", "max_tokens", "temperature", "top_p", "top_k", "stop"),
    "chat_template_kwargs",
)


def lines(each: Planned, model: str) -> Iterator[dict[str, Any]]:
    """A request for each question of a task, to the served ``model``. Raises `McqtestError` for
    what no batch can be asked.
    """
    for line in asked.lines(each):
        name = f"{line['benchmark']}/{line['task']}/{line['id']}"
        if "asks" in line or "continuations" in line:
            raise McqtestError(
                f"{name}: scores what could be said, which no batch tells; ask for texts with "
                "--method=cot, or leave --form out"
            )
        yield {
            "custom_id": backends.custom_id(name, line["asked_hash"]),
            "method": "POST",
            "url": "/v1/chat/completions" if "messages" in line else "/v1/completions",
            "body": {"model": model, **_body(line)},
        }


def _body(line: Mapping[str, Any]) -> dict[str, Any]:
    body = {name: line[name] for name in _FIELDS if name in line}
    return body | ({"n": line["samples"]} if "samples" in line else {})
