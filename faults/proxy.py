"""What stands between a client and servers: a balancer before replicas, and a proxy of HTTP."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Sequence
from itertools import cycle
from urllib.parse import urlsplit

from faults.listening import Listening


class Proxy(Listening):
    """In front of servers on these ports; one that is not there is passed over."""

    def __init__(self, ports: Sequence[int]) -> None:
        super().__init__()
        self._ports = cycle(ports)
        self._count = len(ports)

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
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


class Forward(Listening):
    """A proxy as companies have them: whole URLs in requests, and CONNECT. With a ``login``
    (``user:password``) whoever comes without it is refused, and told what they came with.
    """

    refusal = 407

    def __init__(self, login: str = "") -> None:
        super().__init__()
        self._login = base64.b64encode(login.encode()).decode()
        self.asked: list[str] = []
        """First lines of what came."""

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        first, _, rest = head.partition("\r\n")
        self.asked.append(first)
        method, target, _ = first.split(" ")
        if self._login and f"basic {self._login}" not in head.replace("Basic", "basic"):
            body = f"who is {rest}?".encode()
            start = f"HTTP/1.1 {self.refusal} Who\r\ncontent-length: {len(body)}\r\n\r\n".encode()
            writer.write(start + body)
            writer.close()
            return
        url = urlsplit(f"//{target}" if method == "CONNECT" else target)
        try:
            there = await asyncio.open_connection(url.hostname, url.port)
        except OSError:
            writer.write(b"HTTP/1.1 502 Nobody\r\ncontent-length: 0\r\n\r\n")
            writer.close()
            return
        if method == "CONNECT":
            writer.write(b"HTTP/1.1 200 Here\r\n\r\n")
        else:  # a server takes whole URLs, too (RFC 9112, section 3.2.2)
            there[1].write(head.encode())
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
