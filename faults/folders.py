"""Two runs in one run folder, and run folders on disks that are full."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import time
from collections import Counter
from pathlib import Path

from faults import runs
from speed.table import Table

OCCUPIED = "another run uses this folder"


def pairs(work: Path, rng: random.Random, count: int) -> Table:
    """A run, and while it goes on one of another model in the same folder."""
    from mcqtest.demo import damage

    worse = damage(work / "worse")
    other = (f"--model={worse}", "--data=demo", "--baseline=demo")
    good, bad = work / "undisturbed", work / "undisturbed-worse"
    first = runs.Run(good).end(600)
    assert first.code == 0, first.said
    assert runs.Run(bad, *other[1:], model=str(worse)).end(600).code == 1
    found: Counter[str] = Counter()
    for number in range(count):
        folder = work / "shared"
        shutil.rmtree(folder, ignore_errors=True)
        workers = rng.choice([0, 2])
        one = runs.Run(folder, workers=workers)
        time.sleep(rng.uniform(0.0, 1.05) * first.seconds)
        was_over = one.is_over
        two = runs.Run(work / "two", *other[1:], f"--run-dir={folder}", model=str(worse))
        ends = one.end(300), two.end(300)
        occupied = [OCCUPIED in each.said and each.code == 4 for each in ends]
        last = runs.outcome(folder)
        found["times"] += 1
        found["one refused, with a line"] += sum(occupied) == 1
        found["one after the other"] += not any(occupied)
        wanted = bad if not occupied[1] else good
        found["results of neither, or mixed"] += last != runs.outcome(wanted)
        found["both refused"] += all(occupied)
        found["refused after the other's end"] += was_over and any(occupied)
        found["hung"] += any(each.hung for each in ends)
        found["tracebacks"] += any(each.has_traceback for each in ends)
        print(f"pair {number + 1} of {count}: {dict(found)}", flush=True)
    return _table(f"Two runs in one folder, {count} times", found)


def full(work: Path, rng: random.Random, count: int) -> Table:
    """A run folder with a stale pass in it and too little room, at the start or in the middle; no
    inodes; and one that can be read only. Then the same run with room.
    """
    good = work / "undisturbed-room"
    first = runs.Run(good).end(600)
    assert first.code == 0, first.said
    needed = sum(path.stat().st_size for path in good.rglob("*") if path.is_file()) // 1024
    found: Counter[str] = Counter()
    kinds = ["bytes", "bytes", "inodes", "read only"] if os.geteuid() == 0 else ["limit"]
    for number in range(count):
        kind = kinds[number % len(kinds)]
        folder = work / "small"
        folder.mkdir(exist_ok=True)
        room = {
            "bytes": f"size={rng.randrange(8, needed - 16)}k",
            "inodes": f"nr_inodes={rng.choice([3, 4])}",
        }
        mounted = _mount(folder, room.get(kind, "size=8m")) if kind != "limit" else False
        (folder / "summary.json").write_text('{"format": 1, "verdict": "pass"}\n', "utf-8")
        if kind == "read only":
            subprocess.run(["mount", "-o", "remount,ro", folder], check=True)
        ended = _short(folder, work, kind, rng)
        left = runs.verdict(folder)
        found["times"] += 1
        found[f"of these short of {kind}"] += 1
        found["green, or a pass left"] += ended.is_green or (left == "pass" and kind != "read only")
        found["exit code 4 and one line"] += ended.code == 4 and len(ended.mistakes) == 1
        found["other codes"] += ended.code != 4
        found["tracebacks"] += ended.has_traceback
        kept = runs.stored(folder)
        if mounted:
            more = "remount,rw,size=64m,nr_inodes=10000"
            subprocess.run(["mount", "-o", more, folder], check=True)
        again = runs.Run(folder).end(300)
        every = runs.stored(folder)
        found["answers lost or asked twice"] += len(kept.keys() - every.keys()) + sum(
            len(each) > 1 for each in every.values()
        )
        found["then other results"] += again.code != 0 or runs.outcome(folder) != runs.outcome(good)
        print(f"disk {number + 1} of {count}: {kind}: {dict(found)}", flush=True)
        if mounted:
            subprocess.run(["umount", folder], check=True)
        shutil.rmtree(folder, ignore_errors=True)
    notes = [
        "each began with a stale `pass` in the folder; in one that can be read only it has to stay",
    ]
    return _table(f"Full disks, {count} times", found, notes)


def _short(folder: Path, work: Path, kind: str, rng: random.Random) -> runs.Ended:
    """The run that has too little room. Its log is elsewhere."""
    if kind != "limit":
        return runs.Run(work / "elsewhere", f"--run-dir={folder}").end(300)
    import resource

    old = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (rng.randrange(1, 200) * 1024, old[1]))
    try:
        return runs.Run(work / "elsewhere", f"--run-dir={folder}").end(300)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, old)


def _mount(folder: Path, options: str) -> bool:
    command = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", folder]
    return subprocess.run(command, check=False, capture_output=True).returncode == 0


def _table(title: str, found: Counter[str], notes: list[str] | None = None) -> Table:
    rows = [(name, f"{number}") for name, number in found.items()]
    return Table(title, ("", "times"), rows, notes or [])
