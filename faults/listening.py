"""What listens on a port of this machine while a `with` block lasts, in a thread of its own."""

from __future__ import annotations

import asyncio
import ssl
import threading
from pathlib import Path
from typing import Self


class Listening:
    """A server of asyncio; whoever inherits says in `talk` what is done with a connection."""

    tls: ssl.SSLContext | None = None
    """With its certificate; None: it speaks in plain text."""
    host = "127.0.0.1"
    start_at = 0
    """The port to take; 0: one that is free."""
    uds: Path | None = None
    """A unix socket to listen on, in place of the host."""

    def __init__(self) -> None:
        self.port = 0
        """Where it listens."""
        self._loop = asyncio.new_event_loop()

    def __enter__(self) -> Self:
        ready = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(ready,), daemon=True)
        self._thread.start()
        ready.wait(10)
        return self

    def __exit__(self, *_: object) -> None:
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join(10)

    @property
    def url(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{'https' if self.tls else 'http'}://{host}:{self.port}/v1"

    async def start(self, port: int) -> None:
        """Listen; ``port`` 0 takes one that is free."""
        if self.uds is not None:
            self.server = await asyncio.start_unix_server(self.talk, self.uds)
            return
        self.server = await asyncio.start_server(
            self.talk, self.host, port, backlog=4096, ssl=self.tls
        )
        self.port = self.server.sockets[0].getsockname()[1]

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        raise NotImplementedError

    def _run(self, ready: threading.Event) -> None:
        self._loop.run_until_complete(self.start(self.start_at))
        ready.set()
        self._loop.run_forever()
        self._loop.run_until_complete(self._clear())
        self._loop.close()

    async def _clear(self) -> None:
        self.server.close()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        await asyncio.sleep(0.01)  # transports close a turn later
