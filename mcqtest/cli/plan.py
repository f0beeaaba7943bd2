"""``mcqtest plan``: what a run is going to ask, see and take, before it asks anything."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from mcqtest.cli import project
from mcqtest.cli.said import Said
from mcqtest.gate import CHURNS, Policy, foresee, mismatch
from mcqtest.report import duration, plural
from mcqtest.run import Planned, Settings, asked, pace, policy_of
from mcqtest.sides import Finder, Side
from mcqtest.types import Benchmark, Identity, McqtestError, several

_NONE = {None, "none"}
"""Baselines that are none."""


def arguments(parser: argparse.ArgumentParser) -> None:
    project.add_asking(parser)
    project.add(parser, "baseline", "baselines-dir", "run-dir", "alpha", "margin", "tolerance")


def run(options: argparse.Namespace) -> Said:
    settings, finder, tasks = project.asking(options)
    planned = asked.planned(tasks, settings)
    policy = _policy(settings, planned)
    paces = pace.read(Path(settings.run_dir))
    side = _baseline(options, settings, finder)
    baseline = side.tasks if side is not None else None
    benchmarks = dict.fromkeys(each.task.benchmark for each in planned)
    told = {}
    for benchmark in benchmarks:
        members = [each for each in planned if each.task.benchmark is benchmark]
        churn = None if baseline is None else _noise(members, baseline)
        told[benchmark.name] = _benchmark(benchmark, members, policy, paces, churn)
    questions = sum(each["questions"] for each in told.values())
    requests = sum(each["requests"] for each in told.values())
    times = [each["seconds"] for each in told.values()]
    seconds = None if None in times else sum(times)
    whole = {"questions": questions, "requests": requests, "seconds": seconds, "benchmarks": told}
    lines = [line for name, each in told.items() for line in _lines(name, each, policy)]
    if len(told) > 1:
        takes = "" if seconds is None else f", about {duration(seconds)}"
        lines.append(
            f"in all {plural(questions, 'question')}, {plural(requests, 'request')}{takes}"
        )
    if side is None and settings.baseline not in _NONE:
        lines.append(
            f"note: no baseline {settings.baseline!r} is recorded yet; record it with "
            "--snapshot-update before a run is judged against it"
        )
    return Said("\n".join(lines), whole)


def _baseline(options: argparse.Namespace, settings: Settings, finder: Finder) -> Side | None:
    """What the run will be compared with; None where nothing is, or what the project's table names
    is still to be recorded. Raises `McqtestError` for one that was asked for and is not there.
    """
    if settings.baseline in _NONE:
        return None
    try:
        return finder.stored(str(settings.baseline), old=True)
    except McqtestError:
        if options.baseline is not None:
            raise
        return None


def _policy(settings: Settings, planned: Sequence[Planned]) -> Policy:
    """What the run will be held to, whoever the model is."""
    nobody = Identity(*("",) * 7)
    comparisons = {
        each.task: each.task.criterion.comparisons(each.questions) if each.task.criterion else 0
        for each in planned
    }
    return policy_of(replace(settings, baseline=None), nobody).planned(comparisons)


def _noise(members: Sequence[Planned], baseline: Any) -> float | None:
    """The churn of a baseline's weights themselves, where they were recorded twice in this way."""
    changed = n = 0
    for each in members:
        key = each.task.benchmark.name, each.task.name
        asking = each.excerpt.asking() if each.excerpt else each.asking
        for stored in baseline.get(key, ()):
            same = mismatch(stored.record, replace(stored.record, asking=asking), baseline="")
            if same is None and stored.companion and stored.companion.noise is not None:
                changed += stored.companion.noise
                n += stored.record.count
                break
        else:
            return None
    return changed / n if n else None


def _benchmark(
    benchmark: Benchmark,
    members: Sequence[Planned],
    policy: Policy,
    paces: pace.Paces,
    noise: float | None,
) -> dict[str, Any]:
    counts = {each.task.name: len(each.questions) for each in members}
    asking = sorted({pace.words(each.asking) for each in members})
    requests = sum(len(each.requests) for each in members)
    last = paces.get((benchmark.name, asking[0])) if len(asking) == 1 else None
    churns = [*CHURNS, *([] if noise is None else [noise])]
    seen = [asdict(foresee(benchmark.name, counts, policy, churn)) for churn in sorted(churns)]
    return {
        "tasks": len(members),
        "every_task": len(benchmark.tasks),
        "questions": sum(counts.values()),
        "left_out": sum(each.left_out for each in members),
        "requests": requests,
        "asking": asking,
        "margin": policy.margins.of(benchmark.name),
        "baseline_churn": noise,
        "foresight": seen,
        "seconds": None if last is None else last.takes(requests),
        "pace": None if last is None else asdict(last),
    }


def _lines(name: str, told: dict[str, Any], policy: Policy) -> list[str]:
    tasks = plural(told["tasks"], "task")
    if told["tasks"] < told["every_task"]:
        tasks = f"{told['tasks']} of {plural(told['every_task'], 'task')}"
    out = f" of {told['questions'] + told['left_out']:,}" if told["left_out"] else ""
    requests = plural(told["requests"], "request")
    lines = [
        f"{name}: {tasks}, {told['questions']:,}{out} questions, {requests}",
        f"  asked as {several(told['asking'], 1)}",
        "  churn  a drop that is seen  a sound run excludes",
    ]
    for each in told["foresight"]:
        own = ", the baseline's own" if each["churn"] == told["baseline_churn"] else ""
        seen = "none" if each["seen"] >= 1 else f"{100 * each['seen']:.2f} points"
        excluded = f"{100 * each['excluded']:.2f}"
        lines.append(f"  {100 * each['churn']:>4.3g} %  {seen:>19}  {excluded:>13} points{own}")
    lines.append(f"  {_margin(told, policy)}")
    last = told["pace"]
    if last is None:
        lines.append("  time: not known, for no run here has asked it in this way")
    else:
        rate = last["requests"] / last["seconds"] * last["workers"]
        lines.append(
            f"  time: about {duration(told['seconds'])}, as fast as {last['model']} was "
            f"({rate:,.1f} a second; {last['setup']})"
        )
    return lines


def _margin(told: dict[str, Any], policy: Policy) -> str:
    """Whether a sound run can pass."""
    margin = told["margin"]
    if margin is None:
        return "no margin: asked for proven losses alone"
    if told["left_out"] or told["tasks"] < told["every_task"]:
        return f"margin {100 * margin:g} points; a part of the benchmark is no pass (PARTIAL)"
    sound = [each["churn"] for each in told["foresight"] if each["excluded"] <= margin]
    until = (
        f"a sound run passes up to {100 * max(sound):.3g} % churn" if sound else "no run can pass"
    )
    return f"margin {100 * margin:g} points at alpha {policy.alpha:g}: {until}"
