"""When baselines were recorded, as far as that can be known.

A baseline does not say: the same answers make the same file, whenever they were given. Where it
is committed, git knows when it last changed; elsewhere there is only the file's own time, which is
that of a copy or a checkout as soon as there was one.
"""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple


class Dated(NamedTuple):
    """When a file last changed."""

    when: datetime
    source: str
    """``git``: the commit that changed it; ``file``: its own time."""


class Dates:
    """Of the files below a folder; git is asked once for all of them."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._known = _committed(root)

    def of(self, path: Path) -> Dated:
        """Of a file that is there."""
        known = self._known.get(path.relative_to(self._root).as_posix())
        if known is not None:
            return Dated(known, "git")
        return Dated(datetime.fromtimestamp(path.stat().st_mtime, UTC), "file")


def _committed(root: Path) -> Mapping[str, datetime]:
    """Path below ``root`` -> when the last commit changed it, of those that are as committed."""
    log = _git(root, "log", "--format=%x00%ct", "--name-only", "--relative", "-z", "--", ".")
    status = _git(root, "status", "--porcelain", "-z", "--no-renames", "-uall", "--", ".")
    top = _git(root, "rev-parse", "--show-prefix")
    if log is None or status is None or top is None:
        return {}
    prefix = top.rstrip("\n")
    changed = {each[3:].removeprefix(prefix) for each in status.split("\0") if each}
    found: dict[str, datetime] = {}
    when = None
    for word in log.replace("\n", "\0").split("\0"):
        if word.isdecimal() and len(word) >= 9:  # no name of a file that is looked for
            when = datetime.fromtimestamp(int(word), UTC)
        elif word and when is not None and word not in changed:
            found.setdefault(word, when)
    return found


def _git(root: Path, *arguments: str) -> str | None:
    """What git says; None without git, or outside of a repository."""
    command = ["git", "-C", str(root), *arguments]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)  # noqa: S603
    except (OSError, subprocess.SubprocessError, UnicodeDecodeError):
        return None
    return done.stdout
