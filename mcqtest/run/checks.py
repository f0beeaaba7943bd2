"""Whether what the user asked for fits what was selected: told before anything is asked."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import NamedTuple

from mcqtest.data import comparable
from mcqtest.gate import KINDS, Policy
from mcqtest.metrics import STANDARD, SURE
from mcqtest.run import project
from mcqtest.run.planned import Planned
from mcqtest.run.settings import Settings
from mcqtest.run.way import OWN, Way
from mcqtest.types import Benchmark, McqtestError, Task, several

_SAID = """
    above_human abstained accuracy adjusted_p_value anchored asking baseline_accuracy baseline_brier
    baseline_churn chance change_interval churn cut_thoughts deviation ended_thoughts failures
    fewer_shots group groups human_accuracy human_questions interval labels level licence licences
    lost macro_accuracy margin methods n near_expert normalized_aggregate_score others p_value
    passed passed_before people profile reasoning_gain spread styles sweep tasks tied_share title
    tolerance unanswered wavering won
"""
"""What summary.json says of a benchmark or a task besides its figures."""


def check_benchmarks(tasks: Collection[Task]) -> None:
    """Two benchmarks of one name would share baselines, and two metrics a place in the summary."""
    taken = {*_SAID.split(), *(metric.name for metric in (*STANDARD, *SURE))}
    known: dict[str, Benchmark] = {}
    for benchmark in dict.fromkeys(task.benchmark for task in tasks):
        other = known.setdefault(benchmark.name, benchmark)
        if (other.source, other.groups) != (benchmark.source, benchmark.groups):
            raise McqtestError(
                f"{benchmark.name}: two benchmarks have this name; give one of them another, as "
                'with name="..."'
            )
        _check_files(benchmark)
        names = [metric.name for metric in benchmark.metrics]
        for name in names:
            if name in taken or names.count(name) > 1:
                raise McqtestError(
                    f"{benchmark.name}: another figure than its metric {name} has that name; give "
                    "the metric another"
                )


def _check_files(benchmark: Benchmark) -> None:
    """Raise for names that cannot be those of a baseline's files, or are not read as written."""
    for name in (benchmark.name, *(task.name for task in benchmark.tasks)):
        whole = name.isprintable() and name == name.strip() and not name.startswith(".")
        if not (name and whole and len(name.encode()) <= _LONGEST) or {*name} & {*"/\\"}:
            raise McqtestError(
                f"benchmark {benchmark.name[:60]!r}: {name[:60]!r} cannot be the name of a file, "
                "as those of benchmarks and tasks are; choose another"
            )


_LONGEST = 200
"""Bytes of a file's name, without what is put behind it."""


def check_texts(tasks: Collection[Task], settings: Settings, way: Way = OWN) -> None:
    """What is said about texts would have no effect where there can be none, neither here nor
    in another run that this one is held against.
    """
    methods = [method for task in tasks for method in task.benchmark.methods.values()]
    texts = any(method.decoding for method in methods)
    for option in ("decoding", "reader", "fallback", "reasoning_marks"):
        if getattr(settings, option) and tasks and not texts:
            name = option.replace("_", "-")
            raise McqtestError(
                f"--{name}: no text is asked for, since all that is selected answers with "
                "letters; add --method=cot, or leave the option out"
            )
    swept = (settings.sweep or "shots").partition("=")[0].strip()
    asked = [way.method_of(each)[1] for each in dict.fromkeys(task.benchmark for task in tasks)]
    if swept != "shots" and tasks and not any(method.decoding for method in asked):
        raise McqtestError(
            f"--sweep={settings.sweep}: no text is asked for, since all that is selected answers "
            "with letters; sweep shots, or add --method=cot"
        )


class Collected(NamedTuple):
    """What tests there are, selected or not."""

    benchmarks: Collection[Benchmark] = ()
    installed: Collection[str] = ()
    """Names of the benchmarks that come along."""
    root: Path | None = None
    """The folder of the project."""
    in_part: bool = True
    """The command names single files, whose neighbours may know other benchmarks."""


UNSAID = Collected()
"""Nothing is known of tests."""


def check_named(tasks: Collection[Task], settings: Settings, collected: Collected = UNSAID) -> None:
    """A threshold for a benchmark or a task that does not exist would never be applied, and a
    benchmark that is required would always be missing.
    """
    known = {each.name: each for each in collected.benchmarks}
    known |= {task.benchmark.name: task.benchmark for task in tasks}
    for place, bounds in settings.gate.items():
        name, _, task = place.partition("/")
        if name in known:
            _check_place(known[name], task)
            _check_bounds(known[name], task, bounds)
        else:
            _check_name(f"gate.{name}", "gate.", name, known, collected)
            _check_keys(place, bounds)
    for option, names in (
        ("required: ", settings.required),
        ("--benchmarks=", settings.benchmarks),
    ):
        for name in names:
            if name not in known:
                _check_name(f"{option}{name}", "", name, known, collected)


def _check_name(
    where: str, before: str, name: str, known: Collection[str], collected: Collected
) -> None:
    """Raise for the name of a benchmark that there is not, neither here nor beside."""
    if name in collected.installed:
        return
    alike = {comparable(each): each for each in (*collected.installed, *known)}
    if meant := alike.get(comparable(name)):
        raise McqtestError(f"{where}: no such benchmark; write {before}{meant}")
    if collected.in_part or (collected.root and project.defines(collected.root, name)):
        return
    there = ", ".join(sorted({*known, *collected.installed}))
    raise McqtestError(f"{where}: no such benchmark; there are {there}: correct or remove it")


def _check_keys(place: str, bounds: Mapping[str, float]) -> None:
    """Raise for a key that bounds nothing, whatever the benchmark."""
    for key in bounds:
        if not re.fullmatch(r"(min|max)_\w+", key):
            raise McqtestError(
                f"gate.{place.replace('/', '.')}.{key}: no such threshold; write min_ or max_ and "
                "the name of a figure"
            )


def check_margins(planned: Mapping[Task, Planned], policy: Policy) -> None:
    """Raise for a margin that not even unchanged answers could keep, of what is asked in full."""
    if policy.update or policy.baseline is None:
        return
    counts: dict[str, int] = {}
    for benchmark in dict.fromkeys(task.benchmark for task in planned):
        plans = [each for task, each in planned.items() if task.benchmark is benchmark]
        if len(plans) == len(benchmark.tasks) and not any(each.left_out for each in plans):
            counts[benchmark.name] = sum(len(each.questions) for each in plans)
    policy.margins.check(counts, policy.alpha)


def _check_place(benchmark: Benchmark, task: str) -> None:
    if task and all(task != each.name for each in benchmark.tasks):
        names = [each.name for each in benchmark.tasks]
        near = get_close_matches(task, names, n=3, cutoff=0.5) or names
        raise McqtestError(
            f"gate.{benchmark.name}.{task}: {benchmark.name} has no such task; there are "
            f"{several(near)}"
        )


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
