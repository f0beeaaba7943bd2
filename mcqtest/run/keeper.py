"""Between a model and the store: no answer is kept that another checkpoint may have given."""

from __future__ import annotations

import time
from collections.abc import Callable

from mcqtest.run.store import Store
from mcqtest.types import Response

_CHEAP = 0.001
_SHARE = 20


class Keeper:
    """Stores a response once the model's files were seen unchanged after it came: then they were so
    when it was computed. ``unchanged`` looks at them, and raises if they are not.

    A look takes microseconds. Where it takes a millisecond and more (a folder far away), it may
    have a twentieth of the time, and the responses of that time wait for it together.
    """

    def __init__(
        self,
        store: Store,
        unchanged: Callable[[], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._store = store
        self._unchanged = unchanged
        self._clock = clock
        self._held: list[tuple[Response, str]] = []
        self._due = -1.0
        self._last = 0.0

    def add(self, response: Response, *, name: str) -> None:
        """Keep it, now or a little later."""
        self._held.append((response, name))
        if self._clock() >= self._due:
            self.flush()

    def flush(self) -> None:
        """Store what is held, or raise and forget it."""
        held, self._held = self._held, []
        if not held:
            return
        start = self._clock()
        self._unchanged()
        end = self._clock()
        cost, self._last = min(end - start, self._last), end - start  # one long look is chance
        self._due = end + _SHARE * cost if cost > _CHEAP else end
        for response, name in held:
            self._store.add(response, name=name)
