"""Made-up rows in the columns that the publishers of KMMLU, -HARD, -Redux and -Pro use, as many as
they published. Nothing in them is a real question.
"""

from __future__ import annotations

import csv
import json
import random
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from realdata import benchmark

REDUX = {
    "agriculture_forestry_fisheries": 185,
    "architecture": 71,
    "chemistry": 140,
    "construction": 333,
    "culture_arts_design_broadcasting": 119,
    "electrical_electronics": 114,
    "environment_energy": 377,
    "food_processing": 78,
    "information_communication": 185,
    "mechanical_engineering": 270,
    "management_accounting_office": 34,
    "materials": 262,
    "mining_resources": 19,
    "safety_management": 400,
}
"""Domain -> questions, as published (arXiv 2507.08924, figure 7)."""
PRO = {
    "certified_judicial_scrivener": 198,
    "lawyer": 150,
    "certified_public_labor_attorney": 239,
    "certified_patent_attorney": 109,
    "certified_public_accountant": 208,
    "certified_tax_accountant": 238,
    "certified_customs_broker": 159,
    "certified_damage_adjuster": 120,
    "certified_appraiser": 196,
    "doctor_of_korean_medicine": 288,
    "dentist": 252,
    "pharmacist": 271,
    "herb_pharmacist": 244,
    "physician": 150,
}
"""Licence -> questions, as published (table 1 there)."""
FOUR = {"dentist", "pharmacist"}
"""Licences whose made-up questions have four options and not five."""
HEADER = ("question", "answer", "A", "B", "C", "D", "Category", "Human Accuracy")


def lettered(path: Path, answers: str, *, name: str = "", human: str = "") -> None:
    """A CSV as KMMLU has it, a question for each letter of ``answers``."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADER)
        for row, letter in enumerate(answers):
            options = [f"{name} {row} {text}" for text in ("하나", "둘", "셋", "넷")]
            number = "ABCD".index(letter) + 1
            writer.writerow((f"{name} {row}?", number, *options, name, human))


def kmmlu(root: Path, answers: Mapping[str, str]) -> None:
    """KMMLU's files for these subjects: name -> right letters."""
    for name, letters in answers.items():
        file = {"Korean-History": "korean-history", "Math": "math"}.get(name, name)
        lettered(root / "kmmlu" / f"{file}-test.csv", letters, name=name)
        lettered(root / "kmmlu" / f"{file}-dev.csv", "ABCDA", name=f"dev {name}")


def listed(path: Path, rows: Iterable[Mapping[str, Any]]) -> None:
    """JSONL."""
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = [json.dumps(row, ensure_ascii=False) + "\n" for row in rows]
    path.write_text("".join(lines), "utf-8")


def redux_rows(sizes: Mapping[str, int] = REDUX) -> list[dict[str, Any]]:
    """Rows of KMMLU-Redux."""
    titles = benchmark("kmmlu_redux").KMMLU_REDUX.titles
    draw = random.Random(1)
    return [
        {
            "question": f"{titles[name]} {row}?",
            "options": [f"{row} {text}" for text in ("하나", "둘", "셋", "넷")],
            "solution": str(draw.randint(1, 4)),
            "category": titles[name],
        }
        for name, size in sizes.items()
        for row in range(size)
    ]


def pro_rows(sizes: Mapping[str, int] = PRO, *, subjects: int = 5) -> list[dict[str, Any]]:
    """Rows of KMMLU-Pro, each licence in so many subjects of nearly equal size."""
    titles = benchmark("kmmlu_pro").KMMLU_PRO.titles
    draw = random.Random(2)
    rows = []
    for name, size in sizes.items():
        for row in range(size):
            options = ["하나", "둘", "셋", "넷", "다섯"][: 4 if name in FOUR else 5]
            rows.append(
                {
                    "question": f"{titles[name]} {row}?",
                    "options": [f"{row} {text}" for text in options],
                    "solution": str(draw.randint(1, len(options))),
                    "license_name": titles[name],
                    "subject": f"{titles[name]} {row * subjects // size + 1}과목",
                }
            )
    return rows


def said(rows: Iterable[Mapping[str, Any]], wrong: Iterable[int] = ()) -> list[dict[str, Any]]:
    """Recorded outputs for rows of KMMLU-Pro or KMMLU-Redux, right but for these (by their place
    among all rows).
    """
    errors = set(wrong)
    counts: dict[str, int] = {}
    found = []
    for place, row in enumerate(rows):
        task = row.get("license_name") or row["category"]
        index = counts.get(task, 0)
        counts[task] = index + 1
        right = int(row["solution"]) - 1
        answer = (right + 1) % len(row["options"]) if place in errors else right
        text = f"차근차근 생각해 봅시다.\n\n정답: {'ABCDE'[answer]}"
        found.append({"task": task, "index": index, "output": text})
    return found
