"""A folder of made-up runs and baselines, to see how long commands take (docs/commands.md).

    python scripts/many_runs.py FOLDER [RUNS] [QUESTIONS]

writes ``FOLDER/.mcqtest/runs`` and ``FOLDER/baselines``: six benchmarks, 189 tasks, letters with
probabilities. 4 % of answers change from one run to the next.
"""

import json
import random
import sys
from collections.abc import Iterable, Iterator
from math import isnan
from pathlib import Path

from mcqtest.gate import digest
from mcqtest.gate.companion import Companion, companion
from mcqtest.gate.record import Record
from mcqtest.metrics import measured
from mcqtest.types import LETTERS, Score

Key = tuple[str, str]
TASKS = {"one": 57, "two": 14, "three": 45, "four": 45, "five": 14, "six": 14}


def records(
    rng: random.Random, questions: int, before: dict[Key, list[int]]
) -> Iterator[tuple[Key, list[Score]]]:
    """(benchmark, task) -> its scores, most of them as before."""
    each = questions // sum(TASKS.values())
    for benchmark, count in TASKS.items():
        for number in range(count):
            key = benchmark, f"task_{number:02}"
            old = before.get(key) or [rng.randrange(4) for _ in range(each)]
            answers = [rng.randrange(4) if rng.random() < 0.04 else answer for answer in old]
            before[key] = answers
            yield key, [score(rng, row, answer) for row, answer in enumerate(answers)]


def score(rng: random.Random, row: int, answer: int) -> Score:
    """The right answer follows from the row; three quarters of first answers are wrong."""
    sure = 0.4 + rng.random() / 2
    likely = [sure if each == answer else (1 - sure) / 3 for each in range(4)]
    right = float(answer == row % 4)
    return Score(str(row), right, answer, row % 4, 4, tuple(likely))


def written(key: Key, scores: list[Score], model: str) -> tuple[Record, Companion]:
    """The record of a task, and what stands beside it."""
    marks = "".join(LETTERS[s.answer] if s.correct else LETTERS[s.answer].lower() for s in scores)
    record = Record(
        benchmark=key[0],
        task=key[1],
        questions=f"{len(scores)}, {'0' * 32}",
        asking="mmlu, 5 shots, letters, prompts 0123456789abcdef",
        model=model,
        weights=f"{int(model[-2:]):064x}",
        setup="transformers 5, bfloat16 on cuda",
        figures={name: value for name, value in measured([scores]).items() if not isnan(value)},
        marks=marks,
    )
    return record, companion(record, scores)


def run(folder: Path, model: str, number: int, tasks: Iterable[tuple[Key, list[Score]]]) -> None:
    """A kept run, and the baseline that it recorded."""
    place = folder / ".mcqtest" / "runs" / f"{model}-{number:04}"
    place.mkdir(parents=True)
    who = {"name": model, "weights": f"{number:064x}", "setup": "transformers 5", "dtype": ""}
    lines = [{"format": 1, "model": who, "policy": {}, "problems": []}]
    for key, scores in tasks:
        record, beside = written(key, scores, model)
        about = {"group": "all", "siblings": TASKS[key[0]], "in_part": False}
        lines.append(
            {
                "benchmark": key[0],
                "task": key[1],
                "of": digest(record),
                "weights": record.weights,
                "about": about,
                "record": str(record),
                "companion": str(beside),
            }
        )
        path = folder / "baselines" / model / key[0] / f"{key[1]}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(str(record), "utf-8")
        path.with_suffix(".json").write_text(str(beside), "utf-8")
    (place / "tasks.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines), "utf-8")
    (place / "summary.json").write_text('{"format": 1, "benchmarks": {}}\n', "utf-8")
    (place / "results.jsonl").write_text("", "utf-8")


def main(folder: str, runs: str = "40", questions: str = "66000") -> None:
    rng, before = random.Random(0), dict[Key, list[int]]()
    for number in range(1, int(runs) + 1):
        run(Path(folder), f"step-{number:02}", number, records(rng, int(questions), before))


if __name__ == "__main__":
    main(*sys.argv[1:])
