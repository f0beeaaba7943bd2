"""How fast answers of a server are taken in: against a made-up one with a rate of its own.

    python scripts/time_served.py --requests 20000 --flight 1000 --rate 300 --latency 1

Prints the share of the server's rate that was reached, how many were in flight, and what it took
of processor and memory. No test; figures of it stand in docs/scale.md.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from mcqtest import backends  # noqa: E402
from mcqtest.types import Chat, Decoding, Request  # noqa: E402


def requests(count: int) -> Iterator[Request]:
    """Sums in a chat, behind as many words as five examples of MMLU have."""
    words = "Some words of an example that stands before the question. " * 40
    for a in range(count):
        query = f"{words}What is {a} + 5?\nA. 1\nB. 2\nC. {a + 5}\nD. 4\nAnswer:"
        yield Request(str(a), Chat("", "", (), query), (), f"sums/{a}", Decoding(max_tokens=16))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, default=20_000)
    parser.add_argument("--flight", type=int, default=1000)
    parser.add_argument("--rate", type=float, default=300.0)
    parser.add_argument("--latency", type=float, default=1.0)
    given = parser.parse_args()
    command = [sys.executable, "-m", "faults.server", f"--rate={given.rate}"]
    server = subprocess.Popen(
        [*command, f"--latency={given.latency}"], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    try:
        assert server.stdout is not None
        measure(server.stdout.readline().strip(), given)
    finally:
        server.kill()
        server.wait()


def measure(url: str, given: argparse.Namespace) -> None:
    options = {"base_url": url, "concurrency": str(given.flight)}
    with tempfile.TemporaryDirectory() as folder:
        model = backends.find("openai", "adder", base=Path.cwd())
        model = backends.probe("openai", model, options, Path(folder), again=False)
    backend = backends.load(model, backends.setup("openai", model, options))
    cpu, began = time.process_time(), time.monotonic()
    first = 0.0
    half, middle = given.requests // 2, 0.0
    for number, _ in enumerate(backend.run(requests(given.requests)), start=1):
        first = first or time.monotonic() - began
        if number == half:
            middle = time.monotonic()
    now = time.monotonic()
    seconds, later = now - began, now - middle
    cpu = time.process_time() - cpu
    with urllib.request.urlopen(url.removesuffix("/v1") + "/seen") as reply:
        most = json.load(reply)["most"]
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    reached, steady = given.requests / seconds, (given.requests - half) / later
    print(f"{given.requests:,} answers in {seconds:.1f} s: {reached:.1f} a second, ", end="")
    print(f"{reached / given.rate:.1%} of the server's {given.rate:g}; ", end="")
    print(f"of the second half {steady / given.rate:.1%}")
    print(f"{most:,} in flight at most; first answer after {first:.2f} s")
    print(f"processor {cpu:.1f} s, {1000 * cpu / given.requests:.2f} ms an answer; ", end="")
    print(f"peak memory {memory:.0f} MiB")


if __name__ == "__main__":
    main()
