"""Fourteen models of HELM on MMLU-Redux: all rows, rows without a flaw, mended keys.

    python scripts/redux.py DIR [-k SUBJECT]

DIR holds ``mmlu_redux`` with the annotations and ``predictions_helm.csv.gz``.
"""

from __future__ import annotations

import argparse
from collections import Counter, defaultdict
from pathlib import Path

from mcqtest.data import OK, read
from mcqtest.data.clean.note import known_by
from mcqtest.data.clean.redux import Annotated, annotated
from mcqtest.report import Cleaned, cleaned
from mcqtest.sides import CONVENTIONS

_ASKED = {"subject", "question", "choices", "groundtruth_answer", "error_type"}
Answered = dict[str, list[tuple[Annotated, int]]]
"""Model -> each question with the index of the answer, -1 for none."""


def answered(folder: Path) -> Answered:
    """What the models answered, with the annotation of each question."""
    notes: dict[object, list[Annotated]] = defaultdict(list)
    for path in folder.glob("mmlu_*.csv"):
        for row in annotated(path):
            notes[path.stem, known_by(row.text, ()), row.answer].append(row)
    found: Answered = defaultdict(list)
    for row in read(folder / "predictions_helm.csv.gz", "predictions_helm.csv.gz", None):
        cells = {name: str(cell) for name, cell in row.cells.items()}
        known = known_by(cells["question"], ())
        note = notes[f"mmlu_{cells['subject']}", known, int(cells["groundtruth_answer"])].pop(0)
        if note.note.label != cells["error_type"]:
            raise SystemExit(f"{row.where}: {cells['error_type']}, {note.where}: {note.note.label}")
        for model in cells.keys() - _ASKED:
            found[model].append((note, "ABCD".find(cells[model].strip() or "-")))
    return found


def figures(pairs: list[tuple[Annotated, int]]) -> dict[str, tuple[int, float]]:
    """By convention, how many questions and the share that is right."""
    right = {
        "published": [at == note.answer for note, at in pairs],
        "ok": [at == note.answer for note, at in pairs if note.note.label == OK],
        "mended": [at in note.note.right for note, at in pairs if note.note.right],
    }
    return {name: (len(hits), sum(hits) / len(hits)) for name, hits in right.items() if hits}


def rows_of(found: Answered, subject: str = "") -> list[Cleaned]:
    """A row for each model, of this subject alone where one is named."""
    rows = []
    for model, pairs in sorted(found.items()):
        some = [pair for pair in pairs if subject in pair[0].where]
        rows.append(Cleaned(model, figures(some), {}))
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("-k", default="", metavar="SUBJECT")
    options = parser.parse_args()
    found = answered(options.data / "mmlu_redux")
    some = [note for note, _ in next(iter(found.values())) if options.k in note.where]
    labels = Counter(note.note.label for note in some)
    bad = len(some) - labels[OK]
    print(f"{len(some):,} questions, {bad:,} have a flaw ({bad / len(some):.2%}): {dict(labels)}")
    rows = rows_of(found, options.k)
    print("\n".join(cleaned.table(rows, CONVENTIONS)))
    for each in ("ok", "mended"):
        before, after = cleaned.ranks(rows, "published"), cleaned.ranks(rows, each)
        moved = sum(one != other for one, other in zip(before, after, strict=True))
        print(f"{each}: {moved} of {len(rows)} models change their rank")


if __name__ == "__main__":
    main()
