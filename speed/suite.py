"""All benchmarks of letters and texts in their published numbers, 66,513 questions, and a model
that answers them: MMLU and MMLU-Pro are those of ``--data``, the rest is made up, in the columns of
its publishers and with the lengths of the rows that are public. Nothing in it is a real question.
"""

from __future__ import annotations

import csv
import gzip
import json
import random
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from benchmarks.test_kmmlu import KMMLU
from benchmarks.test_kmmlu_pro import KMMLU_PRO
from benchmarks.test_kmmlu_redux import KMMLU_REDUX
from mcqtest.types import Benchmark

NAMES = ("mmlu", "mmlu_pro", "kmmlu", "kmmlu_redux", "kmmlu_pro")
QUESTIONS = 14_042 + 12_032 + 35_030 + 2_587 + 2_822
TOLD = "mmlu_pro/outputs/Meta-Llama-3-8B.jsonl.gz"
"""Recorded texts: of the longest answers that are public for all of MMLU-Pro."""

_TEXT, _CHOICE = (22, 25, 28, 32, 38, 44, 51, 64, 92, 120), (3, 5, 6, 9, 17, 28, 46, 65, 97)
"""Characters of a question and of a choice: tenths of 500 public rows of KMMLU."""
_HANGUL = "가나다라마바사아자차카타파하고노도로모보소오조초코토포호구누두루무부수우주추쿠투푸후"
_SENTENCES = (
    "먼저 {what}을 살펴봅시다. ",
    "{letter}) {what}은 옳지 않습니다. ",
    "따라서 {what}입니다.\n",
    "선택지 {letter}의 {what}은 맞는 설명입니다. ",
)
_THOUGHT = (600, 1000, 1400, 1800, 2200)
"""Characters of a Korean text, thought included."""


def write(data: Path, folder: Path) -> Path:
    """The questions, below ``folder``, unless they are there; ``data`` holds the real ones."""
    for name in ("mmlu", "mmlu_pro"):
        folder.mkdir(parents=True, exist_ok=True)
        if not (link := folder / name).exists():
            link.symlink_to((data / name).resolve())
    draw = random.Random(0)
    for task, count in _counts(KMMLU):
        name = {"Korean-History": "korean-history", "Math": "math"}.get(task, task)
        for split, rows in (("test", count), ("dev", 5)):
            _csv(folder / "kmmlu" / f"{name}-{split}.csv", _rows(draw, f"{task} {split}", rows, 4))
    _jsonl(folder / "kmmlu_redux" / "test.jsonl", _listed(draw, KMMLU_REDUX, "category", 4))
    _jsonl(folder / "kmmlu_pro" / "test.jsonl", _listed(draw, KMMLU_PRO, "license_name", 5))
    return folder


def model(data: Path, path: Path, *, moved: float = 0.0) -> Path:
    """The file of a made-up model (`speed.made_up`) that says recorded texts, and Korean ones that
    are made up; another one gives other answers to a ``moved`` share of the questions.
    """
    with gzip.open(data / TOLD, "rt", encoding="utf-8") as lines:
        english = [json.loads(line)["output"] or "" for line in lines]
    draw = random.Random(1)
    korean = [
        f"{_thought(draw, draw.choice(_THOUGHT))}\n\n정답: {draw.choice('ABCD')}"
        for _ in range(2000)
    ]
    texts = {"mmlu_pro": english, "kmmlu_redux": korean, "kmmlu_pro": korean}
    told = {"moved": moved, "texts": texts}
    path.write_text(json.dumps(told, ensure_ascii=False), "utf-8")
    return path


def _counts(benchmark: Benchmark) -> Iterator[tuple[str, int]]:
    """Task -> questions, as published."""
    licences = [getattr(task.criterion, "questions", 0) for task in benchmark.tasks]
    counts = benchmark.published or licences
    return zip((task.name for task in benchmark.tasks), counts, strict=True)


def _rows(draw: random.Random, name: str, count: int, choices: int) -> Iterator[dict[str, Any]]:
    """Questions that are all different, with the right answer from 1."""
    for row in range(count):
        yield {
            "question": f"{name} {row}: {_said(draw, draw.choice(_TEXT))}?",
            "choices": [f"{at} {_said(draw, draw.choice(_CHOICE))}" for at in range(choices)],
            "answer": draw.randint(1, choices),
        }


def _listed(
    draw: random.Random, benchmark: Benchmark, column: str, choices: int
) -> Iterator[Mapping[str, Any]]:
    """Rows of KMMLU-Redux and KMMLU-Pro, whose tasks stand in a ``column``."""
    for task, count in _counts(benchmark):
        title = benchmark.titles[task]
        for at, row in enumerate(_rows(draw, task, count, choices)):
            yield {
                "question": row["question"],
                "options": row["choices"],
                "solution": str(row["answer"]),
                column: title,
                "subject": f"{title} {5 * at // count + 1}과목",
            }


def _thought(draw: random.Random, length: int) -> str:
    """Sentences on choices, as a text has them that weighs them one by one."""
    told = ""
    while len(told) < length:
        what = _said(draw, draw.randint(30, 90))
        told += draw.choice(_SENTENCES).format(what=what, letter=draw.choice("ABCD"))
    return told


def _csv(path: Path, rows: Iterable[Mapping[str, Any]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("question", "answer", *"ABCD", "Category", "Human Accuracy"))
        for row in rows:
            writer.writerow((row["question"], row["answer"], *row["choices"], "", 0.5))


def _jsonl(path: Path, rows: Iterable[Mapping[str, Any]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = (json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    path.write_text("".join(lines), "utf-8")


def _said(draw: random.Random, length: int) -> str:
    """Words of two to five syllables, so many characters."""
    words: list[str] = []
    while length > 0:
        size = min(length, draw.randint(2, 5))
        words.append("".join(draw.choices(_HANGUL, k=size)))
        length -= size + 1
    return " ".join(words)
