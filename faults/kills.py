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
    "killed", "times", "had ended", "hung", "green, not complete", "answers lost", "asked twice",
    "then other results", "then a traceback", "left behind",
)  # fmt: skip


def table(work: Path, rng: random.Random, count: int) -> Table:
    """``count`` kills, evenly of each kind. Moments are drawn from the whole length of a run, those
    of its end more often.
    """
    undisturbed, lasts = {}, {}
    for workers in (0, 2):
        folder = work / f"undisturbed-{workers}"
        ended = runs.Run(folder, workers=workers).end(600)
        assert ended.code == 0, ended.said
        undisturbed[workers], lasts[workers] = folder, ended.seconds
    kinds = [(who, sign) for sign in SIGNALS for who in VICTIMS]
    counts: dict[tuple[str, signal.Signals], Counter[str]] = {kind: Counter() for kind in kinds}
    for number in range(count):
        who, sign = kinds[number % len(kinds)]
        workers = 0 if who == VICTIMS[0] else 2
        share = rng.uniform(0.8, 1.05) if rng.random() < 0.3 else rng.random()
        planned = _Kill(who, sign, share * lasts[workers])
        found = _kill(work / "killed", planned, undisturbed[workers], rng)
        counts[who, sign] += found
        print(f"kill {number + 1} of {count}: {who}, {sign.name}: {dict(found)}", flush=True)
    rows = [
        (f"{who}, {sign.name}", *(f"{counts[who, sign][column]}" for column in _HEAD[1:]))
        for who, sign in kinds
    ]
    whole = sum(counts.values(), Counter[str]())
    rows.append(("all", *(f"{whole[column]}" for column in _HEAD[1:])))
    notes = [
        "had ended: the signal came when there was nothing left to kill",
        "green, not complete: exit code 0 or `pass` in the summary, and not all results",
        "then: in the next run with that command; results are held against an undisturbed run's",
        "left behind: in /dev/shm, or half-written files in the run folder",
    ]
    return Table(f"{count} kills", _HEAD, rows, notes)


@dataclass(frozen=True)
class _Kill:
    who: str
    sign: signal.Signals
    after: float
    """Seconds."""


def _kill(folder: Path, planned: _Kill, good: Path, rng: random.Random) -> Counter[str]:
    who, sign = planned.who, planned.sign
    shutil.rmtree(folder, ignore_errors=True)
    before = runs.shared_memory()
    workers = 0 if who == VICTIMS[0] else 2
    run = runs.Run(folder, workers=workers)
    time.sleep(planned.after)
    victims = run.workers if who == VICTIMS[1] else [run.process.pid]
    found = Counter({"times": 1})
    found["had ended"] += not (victims and run.kill(sign, pid=rng.choice(victims)))
    ended = run.end(300)
    wanted = runs.outcome(good)
    green = ended.code == 0 or runs.verdict(folder) == "pass"
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
