"""Whether what the user asked for fits what was selected: told before anything is asked."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from mcqtest.data import comparable
from mcqtest.gate import KINDS
from mcqtest.metrics import STANDARD
from mcqtest.run.settings import Settings
from mcqtest.run.way import OWN, Way
from mcqtest.types import Benchmark, McqtestError, Task

_SAID = """
    above_human accuracy asking baseline_accuracy baseline_brier brier_p_value chance churn
    deviation failures fewer_shots group groups human_accuracy human_questions interval labels
    level licence licences lost macro_accuracy methods min_detectable_drop n near_expert p_value
    passed passed_before profile reasoning_gain spread styles sweep tasks tied_share title
    unanswered won
"""
"""What summary.json says of a benchmark or a task besides its figures."""


def check_benchmarks(tasks: Collection[Task]) -> None:
    """Two benchmarks of one name would share baselines, and two metrics a place in the summary."""
    taken = {*_SAID.split(), *(metric.name for metric in STANDARD)}
    known: dict[str, Benchmark] = {}
    for benchmark in dict.fromkeys(task.benchmark for task in tasks):
        other = known.setdefault(benchmark.name, benchmark)
        if (other.source, other.groups) != (benchmark.source, benchmark.groups):
            raise McqtestError(
                f"{benchmark.name}: two benchmarks have this name; give one of them another, as "
                'with name="..."'
            )
        names = [metric.name for metric in benchmark.metrics]
        for name in names:
            if name in taken or names.count(name) > 1:
                raise McqtestError(
                    f"{benchmark.name}: another figure than its metric {name} has that name; give "
                    "the metric another"
                )


def check_texts(tasks: Collection[Task], settings: Settings, way: Way = OWN) -> None:
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
    swept = (settings.sweep or "shots").partition("=")[0].strip()
    asked = [way.method_of(each)[1] for each in dict.fromkeys(task.benchmark for task in tasks)]
    if swept != "shots" and tasks and not any(method.decoding for method in asked):
        raise McqtestError(
            f"--sweep={settings.sweep}: no text is asked for, since all that is selected answers "
            "with letters; sweep shots, or add --method=cot"
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
