"""Runs that are killed at any moment, and the run after each."""

from __future__ import annotations

import random
import shutil
import signal
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from faults import runs
from speed.table import Table

VICTIMS = ("the one process", "a worker", "the controller")
SIGNALS = (signal.SIGKILL, signal.SIGTERM, signal.SIGINT)
_HEAD = (
    "killed", "times", "hung", "green, not complete", "answers lost", "asked twice",
    "then other results", "then a traceback", "left behind",
)  # fmt: skip


@dataclass(frozen=True)
class _Good:
    """An undisturbed run: where it lies, and when it did what."""

    folder: Path
    start: float
    """Seconds to the first answer."""
    answers: int
    end: float
    """Seconds from the last one to the end."""


@dataclass(frozen=True)
class _Kill:
    who: str
    sign: signal.Signals
    answers: int
    """Once so many are stored,"""
    after: float
    """and so many seconds later."""


def table(work: Path, rng: random.Random, count: int) -> Table:
    """``count`` kills, evenly of each kind, while it starts (a fifth), asks, or ends (a fifth)."""
    good = {workers: _undisturbed(work / f"undisturbed-{workers}", workers) for workers in (0, 2)}
    kinds = [(who, sign) for sign in SIGNALS for who in VICTIMS]
    counts: dict[tuple[str, signal.Signals], Counter[str]] = {kind: Counter() for kind in kinds}
    number = 0
    while number < count:
        who, sign = kinds[number % len(kinds)]
        whole = good[0 if who == VICTIMS[0] else 2]
        found = _kill(work / "killed", _drawn(who, sign, whole, rng), whole, rng)
        if found is None:  # it had ended
            continue
        number += 1
        counts[who, sign] += found
        print(f"kill {number} of {count}: {who}, {sign.name}: {dict(found)}", flush=True)
    rows = [
        (f"{who}, {sign.name}", *(f"{counts[who, sign][column]}" for column in _HEAD[1:]))
        for who, sign in kinds
    ]
    every = sum(counts.values(), Counter[str]())
    rows.append(("all", *(f"{every[column]}" for column in _HEAD[1:])))
    notes = [
        "at random moments: a fifth before the first answer, a fifth after the last one",
        "green, not complete: exit code 0 or `pass` in the summary, and not all results",
        "then: in the next run with that command; results are held against an undisturbed run's",
        "left behind: in /dev/shm, or half-written files in the run folder",
    ]
    return Table(f"{count} kills", _HEAD, rows, notes)


def _undisturbed(folder: Path, workers: int) -> _Good:
    run = runs.Run(folder, workers=workers)
    first = last = began = time.monotonic()
    answers = 0
    while not run.is_over:
        if (now := runs.count(folder)) > answers:
            last = time.monotonic()
            first = first if answers else last
            answers = now
        time.sleep(0.01)
    over = time.monotonic()
    ended = run.end(60)
    assert ended.code == 0, ended.said
    return _Good(folder, first - began, answers, over - last)


def _drawn(who: str, sign: signal.Signals, good: _Good, rng: random.Random) -> _Kill:
    share = rng.random()
    if share < 0.2:
        return _Kill(who, sign, 0, rng.uniform(0.0, good.start))
    if share > 0.8:
        return _Kill(who, sign, good.answers, rng.uniform(0.0, good.end))
    return _Kill(who, sign, rng.randrange(1, good.answers), 0.0)


def _kill(folder: Path, planned: _Kill, good: _Good, rng: random.Random) -> Counter[str] | None:
    """What became of it; None where there was nothing left to kill."""
    shutil.rmtree(folder, ignore_errors=True)
    before = runs.shared_memory()
    workers = 0 if planned.who == VICTIMS[0] else 2
    run = runs.Run(folder, workers=workers)
    while not run.is_over and runs.count(folder) < planned.answers:
        time.sleep(0.002)
    time.sleep(planned.after)
    victims = run.workers if planned.who == VICTIMS[1] else [run.process.pid]
    is_hit = bool(victims) and run.kill(planned.sign, pid=rng.choice(victims))
    ended = run.end(300)
    if not is_hit:
        return None
    wanted = runs.outcome(good.folder)
    green = ended.code == 0 or runs.verdict(folder) == "pass"
    found = Counter({"times": 1})
    found["hung"] += ended.hung
    found["green, not complete"] += green and runs.outcome(folder) != wanted
    kept = runs.stored(folder)
    again = runs.Run(folder, workers=workers).end(300)
    every = runs.stored(folder)
    found["hung"] += again.hung
    found["answers lost"] += len(kept.keys() - every.keys())
    found["asked twice"] += sum(len(each) > 1 for each in every.values())
    found["then other results"] += again.code != 0 or runs.outcome(folder) != wanted
    found["then a traceback"] += again.has_traceback
    left = len(runs.shared_memory() - before) + len(runs.leftovers(folder))
    found["left behind"] += left
    return found
