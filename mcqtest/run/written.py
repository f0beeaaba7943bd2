"""The requests of a task, which are written when somebody wants them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from typing import NamedTuple, TypeVar, overload

from mcqtest import prompts
from mcqtest.run.keys import request_keys, seeded
from mcqtest.run.sample import Rows
from mcqtest.types import Chat, Decoding, McqtestError, Origin, Prompt, Request, Task

T = TypeVar("T")
Write = Callable[[Rows], Sequence[Prompt | Chat]]
"""Writes what is said to the model, question by question."""


class Heads(NamedTuple):
    """What is known of requests without their prompts, in their order."""

    keys: Sequence[str]
    choices: Sequence[int]
    """How many continuations are scored."""
    shots: Sequence[int]
    """How many are in the prompt, before it is fitted to a context."""

    @classmethod
    def of(cls, requests: Iterable[Request]) -> Heads:
        """Of requests that are there."""
        each = [(one.key, len(one.choices), len(one.prompt.shots)) for one in requests]
        return cls(*zip(*each, strict=True)) if each else cls((), (), ())


class Written(Sequence[Request]):
    """One request for each sample of each question, these together; none has a form of its own.

    Keys stay, and the prompts are written again once somebody looks at a request: nobody does where
    the answers are stored, and prompts hold all texts of the questions for a second time.
    """

    def __init__(
        self,
        task: Task,
        rows: Rows,
        write: Write,
        *,
        written: Sequence[Prompt | Chat],
        identity: str,
        decoding: Decoding | None = None,
        samples: int = 1,
    ) -> None:
        self._task = task
        self._places = [place for place, _ in rows]
        self._questions = [question for _, question in rows]
        self._write = write
        self._identity = identity
        self._decoding = decoding
        self._samples = range(samples)
        self.size = samples * sum(len(prompt.query) for prompt in written)
        """Characters of what is asked behind the shots."""
        self.heads = Heads(
            keys=self._keys(written),
            choices=self._of_samples([len(question.choices) for _, question in rows]),
            shots=self._of_samples([len(prompt.shots) for prompt in written]),
        )

    @property
    def repeats(self) -> bool:
        """Its samples are equal requests (`Decoding.repeat`)."""
        decoding = self._decoding
        return decoding is not None and not decoding.temperature and len(self._samples) > 1

    def __len__(self) -> int:
        return len(self.heads.keys)

    @overload
    def __getitem__(self, index: int) -> Request: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Request, ...]: ...
    def __getitem__(self, index: int | slice) -> Request | tuple[Request, ...]:
        return self._requests[index]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and self._requests == tuple(other)

    __hash__ = None  # type: ignore[assignment]  # as of lists

    @cached_property
    def _requests(self) -> tuple[Request, ...]:
        """Raises where a style says otherwise than before: the keys would be those of others."""
        written = self._write(tuple(zip(self._places, self._questions, strict=True)))
        origins, decodings = self._origins, self._decodings
        for key, again, origin in zip(self.heads.keys, self._keys(written), origins, strict=True):
            if key != again:
                raise McqtestError(
                    f"{origin}: its style wrote another prompt when it was asked again; let the "
                    "style write the same for the same question"
                )
        return tuple(
            Request(
                key=key,
                prompt=prompt,
                choices=prompts.continuations(prompt, question),
                name=str(origin),
                decoding=decoding,
                origin=origin,
            )
            for key, prompt, question, decoding, origin in zip(
                self.heads.keys,
                self._of_samples(written),
                self._of_samples(self._questions),
                decodings,
                origins,
                strict=True,
            )
        )

    def _keys(self, written: Sequence[Prompt | Chat]) -> list[str]:
        return request_keys(
            self._identity,
            self._of_samples(written),
            self._of_samples(self._questions),
            self._decodings,
        )

    @property
    def _origins(self) -> list[Origin]:
        return [
            Origin(self._task, question.id, place, sample)
            for place, question in zip(self._places, self._questions, strict=True)
            for sample in self._samples
        ]

    @property
    def _decodings(self) -> Sequence[Decoding | None]:
        if self._decoding is None:
            return [None] * len(self._questions)
        return [seeded(self._decoding, origin) for origin in self._origins]

    def _of_samples(self, each: Sequence[T]) -> Sequence[T]:
        """What is told of each question, for each of its samples."""
        if len(self._samples) == 1:
            return each
        return [one for one in each for _ in self._samples]
