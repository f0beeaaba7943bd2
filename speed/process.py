"""Child processes, timed from outside: seconds, and the most memory that they held.

This process must stay small and never import torch: Linux counts the memory of a parent, at the
moment when it starts a child, as the child's own.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
"""The checkout."""

_KIB = 1024 if sys.platform == "darwin" else 1
"""Units of ``ru_maxrss`` in a KiB: bytes there, KiB elsewhere."""


@dataclass(frozen=True, slots=True)
class Ran:
    """A process that ended."""

    seconds: float
    peak_mib: float
    """Peak resident memory: of it, or of its largest descendant that it waited for."""
    code: int
    output: str
    """What it printed; errors apart from that are in its log."""
    processor: float = 0.0
    """Seconds of the processor, its own and the system's for it: what a busy machine leaves alone.
    """


def run(
    command: Sequence[str | Path],
    *,
    log: Path,
    folder: Path = ROOT,
    environment: Mapping[str, str] | None = None,
    allowed: Sequence[int] = (0,),
) -> Ran:
    """Run to the end; raises `SystemExit` with the end of the log for another exit code."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryFile() as output, log.open("wb") as errors:
        started = time.perf_counter()
        child = subprocess.Popen(
            [str(part) for part in command],
            cwd=folder,
            env={**os.environ, **(environment or {})},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=errors,
        )
        try:
            _, status, usage = os.wait4(child.pid, 0)
        except BaseException:
            child.kill()
            raise
        seconds = time.perf_counter() - started
        child.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        text = output.read().decode(errors="replace")
    if child.returncode not in allowed:
        tail = "\n".join((text + log.read_text(errors="replace")).splitlines()[-30:])
        shown = " ".join(str(part) for part in command)
        raise SystemExit(f"{tail}\n\nexit code {child.returncode}: {shown}\nsee {log}")
    spent = usage.ru_utime + usage.ru_stime
    return Ran(seconds, _mib(usage), child.returncode, text, spent)


def peak_mib() -> float:
    """Peak resident memory of this process so far."""
    return _mib(resource.getrusage(resource.RUSAGE_SELF))


def _mib(usage: resource.struct_rusage) -> float:
    return usage.ru_maxrss / _KIB / 1024


def child(module: str, spec: Mapping[str, Any], *, work: Path, python: Path | None = None) -> Any:
    """Run one of our modules with ``spec`` as JSON, with this Python or another. What it wrote as
    JSON, with its ``process_seconds`` and ``process_mib`` as seen from outside.
    """
    with tempfile.TemporaryDirectory(dir=folder(work)) as place:
        asked, answered = Path(place, "spec.json"), Path(place, "answer.json")
        asked.write_text(json.dumps(dict(spec)), "utf-8")
        # The peer's Python knows nothing of this package: there it is a file.
        is_peer = module.startswith("peer")
        target = [ROOT / f"speed/{module}.py"] if is_peer else ["-m", f"speed.{module}"]
        ran = run([python or sys.executable, *target, asked, answered], log=work / f"{module}.log")
        found = json.loads(answered.read_text("utf-8"))
    return {**found, "process_seconds": ran.seconds, "process_mib": ran.peak_mib}


def folder(path: Path) -> Path:
    """The same folder, which now exists."""
    path.mkdir(parents=True, exist_ok=True)
    return path


def threads() -> int:
    """Threads that torch will use."""
    return int(os.environ.get("OMP_NUM_THREADS") or os.cpu_count() or 1)


def processor() -> str:
    """The processor's name, as far as the system tells it."""
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
    except OSError:
        lines = []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return f"{names[0] if names else 'unknown processor'}, {os.cpu_count()} cores"


def pytest(
    *arguments: str | Path,
    work: Path,
    folder: Path = ROOT,
    owned: bool = True,
    python: Path | None = None,
) -> Ran:
    """A whole run of pytest, with this Python or another.

    Where the project is ``owned``, not another one's, responses and baselines are left in a folder
    that is removed, unless the arguments say otherwise.
    """
    with tempfile.TemporaryDirectory(dir=work) as place:
        own = [f"--run-dir={place}/run", f"--baselines-dir={place}/baselines"] if owned else []
        command = [python or sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
        return run([*command, *own, *arguments], log=work / "pytest.log", folder=folder)
