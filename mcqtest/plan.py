"""Which requests a run makes: the selected tasks' questions, written out as prompts.

Everything that can be wrong with the data is found here, before a model is loaded.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from mcqtest import data, prompts
from mcqtest.types import McqtestError, Prompt, Question, Request, Task


@dataclass(frozen=True, slots=True)
class Planned:
    """One task, ready to be asked. ``requests`` are in the order of ``questions``."""

    task: Task
    questions: tuple[Question, ...]
    requests: tuple[Request, ...]
    fingerprint: str
    """Of the question set."""
    asking: str
    """How they are asked and read, in words, and a hash of the prompts."""


def plan(
    task: Task,
    *,
    root: Path | None,
    identity: str,
    shots: int | None = None,
    limit: int | None = None,
) -> Planned:
    """Write the requests of one task for the model with this ``identity``.

    ``shots`` None means the benchmark's own number. Raises `McqtestError` for bad data.
    """
    wanted = task.benchmark.shots if shots is None else shots
    examples = data.load(task, "shots", root)[:wanted] if wanted else ()
    if len(examples) < wanted:
        raise McqtestError(
            f"--shots={wanted}: {task.path} has only {len(examples)} examples; ask for fewer"
        )
    questions = data.load(task, "test", root, limit=limit)
    style = task.benchmark.style
    written = [style(task, examples, question) for question in questions]
    return Planned(
        task=task,
        questions=questions,
        requests=tuple(
            Request(
                key=key,
                prompt=prompt,
                choices=prompts.letters(question),
                name=f"{task.path}/{question.id}",
            )
            for question, prompt, key in zip(
                questions, written, request_keys(identity, written, questions), strict=True
            )
        ),
        fingerprint=data.fingerprint(questions)[:32],
        asking=f"{style.__name__}, {wanted} shots, letters, prompts {_hash(written)[:16]}",
    )


def request_keys(
    identity: str, written: Sequence[Prompt], questions: Sequence[Question]
) -> list[str]:
    """Keys of all that can change an answer: model and settings, prompt, continuations.

    Fields are preceded by their lengths, so that no two different requests hash alike.
    """
    keys = []
    start, started = None, hashlib.sha256()
    for prompt, question in zip(written, questions, strict=True):
        if start != (prompt.header, prompt.shots):
            start = (prompt.header, prompt.shots)
            started = hashlib.sha256(_field(identity) + _field(prompt.header))
            for shot in prompt.shots:
                started.update(_field(shot))
        whole = started.copy()
        whole.update(b"?" + _field(prompt.query))
        for choice in prompts.letters(question):
            whole.update(_field(choice))
        keys.append(whole.hexdigest()[:40])
    return keys


def _hash(written: Sequence[Prompt]) -> str:
    whole = hashlib.sha256()
    last = None
    for prompt in written:
        if (prompt.header, prompt.shots) != last:
            last = (prompt.header, prompt.shots)
            whole.update(b"".join(map(_field, (prompt.header, *prompt.shots))))
        whole.update(b"?" + _field(prompt.query))
    return whole.hexdigest()


def _field(text: str) -> bytes:
    encoded = text.encode("utf-8", "surrogatepass")
    return f"{len(encoded)}:".encode() + encoded
