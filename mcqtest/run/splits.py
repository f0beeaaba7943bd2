"""Whether questions and examples are what they are called: another split, too many, too few."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Protocol

from mcqtest import data
from mcqtest.types import Benchmark, McqtestError, Question, Source, Task, several


def with_tasks(benchmark: Benchmark, root: Path | None) -> Benchmark:
    """With the tasks that are found below ``root``, all in its first group. As it is where these
    are known, and where none are found: that is told once one of them is going to be asked.
    """
    if isinstance(benchmark.source, Source):
        return benchmark
    try:
        names = tuple(benchmark.source.names(root))
    except McqtestError:
        return benchmark
    return replace(benchmark, groups={next(iter(benchmark.groups)): names})


def are_questions(examples: Sequence[Question], questions: Sequence[Question]) -> bool:
    """Whether most of a split's examples are questions of the test: then it is the test's split.
    One alone may have been published twice.
    """
    texts = {each.text for each in examples}
    known = {(each.text, each.choices) for each in questions if each.text in texts}
    among = sum((each.text, each.choices) in known for each in examples)
    return among > 1 and 2 * among > len(examples)


def check(task: Task, examples: Sequence[Question], questions: Sequence[Question]) -> None:
    """Raise where the ``examples``, of which some are shown, are the questions themselves."""
    if are_questions(examples, questions):
        raise McqtestError(
            f"{task.path}: its examples are questions of the test, so their answers would be shown "
            "to the model; restore the split of examples, or ask with --shots=0"
        )


def hidden(task: Task, split: str, root: Path | None, questions: Sequence[Question]) -> bool:
    """The same of examples that are not shown, where they lie in a folder."""
    if root is None or not task.benchmark.shots:
        return False
    with suppress(McqtestError):  # nobody asked for them
        return are_questions(data.load(task, split, root), questions)
    return False


class Asked(Protocol):
    """What is known of the questions of a task (`mcqtest.run.plan.Planned`)."""

    @property
    def questions(self) -> Sequence[Question]: ...
    @property
    def left_out(self) -> int: ...
    @property
    def hidden(self) -> bool: ...
    @property
    def notices(self) -> Sequence[str]: ...


def oddities(planned: Mapping[Task, Asked], root: Callable[[Task], Path | None]) -> Iterator[str]:
    """What a person should know of the data of these tasks; ``root``: where each has them."""
    sizes = {task: len(each.questions) + each.left_out for task, each in planned.items()}
    for benchmark in dict.fromkeys(task.benchmark for task in planned):
        tasks = [task for task in planned if task.benchmark is benchmark]
        yield from _counts(benchmark, {task: sizes[task] for task in tasks})
        if found := [task.name for task in tasks if planned[task].hidden]:
            yield (
                f"{benchmark.name}: the examples of {several(found)} are questions of the test; "
                "none is shown here, and with shots the run would be refused"
            )
        same = [twin for task in tasks for twin in data.twins(task, root(task))]
        yield from (
            f"{benchmark.name}: {one} and {other} are the same file: one of them is another split "
            "under this name"
            for one, other in dict.fromkeys(same)
        )
        yield from (said for task in tasks for said in planned[task].notices)


def _counts(benchmark: Benchmark, sizes: Mapping[Task, int]) -> Iterator[str]:
    """That there are more or fewer questions than published."""
    published, n = benchmark.published, sum(sizes.values())
    if len(published) == len(benchmark.tasks):
        wanted = dict(zip(benchmark.tasks, published, strict=True))
        pairs = [(task.name, size, wanted[task]) for task, size in sizes.items()]
        if off := [f"{name} {size} ({right})" for name, size, right in pairs if size != right]:
            yield (
                f"{benchmark.name}: other numbers of questions than are published (these in "
                f"brackets): {several(off)}"
            )
    elif published and len(sizes) == len(benchmark.tasks) and n != published[0]:
        yield f"{benchmark.name}: {n} questions, {published[0]} are published"
