"""Benchmarks as their files define them, for what keeps no more of them than names."""

from __future__ import annotations

import importlib
import importlib.util
import re
import sys
from collections.abc import Collection, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from types import ModuleType

import mcqtest
from mcqtest import data
from mcqtest.gate import Entry, Policy, impossible
from mcqtest.prompts import styles
from mcqtest.sides.side import Stored
from mcqtest.types import Benchmark, McqtestError, Question, Source, Task, one_line


class Definitions:
    """Benchmarks by name: those that come along, and those of ``files``, Python files that define
    some; their questions are in ``root``.
    """

    def __init__(self, files: Sequence[Path] = (), root: Path | None = None) -> None:
        self._files = files
        self._root = root
        self._known: dict[str, Benchmark] = {}

    def of(self, name: str) -> Benchmark:
        """The benchmark of this name. Raises `McqtestError` where there is none."""
        if name not in self._known:
            found = self._own.get(name) or self._packaged(name)
            if found is None:
                raise McqtestError(
                    f"benchmark {name}: none comes with mcqtest; name the file that defines it, as "
                    f"with --benchmarks=test_{name}.py"
                )
            if not isinstance(found.source, Source):  # its data says which tasks it has
                names = tuple(found.source.names(found.source.place or self._root))
                if {*names} != {task.name for task in found.tasks}:
                    found = replace(found, groups={next(iter(found.groups)): names})
            self._known[name] = found
        return self._known[name]

    def task(self, name: str, task: str) -> Task:
        """Raises `McqtestError` where there is no such."""
        found = next((each for each in self.of(name).tasks if each.name == task), None)
        if found is None:
            raise McqtestError(f"{name}/{task}: the benchmark has no such task")
        return found

    def light(self, policy: Policy, name: str) -> Benchmark | None:
        """As much of a benchmark as a run's ``policy`` remembers, which is what a comparison
        needs; None where it was no part of that run.
        """
        if name not in policy.groups:
            return None
        return Benchmark(
            name=name,
            groups={group: tuple(tasks) for group, tasks in policy.groups[name].items()},
            source=Source("", ()),
            methods={},
            shots=0,
            margin=policy.margins.own.get(name),
            metrics=policy.metrics.get(name, ()),
        )

    def root(self, task: Task) -> Path | None:
        """Where its data is; None for the hub."""
        return task.benchmark.source.place or self._root

    def questions(self, task: Task, stored: Stored) -> Sequence[Question]:
        """The questions of a task as its data has them. Raises `McqtestError` where they are not
        those that were answered.
        """
        place = task.benchmark.source.place or self._root
        found = data.load(task, "test", place)[: stored.record.count]
        if not data.fingerprint(found).startswith(stored.known_as):
            raise McqtestError(
                f"{task.path}: its data does not hold the questions that {stored.where} answers; "
                "name the right folder with --data"
            )
        return found

    @cached_property
    def _own(self) -> dict[str, Benchmark]:
        found: dict[str, Benchmark] = {}
        for path in self._files:
            found |= _defined(_imported(path))
        return found

    def suite(self, *, demo: bool) -> list[str]:
        """Names of the benchmarks that are asked where none is named, of those that come along."""
        inside = Path(mcqtest.__file__).parent / "benchmarks"
        folder = inside if inside.is_dir() else inside.parents[1] / "benchmarks"
        names = sorted(path.stem.removeprefix("test_") for path in folder.glob("test_*.py"))
        every = ((name, self._packaged(name)) for name in names)
        return [name for name, each in every if each and each.suite and each.demo == demo]

    def gone(self, name: str, task: str, way: str) -> str | None:
        """Why no run can ask this any more; None where one can, or where nobody here knows the
        benchmark.
        """
        found = self._own.get(name) or self._packaged(name)
        if found is None:
            return None
        if isinstance(found.source, Source) and all(each.name != task for each in found.tasks):
            return f"{name} has no task {task} any more"
        if way and not _is_way(way, found):
            return f"{name} is not asked in the way {way!r} any more"
        return None

    @property
    def names(self) -> Collection[str]:
        """Of the benchmarks of the files."""
        return self._own.keys()

    def _packaged(self, name: str) -> Benchmark | None:
        """In the wheel inside the package, in a checkout beside it."""
        inside = Path(mcqtest.__file__).parent
        package = "mcqtest.benchmarks" if (inside / "benchmarks").is_dir() else "benchmarks"
        if package == "benchmarks" and str(inside.parent) not in sys.path:
            sys.path.append(str(inside.parent))
        try:
            module = importlib.import_module(f"{package}.test_{name}")
        except ImportError:
            return None
        return _defined(module).get(name)


_PART = re.compile(r"\d+shots|[a-z_]+=.*|chat|shots|as|turns|text|system|[0-9a-f]{8}|[0-9a-f]{16}")


def _is_way(way: str, benchmark: Benchmark) -> bool:
    """Whether a folder can be that of a way of asking (`mcqtest.run.way.Way.folder`)."""
    if "/" in way:
        return False
    if way.startswith("other-"):
        return True
    methods = benchmark.methods
    return all(
        part in methods or _PART.fullmatch(part) or any(styles.has(name, part) for name in methods)
        for part in way.split("-")
    )


def _defined(module: ModuleType) -> dict[str, Benchmark]:
    return {each.name: each for each in vars(module).values() if isinstance(each, Benchmark)}


def _imported(path: Path) -> ModuleType:
    """The module in a file, as a program of its own would have it."""
    spec = importlib.util.spec_from_file_location(path.stem, path)
    if spec is None or spec.loader is None:
        raise McqtestError(f"--benchmarks={path}: no Python file; name one that defines benchmarks")
    module = importlib.util.module_from_spec(spec)
    sys.modules[path.stem] = module
    if (folder := str(path.resolve().parent)) not in sys.path:
        sys.path.append(folder)
    try:
        spec.loader.exec_module(module)
    except McqtestError:
        raise
    except Exception as error:
        said = one_line(error, named=True)
        raise McqtestError(
            f"--benchmarks={path}: cannot be imported ({said}); correct it"
        ) from error
    return module


def strange(entry: Entry, definitions: Definitions) -> tuple[list[str], bool]:
    """What is odd about the questions of a sound baseline, held against the data; and whether a run
    would refuse it for that. Of a part of the questions nobody can tell which.
    """
    try:
        task = definitions.task(entry.benchmark, entry.task)
        every = data.load(task, "test", definitions.root(task))
    except McqtestError as error:
        return [f"{entry.path}: {error}"], False
    record = entry.record
    if record.count < len(every):
        first = every[: record.count]
        if data.fingerprint(first).startswith(record.questions.partition(", ")[2]):
            every = first
        else:
            return [
                f"{entry.path}: {record.count} of {len(every)} questions; which is unknown"
            ], False
    if record.questions != f"{len(every)}, {data.fingerprint(every)[:32]}":
        now = f"the data has {len(every)}" if len(every) != record.count else "the data has others"
        return [f"{entry.path}: recorded on {record.count} questions, {now}"], True
    number = impossible(record, every, valued=True)
    if number is None:
        return [], False
    return [f"{entry.path}: the answer to question {number} cannot have been recorded"], True
