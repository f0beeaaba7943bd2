"""Asking that who does not know the answer says so."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from mcqtest.prompts import korean
from mcqtest.types import Prompt, Question, Style, Task

_ENGLISH = 'If you do not know the answer, write "I don\'t know" instead of an answer.'
_KOREAN = '답을 모르면 답 대신 "모르겠습니다"라고 쓰세요.'
_IN_KOREAN = (korean.kmmlu, korean.kmmlu_cot, korean.kmmlu_pro)


@lru_cache(maxsize=64)
def abstaining(style: Style) -> Style:
    """The same style with one sentence more behind its instruction, or, where it has none before
    the examples, before all else. `mcqtest.answers.abstains` reads what is then said.

    The sentences are ours. Worked examples show no such answer, and stay as they are.
    """
    sentence = _KOREAN if style in _IN_KOREAN else _ENGLISH

    def write(task: Task, shots: Sequence[Question], question: Question) -> Prompt:
        prompt = style.write(task, shots, question)
        told = prompt.header.rstrip()
        header = f"{told} {sentence}{prompt.header[len(told) :]}" if told else f"{sentence}\n\n"
        return Prompt(header, prompt.shots, prompt.query)

    return Style(f"{style.name}-abstain", write, style.single)
