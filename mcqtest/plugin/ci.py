"""What a CI system is told beside the exit status: the job's page, a comment, JUnit's properties.

None of it can end a run or change its verdict: what could not be written is a note.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from mcqtest.report import Told, comment, page, plain
from mcqtest.types import one_line

PAGE = "GITHUB_STEP_SUMMARY"
"""Environment variable that names the file of a job's page, to which every program appends."""

_ROOM = 1024 * 1024 - 1024
"""Bytes that GitHub shows of such a file, a bit less: beyond 1 MiB it shows nothing."""
_LEAST = 4096


def tell(config: Any, told: Told, place: str | None) -> list[str]:
    """Tell it everywhere; ``config`` is pytest's, and ``place`` the file of the comment. What could
    not be written, in sentences.
    """
    # The fixture `record_testsuite_property` says nothing from xdist's workers (pytest #7767).
    for plugin in config.pluginmanager.get_plugins():
        if hasattr(plugin, "add_global_property"):
            for name, value in facts(told):
                plugin.add_global_property(name, value)
    notices = []
    if path := os.environ.get(PAGE):
        notices += _append(Path(path), told)
    if place is not None:
        try:
            Path(place).write_text(comment(told), encoding="utf-8")
        except OSError as error:
            notices.append(f"--comment={place}: not written ({one_line(error)})")
    return notices


def refuse(reason: str) -> None:
    """A mistake ended the run before there was a verdict; the page says which."""
    if path := os.environ.get(PAGE):
        try:
            with Path(path).open("a", encoding="utf-8") as file:
                file.write(f"## NOTHING WAS ASKED\n\n{plain(reason)}\n")
        except OSError:
            return  # the mistake itself is what is told


def _append(path: Path, told: Told) -> list[str]:
    """Behind what earlier programs of the step have written."""
    try:
        room = _ROOM - (path.stat().st_size if path.exists() else 0)
        if room < _LEAST:
            return [f"${PAGE}: no room is left in {path}, so the verdict is not on the job's page"]
        with path.open("a", encoding="utf-8") as file:
            file.write(page(told, room))
    except OSError as error:
        return [f"${PAGE}: the verdict is not on the job's page ({one_line(error)})"]
    return []


def facts(told: Told) -> Iterator[tuple[str, str]]:
    """Name and value of the properties of a test suite."""
    yield "mcqtest.model", told.name
    yield "mcqtest.baseline", told.policy.baseline or "none"
    yield "mcqtest.verdict", told.verdict.state
    yield "mcqtest.alpha", f"{told.policy.alpha:g}"
    for each in told.pooled:
        right = sum(outcome.right for outcome in each.outcomes)
        yield f"mcqtest.{each.name}.questions", str(each.n)
        yield f"mcqtest.{each.name}.accuracy", f"{right / each.n:.6f}"
        if (made := each.comparison) is not None:
            yield f"mcqtest.{each.name}.lost", str(made.lost)
            yield f"mcqtest.{each.name}.won", str(made.won)
            yield f"mcqtest.{each.name}.p_value", f"{made.p_value:.6g}"
            if made.drop is not None:
                low, high = -made.drop[1], -made.drop[0]
                yield f"mcqtest.{each.name}.change_interval", f"{low:.6f} {high:.6f}"
