"""A checkpoint that is changed while it is asked: what is computed afterwards is worth nothing."""

from __future__ import annotations

import math
import os
import random
import shutil
import time
from collections import Counter
from collections.abc import Callable
from functools import partial
from pathlib import Path

from faults import runs
from speed.table import Table

WEIGHTS = "model.safetensors"


def truncate(place: Path, _other: Path) -> None:
    """Cut off in the middle, as by a copy that starts anew."""
    os.truncate(place / WEIGHTS, (place / WEIGHTS).stat().st_size // 2)


def replaced(place: Path, other: Path) -> None:
    """Another file of that name, as by an atomic writer."""
    shutil.copyfile(other / WEIGHTS, place / "new")
    (place / "new").replace(place / WEIGHTS)


def in_place(place: Path, other: Path) -> None:
    """Other bytes in the same file, of the same length."""
    with (place / WEIGHTS).open("r+b") as file:
        file.write((other / WEIGHTS).read_bytes())


def rewritten(place: Path, other: Path) -> None:
    """Truncated and written anew, as `save_pretrained` does."""
    shutil.copyfile(other / WEIGHTS, place / WEIGHTS)


def swapped(place: Path, other: Path) -> None:
    """A link that leads elsewhere now."""
    (place / "link").symlink_to(other / WEIGHTS)
    (place / "link").replace(place / WEIGHTS)


def configured(place: Path, _other: Path) -> None:
    """Another file of the folder."""
    text = (place / "config.json").read_text("utf-8")
    (place / "config.json").write_text(text.replace("{", '{"a_note": 1,', 1), "utf-8")


KINDS: dict[str, Callable[[Path, Path], None]] = {
    "truncated": truncate,
    "replaced": replaced,
    "written in place": in_place,
    "written anew": rewritten,
    "link swapped": swapped,
    "config.json written": configured,
}
_HEAD = ("changed", "times", "exit 4", "green", "answers stored wrong", "tracebacks", "hung")


def table(work: Path, rng: random.Random, count: int) -> Table:
    """``count`` changes, each once so many answers are stored, from none to all but a few."""
    from mcqtest.demo import MODEL, damage

    worse = damage(work / "worse-weights")
    good = work / "copy"
    shutil.copytree(MODEL, good)
    first = work / "undisturbed-copy"
    ended = runs.Run(first, "--data=demo", "--baseline=demo", model=str(good)).end(600)
    assert ended.code == 0, ended.said
    right = {key: answers[0] for key, answers in runs.stored(first).items()}
    counts: dict[str, Counter[str]] = {name: Counter() for name in KINDS}
    for number in range(count):
        name = list(KINDS)[number % len(KINDS)]
        place = work / "changing"
        shutil.rmtree(place, ignore_errors=True)
        shutil.copytree(good, place)
        if name == "link swapped":
            (place / WEIGHTS).unlink()
            (place / WEIGHTS).symlink_to(good / WEIGHTS)
        found = _change(work / "changed", place, partial(KINDS[name], place, worse), right, rng)
        counts[name] += found
        print(f"change {number + 1} of {count}: {name}: {dict(found)}", flush=True)
    whole = sum(counts.values(), Counter[str]())
    rows = [
        (name, *(f"{each[column]}" for column in _HEAD[1:]))
        for name, each in [*counts.items(), ("all", whole)]
    ]
    notes = [
        "each between the start and the first three quarters of the answers, with no worker or two",
        "stored wrong: an answer under the old weights that these do not give",
    ]
    return Table(f"{count} changes of a checkpoint while it is asked", _HEAD, rows, notes)


def _change(
    folder: Path, place: Path, change: Callable[[], None], right: dict[str, list[float]],
    rng: random.Random,
) -> Counter[str]:  # fmt: skip
    shutil.rmtree(folder, ignore_errors=True)
    workers = rng.choice([0, 0, 2])
    run = runs.Run(folder, "--data=demo", "--baseline=demo", model=str(place), workers=workers)
    after = rng.randrange(len(right) * 3 // 4)
    while not run.is_over and len(runs.stored(folder)) < after:
        time.sleep(0.002)
    change()
    ended = run.end(300)
    found = Counter({"times": 1})
    found["exit 4"] += ended.code == 4
    found["green"] += ended.code == 0 or ended.is_green or runs.verdict(folder) == "pass"
    found["answers stored wrong"] += sum(
        key in right and any(_differ(answer, right[key]) for answer in answers)
        for key, answers in runs.stored(folder).items()
    )
    found["tracebacks"] += ended.has_traceback
    found["hung"] += ended.hung
    return found


def _differ(one: list[float], other: list[float]) -> bool:
    return any(not math.isclose(a, b, abs_tol=1e-3) for a, b in zip(one, other, strict=True))
