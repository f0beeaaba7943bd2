"""A side's stored answers, scored again on questions that people have looked at."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from functools import cached_property

from mcqtest.archive import Kept
from mcqtest.data import OK, Note, Notes, fingerprint
from mcqtest.gate import Made, Policy, made
from mcqtest.sides.definitions import Definitions
from mcqtest.sides.side import Key, Side, Stored, chosen
from mcqtest.types import Identity, McqtestError, Question, Result, Results, Score, Task

CONVENTIONS = {
    "published": "every question that was looked at, with its published key",
    "ok": "questions without a flaw alone",
    "mended": "with mended keys; without questions that have no right choice",
}
"""How a benchmark's flaws are dealt with. MMLU-Redux's own tables show ``published`` and ``ok``."""


class Rescored(Side):
    """``side`` by one of `CONVENTIONS`; its tasks are those with noted questions that ``wanted``
    takes. Questions have to be known: from its run folder, or from the data of ``definitions``.
    """

    def __init__(
        self,
        side: Side,
        notes: Notes,
        convention: str,
        definitions: Definitions,
        wanted: Callable[[Key], bool] = lambda _: True,
    ) -> None:
        super().__init__(side.name, side.folder)
        self.kind = f"rescored {side.kind}"
        self.labels: Counter[str] = Counter()
        """How often each label stands at the questions that were looked at."""
        self._side, self._notes, self._convention = side, notes, convention
        self._definitions, self._wanted = definitions, wanted

    @property
    def identity(self) -> Identity:
        return self._side.identity

    @property
    def policy(self) -> Policy | None:
        return self._side.policy

    @property
    def remembered(self) -> Kept | None:
        return self._side.remembered

    @property
    def problems(self) -> Sequence[str]:
        return self._side.problems

    @property
    def tasks(self) -> Mapping[Key, Sequence[Stored]]:
        return {key: [stored] for key, (_, stored, _) in self._made.items()}

    @cached_property
    def accuracy(self) -> tuple[int, float]:
        """Of how many questions, and the share that is right. Raises `McqtestError` where there
        are none.
        """
        scores = [score for found, _, _ in self._made.values() for score in found.scores]
        if not scores:
            raise McqtestError(
                f"{self.name}: {self._notes.name} has notes on none of its questions; name a run "
                "of what they are about, or another list with --clean"
            )
        return len(scores), sum(score.value for score in scores) / len(scores)

    @cached_property
    def _made(self) -> Mapping[Key, tuple[Made, Stored, tuple[Question, ...]]]:
        found = {}
        for key, ways in self._side.tasks.items():
            if self._wanted(key) and (one := self._task(key, ways[0])) is not None:
                found[key] = one
        return found

    def _task(self, key: Key, stored: Stored) -> tuple[Made, Stored, tuple[Question, ...]] | None:
        task = self._definition(key)
        asked = self._side.questions(stored)
        if asked is None:
            asked = tuple(self._definitions.questions(task, stored))
        notes = self._notes.of(task, asked)
        if not any(notes):
            return None
        self.labels.update(note.label for note in notes if note is not None)
        items = [
            self._mended(result, note)
            for result, note in zip(self._side.results(task, stored, asked), notes, strict=True)
            if note is not None and self._counts(note)
        ]
        if not items:
            return None
        questions = tuple(item.question for item in items)
        template = stored.record.setup.partition(", chat template ")[2]
        known_as = fingerprint(questions)[: len(stored.known_as)]
        results = Results(task, tuple(items), known_as, stored.record.asking, template)
        new = made(results, self.identity)
        about = {**stored.about}
        return new, Stored(new.record, str(new.companion), stored.where, about), questions

    def _definition(self, key: Key) -> Task:
        """As the run remembers it, else as its file defines it."""
        kept = self._side.remembered
        light = self._definitions.light(kept.policy, key[0]) if kept else None
        fit = [each for each in light.tasks if each.name == key[1]] if light else []
        return fit[0] if fit else self._definitions.task(*key)

    def _counts(self, note: Note) -> bool:
        if self._convention == "ok":
            return note.label == OK
        return self._convention == "published" or bool(note.right)

    def _mended(self, result: Result, note: Note) -> Result:
        """One answer by this convention. Of several right choices each counts, and the first
        stands for them where there can be only one.
        """
        if result.value not in {0.0, 1.0} or not result.question.choices:
            raise McqtestError(
                f"{self.name}: question {result.question.id} is worth {result.value:g}, and only "
                "choices that are right or wrong can be scored again; leave its task out with -k"
            )
        if self._convention != "mended":
            return result
        question = result.question
        if question.answer not in note.right:
            question = replace(question, answer=note.right[0])
        return replace(result, question=question, value=float(result.answer in note.right))

    def scores(
        self,
        wanted: Mapping[Key, Collection[int] | None],
        *,
        texts: bool,  # noqa: ARG002
    ) -> dict[Key, list[Score]]:
        return {key: chosen(self._made[key][0].scores, rows) for key, rows in wanted.items()}

    def results(self, task: Task, stored: Stored, asked: Sequence[Question] | None) -> Results:  # noqa: ARG002
        return replace(self._made[stored.key][0].results, task=task)

    def questions(self, stored: Stored) -> tuple[Question, ...] | None:
        return self._made[stored.key][2]
