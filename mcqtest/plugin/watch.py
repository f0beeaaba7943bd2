"""A run that waits for workers that are gone, or that never end, is given up: xdist would wait for
ever.

It waits for a message of each worker's end. One that is lost, as was seen once when a worker was
killed while it ended, or a worker that hangs in its own end, would keep the run from a verdict.
"""

from __future__ import annotations

import ctypes
import os
import signal
import threading
from collections.abc import Callable
from typing import Any

UNNOTICED = 60
"""Looks, a second apart, in which the end of a worker's process has to be noticed: it takes
milliseconds. Looks are counted, not seconds, since this process may have been stopped for hours.
"""
ENDLESS = 600
"""Looks that workers may take to end once every test was reported: engines take a minute."""
_AGAIN = "; run the same command again, what was answered is stored"


class Watch:
    """A thread beside xdist's loop, from the first worker to the end of the session.

    ``is_done`` says whether all tests were reported; ``give_up`` is told why, before the main
    thread is interrupted.
    """

    def __init__(self, is_done: Callable[[], bool], give_up: Callable[[str], None]) -> None:
        self._is_done = is_done
        self._give_up = give_up
        self._nodes: dict[str, Any] = {}
        self._looks: dict[str, int] = {}
        """What is waited for -> how often it was looked for in a row."""
        self.reason: str | None = None
        """Why the run was given up."""
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="mcqtest-watch", daemon=True)

    def add(self, node: Any) -> None:
        """A worker of xdist has started."""
        self._nodes[node.gateway.id] = node
        if not self._thread.is_alive() and not self._over.is_set():
            self._thread.start()

    def drop(self, node: Any) -> None:
        """Its end was noticed."""
        self._nodes.pop(node.gateway.id, None)

    def end(self) -> None:
        """The loop has ended, and what comes after it has limits of its own."""
        self._over.set()

    def _run(self) -> None:
        while not self._over.wait(1.0):
            self.reason = self._look()
            if self.reason is not None:
                self._give_up(self.reason)
                _interrupt()
                return

    def _look(self) -> str | None:
        """Why there is nothing more to wait for, if so."""
        waiting = {
            name: f"worker {name} has ended, and nobody was told{_AGAIN}" for name in self._gone()
        }
        limits = dict.fromkeys(waiting, UNNOTICED)
        if self._is_done():
            waiting[""] = f"all tests were reported, and the workers do not end{_AGAIN}"
            limits[""] = ENDLESS
        self._looks = {name: self._looks.get(name, 0) + 1 for name in waiting}
        late = (name for name, looks in self._looks.items() if looks > limits[name])
        return next((waiting[name] for name in late), None)

    def _gone(self) -> list[str]:
        """Workers of this machine whose processes are no more, though they count as running."""
        processes = {
            name: getattr(getattr(node.gateway, "_io", None), "popen", None)
            for name, node in list(self._nodes.items())
        }
        return [name for name, each in processes.items() if each and each.poll() is not None]


def _interrupt() -> None:
    """Raise KeyboardInterrupt in the main thread, which looks up every two seconds. A job that a
    script put in the background ignores SIGINT.
    """
    if callable(signal.getsignal(signal.SIGINT)):
        os.kill(os.getpid(), signal.SIGINT)
        return
    main = ctypes.c_ulong(threading.main_thread().ident or 0)
    ctypes.pythonapi.PyThreadState_SetAsyncExc(main, ctypes.py_object(KeyboardInterrupt))
