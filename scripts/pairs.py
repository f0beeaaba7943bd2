"""What the gate says of recorded pairs of real models: every ordered pair of a folder.

    python scripts/pairs.py DATA/records/mmlu_pro_confidence DATA/mmlu_pro/test_2025-08-25.jsonl.gz
    python scripts/pairs.py DATA/records/... DATA/mmlu_pro/... --only FP8
    python scripts/pairs.py DATA/kmmlu/outputs

A recording is a CSV with ``question_id`` and ``pred``, or with ``category``, ``answer`` and
``pred`` in the order of the questions, where those that lack questions are left out and named; a
letter that is not there is wrong. Pairs are decided by the same functions as a run, on counts by
category. Prints how many are red, undecided and passed at several margins; with ``--only`` a line
for each pair of a model and its variant of that name.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import json
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent))
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from simulate import ALPHA, Asked, judged

from mcqtest.gate import drops, stats
from mcqtest.gate.levels import shares

MARGINS = (0.5, 1, 2, 3)


Key = tuple[str, int]
"""Category, and a question's place in it."""


def questions(path: Path) -> dict[str, tuple[Key, str]]:
    """Id -> key and right letter."""
    places: Counter[str] = Counter()
    found: dict[str, tuple[Key, str]] = {}
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for row in map(json.loads, lines):
            key = row["category"], places[row["category"]]
            found[str(row["question_id"])] = key, row["answer"]
            places[row["category"]] += 1
    return found


def right(path: Path, asked: dict[str, tuple[Key, str]]) -> dict[Key, bool]:
    """Whether each question was answered right."""
    with gzip.open(path, "rt", encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    if asked:
        said = {row["question_id"]: row["pred"] for row in rows}
        return {key: said.get(id_) == letter for id_, (key, letter) in asked.items()}
    places: Counter[str] = Counter()
    found: dict[Key, bool] = {}
    for row in rows:
        category = row["category"].lower().replace("-", "_")
        found[category, places[category]] = row["pred"] == row["answer"]
        places[category] += 1
    return found


def recorded(folder: Path, asked: dict[str, tuple[Key, str]]) -> dict[str, dict[Key, bool]]:
    """Name -> what was right, of the recordings that hold every question."""
    found = {
        path.name.removesuffix(".csv.gz"): right(path, asked)
        for path in sorted(folder.glob("*.csv.gz"))
    }
    every = max(found.values(), key=len).keys()
    for name, held in found.items():
        if held.keys() != every:
            print(f"{name}: {len(held):,} of {len(every):,} questions; left out")
    return {name: held for name, held in found.items() if held.keys() == every}


def pairs(
    models: dict[str, np.ndarray], categories: np.ndarray, only: str
) -> Iterator[tuple[str, str, np.ndarray, np.ndarray]]:
    """Names, and changed and lost questions of every category."""
    for old, before in models.items():
        for new, now in models.items():
            if old != new and (not only or new == f"{old}-{only}" or old == f"{new}-{only}"):
                lost, won = before & ~now, ~before & now
                yield (
                    old,
                    new,
                    np.bincount(categories[lost | won], minlength=categories.max() + 1),
                    np.bincount(categories[lost], minlength=categories.max() + 1),
                )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("questions", type=Path, nargs="?")
    parser.add_argument("--only", default="", metavar="VARIANT")
    given = parser.parse_args()
    held = recorded(given.folder, questions(given.questions) if given.questions else {})
    keys = sorted(next(iter(held.values())))
    names = sorted({category for category, _ in keys})
    categories = np.array([names.index(category) for category, _ in keys])
    models = {name: np.array([found[key] for key in keys]) for name, found in held.items()}
    whole = Asked("pairs", (tuple(np.bincount(categories).tolist()),), 2)
    levels = shares(ALPHA, [whole.benchmark])
    counts: dict[float, Counter[str]] = {margin: Counter() for margin in MARGINS}
    for old, new, changed, lost in pairs(models, categories, given.only):
        n, gone, moved = whole.n, int(lost.sum()), int(changed.sum())
        red = bool(judged(whole, levels, changed[None], lost[None])[0])
        largest = drops.largest_drop(n, gone, moved - gone, ALPHA)
        for margin in MARGINS:
            counts[margin]["red" if red else "pass" if largest <= margin / 100 else "open"] += 1
        if given.only:
            smallest = -drops.largest_drop(n, moved - gone, gone, ALPHA)
            p_value = stats.mcnemar(gone, moved - gone)
            cells = (
                old,
                new,
                f"{gone} / {moved - gone}",
                f"{100 * moved / n:.1f} %",
                f"{p_value:.2g}",
                f"{-100 * largest:+.2f} to {-100 * smallest:+.2f}",
                "red" if red else "not red",
            )
            print(f"| {' | '.join(cells)} |", flush=True)
    for margin, found in counts.items():
        print(f"| {margin:g} | {found['red']} | {found['open']} | {found['pass']} |")


if __name__ == "__main__":
    main()
