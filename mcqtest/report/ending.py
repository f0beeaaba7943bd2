"""The verdict in one sentence, which is the last thing that a person reads."""

from __future__ import annotations

from collections.abc import Sequence

from mcqtest.gate import KINDS, Policy, Pooled, Verdict
from mcqtest.report.terminal import plural


def sentence(name: str, pooled: Sequence[Pooled], verdict: Verdict, policy: Policy) -> str:
    """The verdict on the model of this ``name``."""
    on = f"{plural(sum(each.n for each in pooled), 'question')} of {_tasks(pooled)}"
    baseline = policy.baseline
    criteria = "".join(f"; {each.name}: {said}" for each in pooled if (said := _criteria(each)))
    if verdict.state == "recorded":
        changed = _changed(pooled, policy)
        return f"RECORDED: {name} on {on} is now baseline {baseline!r}{changed}{criteria}"
    if verdict.state == "fail":
        reasons = verdict.reasons
        more = f" (and {len(reasons) - 1} more)" if len(reasons) > 1 else ""
        word = "NOT RECORDED" if policy.update else "MAY NOT SHIP"
        return f"{word}: {name}: {reasons[0]}{more}{criteria}"
    if baseline is None:
        return f"MAY SHIP: {name} keeps every threshold on {on}; nothing was compared{criteria}"
    sure = _how_sure(pooled, policy)
    return f"MAY SHIP: {name} is no worse than baseline {baseline!r} on {on}{sure}"


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
    parts = []
    for each in pooled:
        found = each.comparison
        if found is None:
            continue
        criteria = f", {said}" if (said := _criteria(each)) else ""
        drop = found.min_detectable_drop
        seen = "" if drop is None else f"; a drop of {100 * drop:.2f} points would have been seen"
        parts.append(
            f"{each.name}: {found.lost} lost, {found.won} won, churn {found.churn:.2%}, "
            f"p = {found.p_value:.2g}{criteria}{f'{seen} with 80 % power' if seen else ''}"
        )
    return f" ({'; '.join(parts)}; false alarms at most {policy.alpha:g})"
