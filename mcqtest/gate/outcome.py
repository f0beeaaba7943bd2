"""What became of one task: its scores, figures, comparison, and what is said of them."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any, NamedTuple

from mcqtest import metrics
from mcqtest.types import Score

FORMAT = 1
_ENCODE = json.JSONEncoder(allow_nan=False, ensure_ascii=False).encode
_AT_ONCE = 64
"""Rows that are written together, for what writes them is made anew each time."""


class Sums(NamedTuple):
    """What is counted of scores; `Outcome` says what it is."""

    right: float
    graded: bool
    """Some score is neither 0 nor 1."""
    bare: int
    """Scores without probabilities."""
    unanswered: int
    abstained: int
    cut_thoughts: int
    ended_thoughts: int
    ties: int
    by_chance: float

    @classmethod
    def of(cls, scores: Sequence[Score]) -> Sums:
        silent = [score for score in scores if score.unanswered]
        values = [score.value for score in scores]
        return cls(
            right=whole(math.fsum(values)),
            graded=not {0.0, 1.0}.issuperset(values),
            bare=sum([score.probabilities is None for score in scores]),
            unanswered=len(silent),
            abstained=sum(score.declined for score in silent),
            cut_thoughts=sum([score.cut_thoughts for score in scores]),
            ended_thoughts=sum([score.ended_thoughts for score in scores]),
            ties=sum([score.tied for score in scores]),
            by_chance=math.fsum([1 / score.choices for score in scores if score.choices]),
        )


@dataclass
class Outcome:
    """What became of one task.

    ``failures`` says, in a sentence each, why the task is red; further lines hold details.
    """

    benchmark: str
    task: str
    group: str
    scores: Sequence[Score]
    """One for each question, in their order."""
    figures: dict[str, float]
    comparison: dict[str, Any] | None
    """Fields of a `Comparison`; None where there was nothing to compare with."""
    differences: Sequence[float] | None
    """By how much each question's score changed; None where there was nothing to compare with."""
    qualities: Mapping[str, Sequence[float]]
    """What else may get worse -> by how much each question improved in it
    (`mcqtest.gate.qualities`); what cannot be told is not there."""
    failures: list[str]
    against: str | None
    """Weights that the baseline was recorded from."""
    before: float | None
    """The sum of the baseline's scores; None where there was nothing to compare with."""
    compared: bool
    """The test asked for the comparison, and did not only look at the results."""
    missing: bool
    """There is no baseline though one was to be compared with."""
    siblings: int
    """Tasks that the benchmark has."""
    asking: str
    """How the questions were asked and read, as a baseline has it."""
    fewer_shots: int
    """Questions whose prompt had shots dropped to fit the context."""
    in_part: bool = False
    """The task has more questions than were asked."""
    anchored: Sequence[float] | None = None
    """As ``differences``, against the anchor; None where there is none."""
    noise: int | None = None
    """Questions that changed when the baseline's weights were recorded again; None where they were
    recorded once."""
    lengths: tuple[int, int] | None = None
    """Characters of all texts in the baseline and now; None where that is not known."""
    variants: Mapping[str, Sequence[Score]] = field(default_factory=dict)
    """Other ways in which the same questions were asked, by name -> their scores in order."""
    varied: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    """Name of such a way -> what the task's criterion counts there."""
    methods: dict[str, float] = field(default_factory=dict)
    """Sum of scores by method, where more than one was asked."""
    title: str = ""
    """The task's name as published, where that is not made for command lines."""
    findings: dict[str, dict[str, Any]] = field(default_factory=dict)
    """Kind of criterion -> what it says of the task (`mcqtest.gate.Finding`)."""
    expert: float | None = None
    """Accuracy above which the task counts as mastered."""
    alike: int = 0
    """Questions all of whose choices are equally probable."""
    echoes: int = 0
    """Questions, where the probabilities of all are the baseline's to the last digit though its
    weights are others; else 0."""
    brier_before: float | None = None
    """Sum of the Brier scores of the baseline; None where that cannot be told."""
    wavering: int | None = None
    """Questions whose answer was not the same each time that it was asked for in the same words and
    without temperature; None where it was asked for once."""
    notices: list[str] = field(default_factory=list)
    whole: Mapping[str, Any] | None = None
    """Where the baseline has more questions than were asked: what they were
    (`mcqtest.gate.Baselines.whole`)."""
    record: str = ""
    """What a baseline of these answers would say."""
    companion: str = ""
    """What would stand beside that (`mcqtest.gate.companion`)."""

    @property
    def n(self) -> int:
        return len(self.scores)

    @property
    def _sums(self) -> Sums:
        """Counted once, for a dozen places ask; anew where its scores are others."""
        counted = vars(self).get("_counted")
        if counted is None or counted[0] is not self.scores:
            counted = vars(self)["_counted"] = self.scores, Sums.of(self.scores)
        found: Sums = counted[1]
        return found

    @property
    def right(self) -> float:
        """The sum of scores: how many are right, where they are right or wrong."""
        return self._sums.right

    @property
    def graded(self) -> bool:
        """Some score is neither 0 nor 1."""
        return self._sums.graded

    @property
    def bare(self) -> int:
        """Questions without probabilities."""
        return self._sums.bare

    @property
    def unanswered(self) -> int:
        """Questions without a readable answer, whether or not one was drawn for them."""
        return self._sums.unanswered

    @property
    def abstained(self) -> int:
        """Those of them where the model says that it gives no answer."""
        return self._sums.abstained

    @property
    def cut_thoughts(self) -> int:
        """Texts that end inside a thought."""
        return self._sums.cut_thoughts

    @property
    def ended_thoughts(self) -> int:
        """Thoughts that were ended by their budget."""
        return self._sums.ended_thoughts

    @property
    def ties(self) -> int:
        """Questions with several choices of the highest probability; the first is the answer."""
        return self._sums.ties

    @property
    def humans(self) -> list[tuple[float, float]]:
        """Of every question where that is known: how many people were right, in [0, 1], and the
        model's score.
        """
        return [
            (score.human_accuracy, score.value)
            for score in self.scores
            if score.human_accuracy is not None
        ]

    @property
    def by_chance(self) -> float:
        """Right answers that guessing would give: the sum of 1 over the number of choices."""
        return self._sums.by_chance

    def rows(self) -> Iterator[str]:
        """Lines of results.jsonl."""
        about = {"format": FORMAT, "benchmark": self.benchmark, "task": self.task}
        start = _ENCODE(about)[:-1] + ', "'
        for first in range(0, self.n, _AT_ONCE):
            lines = [self._line(at) for at in range(first, min(first + _AT_ONCE, self.n))]
            # A quote inside of a text is escaped, so this stands between two rows alone.
            for line in _ENCODE(lines)[len('[{"') : -len("}]")].split('}, {"'):
                yield f"{start}{line}}}\n"

    def _line(self, at: int) -> dict[str, Any]:
        """What a row says of a question."""
        line = self.scores[at].to_json()
        if line["probabilities"] is not None:  # six digits are more than any figure needs
            line["probabilities"] = [round(value, 6) for value in line["probabilities"]]
        line["change"] = None if self.differences is None else change(self.differences[at])
        return line

    def to_json(self) -> dict[str, Any]:
        """Plain values, for another process."""
        plain = {each.name: getattr(self, each.name) for each in fields(self)}
        return plain | {
            "scores": [score.to_json() for score in self.scores],
            "variants": {
                name: [score.to_json() for score in scores]
                for name, scores in self.variants.items()
            },
        }

    @classmethod
    def from_json(cls, plain: Mapping[str, Any]) -> Outcome:
        comparison = plain["comparison"]
        if comparison and comparison["drop"] is not None:  # JSON has no tuples
            comparison = {**comparison, "drop": tuple(comparison["drop"])}
        changes = {
            "comparison": comparison,
            "scores": list(map(Score.from_json, plain["scores"])),
            "variants": {
                name: list(map(Score.from_json, scores))
                for name, scores in plain["variants"].items()
            },
        }
        return cls(**{**plain, **changes})


def change(difference: float) -> str:
    """What became of a question whose score changed by so much."""
    return "lost" if difference < 0 else "won" if difference else "same"


def whole(number: float) -> float:
    """The same number, without a point where it has no part behind it."""
    return int(number) if number == int(number) else number


def varied(variants: Mapping[str, Sequence[Score]]) -> dict[str, float]:
    """How far accuracy moves over several ways of asking; none where there is one alone. Values of
    a sweep are no such ways: what they do to accuracy is wanted.
    """
    accuracies = [metrics.accuracy(scores) for name, scores in variants.items() if "=" not in name]
    if not accuracies:
        return {}
    return {"spread": metrics.spread(accuracies), "deviation": metrics.deviation(accuracies)}
