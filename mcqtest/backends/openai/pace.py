"""How many requests may be in flight, and when the next may go.

As TCP finds the width of a road (slow start; additive increase, multiplicative decrease: Jacobson
1988): more with every answer, half where the server is busy, and then a rest for all.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable

_FIRST = 64.0
_LONGEST = 30.0
"""Seconds of a rest that the server did not name."""


class Pace:
    """See the module. Nothing here waits: `Flight` does."""

    def __init__(
        self,
        most: int,
        clock: Callable[[], float] = time.monotonic,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self.most = most
        self.limit = min(float(most), _FIRST)
        self.until = -1.0
        """Nothing is sent before."""
        self._clock = clock
        self._chance = chance
        self._grows_fast = True
        self._cut = -1.0
        """When the limit was halved last."""
        self._rests = 0
        """Without an answer between them."""

    @property
    def width(self) -> int:
        """Requests that may be in flight."""
        return max(1, int(self.limit))

    def answered(self) -> None:
        self._rests = 0
        self.limit = min(self.most, self.limit + (1 if self._grows_fast else 1 / self.limit))

    def busy(self, sent: float, wait: float | None = None) -> None:
        """A request that was ``sent`` at that time is to be sent later, after ``wait`` seconds
        where the server says so. Those of one burst halve the limit once.
        """
        now = self._clock()
        if wait is not None:
            self.until = max(self.until, now + wait)
        if sent <= self._cut:
            return
        self._cut = now
        self._grows_fast = False
        self.limit = max(1.0, self.limit / 2)
        if wait is None:
            self.until = max(self.until, now + self.rest(self._rests))
        self._rests += 1

    def rest(self, times: int) -> float:
        """Seconds before another try, after so many: doubled each time, and by half by chance, so
        that not all come back at once.
        """
        return float(min(_LONGEST, 0.5 * 2 ** min(times, 10)) * (0.5 + self._chance() / 2))
