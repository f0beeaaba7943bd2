"""What vLLM says when something goes wrong, in one line for people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mcqtest.backends import memory
from mcqtest.types import one_line


def said(error: BaseException) -> str:
    """How what it says begins, which takes several lines. Where its checks of settings wrapped what
    went wrong into a report of their own, that itself.
    """
    inner = _first(error)
    cause = inner.get("ctx", {}).get("error")
    if isinstance(cause, BaseException):
        return said(cause)
    if inner:
        place = ".".join(map(str, inner.get("loc", ())))
        return ": ".join(filter(None, [place, str(inner.get("msg", ""))]))
    return one_line(error, named=True, whole=True)


def smaller(error: BaseException) -> str:
    """What to do where memory ran out; empty where it did not."""
    inner = _first(error).get("ctx", {}).get("error")
    if not memory.ran_out(inner if isinstance(inner, BaseException) else error):
        return ""
    return "; try a smaller --backend-option max_num_seqs, batch_tokens or max_length"


def _first(error: BaseException) -> Mapping[str, Any]:
    """The first thing that pydantic reports; nothing where the error is another's."""
    report = getattr(error, "errors", None)
    if type(error).__name__ != "ValidationError" or not callable(report):
        return {}
    found: Mapping[str, Any] = next(iter(report()), {})
    return found
