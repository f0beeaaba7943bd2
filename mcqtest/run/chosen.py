"""Which of the selected tasks a run asks, and why none of them, where that is so."""

from __future__ import annotations

from collections.abc import Iterable

from mcqtest.run.settings import Settings
from mcqtest.types import Task, several


def asks(task: Task, settings: Settings, *, named: bool = False) -> bool:
    """Whether a run with these ``settings`` asks the task: demo questions and others never mix;
    then what ``benchmarks`` lists, or the suite; and what the command names (``named``).
    """
    benchmark, chosen = task.benchmark, settings.benchmarks
    if benchmark.demo != settings.demo:
        return False
    return named or (benchmark.name in chosen if chosen else benchmark.suite)


def passed_over(tasks: Iterable[Task], settings: Settings) -> str:
    """What was selected, why a run that asks none of these ``tasks`` does not, and what to do;
    empty where there are none.
    """
    benchmarks = dict.fromkeys(task.benchmark for task in tasks)
    names = [each.name for each in benchmarks]
    if not names:
        return ""
    selected = f"{several(names, 3)} was selected, and "
    if settings.demo and not any(each.demo for each in benchmarks):
        return (
            f"{selected}this run asks demo questions, which are never mixed with others; name "
            "another model with --model=PATH and its questions with --data=DIR"
        )
    if all(each.demo for each in benchmarks):
        return f"{selected}its questions are asked by themselves; pass --data=demo"
    if settings.benchmarks:
        return f"{selected}--benchmarks={','.join(settings.benchmarks)} leaves it out; correct one"
    return f"{selected}is asked where it is named; pass --benchmarks={names[0]}"
