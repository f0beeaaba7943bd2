"""Keeping a run beside others, once it is judged and its files are written."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from mcqtest.archive.folder import every, is_same, prune
from mcqtest.archive.kept import FORMAT, TURN, Kept
from mcqtest.gate import Outcome, Policy, digest, parse, write
from mcqtest.types import Identity, McqtestError, Score, one_line

MOST = 50
"""Runs that recorded nothing, and runs that recorded a baseline, that are kept by themselves."""

_ABOUT = ["group", "siblings", "title", "expert", "fewer_shots", "in_part", "methods", "compared"]
_ENDS = 64
"""Characters of a model's name in that of its run."""


def keep(
    folder: Path,
    outcomes: Iterable[Outcome],
    *,
    policy: Policy,
    identity: Identity,
    problems: Sequence[str],
) -> list[str]:
    """Keep the run whose ``summary.json`` and ``results.jsonl`` lie at the top of a run folder, and
    let the oldest ones go. The same run again is not kept twice, and is the last one again. What a
    person should know, in sentences: where it cannot be kept nothing of it is left, and nothing
    else changes.

    Args:
        folder: that of the run; nobody else writes there meanwhile
        outcomes: of its tasks, in the order of their names
        policy: what it was held to
        identity: the model
        problems: what stands against a pass apart from verdicts

    """
    told = _told(outcomes, policy, identity, problems)
    kept = every(folder)
    if twin := next((each for each in reversed(kept) if _is_twin(each, folder, told)), None):
        if twin.name != kept[-1].name:
            with suppress(McqtestError):  # it is kept, and only stands further back
                write(twin.path / TURN, f"{kept[-1].turn + 1}\n")
        return []
    stem = re.sub(r"[^\w.=+@-]", "_", identity.name).lstrip(".")[:_ENDS] or "model"
    number = 1 + max((max(each.number, each.turn) for each in kept), default=0)
    place = folder / "runs" / f"{stem}-{number:04}"
    building = place.with_name(f".{place.name}.tmp")
    try:
        for left in place.parent.glob(".*.tmp"):  # of a run that was killed here
            shutil.rmtree(left, ignore_errors=True)
        building.mkdir(parents=True)
        write(building / "tasks.jsonl", told)
        shutil.copyfile(folder / "summary.json", building / "summary.json")
        _link(folder / "results.jsonl", building / "results.jsonl")
        building.rename(place)
    except (OSError, McqtestError) as error:
        shutil.rmtree(building, ignore_errors=True)
        return [f"{place.name}: the run could not be kept beside others ({one_line(error)})"]
    _bound(folder)
    return []


def _link(source: Path, target: Path) -> None:
    """The same file under a second name, which costs no room; a copy where that cannot be. A run
    writes a new file in place of an old one, and never into it.
    """
    try:
        target.hardlink_to(source)
    except OSError:
        shutil.copyfile(source, target)


def _is_twin(kept: Kept, folder: Path, told: str) -> bool:
    names = ("summary.json", "results.jsonl")
    with suppress(OSError):
        same = all(is_same(folder / name, kept.path / name) for name in names)
        return same and (kept.path / "tasks.jsonl").read_text("utf-8") == told
    return False


def _bound(folder: Path) -> None:
    """Let the oldest runs go: of those that recorded a baseline, and of the others."""
    kept = every(folder)
    if len(kept) <= MOST:
        return
    recorded = [each.name for each in kept if _recorded(each)]
    others = [each.name for each in kept if each.name not in recorded]
    prune(folder, keep=1, spared=[*recorded[-MOST:], *others[-MOST:]])


def _recorded(kept: Kept) -> bool:
    with suppress(McqtestError):
        return kept.summary.get("verdict") == "recorded"
    return False


def _told(
    outcomes: Iterable[Outcome], policy: Policy, identity: Identity, problems: Sequence[str]
) -> str:
    """``tasks.jsonl``: what the run was held to, and a line for each task."""
    names = ("name", "weights", "setup", "dtype")
    try:
        held = policy.to_json()
    except McqtestError:  # a metric that only this process can have
        held = replace(policy, metrics={}).to_json()
    head = {
        "format": FORMAT,
        "model": {name: getattr(identity, name) for name in names},
        "policy": held,
        "problems": [*problems],
    }
    lines = [head, *(_line(outcome) for outcome in outcomes if outcome.record)]
    return "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)


def _values(scores: Sequence[Score]) -> str | list[float]:
    """A digit for each, where all are 0 or 1."""
    values = [score.value for score in scores]
    return "".join(f"{each:.0f}" for each in values) if {*values} <= {0.0, 1.0} else values


def _line(outcome: Outcome) -> dict[str, Any]:
    """One task. Digest and weights stand first, where `mcqtest.archive.folder.holding` looks."""
    record = parse(outcome.record, where=f"{outcome.benchmark}/{outcome.task}")
    about = {name: getattr(outcome, name) for name in _ABOUT}
    if outcome.whole:
        about["whole"] = outcome.whole
    if outcome.variants:
        about["variants"] = {name: _values(each) for name, each in outcome.variants.items()}
    return {
        "benchmark": outcome.benchmark,
        "task": outcome.task,
        "of": digest(record),
        "weights": record.weights,
        "about": about | {"criterion": bool(outcome.findings)},
        "record": outcome.record,
        "companion": outcome.companion,
    }
