"""What ``mcqtest baselines`` lists and shows: the project's, and those that come with mcqtest."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from mcqtest.cli.said import Said
from mcqtest.gate import Dates, Entry, entries, folders, packaged, packaged_baselines
from mcqtest.report import plural

_PACKAGED = "  comes with mcqtest"


def listed(root: Path, names: Sequence[str]) -> Said:
    """A row for each baseline, benchmark and way, of these names or of all."""
    rows = _rows(root, names)
    own = [row for row in rows if names or not row["packaged"]]
    lines = [*([] if own else [f"no baseline in {root}"]), *_table(rows)]
    _, hidden = packaged(root)
    lines += [
        f"note: {root / name} stands in place of the {name} that comes with mcqtest"
        for name in hidden
        if name in (names or hidden)
    ]
    return Said("\n".join(lines), {"baselines": rows})


def _table(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    if not rows:
        return []
    widths = {
        key: max(len(key), *(len(str(row[key])) for row in rows))
        for key in ("name", "benchmark", "way")
    }
    heading = " ".join(f"{key:<{width}}" for key, width in widths.items())
    lines = [f"{heading} tasks questions accuracy date        weights"]
    for row in rows:
        names = " ".join(f"{row[key]:<{width}}" for key, width in widths.items())
        known = "" if row["accuracy"] is None else f"{row['accuracy']:.4f}"
        mark = " " if row["date_from"] == "git" else "*"
        lines.append(
            f"{names} {row['tasks']:>5} {row['questions']:>9,} {known:>8} {row['date'][:10]}{mark} "
            f"{', '.join(each[:12] for each in row['weights'])}"
        )
        lines += [_PACKAGED] if row["packaged"] else []
        lines += map(_said, row["accepted"])
    if any(row["date_from"] == "file" for row in rows):
        lines.append("* not committed: the time of the file, which a copy changes")
    return lines


def _rows(root: Path, names: Sequence[str]) -> list[dict[str, Any]]:
    """Of every baseline, benchmark and way; those that come with mcqtest stand last."""
    found = []
    for folder, some in _shelves(root, names):
        together: dict[tuple[str, str, str], list[Entry]] = {}
        for entry in entries(folder, some) if some else ():
            together.setdefault(entry.place, []).append(entry)
        dates = Dates(folder)
        found += [_row(group, dates, comes=folder != root) for group in together.values()]
    return found


def _shelves(root: Path, names: Sequence[str]) -> list[tuple[Path, list[str]]]:
    """The project's folder and that of mcqtest, each with the names that are meant in it."""
    come, _ = packaged(root)
    places = [(root, folders(root)), (packaged_baselines(), come)]
    return [(place, [each for each in names or there if each in there]) for place, there in places]


def _row(group: Sequence[Entry], dates: Dates, *, comes: bool) -> dict[str, Any]:
    first, n = group[0], sum(each.questions for each in group)
    known = [each.accuracy for each in group]
    right = sum((each.accuracy or 0.0) * each.questions for each in group)
    when = max(dates.of(each.path) for each in group)
    return {
        "name": first.name,
        "benchmark": first.benchmark,
        "way": first.way,
        "tasks": len(group),
        "questions": n,
        "accuracy": round(right / n, 6) if n and None not in known else None,
        "date": when.when.isoformat(timespec="seconds"),
        "date_from": when.source,
        "models": sorted({each.model for each in group}),
        "weights": sorted({each.weights for each in group}),
        "setups": sorted({each.setup for each in group}),
        "accepted": _accepted(group),
        "packaged": comes,
    }


_ACCEPTED = re.compile(r"(.*) \((?:(\d+) lost, (\d+) won against weights (\w+), p = .*|.*)\)")


def _accepted(group: Sequence[Entry]) -> list[dict[str, Any]]:
    """Regressions that somebody accepted, by the reason: in how many tasks, and what was lost."""
    found: dict[str, dict[str, Any]] = {}
    for said in (said for each in group for said in each.accepted):
        match = _ACCEPTED.fullmatch(said)
        reason, lost, won, against = match.groups() if match else (said, None, None, None)
        start = {"reason": reason, "tasks": 0, "lost": 0, "won": 0, "against": against}
        entry = found.setdefault(reason, start)
        entry["tasks"] += 1
        entry["lost"] += int(lost or 0)
        entry["won"] += int(won or 0)
    return list(found.values())


def _said(accepted: dict[str, Any]) -> str:
    """In a line."""
    against = f" against weights {accepted['against']}" if accepted["against"] else ""
    where = plural(accepted["tasks"], "task")
    return (
        f"  accepted: {accepted['reason']} ({accepted['lost']} lost, {accepted['won']} won in "
        f"{where}{against})"
    )


def shown(root: Path, names: Sequence[str]) -> Said:
    """All of these baselines, task by task."""
    lines, data = [], []
    for row in _rows(root, names):
        data.append(row)
        way = f" ({row['way']})" if row["way"] else ""
        about = f"{plural(row['questions'], 'question')} of {plural(row['tasks'], 'task')}"
        lines += [
            f"{row['name']}: {row['benchmark']}{way}, {about}",
            *(f"  model {each}" for each in row["models"]),
            *(f"  weights {each}" for each in row["weights"]),
            *(f"  on {each}" for each in row["setups"]),
            f"  {'committed' if row['date_from'] == 'git' else 'file of'} {row['date']}",
            *([_PACKAGED] if row["packaged"] else []),
            *map(_said, row["accepted"]),
        ]
        row["entries"] = []
        place = packaged_baselines() if row["packaged"] else root
        for each in entries(place, [row["name"]]):
            if each.place == (row["name"], row["benchmark"], row["way"]):
                row["entries"].append(
                    {
                        "task": each.task,
                        "questions": each.questions,
                        "accuracy": each.accuracy,
                        "asking": each.asking,
                    }
                )
                known = "" if each.accuracy is None else f"{each.accuracy:.4f}"
                lines.append(f"  {each.task:<40} {each.questions:>6,} {known:>8}")
    return Said("\n".join(lines), {"baselines": data})
