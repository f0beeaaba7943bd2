"""Tasks whose questions make the requests that their form says (`mcqtest.types.Form`)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from mcqtest import data
from mcqtest.run.keys import ask_keys, prompts_hash, seeded, unasked
from mcqtest.run.planned import Planned
from mcqtest.run.way import Way, decoded
from mcqtest.types import (
    Ask,
    Decoding,
    McqtestError,
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
) -> Planned:
    """The task with ``every`` question that it has, of which ``way`` may leave some out; raises for
    a ``variant``.
    """
    form = method.form
    assert form is not None
    if variant is not None:
        raise McqtestError(
            f"--sensitivity: {task.benchmark.name} puts its questions in one way; leave it out, or "
            "choose other benchmarks with -m"
        )
    if way.bigbench.get("likelihood") == "on":
        form = form.with_likelihood()
    by, _ = way.method_of(task.benchmark)
    shots = 0 if way.recorded else task.benchmark.shots if way.shots is None else way.shots
    decoding = method.decoding or Decoding(1)
    places = form.first(every, way.limit)
    written = form.asks(every, places, shots=shots, decoding=decoding)
    asks = {at: tuple(asked) for at, asked in zip(places, written, strict=True)}
    if way.recorded:
        asks = {at: _elsewhere(task, every[at], at, asked) for at, asked in asks.items()}
    requests = _requests(task, every, asks, identity)
    questions = tuple(every[at] for at in places)
    how = f"{form.name}, {shots} shots, {by}"
    return Planned(
        task=task,
        questions=questions,
        requests=requests,
        fingerprint=data.fingerprint(questions)[:32],
        asking=_described(how, _own(requests, asks), decoding, way),
        left_out=len(every) - len(questions),
        variant=name,
        form=form,
        counts=[len(asked) for asked in asks.values()],
        notices=form.notices(every),
    )


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
    (prompt,) = unasked(task, [question], first=row)
    return tuple(each._replace(prompt=prompt) for each in asked)
