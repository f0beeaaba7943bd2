"""What somebody means who names a side: a path, a run, a model's baseline."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from mcqtest import archive
from mcqtest.gate import packaged_baselines
from mcqtest.run import Settings
from mcqtest.sides.baselines import BaselineSide
from mcqtest.sides.definitions import Definitions
from mcqtest.sides.recordings import RecordingSide
from mcqtest.sides.runs import RunSide
from mcqtest.sides.side import Key, Side
from mcqtest.types import McqtestError, Task, several


class Finder:
    """Finds sides among the runs and baselines of a project. ``settings`` say where these are, and
    where the questions are that recordings answer.
    """

    def __init__(self, settings: Settings, definitions: Definitions | None = None) -> None:
        self._settings = settings
        self._definitions = definitions or Definitions()
        self._runs = Path(settings.run_dir)

    def pair(self, old: str, new: str, benchmarks: Sequence[str] = ()) -> tuple[Side, Side]:
        """Both sides of a comparison. A recording is asked what the other side answered, or all of
        these benchmarks.
        """
        told, recorded = {}, {}
        for name, said, is_old in (("old", old, True), ("new", new, False)):
            path = _recording(said)
            if path is not None and (path.is_file() or self._named(said, old=is_old) is None):
                recorded[name] = path
            else:
                told[name] = self.stored(said, old=is_old)
        keys = [key for side in told.values() for key in side.tasks]
        for name, path in recorded.items():
            told[name] = self._recorded(path, keys, benchmarks)
        return told["old"], told["new"]

    def one(self, said: str, benchmarks: Sequence[str], *, old: bool = False) -> Side:
        """One side. A recording is asked all of these benchmarks."""
        path = _recording(said)
        if path is None:
            return self.stored(said, old=old)
        return self._recorded(path, (), benchmarks)

    def stored(self, said: str, *, old: bool) -> Side:
        """A run or a baseline. The name of a model is its baseline where an ``old`` side is meant,
        and else its last run, if there are both. Raises `McqtestError` where there is neither.
        """
        path = Path(said).expanduser()
        found = None if "/" in said else self._named(said, old=old)
        if found is None and _is_run(path):
            found = RunSide(archive.named(said, self._runs))
        if found is None and path.is_dir():
            found = self._folder(path)
        if found is None:
            raise McqtestError(self._unknown(said))
        return found

    def _named(self, name: str, *, old: bool) -> Side | None:
        """By its name alone."""
        runs = archive.every(self._runs)
        place = self._baseline(name)
        is_model = any(each.name.rpartition("-")[0] == name for each in runs)
        is_run = any(each.name == name for each in runs)
        if place is not None and not is_run and (old or not is_model):
            return BaselineSide(place, self._runs)
        return RunSide(archive.named(name, self._runs)) if is_run or is_model else None

    def baseline(self, name: str) -> BaselineSide:
        """The baseline of this name. Raises `McqtestError` where there is none."""
        if (place := self._baseline(name)) is None:
            raise McqtestError(self._unknown(name))
        return BaselineSide(place, self._runs)

    def _baseline(self, name: str) -> Path | None:
        roots = (Path(self._settings.baselines_dir), packaged_baselines())
        whole = name not in {"", ".", ".."} and "/" not in name
        return next((root / name for root in roots if whole and (root / name).is_dir()), None)

    def _folder(self, path: Path) -> Side:
        if (path / "summary.json").is_file():
            raise McqtestError(
                f"{path}: this run was made by an earlier version, which kept less of it; run the "
                "same command again (answers are stored)"
            )
        return BaselineSide(path, self._runs)

    def _recorded(self, path: Path, keys: Sequence[Key], benchmarks: Sequence[str]) -> Side:
        tasks: list[Task] = [self._definitions.task(*key) for key in keys]
        if benchmarks:
            tasks = [each for each in tasks if each.benchmark.name in benchmarks]
            if not keys:
                tasks = [task for name in benchmarks for task in self._definitions.of(name).tasks]
        if not tasks:
            raise McqtestError(
                f"{path}: nothing says which questions were answered; add --benchmarks=NAME, such "
                "as mmlu_pro"
            )
        settings = replace(self._settings, model=str(path.resolve()), backend="replay")
        return RecordingSide(settings, tasks)

    def _unknown(self, said: str) -> str:
        runs = [each.name for each in reversed(archive.every(self._runs))]
        root = Path(self._settings.baselines_dir)
        names = (
            sorted(each.name for each in root.iterdir() if each.is_dir()) if root.is_dir() else []
        )
        return (
            f"{said}: no such file or folder, run or baseline; runs in {self._runs}: "
            f"{several(runs, 5) or 'none'}; baselines in {root}: {several(names, 5) or 'none'}"
        )


def _is_run(path: Path) -> bool:
    return (path / "tasks.jsonl").is_file() or (path / "runs").is_dir()


def _recording(said: str) -> Path | None:
    """The path of recorded outputs, a file or a folder of such; None for anything else."""
    path = Path(said).expanduser()
    ends = (".jsonl", ".jsonl.gz")
    if path.is_file() and path.name.endswith(ends):
        return path
    if path.is_dir() and not _is_run(path) and not (path / "summary.json").exists():
        return path if any(each.name.endswith(ends) for each in path.iterdir()) else None
    return None
