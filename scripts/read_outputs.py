"""How well answers are read: the figures of docs/reading.md, from recorded outputs of MMLU-Pro.

    python scripts/read_outputs.py DIR

DIR holds ``mmlu_pro/`` with the questions (``test.jsonl.gz``, ``test_revisions.jsonl``) and
``outputs/`` (one ``MODEL.jsonl.gz`` each, ``INDEX.json`` naming the revision that was answered).
"""

from __future__ import annotations

import argparse
import csv
import gzip
import json
import random
import re
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from mcqtest import answers
from mcqtest.types import LETTERS, Question, Response

READERS = ("mmlu_pro", "lm_eval", "mcqtest-2", "mcqtest")
LABELS = Path(__file__).parents[1] / "tests" / "labels" / "mmlu_pro.csv"


def lines(path: Path) -> list[dict[str, Any]]:
    """The objects of a JSONL file."""
    raw = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    return [json.loads(line) for line in raw.decode().split("\n") if line]


class Recorded:
    """All recorded models and the questions that each of them answered."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.index = json.loads((folder / "outputs" / "INDEX.json").read_text())
        self._questions = {row["question_id"]: row for row in lines(folder / "test.jsonl.gz")}
        self._changed: dict[str, dict[int, Any]] = defaultdict(dict)
        for row in lines(folder / "test_revisions.jsonl"):
            self._changed[row["revision"]][row["question_id"]] = row

    @property
    def models(self) -> list[str]:
        return sorted(self.index)

    def questions(self, model: str) -> dict[int, Any]:
        """The revision that a model answered, by id."""
        return self._questions | self._changed[self.index[model]["revision"]]

    def outputs(self, model: str) -> list[dict[str, Any]]:
        return lines(self._folder / "outputs" / f"{model}.jsonl.gz")


def stratum(text: str) -> str:
    """What the published readers make of a text; the sample was drawn from each of these."""
    stated = re.findall(r"answer is \(?([A-J])\)?", text)
    if stated:
        return "several" if len(set(stated)) > 1 else "agree"
    return "none" if answers.read(text, reader="mmlu_pro") is None else "rescued"


# --- accuracy of every recorded model ---------------------------------------------------------


def accuracies(recorded: Recorded) -> Iterable[Sequence[str]]:
    """A row for each model: accuracy in per cent with each reader and fallback."""
    yield ("model", "n", *(f"{name}, {how}" for name in READERS for how in answers.FALLBACKS))
    for model in recorded.models:
        questions, outputs = recorded.questions(model), recorded.outputs(model)
        row = [model, f"{len(outputs):,}"]
        for name in READERS:
            for how in answers.FALLBACKS:
                reading = answers.Reading(name, how)
                right = sum(
                    _right(questions[each["question_id"]], each, reading) for each in outputs
                )
                row.append(f"{100 * right / len(outputs):.2f}")
        yield row


def _right(row: Mapping[str, Any], output: Mapping[str, Any], reading: answers.Reading) -> bool:
    question = Question(
        row["question"], tuple(row["options"]), row["answer_index"], str(row["question_id"])
    )
    said = Response("", (), 0, output["output"])
    task = row["category"].replace(" ", "_")
    return answers.judge(question, [said], reading, f"mmlu_pro/{task}/{question.id}").correct


# --- precision and recall on the sample that was read by hand ---------------------------------


class Sample:
    """Texts with their labels, and how many each stands for."""

    def __init__(self, recorded: Recorded) -> None:
        with LABELS.open() as file:
            labels = list(csv.DictReader(file))
        self.cells: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
        sizes: dict[tuple[str, str], int] = defaultdict(int)
        for model in recorded.models:
            outputs = {each["question_id"]: each["output"] for each in recorded.outputs(model)}
            for text in outputs.values():
                sizes[model, stratum(text)] += 1
            questions = recorded.questions(model)
            for label in (each for each in labels if each["model"] == model):
                id_ = int(label["question_id"])
                choices = questions[id_]["options"]
                found = {
                    name: answers.read(outputs[id_], reader=name, options=choices)
                    for name in READERS
                }
                cell = self.cells[model, label["stratum"]]
                cell.append(found | {"label": _index(label["label"]), "id": id_})
        self.weights = {key: sizes[key] / len(cell) for key, cell in self.cells.items()}

    def drawn(self, rng: random.Random | None = None) -> list[tuple[float, dict[str, Any]]]:
        """Texts with their weights; with ``rng``, drawn anew with replacement in each cell."""
        return [
            (self.weights[key], each)
            for key, cell in self.cells.items()
            for each in (cell if rng is None else rng.choices(cell, k=len(cell)))
        ]


def _index(label: str) -> int | None:
    return None if label == "-" else LETTERS.index(label)


def precision_and_recall(
    drawn: Sequence[tuple[float, Mapping[str, Any]]], reader: str, *, weighted: bool
) -> tuple[float, float]:
    """Of what was read, the share that is right; of what there was to read, the share found."""
    hit = read = there = 0.0
    for weight, each in drawn:
        unit = weight if weighted else 1.0
        read += unit * (each[reader] is not None)
        there += unit * (each["label"] is not None)
        hit += unit * (each["label"] is not None and each[reader] == each["label"])
    return hit / read if read else 0.0, hit / there


Cells = Mapping[str, Sequence[dict[str, Any]]]
"""Source -> its labelled texts, as every reader reads them."""


def drawn(cells: Cells, rng: random.Random | None = None) -> list[tuple[float, dict[str, Any]]]:
    """All texts, each counting alike; with ``rng``, drawn anew with replacement for each source."""
    return [
        (1.0, each)
        for cell in cells.values()
        for each in (cell if rng is None else rng.choices(cell, k=len(cell)))
    ]


class Drawable(Protocol):
    """A labelled sample, or one that is drawn from it anew."""

    def drawn(self, rng: random.Random | None = None) -> list[tuple[float, dict[str, Any]]]: ...


def compared(
    sample: Drawable, readers: Sequence[str] = READERS, *, weighted: bool, rounds: int = 2000
) -> Iterable[Sequence[str]]:
    """Each reader's precision and recall, and by how much ours is better, with 95 % intervals by
    a bootstrap within model and stratum (Efron and Tibshirani 1993, percentile method).
    """
    yield ("reader", "precision", "recall", "ours is better by", "")
    rng = random.Random(0)
    again = [sample.drawn(rng) for _ in range(rounds)]
    for reader in readers:
        cells = [reader]
        for place in (0, 1):
            whole = precision_and_recall(sample.drawn(), reader, weighted=weighted)[place]
            many = [precision_and_recall(each, reader, weighted=weighted)[place] for each in again]
            cells.append(f"{100 * whole:.1f} ({_interval(many)})")
        for place in (0, 1) if reader != "mcqtest" else ():
            more = [
                precision_and_recall(each, "mcqtest", weighted=weighted)[place]
                - precision_and_recall(each, reader, weighted=weighted)[place]
                for each in again
            ]
            cells.append(f"{'precision' if place == 0 else 'recall'} {_interval(more)}")
        yield [*cells, *[""] * (5 - len(cells))]


def _interval(values: Sequence[float]) -> str:
    ordered = sorted(values)
    low, high = ordered[round(0.025 * len(ordered))], ordered[round(0.975 * len(ordered)) - 1]
    return f"{100 * low:.1f} to {100 * high:.1f}"


# --- time -------------------------------------------------------------------------------------

HARD: Mapping[str, Callable[[int], str]] = {
    "answer is": lambda n: "answer is " * (n // 10),
    "answer:": lambda n: "answer: " * (n // 8),
    "letters": lambda n: "A " * (n // 2),
    "spaces": lambda n: "answer" + " " * n,
    "brackets": lambda n: "(" * n,
    "boxes": lambda n: "\\boxed{" * (n // 7),
    "one word": lambda n: "a" * n,
    "lines": lambda n: "Question:\n" * (n // 10),
    "정답은": lambda n: "정답은 " * (n // 4),
    "옳은 것은": lambda n: "옳은 것은 " * (n // 6),
}


def growth() -> Iterable[Sequence[str]]:
    """Seconds for texts of 0.1 and 1 million characters that are hard to read."""
    yield ("text", "characters", *READERS)
    for name, make in HARD.items():
        for size in (100_000, 1_000_000):
            text = make(size)
            cells = [name, f"{size:,}"]
            for reader in READERS:
                started = time.perf_counter()
                answers.read(text, reader=reader)
                cells.append(f"{time.perf_counter() - started:.3f}")
            yield cells


def show(title: str, rows: Iterable[Sequence[str]]) -> None:
    """A Markdown table."""
    print(f"\n{title}\n")
    for number, row in enumerate(rows):
        print(f"| {' | '.join(row)} |")
        if number == 0:
            print(f"|{'---|' * len(row)}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    recorded = Recorded(parser.parse_args().data / "mmlu_pro")
    show("Accuracy, per cent", accuracies(recorded))
    sample = Sample(recorded)
    show("The sample itself, per cent", compared(sample, weighted=False))
    show("Weighted to all recorded outputs, per cent", compared(sample, weighted=True))
    show("Seconds", growth())


if __name__ == "__main__":
    main()
