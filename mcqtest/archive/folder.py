"""The runs in a run folder: which there are, which one is meant, which may go."""

from __future__ import annotations

import re
import shutil
from collections.abc import Collection
from pathlib import Path

from mcqtest.archive.kept import Kept
from mcqtest.gate import Record, digest
from mcqtest.types import McqtestError, several

_NAMED = re.compile(r"[^.].*-[0-9]{4,}")


def every(folder: Path) -> list[Kept]:
    """All runs that are kept in a run folder, oldest first."""
    try:
        inside = [path for path in (folder / "runs").iterdir() if _NAMED.fullmatch(path.name)]
    except OSError:
        return []
    return sorted(map(Kept, inside), key=lambda kept: (kept.turn, kept.name))


def newest(folder: Path) -> Kept:
    """The run whose files lie at the top of the run folder; where none of those that are kept
    does, the last one. Raises `McqtestError` where there is none at all.
    """
    kept = every(folder)
    if not kept:
        raise McqtestError(
            f"{folder}: no run is kept there; name another --run-dir, or run `pytest --model=PATH`"
        )
    return next(filter(is_newest, reversed(kept)), kept[-1])


def is_newest(kept: Kept) -> bool:
    """Whether its files lie at the top of its run folder. Else a later run did not finish, or could
    not be kept.
    """
    return is_same(kept.folder / "summary.json", kept.path / "summary.json")


def named(said: str, folder: Path) -> Kept:
    """The run that somebody means: a path of a run or of a run folder, the name of a run in
    ``folder``, or that of a model, whose last run it is. Raises `McqtestError` for anything else.
    """
    path = Path(said).expanduser()
    if (path / "tasks.jsonl").is_file():
        return Kept(path)
    if (path / "runs").is_dir():
        return newest(path)
    kept = every(folder)
    found = [each for each in kept if said in {each.name, each.name.rpartition("-")[0]}]
    if not found:
        names = several([each.name for each in reversed(kept)], 10)
        there = f"there is {names}" if names else f"none is kept in {folder}"
        raise McqtestError(f"no run {said!r}: {there}; name one of them, or the path of a run")
    return found[-1]


def holding(record: Record, folder: Path) -> Kept | None:
    """The last run in a run folder with these very answers of these weights, asked and read in this
    way: so a baseline finds the run that it was recorded from. None where it is gone.
    """
    marks = f'"of": "{digest(record)}", "weights": "{record.weights}", '
    key = record.benchmark, record.task
    for kept in reversed(every(folder)):
        try:
            with (kept.path / "tasks.jsonl").open(encoding="utf-8") as lines:
                is_there = any(marks in line[:1000] for line in lines)
            if is_there and kept.tasks[key].record.asking == record.asking:
                return kept
        except (OSError, ValueError, LookupError, McqtestError):
            continue  # another one may be whole
    return None


def surplus(folder: Path, *, keep: int, spared: Collection[str] = ()) -> list[Kept]:
    """The oldest runs, oldest first, without which ``keep`` are left beside those whose names are
    ``spared`` and the newest, which is never among them.
    """
    kept = every(folder)
    if not kept:
        return []
    last = newest(folder).name
    old = [each for each in kept if each.name != last and each.name not in spared]
    return old[: max(0, len(old) - max(0, keep - 1))]


def remove(folder: Path, runs: Collection[Kept]) -> None:
    """Remove these runs of a run folder, and questions that no run asks any more."""
    for each in runs:
        shutil.rmtree(each.path, ignore_errors=True)
    if runs:
        _forget(folder)


def prune(folder: Path, *, keep: int, spared: Collection[str] = ()) -> list[Kept]:
    """Remove the `surplus`, and say which runs that was."""
    removed = surplus(folder, keep=keep, spared=spared)
    remove(folder, removed)
    return removed


def _forget(folder: Path) -> None:
    """Remove the questions that none of the runs asked; where one cannot be read, none."""
    try:
        used = {task.known_as for kept in every(folder) for task in kept.tasks.values()}
    except McqtestError:
        return
    for path in (folder / "questions").glob("*.jsonl"):
        if path.stem not in used:
            path.unlink(missing_ok=True)


_PART = 1 << 20


def is_same(one: Path, other: Path) -> bool:
    """Whether both files are there and say the same."""
    try:
        if one.stat().st_size != other.stat().st_size:
            return False
        if one.samefile(other):
            return True
        with one.open("rb") as first, other.open("rb") as second:
            while (part := first.read(_PART)) == second.read(_PART) and part:
                pass
            return not part and first.tell() == second.tell()
    except OSError:
        return False
