"""One task, ready to be asked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import TypeVar

from mcqtest.answers import READING, Reading
from mcqtest.gate import Excerpt
from mcqtest.run.written import Heads, Written
from mcqtest.types import (
    Back,
    Conversation,
    Form,
    McqtestError,
    Question,
    Request,
    Task,
    Terms,
    TextReader,
    Value,
)

T = TypeVar("T")


@dataclass(frozen=True, slots=True, eq=False)
class Planned:
    """One task, ready to be asked."""

    task: Task
    questions: tuple[Question, ...]
    requests: Sequence[Request]
    """In the order of ``questions``, each question's samples together."""
    fingerprint: str
    """Of the question set."""
    asking: str
    """How they are asked and read, in words, and a hash of the prompts."""
    reading: Reading = READING
    left_out: int = 0
    """Questions of the task that are not asked."""
    excerpt: Excerpt | None = None
    """Which ones are, where some are left out and that can be told."""
    hidden: bool = False
    """Its examples are questions of the test, but are not shown."""
    variant: str = ""
    """Told from the task's other ways of being asked; empty for the one that is compared."""
    put: Sequence[tuple[Question, Back]] | None = None
    """The questions as they are put, and the way back to their choices; None: as they are."""
    read: TextReader | None = None
    """What finds the answers that are no choices."""
    value: Value | None = None
    """What a text is worth (`mcqtest.types.Method.value`)."""
    vote: str = "majority"
    """How several samples make one score."""
    form: Form | None = None
    """What its questions ask and are worth, where that is not one answer each."""
    counts: Sequence[int] = ()
    """How many requests each question makes; empty: all as many."""
    conversation: Conversation | None = None
    """What asks, where ``requests`` are not known before."""
    terms: Terms | None = None
    """How it is talked through; where there is such a conversation."""
    identity: str = ""
    """Of the model, in the keys of what that asks."""
    template: str = ""
    """Fingerprint of the chat template; empty where plain text is asked."""
    notices: Sequence[str] = ()
    """What a person should know of its questions."""

    @property
    def heads(self) -> Heads:
        """What is known of its requests without their prompts."""
        known = self.requests
        return known.heads if isinstance(known, Written) else Heads.of(known)

    @property
    def size(self) -> int:
        """Characters that are asked, behind the shots."""
        known = self.requests
        if isinstance(known, Written):
            return known.size
        return sum(len(request.prompt.query) for request in known)

    @property
    def repeats(self) -> bool:
        """Its samples are equal requests, to see whether answers are, too (`Decoding.repeat`)."""
        known = self.requests
        if isinstance(known, Written):
            return known.repeats
        return any(each.decoding is not None and each.decoding.repeat > 0 for each in known)

    @property
    def shots(self) -> Sequence[int]:
        """How many are in the first prompt of each question; 0 where it is not known before."""
        return [each[0] if each else 0 for each in self.of_each(self.heads.shots)]

    def asked(self) -> Iterator[tuple[Question, Sequence[Request]]]:
        """Every question with its requests: one for each sample, or those of its form; none where
        they are not known before.
        """
        return zip(self.questions, self.of_each(self.requests), strict=True)

    def of_each(self, items: Sequence[T]) -> Iterator[Sequence[T]]:
        """What there is of every request, question by question."""
        each = len(items) // len(self.questions)
        end = 0
        for count in self.counts or [each] * len(self.questions):
            start, end = end, end + count
            yield items[start:end]


class Every(Iterable[Request]):
    """The requests of several tasks, which are written only if somebody looks at them."""

    def __init__(self, planned: Iterable[Planned]) -> None:
        self._planned = tuple(planned)

    def __iter__(self) -> Iterator[Request]:
        return chain.from_iterable(each.requests for each in self._planned)


def only_way(task: Task, option: str) -> McqtestError:
    """That an option asks for another way to put questions that are put in one."""
    return McqtestError(
        f"{option}: {task.benchmark.name} puts its questions in one way; leave it out, or choose "
        "other benchmarks with -m"
    )
