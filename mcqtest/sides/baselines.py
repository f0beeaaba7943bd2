"""A baseline as a side: letters, and what stands beside them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from functools import cached_property
from pathlib import Path

from mcqtest import archive
from mcqtest.archive import Kept
from mcqtest.gate import Record, beside, parse
from mcqtest.sides.side import Key, Side, Stored
from mcqtest.types import LETTERS, Identity, McqtestError, Question, Score


class BaselineSide(Side):
    """See the module. Which answers are right it knows of those that it has right; of the others
    where their questions are kept in the run folder.
    """

    kind = "baseline"

    def __init__(self, place: Path, folder: Path) -> None:
        super().__init__(place.name, folder)
        self.place = place
        self._chosen: dict[Key, Stored] = {}

    @property
    def identity(self) -> Identity:
        first = next(iter(self.tasks.values()))[0].record
        setup = first.setup.partition(", chat template ")[0]
        return Identity(
            name=first.model,
            folder="",
            weights=first.weights,
            key="",
            setup=setup,
            device="",
            stamp="",
        )

    @cached_property
    def remembered(self) -> Kept | None:
        return archive.holding(next(iter(self.tasks.values()))[0].record, self.folder)

    @cached_property
    def tasks(self) -> Mapping[Key, Sequence[Stored]]:
        found: dict[Key, list[Stored]] = {}
        paths = sorted(self.place.rglob("*.txt"), key=lambda path: (len(path.parts), path))
        for path in paths:
            record = parse(_text(path), where=str(path))
            if record.contradiction:
                raise McqtestError(f"{path}: {record.contradiction}; restore it")
            other = beside(path)
            kept = _text(other) if other.is_file() else None
            found.setdefault((record.benchmark, record.task), []).append(
                Stored(record, kept, str(path))
            )
        if not found:
            raise McqtestError(f"{self.place}: no baseline is there; name its folder")
        return dict(sorted(found.items()))

    def choose(self, stored: Stored) -> None:
        self._chosen[stored.key] = stored

    def scores(
        self,
        wanted: Mapping[Key, Collection[int] | None],
        *,
        texts: bool,  # noqa: ARG002
    ) -> dict[Key, list[Score]]:
        found = {}
        for key, rows in wanted.items():
            every = self._told(self._chosen.get(key, self.tasks[key][0]))
            found[key] = [each for row, each in enumerate(every) if rows is None or row in rows]
        return found

    def _told(self, stored: Stored) -> list[Score]:
        """What the letters of a task say, and what stands beside them."""
        record, kept = stored.record, stored.companion
        asked = self.questions(stored)
        found = []
        for row, value in enumerate(record.values):
            question = _unknown(record, row) if asked is None else asked[row]
            # Without the right answer to each, nothing can be said of what they are worth.
            likely = kept.probabilities[row] if asked and kept and kept.probabilities else None
            found.append(
                Score(
                    id=question.id,
                    value=value,
                    answer=_answer(record, row),
                    gold=question.gold,
                    choices=len(question.choices),
                    probabilities=likely,
                    texts=("",) * ("reader " in record.asking),
                    truncated=kept.truncated[row] if kept and kept.truncated else None,
                    subject=question.subject,
                    human_accuracy=question.human_accuracy,
                )
            )
        return found


def _unknown(record: Record, row: int) -> Question:
    """A question that is not kept: its right choice is known where the answer is right."""
    answer, is_right = _answer(record, row), record.values[row] >= 1
    if answer is None or not is_right:
        return Question("", (), -1, str(row))
    return Question("", ("",) * (answer + 1), answer, str(row))


def _answer(record: Record, row: int) -> int | None:
    """The choice that a letter names; None where there is none."""
    index = LETTERS.find(record.marks[row].upper()) if record.marks else -1
    return index if index >= 0 else None


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise McqtestError(f"{path}: cannot be read ({error}); restore it") from None
