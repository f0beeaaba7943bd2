"""Responses to results, as they come.

The tasks of a run are one stream of requests. Whoever wants a task's results pulls the
stream until that task's answers are stored; what is stored already is not asked. A task that talks
to the model by itself has its requests answered as they come, in streams of their own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import cached_property
from typing import NoReturn

from mcqtest import answers
from mcqtest.run.keeper import Keeper
from mcqtest.run.planned import Planned
from mcqtest.run.store import Store, fault
from mcqtest.run.talked import Turns
from mcqtest.types import (
    AnswerError,
    Ask,
    Backend,
    McqtestError,
    Question,
    Request,
    Response,
    Result,
    Results,
    Task,
)

Progress = Callable[[Task, int, int], None]
"""Called with a task, how many of its questions are answered, and how many it has."""


class Engine:
    """Asks what is missing, stores it, judges it.

    ``start`` loads the model and is called at most once, when something must be asked.
    With ``ahead`` all tasks are one stream, in the order given; without, every task is asked
    when it is wanted (under xdist, where others ask the rest). ``unchanged`` raises once the model
    is no longer the one that was loaded.
    """

    def __init__(
        self,
        planned: Sequence[Planned],
        store: Store,
        start: Callable[[], Backend],
        *,
        ahead: bool = True,
        progress: Progress | None = None,
        unchanged: Callable[[], None] = lambda: None,
    ) -> None:
        self._planned = {(each.task, each.variant): each for each in planned}
        self._store = store
        self._keeper = Keeper(store, unchanged)
        self._start = start
        self._ahead = ahead
        self._progress = progress
        self._backend: Backend | None = None
        self._stream: Iterator[Response] | None = None
        self._streamed: Sequence[Planned] = ()
        """What the stream asks."""
        self._sent: dict[str, Request] = {}
        """What a backend may answer, by key."""
        self._given: set[str] = set()
        """Keys of the responses that a model gave in this process."""
        self._talked: dict[Planned, set[str]] = {}
        """Keys of what conversations asked."""

    @property
    def backend(self) -> Backend:
        """The loaded model; loads it when first needed."""
        if self._backend is None:
            self._backend = self._start()
        return self._backend

    @property
    def asked(self) -> int:
        """How many responses a model gave in this process."""
        return len(self._given)

    def has_asked(self, task: Task) -> bool:
        """Whether any of the task's own responses is among these."""
        planned = self._planned[task, ""]
        asked = {*planned.heads.keys, *self._talked.get(planned, ())}
        return not asked.isdisjoint(self._given)

    def asked_of(self, task: Task) -> int:
        """How many of the task's responses, in whatever way, a model gave in this process."""
        every = (each for (of, _), each in self._planned.items() if of is task)
        return sum(key in self._given for each in every for key in each.heads.keys)

    @property
    def started(self) -> Backend | None:
        """The model if it was needed so far."""
        return self._backend

    def results(self, task: Task, variant: str = "") -> Results:
        """All results of ``task``, in the order of its questions."""
        planned = self._planned[task, variant]
        if planned.conversation is not None:
            return self._converse(planned)
        return self._judged(planned, self.answer(planned))

    def answer(self, planned: Planned) -> list[Response]:
        """The responses to all its requests, in their order; what is not stored is asked."""
        keys, found = planned.heads.keys, self._found(planned)
        if missing := {key for key, each in zip(keys, found, strict=True) if each is None}:
            try:
                self._pull(planned, missing)
            finally:
                self._keeper.flush()
        return [self._store[key] for key in keys]

    def _converse(self, planned: Planned) -> Results:
        """Have a task talked through; what it asks at once is one stream."""
        turns, keys = Turns(planned), self._talked.setdefault(planned, set())

        def ask(asks: Sequence[Ask]) -> list[Response]:
            turn = replace(planned, requests=turns.requests(asks))
            is_known = all(self._found(turn))
            if not is_known:
                self._check(turn, first=not keys)
                self._open([turn])
            keys.update(request.key for request in turn.requests)
            try:
                return self.answer(turn)
            finally:
                if not is_known:
                    self._stream = None  # the next task's has other requests

        assert planned.conversation is not None
        assert planned.terms is not None
        items = planned.conversation.run(planned.task, planned.questions, planned.terms, ask)
        return Results(planned.task, tuple(items), planned.fingerprint, planned.asking)

    def _check(self, turn: Planned, *, first: bool) -> None:
        """Raise where the backend finds that the ``first`` requests cannot be put as they are."""
        check = getattr(self.backend, "check", None) if first else None
        try:
            if check is not None:
                check(turn.requests)
        except McqtestError as error:
            raise AnswerError(str(error)) from None

    @cached_property
    def stores_more(self) -> bool:
        """Whether answers were stored that are none of this run's own requests'."""
        own = {key for each in self._planned.values() for key in each.heads.keys}
        return not own.issuperset(self._store)

    def stored(self, planned: Planned) -> Results | None:
        """The results of what is perhaps no part of this run; None unless all are stored."""
        found = None if planned.conversation is not None else self._found(planned)
        known = [each for each in found or () if each is not None]
        return self._judged(planned, known) if found and len(known) == len(found) else None

    def _judged(self, planned: Planned, said: Sequence[Response]) -> Results:
        items, path = [], planned.task.path
        each = zip(planned.questions, planned.of_each(said), strict=True)
        for at, (question, responses) in enumerate(each):
            if planned.form is not None:
                items.append(planned.form.judge(question, responses))
                continue
            put, back = planned.put[at] if planned.put is not None else (question, None)
            result = answers.judge(
                put,
                responses,
                planned.reading,
                f"{path}/{put.id}",
                read=planned.read,
                value=planned.value,
                vote=planned.vote,
            )
            items.append(result if back is None else home(result, question, back))
        return Results(
            planned.task, tuple(items), planned.fingerprint, planned.asking, planned.template
        )

    def _pull(self, planned: Planned, missing: set[str]) -> None:
        """Take responses from the stream, and store them, until none is missing.

        What goes wrong in a stream of several tasks may be the fault of another one, so the
        task is then asked by itself before it is given up.
        """
        while missing:
            stream = self._stream or self._open(self._from(planned))
            try:
                response = next(stream, None) or _ended(planned, missing)
            except BaseException as error:
                self._stream = None  # a generator that raised is spent; the next task starts anew
                if not isinstance(error, AnswerError) or self._streamed == [planned]:
                    raise
                if planned in self._streamed:
                    self._open([planned])
                continue
            response = _whole(response)
            self._keeper.add(response, name=self._named(response))
            self._given.add(response.key)
            missing.discard(response.key)
            if self._progress:
                total = len(planned.requests)
                self._progress(planned.task, total - len(missing), total)

    def _named(self, response: Response) -> str:
        """What it answers; raises `McqtestError` for what no backend may say."""
        if response.key not in self._sent:
            raise McqtestError(
                f"the backend gave an answer that was not asked for (key {response.key!r})"
            )
        request, count = self._sent[response.key], len(response.logprobs)
        if said := fault(response):
            raise McqtestError(f"{request.name}: the backend gave {said}")
        if count and count != len(request.choices):
            raise McqtestError(
                f"{request.name}: the backend gave {count} log-probabilities for "
                f"{len(request.choices)} choices"
            )
        return request.name

    def _open(self, planned: Sequence[Planned]) -> Iterator[Response]:
        """A new stream."""
        self._streamed = planned
        self._stream = self.backend.run(self._requests(planned))
        return self._stream

    def _from(self, planned: Planned) -> list[Planned]:
        """The tasks of a new stream: from this one on, or it alone."""
        if not self._ahead:
            return [planned]
        every = list(self._planned.values())
        return every[every.index(planned) :]

    def _found(self, planned: Planned) -> list[Response | None]:
        """What is stored for each of its requests."""
        heads = planned.heads
        return list(map(self._known, heads.keys, heads.choices))

    def _known(self, key: str, choices: int) -> Response | None:
        """A stored response counts if it has a log-probability for every choice, or a text."""
        stored = self._store.get(key)
        if stored is None:
            return None
        is_whole = len(stored.logprobs) == choices if stored.logprobs else stored.text is not None
        return stored if is_whole else None

    def _requests(self, planned: Iterable[Planned]) -> Iterator[Request]:
        """One stream of requests; a question that is repeated word for word is asked once."""
        sent: set[str] = set()
        for each in planned:
            for request in each.requests:
                self._sent[request.key] = request
                is_known = self._known(request.key, len(request.choices)) is not None
                yield replace(request, known=is_known or request.key in sent)
                sent.add(request.key)


def _whole(response: Response) -> Response:
    """As files hold it: numbers of whatever library as Python's, and a text that was cut inside
    a character with a mark in its place.
    """
    with suppress(TypeError, ValueError):  # what is no number is told as that
        response = replace(response, logprobs=tuple(map(float, response.logprobs)))
    if not isinstance(response.text, str) or response.text.isascii():
        return response
    text = response.text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return replace(response, text=text)


def _ended(planned: Planned, missing: set[str]) -> NoReturn:
    first = next(request for request in planned.requests if request.key in missing)
    raise AnswerError(f"{first.name}: the backend ended without an answer to it")


def home(result: Result, question: Question, back: Sequence[int]) -> Result:
    """The result of a question that was put otherwise, in terms of the ``question`` itself."""

    def original(index: int | str | None) -> int | str | None:
        return back[index] if isinstance(index, int) else index

    probabilities = result.probabilities
    if probabilities is not None:
        places = sorted(range(len(back)), key=back.__getitem__)
        probabilities = tuple(probabilities[at] for at in places)
    return replace(
        result,
        question=question,
        answer=original(result.answer),
        votes=tuple(map(original, result.votes)),
        probabilities=probabilities,
    )
