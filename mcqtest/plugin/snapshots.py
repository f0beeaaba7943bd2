"""Baselines as syrupy snapshots: one text file per task, in a folder per model.

``assert results == baseline`` asks the run for its verdict; syrupy does what it is for, which
is telling a missing snapshot from a different one, and writing. With ``--snapshot-update``
files are written to a staging folder and published (`mcqtest.gate.publish`) once the whole run is
judged, so that a refused or broken update leaves every old file as it was.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar

from syrupy.assertion import SnapshotAssertion
from syrupy.data import SnapshotCollections
from syrupy.extensions.single_file import SingleFileSnapshotExtension, WriteMode

from mcqtest.gate import Outcome, beside, staged, write_all
from mcqtest.run import Run
from mcqtest.types import Results, Task


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

    companions: ClassVar[dict[str, str]] = {}
    """A baseline's text -> that of the file beside it, until both are written."""

    def serialize(self, data: Any, **_: Any) -> str:
        text = self.run.judge.text(data)
        if self.run.policy.update:  # else nothing is written
            asked = self.run.engine.has_asked(data.task)
            self.companions[text] = self.run.judge.companion(data, asked=asked)
        return text

    def matches(self, *, serialized_data: Any, snapshot_data: Any) -> bool:  # noqa: ARG002
        """The gate, not equality: the verdict was asked for by `Baseline` and is not red."""
        return True

    def discover_snapshots(self, **_: Any) -> SnapshotCollections:
        """None: a baseline whose task was not selected is not unused, and never removed."""
        return SnapshotCollections()

    @classmethod
    def get_location(cls, *, test_location: Any, index: Any) -> str:  # noqa: ARG003
        task = cls.tasks[test_location.nodeid]
        if cls.run.policy.update:  # nothing is there, so syrupy always writes
            return str(staged(cls.run.staging, task.benchmark.name, task.name))
        return str(cls.run.baselines.place(task))

    @classmethod
    def matches_test_location(cls, *, test_location: Any, snapshot_location: str) -> bool:  # noqa: ARG003
        """Files are named after tasks, not after tests."""
        return True

    @classmethod
    def write_snapshot_collection(cls, *, snapshot_collection: Any, name_order: Any = None) -> None:  # noqa: ARG003
        place, text = Path(snapshot_collection.location), next(iter(snapshot_collection)).data
        write_all({place: text, beside(place): cls.companions.pop(text)})


class Baseline:
    """What the ``baseline`` fixture gives: the right side of ``assert results == baseline``."""

    __hash__ = None  # type: ignore[assignment]  # compared, never looked up

    def __init__(self, run: Run, snapshot: SnapshotAssertion) -> None:
        self.run = run
        self.outcome: Outcome | None = None
        """Set by the comparison."""
        self._snapshot = snapshot

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Results):
            raise TypeError(f"a baseline is compared with results, not with {type(other).__name__}")
        self.outcome = self.run.outcome(other, compared=True)
        if self.outcome.failures:
            return False
        if self.run.policy.baseline is None:
            return True
        equal = bool(self._snapshot == other)
        for execution in self._snapshot.executions.values():
            if execution.exception is not None:  # syrupy would call this a difference
                raise execution.exception
        return equal
