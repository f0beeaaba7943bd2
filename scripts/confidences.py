"""Recorded confidences of real models: 45 on MMLU-Pro, 11 on MMLU, logits of Llama-3.1.

    python scripts/confidences.py DIR

DIR holds ``records/`` with ``mmlu_pro_confidence``, ``mmlu_msp`` and ``mmlu_logits_llama31``, and
the questions in ``mmlu`` and ``mmlu_pro``.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import io
import json
import random
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import fmean, stdev
from typing import NamedTuple

from mcqtest.metrics import (
    Told,
    aurc,
    auroc,
    ece_of,
    interval,
    resampled,
    softmax,
    temperature,
    weights,
)

SOURCES = {
    "stated": "verbal_numerical_confidence",
    "perplexity": "logit_perplexity_confidence",
    "wording": "verbal_linguistic_confidence",
}
PAIRS = (("wording", "stated"), ("wording", "perplexity"), ("stated", "perplexity"))
_RESAMPLES = 200
_FEWEST = 1000
"""Answers with all three confidences, for a model to count in the averages."""


def lines(path: Path) -> Iterator[str]:
    with gzip.open(path, "rt", encoding="utf-8") as file:
        yield from file


def number(cell: str) -> float | None:
    try:
        found = float(cell)
    except ValueError:
        return None
    return found if found == found else None  # noqa: PLR0124  NaN is missing


def many(folder: Path) -> None:
    """The 45 models, by each confidence, and which one is best on average."""
    path = folder / "mmlu_pro" / "test_2025-08-25.jsonl.gz"
    rows = map(json.loads, lines(path))
    gold = {str(row["question_id"]): row["answer"] for row in rows}
    means: dict[str, dict[str, list[float]]] = {}
    print("model, confidence, n, missing, outside, accuracy, AUROC (95 %), ECE (95 %), AURC (95 %)")
    for file in sorted((folder / "records" / "mmlu_pro_confidence").glob("*.csv.gz")):
        table = list(csv.DictReader(io.StringIO("".join(lines(file)))))
        right = [row["pred"] == gold[row["question_id"]] for row in table]
        model = file.name.removesuffix(".csv.gz")
        said = {s: [number(row[column]) for row in table] for s, column in SOURCES.items()}
        for source, numbers in said.items():
            print(shown(model, source, Told.of(numbers, right)))
        for name, values in common([*said.values()], right).items():
            means.setdefault(name, {})[model] = values
    for name, found in means.items():
        averaged(name, found)


FIGURES = {"auroc": auroc, "ece": ece_of, "aurc": aurc}


def common(
    columns: Sequence[Sequence[float | None]], right: Sequence[bool]
) -> dict[str, list[float]]:
    """Figures of each confidence on the answers that have them all; empty where few do."""
    rows = [at for at in range(len(right)) if all(is_share(column[at]) for column in columns)]
    if len(rows) < _FEWEST:
        return {}
    hits = [right[at] for at in rows]
    some = [[column[at] or 0.0 for at in rows] for column in columns]
    return {
        name: [figure(column, hits) or 0.0 for column in some] for name, figure in FIGURES.items()
    }


def is_share(value: float | None) -> bool:
    return value is not None and 0 <= value <= 1


def shown(model: str, source: str, told: Told) -> str:
    cells = [model, source, f"{len(told.right)}", f"{told.missing}", f"{told.outside}"]
    cells.append(f"{told.figures.get('accuracy', float('nan')):.4f}")
    for name in ("auroc", "ece", "aurc"):
        if name not in told.figures:
            cells.append("-")
            continue
        low, high = told.intervals.get(name, (float("nan"),) * 2)
        cells.append(f"{told.figures[name]:.4f} ({low:.4f} to {high:.4f})")
    return " | ".join(cells)


def averaged(name: str, found: dict[str, list[float]]) -> None:
    """Means over the models, on answers that have all three, and differences with intervals over
    models.
    """
    columns = [*zip(*found.values(), strict=True)]
    told = (f"{s} {fmean(c):.4f}" for s, c in zip(SOURCES, columns, strict=True))
    best = max if name == "auroc" else min
    counts = [sum(best(each) == each[at] for each in found.values()) for at in range(3)]
    print(f"\n{name}, mean over {len(found)} models: {', '.join(told)}")
    print(f"  best of a model: {dict(zip(SOURCES, counts, strict=True))}")
    names = [*SOURCES]
    for one, other in PAIRS:
        a, b = columns[names.index(one)], columns[names.index(other)]
        moved = [x - y for x, y in zip(a, b, strict=True)]
        low, high = models_drawn(moved)
        gain = (fmean(a) / fmean(b) - 1) * 100
        print(
            f"  {one} less {other}: {fmean(a) - fmean(b):+.4f} ({low:+.4f} to {high:+.4f}; "
            f"{gain:+.1f} %), standard deviation over models {stdev(moved):.4f}"
        )


def models_drawn(differences: Sequence[float], seed: int = 0) -> tuple[float, float]:
    """95 % by drawing models anew, 2,000 times: what other models of this kind might give."""
    rng = random.Random(seed)
    means = sorted(fmean(rng.choices(differences, k=len(differences))) for _ in range(2000))
    return means[50], means[-51]


def msp(folder: Path) -> None:
    """Eleven models' highest probability, unparseable answers counted as wrong and left out."""
    print(
        "\nmodel, n, accuracy, AUROC (95 %), ECE (95 %), AURC; unparseable as wrong, then left out"
    )
    for file in sorted((folder / "records" / "mmlu_msp").glob("*.jsonl.gz")):
        rows = [json.loads(line) for line in lines(file)]
        for kept in (rows, [row for row in rows if row["grade"] != "Unparseable"]):
            told = Told.of([row["norm"] for row in kept], [r["grade"] == "Correct" for r in kept])
            print(shown(file.name.partition("_")[0], "probability", told))


class Llama(NamedTuple):
    """The logits of A to D of one of the recorded models, question by question."""

    name: str
    subjects: Sequence[str]
    said: Sequence[Sequence[float]]
    right: Sequence[int]


def llamas(folder: Path) -> Iterator[Llama]:
    """Llama-3.1-8B and its instructed form, in the order of subjects and their questions."""
    gold: dict[str, list[int]] = {}
    for file in sorted((folder / "records" / "mmlu_logits_llama31").glob("*.jsonl.gz")):
        rows = [json.loads(line) for line in lines(file)]
        rows.sort(key=lambda row: (row["subject"], row["index"]))
        for subject in {row["subject"] for row in rows} - gold.keys():
            path = folder / "mmlu" / "test" / f"{subject}_test.csv"
            with path.open(newline="", encoding="utf-8") as table:
                gold[subject] = ["ABCD".index(cells[5]) for cells in csv.reader(table)]
        yield Llama(
            file.name.partition(".jsonl")[0],
            [row["subject"] for row in rows],
            [row["logits"] for row in rows],
            [gold[row["subject"]][row["index"]] for row in rows],
        )


def logits(folder: Path) -> None:
    """Llama-3.1: a temperature by half of the questions, ECE of the others before and after."""
    for name, rows, said, right in llamas(folder):
        top = sum(each.count(max(each)) > 1 for each in said)
        tied = sum(len(set(each)) < len(each) for each in said)
        print(f"\n{name}: {len(rows):,}, {tied:,} with ties, {top:,} at the top")
        order = random.Random(0).sample(range(len(rows)), len(rows))
        fit, rest = order[: len(rows) // 2], order[len(rows) // 2 :]
        factor = temperature([said[at] for at in fit], [right[at] for at in fit])
        hits = [said[at].index(max(said[at])) == right[at] for at in rest]
        drawn = weights(len(rest), _RESAMPLES)
        both = {}
        for when, t in (("before", 1.0), ("after", factor)):
            c = [max(softmax(said[at], t)) for at in rest]
            both[when] = resampled(c, hits, drawn)["ece"]
            low, high = interval(both[when]) or (0.0, 0.0)
            print(f"  {when}, T = {t:.4f}: ECE {ece_of(c, hits):.4f} ({low:.4f} to {high:.4f})")
        low, high = interval(both["after"] - both["before"]) or (0.0, 0.0)
        print(f"  after less before, same questions: {low:+.4f} to {high:+.4f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    folder = parser.parse_args().data
    logits(folder)
    msp(folder)
    many(folder)


if __name__ == "__main__":
    main()
