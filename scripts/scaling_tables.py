"""Published scores at several sizes, as tables for `mcqtest scaling`.

    python scripts/scaling_tables.py DIR OUT
    mcqtest scaling OUT/big_g.csv --svg big_g.svg

DIR is the folder of benchmark data; OUT gets

* ``big_g.csv``: 89 multiple-choice tasks of BIG-bench by BIG-G (T=0) at 12 sizes,
* ``lite.csv``: BIG-bench Lite's 24 tasks by BIG-G at 12 sizes and by PaLM at 3,
* ``checkpoints.csv``: 57 subjects of MMLU and two means by 160 checkpoints of one T5, near chance,
* ``emergence.csv``: 23 tasks by gpt2, t5, llama and falcon at two or three sizes, zero shots.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

NAMES = ["2m", "16m", "53m", "125m", "244m", "422m", "1b", "2b", "4b", "8b", "27b", "128b"]
"""What BIG-G's twelve sizes are called."""
MOST = 1024
"""Examples of a task that the published runs were scored on: every score of the larger tasks is a
multiple of 1/1024."""
UNITS = {"k": 1e3, "m": 1e6, "b": 1e9}
FAMILIES = {
    "gpt2": ("gpt2", 124e6),
    "gpt2-xl": ("gpt2", 1.5e9),
    "google/flan-t5-small": ("flan-t5", 77e6),
    "google/flan-t5-large": ("flan-t5", 783e6),
    "llama-7b": ("llama", 7e9),
    "llama-13b": ("llama", 13e9),
    "llama-30b": ("llama", 30e9),
    "tiiuae/falcon-7b": ("falcon", 7e9),
    "tiiuae/falcon-40b": ("falcon", 40e9),
}
Row = dict[str, object]


def size(text: str) -> float:
    """``125m`` in parameters."""
    return float(text[:-1]) * UNITS[text[-1]]


def opened(path: Path) -> list[dict[str, str]]:
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def big_g(data: Path) -> Iterator[Row]:
    held = json.loads((data / "bigbench_scores/big_g_t0_multiple_choice.json").read_text("utf-8"))
    for task in held["tasks"]:
        found = zip(NAMES, task["params_by_scale"], task["acc_by_scale"], strict=True)
        for name, params, score in found:
            yield {
                "family": "BIG-G T=0",
                "model": f"BIG-G T=0 {name}",
                "task": task["task"],
                "size": params,
                "score": score,
                "low": task["chance_p"],
                "high": 1,
                "n": min(task["N"], MOST),
            }


def lite(data: Path) -> Iterator[Row]:
    """The anchors are those that `big_g` has, where it has the task; else 0 and 1, or 100."""
    low = {row["task"]: row["low"] for row in big_g(data)}
    for row in opened(data / "records/bigbench_lite_matrix/bigbench.csv.gz"):
        model = row.pop("model")
        family, _, name = model.rpartition(" ")
        for task, score in row.items():
            percent = task == "conlang_translation"
            yield {
                "family": family,
                "task": task,
                "size": size(name),
                "score": score,
                "low": low.get(task, 0),
                "high": 100 if percent else 1,
                "model": model,
            }


def checkpoints(data: Path) -> Iterator[Row]:
    """With the number of questions, where MMLU's files are there."""
    counts = {}
    for path in (data / "mmlu" / "test").glob("*_test.csv*"):
        with path.open(encoding="utf-8", newline="") as file:
            counts[path.name.partition("_test")[0]] = sum(1 for _ in csv.reader(file)) - 1
    for row in opened(data / "records/checkpoints_t5_subject_accuracy/green_run.csv.gz"):
        task = re.sub(r" \(Avg.*", "", row.pop("")).lower().replace(" ", "_")
        for step, score in row.items():
            if step != "AVG" and score:
                yield {
                    "task": task,
                    "size": size(step),
                    "score": score,
                    "low": 0.25,
                    "high": 1,
                    "n": counts.get(task, ""),
                }


def emergence(data: Path) -> Iterator[Row]:
    for row in opened(data / "bigbench_scores/on_emergence_evaluation_scores.csv.gz"):
        found = FAMILIES.get(row["model"])
        asked = row["number_of_shots"], row["prompt_type"]
        score = float(row["exact_match_accuracy"])
        if found and asked == ("0", "closed") and score >= 0:
            task = row["filename"].removesuffix("/task.json")
            yield {"family": found[0], "task": task, "size": found[1], "score": score}


def write(path: Path, rows: Iterable[Row]) -> None:
    held = list(rows)
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.DictWriter(file, list(held[0]))
        table.writeheader()
        table.writerows(held)
    print(path, len(held))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("out", type=Path)
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    for make in (big_g, lite, checkpoints, emergence):
        write(given.out / f"{make.__name__}.csv", make(given.data))


if __name__ == "__main__":
    main()
