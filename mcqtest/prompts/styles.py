"""All prompt styles by name, and the 24 with which MMLU-Pro measures how much a prompt matters.

Four instructions and six formats (TIGER-AI-Lab/MMLU-Pro,
cot_prompt_lib/tested_24_prompt_styles.txt; arXiv 2406.01574, section 6.3), named ``i1f1`` to
``i4f6``. That file shows instructions and formats and not how they are joined: here an
instruction, a blank line, the examples with a blank line behind each, and the question. An
answer is the bare letter for `letters`, and for `cot` the steps; that is ours, and the same for
all 24. Where a format ends with a space, that space is the one of the scored token (`letters`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from mcqtest.prompts import english, korean
from mcqtest.prompts.english import STEPS, letter, listed, steps, worked
from mcqtest.types import McqtestError, Prompt, Question, Style, Task

_EXAMPLES = (
    "Below is a series of example questions (with answers) about {subject} for demonstration. You "
    "will be given a question at the end, after the examples, for you to answer."
)
INSTRUCTIONS = (
    (
        "Please read the following multiple-choice questions and provide the most likely correct "
        "answer based on the options given."
    ),
    (
        f"You are an expert in {{subject}}. {_EXAMPLES} Think it step by step, and give your "
        "answer at the end."
    ),
    "The following are multiple choice questions (with answers) about {subject}.",
    (
        f"You are a helpful assistant. {_EXAMPLES} First give step-by-step reasoning about how to "
        "solve the question. Then output the answer."
    ),
)

FORMATS: tuple[tuple[str, str, str], ...] = (
    ("Question: {}\nOptions:\n", "({}) {}\n", "\nCorrect Answer:"),
    ("**Question**: {}\nOptions:\n", "({}) {}\n", "\n**Correct Answer**:"),
    ("Q: {}\nOptions:\n", "({}) {}\n", "\nThe Best Choice: "),
    ("Question:\n{} ", "{}) {}, ", "\nThe most likely option is "),
    ("Question: {}\nOptions:\n", "{}. {}\n", "\nYour choice: "),
    ("**Question**: {} ", "({}) {} ", "\n**Answer**:"),
)
"""The question, each choice, and what calls for the answer."""


class _Tested(NamedTuple):
    """One of the 24 by one method."""

    instruction: str
    form: tuple[str, str, str]
    answer: Callable[[Question], str]
    opening: str

    def write(self, task: Task, shots: Sequence[Question], question: Question) -> Prompt:
        subject = task.title.replace("_", " ")
        return Prompt(
            header=f"{self.instruction.replace('{subject}', subject)}\n\n",
            shots=worked(self.example, self.answer, tuple(shots)),
            query=f"{self.example(question)}{self.opening}",
        )

    def example(self, question: Question) -> str:
        asked, choice, call = self.form
        return f"{asked.format(question.text)}{listed(question, choice)}{call.removesuffix(' ')}"


def _all(answer: Callable[[Question], str], opening: str) -> tuple[Style, ...]:
    return tuple(
        Style(f"i{i}f{f}", _Tested(instruction, form, answer, opening).write)
        for i, instruction in enumerate(INSTRUCTIONS, 1)
        for f, form in enumerate(FORMATS, 1)
    )


TESTED: Mapping[str, tuple[Style, ...]] = {
    "letters": _all(letter, ""),
    "cot": _all(steps, STEPS),
}
"""The 24, by method."""

_SURE = (
    "The following is a multiple choice question about {subject}. Think step by step, and then "
    'finish with "the answer is (X)" where X is the letter of the correct option. Behind it write '
    '"Confidence: N%", where N from 0 to 100 says how likely your answer is to be correct.'
)
confidence = Style("confidence", _Tested(_SURE, FORMATS[0], steps, STEPS).write)
"""Our own: asks for a confidence in numbers, which `mcqtest.answers.stated_confidence` reads.
Worked examples show none, so it is for ``--shots=0``."""

_OTHERS: Mapping[str, tuple[Style, ...]] = {
    "text": (english.plain,),
    "letters": (english.mmlu, english.mmlu_pro_direct, korean.kmmlu),
    "cot": (
        english.mmlu_pro,
        english.mmlu_pro_api,
        korean.kmmlu_cot,
        korean.kmmlu_pro,
        korean.kmmlu_pro_english,
        confidence,
    ),
}


_NAMED = {
    method: {style.name: style for style in (*_OTHERS[method], *TESTED.get(method, ()))}
    for method in _OTHERS
}


def has(method: str, name: str | None) -> bool:
    """Whether a method has a style of this name."""
    return name in _NAMED[method]


def named(method: str, name: str, *, option: str = "style") -> Style:
    """The style of this name; raises `McqtestError` where there is none."""
    if not has(method, name):
        others = ", ".join(style.name for style in _OTHERS[method])
        more = " and i1f1 to i4f6" if method in TESTED else ""
        raise McqtestError(
            f"--{option}={name}: no such style for --method={method}; there are {others}{more}"
        )
    return _NAMED[method][name]
