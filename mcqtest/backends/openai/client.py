"""The one place that knows the library `openai`: bodies there, replies back, errors by kind.

Its retries are switched off: a busy server concerns all requests, so that those in flight back off
together (`mcqtest.backends.openai.pace`), and each failure is counted.
"""

from __future__ import annotations

import asyncio
import json
import logging
import resource
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from typing import Any

from mcqtest.backends.openai.place import Place
from mcqtest.backends.openai.trouble import Trouble
from mcqtest.types import one_line

_SPARE = 64
"""Files that are open besides."""

_EACH = 16
"""Connections of one client of the library."""

_PATIENCE = 900.0
"""Seconds that a server may ask to wait; where it asks for more, the run ends."""

_SPENT = {"insufficient_quota", "billing_hard_limit_reached", "quota_exceeded"}
"""Codes of 429 that no waiting mends."""


def room(wanted: int) -> int:
    """How many connections may be open at once, at most ``wanted``; raises the limit of open
    files as far as is allowed.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    need = wanted + _SPARE
    if 0 <= soft < need:
        more = need if hard < 0 else min(need, hard)
        with suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, more), hard))
        soft = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    return wanted if soft < 0 else max(1, min(wanted, soft - _SPARE))


class Client:
    """Speaks to one server; belongs to the event loop that it is made in.

    It has several clients of the library, of a few connections each: their pools look at every
    connection before every request, which for a thousand takes more time than all the rest.
    """

    def __init__(self, place: Place) -> None:
        import httpx2

        for name in ("openai", "httpx2", "httpcore2"):  # they log requests, with headers and all
            logging.getLogger(name).setLevel(logging.CRITICAL)
        self._place = place
        self._secret = place.secret
        self._roots = httpx2.create_ssl_context()
        self._clients: list[Any] = []
        self._free: list[Any] = []
        """Clients, as often as they have connections that nobody uses; the last one is taken."""

    async def close(self) -> None:
        for client in self._clients:
            await client.close()

    def _more(self) -> None:
        """Another client of the library."""
        import httpx2
        import openai

        place = self._place
        limits = httpx2.Limits(max_connections=_EACH, max_keepalive_connections=_EACH)
        client = openai.AsyncOpenAI(
            api_key=place.key or "none",  # it insists on one
            base_url=place.url,
            max_retries=0,
            timeout=httpx2.Timeout(place.timeout, connect=min(place.timeout, 20)),
            http_client=openai.DefaultAsyncHttpxClient(limits=limits, verify=self._roots),
        )
        self._clients.append(client)
        self._free += [client] * _EACH

    async def post(self, path: str, body: Mapping[str, Any]) -> Mapping[str, Any]:
        """The reply, an object of JSON; raises `Trouble`."""
        return await self._ask(lambda client: client.post(path, cast_to=str, body=dict(body)))

    async def get(self, path: str) -> Mapping[str, Any]:
        """Likewise."""
        return await self._ask(lambda client: client.get(path, cast_to=str))

    async def _ask(self, call: Callable[[Any], Awaitable[str]]) -> Mapping[str, Any]:
        import openai

        if not self._free:
            self._more()
        client = self._free.pop()
        try:
            # The library's own limit is one of silence: drops of an answer would go on for ever.
            async with asyncio.timeout(self._place.timeout):
                text = await call(client)
        except (TimeoutError, openai.APITimeoutError):
            raise Trouble(f"no answer in {self._place.timeout:g} s", "busy") from None
        except openai.APIStatusError as error:
            raise self._refusal(error) from None
        except openai.APIConnectionError as error:
            said = one_line(error.__cause__ or error, 120, named=True)
            raise _lost(self._secret.hide(said)) from None
        except (openai.OpenAIError, OSError, ValueError, RuntimeError) as error:
            raise _lost(self._secret.hide(one_line(error, 120, named=True))) from None
        finally:
            self._free.append(client)
        return self._read(text)

    def _read(self, text: str) -> Mapping[str, Any]:
        try:
            reply = json.loads(text)
        except (ValueError, RecursionError):
            raise _lost("what came is no JSON") from None
        if not isinstance(reply, dict):
            raise _lost("what came is no object of JSON")
        if isinstance(told := reply.get("error"), Mapping) and "choices" not in reply:
            raise _lost(self._told(told))
        return reply

    def _told(self, error: Any) -> str:
        """What a server says of an error, in one line of printable text."""
        said = error
        if isinstance(error, Mapping):
            names = ("message", "detail", "error")
            said = next((error[each] for each in names if error.get(each)), None)
        return self._secret.hide(" ".join(str(said or "no reason was told").split()))[:300]

    def _refusal(self, error: Any) -> Trouble:
        status: int = error.status_code
        body = error.body
        said = f"{status}: {self._told(body or error.message)}"
        code = body.get("code") if isinstance(body, Mapping) else None
        wait = _wait(error.response.headers)
        if status in {401, 403}:
            kind = "fatal"
            said += f"; the key is taken from {self._place.key_env}"
            said += "" if self._place.key else ", which is not set"
        elif status == 429 and code in _SPENT:
            kind = "fatal"
        elif status in {408, 409, 425, 429, 503, 529}:
            kind = "busy" if wait is None or wait <= _PATIENCE else "fatal"
        elif status >= 500:
            kind = "broken"
        else:
            kind = "refused"
        return Trouble(said, kind, wait, status)


def _lost(said: str) -> Trouble:
    """No whole reply came."""
    return Trouble(said, "broken")


def _wait(headers: Mapping[str, str]) -> float | None:
    """What Retry-After says, in seconds; a date is not read."""
    for name, scale in (("retry-after-ms", 1000), ("retry-after", 1)):
        with suppress(ValueError):
            if (seconds := float(headers.get(name, "")) / scale) >= 0:
                return seconds
    return None
