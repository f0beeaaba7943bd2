"""Which requests a run makes: the selected tasks' questions, written out as prompts.

Everything that can be wrong with the data is found here, before a model is loaded.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from mcqtest import data, prompts
from mcqtest.answers import READING, Reading
from mcqtest.run.keys import prompts_hash, request_keys, seeded
from mcqtest.run.way import OWN, Way
from mcqtest.types import (
    McqtestError,
    Method,
    Origin,
    Prompt,
    Question,
    Request,
    Style,
    Task,
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
    variant: str = ""
    """Told from the task's other ways of being asked; empty for the one that is compared."""

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
    variant: Style | None = None,
    revision: str | None = None,
) -> Planned:
    """Write the requests of one task for the model with this ``identity``.

    With ``variant`` they are asked in that style; ``revision`` is that of the hub's data. Raises
    `McqtestError` for bad data.
    """
    name, method = way.method_of(task.benchmark)
    style = variant or method.style
    wanted = 0 if way.recorded else _shots(task, way)
    if wanted and not task.benchmark.shots:
        raise McqtestError(f"--shots={wanted}: {task.path} has no examples; ask with --shots=0")
    split = "worked" if method.worked else "shots"
    examples = data.load(task, split, root, revision=revision)[:wanted] if wanted else ()
    if len(examples) < wanted:
        raise McqtestError(
            f"--shots={wanted}: {task.path} has only {len(examples)} examples; ask for fewer"
        )
    every = data.load(task, "test", root, revision=revision)
    questions = every[: way.limit]
    written = (
        _unasked(task, questions)
        if way.recorded
        else [style.write(task, examples, question) for question in questions]
    )
    samples = way.samples(method)
    origins = [
        Origin(task, question.id, row, sample)
        for row, question in enumerate(questions)
        for sample in range(samples)
    ]
    decodings = [seeded(method.decoding, origin) for origin in origins]
    keys = request_keys(
        identity,
        [written[origin.row] for origin in origins],
        [questions[origin.row] for origin in origins],
        decodings,
    )
    return Planned(
        task=task,
        questions=questions,
        requests=tuple(
            Request(
                key=key,
                prompt=written[origin.row],
                choices=prompts.letters(questions[origin.row]),
                name=str(origin),
                decoding=decoding,
                origin=origin,
            )
            for origin, decoding, key in zip(origins, decodings, keys, strict=True)
        ),
        fingerprint=data.fingerprint(questions)[:32],
        asking=_described(name, Method(style, method.decoding), wanted, samples, way)
        + ("" if way.recorded else f", prompts {prompts_hash(written)[:16]}"),
        reading=way.reading,
        left_out=len(every) - len(questions),
        variant=variant.name if variant else "",
    )


def _unasked(task: Task, questions: Sequence[Question]) -> list[Prompt]:
    """Stand for prompts that somebody else wrote: all by which an output is looked up, and what
    was asked, so that other questions are not given the stored answers of these.
    """
    return [
        Prompt("", (), json.dumps([task.path, each.id, row, each.text, each.choices]))
        for row, each in enumerate(questions)
    ]


def _shots(task: Task, way: Way) -> int:
    return task.benchmark.shots if way.shots is None else way.shots


def _described(name: str, method: Method, shots: int, samples: int, way: Way) -> str:
    """In words, as a baseline has it."""
    if way.recorded:
        several = f", majority of {samples}" * (samples > 1)
        read = "" if way.recorded == "log-probabilities" else f", {way.reading}"
        return f"recorded {way.recorded}{several}{read}"
    words = [method.style.name, f"{shots} shots", name]
    if (decoding := method.decoding) is not None:
        words.append(f"{decoding.max_tokens} tokens")
        words += [f"stop {stop!r}" for stop in decoding.stop]
        if decoding.temperature:
            words.append(
                f"temperature {decoding.temperature:g}, top_p {decoding.top_p:g}, "
                f"seed {decoding.seed}, majority of {samples}"
            )
        words.append(str(way.reading))
    return ", ".join(words)
