"""How much slower the demo's gate becomes on a machine that others use, against its fair share.

    python scripts/busy.py [--rounds 3] [--only alone,one]

The fair time is the longer of the time alone and the demo's work over its share of the cores. The
work is the processor time of a run on one thread; the share is what is left when every process
gets the same part of the cores, and none more than it can use. Run it on a machine that does
nothing else; environment variables (``OMP_WAIT_POLICY=PASSIVE``) are handed on.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
WANTED = 2.5
QUOTA = 0.5

Wrap = Sequence[str]
"""What stands before a command."""


def demo(wrap: Wrap = (), environment: Mapping[str, str] | None = None) -> tuple[float, float]:
    """Seconds, and seconds of the processor, of one gate of the demo from an empty run folder."""
    with tempfile.TemporaryDirectory() as folder:
        command = [
            *(*wrap, sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"),
            *("--model=demo", f"--run-dir={folder}", "benchmarks/test_demo.py"),
        ]
        given = {**os.environ, **(environment or {})}
        start, before = time.monotonic(), _children()
        done = subprocess.run(command, cwd=ROOT, env=given, capture_output=True, check=False)
        seconds, used = time.monotonic() - start, _children() - before
    if done.returncode:
        sys.exit(f"{' '.join(command)} failed:\n{done.stdout.decode()}{done.stderr.decode()}")
    return seconds, used


def _children() -> float:
    times = os.times()
    return times.children_user + times.children_system


@contextmanager
def loops(count: int) -> Iterator[Wrap]:
    """So many other processes that want a core each."""
    started = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(count)]
    try:
        time.sleep(0.5)
        yield ()
    finally:
        for each in started:
            each.kill()
            each.wait()


@contextmanager
def quota() -> Iterator[Wrap | None]:
    """Half a core by a control group of either version, or by systemd; None where neither can."""
    name, period = f"mcqtest-busy-{os.getpid()}", 100_000
    files = {
        "/sys/fs/cgroup/cpu": {
            "cpu.cfs_period_us": f"{period}",
            "cpu.cfs_quota_us": f"{int(QUOTA * period)}",
        },
        "/sys/fs/cgroup": {"cpu.max": f"{int(QUOTA * period)} {period}"},
    }
    for place, limits in files.items():
        group = Path(place) / name
        try:
            group.mkdir()
        except OSError:
            continue
        try:
            for file, text in limits.items():
                if not (group / file).exists():
                    raise FileNotFoundError(file)
                (group / file).write_text(text)
        except OSError:
            group.rmdir()
            continue
        try:
            enter = f'echo $$ > {group}/cgroup.procs && exec "$@"'
            yield ("sh", "-c", enter, "sh")
        finally:
            time.sleep(0.5)
            group.rmdir()
        return
    wrap = ("systemd-run", "--user", "--scope", "-q", "-p", f"CPUQuota={QUOTA:.0%}")
    usable = (
        shutil.which(wrap[0])
        and not subprocess.run([*wrap, "true"], capture_output=True, check=False).returncode
    )
    yield wrap if usable else None


@contextmanager
def one_core() -> Iterator[Wrap | None]:
    """The first core of this process alone."""
    core = min(os.sched_getaffinity(0))
    yield ("taskset", "-c", f"{core}") if shutil.which("taskset") else None


def share(cores: int, others: int) -> float:
    """Cores for one process among ``others`` that can use one each."""
    return max(cores - others, cores / (others + 1))


def main() -> None:
    reader = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    reader.add_argument("--rounds", type=int, default=3)
    reader.add_argument("--only", default="", help="alone, one, two, quota, core")
    asked = reader.parse_args()
    cores = len(os.sched_getaffinity(0))
    kinds: dict[str, tuple[str, Callable[[], object], float, Mapping[str, str]]] = {
        "alone": ("alone", lambda: loops(0), cores, {}),
        "one": ("beside one busy loop", lambda: loops(1), share(cores, 1), {}),
        "two": ("beside two busy loops", lambda: loops(2), share(cores, 2), {}),
        "quota": ("quota of half a core", quota, QUOTA, {}),
        "core": ("one core, two threads", one_core, 1, {"OMP_NUM_THREADS": "2"}),
    }
    chosen = [each for each in asked.only.split(",") if each] or list(kinds)
    demo()  # files come into memory
    _, work = demo(environment={"OMP_NUM_THREADS": "1"})
    alone = statistics.median(demo()[0] for _ in range(asked.rounds))
    print(f"{cores} cores; the demo is {work:.1f} s of work, and takes {alone:.1f} s alone\n")
    print("| where | seconds | fair | ratio |\n|---|---|---|---|")
    worst = 0.0
    for key in chosen:
        name, place, part, environment = kinds[key]
        with place() as wrap:  # type: ignore[attr-defined]
            if wrap is None:
                print(f"| {name} | cannot be tried here | | |", flush=True)
                continue
            took = statistics.median(demo(wrap, environment)[0] for _ in range(asked.rounds))
        fair = max(alone, work / part)
        worst = max(worst, took / fair)
        print(f"| {name} | {took:.1f} | {fair:.1f} | {took / fair:.2f} |", flush=True)
    sys.exit(f"more than {WANTED} times the fair time" if worst > WANTED else 0)


if __name__ == "__main__":
    main()
