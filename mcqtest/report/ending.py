"""The verdict in one sentence, which is the last thing that a person reads."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from pathlib import Path

from mcqtest.gate import KINDS, Policy, Pooled, Verdict
from mcqtest.report.terminal import plural


def sentence(name: str, pooled: Sequence[Pooled], verdict: Verdict, policy: Policy) -> str:
    """The verdict on the model of this ``name``."""
    on = f"{plural(sum(each.n for each in pooled), 'question')} of {_tasks(pooled)}"
    baseline, state = policy.baseline, verdict.state
    criteria = "".join(f"; {each.name}: {said}" for each in pooled if (said := _criteria(each)))
    if state == "recorded":
        changed = _changed(pooled, policy)
        return f"RECORDED: {name} on {on} is now baseline {baseline!r}{changed}{criteria}"
    if state == "fail":
        word = "NOT RECORDED" if policy.update else "MAY NOT SHIP"
        return f"{word}: {name}: {_first(verdict)}{criteria}"
    if baseline is None:
        part = f"{_first(verdict)}; " if verdict.reasons else ""
        kept = f"{name} keeps every threshold on {on}; {part}nothing was compared{criteria}"
        return f"{_WORDS[state]}: {kept}"
    against = f"baseline {baseline!r} on {on}{_how_sure(pooled, policy)}"
    if state == "pass":
        against = f"is no worse than {against}"
    elif state == "no_loss_proven":
        against = f"against {against}"
    else:
        against = f"no loss is proven, but {_WHY[state]}: {_first(verdict)}; against {against}"
    return f"{_WORDS[state]}: {name}{':' * (state in _WHY)} {against}"


def hint(pooled: Sequence[Pooled], folder: Path) -> str | None:
    """The command that shows what was lost, where something was; ``folder`` is the run's."""
    made = [outcome.comparison for each in pooled for outcome in each.outcomes]
    lost = sum(each["lost"] for each in made if each)
    if not lost:
        return None
    usual = folder == Path.cwd() / ".mcqtest"
    command = ["mcqtest", "show", *([] if usual else [str(folder)]), "--lost"]
    return f"{plural(lost, 'question')} lost; see them with: {shlex.join(command)}"


def _first(verdict: Verdict) -> str:
    """The first reason, and how many more there are."""
    more = f" (and {len(verdict.reasons) - 1} more)" if len(verdict.reasons) > 1 else ""
    return f"{verdict.reasons[0]}{more}"


_WORDS = {
    "pass": "MAY SHIP",
    "no_loss_proven": "NO LOSS PROVEN",
    "undecided": "UNDECIDED",
    "partial": "PARTIAL",
}

_WHY = {"undecided": "one of the margin is not excluded", "partial": "only a part was asked"}


def _criteria(pooled: Pooled) -> str:
    """What criteria say of the benchmark, with commas between; empty where there are none."""
    said = [kind.sentence(pooled.outcomes) for kind in KINDS.values()]
    return ", ".join(each for each in said if each)


def _tasks(pooled: Sequence[Pooled]) -> str:
    """``57 tasks``, or ``3 of 57 tasks`` where some were left out."""
    tasks = sum(len(each.outcomes) for each in pooled)
    every = sum(each.outcomes[0].siblings for each in pooled)
    return plural(tasks, "task") if tasks >= every else f"{tasks} of {plural(every, 'task')}"


def _changed(pooled: Sequence[Pooled], policy: Policy) -> str:
    """What a recording changed against the old baseline, where there was one to compare with."""
    made = [each.comparison for each in pooled if each.comparison]
    if not made:
        return ""
    lost, won = sum(each.lost for each in made), sum(each.won for each in made)
    accepted = f"; regressions accepted: {policy.reason}" if policy.reason and lost else ""
    return f" ({lost} lost and {won} won against the old one{accepted})"


def _how_sure(pooled: Sequence[Pooled], policy: Policy) -> str:
    """What is excluded, what moved, and the false alarms; thresholds are outside of these."""
    sure = f"{100 * (1 - policy.alpha):g} %"
    parts = []
    for each in pooled:
        found = each.comparison
        if found is None:
            continue
        said = [f"{each.name}: {found.lost} lost, {found.won} won"]
        if found.drop is not None:
            largest = 100 * found.drop[1]
            said.append(
                f"a drop of more than {largest:.2f} points is excluded ({sure})"
                if largest >= 0
                else f"a gain of at least {-largest:.2f} points is proven ({sure})"
            )
        said.append(f"churn {found.churn:.2%}")
        said.append(f"p = {found.p_value:.2g}")
        said += [criteria] if (criteria := _criteria(each)) else []
        parts.append(", ".join(said))
    alarms = f"false alarms at most {policy.alpha:g}"
    if policy.thresholds:
        alarms += ", those of thresholds apart"
    return f" ({'; '.join([*parts, alarms])})"
