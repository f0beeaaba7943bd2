"""Which questions ``--sample=N`` asks: N of a benchmark, evenly from its tasks, always the same.

What is drawn follows from what the questions say, and from nothing else: no seed, no order of
files, no model. So every model and every later version is asked the same ones, and a smaller sample
is a part of a larger one.
"""

from __future__ import annotations

import hashlib
import heapq
import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

from mcqtest import data
from mcqtest.gate import Excerpt
from mcqtest.run.settings import Settings
from mcqtest.types import McqtestError, Question, Task

Rows = Sequence[tuple[int, Question]]
"""Questions of a task, each with its 0-based place among all of them."""


def allocation(sizes: Mapping[str, int], wanted: int) -> dict[str, int]:
    """Task -> how many of its questions are asked, given how many each has; ``wanted`` in all, or
    all there are. One of each task, the rest in proportion by Webster's method (divisors 1/2, 3/2,
    ...; Balinski & Young 1982, Fair Representation), where more seats never take one from anybody.
    Raises `McqtestError` where there are fewer than tasks.
    """
    if wanted < len(sizes):
        raise McqtestError(
            f"--sample={wanted}: fewer than the {len(sizes)} tasks that are asked, and a task "
            "without a question would not be asked; ask more, or select tasks with -k"
        )
    seats = (
        ((seat + 0.5) / size if seat else 0.0, name)
        for name, size in sizes.items()
        for seat in range(size)
    )
    taken = Counter(name for _, name in heapq.nsmallest(wanted, seats))
    return {name: taken[name] for name in sizes}


def drawn(questions: Sequence[Question], count: int) -> list[int]:
    """Places of the ``count`` questions of a task that are asked, in the task's order: those whose
    text and choices have the smallest SHA-256. A question that is there twice has two hashes.
    """
    seen: Counter[str] = Counter()
    ranked = []
    for place, question in enumerate(questions):
        said = json.dumps([question.text, question.choices])
        ranked.append((hashlib.sha256(f"{seen[said]}{said}".encode()).digest(), place))
        seen[said] += 1
    return sorted(place for _, place in heapq.nsmallest(count, ranked))


def chosen(every: Sequence[Question], limit: int | None, count: int | None) -> Sequence[int]:
    """Places of the questions of a task that are asked: the first ones up to ``limit``, or so many
    ``drawn`` as ``count`` says.
    """
    return range(len(every))[:limit] if count is None else drawn(every, count)


def excerpt(
    every: Sequence[Question], places: Sequence[int], asking: Callable[[Rows], str]
) -> Excerpt | None:
    """None where all are asked. ``asking``: how questions are asked, in words."""
    if len(places) == len(every):
        return None
    return Excerpt(
        places=places,
        every=len(every),
        fingerprint=lambda: data.fingerprint(every)[:32],
        asking=lambda: asking(tuple(enumerate(every))),
    )


def counts(
    tasks: Iterable[Task], settings: Settings, root: Callable[[Task], Path | None]
) -> dict[Task, int]:
    """How many questions of each task are asked: of each benchmark as many as ``--sample`` says,
    drawn from those of its tasks that are selected; ``root`` is where a task's data is. Empty
    without the option.
    """
    if (wanted := settings.sample) is None:
        return {}
    found = {}
    selected = dict.fromkeys(tasks)
    for benchmark in dict.fromkeys(task.benchmark for task in selected):
        if any(method.conversation for method in benchmark.methods.values()):
            raise McqtestError(
                f"--sample={wanted}: tasks of {benchmark.name} ask by themselves; use --limit, or "
                "leave it out with -m"
            )
        members = {task.name: task for task in selected if task.benchmark is benchmark}
        revision = settings.revision.get(benchmark.name)
        sizes = {
            name: len(data.load(task, "test", root(task), revision=revision))
            for name, task in members.items()
        }
        for name, count in allocation(sizes, wanted).items():
            found[members[name]] = count
    return found
