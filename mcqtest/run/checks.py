"""Whether what the user asked for fits what was selected: told before anything is asked."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from mcqtest.data import comparable
from mcqtest.gate import KINDS
from mcqtest.run.settings import Settings
from mcqtest.types import Benchmark, McqtestError, Task


def check_texts(tasks: Collection[Task], settings: Settings) -> None:
    """What is said about texts would have no effect where there can be none, neither here nor
    in another run that this one is held against.
    """
    methods = [method for task in tasks for method in task.benchmark.methods.values()]
    texts = any(method.decoding for method in methods)
    for option in ("decoding", "reader", "fallback"):
        if getattr(settings, option) and tasks and not texts:
            raise McqtestError(
                f"--{option}: no text is asked for, since all that is selected answers with "
                "letters; add --method=cot, or leave the option out"
            )


def check_thresholds(tasks: Collection[Task], settings: Settings) -> None:
    """A threshold for a task that does not exist would never be applied."""
    known = {task.benchmark.name: task.benchmark for task in tasks}
    alike = {comparable(name): name for name in known}
    for place, bounds in settings.gate.items():
        name, _, task = place.partition("/")
        if name not in known and (meant := alike.get(comparable(name))):
            raise McqtestError(f"gate.{name}: no such benchmark; write gate.{meant}")
        if name in known:
            _check_place(known[name], task)
            _check_bounds(known[name], task, bounds)


def _check_place(benchmark: Benchmark, task: str) -> None:
    if task and all(task != each.name for each in benchmark.tasks):
        raise McqtestError(f"gate.{benchmark.name}.{task}: {benchmark.name} has no such task")


def _check_bounds(benchmark: Benchmark, task: str, bounds: Mapping[str, float]) -> None:
    """Raise for more than all of what a criterion counts."""
    for kind in KINDS.values():
        for key in kind.bounds.keys() & bounds.keys():
            most, there = kind.most(key, benchmark, task)
            if bounds[key] > most:
                place = f"{benchmark.name}.{task}" if task else benchmark.name
                raise McqtestError(f"gate.{place}.{key} = {bounds[key]:g}: {there}")


def unused_revisions(tasks: Collection[Task], settings: Settings) -> list[str]:
    """That a revision was named of what is not taken from the hub, in a sentence."""
    selected = {task.benchmark.name for task in tasks}
    is_local = settings.data is not None or settings.demo
    unused = [name for name in settings.revision if is_local or name not in selected]
    return [f"--revision of {', '.join(unused)} has no effect on what is asked"] if unused else []
