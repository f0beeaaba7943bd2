"""Tasks whose questions make the requests that their form says (`mcqtest.types.Form`)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from mcqtest import data
from mcqtest.run.keys import ask_keys, prompts_hash, seeded, unasked
from mcqtest.run.planned import Planned, only_way
from mcqtest.run.sample import Rows, drawn, excerpt
from mcqtest.run.way import Way, decoded
from mcqtest.types import (
    Ask,
    Decoding,
    Form,
    Method,
    Origin,
    Question,
    Request,
    Task,
    Variant,
)


def formed(
    task: Task,
    method: Method,
    way: Way,
    every: Sequence[Question],
    *,
    identity: str,
    name: str = "",
    variant: Variant | None = None,
    count: int | None = None,
) -> Planned:
    """The task with ``every`` question; ``way`` or ``count`` leave some out. No ``variant`` is."""
    form = _form(method, way)
    if variant is not None:
        raise only_way(task, "--sensitivity")
    shots = 0 if way.recorded else task.benchmark.shots if way.shots is None else way.shots
    decoding = method.decoding or Decoding(1)
    places = form.first(every, way.limit) if count is None else drawn(every, count)
    how = f"{form.name}, {shots} shots, {way.method_of(task.benchmark)[0]}"

    def asked(rows: Rows) -> tuple[tuple[Request, ...], list[Request]]:
        written = form.asks(every, [at for at, _ in rows], shots=shots, decoding=decoding)
        asks = {at: tuple(each) for (at, _), each in zip(rows, written, strict=True)}
        if way.recorded:
            asks = {at: _elsewhere(task, every[at], at, each) for at, each in asks.items()}
        requests = _requests(task, every, asks, identity)
        return requests, _own(requests, asks)

    requests, own = asked([(at, every[at]) for at in places])
    numbers = Counter(request.origin.row for request in requests if request.origin)
    questions = tuple(every[at] for at in places)
    return Planned(
        task=task,
        questions=questions,
        requests=requests,
        fingerprint=data.fingerprint(questions)[:32],
        asking=_described(how, own, decoding, way),
        left_out=len(every) - len(questions),
        excerpt=excerpt(every, places, lambda rows: _described(how, asked(rows)[1], decoding, way)),
        variant=name,
        form=form,
        counts=[numbers[at] for at in places],
        notices=form.notices(every),
    )


def _form(method: Method, way: Way) -> Form:
    assert method.form is not None
    likelihood = way.bigbench.get("likelihood") == "on"
    return method.form.with_likelihood() if likelihood else method.form


def _own(requests: Sequence[Request], asks: Mapping[int, Sequence[Ask]]) -> list[Request]:
    """Without those that are only told beside."""
    flat = (ask for asked in asks.values() for ask in asked)
    return [request for request, ask in zip(requests, flat, strict=True) if not ask.beside]


def _described(how: str, requests: Sequence[Request], decoding: Decoding, way: Way) -> str:
    """As a baseline has it; how texts are made only where there are any."""
    if way.recorded:
        return f"recorded {way.recorded}"
    told = decoded(decoding, way) if any(each.decoding for each in requests) else []
    hashed = prompts_hash([each.prompt for each in requests])[:16]
    return ", ".join([how, *told, f"prompts {hashed}"])


def _requests(
    task: Task, every: Sequence[Question], asks: Mapping[int, Sequence[Ask]], identity: str
) -> tuple[Request, ...]:
    """Place of a question -> what it asks, as requests."""
    origins = [Origin(task, every[at].id, at) for at, asked in asks.items() for _ in asked]
    said = (each for asked in asks.values() for each in asked)
    flat = [
        each._replace(decoding=seeded(each.decoding, origin))
        for each, origin in zip(said, origins, strict=True)
    ]
    return tuple(
        Request(key, each.prompt, each.choices, str(origin), each.decoding, origin)
        for key, each, origin in zip(ask_keys(identity, flat), flat, origins, strict=True)
    )


def _elsewhere(task: Task, question: Question, row: int, asked: Sequence[Ask]) -> tuple[Ask, ...]:
    (prompt,) = unasked(task, [(row, question)])
    return tuple(each._replace(prompt=prompt) for each in asked)
