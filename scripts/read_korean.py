"""How well Korean answers are read: the figures of docs/reading.md, from recorded outputs of KMMLU
and KMMLU-Pro.

    python scripts/read_korean.py DIR

DIR holds ``kmmlu/`` (``outputs/*.csv.gz`` with category, answer, pred and response,
``Criminal-Law-test.csv``, ``outputs_criminal_law/gpt-4o-mini_freetext.jsonl``) and
``kmmlu_pro/outputs_sample.jsonl``.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import random
from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

from read_outputs import compared, drawn, lines, show

from mcqtest import answers
from mcqtest.types import LETTERS

READERS = ("kmmlu", "kmmlu_pro_strict", "kmmlu_pro", "mmlu_pro", "mcqtest-2", "mcqtest")
LABELS = Path(__file__).parents[1] / "tests" / "labels" / "kmmlu.csv"
FREE, PRO = "criminal_law_freetext", "kmmlu_pro"


class Recorded:
    """The recorded texts by source and row, with what is known of their questions' choices."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @property
    def runs(self) -> list[str]:
        files = (self._folder / "kmmlu" / "outputs").glob("*.csv.gz")
        return sorted(path.name.removesuffix(".csv.gz") for path in files)

    def run(self, name: str) -> list[dict[str, str]]:
        """Rows with category, answer, pred and response."""
        path = self._folder / "kmmlu" / "outputs" / f"{name}.csv.gz"
        with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))

    @cached_property
    def _free(self) -> dict[int, tuple[str, list[str]]]:
        with (self._folder / "kmmlu" / "Criminal-Law-test.csv").open(newline="") as file:
            choices = [[row[letter] for letter in "ABCD"] for row in csv.DictReader(file)]
        path = self._folder / "kmmlu" / "outputs_criminal_law" / "gpt-4o-mini_freetext.jsonl"
        return {row["index"]: (row["output"], choices[row["index"]]) for row in lines(path)}

    def texts(self, source: str) -> dict[int, tuple[str, Sequence[str] | int]]:
        """Row -> text and the choices, or their number where their texts are not known."""
        if source == FREE:
            return dict(self._free)
        if source == PRO:
            rows = lines(self._folder / "kmmlu_pro" / "outputs_sample.jsonl")
            return {at: (row["answer_tail"], 5) for at, row in enumerate(rows)}
        return {at: (row["response"], 4) for at, row in enumerate(self.run(source))}


class Sample:
    """The labelled texts, as every reader reads them."""

    def __init__(self, recorded: Recorded) -> None:
        with LABELS.open() as file:
            labels = list(csv.DictReader(file))
        self._cells: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for source in dict.fromkeys(label["source"] for label in labels):
            texts = recorded.texts(source)
            for label in (each for each in labels if each["source"] == source):
                text, choices = texts[int(label["index"])]
                found = {name: answers.read(text, reader=name, options=choices) for name in READERS}
                said = None if label["label"] == "-" else LETTERS.index(label["label"])
                self._cells[source].append(found | {"label": said})

    def drawn(self, rng: random.Random | None = None) -> list[tuple[float, dict[str, Any]]]:
        """Of the labelled texts (`read_outputs.drawn`)."""
        return drawn(self._cells, rng)


def runs(recorded: Recorded) -> Iterable[Sequence[str]]:
    """Of each whole run: accuracy by the recorded letters, and by what is read in the texts."""
    yield ("run", "rows", "not one letter", "recorded, %", *(f"{name}, %" for name in READERS))
    for name in recorded.runs:
        rows = recorded.run(name)
        free = sum(row["response"].strip() not in {*"ABCD"} for row in rows)
        cells = [f"{100 * sum(row['pred'] == row['answer'] for row in rows) / len(rows):.2f}"]
        for reader in READERS:
            right = sum(
                answers.read(row["response"], reader=reader, options=4)
                == LETTERS.index(row["answer"])
                for row in rows
            )
            cells.append(f"{100 * right / len(rows):.2f}")
        yield (name, f"{len(rows):,}", f"{free:,}", *cells)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    recorded = Recorded(parser.parse_args().data)
    show("The labelled texts, per cent", compared(Sample(recorded), READERS, weighted=False))
    show("Whole runs of KMMLU", runs(recorded))


if __name__ == "__main__":
    main()
