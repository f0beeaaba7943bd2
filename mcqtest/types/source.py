"""Where a benchmark's questions are and what their tables look like. Plain frozen values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from mcqtest.types.question import Question


@dataclass(frozen=True, slots=True)
class Columns:
    """Which column of a published table holds what.

    ``choices`` names one column that holds a list, or one column per choice. Answers are
    letters, or numbers that count from ``first``.
    """

    question: str = "question"
    choices: str | tuple[str, ...] = "choices"
    answer: str = "answer"
    first: int = 0
    id: str | None = None
    task: str | None = None
    """Column that names the task, where one file holds several."""
    reasoning: str | None = None
    subject: str | None = None
    """Column that names the subject of an examination."""
    human_accuracy: str | None = None
    """Column with the share of people who were right; empty and 0 stand for not known, and numbers
    above 1 for per cent.
    """
    padding: str | None = None
    """Stands at the end of a list of choices where there are fewer, and is no choice."""
    fewest: int = 2
    """Choices that a question has at least."""
    description: str | None = None
    """Column with the task's description; only worked examples have one."""


@dataclass(frozen=True, slots=True)
class Layout:
    """Files of one published form: ``path`` holds ``{task}`` and ``{split}``, and ``*`` for what is
    not known of a name, where exactly one file must fit.
    """

    path: str
    columns: Columns
    header: tuple[str, ...] | None = None
    """Column names of a CSV that has no header row; None where the file names its own."""
    splits: Mapping[str, str] = field(default_factory=dict)
    """Names of ``test`` and ``shots`` in this form, where they differ from those."""
    names: Mapping[str, str] = field(default_factory=dict)
    """Names of tasks in paths, where they differ."""
    rows: str | None = None
    """The key whose list holds the rows, where the file is one JSON object and not one a line."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where a benchmark's questions are: a folder below ``--data``, else the hub."""

    folder: str
    layouts: tuple[Layout, ...]
    """Local forms, first match wins; the last one is also the form of the hub."""
    hub: str | None = None
    revision: str | None = None
    """None: none is known to pin; the newest one is taken."""
    worked: tuple[Layout, ...] = ()
    """Forms of worked examples that are published elsewhere; local files only."""
    place: Path | None = None
    """The folder that they come with, whatever ``--data`` says."""
    page: str = ""
    """Where people get the files that are not on the hub, for messages."""


class Finder(Protocol):
    """A source that is no set of tables: it finds its own tasks, and reads them itself."""

    @property
    def folder(self) -> str:
        """Below ``--data``."""
        ...

    @property
    def place(self) -> Path | None:
        """The folder that its tasks come with, whatever ``--data`` says."""
        ...

    def names(self, root: Path | None) -> Sequence[str]:
        """Of all tasks that are there, in order; ``root`` is the folder of ``--data``, if any.
        Raises `McqtestError` where there are none.
        """
        ...

    def load(self, name: str, root: Path | None) -> tuple[Question, ...]:
        """All questions of a task. Raises `McqtestError`."""
        ...
