"""How often a sound model is red where all is compared: accuracy, Brier scores, and whether
confidence tells right from wrong answers.

    python scripts/everything.py DIR

DIR holds ``records/`` with ``mmlu_logits_llama31`` and ``mmlu_pro_confidence``, and the questions
in ``mmlu`` and ``mmlu_pro``. Two recorded models answer the same questions; in each of many runs a
coin says for every question which of the two answers is the baseline's, so neither side is worse
than the other, whatever the questions, the confidences and their dependence are. A coin turns the
sign of all that a question is worth (`mcqtest.gate.ranked` says why), so signs are what is drawn.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import io
import json
import math
import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parent))
from confidences import SOURCES, is_share, lines, llamas, number
from simulate import ALPHA, Asked, Counts, Floats, interval, judged, p_value

from mcqtest.gate.levels import shares
from mcqtest.gate.ranked import ranked
from mcqtest.metrics import softmax

RUNS = 10_000
PAIRS = (
    ("Qwen3-8B", "Qwen3-8B-FP8"),
    ("Qwen3-14B", "Qwen3-14B-FP8"),
)


@dataclass
class Pair:
    """Two models' answers to the questions of a benchmark, task by task."""

    name: str
    asked: Asked
    task: Counts
    """Of each question."""
    values: Sequence[Floats]
    others: dict[str, Floats]
    """By how much each question is better in the second, by what else is compared."""

    @property
    def churn(self) -> float:
        return float((self.values[0] != self.values[1]).mean())


def reds(pair: Pair, runs: int) -> Iterator[tuple[str, int]]:
    """What was red in all runs, once for every time: ``run``, and with its p-value at most 0.01
    each other comparison by itself.
    """
    rng = np.random.default_rng(7)
    levels = shares(ALPHA, [pair.asked.benchmark])
    moved = pair.values[1] - pair.values[0]
    at = np.flatnonzero(moved)
    count = len(pair.asked.sizes)
    changed = np.bincount(pair.task[at], minlength=count)
    for _ in range(runs):
        signs = rng.choice([-1.0, 1.0], size=len(moved))
        fell = at[(signs * moved)[at] < 0]
        lost = np.bincount(pair.task[fell], minlength=count)
        red = bool(judged(pair.asked, levels, changed[None], lost[None])[0])
        for name, worth in pair.others.items():
            found = p_value(signs * worth)
            red |= found <= levels.other[pair.asked.name, name]
            if found <= ALPHA:
                yield name, 1
        if red:
            yield "run", 1


def of_llamas(folder: Path) -> Pair:
    """Llama-3.1-8B, base and instructed: probabilities of letters."""
    old, new = llamas(folder)
    sides = [[softmax(said, 1.0) for said in each.said] for each in (old, new)]
    values, briers = [], []
    for side in sides:
        told = [*zip(side, old.right, strict=True)]
        values.append(np.array([float(p.index(max(p)) == gold) for p, gold in told]))
        briers.append(np.array([_brier(p, gold) for p, gold in told]))
    names = sorted({*old.subjects})
    task = np.array([names.index(each) for each in old.subjects])
    sure = [[*map(max, side)] for side in sides]
    others = {"brier": briers[0] - briers[1], "ranked": _ranked(sure, values, task)}
    asked = Asked("mmlu", (tuple(map(int, np.bincount(task))),), 2)
    return Pair(f"{old.name} and {new.name}", asked, task, values, others)


def _brier(probabilities: Sequence[float], gold: int) -> float:
    return math.fsum((p - (at == gold)) ** 2 for at, p in enumerate(probabilities))


def _ranked(sure: Sequence[Sequence[float]], values: Sequence[Floats], task: Counts) -> Floats:
    """Task by task, as the gate has it."""
    found = np.zeros(len(task))
    for each in range(int(task.max()) + 1):
        at = np.flatnonzero(task == each)
        old, new = (
            ([side[i] for i in at], [float(value[i]) for i in at])
            for side, value in zip(sure, values, strict=True)
        )
        found[at] = ranked(old, new) or 0.0
    return found


def of_wordings(folder: Path, names: Sequence[str]) -> Pair:
    """A model and its FP8 form on MMLU-Pro: the confidence of their wording."""
    with gzip.open(
        folder / "mmlu_pro" / "test_2025-08-25.jsonl.gz", "rt", encoding="utf-8"
    ) as file:
        key = {str(row["question_id"]): row for row in map(json.loads, file)}
    values, sure = [], []
    for name in names:
        text = "".join(lines(folder / "records" / "mmlu_pro_confidence" / f"{name}.csv.gz"))
        rows = {row["question_id"]: row for row in csv.DictReader(io.StringIO(text))}
        values.append(np.array([float(rows[each]["pred"] == key[each]["answer"]) for each in key]))
        told = [number(rows[each][SOURCES["wording"]]) for each in key]
        sure.append([each if is_share(each) and each else 0.0 for each in told])
    categories = sorted({row["category"] for row in key.values()})
    task = np.array([categories.index(row["category"]) for row in key.values()])
    asked = Asked("mmlu_pro", (tuple(map(int, np.bincount(task))),), 2)
    return Pair(" and ".join(names), asked, task, values, {"ranked": _ranked(sure, values, task)})


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--runs", type=int, default=RUNS)
    options = parser.parse_args()
    print("| answers of | churn | runs | red, per cent | ranked, p <= 1 % | Brier, p <= 1 % |")
    every = [of_llamas(options.data), *(of_wordings(options.data, names) for names in PAIRS)]
    for pair in every:
        found: dict[str, int] = defaultdict(int)
        for name, count in reds(pair, options.runs):
            found[name] += count
        there = ["run", *(name for name in ("ranked", "brier") if name in pair.others)]
        cells = [interval(found[name], options.runs) for name in there]
        print("|", " | ".join([pair.name, f"{pair.churn:.1%}", f"{options.runs:,}", *cells]), "|")


if __name__ == "__main__":
    main()
