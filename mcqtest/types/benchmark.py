"""What is asked, and how: benchmarks, their tasks, styles and methods."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from mcqtest.types.conversation import Conversation
from mcqtest.types.criterion import Criterion
from mcqtest.types.decoding import Decoding
from mcqtest.types.form import Form
from mcqtest.types.metric import Metric
from mcqtest.types.prompt import Prompt
from mcqtest.types.question import Question
from mcqtest.types.source import Finder, Source


@dataclass(frozen=True, slots=True)
class Style:
    """How a question is put to a model: writes its prompt, given its task and the shots."""

    name: str
    write: Callable[[Task, Sequence[Question], Question], Prompt]
    single: bool = False
    """It was written as one message of a user, and is one in a chat, examples and all."""


TextReader = Callable[[Question, str], str | None]
"""The answer that a text gives to a question without choices, in the spelling of its targets; None
where it gives none."""

Value = Callable[[Question, str], float]
"""What a text is worth as an answer to a question: 1 for right and 0 for wrong, or any real number,
where more is better."""


@dataclass(frozen=True, slots=True)
class Method:
    """How answers are got: the log-probabilities of letters, or a text where ``decoding`` is
    given.
    """

    style: Style | None = None
    """None: as MMLU asks for letters, and the bare question for texts."""
    decoding: Decoding | None = None
    worked: bool = False
    """Its shots are the source's worked examples, and not the split of shots."""
    chat: Style | None = None
    """Its style in a chat, where another one was written for that."""
    value: Value | None = None
    """What a text is worth; None: 1 where the answer that is read in it is right, else 0."""
    form: Form | None = None
    """Which requests a question makes, where that is not one for letters or a text; it then says
    what they are worth, and ``decoding`` is that of the texts among them."""
    conversation: Conversation | None = None
    """What talks to the model, where the next request hangs on the last answer; ``decoding`` is
    that of its texts."""

    @property
    def is_fixed(self) -> bool:
        """Its questions are put in one way, in plain text, and no style or number of samples can be
        chosen.
        """
        return self.form is not None or self.conversation is not None


@dataclass(frozen=True, eq=False)
class Benchmark:
    """A named set of tasks that are asked alike. Compared by identity."""

    name: str
    groups: Mapping[str, tuple[str, ...]]
    """Group -> the names of its tasks."""
    source: Source | Finder
    methods: Mapping[str, Method]
    """By name, ``letters``, ``cot`` (chain of thought) or ``text``; the first is its own."""
    shots: int
    """Shots asked for by default; more than that do not exist."""
    titles: Mapping[str, str] = field(default_factory=dict)
    """Names of tasks -> published names, where these are not made for command lines."""
    criteria: Mapping[str, Criterion] = field(default_factory=dict)
    """Names of tasks -> what each is held to beside its comparison with the baseline."""
    answers: Mapping[str, TextReader] = field(default_factory=dict)
    """Names of tasks -> how our reader finds their answers, where these are no choices and not
    worth what a method's ``value`` says."""
    criterion: Criterion | None = None
    """What all others of its tasks are held to."""
    expert: float | None = None
    """Accuracy above which a subject counts as mastered."""
    metrics: Sequence[Metric] = ()
    """Figures of its own, beside those that every benchmark has (`mcqtest.metrics.STANDARD`)."""
    scores: tuple[float, float] | None = None
    """The least and the most that a question can be worth, where a method's value says what; None:
    any number."""
    published: Sequence[int] = ()
    """How many questions its tasks have as published, in their order; or one number, of all."""
    suite: bool = True
    """It is asked unless others are chosen."""
    demo: bool = False
    """It is asked with ``--data=demo``, and only then."""
    margin: float | None = None
    """The drop of accuracy, in points, that a pass has to exclude; None: none has to be, and the
    benchmark is asked for proven losses alone."""
    about: str = ""
    """What it is, behind its marker."""

    @classmethod
    def csv(cls, path: str | Path, **columns: Any) -> Benchmark:
        """The benchmark of a table of one's own, seen from the file that says so
        (`mcqtest.data.from_table`, which names the columns).
        """
        from mcqtest.data import from_table

        caller = sys._getframe(1).f_globals.get("__file__", ".")  # noqa: SLF001
        return from_table(Path(caller).resolve().parent / path, **columns)

    @cached_property
    def tasks(self) -> tuple[Task, ...]:
        """All tasks, ordered by name."""
        tasks = [Task(self, name, group) for group, names in self.groups.items() for name in names]
        return tuple(sorted(tasks, key=lambda task: task.name))


@dataclass(frozen=True, slots=True)
class Task:
    """One subject or licence: one pytest case."""

    benchmark: Benchmark
    name: str
    group: str

    @property
    def path(self) -> str:
        """``benchmark/task``, how messages and files name it."""
        return f"{self.benchmark.name}/{self.name}"

    @property
    def title(self) -> str:
        """Its name as published."""
        return self.benchmark.titles.get(self.name, self.name)

    @property
    def criterion(self) -> Criterion | None:
        """What it is held to beside its comparison with the baseline."""
        return self.benchmark.criteria.get(self.name, self.benchmark.criterion)
