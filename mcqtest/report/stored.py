"""Runs that lie in a folder: their summaries read again."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from mcqtest.report.scoreboard import FORMAT
from mcqtest.types import McqtestError, one_line


def stored(path: Path) -> dict[str, Any]:
    """The summary of a finished run.

    Args:
        path: its run folder, or a ``summary.json``

    Raises:
        McqtestError: there is none, it cannot be read, or the run did not finish

    """
    file = path / "summary.json" if path.is_dir() else path
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise McqtestError(
            f"no summary of a run in {path}: {one_line(error)}; name a run folder (--run-dir)"
        ) from None
    if not isinstance(found, dict) or "benchmarks" not in found:
        raise McqtestError(f"{file} is no summary of a run (it has no benchmarks)")
    if found.get("format") != FORMAT:
        raise McqtestError(
            f"{file} has format {found.get('format')!r}; this version reads format {FORMAT}"
        )
    if not found["benchmarks"]:
        reason = next(iter(found.get("reasons") or ()), "nothing was asked")
        raise McqtestError(f"{path} holds no answers: {reason}")
    return found
