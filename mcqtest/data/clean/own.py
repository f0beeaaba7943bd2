"""Anybody's own list of questions to drop, and of keys to mend."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path

from mcqtest.data.clean.note import OK, Note
from mcqtest.data.clean.redux import stated
from mcqtest.data.tables import names, read, shown
from mcqtest.types import McqtestError, Question, Task


class Listed:
    """A CSV or JSONL with the columns ``id`` (``benchmark/task/id``, ``task/id`` or ``id``) and
    ``answer``: the right choices as letters or indices from 0, several with commas; empty drops the
    question. A column ``label`` says why. Raises `McqtestError` naming the row.
    """

    def __init__(self, path: Path) -> None:
        self.name = path.name
        self._met: set[str] = set()
        self._rows: dict[str, tuple[str, str, str]] = {}
        for row in read(path, path.name, None):
            if "id" not in row.cells or "answer" not in row.cells:
                raise McqtestError(
                    f"{row.where}: columns {names(row.cells)}; expected id and answer (empty to "
                    "drop a question)"
                )
            answer, label = row.cells["answer"], row.cells.get("label")
            said = answer if isinstance(answer, list) else ["" if answer is None else answer]
            self._rows[str(row.cells["id"])] = (
                row.where,
                ",".join(map(str, said)).strip(),
                str(label or ""),
            )

    @property
    def strays(self) -> Collection[str]:
        return [self._rows[id_][0] for id_ in self._rows if id_ not in self._met]

    def of(self, task: Task, asked: Sequence[Question]) -> Sequence[Note | None]:
        return [self._note(task, question) for question in asked]

    def _note(self, task: Task, question: Question) -> Note:
        ids = (f"{task.path}/{question.id}", f"{task.name}/{question.id}", question.id)
        id_ = next((each for each in ids if each in self._rows), None)
        if id_ is None:
            return Note(OK, (question.answer,))
        self._met.add(id_)
        where, said, label = self._rows[id_]
        right = stated(said, len(question.choices))
        if said and not right:
            raise McqtestError(
                f"{where}: answer is {shown(said)}, expected letters or indices from 0 of its "
                f"{len(question.choices)} choices, with commas; mend it, or leave it empty"
            )
        if right == (question.answer,):
            return Note(OK, right)
        return Note(label or ("mended" if right else "dropped"), right)
