"""How fast models answered here, kept beside their answers for the next run's plan."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from mcqtest.gate import write
from mcqtest.types import Identity, McqtestError

FORMAT = 1
_FILE = "pace.json"
_FEWEST = 20
"""Requests of which a rate is told."""


@dataclass(frozen=True)
class Pace:
    """Of one benchmark, asked in one way."""

    model: str
    setup: str
    requests: int
    """That were asked, and not read from the store."""
    seconds: float
    """Of all processes together, with loading the model."""
    workers: int
    """Processes that asked side by side."""

    def takes(self, requests: int) -> float:
        """Seconds that so many requests take with as many processes."""
        return requests * self.seconds / self.requests / self.workers


Paces = Mapping[tuple[str, str], Pace]
"""(benchmark, way of asking in words) -> its last pace."""


def words(asking: str) -> str:
    """A way of asking without the hash of its prompts."""
    return re.sub(r", prompts [0-9a-f]+$", "", asking)


def read(folder: Path) -> Paces:
    """Those of a run folder; none where there are none, or they cannot be read."""
    try:
        told: Any = json.loads((folder / _FILE).read_text("utf-8"))
        rows = told["paces"] if told["format"] == FORMAT else []
        return {(row.pop("benchmark"), row.pop("asking")): Pace(**row) for row in rows}
    except (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return {}


class Stopwatch:
    """Adds up what a run takes; ``workers`` is 0 where one process does everything."""

    def __init__(self, identity: Identity, workers: int) -> None:
        self._identity = identity
        self._workers = max(1, workers)
        self._counts: dict[tuple[str, str], tuple[int, float]] = {}

    def add(self, benchmark: str, asking: str, *, requests: int, seconds: float) -> None:
        """A task was judged, after so many ``requests`` were asked for it."""
        if not requests:
            return
        key = benchmark, words(asking)
        before = self._counts.get(key, (0, 0.0))
        self._counts[key] = before[0] + requests, before[1] + seconds

    def keep(self, folder: Path) -> None:
        """Beside the paces of other benchmarks and ways. That it cannot be done is no matter."""
        who = self._identity
        new = {
            key: Pace(who.name, who.setup, requests, round(seconds, 3), self._workers)
            for key, (requests, seconds) in self._counts.items()
            if requests >= _FEWEST and seconds > 0
        }
        if not new:
            return
        rows = [
            {"benchmark": benchmark, "asking": asking, **asdict(pace)}
            for (benchmark, asking), pace in sorted({**read(folder), **new}.items())
        ]
        try:
            text = json.dumps({"format": FORMAT, "paces": rows}, indent=1, ensure_ascii=False)
            write(folder / _FILE, text + "\n")
        except McqtestError:
            return
