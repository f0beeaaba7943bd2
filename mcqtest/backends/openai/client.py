"""The one place that knows the library `openai`: bodies there, replies back, errors by kind.

Its retries are switched off: a busy server concerns all requests, so that those in flight back off
together (`mcqtest.backends.openai.pace`), and each failure is counted. Replies are taken as they
come, for its types would refuse what servers of others say.
"""

from __future__ import annotations

import asyncio
import json
import logging
import resource
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from mcqtest.backends.openai import reach
from mcqtest.backends.openai.place import Place
from mcqtest.backends.openai.trouble import Trouble

_SPARE = 64
"""Files that are open besides."""

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

    It has a client of the library for each connection: a pool looks at all its connections before
    every request, which for a thousand takes more time than all the rest.
    """

    def __init__(self, place: Place) -> None:
        for name in ("openai", "httpx2", "httpcore2"):  # they log requests, with headers and all
            logging.getLogger(name).setLevel(logging.CRITICAL)
        self._place = place
        self._secret = place.secret
        self._roots = reach.roots()
        self._clients = [self._another()]
        self._free = [*self._clients]
        """Those that nobody uses; the last one is taken, so that few connections grow old."""

    async def close(self) -> None:
        for client in self._clients:
            await client.close()

    def _another(self) -> Any:
        import openai

        place = self._place
        connection = reach.client(place, self._roots)
        return openai.AsyncOpenAI(
            api_key=place.key or "none",  # it insists on one
            base_url=place.url,
            max_retries=0,
            timeout=connection.timeout,
            http_client=connection,
        )

    async def post(self, path: str, body: Mapping[str, Any]) -> Mapping[str, Any]:
        """The reply, an object of JSON; ``path`` goes on from the place's URL, or is a whole one.
        Raises `Trouble`.
        """
        return await self._ask("post", path, body=dict(body))

    async def get(self, path: str) -> Mapping[str, Any]:
        """Likewise."""
        return await self._ask("get", path)

    async def _ask(self, method: str, path: str, **more: Any) -> Mapping[str, Any]:
        import httpx2
        import openai

        if not self._free:
            self._clients.append(self._another())
            self._free.append(self._clients[-1])
        client = self._free.pop()
        try:
            # The library's own limit is one of silence: drops of an answer would go on for ever.
            async with asyncio.timeout(self._place.timeout):
                response = await getattr(client, method)(path, cast_to=httpx2.Response, **more)
        except TimeoutError:
            raise Trouble(f"no answer in {self._place.timeout:g} s", "busy") from None
        except openai.APIStatusError as error:
            response = error.response
        except (openai.OpenAIError, httpx2.HTTPError, OSError, ValueError, RuntimeError) as error:
            raise reach.lost(_below(error), self._place) from None
        finally:
            self._free.append(client)
        return self._read(response)

    def _read(self, response: Any) -> Mapping[str, Any]:
        try:
            reply = json.loads(response.content)
        except (ValueError, RecursionError):
            reply = None
        if response.status_code != 200:
            raise self._refusal(response, reply)
        if not isinstance(reply, dict):
            what = "no object of JSON" if reply is not None else _no_json(response)
            raise Trouble(f"what came is {what}", "broken", status=200)
        if isinstance(told := reply.get("error"), Mapping) and "choices" not in reply:
            raise Trouble(self._told(told), "broken")
        return reply

    def _told(self, error: Any) -> str:
        """What a server says of an error, in one line of printable text."""
        said = error
        if isinstance(error, Mapping):
            names = ("message", "detail", "error")
            said = next((error[each] for each in names if error.get(each)), None)
        return self._secret.hide(" ".join(str(said or "no reason was told").split()))[:300]

    def _refusal(self, response: Any, reply: Any) -> Trouble:
        status: int = response.status_code
        body = reply
        if isinstance(reply, Mapping) and reply.get("error"):
            body = reply["error"]
        if body is None:
            body = "a web page" if _is_page(response) else response.text
        said = f"{status}: {self._told(body)}"
        code = body.get("code") if isinstance(body, Mapping) else None
        wait = _wait(response.headers)
        if status < 400:
            kind = "fatal"
            where = self._secret.hide(response.headers.get("location", "somewhere else"))
            said = f"{status}: goes on to {where}; write in base_url where the API is"
        elif status in {401, 403}:
            kind = "fatal"
            said += f"; the key is taken from {self._place.key_env}"
            said += "" if self._place.key else ", which is not set"
        elif status == 407:
            kind = "fatal"
            said = f"407: another user or password is wanted{reach.through(self._place)}"
        elif status == 429 and code in _SPENT:
            kind = "fatal"
        elif status in {408, 409, 425, 429, 503, 529}:
            kind = "busy" if wait is None or wait <= _PATIENCE else "fatal"
        elif status >= 500:
            kind = "broken"
        else:
            kind = "refused"
        return Trouble(said, kind, wait, status)


def _below(error: Exception) -> BaseException:
    """What the library's error was made of."""
    import openai

    own = isinstance(error, openai.APIConnectionError)
    return error.__cause__ if own and error.__cause__ else error


def _is_page(response: Any) -> bool:
    return "html" in response.headers.get("content-type", "") or response.text.lstrip()[:1] == "<"


def _no_json(response: Any) -> str:
    return "a web page, and no JSON" if _is_page(response) else "no JSON"


def _wait(headers: Mapping[str, str]) -> float | None:
    """What Retry-After says, in seconds; a date is not read."""
    for name, scale in (("retry-after-ms", 1000), ("retry-after", 1)):
        with suppress(ValueError):
            if (seconds := float(headers.get(name, "")) / scale) >= 0:
                return seconds
    return None
