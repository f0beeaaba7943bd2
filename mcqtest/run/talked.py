"""Tasks that talk to the model by themselves (`mcqtest.types.Conversation`)."""

from __future__ import annotations

from collections.abc import Sequence

from mcqtest import data
from mcqtest.run.keys import ask_keys, seeded
from mcqtest.run.planned import Planned, only_way
from mcqtest.run.way import Way, decoded
from mcqtest.types import (
    Ask,
    Decoding,
    Limits,
    Method,
    Origin,
    Question,
    Request,
    Task,
    Terms,
    Variant,
)


def talked(
    task: Task,
    method: Method,
    way: Way,
    questions: Sequence[Question],
    *,
    identity: str,
    name: str = "",
    variant: Variant | None = None,
) -> Planned:
    """The task with its ``questions``; what it asks is known once it asks. Raises `McqtestError`
    for a ``variant``, and for shots: there is one way to put these questions.
    """
    conversation = method.conversation
    assert conversation is not None
    option = "--sensitivity" if variant is not None else "--shots"
    if variant is not None or way.shots:
        raise only_way(task, option)
    by, _ = way.method_of(task.benchmark)
    decoding = method.decoding or Decoding(1)
    terms = Terms(decoding, way.limit, Limits.of(way.bigbench))
    some = [] if way.limit is None else [f"{way.limit} examples"]
    return Planned(
        task=task,
        questions=tuple(questions),
        requests=(),
        fingerprint=data.fingerprint(questions)[:32],
        asking=", ".join([conversation.name, by, *decoded(decoding, way), *some]),
        left_out=len(some),  # nobody knows how many
        variant=name,
        conversation=conversation,
        terms=terms,
        identity=identity,
        notices=conversation.notices(questions, terms),
    )


class Turns:
    """Numbers the requests of one conversation, as they come."""

    def __init__(self, planned: Planned) -> None:
        self._task = planned.task
        self._identity = planned.identity
        self._count = 0

    def requests(self, asks: Sequence[Ask]) -> tuple[Request, ...]:
        """The next of its requests. Keys hash what is asked, so what was asked before, here or in
        an earlier run, is stored.
        """
        numbers = range(self._count, self._count + len(asks))
        origins = [Origin(self._task, f"query {number}", number) for number in numbers]
        self._count = numbers.stop
        said = [
            ask._replace(decoding=seeded(ask.decoding, origin))
            for ask, origin in zip(asks, origins, strict=True)
        ]
        return tuple(
            Request(key, ask.prompt, ask.choices, str(origin), ask.decoding, origin)
            for key, ask, origin in zip(ask_keys(self._identity, said), said, origins, strict=True)
        )
