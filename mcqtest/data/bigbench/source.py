"""The source of a benchmark of JSON tasks (`mcqtest.types.Finder`)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from mcqtest.data.bigbench import reading
from mcqtest.data.bigbench.example import Example
from mcqtest.data.bigbench.folders import FILES, Folders, folders
from mcqtest.data.bigbench.people import people
from mcqtest.types import McqtestError


@dataclass(frozen=True)
class JsonTasks:
    """The JSON tasks in ``folder`` below ``--data``, or in the installed official package."""

    folder: str
    place: Path | None = None

    def names(self, root: Path | None) -> Sequence[str]:
        return folders(self.folder, root).names()

    def load(self, name: str, root: Path | None) -> tuple[Example, ...]:
        """Those of its subtasks after one another, in the order of their folders."""
        there = folders(self.folder, root)
        return tuple(_examples(there, name, name, people(there.root).get(name)))


def _examples(
    there: Folders, folder: str, task: str, people: tuple[float, float] | None
) -> Iterator[Example]:
    found = there.file(folder)
    if found is None:
        raise McqtestError(
            f"{there.root}: no {folder}/{FILES[0]}; add it, or leave the task out with -k"
        )
    keys = reading.keys_of(found.path, found.name)
    if "examples" in keys:
        yield from reading.examples(keys, found.name, folder[len(task) + 1 :], people)
        return
    below = there.subtasks(folder)
    if not below:
        raise McqtestError(
            f"{found.name}: neither examples nor folders of subtasks beside it; restore them"
        )
    for each in below:
        yield from _examples(there, each, task, people)
