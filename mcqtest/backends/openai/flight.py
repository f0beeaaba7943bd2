"""Requests in flight: a thread with an event loop of its own, so that answers come in while those
before them are stored and judged.
"""

from __future__ import annotations

import asyncio
import queue
import threading
import time
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any, Generic, NamedTuple, Protocol, TypeVar

from mcqtest.backends.openai.pace import Pace
from mcqtest.backends.openai.trouble import Trouble

Job = TypeVar("Job")
Answer = TypeVar("Answer")


class Caller(Protocol):
    """What is made inside the loop, and answers."""

    async def close(self) -> None: ...


class Landed(NamedTuple, Generic[Job, Answer]):
    """What became of a job."""

    job: Job
    answer: Answer | None
    trouble: Trouble | None
    """Why there is no answer, however often it was tried."""
    others: bool
    """Others were answered while it was tried last, and since it had been tried before."""


class Flight(Generic[Job, Answer]):
    """``make`` makes a caller in the loop, and ``ask(caller, job)`` answers, or raises `Trouble`.
    One that passes is tried again, ``retries`` times at most. A context: leaving it drops what is
    still in flight.
    """

    def __init__(
        self,
        make: Callable[[], Any],
        ask: Callable[[Any, Job], Awaitable[Answer]],
        pace: Pace,
        *,
        retries: int,
        failed: Callable[[Trouble], None] = lambda _: None,
    ) -> None:
        self._make = make
        self._ask = ask
        self._pace = pace
        self._retries = retries
        self._failed = failed
        self._landed: queue.SimpleQueue[Landed[Job, Answer] | BaseException] = queue.SimpleQueue()
        self._new: deque[Job] = deque()
        self._called = False
        """The thread is going to look at ``_new``."""
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._fly, name="mcqtest-served", daemon=True)
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._inside = 0
        self._alarm: asyncio.TimerHandle | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._answered = 0
        self._ends = False
        """Nothing is tried again."""
        self._caller: Any = None

    def __enter__(self) -> Flight[Job, Answer]:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._stop)
        self._thread.join(10)

    @property
    def window(self) -> int:
        """Jobs that may wait here, those in flight among them."""
        return 2 * self._pace.most

    @property
    def low(self) -> int:
        """From so many down more are to be sent, all at once: each wakes the thread."""
        return self.window * 3 // 4

    def send(self, job: Job) -> None:
        self._new.append(job)
        if not self._called:  # waking the thread costs more than a job does
            self._called = True
            self._loop.call_soon_threadsafe(self._begin)

    def take(self) -> Landed[Job, Answer]:
        """The next that has landed; waits for it."""
        found = self._landed.get()
        if isinstance(found, BaseException):
            raise found
        return found

    def end(self) -> None:
        """Try nothing again: what is in flight may land."""
        self._ends = True
        self._loop.call_soon_threadsafe(self._wake)

    # In the thread

    def _fly(self) -> None:
        asyncio.set_event_loop(self._loop)
        try:
            self._caller = self._make()
            self._loop.run_forever()
        except BaseException as error:  # noqa: BLE001 - told to whoever waits
            self._landed.put(error)
        finally:
            self._loop.run_until_complete(self._clear())
            self._loop.close()

    async def _clear(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._caller is not None:
            await self._caller.close()

    def _stop(self) -> None:
        self._loop.stop()

    def _begin(self) -> None:
        """Start what was sent; whatever comes after the first line calls again."""
        self._called = False
        while self._new:
            task = self._loop.create_task(self._work(self._new.popleft()))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _work(self, job: Job) -> None:
        try:
            self._landed.put(await self._tried(job))
        except asyncio.CancelledError:
            raise
        except BaseException as error:  # noqa: BLE001 - a defect of ours must not hang the run
            self._landed.put(error)

    async def _tried(self, job: Job) -> Landed[Job, Answer]:
        before, now, trouble = 0, self._answered, None
        for times in range(self._retries + 1):
            if times and trouble and trouble.kind == "broken":
                await asyncio.sleep(0 if self._ends else self._pace.rest(times - 1))
            await self._turn()
            if self._ends and trouble is not None:
                self._leave()
                break
            sent = time.monotonic()
            before, now = (now if times else self._answered), self._answered
            try:
                answer = await self._ask(self._caller, job)
            except Trouble as error:
                trouble = error
                self._failed(error)
                if error.kind == "busy":
                    self._pace.busy(sent, error.wait)
            else:
                self._answered += 1
                self._pace.answered()
                return Landed(job, answer, None, True)
            finally:
                self._leave()
            if not trouble.is_passing:
                break
        return Landed(job, None, trouble, self._answered > before)

    async def _turn(self) -> None:
        """Wait until one more may be in flight."""
        place = self._loop.create_future()
        self._waiting.append(place)
        self._wake()
        await place

    def _leave(self) -> None:
        self._inside -= 1
        self._wake()

    def _wake(self) -> None:
        """Let go who may."""
        rest = 0 if self._ends else self._pace.until - time.monotonic()
        if rest > 0:
            if self._waiting and self._alarm is None:
                self._alarm = self._loop.call_later(rest, self._ring)
            return
        while self._waiting and (self._ends or self._inside < self._pace.width):
            place = self._waiting.popleft()
            if not place.done():
                self._inside += 1
                place.set_result(None)

    def _ring(self) -> None:
        self._alarm = None
        self._wake()
