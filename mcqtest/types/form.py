"""How questions are put that need more than one prompt and one answer of one kind."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple, Protocol

from mcqtest.types.chat import Chat
from mcqtest.types.decoding import Decoding
from mcqtest.types.prompt import Prompt
from mcqtest.types.question import Question


class Ask(NamedTuple):
    """One of the requests that a question makes."""

    prompt: Prompt | Chat
    choices: tuple[str, ...] = ()
    """Continuations to score, as they follow the prompt; none where a text is wanted."""
    decoding: Decoding | None = None
    """How the text is made; None where ``choices`` are scored."""
    beside: bool = False
    """It is told beside, and no part of what a baseline says of how a question was asked."""


class Form(Protocol):
    """Which requests every question makes, and what their responses come to. Unlike a `Style` it
    sees all questions of a task at once: what one is shown can hang on the others.
    """

    @property
    def name(self) -> str:
        """In a baseline; those of other forms cannot be compared with it."""
        ...

    def with_likelihood(self) -> Form:
        """The same, which asks how likely the targets of texts are as well."""
        ...

    def first(self, questions: Sequence[Question], limit: int | None) -> Sequence[int]:
        """0-based places of the questions that are asked where that is so many at most."""
        ...

    def asks(
        self,
        questions: Sequence[Question],
        places: Sequence[int],
        *,
        shots: int,
        decoding: Decoding,
    ) -> Iterator[Sequence[Ask]]:
        """The requests of the questions in these ``places``, one or more for each; ``decoding`` is
        that of the run. Raises `McqtestError` where so many ``shots`` cannot be shown.
        """
        ...

    def judge(self, question: Question, responses: Sequence[Any]) -> Any:
        """The `Result` of a question's responses (`Response`), in the order of its requests."""
        ...

    def notices(self, questions: Sequence[Question]) -> Sequence[str]:
        """What a person should know of a task's questions, in sentences."""
        ...
