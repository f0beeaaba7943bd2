"""What is asked, without anybody who is asked: a run that is planned and goes no further; and the
hash by which a question that was put elsewhere is known to be the one that is put here.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from mcqtest.prompts import Talk
from mcqtest.run import sample
from mcqtest.run.keys import ask_keys
from mcqtest.run.plan import plan
from mcqtest.run.planned import Planned
from mcqtest.run.settings import Settings
from mcqtest.run.terms import way_of
from mcqtest.run.way import Way
from mcqtest.types import Ask, Chat, Decoding, McqtestError, Origin, Question, Request, Task

FORMAT = 1


def planned(tasks: Sequence[Task], settings: Settings) -> list[Planned]:
    """These tasks as a run with these ``settings`` asks them; in a chat only where they say so,
    since there is no model to say it. Raises `McqtestError` for what cannot be asked.
    """

    def root(task: Task) -> Path | None:
        given = Path(settings.data) if settings.data else None
        return task.benchmark.source.place or given

    way = own_way(settings)
    drawn = sample.counts(tasks, settings, root)
    return [
        plan(
            task,
            root=root(task),
            identity="",
            way=way,
            revision=settings.revision.get(task.benchmark.name),
            count=drawn.get(task),
        )
        for task in tasks
    ]


def own_way(settings: Settings) -> Way:
    """How a run with these settings asks, as far as it is known without a model."""
    way = way_of(settings, "")
    if settings.chat != "on":
        return way
    talk = Talk(
        template="",
        system=settings.system or "",
        shots_as=settings.shots_as,
        options=settings.chat_option,
    )
    return replace(way, talk=talk)


def hashed(requests: Iterable[Request]) -> str:
    """The hash of what a question asks, whoever is asked: prompt or turns, and the continuations
    or the decoding but for its seed. 32 hexadecimal digits; of several samples it is one.
    """
    asks = []
    for request in requests:
        decoding = request.decoding and replace(request.decoding, seed=0, repeat=0)
        asks.append(Ask(request.prompt, request.choices, decoding))
    keys = "".join(dict.fromkeys(ask_keys("", asks)))
    return hashlib.sha256(keys.encode()).hexdigest()[:32]


def check(each: Planned, told: Callable[[Origin], tuple[str, str]] | None) -> None:
    """Raise where a recording says of a question that something else was asked than here. ``told``:
    the hash that it has for a question, and where that stands.
    """
    for question, requests in each.asked() if told is not None and each.requests else ():
        origin, wanted = requests[0].origin, hashed(requests)
        said, where = told(origin) if told is not None and origin is not None else ("", "")
        if said and said != wanted:
            raise McqtestError(
                f"{where}: {each.task.path}/{question.id} was asked otherwise: its asked_hash is "
                f"{said}, that of what is asked here ({each.asking}) is {wanted}; give the options "
                "that its prompts were written with, or write them anew with `mcqtest prompts`"
            )


def lines(each: Planned) -> Iterator[dict[str, Any]]:
    """What ``mcqtest prompts`` writes of a task: a JSON object for each question."""
    if each.conversation is not None:
        raise McqtestError(f"{each.task.path}: asks by itself, so nobody knows beforehand what")
    for question, requests in each.asked():
        origin = requests[0].origin
        assert origin is not None
        asks = list({request.prompt: request for request in requests}.values())
        if each.form is None:
            asks, samples = asks[:1], len(requests)
        else:
            asks, samples = list(requests), 1
        told = [_told(request, question) for request in asks]
        yield {
            "format": FORMAT,
            "benchmark": each.task.benchmark.name,
            "task": each.task.name,
            "id": question.id,
            "index": origin.row,
            "asked_hash": hashed(requests),
            **(told[0] if len(told) == 1 else {"asks": told}),
            **({"samples": samples} if samples > 1 else {}),
        }


def _told(request: Request, question: Question) -> dict[str, Any]:
    prompt = request.prompt
    said: dict[str, Any]
    if isinstance(prompt, Chat):
        said = {"messages": [message._asdict() for message in prompt.messages]}
        if prompt.opening:
            said["opening"] = prompt.opening
        if prompt.options:
            said["chat_template_kwargs"] = dict(prompt.options)
    else:
        said = {"prompt": prompt.text}
    if request.decoding is None:
        return said | {"continuations": list(request.choices)}
    return said | _decoding(request.decoding) | {"choices": len(question.choices)}


def _decoding(decoding: Decoding) -> dict[str, Any]:
    """As served models call them."""
    said: dict[str, Any] = {"max_tokens": decoding.max_tokens, "temperature": decoding.temperature}
    if decoding.stop:
        said["stop"] = list(decoding.stop)
    if decoding.temperature:
        said |= {"top_p": decoding.top_p, **({"top_k": decoding.top_k} if decoding.top_k else {})}
    return said
