"""A question as people look at it afterwards: what was asked, what was answered, then and now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mcqtest import answers
from mcqtest.types import LETTERS, Question, Score

_OURS = "reader mcqtest "


@dataclass(frozen=True)
class Answer:
    """One side's answer to a question."""

    score: Score
    asking: str
    """How it was asked and read."""
    told: bool = True
    """All that was answered is here, and not the letter alone that a baseline keeps."""

    @property
    def letter(self) -> str:
        """The choice by its letter, or the answer as it is; ``-`` where nothing could be read."""
        return lettered(self.score.answer)

    def spans(self, text: str, choices: Sequence[str]) -> tuple[int, int] | None:
        """Where the answer to these choices was read in one of its texts; None where that is not
        known: by a reader that does not say it, or where there is none.
        """
        if _OURS not in self.asking or not choices or not any(choices):
            return None
        found = answers.find(text, options=choices)
        return (found.start, found.end) if found else None


@dataclass(frozen=True)
class Seen:
    """One question, then and now."""

    benchmark: str
    task: str
    row: int
    """0-based, among the questions of the task."""
    now: Answer
    then: Answer | None = None
    """None where there is nothing to compare with."""
    question: Question | None = None
    """None where its text is not kept."""
    change: str | None = None
    """``lost``, ``won`` or ``same``; None where there is nothing to compare with."""

    @property
    def id(self) -> str:
        return self.now.score.id

    @property
    def path(self) -> str:
        return f"{self.benchmark}/{self.task}/{self.id}"

    @property
    def gold(self) -> int | str | None:
        """The right answer; None where there is no single one, or it is not known."""
        if self.question is not None:
            return self.question.gold
        known = [each.score.gold for each in (self.now, self.then) if each]
        return next((each for each in known if each is not None), None)

    @property
    def choices(self) -> Sequence[str]:
        """Texts of the choices, empty ones where they are not kept."""
        return self.question.choices if self.question else ("",) * self.now.score.choices

    def to_json(self) -> dict[str, Any]:
        """For programs; texts are whole."""
        asked = self.question
        return {
            "benchmark": self.benchmark,
            "task": self.task,
            "id": self.id,
            "change": self.change,
            "question": None if asked is None else asked.text,
            "choices": None if asked is None else list(asked.choices),
            "gold": self.gold,
            "then": None if self.then is None else self._side(self.then),
            "now": self._side(self.now),
        }

    def _side(self, side: Answer) -> Mapping[str, Any]:
        score = side.score
        said: dict[str, Any] = {
            "answer": score.answer,
            "value": score.value,
            "probabilities": None if score.probabilities is None else list(score.probabilities),
            "texts": list(score.texts) if side.told else None,
        }
        if side.told and score.texts:
            said["votes"] = list(score.votes)
            said["read"] = [side.spans(text, self.choices) for text in score.texts]
            said["truncated"] = score.truncated
        return said


def lettered(answer: int | str | None) -> str:
    """An answer in a word."""
    if answer is None:
        return "-"
    if isinstance(answer, int):
        return LETTERS[answer] if 0 <= answer < len(LETTERS) else str(answer + 1)
    return answer
