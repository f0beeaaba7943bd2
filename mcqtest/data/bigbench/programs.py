"""The programmatic tasks of the installed official package: found, and known again, by their files.

Nothing here runs or imports them.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from mcqtest.data.bigbench.folders import FILES, installed
from mcqtest.types import McqtestError, Question

CODE = "task.py"
_TASK = re.compile(r"^class \w+\(.*\bTask\b", re.MULTILINE)
_LEFT_OUT = {"__pycache__", "results"}
"""Folders in a task's that its scores do not hang on."""
_OF_PEOPLE = {".md", ".png", ".pdf", ".pyc"}
"""Ends of files that are for people, or made of others."""

INSTALL = "pip install --no-deps --no-binary bigbench bigbench==1.0.0"


@dataclass(frozen=True, slots=True)
class Program(Question):
    """A programmatic task as the one question that it is: ``text`` says which code it is."""

    folder: Path = Path()
    """Where its code lies."""
    version: str = ""
    """Of the package."""


@dataclass(frozen=True)
class Programs:
    """All of them; a `mcqtest.types.Finder`. They are code, and taken from the installed package
    alone, whatever ``--data`` says.
    """

    folder: str
    place: Path | None = None

    def names(self, root: Path | None) -> Sequence[str]:  # noqa: ARG002
        return [each.name for each in sorted(_tasks(self.folder).iterdir()) if _is_program(each)]

    def load(self, name: str, root: Path | None) -> tuple[Program]:  # noqa: ARG002
        """The task alone. Another version of its files is another question."""
        there = _tasks(self.folder)
        if not _is_program(there / name):
            raise McqtestError(
                f"{there}: no {name}/{CODE} with a task in it; leave the task out with -k"
            )
        digest = hashlib.sha256()
        for path in _files(there / name):
            digest.update(f"{path.relative_to(there).as_posix()}\n".encode())
            digest.update(hashlib.sha256(path.read_bytes()).digest())
        code = digest.hexdigest()
        return (Program(f"{name} {code}", (), -1, name, folder=there / name, version=_version()),)


def _tasks(folder: str) -> Path:
    if (found := installed()) is None:
        raise McqtestError(
            f"{folder}: its tasks are code of the official package, which is not installed; say "
            f"{INSTALL}"
        )
    return found


def _is_program(folder: Path) -> bool:
    if any((folder / name).is_file() for name in FILES) or not (folder / CODE).is_file():
        return False
    return _TASK.search((folder / CODE).read_text("utf-8", "replace")) is not None


def _files(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")):
        inside = path.relative_to(folder)
        if path.is_file() and not {*inside.parts} & _LEFT_OUT and path.suffix not in _OF_PEOPLE:
            yield path


def _version() -> str:
    with suppress(importlib.metadata.PackageNotFoundError):
        return importlib.metadata.version("bigbench")
    return ""
