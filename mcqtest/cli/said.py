"""What a command says, for people and for programs, and what it exits with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Said:
    """The answer of a command.

    Attributes:
        text: for people, lines without an end of line behind the last
        data: the same for programs (``--json``): JSON values, no NaN
        code: exit code; those of the gate where there is a verdict

    """

    text: str
    data: Mapping[str, Any]
    code: int = 0
