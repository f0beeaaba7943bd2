"""How long a task is going to take."""

from __future__ import annotations

import time


class Clock:
    """Time left on a task, from the pace since its first answer."""

    def __init__(self) -> None:
        self._task: object = None
        self._start = 0.0
        self._first = 0
        self._shown = 0.0

    def line(self, name: str, task: object, done: int, total: int) -> str | None:
        """The progress line, at most five times a second and never for quick tasks."""
        now = time.monotonic()
        if task != self._task:
            self._task, self._start, self._first, self._shown = task, now, done, now + 0.8
        if now < self._shown + 0.2 or done >= total:
            return None
        self._shown = now
        pace = (done - self._first) / (now - self._start)
        left = f", {duration((total - done) / pace)} left" if pace > 0 else ""
        return f"  {name}: {done:,} of {total:,} questions{left}"


def duration(seconds: float) -> str:
    """``45 s``, ``3 min 20 s``, ``2 h 05 min``."""
    whole = int(seconds + 0.5)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02} min"
