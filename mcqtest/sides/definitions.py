"""Benchmarks as their files define them, for what keeps no more of them than names."""

from __future__ import annotations

import importlib
import importlib.util
import sys
from collections.abc import Collection, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from types import ModuleType

import mcqtest
from mcqtest import data
from mcqtest.gate import Policy
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
