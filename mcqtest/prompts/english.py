"""Prompt styles: how a question is put to a model, byte for byte.

One byte more or less moves scores, so every style cites where its bytes come from, and the tests
hold them against the original. The 24 styles of MMLU-Pro are in `mcqtest.prompts.styles`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache

from mcqtest.types import LETTERS, McqtestError, Prompt, Question, Style, Task

STEPS = " Let's think step by step."
"""What the model goes on from when it is to reason before it answers."""


@lru_cache(maxsize=64)
def worked(
    example: Callable[[Question], str],
    answer: Callable[[Question], str],
    shots: tuple[Question, ...],
) -> tuple[str, ...]:
    """Examples with their answers and a blank line: the same for all questions of a task."""
    return tuple(f"{example(shot)}{answer(shot)}\n\n" for shot in shots)


def letter(shot: Question) -> str:
    """The answer of a shot where letters are asked for."""
    return letters(shot)[shot.answer]


def steps(shot: Question) -> str:
    """The answer of a shot where it is reasoned."""
    return f" {reasoning(shot).removeprefix('A: ')}"


def _mmlu(task: Task, shots: Sequence[Question], question: Question) -> Prompt:
    """The original prompt of MMLU (arXiv 2009.03300; hendrycks/test, evaluate.py).

    - Two spaces stand before the subject: ``format_subject`` writes a space before each of its
      words, after the one that ends "about". Most later tools write one.
    - Question and choices are as published, not stripped, and have no label of their own.
    - An example ends with "Answer:" and no space, since the space belongs to the scored token
      (`letters`). A shot goes on with that token and a blank line.
    """
    subject = " " + task.name.replace("_", " ")
    return Prompt(
        header=f"The following are multiple choice questions (with answers) about {subject}.\n\n",
        shots=worked(_mmlu_example, letter, tuple(shots)),
        query=_mmlu_example(question),
    )


def _mmlu_example(question: Question) -> str:
    return f"{question.text}\n{listed(question)}Answer:"


def _mmlu_pro(task: Task, shots: Sequence[Question], question: Question) -> Prompt:
    """The local script of MMLU-Pro (TIGER-AI-Lab/MMLU-Pro, evaluate_from_local.py).

    Four line ends stand after the sentence: three in its file, one from joining.
    """
    return Prompt(
        header=(
            "The following are multiple choice questions (with answers) about "
            f'{task.title}. Think step by step and then finish your answer with "the answer is '
            '(X)" where X is the correct letter choice.\n\n\n\n'
        ),
        shots=worked(_mmlu_pro_example, _mmlu_pro_steps, tuple(shots)),
        query=f"{_mmlu_pro_example(question)}Answer:{STEPS}",
    )


def _mmlu_pro_example(question: Question) -> str:
    return f"Question:\n{question.text}\nOptions:\n{listed(question)}"


def _mmlu_pro_steps(shot: Question) -> str:
    """The opening is replaced, so that a solution which opens otherwise stays as it is."""
    return reasoning(shot).replace("A: Let's think step by step.", f"Answer:{STEPS}")


def _mmlu_pro_api(task: Task, shots: Sequence[Question], question: Question) -> Prompt:
    """The script of MMLU-Pro for served models (evaluate_from_api.py): one user message there,
    whose text this is. The first option stands behind "Options:" on its line.
    """
    return Prompt(
        header=(
            "The following are multiple choice questions (with answers) about "
            f"{task.title}. Think step by step and then output the answer in the format of "
            '"The answer is (X)" at the end.\n\n'
        ),
        shots=worked(_mmlu_pro_api_example, steps, tuple(shots)),
        query=f"{_mmlu_pro_api_example(question)}{STEPS}\n\n",
    )


def _mmlu_pro_api_example(question: Question) -> str:
    return f"Question: {question.text}\nOptions: {listed(question)}Answer:"


def _mmlu_pro_direct(task: Task, shots: Sequence[Question], question: Question) -> Prompt:
    """MMLU-Pro without reasoning. The prompt of its paper's direct answers (arXiv 2406.01574,
    table 3) is not published; this is the local script's, less all that asks for steps.
    """
    return Prompt(
        header=(
            f"The following are multiple choice questions (with answers) about {task.title}.\n\n"
        ),
        shots=worked(_mmlu_pro_direct_example, letter, tuple(shots)),
        query=_mmlu_pro_direct_example(question),
    )


def _mmlu_pro_direct_example(question: Question) -> str:
    return f"{_mmlu_pro_example(question)}Answer:"


def _plain(task: Task, shots: Sequence[Question], question: Question) -> Prompt:  # noqa: ARG001
    """The bare question, for texts. It is ours, for benchmarks of one's own."""
    return Prompt(
        header="",
        shots=worked(_plain_example, _plain_answer, tuple(shots)),
        query=_plain_example(question),
    )


def _plain_example(question: Question) -> str:
    return f"Question: {question.text}\n{listed(question)}Answer:"


def _plain_answer(shot: Question) -> str:
    return letter(shot) if shot.choices else f" {shot.targets[0]}"


mmlu = Style("mmlu", _mmlu)
plain = Style("plain", _plain)
mmlu_pro = Style("mmlu_pro", _mmlu_pro)
mmlu_pro_api = Style("mmlu_pro_api", _mmlu_pro_api, single=True)
mmlu_pro_direct = Style("mmlu_pro_direct", _mmlu_pro_direct)


def letters(question: Question) -> tuple[str, ...]:
    """The continuations to score: ``" A"``, ``" B"``, ... one per choice, in order.

    The space is part of them because tokenizers join it with the letter: after "Answer:" the
    token for " A" is likely, the one for "A" is not (hendrycks/test, evaluate.py looks up " A").
    """
    return _continuations(labels(question))


@lru_cache(maxsize=len(LETTERS))
def _continuations(labels: str) -> tuple[str, ...]:
    return tuple(f" {letter}" for letter in labels)


def listed(question: Question, form: str = "{}. {}\n") -> str:
    """Every choice in this form, which has a place for the letter and one for the text."""
    return "".join(map(form.format, labels(question), question.choices))


def reasoning(shot: Question) -> str:
    """The worked solution of a shot."""
    if shot.reasoning is None:
        raise McqtestError(
            f"question {shot.id!r}: no worked solution to show as an example; ask with --shots=0, "
            "or with --method=letters"
        )
    return shot.reasoning


def labels(question: Question) -> str:
    """The letters of the question's choices."""
    count = len(question.choices)
    if count > len(LETTERS):
        raise McqtestError(
            f"question {question.id!r}: {count} choices, expected at most {len(LETTERS)};"
            " letters end at Z, leave the question out"
        )
    return LETTERS[:count]
