"""Prompt styles: how a question is put to a model, byte for byte.

A style is a function ``(task, shots, question) -> Prompt``. One byte more or less moves scores,
so every style cites where its bytes come from, and the tests hold them against the original.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from mcqtest.types import LETTERS, McqtestError, Prompt, Question, Task


def mmlu(task: Task, shots: Sequence[Question], question: Question) -> Prompt:
    """The original prompt of MMLU (arXiv 2009.03300; hendrycks/test, evaluate.py).

    - Two spaces stand before the subject: ``format_subject`` writes a space before each of its
      words, after the one that ends "about". Most later tools write one.
    - Question and choices are as published, not stripped, and have no label of their own.
    - An example ends with "Answer:" and no space, since the space belongs to the scored token
      (`letters`). A shot goes on with that token and a blank line.
    """
    subject = "".join(f" {word}" for word in task.name.split("_"))
    return Prompt(
        header=f"The following are multiple choice questions (with answers) about {subject}.\n\n",
        shots=_answered(tuple(shots)),
        query=_example(question),
    )


@lru_cache(maxsize=8)
def _answered(shots: tuple[Question, ...]) -> tuple[str, ...]:
    """Examples with their answers: the same for all questions of a task."""
    return tuple(f"{_example(shot)}{letters(shot)[shot.answer]}\n\n" for shot in shots)


def letters(question: Question) -> tuple[str, ...]:
    """The continuations to score: ``" A"``, ``" B"``, ... one per choice, in order.

    The space is part of them because tokenizers join it with the letter: after "Answer:" the
    token for " A" is likely, the one for "A" is not (hendrycks/test, evaluate.py looks up " A").
    """
    return _continuations(_labels(question))


@lru_cache(maxsize=len(LETTERS))
def _continuations(labels: str) -> tuple[str, ...]:
    return tuple(f" {letter}" for letter in labels)


def _example(question: Question) -> str:
    return f"{question.text}\n{_options(question)}Answer:"


def _options(question: Question) -> str:
    """One line ``A. choice`` for each choice."""
    pairs = zip(_labels(question), question.choices, strict=True)
    return "".join(f"{letter}. {choice}\n" for letter, choice in pairs)


def _labels(question: Question) -> str:
    """The letters of the question's choices."""
    count = len(question.choices)
    if count > len(LETTERS):
        raise McqtestError(
            f"question {question.id!r}: {count} choices, expected at most {len(LETTERS)};"
            " letters end at Z, leave the question out"
        )
    return LETTERS[:count]
