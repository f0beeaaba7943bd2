"""Baselines as syrupy snapshots: one text file per task, in a folder per model.

``assert results == baseline`` asks the run for its verdict; syrupy does what it is for, which
is telling a missing snapshot from a different one, and writing. With ``--snapshot-update``
files are written to a staging folder and published by `publish` once the whole run is judged,
so that a refused or broken update leaves every old file as it was.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, ClassVar

from syrupy.assertion import SnapshotAssertion
from syrupy.data import SnapshotCollections
from syrupy.extensions.single_file import SingleFileSnapshotExtension, WriteMode

from mcqtest.case import Case
from mcqtest.identity import target
from mcqtest.run import Run
from mcqtest.types import McqtestError, Results, Task


class BaselineExtension(SingleFileSnapshotExtension):
    """Where a task's baseline is, and when it holds.

    syrupy makes extensions without arguments, so the run of this process and the task of every
    test are class attributes.
    """

    _write_mode = WriteMode.TEXT
    file_extension = "txt"
    run: ClassVar[Run]
    tasks: ClassVar[dict[str, Task]] = {}
    """Node id -> task."""

    def serialize(self, data: Any, **_: Any) -> str:
        return self.run.judge.text(data)

    def matches(self, *, serialized_data: Any, snapshot_data: Any) -> bool:  # noqa: ARG002
        """The gate, not equality: the verdict was asked for by `Baseline` and is not red."""
        return True

    def discover_snapshots(self, **_: Any) -> SnapshotCollections:
        """None: a baseline whose task was not selected is not unused, and never removed."""
        return SnapshotCollections()

    @classmethod
    def get_location(cls, *, test_location: Any, index: Any) -> str:  # noqa: ARG003
        task = cls.tasks[test_location.nodeid]
        if cls.run.settings.update:  # nothing is there, so syrupy always writes
            return str(staged(cls.run.staging, task.benchmark.name, task.name))
        return str(cls.run.judge.place(task))

    @classmethod
    def matches_test_location(cls, *, test_location: Any, snapshot_location: str) -> bool:  # noqa: ARG003
        """Files are named after tasks, not after tests."""
        return True

    @classmethod
    def write_snapshot_collection(cls, *, snapshot_collection: Any, name_order: Any = None) -> None:  # noqa: ARG003
        write(Path(snapshot_collection.location), next(iter(snapshot_collection)).data)


class Baseline:
    """What the ``baseline`` fixture gives: the right side of ``assert results == baseline``."""

    __hash__ = None  # type: ignore[assignment]  # compared, never looked up

    def __init__(self, run: Run, snapshot: SnapshotAssertion) -> None:
        self.run = run
        self.case: Case | None = None
        """Set by the comparison."""
        self._snapshot = snapshot

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Results):
            raise TypeError(f"a baseline is compared with results, not with {type(other).__name__}")
        self.case = self.run.case(other, compared=True)
        if self.case.failures:
            return False
        if self.run.judge.baseline is None:
            return True
        equal = bool(self._snapshot == other)
        for execution in self._snapshot.executions.values():
            if execution.exception is not None:  # syrupy would call this a difference
                raise execution.exception
        return equal


def staged(staging: Path, benchmark: str, task: str) -> Path:
    """The staged file of a task."""
    return staging / benchmark / f"{task}.txt"


def write(path: Path, text: str) -> None:
    """Write a whole file or leave the old one; never half of one."""
    write_all({path: text})


def write_all(texts: Mapping[Path, str]) -> None:
    """Write all files or leave all old ones: everything that needs room is done before the
    first old file is replaced.
    """
    temporaries = {path: path.with_name(f".{path.name}.{os.getpid()}.tmp") for path in texts}
    path = None
    try:
        for path, text in texts.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            temporaries[path].write_text(text, "utf-8", newline="\n")
        for path, temporary in temporaries.items():
            temporary.replace(path)
    except OSError as error:
        raise McqtestError(
            f"{path}: cannot be written ({error.strerror}); free space or rights there, then run "
            "the same command again: stored responses are kept"
        ) from None
    finally:
        for temporary in temporaries.values():
            with contextlib.suppress(OSError):
                temporary.unlink(missing_ok=True)


def publish(run: Run, tasks: Iterable[tuple[str, str]]) -> None:
    """Make the staged files of ``tasks`` (benchmark, task) the baseline."""
    texts = {}
    for benchmark, task in tasks:
        place = target(run.settings, str(run.judge.baseline), benchmark, task)
        texts[place] = staged(run.staging, benchmark, task).read_text("utf-8")
    write_all(texts)
