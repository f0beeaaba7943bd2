"""A proxy that hands connections to several servers in turn, as a balancer before replicas does."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence
from itertools import cycle
from typing import Self


class Proxy:
    """In front of servers on these ports; one that is not there is passed over."""

    def __init__(self, ports: Sequence[int]) -> None:
        self._ports = cycle(ports)
        self._count = len(ports)
        self._loop = asyncio.new_event_loop()
        self.port = 0

    def __enter__(self) -> Self:
        ready = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(ready,), daemon=True)
        self._thread.start()
        ready.wait(10)
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"

    def _run(self, ready: threading.Event) -> None:
        start = asyncio.start_server(self._join, "127.0.0.1", 0, backlog=4096)
        server = self._loop.run_until_complete(start)
        self.port = server.sockets[0].getsockname()[1]
        ready.set()
        self._loop.run_forever()
        self._loop.run_until_complete(self._clear(server))
        self._loop.close()

    async def _clear(self, server: asyncio.Server) -> None:
        server.close()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        await asyncio.sleep(0.01)  # transports close a turn later

    async def _join(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for _ in range(self._count):
            try:
                there = await asyncio.open_connection("127.0.0.1", next(self._ports))
            except OSError:
                continue
            break
        else:
            writer.close()
            return
        await asyncio.gather(_pour(reader, there[1]), _pour(there[0], writer))


async def _pour(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """All that comes, until one side ends."""
    try:
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    except ConnectionError:
        pass
    finally:
        writer.close()
