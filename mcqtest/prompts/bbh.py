"""The prompts of BIG-Bench Hard (arXiv 2210.09261, figure 3 and appendix C).

A description of the task and three examples stand before each question, with the reasoning of each
or with its answer alone. Both come from the published files of chain of thought; without them the
question is asked bare.
"""

from __future__ import annotations

from collections.abc import Sequence

from mcqtest.prompts.english import STEPS, reasoning, worked
from mcqtest.types import Prompt, Question, Style, Task


def _cot(task: Task, shots: Sequence[Question], question: Question) -> Prompt:  # noqa: ARG001
    """The published file as it is, and the question with the line that opens each solution, as in
    lm-evaluation-harness, tasks/bbh/cot_fewshot.
    """
    return Prompt(
        header=_header(shots),
        shots=worked(_example, _steps, tuple(shots)),
        query=f"{_example(question)}{STEPS}\n",
    )


def _direct(task: Task, shots: Sequence[Question], question: Question) -> Prompt:  # noqa: ARG001
    """The same without reasoning: "answer-only". No file of it is published; the answers are those
    that the solutions come to, as lm-evaluation-harness, tasks/bbh/fewshot, takes them.
    """
    return Prompt(
        header=_header(shots),
        shots=worked(_example, _answer, tuple(shots)),
        query=_example(question),
    )


def _header(shots: Sequence[Question]) -> str:
    return f"{shots[0].description}\n\n" if shots else ""


def _example(question: Question) -> str:
    return f"Q: {question.text}\nA:"


def _steps(shot: Question) -> str:
    return f" {reasoning(shot)}"


def _answer(shot: Question) -> str:
    return f" {shot.targets[0]}"


cot = Style("bbh", _cot)
direct = Style("bbh_direct", _direct)
