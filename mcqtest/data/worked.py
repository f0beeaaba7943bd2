"""Worked examples that are published as the text of a prompt: those of BIG-Bench Hard."""

from __future__ import annotations

from pathlib import Path

from mcqtest.data.tables import AGAIN, Row, shown, text_of
from mcqtest.types import McqtestError

_RULE = "-----"
_QUESTION, _SOLUTION = "\n\nQ: ", "\nA: "


def read(path: Path, name: str) -> list[Row]:
    r"""The examples of a prompt (cot-prompts of suzgunmirac/BIG-Bench-Hard) as rows.

    Two lines that are no part of it, a canary and five dashes; the task's description; then, each
    after a blank line, examples, ``Q: <question>\nA: <reasoning> ... the answer is <answer>.``.
    A row has these four. Joined as they were they give the prompt byte for byte, but for line ends
    of Windows, which a checkout may have made. Raises `McqtestError`.
    """
    text = text_of(path, name).replace("\r\n", "\n")
    above = text.split("\n", 2)
    if len(above) < 3 or above[1].rstrip() != _RULE:
        found = shown(above[1]) if len(above) > 1 else "nothing"
        raise McqtestError(
            f"{name}, line 2: {found}, expected {_RULE} between a canary and the prompt; restore "
            f"it {AGAIN}"
        )
    description, *examples = above[2].rstrip("\n").split(_QUESTION)
    return [
        Row(where, _cells(description, example, where))
        for number, example in enumerate(examples, 1)
        for where in [f"{name}, example {number}"]
    ]


def _cells(description: str, example: str, where: str) -> dict[str, object]:
    question, _, reasoning = example.partition(_SOLUTION)
    answer = reasoning.rpartition("answer is ")[2] if "answer is " in reasoning else ""
    answer = answer.strip().removesuffix(".").strip()
    if not answer or "\n" in answer:
        found = f"ends with {shown(reasoning[-60:])}" if reasoning else "has no line that begins A:"
        raise McqtestError(f'{where}: {found}, expected "... the answer is X."; restore it {AGAIN}')
    return {
        "description": description,
        "question": question,
        "reasoning": reasoning,
        "answer": answer,
    }
