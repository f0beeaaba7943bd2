"""What the gate says of one side against another."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from mcqtest.gate import (
    Companion,
    Judge,
    Policy,
    Pooled,
    Record,
    Verdict,
    decide,
    impossible,
    mismatch,
    shares,
)
from mcqtest.report import Scoreboard
from mcqtest.sides.definitions import Definitions
from mcqtest.sides.side import Key, Side, Stored
from mcqtest.types import Benchmark, McqtestError, Result, Results, Task


@dataclass(frozen=True)
class Against:
    """A comparison, as a run of the new side against the old one would have ended."""

    board: Scoreboard
    pooled: Sequence[Pooled]
    verdict: Verdict

    @property
    def summary(self) -> dict[str, Any]:
        """As in ``summary.json``."""
        return self.board.summary(self.pooled, self.verdict)


class _Olds:
    """What the old side has of each task; see `mcqtest.gate.baselines.Olds`."""

    def __init__(self) -> None:
        self.stored: dict[Task, Stored] = {}

    def old(self, task: Task) -> Record | None:
        found = self.stored.get(task)
        return None if found is None else found.record

    def companion(self, task: Task) -> Companion | None:
        found = self.stored.get(task)
        return None if found is None else found.companion


def against(
    old: Side,
    new: Side,
    *,
    definitions: Definitions,
    held: Callable[[Policy | None], Policy],
    benchmarks: Collection[str] = (),
) -> Against:
    """Compare, with all that a run does: levels, margins, groups, qualities, criteria, thresholds.

    Args:
        old: what is compared with
        new: what is judged
        definitions: of benchmarks
        held: what the project holds a model to, given what one of the sides was held to
        benchmarks: names; where there are some, nothing else is compared

    Raises:
        McqtestError: the two cannot be compared

    """
    pairs = _wanted(old, new, benchmarks)
    olds, results = _Olds(), dict[Task, tuple[Results, Stored]]()
    for key, (then, now) in pairs.items():
        new.choose(now)
        task = _task(key, (new, old), definitions)
        asked = definitions.questions(task, now) if task.criterion else None
        results[task] = new.results(task, now, asked), now
        if then is not None:
            olds.stored[task] = then
            _check(old, then, results[task][0], now)
    policy = _planned(
        held(new.policy or old.policy), old, {task: found for task, (found, _) in results.items()}
    )
    judge, board = Judge(policy, olds, new.identity), Scoreboard(policy, new.identity)
    for found, now in results.values():
        judge.remember(found, now.companion)
        kept = {name: now.about[name] for name in _KEPT if name in now.about}
        board.add(judge.judge(found, variants=_variants(found, now), **kept))
    pooled = board.benchmarks()
    return Against(board, pooled, decide(pooled, new.problems, policy))


_KEPT = ("fewer_shots", "in_part", "methods")


def _variants(results: Results, stored: Stored) -> dict[str, Results]:
    """The same questions in other ways of asking, of which points are kept and no answers."""
    found = {}
    for name, values in stored.about.get("variants", {}).items():
        items = [
            Result(each.question, None, None, 0, value=float(value))
            for each, value in zip(results, values, strict=True)
        ]
        found[name] = replace(results, items=tuple(items))
    return found


def _wanted(
    old: Side, new: Side, benchmarks: Collection[str]
) -> dict[Key, tuple[Stored | None, Stored]]:
    """`paired`, only of these benchmarks where some are named."""
    pairs = paired(old, new)
    if benchmarks:
        pairs = {key: pair for key, pair in pairs.items() if key[0] in benchmarks}
    if not pairs:
        raise McqtestError(
            f"{new.name} has no answers of {', '.join(benchmarks)}; name others with --benchmarks"
        )
    return pairs


def paired(old: Side, new: Side) -> dict[Key, tuple[Stored | None, Stored]]:
    """Every task of the new side with that of the old one, where it has one: of several ways of
    asking, those that are the same on both sides.
    """
    found: dict[Key, tuple[Stored | None, Stored]] = {}
    for key, ways in new.tasks.items():
        olds = old.tasks.get(key, ())
        every = ((then.cut(now), now) for now in ways for then in olds)
        same = ((then, now) for then, now in every if _is_same(then, now))
        found[key] = next(same, (next(iter(olds), None), ways[0]))
    return found


def _is_same(then: Stored, now: Stored) -> bool:
    return mismatch(then.record, now.record, baseline="") is None


def _check(old: Side, then: Stored, results: Results, now: Stored) -> None:
    """Raise where the two cannot be compared, as a run does before it asks anything."""
    if (sentence := mismatch(then.record, now.record, baseline=old.name)) is not None:
        raise McqtestError(sentence)
    if old.kind == "baseline":
        asked = [each.question for each in results]
        known = all(each.answer >= 0 for each in asked)
        number = impossible(then.record, asked, valued=True) if known else None
        if number is not None:
            raise McqtestError(
                f"{then.where}: the answer {then.record.marks[number]!r} to question {number} is "
                "not one that can have been recorded; restore the file from version control"
            )


def _task(key: Key, sides: Sequence[Side], definitions: Definitions) -> Task:
    """As a run of one of the sides remembers it; as its benchmark's file defines it where no run
    does, or where it is held to a criterion, which is written there.
    """
    name, task = key
    runs = (each.remembered for each in sides)
    kept = next((run for run in runs if run is not None and key in run.tasks), None)
    benchmark = definitions.light(kept.policy, name) if kept else None
    if kept is None or benchmark is None or kept.tasks[key].about["criterion"]:
        return definitions.task(name, task)
    about = kept.tasks[key].about
    titles = {task: about["title"] or task}
    benchmark = replace(benchmark, expert=about["expert"], titles=titles)
    return Task(benchmark, task, about["group"])


def _planned(policy: Policy, old: Side, results: Mapping[Task, Results]) -> Policy:
    """The policy of a run of these tasks against the old side."""
    benchmarks: dict[str, Benchmark] = {task.benchmark.name: task.benchmark for task in results}
    parts = {}
    for task, found in results.items():
        if (criterion := task.criterion) is not None:
            count = criterion.comparisons([each.question for each in found])
            parts[task.benchmark.name, task.name] = count
    return replace(
        policy,
        baseline=old.name,
        update=False,
        reason=None,
        anchor=None,
        ways={},
        levels=shares(policy.alpha, [*benchmarks.values()], parts=parts),
        thresholds=policy.thresholds
        if policy.groups
        else policy.thresholds.knowing(benchmarks.values()),
        margins=policy.margins.knowing(benchmarks.values()),
        metrics={name: each.metrics for name, each in benchmarks.items() if each.metrics},
    )
