"""All baselines of a project: which there are, what they say of themselves, and which are sound.

For housekeeping, where no run is judged: of thousands of files the lines above the answers are
read, unless the answers themselves are to be checked.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from mcqtest.gate import companion as companions
from mcqtest.gate.files import beside, text_of
from mcqtest.gate.record import Record, parse
from mcqtest.types import McqtestError


@dataclass(frozen=True)
class Entry:
    """One baseline file, by what stands above its answers."""

    path: Path
    name: str
    """The baseline's: the folder below all."""
    benchmark: str
    """As its folder is called."""
    way: str
    """The folder below that; empty for the benchmark's own way."""
    task: str
    questions: int
    asking: str
    model: str
    weights: str
    setup: str
    accuracy: float | None
    """As it was written; None where it was not."""
    accepted: tuple[str, ...]

    @cached_property
    def record(self) -> Record:
        """All of it. Raises `McqtestError` for a damaged one."""
        return parse(text_of(self.path) or "", where=str(self.path))

    @property
    def place(self) -> tuple[str, str, str]:
        """Those that were recorded together."""
        return self.name, self.benchmark, self.way


def entries(root: Path, names: Sequence[str] = ()) -> Iterator[Entry]:
    """Every baseline file below the folder of all baselines, or those of these ``names``, in order.
    Raises `McqtestError` for one that cannot be read; what it says is taken as it stands.
    """
    for path in sorted(_files(root, names, ".txt")):
        head = _head(text_of(path) or "")
        found = {key: lines[0] for key, lines in head.items()}
        count = found.get("questions", "").partition(",")[0]
        figures = dict(
            part.rsplit(" ", 1) for part in found.get("figures", "").split(", ") if " " in part
        )
        accuracy = None
        with suppress(KeyError, ValueError):
            accuracy = float(figures["accuracy"])
        name, benchmark, *ways = path.relative_to(root).parts[:-1]
        yield Entry(
            path=path,
            name=name,
            benchmark=benchmark,
            way="/".join(ways),
            task=path.stem,
            questions=int(count) if count.isdecimal() else 0,
            asking=found.get("asking", ""),
            model=found.get("model", ""),
            weights=found.get("weights", ""),
            setup=found.get("setup", ""),
            accuracy=accuracy,
            accepted=tuple(head.get("accepted", ())),
        )


def orphans(root: Path, names: Sequence[str] = ()) -> list[Path]:
    """Files that stood beside a baseline which is gone."""
    return sorted(
        path for path in _files(root, names, ".json") if not path.with_suffix(".txt").exists()
    )


def trouble(entry: Entry) -> str | None:
    """Why a baseline, or the file beside it, would be refused, in a sentence; None where both are
    sound: whole, as written, at their place, and of the same answers.
    """
    path = entry.path
    try:
        record = entry.record
        if record.contradiction:
            return f"{path}: {record.contradiction}"
        if (record.benchmark, record.task) != (entry.benchmark, entry.task):
            return f"{path}: this is the baseline of {record.benchmark}/{record.task}"
        other = beside(path)
        if (text := text_of(other)) is not None:
            companions.parse(text, record, where=str(other))
    except McqtestError as error:
        return str(error)
    return None


def _files(root: Path, names: Sequence[str], suffix: str) -> Iterator[Path]:
    """Below the folder of a baseline and that of a benchmark."""
    try:
        inside = sorted(each.name for each in root.iterdir() if each.is_dir())
    except OSError:
        return
    for name in names or inside:
        for folder, folders, files in os.walk(root / name):
            folders[:] = sorted(each for each in folders if not each.startswith("."))
            if Path(folder) != root / name:
                yield from (Path(folder, file) for file in files if file.endswith(suffix))


def _head(text: str) -> dict[str, list[str]]:
    """The lines above the answers, by their first word."""
    found: dict[str, list[str]] = {}
    for line in text.partition("\n\n")[0].splitlines()[1:]:
        key, _, value = line.partition(" ")
        found.setdefault(key, []).append(value.strip())
    return found
