"""A served model whose server goes wrong in every way, asked by runs that are killed."""

from __future__ import annotations

import math
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

from faults import runs
from faults.server import Server
from speed.table import Table

FAULTS: Mapping[str, float] = {
    **dict.fromkeys(("json", "empty", "twice", "equal", "again", "model", "error"), 0.01),
    **dict.fromkeys(("storm", "mark"), 0.0005),
    "reset": 0.02,
    "slow": 0.002,
}
"""Name -> share of the requests that meet it; a storm takes two seconds of them."""

KILLS = 10
_KEY = "sk-nobody-may-see-this-one"
_TASKS = 10
_RATE = 250.0
"""Answers a second, at most."""

_CASES = """
from operator import attrgetter

import pytest
from mcqtest.types import Benchmark

SUMS = Benchmark.csv("sums.csv", choices="ABCD", task="category", margin=2)


@pytest.mark.parametrize("task", SUMS.tasks, ids=attrgetter("name"))
def test_sums(task, results, baseline):
    assert results == baseline
"""


def table(work: Path, rng: random.Random, count: int) -> Table:
    """``count`` questions: asked without faults, and with them by runs of which ten are killed."""
    with Server(key=_KEY, rate=_RATE) as server:
        _project(work, count)
        good = _run(work, server, "undisturbed", "--snapshot-update")
        assert good.wait() == 0, (work / "undisturbed.log").read_text()
        server.answered.clear()
        server.faults = dict(FAULTS)
        began = time.monotonic()
        found = _killed(work, server, rng, count)
        seconds = time.monotonic() - began
        more = sum(times - 1 for times in server.answered.values())
    found["answered, and on their way when a run was killed"] = str(more)
    rows = [*found.items(), ("seconds, all runs", f"{seconds:.0f}")]
    met = ", ".join(f"{name} {number}" for name, number in sorted(server.met.items()))
    notes = [f"requests that met a fault: {met}"]
    return Table(f"{count:,} questions to a server that goes wrong", ("", ""), rows, notes)


def _project(work: Path, count: int) -> None:
    rows = ["id,category,question,A,B,C,D,answer"]
    for number in range(count):
        a, b = number + 10, number * 7 % 900
        right = number % 4
        choices = [str(a + b + step - right) for step in range(4)]
        sum_ = f"What is {a} + {b}?"
        rows.append(f"q{number},t{number % _TASKS},{sum_},{','.join(choices)},{'ABCD'[right]}")
    (work / "sums.csv").write_text("\n".join(rows) + "\n", "utf-8")
    (work / "test_sums.py").write_text(_CASES, "utf-8")
    (work / "pytest.ini").write_text("[pytest]\n", "utf-8")


def _run(work: Path, server: Server, name: str, *args: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "--backend=openai"]
    command += ["--model=adder", f"--backend-option=base_url={server.url}", f"--run-dir={name}"]
    with (work / f"{name}.log").open("ab") as log:
        return subprocess.Popen(
            [*command, *args],
            cwd=work,
            env={**os.environ, "OPENAI_API_KEY": _KEY, "PYTHONPATH": str(runs.ROOT)},
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def _killed(work: Path, server: Server, rng: random.Random, count: int) -> dict[str, str]:
    folder, deployment = work / "killed", "--backend-option=deployment=one"
    folder.mkdir()
    kept: set[str] = set()
    lost = killed = greens = 0
    codes = []
    moments = [*sorted(rng.uniform(0.02, 0.98) * count for _ in range(KILLS)), math.inf]
    while True:
        process = _run(work, server, "killed", deployment)
        while process.poll() is None and runs.count(folder) < moments[killed]:
            time.sleep(0.05)
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            killed += 1
        else:
            codes.append(process.returncode)
        stored = runs.stored(folder)
        lost += len(kept - stored.keys())
        kept = set(stored)
        is_whole = len(stored) == count
        greens += (runs.verdict(folder) == "pass") and not is_whole
        print(f"{killed} killed, {len(stored):,} stored, exit codes {codes}", flush=True)
        if is_whole and codes:
            break
        if len(codes) > 5:
            break
    same = _answers(folder) == _answers(work / "undisturbed")
    return {
        "runs that were killed": str(killed),
        "exit codes of those that ended": " ".join(map(str, codes)),
        "questions answered and stored": f"{len(stored):,}",
        "stored twice": str(sum(len(each) > 1 for each in stored.values())),
        "lost": str(lost),
        "green, and not all judged": str(greens),
        "results are those of the undisturbed run": "yes" if same else "NO",
        "files with the key in them": str(_leaks(work)),
    }


def _answers(folder: Path) -> list[str]:
    """Rows, but for what was compared."""
    text = (folder / "results.jsonl").read_text("utf-8")
    return [line.partition(', "change"')[0] for line in text.splitlines()]


def _leaks(work: Path) -> int:
    files = [path for path in work.rglob("*") if path.is_file()]
    return sum(_KEY.encode() in path.read_bytes() for path in files)
