"""What travels to a model and back, and the seam to a model."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

from mcqtest.types.benchmark import Task
from mcqtest.types.chat import Chat
from mcqtest.types.decoding import Decoding
from mcqtest.types.prompt import Prompt


class Origin(NamedTuple):
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
    """Content hash of all that can change the answer (`mcqtest.run.plan.request_keys`)."""
    prompt: Prompt | Chat
    choices: tuple[str, ...]
    """Continuations to score, in the order of the question's choices: ``" A"``, ..."""
    name: str
    """``benchmark/task/id``, for messages."""
    decoding: Decoding | None = None
    origin: Origin | None = None
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
    tokens: int | None = None
    """How many a text in a chat has, with its thoughts; None elsewhere."""
    thought_ended: bool | None = None
    """Its thought was ended by ``Decoding.thinking_tokens``; None where there is no such budget, or
    nobody told."""
    spelled: tuple[tuple[int, float], ...] = ()
    """Of each token of the text, where it ends, in characters from the text's beginning, and its
    natural log-probability; empty where they were not asked for, or cannot be placed in the text.
    """
    confidences: Mapping[str, float] = field(default_factory=dict)
    """What a recording says of how sure the model was, by name; numbers as they stand there."""


class Backend(Protocol):
    """The seam to a model."""

    def run(self, requests: Iterable[Request]) -> Iterator[Response]:
        """Answer every request that is not ``known``, in any order, each as soon as it is
        known. Raises `McqtestError` for a request that cannot be answered.
        """
        ...
