"""Which requests a run makes: the selected tasks' questions, written out as prompts.

Everything that can be wrong with the data is found here, before a model is loaded.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from mcqtest import data, prompts
from mcqtest.answers import READING, Reading
from mcqtest.run import splits
from mcqtest.run.keys import prompts_hash, request_keys, seeded
from mcqtest.run.way import OWN, Way, style_of
from mcqtest.types import (
    Back,
    Chat,
    McqtestError,
    Method,
    Origin,
    Prompt,
    Question,
    Request,
    Style,
    Task,
    Value,
    Variant,
)


@dataclass(frozen=True, slots=True, eq=False)
class Planned:
    """One task, ready to be asked."""

    task: Task
    questions: tuple[Question, ...]
    requests: tuple[Request, ...]
    """In the order of ``questions``, each question's samples together."""
    fingerprint: str
    """Of the question set."""
    asking: str
    """How they are asked and read, in words, and a hash of the prompts."""
    reading: Reading = READING
    left_out: int = 0
    """Questions of the task that are not asked."""
    hidden: bool = False
    """Its examples are questions of the test, but are not shown."""
    variant: str = ""
    """Told from the task's other ways of being asked; empty for the one that is compared."""
    put: Sequence[tuple[Question, Back]] | None = None
    """The questions as they are put, and the way back to their choices; None: as they are."""
    value: Value | None = None
    """What a text is worth (`mcqtest.types.Method.value`)."""
    vote: str = "majority"
    """How several samples make one score."""
    template: str = ""
    """Fingerprint of the chat template; empty where plain text is asked."""

    def asked(self) -> Iterator[tuple[Question, Sequence[Request]]]:
        """Every question with its requests, one for each sample."""
        each = len(self.requests) // len(self.questions)
        for index, question in enumerate(self.questions):
            yield question, self.requests[index * each : (index + 1) * each]


def plan(
    task: Task,
    *,
    root: Path | None,
    identity: str,
    way: Way = OWN,
    variant: Variant | None = None,
    name: str = "",
    revision: str | None = None,
) -> Planned:
    """Write the requests of one task for the model with this ``identity``.

    With ``variant`` they are asked in that way; ``name`` tells them from the task's others, and
    ``revision`` is that of the hub's data. Raises `McqtestError` for bad data.
    """
    by, method = way.method_of(task.benchmark)
    style = (variant and variant.style) or style_of(method)
    examples = _examples(task, method, way, root, revision)
    every = data.load(task, "test", root, revision=revision)
    examples, hidden = _shown(task, method, way, examples, every, root=root)
    questions = every[: way.limit]
    put = [variant.of(question) for question in questions] if variant else None
    asked = questions if put is None else tuple(question for question, _ in put)
    _check(task, asked, method)
    written = _written(task, asked, style, examples, way)
    samples = way.samples(method)
    words = _described(by, replace(method, style=style), len(examples), samples, way)
    return Planned(
        task=task,
        questions=questions,
        requests=_requests(
            task, asked, written, identity=way.identity(identity), method=method, samples=samples
        ),
        fingerprint=data.fingerprint(questions)[:32],
        asking=words + ("" if way.recorded else f", prompts {prompts_hash(written)[:16]}"),
        reading=replace(way.reading, chat=way.talk is not None),
        left_out=len(every) - len(questions),
        hidden=hidden,
        variant=name or (variant.name if variant else ""),
        put=tuple(put) if put is not None else None,
        value=method.value,
        vote=way.vote,
        template=way.talk.template if way.talk else "",
    )


def _written(
    task: Task,
    asked: Sequence[Question],
    style: Style,
    examples: Sequence[Question],
    way: Way,
) -> Sequence[Prompt | Chat]:
    """What is said to the model, question by question."""
    if way.recorded:
        return _unasked(task, asked)
    written = [style.write(task, examples, question) for question in asked]
    return prompts.converse(task, style, examples, written, way.talk) if way.talk else written


def _check(task: Task, questions: Sequence[Question], method: Method) -> None:
    """Raise for questions without choices that no answer could ever be right to."""
    without = next((each for each in questions if not each.choices), None)
    if without is None or (method.decoding and method.value):
        return
    lacks = "value" if method.decoding else "decoding"
    raise McqtestError(
        f"{task.path}/{without.id}: has no choices, so a text is asked, and is worth what a value "
        f"says; give its Method a {lacks}"
    )


def _examples(
    task: Task, method: Method, way: Way, root: Path | None, revision: str | None
) -> Sequence[Question]:
    """The split that the shots are taken from; empty where none are shown."""
    wanted = _wanted(task, way)
    if way.recorded or not wanted:
        return ()
    if not task.benchmark.shots:
        raise McqtestError(f"--shots={wanted}: {task.path} has no examples; ask with --shots=0")
    examples = data.load(task, _split(method), root, revision=revision)
    if len(examples) < wanted:
        raise McqtestError(
            f"--shots={wanted}: {task.path} has only {len(examples)} examples; ask for fewer"
        )
    return examples


def _shown(
    task: Task,
    method: Method,
    way: Way,
    examples: Sequence[Question],
    every: Sequence[Question],
    *,
    root: Path | None,
) -> tuple[Sequence[Question], bool]:
    """The shots among the ``examples``; without any, whether they would be questions of the test.
    Raises `McqtestError` where they are.
    """
    splits.check(task, examples, every)
    hidden = not examples and not way.recorded and splits.hidden(task, _split(method), root, every)
    return examples[: _wanted(task, way)], hidden


def _wanted(task: Task, way: Way) -> int:
    return task.benchmark.shots if way.shots is None else way.shots


def _split(method: Method) -> str:
    return "worked" if method.worked else "shots"


def _requests(
    task: Task,
    asked: Sequence[Question],
    written: Sequence[Prompt | Chat],
    *,
    identity: str,
    method: Method,
    samples: int,
) -> tuple[Request, ...]:
    """One for each sample of each question, these together."""
    origins = [
        Origin(task, question.id, row, sample)
        for row, question in enumerate(asked)
        for sample in range(samples)
    ]
    decodings = [seeded(method.decoding, origin) for origin in origins]
    keys = request_keys(
        identity,
        [written[origin.row] for origin in origins],
        [asked[origin.row] for origin in origins],
        decodings,
    )
    return tuple(
        Request(
            key=key,
            prompt=written[origin.row],
            choices=prompts.continuations(written[origin.row], asked[origin.row]),
            name=str(origin),
            decoding=decoding,
            origin=origin,
        )
        for origin, decoding, key in zip(origins, decodings, keys, strict=True)
    )


def _unasked(task: Task, questions: Sequence[Question]) -> list[Prompt]:
    """Stand for prompts that somebody else wrote: all by which an output is looked up, and what
    was asked, so that other questions are not given the stored answers of these.
    """
    return [
        Prompt("", (), json.dumps([task.path, each.id, row, each.text, each.choices]))
        for row, each in enumerate(questions)
    ]


def _described(name: str, method: Method, shots: int, samples: int, way: Way) -> str:
    """In words, as a baseline has it."""
    if way.recorded:
        several = f", {way.vote} of {samples}" * (samples > 1)
        read = "" if way.recorded == "log-probabilities" else f", {way.reading}"
        return f"recorded {way.recorded}{several}{read}"
    words = [style_of(method).name, f"{shots} shots", name, *([str(way.talk)] if way.talk else ())]
    if (decoding := method.decoding) is not None:
        words.append(f"{decoding.max_tokens} tokens")
        if decoding.thinking_tokens is not None:
            words.append(f"{decoding.thinking_tokens} of thought")
        words += [f"stop {stop!r}" for stop in decoding.stop]
        if decoding.temperature:
            words.append(
                f"temperature {decoding.temperature:g}, top_p {decoding.top_p:g}, "
                f"{f'top_k {decoding.top_k}, ' if decoding.top_k else ''}"
                f"seed {decoding.seed}, {way.vote} of {samples}"
            )
        words.append(str(way.reading))
    return ", ".join(words)
