"""How long BIG-bench Lite takes without a model: read, planned, answers made up and stored, judged;
and once more with all answers stored. ``python scripts/time_bigbench.py DIR``: median of three, in
seconds of the clock and of the processor.
"""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def run(data: str, work: Path, shots: str) -> tuple[float, float]:
    """Seconds of one run, by the clock and of the processor."""
    model = work / "made-up.txt"
    model.write_text("a model", "utf-8")
    command = [
        *(sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "benchmarks"),
        *("-m", "bigbench_lite", "--backend=speed.made_up", f"--model={model}", f"--data={data}"),
        *(f"--run-dir={work}/run", f"--baselines-dir={work}/baselines", "--snapshot-update"),
        f"--shots={shots}",
    ]
    start, used = time.monotonic(), _used()
    subprocess.run(
        command,
        cwd=ROOT,
        check=True,
        stdout=subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": str(ROOT) + ":" + os.environ.get("PYTHONPATH", "")},
    )
    return time.monotonic() - start, _used() - used


def _used() -> float:
    found = resource.getrusage(resource.RUSAGE_CHILDREN)
    return found.ru_utime + found.ru_stime


def main(data: str, shots: str = "0", times: str = "3") -> None:
    asked, stored = [], []
    for _ in range(int(times)):
        with tempfile.TemporaryDirectory() as work:
            asked.append(run(data, Path(work), shots))
            stored.append(run(data, Path(work), shots))
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    for name, seconds in (("answered", asked), ("all stored", stored)):
        clock, used = (statistics.median(each) for each in zip(*seconds, strict=True))
        print(f"{name}: {clock:.1f} s, {used:.1f} s of the processor ({seconds})")
    print(f"peak memory: {peak:.0f} MiB")


if __name__ == "__main__":
    main(*sys.argv[1:])
