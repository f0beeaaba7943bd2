"""One side of a comparison: a model's answers to the questions of some tasks."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from mcqtest import archive
from mcqtest.archive import Kept
from mcqtest.gate import Companion, Excerpt, Policy, Record
from mcqtest.types import Identity, Question, Result, Results, Score, Task

Key = tuple[str, str]
"""Benchmark and task."""


@dataclass(frozen=True)
class Stored:
    """One task of a side, in one way of asking."""

    record: Record
    """As its baseline says it, or would."""
    beside: str | None
    """The text of the file beside that; None where there is none."""
    where: str
    """For messages."""
    about: Mapping[str, Any] = field(default_factory=dict)
    """What a run kept of its outcome (`mcqtest.archive.KeptTask`)."""
    whole: Stored | None = None
    """What this is a part of, where it is one (`cut`)."""
    places: Sequence[int] = ()
    """0-based, of its questions among those of the whole."""

    @property
    def key(self) -> Key:
        return self.record.benchmark, self.record.task

    @property
    def known_as(self) -> str:
        """The fingerprint of its questions."""
        return self.record.questions.partition(", ")[2]

    @cached_property
    def companion(self) -> Companion | None:
        """What letters cannot hold. Raises `McqtestError` for a damaged one."""
        if self.whole is not None:
            every = self.whole.companion
            return every and _excerpt(self.places, self.whole).companion(every, self.record)
        if self.beside is None:
            return None
        return Companion.of_text(self.beside, self.record, where=self.where)

    def cut(self, now: Stored) -> Stored:
        """As if no more had been answered than was ``now``, where a run has found that these are
        some of its questions, asked as they were asked here; itself elsewhere.
        """
        whole = now.about.get("whole")
        ours = {"questions": self.record.questions, "asking": self.record.asking}
        if not whole or any(whole[name] != each for name, each in ours.items()):
            return self
        told = {"questions": now.record.questions, "asking": now.record.asking}
        record = _excerpt(whole["places"], self).record(self.record, **told)
        return replace(self, record=record, whole=self, places=whole["places"])


def _excerpt(places: Sequence[int], whole: Stored) -> Excerpt:
    record = whole.record
    return Excerpt(places, record.count, lambda: whole.known_as, lambda: record.asking)


class Side(ABC):
    """See the module."""

    kind: str
    """``run``, ``baseline`` or ``recording``."""

    def __init__(self, name: str, folder: Path) -> None:
        self.name = name
        self.folder = folder
        """The run folder that its questions may be kept in."""

    @property
    @abstractmethod
    def identity(self) -> Identity:
        """The model, as far as it is known."""

    @property
    def policy(self) -> Policy | None:
        """What it was held to; None for what was not held to anything."""
        return None

    @property
    def remembered(self) -> Kept | None:
        """A run that knew its benchmarks; None where there is none."""
        return None

    @property
    def problems(self) -> Sequence[str]:
        """What stands against a pass apart from verdicts."""
        return ()

    @property
    @abstractmethod
    def tasks(self) -> Mapping[Key, Sequence[Stored]]:
        """All tasks, each in all ways in which it is there, its benchmark's own first."""

    def choose(self, stored: Stored) -> None:  # noqa: B027  most have one way of each task
        """Of a task that is there in several ways, mean this one from here on."""

    @abstractmethod
    def scores(
        self, wanted: Mapping[Key, Collection[int] | None], *, texts: bool
    ) -> dict[Key, list[Score]]:
        """The answers to a task's questions, or to those in these 0-based rows, in their order;
        without ``texts``, empty ones stand in their place.
        """

    def results(self, task: Task, stored: Stored, asked: Sequence[Question] | None) -> Results:
        """The answers of a task as a run has them, to be judged; ``asked`` are its questions,
        where more has to be known of them than their right answers.
        """
        scores = self.scores({stored.key: None}, texts=bool(task.benchmark.metrics))[stored.key]
        if asked is None:
            asked = [_question(score) for score in scores]
        items = tuple(_result(*pair) for pair in zip(scores, asked, strict=True))
        template = stored.record.setup.partition(", chat template ")[2]
        return Results(task, items, stored.known_as, stored.record.asking, template)

    def questions(self, stored: Stored) -> tuple[Question, ...] | None:
        """What was asked; None where the texts are not kept."""
        return archive.questions(self.folder, stored.known_as)


def chosen(scores: Sequence[Score], rows: Collection[int] | None) -> list[Score]:
    """Those in these rows; None: all."""
    return [score for row, score in enumerate(scores) if rows is None or row in rows]


def _question(score: Score) -> Question:
    """A question as far as its score tells it."""
    is_choice = isinstance(score.gold, int)
    return Question(
        text="",
        choices=("",) * score.choices,
        answer=int(score.gold) if is_choice and score.gold is not None else -1,
        id=score.id,
        subject=score.subject,
        human_accuracy=score.human_accuracy,
        targets=(score.gold,) if isinstance(score.gold, str) else (),
    )


def _result(score: Score, asked: Question) -> Result:
    return Result(
        question=asked,
        answer=score.answer,
        probabilities=score.probabilities,
        shots=0,
        texts=score.texts,
        votes=score.votes,
        truncated=score.truncated,
        guessed=score.guessed,
        value=score.value,
        details=score.details,
        cut_thoughts=score.cut_thoughts,
        tokens=score.tokens,
        ended_thoughts=score.ended_thoughts,
        abstained=score.abstained,
    )
