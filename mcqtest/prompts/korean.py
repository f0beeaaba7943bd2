"""Korean prompt styles: KMMLU's, byte for byte, and those of KMMLU-Redux and KMMLU-Pro."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from mcqtest.prompts.english import labels, letter, listed, reasoning, worked
from mcqtest.types import McqtestError, Prompt, Question, Style, Task

_TIGHT = "{}.{}\n"
_BRACKET = "{}) {}\n"


def _kmmlu(task: Task, shots: Sequence[Question], question: Question) -> Prompt:  # noqa: ARG001
    """KMMLU (arXiv 2402.11548; lm-evaluation-harness, tasks/kmmlu/default).

    The colon is a full-width one, the question is stripped and its choices are not, and there is no
    header. An example goes on with a space, its letter and a blank line.
    """
    return Prompt("", worked(_kmmlu_example, letter, tuple(shots)), _kmmlu_example(question))


def _kmmlu_example(question: Question) -> str:
    return f"{question.text.strip()}\n{listed(question)}정답\uff1a"


def _kmmlu_cot(task: Task, shots: Sequence[Question], question: Question) -> Prompt:
    """Chain of thought for KMMLU-HARD (lm-evaluation-harness, tasks/kmmlu/cot_hard).

    Only the first example has a label. A worked solution begins with the sentence that calls for
    it, so in examples this stands twice.
    """
    examples = _kmmlu_worked(tuple(shots), task.title)
    return Prompt("", examples, _kmmlu_reasoned(question, task.title))


@lru_cache(maxsize=64)
def _kmmlu_worked(shots: tuple[Question, ...], phrase: str) -> tuple[str, ...]:
    examples = [f"{_kmmlu_reasoned(shot, phrase)} {reasoning(shot)}\n\n" for shot in shots]
    return tuple(f"{'' if at else '질문: '}{example}" for at, example in enumerate(examples))


def _kmmlu_reasoned(question: Question, phrase: str) -> str:
    return (
        f"{question.text}\n{listed(question, _TIGHT)}정답: 차근 차근 생각해봅시다. "
        f"{phrase} 관련 정보를 위해 위키피디아를 참조하겠습니다."
    )


def _kmmlu_pro(task: Task, shots: Sequence[Question], question: Question) -> Prompt:
    """KMMLU-Pro and KMMLU-Redux in Korean (arXiv 2507.08924, figure 10): no examples.

    There it is one message of a user. That blank lines stand around the question, and that the
    letters named are those of the question's own choices, is not printed there; the line end
    behind the last choice is ours.
    """
    _check_shots(task, shots)
    return Prompt(
        "",
        (),
        f"다음 문제에 대해 정답을 고르세요. 당신의 최종 정답은 {labels(question)} 중 하나이고, "
        '"정답:" 뒤에 와야 합니다. 정답을 고르기 전에 차근차근 생각하고 추론하세요.\n\n'
        f"{_bracketed(question)}",
    )


def _kmmlu_pro_english(task: Task, shots: Sequence[Question], question: Question) -> Prompt:
    """The same in English (figure 9), which is the prompt of simple-evals for MMLU."""
    _check_shots(task, shots)
    return Prompt(
        "",
        (),
        "Answer the following multiple choice question. The last line of your response should be of"
        " the following format: 'Answer: $LETTER' (without quotes) where LETTER is one of "
        f"{labels(question)}. Think step by step before answering.\n\n{_bracketed(question)}",
    )


def _check_shots(task: Task, shots: Sequence[Question]) -> None:
    if shots:
        raise McqtestError(
            f"{task.path}: in this prompt style no examples can be shown; ask with --shots=0"
        )


def _bracketed(question: Question) -> str:
    return f"{question.text}\n\n{listed(question, _BRACKET)}"


kmmlu = Style("kmmlu", _kmmlu)
kmmlu_cot = Style("kmmlu_cot", _kmmlu_cot)
kmmlu_pro = Style("kmmlu_pro", _kmmlu_pro, single=True)
kmmlu_pro_english = Style("kmmlu_pro_english", _kmmlu_pro_english, single=True)
