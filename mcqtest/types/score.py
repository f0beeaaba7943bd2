"""What one question came to: produced once, stored, sent between processes, compared."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol


class Scored(Protocol):
    """What a metric sees of a question: a `Score`, or a `mcqtest.types.Result`."""

    @property
    def value(self) -> float:
        """1 for right and 0 for wrong, or any real number; more is better."""
        ...

    @property
    def answer(self) -> int | str | None:
        """What was read: the 0-based index of a choice, or a text where there are none; None where
        nothing could be read.
        """
        ...

    @property
    def gold(self) -> int | str | None:
        """The right answer, likewise; None where there is no single one."""
        ...

    @property
    def probabilities(self) -> tuple[float, ...] | None:
        """Softmax over the choices; None where the method has none."""
        ...

    @property
    def confidence(self) -> float | None:
        """The highest probability over the choices (MMLU, arXiv 2009.03300, 4.3)."""
        ...

    @property
    def texts(self) -> Sequence[str]:
        """What the model wrote; several where it was asked several times."""
        ...

    @property
    def truncated(self) -> int | None:
        """How many of the texts met a limit; None where that is not known."""
        ...

    @property
    def guessed(self) -> bool:
        """Nothing could be read, and the answer was drawn by lot."""
        ...

    @property
    def subject(self) -> str:
        """Which part of its task it belongs to; empty where a task is not divided."""
        ...

    @property
    def details(self) -> Mapping[str, float]:
        """What a metric of one's own needs besides, by name."""
        ...


CONFIDENCE = "confidence."
"""What names of details begin with that are confidences: those that a recording brings, and what a
text states."""


@dataclass(frozen=True, slots=True)
class Score:
    """A question's result without its text (`Scored` says what the fields mean)."""

    id: str
    value: float
    answer: int | str | None
    gold: int | str | None
    choices: int
    """How many; 0 where there are none."""
    probabilities: tuple[float, ...] | None = None
    texts: tuple[str, ...] = ()
    votes: tuple[int | str | None, ...] = ()
    """What was read in each text; None where nothing could be read."""
    truncated: int | None = 0
    guessed: bool = False
    subject: str = ""
    """Which subject of an examination it belongs to."""
    human_accuracy: float | None = None
    """Share of the people who were asked that were right, in [0, 1]; None where not known."""
    details: Mapping[str, float] = field(default_factory=dict)
    """What a metric of one's own needs besides, by name."""
    cut_thoughts: int = 0
    """How many of the texts end inside a thought."""
    tokens: int | None = None
    """Tokens of all texts; None where that is not known."""
    ended_thoughts: int = 0
    """How many of the thoughts were ended by the budget (``thinking_tokens``)."""
    abstained: int = 0
    """How many of the texts give no answer and say so: "I don't know"."""
    confidence: float | None = field(init=False, repr=False, compare=False)
    """The highest probability, found once: a dozen figures ask for it."""

    def __post_init__(self) -> None:
        known = self.probabilities
        object.__setattr__(self, "confidence", None if known is None else max(known))

    @property
    def correct(self) -> bool:
        """All of it is right."""
        return self.value >= 1

    @property
    def unanswered(self) -> bool:
        """No answer could be read, whether or not one was drawn."""
        return self.answer is None or self.guessed

    @property
    def declined(self) -> bool:
        """No answer could be read, since the model says that it gives none."""
        return self.unanswered and self.abstained > 0

    @property
    def tied(self) -> bool:
        """Several choices have the highest probability."""
        known = self.probabilities
        return known is not None and known.count(self.confidence) > 1

    def to_json(self) -> dict[str, Any]:
        """Its part of a line of results.jsonl. ``correct`` stands for a value of 0 or 1; any other
        is told besides.
        """
        probabilities = self.probabilities
        line: dict[str, Any] = {
            "id": self.id,
            "subject": self.subject,
            "human_accuracy": self.human_accuracy,
            "gold": self.gold,
            "answer": self.answer,
            "correct": self.correct,
            "choices": self.choices,
            "probabilities": None if probabilities is None else list(probabilities),
            "text": self.texts[0] if self.texts else None,
            "texts": list(self.texts[1:]),
            "votes": list(self.votes),
            "truncated": self.truncated,
            "guessed": self.guessed,
        }
        if not self.subject:
            del line["subject"]
        if self.human_accuracy is None:
            del line["human_accuracy"]
        if self.value not in {0.0, 1.0}:
            line["value"] = self.value
        if self.cut_thoughts:
            line["cut_thoughts"] = self.cut_thoughts
        if self.ended_thoughts:
            line["ended_thoughts"] = self.ended_thoughts
        if self.abstained:
            line["abstained"] = self.abstained
        if self.tokens is not None:
            line["tokens"] = self.tokens
        if self.details:
            line["details"] = dict(self.details)
        return line

    @classmethod
    def from_json(cls, line: Mapping[str, Any]) -> Score:
        """Of a line of results.jsonl."""
        texts = [] if line["text"] is None else [line["text"], *line["texts"]]
        probabilities = line["probabilities"]
        return cls(
            id=line["id"],
            value=float(line.get("value", line["correct"])),
            answer=line["answer"],
            gold=line["gold"],
            choices=line["choices"],
            probabilities=None if probabilities is None else tuple(probabilities),
            texts=tuple(texts),
            votes=tuple(line["votes"]),
            truncated=line["truncated"],
            guessed=line["guessed"],
            subject=line.get("subject", ""),
            human_accuracy=line.get("human_accuracy"),
            details=line.get("details", {}),
            cut_thoughts=line.get("cut_thoughts", 0),
            tokens=line.get("tokens"),
            ended_thoughts=line.get("ended_thoughts", 0),
            abstained=line.get("abstained", 0),
        )
