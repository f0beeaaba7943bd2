"""The command line of ``python -m faults``."""

from __future__ import annotations

import argparse
import os
import random
import sys
import tempfile
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from faults import changes, folders, inputs, kills, served
from speed.process import processor
from speed.table import Table, write

Part = Callable[[Path, random.Random, int], Table]
PARTS: dict[str, tuple[Part, int, str]] = {
    "kills": (kills.table, 100, "runs that are killed, and the run after each"),
    "changes": (changes.table, 60, "checkpoints that are changed while they are asked"),
    "pairs": (folders.pairs, 20, "two runs in one run folder"),
    "full": (folders.full, 10, "full disks; mounts small ones where it may (root)"),
    "served": (served.table, 10_000, "questions to a server that goes wrong, ten kills"),
    "inputs": (inputs.table, 200, "changed files, of each kind"),
}


def main(arguments: list[str]) -> None:
    options = _parse(arguments)
    os.environ["OMP_NUM_THREADS"] = "1"
    for name in options.parts or PARTS:
        part, _, _ = PARTS[name]
        count = getattr(options, name)
        with tempfile.TemporaryDirectory(prefix=f"faults-{name}-") as work:
            table = part(Path(work), random.Random(options.seed), count)
        print(f"\n{table}\n", flush=True)
        if options.write:
            command = f"python -m faults {name} --{name} {count} --seed {options.seed}"
            about = f"mcqtest {_version()} on {processor()}; `{command}`"
            write(options.write, name, [table], about, kind="faults")


def _version() -> str:
    try:
        return version("mcqtest")
    except PackageNotFoundError:
        return "from a checkout"


def _parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m faults", description=__doc__)
    known = ", ".join(PARTS)
    parser.add_argument("parts", nargs="*", choices=[*PARTS, []], help=f"{known} (default: all)")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--write", type=Path, metavar="FILE", help="put the tables into this page")
    for name, (_, count, about) in PARTS.items():
        parser.add_argument(f"--{name}", type=int, default=count, metavar="N", help=about)
    return parser.parse_args(arguments)


if __name__ == "__main__":
    main(sys.argv[1:])
