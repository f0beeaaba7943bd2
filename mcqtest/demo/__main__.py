"""``python -m mcqtest.demo DEST``: write a damaged demo model, to see the gate close."""

from __future__ import annotations

import argparse
import shlex
import sys
from collections.abc import Sequence
from pathlib import Path

from mcqtest.demo import STRENGTH, damage
from mcqtest.types import McqtestError


def main(arguments: Sequence[str] | None = None) -> int:
    """Return the exit code: 2 where nothing was written."""
    parser = argparse.ArgumentParser(
        prog="python -m mcqtest.demo",
        description="Write a damaged copy of the demo model.",
    )
    parser.add_argument("destination", metavar="DEST", type=Path, help="a new or empty folder")
    parser.add_argument(
        "--strength",
        metavar="X",
        type=float,
        default=STRENGTH,
        help="noise, in standard deviations of each weight matrix (default: %(default)s)",
    )
    parser.add_argument("--seed", metavar="N", type=int, default=0, help="default: %(default)s")
    options = parser.parse_args(arguments)
    try:
        where = damage(options.destination, strength=options.strength, seed=options.seed)
    except McqtestError as error:
        print(error, file=sys.stderr)
        return 2
    name = shlex.quote(str(where))
    print(f"wrote {where}; gate it: pytest --model={name} --data=demo --baseline=demo")
    return 0


if __name__ == "__main__":
    sys.exit(main())
