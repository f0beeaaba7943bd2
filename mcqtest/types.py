"""The vocabulary of mcqtest. Plain frozen values, no I/O.

A *benchmark* has *tasks* (a subject, a licence); a task is one pytest case and has
*questions*. A question is asked by a *prompt*, travels as a *request*, comes back as a
*response*, and is judged into a *result*.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple, Protocol, overload

from mcqtest.licences import Rule
from mcqtest.source import Source

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


class McqtestError(Exception):
    """Something the user can mend. The message is one line: what, where, what to do.

    It ends the run (exit code 4), unless it is an `AnswerError`.
    """


class AnswerError(McqtestError):
    """One question cannot be answered. Its case is an error; others go on."""


@dataclass(frozen=True, slots=True)
class Question:
    """One multiple-choice question as published; text and choices are never stripped."""

    text: str
    choices: tuple[str, ...]
    answer: int
    """0-based index of the right choice."""
    id: str
    """Unique within its task and split; the 0-based row where the data has no id."""
    reasoning: str | None = None
    """A worked solution, as published; only shots have one."""
    subject: str = ""
    """Which subject of an examination it belongs to; empty where a task is not divided."""
    human_accuracy: float | None = None
    """Share of the people who were asked that were right, in [0, 1]; None where not known."""


@dataclass(frozen=True, slots=True)
class Prompt:
    """``prefix + query`` is the text the model continues.

    The header and shots are equal for all questions of a task, so that sharing them is
    part of the type. Shots are separate so that a backend, which alone can count tokens,
    may drop them from the end until the prompt fits (`without`).
    """

    header: str
    shots: tuple[str, ...]
    query: str

    @property
    def prefix(self) -> str:
        return self.header + "".join(self.shots)

    @property
    def text(self) -> str:
        return self.prefix + self.query

    def without(self, dropped: int) -> Prompt:
        """The same prompt with the last ``dropped`` shots left out."""
        kept = len(self.shots) - dropped
        if kept < 0:
            raise ValueError(f"cannot drop {dropped} of {len(self.shots)} shots")
        return Prompt(self.header, self.shots[:kept], self.query)


@dataclass(frozen=True, slots=True)
class Style:
    """How a question is put to a model: writes its prompt, given its task and the shots."""

    name: str
    write: Callable[[Task, Sequence[Question], Question], Prompt]


@dataclass(frozen=True, slots=True)
class Method:
    """How answers are got: the log-probabilities of letters, or a text where ``decoding`` is
    given.
    """

    style: Style
    decoding: Decoding | None = None
    worked: bool = False
    """Its shots are the source's worked examples, and not the split of shots."""


@dataclass(frozen=True, eq=False)
class Benchmark:
    """A named set of tasks that are asked alike. Compared by identity."""

    name: str
    groups: Mapping[str, tuple[str, ...]]
    """Group -> the names of its tasks."""
    source: Source
    methods: Mapping[str, Method]
    """By name, ``letters`` or ``cot`` (chain of thought); the first is the benchmark's own."""
    shots: int
    """Shots asked for by default; more than that do not exist."""
    titles: Mapping[str, str] = field(default_factory=dict)
    """Names of tasks -> published names, where these are not made for command lines."""
    licences: Mapping[str, Rule] = field(default_factory=dict)
    """Names of tasks that are licences -> what they ask for."""
    expert: float | None = None
    """Accuracy above which a subject counts as mastered."""

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


@dataclass(frozen=True, slots=True)
class Decoding:
    """How a text is generated."""

    max_tokens: int
    """The text is truncated after so many tokens. Shots are dropped from a prompt until it and all
    these fit into the context; where not even the question does, the text ends with the context.
    """
    stop: tuple[str, ...] = ()
    """The text ends before the first of these; they are not part of it."""
    temperature: float = 0.0
    """0 is greedy; larger is sampled."""
    top_p: float = 1.0
    """Sampled among the most probable tokens that together have this probability
    (nucleus sampling, arXiv 1904.09751, 3.1)."""
    seed: int = 0
    """Of this request alone: the same request gives the same text, whatever it is batched with
    (up to rounding: two tokens may be equally probable to the last bit).
    """

    def __post_init__(self) -> None:
        if self.max_tokens < 1:
            raise ValueError(f"max_tokens={self.max_tokens}: a text has one token at least")
        if not 0 <= self.temperature < float("inf"):
            raise ValueError(f"temperature={self.temperature}: 0 (greedy) or more was expected")
        if not 0 < self.top_p <= 1:
            raise ValueError(f"top_p={self.top_p}: more than 0 and at most 1 was expected")
        if not all(self.stop):
            raise ValueError("stop: an empty string would end every text before it begins")


class Place(NamedTuple):
    """Where a request comes from, for those who look its answer up."""

    task: Task
    id: str
    row: int
    """0-based, among the questions of the task."""
    sample: int = 0
    """0-based, where several texts are asked for one question."""

    def __str__(self) -> str:
        return f"{self.task.path}/{self.id}"


@dataclass(frozen=True, slots=True)
class Request:
    """One question for a model: the log-probabilities of ``choices`` after ``prompt``, or,
    where ``decoding`` is given, a text that goes on from it.
    """

    key: str
    """Content hash of all that can change the answer (`mcqtest.plan.request_keys`)."""
    prompt: Prompt
    choices: tuple[str, ...]
    """Continuations to score, in the order of the question's choices: ``" A"``, ..."""
    name: str
    """``benchmark/task/id``, for messages."""
    decoding: Decoding | None = None
    place: Place | None = None
    known: bool = False
    """The answer is stored: no response is wanted. Such requests are still sent, so that a
    resumed run can form the same batches, and the same last bits, as an undisturbed one."""


@dataclass(frozen=True, slots=True)
class Response:
    """What a model said to one request."""

    key: str
    logprobs: tuple[float, ...]
    """Natural log-probability of each continuation, in the request's order; empty for a text."""
    shots: int
    """Shots that were in the prompt after fitting it to the context."""
    text: str | None = None
    """What was generated, without the stop string; None where choices were scored."""
    truncated: bool | None = False
    """The text has no end of its own: it met the limit of tokens or of the context. None where
    that is not known."""


class Backend(Protocol):
    """The seam to a model."""

    def run(self, requests: Iterable[Request]) -> Iterator[Response]:
        """Answer every request that is not ``known``, in any order, each as soon as it is
        known. Raises `McqtestError` for a request that cannot be answered.
        """
        ...


@dataclass(frozen=True, slots=True)
class Result:
    """One judged question."""

    question: Question
    answer: int | None
    """0-based index that the model chose; None where nothing could be read."""
    probabilities: tuple[float, ...] | None
    """Softmax over the choices; None where the method has none."""
    shots: int
    texts: tuple[str, ...] = ()
    """What the model wrote; several where it was asked several times."""
    votes: tuple[int | None, ...] = ()
    """What was read in each text; None where nothing could be read."""
    truncated: int | None = 0
    """How many of the texts met a limit; None where that is not known."""
    guessed: bool = False
    """Nothing could be read, and the answer was drawn by lot."""

    @property
    def correct(self) -> bool:
        return self.answer == self.question.answer

    @property
    def confidence(self) -> float | None:
        """The highest probability over the choices (MMLU, arXiv 2009.03300, 4.3)."""
        return None if self.probabilities is None else max(self.probabilities)


@dataclass(frozen=True, slots=True)
class Results(Sequence[Result]):
    """The results of one task, in the order of its questions."""

    task: Task
    items: tuple[Result, ...]
    questions: str
    """Fingerprint of the question set: texts, choices, answers, order."""
    asking: str
    """How they were asked and read, in words and hash: style, shots, method, reader."""

    def __len__(self) -> int:
        return len(self.items)

    @overload
    def __getitem__(self, index: int) -> Result: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Result]: ...
    def __getitem__(self, index: int | slice) -> Result | Sequence[Result]:
        return self.items[index]


@dataclass(frozen=True, slots=True)
class Verdict:
    """A candidate against its baseline on the same ``n`` questions."""

    n: int
    lost: int
    """Right in the baseline, not right now."""
    won: int
    p_value: float
    """One-sided exact McNemar: the chance of at least ``lost`` if the ``lost + won``
    changed questions had fallen either way with equal chance."""
    level: float
    """This comparison's share of the run's false-alarm probability."""
    min_detectable_drop: float
    """Smallest drop in accuracy that would have been seen with 80 % power."""

    @property
    def churn(self) -> float:
        """Share of questions whose correctness changed."""
        return (self.lost + self.won) / self.n if self.n else 0.0

    @property
    def regressed(self) -> bool:
        return self.p_value <= self.level
