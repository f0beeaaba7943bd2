"""How well answers of newer models are read: thinking models, JSON, Korean reasoning, letters.

    python scripts/read_records.py DIR

DIR holds ``records/`` with ``mmlu_pro_think``, ``mmlu_pro_outputs_more``, ``kormed_outputs``,
``mmlu_outputs_more`` and ``mmlu_quant_llama31_8b``, and the questions in ``mmlu`` and ``mmlu_pro``.
"""

from __future__ import annotations

import argparse
import csv
import random
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from read_outputs import compared, drawn, lines, show

from mcqtest import answers
from mcqtest.types import LETTERS

READERS = ("lm_eval", "mmlu_pro", "kmmlu_pro", "mcqtest-2", "mcqtest")
LABELS = Path(__file__).parents[1] / "tests" / "labels" / "records.csv"
Said = tuple[str, str, str, Sequence[str] | int, str]
"""Source, index, text, choices or their number, right letter."""


class Recorded:
    """The recorded texts, one source after the other."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._records = folder, folder / "records"

    def texts(self) -> Iterator[Said]:
        """Every text of every source."""
        yield from self._pro()
        yield from self._korean()
        yield from self._mmlu()

    def _pro(self) -> Iterator[Said]:
        rows = lines(self._folder / "mmlu_pro" / "test_2025-08-25.jsonl.gz")
        choices = {row["question_id"]: row["options"] for row in rows}
        for path in sorted((self._records / "mmlu_pro_think").glob("*.jsonl.gz")):
            name = f"think/{path.name.removesuffix('.jsonl.gz')}"
            for row in lines(path):
                number = row["question_id"]
                yield name, str(number), row["output"], choices[number], row["answer"]
        path = self._records / "mmlu_pro_outputs_more" / "spanish_prompt_zero_shot.jsonl.gz"
        for at, row in enumerate(lines(path)):
            options = choices.get(row["question_id"], 10)
            yield "spanish", str(at), row["output"], options, row["answer"]

    def _korean(self) -> Iterator[Said]:
        for name in ("deepseek_r1", "student_seed42"):
            for row in lines(self._records / "kormed_outputs" / f"{name}.jsonl.gz"):
                index = f"{row['subset']}/{row['sample_idx']}"
                yield f"kormed/{name}", index, row["output"], 5, row["gold"]

    def _mmlu(self) -> Iterator[Said]:
        more = self._records / "mmlu_outputs_more" / "Phi-3-mini-4k-instruct.jsonl.gz"
        paths = {"mmlumore": more}
        for name in ("fp16", "q8_0"):
            path = self._records / "mmlu_quant_llama31_8b" / f"{name}.jsonl.gz"
            paths[f"quant/{name}"] = path
        for source, path in paths.items():
            for row in lines(path):
                index = f"{row['subject']}/{row['index']}"
                cells = self._subject(row["subject"])[row["index"]]
                yield source, index, row["output"], cells[1:5], cells[5]

    @cache  # noqa: B019 - one object in a run
    def _subject(self, name: str) -> list[list[str]]:
        with (self._folder / "mmlu" / "test" / f"{name}_test.csv").open(newline="") as file:
            return list(csv.reader(file))


class Sample:
    """The labelled texts, as every reader reads them."""

    def __init__(self, recorded: Recorded) -> None:
        with LABELS.open() as file:
            labels = {(row["source"], row["index"]): row["label"] for row in csv.DictReader(file)}
        self.cells: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for source, index, text, choices, _ in recorded.texts():
            if (label := labels.get((source, index))) is not None:
                found = {name: answers.read(text, reader=name, options=choices) for name in READERS}
                said = None if label == "-" else LETTERS.index(label)
                self.cells[source].append(found | {"label": said})

    def drawn(self, rng: random.Random | None = None) -> list[tuple[float, dict[str, Any]]]:
        """Of the labelled texts (`read_outputs.drawn`)."""
        return drawn(self.cells, rng)


def accuracies(recorded: Recorded) -> Iterable[Sequence[str]]:
    """A row for each source: accuracy in per cent and the share that is unread, by reader."""
    rows: dict[str, list[Said]] = defaultdict(list)
    for each in recorded.texts():
        rows[each[0]].append(each)
    yield ("source", "n", *(f"{name} {what}" for name in READERS for what in ("right", "unread")))
    for source, said in rows.items():
        cells = [source, f"{len(said):,}"]
        for name in READERS:
            read = [answers.read(text, reader=name, options=of) for _, _, text, of, _ in said]
            right = sum(
                at is not None and LETTERS[at] == each[4]
                for at, each in zip(read, said, strict=True)
            )
            cells += [f"{100 * right / len(said):.2f}", f"{100 * read.count(None) / len(said):.2f}"]
        yield cells


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    recorded = Recorded(parser.parse_args().data)
    show("The labelled texts, per cent", compared(Sample(recorded), READERS, weighted=False))
    show("Whole sources, per cent", accuracies(recorded))


if __name__ == "__main__":
    main()
