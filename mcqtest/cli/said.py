"""What a command says, for people and for programs, and what it exits with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Said:
    """The answer of a command.

    Attributes:
        text: for people, lines without an end of line behind the last; what stands between
            `mcqtest.report.ON` and ``OFF`` is highlighted
        data: the same for programs (``--json``): JSON values, no NaN
        code: exit code; those of the gate where there is a verdict
        pages: it may be long, and a terminal shows it page by page

    """

    text: str
    data: Mapping[str, Any]
    code: int = 0
    pages: bool = False
