"""MMLU-Pro's later corrections: rows that its authors replaced, by ``question_id``."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import cached_property
from pathlib import Path

from mcqtest.data.clean.note import OK, Note
from mcqtest.data.tables import AGAIN, comparable, read, shown
from mcqtest.types import McqtestError, Question, Task


class Corrections:
    """Files of whole rows, of which the last one for a question counts.

    Where the correction has the same text and choices, in any order, the answer given can be
    judged by the new key. Where it asks something else, the answer was to another question, and
    nothing can be scored.
    """

    name = "mmlu_pro_corrections"

    def __init__(self, paths: Sequence[Path]) -> None:
        self._paths = paths
        self._met: set[str] = set()

    @staticmethod
    def is_one(path: Path) -> bool:
        """Whether a table is one of corrections, and no list of one's own."""
        rows = read(path, path.name, None)
        return bool(rows) and "question_id" in rows[0].cells

    @property
    def strays(self) -> Collection[str]:
        return [f"question_id {each}" for each in self._rows.keys() - self._met]

    def of(self, task: Task, asked: Sequence[Question]) -> Sequence[Note | None]:  # noqa: ARG002
        found: list[Note | None] = []
        for question in asked:
            if (new := self._rows.get(question.id)) is None:
                found.append(Note(OK, (question.answer,)))
            else:
                self._met.add(question.id)
                found.append(_note(question, *new))
        return found

    @cached_property
    def _rows(self) -> dict[str, tuple[str, list[str], int]]:
        """Id -> text, choices and right choice."""
        found = {}
        for path in self._paths:
            for row in read(path, path.name, None):
                text, choices = row.cells.get("question"), row.cells.get("options")
                index = row.cells.get("answer_index")
                if (
                    not isinstance(text, str)
                    or not isinstance(choices, list)
                    or not isinstance(index, int)
                    or not 0 <= index < len(choices)
                ):
                    raise McqtestError(
                        f"{row.where}: question is {shown(text)}, options {shown(choices)}, "
                        f"answer_index {shown(index)}; expected a text, a list and an index of it; "
                        f"mend it {AGAIN}"
                    )
                found[str(row.cells.get("question_id"))] = (text, [*map(str, choices)], index)
        return found


def _note(question: Question, text: str, choices: Sequence[str], index: int) -> Note:
    old, new = [*map(comparable, question.choices)], [*map(comparable, choices)]
    if comparable(question.text) != comparable(text) or sorted(old) != sorted(new):
        return Note("asks_something_else", ())
    if old.count(new[index]) != 1:
        return Note("equal_options", ())
    right = old.index(new[index])
    return Note(OK if right == question.answer else "wrong_groundtruth", (right,))
