"""How a programmatic task talks to a model, and what the scores that it returns come to.

The task runs in a process of its own (`mcqtest.bigbench.play`); its requests are answered here. Its
scores are made one as ``add_aggregate_scores`` in `bigbench/api/results.py` (1.0.0) makes them, but
for all numbers of shots together.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mcqtest.bigbench.play import LEAVE, EndedError, Play, Told
from mcqtest.data import Program
from mcqtest.gate import Anchored, Part
from mcqtest.metrics.official import AGGREGATE, Standing, aggregate
from mcqtest.types import (
    AnswerError,
    Answering,
    Ask,
    Metric,
    Prompt,
    Question,
    Response,
    Result,
    Results,
    Scored,
    Task,
    Terms,
)

_PACKAGES = {"sklearn": "scikit-learn", "absl": "absl-py"}
"""Modules of packages that are called otherwise."""


@dataclass(frozen=True, slots=True)
class Played(Result):
    """A programmatic task that was played: ``value`` is its normalised score, 0 at the low anchors
    and 1 at the high ones, ``details`` the mean of each of its scores over subtasks.
    """

    parts: tuple[Part, ...] = ()
    """Each subtask."""


class Programmatic:
    """The conversation of all programmatic tasks; see `mcqtest.types.Conversation`."""

    name = "bigbench programmatic"

    def run(
        self, task: Task, questions: Sequence[Question], terms: Terms, ask: Answering
    ) -> Sequence[Played]:
        return [_played(task, each, terms, ask) for each in _programs(questions)]

    def notices(self, questions: Sequence[Question], terms: Terms) -> Sequence[str]:
        """One for all tasks."""
        (first, *_) = _programs(questions)
        package = " ".join(filter(None, ("bigbench", first.version)))
        queries, seconds = terms.limits.queries, terms.limits.seconds
        said = (
            f"the code of programmatic tasks is run ({package} in {first.folder.parent}); each may "
            f"ask {queries:,} queries and take {seconds:g} seconds of its own"
        )
        return [said]


PROGRAMMATIC = Programmatic()


def _programs(questions: Sequence[Question]) -> list[Program]:
    found = [each for each in questions if isinstance(each, Program)]
    if len(found) < len(questions):
        raise TypeError(f"{questions[0].id}: is no programmatic task")
    return found


def _played(task: Task, program: Program, terms: Terms, ask: Answering) -> Played:
    talk = _Talk(terms, ask)
    told = Told(f"bigbench.benchmark_tasks.{program.id}.task", terms.examples)
    try:
        with Play(told, seconds=terms.limits.seconds) as play:
            while "asks" in (said := play.hear()):
                play.tell(talk.answer(said["asks"]))
        standings = _standings(program.id, said)
    except EndedError as error:
        raise AnswerError(f"{task.path}: {error}") from None
    figures = aggregate(program.id, standings).figures
    return Played(
        question=program,
        answer="",
        probabilities=None,
        shots=0,
        truncated=None,
        value=figures[AGGREGATE] / 100,
        details={**dict(sorted(figures.items())), **talk.counts},
        parts=tuple(_parts(standings)),
    )


class _Talk:
    """Between a task and a model."""

    def __init__(self, terms: Terms, ask: Answering) -> None:
        self._terms = terms
        self._ask = ask
        self.counts = {QUERIES.name: 0, "truncated": 0}
        """Prompts, and texts that met the limit of tokens."""

    def answer(self, said: Sequence[Mapping[str, Any]]) -> list[Any]:
        """Texts, and lists of log-probabilities, of what the task asks at once."""
        self.counts[QUERIES.name] += len(said)
        if self.counts[QUERIES.name] > (most := self._terms.limits.queries):
            raise EndedError(
                f"asked more than {most:,} queries; allow more with --bigbench queries=N"
            )
        wanted = [self._asked(each) for each in said]
        responses = iter(self._ask([each for each in wanted if each is not None]))
        return [
            self._told(each, None if one is None else next(responses))
            for each, one in zip(said, wanted, strict=True)
        ]

    def _asked(self, said: Mapping[str, Any]) -> Ask | None:
        """What a model is asked; None where all is known, for an empty text is certain."""
        prompt = Prompt("", (), said["prompt"])
        if "targets" not in said:
            return Ask(prompt, decoding=self._terms.decoding)
        choices = _texts(said["targets"])
        return Ask(prompt, choices) if choices else None

    def _told(self, said: Mapping[str, Any], response: Response | None) -> str | list[float]:
        if "targets" not in said:
            assert response is not None
            self.counts["truncated"] += bool(response.truncated)
            return response.text or ""
        scored = () if response is None else response.logprobs
        known = dict(zip(_texts(said["targets"]), scored, strict=True)) | {"": 0.0}
        return [known[text] for text in said["targets"]]


def _texts(targets: Sequence[str]) -> tuple[str, ...]:
    """Each once, and none that is empty."""
    return tuple(dict.fromkeys(filter(None, targets)))


def _standings(name: str, said: Mapping[str, Any]) -> list[Standing]:
    """The scores of all subtasks. Raises `EndedError` for a task that failed, or returned what
    cannot be used.
    """
    if (missing := said.get("missing")) is not None:
        package = missing.partition(".")[0]
        raise EndedError(
            f"needs {package}, which is not installed: pip install "
            f"{_PACKAGES.get(package, package)}"
        )
    if "raised" in said:
        raise EndedError(f"its code fails: {said['raised']} ({said['where']}){LEAVE}")
    by_shots: dict[int, list[Mapping[str, Any]]] = {}
    for score in said["scores"]:
        by_shots.setdefault(score["shots"], []).append(score)
    if not by_shots:
        raise EndedError(f"returned no scores{LEAVE}")
    several = len(by_shots) > 1
    try:
        return [
            _standing(f"{own or name}, {shots} shots" if several else own or name, score)
            for shots, scores in sorted(by_shots.items())
            for own, score in _named(name, scores)
        ]
    except ValueError as error:
        raise EndedError(f"returned scores that cannot be used ({error}){LEAVE}") from None


def _named(
    name: str, scores: Sequence[Mapping[str, Any]]
) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Those of one number of shots, without what the task made of all subtasks itself; those of
    one name are numbered.
    """
    if len({each["subtask"] for each in scores}) > 1:
        scores = [each for each in scores if each["subtask"] != name]
    names = [each["subtask"] for each in scores]
    for at, (own, score) in enumerate(zip(names, scores, strict=True)):
        yield own + (f"trial_{names[:at].count(own)}" if names.count(own) > 1 else ""), score


def _standing(name: str, score: Mapping[str, Any]) -> Standing:
    preferred = score["preferred"]
    if not math.isfinite(value := score["scores"].get(preferred, 0.0)):
        raise ValueError(f"{name}: {preferred} is {value}")
    numbers = {key: each for key, each in score["scores"].items() if math.isfinite(each)}
    return Standing(name, numbers, preferred, score["low"], score["high"])


def _parts(standings: Sequence[Standing]) -> list[Part]:
    """A task with one score has no subtasks, whatever it calls it."""
    return [
        Part(
            each.name if len(standings) > 1 else "",
            0,
            each.preferred,
            each.score,
            each.low,
            each.high,
            each.normalised,
        )
        for each in standings
    ]


def parts_of(results: Results) -> Sequence[Part]:
    """Of the one question that the task is."""
    return [part for each in results if isinstance(each, Played) for part in each.parts]


def nobody(_questions: Sequence[Question]) -> None:
    """How people do is not known."""


def no_corpus(_question: Question) -> None:
    """A task tells its score, and not what it is made of."""


def queries(scores: Sequence[Scored]) -> float:
    """How many prompts were put to the model."""
    return math.fsum(score.details.get("queries", 0.0) for score in scores)


QUERIES = Metric("queries", queries, better=0, high=math.inf)
SCORES = Anchored(parts_of, nobody, no_corpus)
"""What every programmatic task is held to beside its comparison."""
