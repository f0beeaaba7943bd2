"""Recorded outputs as a side: read as the backend ``replay`` reads them, by a run of its own."""

from __future__ import annotations

import tempfile
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from mcqtest.gate import Made, made
from mcqtest.run import Run, Settings
from mcqtest.sides.side import Key, Side, Stored, chosen
from mcqtest.types import Identity, Question, Results, Score, Task


class _Ran(NamedTuple):
    """A run that is over: what came of each task, and what was asked."""

    identity: Identity
    tasks: Mapping[Key, tuple[Made, Stored, tuple[Question, ...]]]


class RecordingSide(Side):
    """See the module. ``settings`` are those of a run that replays it, and ``asked`` what it is to
    have answered.
    """

    kind = "recording"

    def __init__(self, settings: Settings, asked: Sequence[Task]) -> None:
        name = Path(settings.model).name.removesuffix(".gz").removesuffix(".jsonl")
        super().__init__(name, Path(settings.run_dir))
        self._asked = asked
        self._settings = settings

    @property
    def identity(self) -> Identity:
        return self._ran.identity

    @cached_property
    def _ran(self) -> _Ran:
        """What the run came to. Responses that it stores are of no use to anybody."""
        with tempfile.TemporaryDirectory(prefix="mcqtest-") as folder:
            run = Run(replace(self._settings, run_dir=folder, baseline="none"))
            try:
                run.plan(self._asked)
                tasks = {}
                for task, planned in run.planned.items():
                    each = made(run.results(task), run.identity)
                    about = {"in_part": bool(planned.left_out)}
                    stored = Stored(each.record, str(each.companion), self.name, about)
                    tasks[stored.key] = each, stored, planned.questions
            finally:
                run.close()
            return _Ran(run.identity, tasks)

    @property
    def tasks(self) -> Mapping[Key, Sequence[Stored]]:
        return {key: [stored] for key, (_, stored, _) in self._ran.tasks.items()}

    def scores(
        self,
        wanted: Mapping[Key, Collection[int] | None],
        *,
        texts: bool,  # noqa: ARG002
    ) -> dict[Key, list[Score]]:
        return {key: chosen(self._ran.tasks[key][0].scores, rows) for key, rows in wanted.items()}

    def results(self, task: Task, stored: Stored, asked: Sequence[Question] | None) -> Results:  # noqa: ARG002
        return replace(self._ran.tasks[stored.key][0].results, task=task)

    def questions(self, stored: Stored) -> tuple[Question, ...] | None:
        return self._ran.tasks[stored.key][2]
