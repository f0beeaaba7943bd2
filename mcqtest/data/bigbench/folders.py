"""Where the JSON tasks are: a folder each, ``task.json`` in it, and folders of subtasks below.

Nothing outside of the folder that holds all of them is read, wherever links lead.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from mcqtest.data.tables import AGAIN
from mcqtest.types import McqtestError

FILES = ("task.json", "task.json.gz")
_DEEPEST = 8
"""Folders inside each other; the official tasks have two."""


class Found(NamedTuple):
    """The file of a task or subtask."""

    path: Path
    name: str
    """In messages: below the folder of all tasks."""


class Folders:
    """All tasks that lie in one folder."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._real = root.resolve()

    @property
    def root(self) -> Path:
        return self._root

    def names(self) -> list[str]:
        """Of the tasks, in order."""
        return [each.name for each in self._below(self._root)]

    def file(self, folder: str) -> Found | None:
        """That of the task in this folder; None where there is none. Raises `McqtestError` for one
        that lies elsewhere, and for two.
        """
        place = self._root / folder
        found = [place / name for name in FILES if (place / name).is_file()]
        if len(found) > 1:
            raise McqtestError(
                f"{folder}: both {FILES[0]} and {FILES[1]} are there; keep one of them"
            )
        if not found:
            return None
        self._inside(found[0])
        return Found(found[0], found[0].relative_to(self._root).as_posix())

    def subtasks(self, folder: str) -> Sequence[str]:
        """The folders of its subtasks, in the order of their names. Raises `McqtestError` where
        they lead back to one that they are in.
        """
        place = self._root / folder
        above = [self._real, *self._chain(folder)]
        below = list(self._below(place))
        for each in below:
            if each.resolve() in above:
                raise McqtestError(
                    f"{each.relative_to(self._root)}: leads back to a folder that it is in, so its "
                    "subtasks have no end; remove the link"
                )
        if below and len(above) > _DEEPEST:
            raise McqtestError(f"{folder}: more than {_DEEPEST} folders inside each other")
        return [each.relative_to(self._root).as_posix() for each in below]

    def _chain(self, folder: str) -> Iterator[Path]:
        """Where a folder and those that it is in really are."""
        place = self._root / folder
        while place != self._root:
            yield place.resolve()
            place = place.parent

    def _below(self, place: Path) -> Iterator[Path]:
        """The folders in this one that hold a task."""
        try:
            inside = sorted(place.iterdir())
        except OSError as error:
            raise McqtestError(f"{place}: cannot be read ({error.strerror}); mend it") from None
        for each in inside:
            with suppress(OSError):  # a link in a circle
                if each.name.startswith(".") or not each.is_dir():
                    continue
                if any((each / name).is_file() for name in FILES):
                    self._inside(each)
                    yield each

    def _inside(self, path: Path) -> None:
        if not path.resolve().is_relative_to(self._real):
            raise McqtestError(
                f"{path.relative_to(self._root).as_posix()}: a link that leads out of "
                f"{self._root}, where nothing is read; put the files there {AGAIN}"
            )


def folders(folder: str, root: Path | None) -> Folders:
    """Those of ``folder`` below the ``root`` of ``--data`` (or of that itself), where it holds any;
    else those of the installed official package. Raises `McqtestError` where there are none.
    """
    tried = [] if root is None else [root / folder, root]
    if (package := installed()) is not None:
        tried.append(package)
    for place in tried:
        if place.is_dir() and (found := Folders(place)).names():
            return found
    where = "the official package is not installed" if root is None else f"{root}: none there"
    raise McqtestError(
        f"{folder}: no tasks, which are folders with a {FILES[0]} ({where}); put them in "
        f"DIR/{folder} and say --data DIR, or install the package bigbench"
    )


def installed() -> Path | None:
    """The tasks of the official package; it is not imported."""
    with suppress(ImportError, ValueError):
        found = importlib.util.find_spec("bigbench")
        for place in (found and found.submodule_search_locations) or ():
            if (tasks := Path(place) / "benchmark_tasks").is_dir():
                return tasks
    return None
