"""A few requests that find out what a server is and can do, before anything is asked of it."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

from mcqtest.backends.openai import letters
from mcqtest.backends.openai.client import Client
from mcqtest.backends.openai.found import Found
from mcqtest.backends.openai.line import Line
from mcqtest.backends.openai.pace import Pace
from mcqtest.backends.openai.place import Place
from mcqtest.backends.openai.reply import Replies
from mcqtest.backends.openai.trouble import Trouble
from mcqtest.types import Chat, McqtestError, Prompt, several

_ASKED = (
    "Which of these is a colour?\nA. seven\nB. blue\nC. under\nD. often\nAnswer:",
    "Which of these is a number?\nA. green\nB. slowly\nC. river\nD. eight\nAnswer:",
)
_SYSTEM = "Answer with the letter alone."
_TRIES = 5


def run(model: str, place: Place, known: Found | None) -> Found:
    """What a server says of a model; what was ``known`` before, if it is that still. Raises
    `McqtestError` where it cannot be asked.
    """
    return asyncio.run(_run(model, place, known))


async def _run(model: str, place: Place, known: Found | None) -> Found:
    client = Client(replace(place, concurrency=4))
    probe = _Probe(client, place, model)
    try:
        first = await probe.look()
        if known is not None and known.is_still(first):
            return known
        return await probe.scored(first)
    except Trouble as error:
        raise McqtestError(f"{place.where}: {error}") from None
    finally:
        await client.close()


class UnreachableError(McqtestError):
    """No server is there."""


class _Probe:
    def __init__(self, client: Client, place: Place, model: str) -> None:
        self._client = client
        self._place = place
        self._model = model
        self._replies = Replies()
        self._requests = 0
        self._pace = Pace(1)

    async def look(self) -> Found:
        """Everything but letters."""
        place = self._place
        model, server = await self._named()
        version = ""
        if server == "vllm":
            reply = await self._tried(lambda: self._client.get(f"{place.root}/version"), {})
            version = str(reply.get("version") or "")
        found = Found(model, place.where, server, version, asked_for=place.letters)
        line = self._line(found)
        chat, limit = await self._talks(line)
        text = Prompt("", (), _ASKED[0])
        plain = await self._works(line, text, {limit: 1})
        if chat is not None and plain is not None:
            raise McqtestError(
                f"{place.where}: {model} answers neither in a chat ({chat}) nor in plain text "
                f"({plain})"
            )
        return replace(
            found,
            limit=limit,
            chat=chat is None,
            plain=plain is None,
            answers_as=sorted(filter(None, self._replies.models)),
            fingerprints=sorted(self._replies.fingerprints),
        )

    async def _named(self) -> tuple[str, str]:
        """The model as the server calls it, and who owns it; raises for one that is not there."""
        try:
            reply = await self._once(lambda: self._client.get("/models"))
        except Trouble as error:
            if error.kind != "fatal" and error.status is None:
                mixed = "; if it speaks TLS, write https://" if self._may_mix(error) else ""
                raise UnreachableError(
                    f"{self._place.where}: cannot be reached ({error}); start the server, or "
                    f"correct {'uds' if self._place.uds else 'base_url'}{mixed}"
                ) from None
            if error.status in {200, 404}:
                await self._elsewhere(error)
            if error.kind == "fatal":
                raise
            return self._model, ""  # it lists none
        listed = reply.get("data")
        names = {
            str(each.get("id")): str(each.get("owned_by") or "")
            for each in (listed if isinstance(listed, list) else ())
            if isinstance(each, dict)
        }
        near = _from_here(self._model)
        for name in (self._model, near):  # a folder of that name may lie here
            if name in names:
                return name, names[name].casefold()
        if names:
            raise McqtestError(
                f"--model={near}: {self._place.where} serves no such model; there are "
                f"{several(sorted(names))}"
            )
        return self._model, ""

    def _may_mix(self, error: Trouble) -> bool:
        return error.cut and self._place.url.startswith("http://")

    async def _elsewhere(self, error: Trouble) -> None:
        """Raise if the API is at another path than was told, or what is there is none."""
        url = self._place.url
        host = "/".join(url.split("/", 3)[:3])
        for near in (f"{url}/v1", f"{host}/v1"):
            reply = await self._tried(partial(self._client.get, f"{near}/models"), {})
            if isinstance(reply.get("data"), list):
                raise McqtestError(
                    f"{self._place.where}: no such API is there, but at {near}; write that as "
                    "base_url"
                )
        if error.status == 200:
            raise McqtestError(
                f"{self._place.where}: no such API is there ({error}); correct base_url"
            )

    def _line(self, found: Found) -> Line:
        return Line(self._client, self._place, self._replies, found.model, found.server)

    async def _talks(self, line: Line) -> tuple[str | None, str]:
        """Why it does not answer a chat, if so, and what it calls its limit of tokens."""
        chat = Chat(_SYSTEM, "", (), _ASKED[0])
        said = await self._works(line, chat, {"max_tokens": 1})
        if said is not None and "max_completion_tokens" in said:
            return await self._works(line, chat, {"max_completion_tokens": 1}), (
                "max_completion_tokens"
            )
        return said, "max_tokens"

    async def _works(self, line: Line, prompt: Prompt | Chat, body: dict[str, Any]) -> str | None:
        """None where it does, else why not."""
        try:
            await self._once(lambda: line.ask(prompt, body))
        except Trouble as error:
            if error.kind == "fatal" or error.status is None:
                raise
            return str(error)
        return None

    async def scored(self, first: Found) -> Found:
        """With the best way to score letters, behind plain texts and in chats."""
        line = self._line(first)
        chats = [Chat(_SYSTEM, "", (), each) for each in _ASKED]
        plain, why = await self._way(
            line, letters.PLAIN if first.plain else (), [Prompt("", (), each) for each in _ASKED]
        )
        chat, why_chat = await self._way(line, letters.CHATS if first.chat else (), chats)
        if self._place.letters != "auto" and not (plain or chat):
            tried = {**why, **why_chat} or {self._place.letters: f"unknown; there are {_names()}"}
            raise McqtestError(
                f"--backend-option letters={self._place.letters}: not possible at "
                f"{self._place.where} ({'; '.join(f'{k}: {v}' for k, v in tried.items())})"
            )
        return replace(
            first,
            plain_letters=plain,
            chat_letters=chat,
            plain_tried=why,
            chat_tried=why_chat,
            answers_as=sorted(filter(None, self._replies.models)),
            fingerprints=sorted(self._replies.fingerprints),
            requests=self._requests,
        )

    async def _way(
        self, line: Line, ways: Sequence[letters.Way], asked: Sequence[Prompt | Chat]
    ) -> tuple[str, dict[str, str]]:
        """The first way that scores these, and why others before it do not."""
        tried: dict[str, str] = {}
        for way in ways:
            if self._place.letters not in {"auto", way.name}:
                continue
            said = await self._scores(way, line, asked)
            if said is None:
                return way.name, tried
            tried[way.name] = said
        return "", tried

    async def _scores(
        self, way: letters.Way, line: Line, asked: Sequence[Prompt | Chat]
    ) -> str | None:
        """None where a way scores these, else why not."""
        found = []
        for prompt in asked:
            choices = _choices(prompt)
            try:
                found.append(await self._once(lambda: way.score(line, prompt, choices)))  # noqa: B023
                if isinstance(way, letters.Echo):
                    await self._once(lambda: way.check(line, prompt, choices))  # noqa: B023
            except Trouble as error:
                if error.kind == "fatal":
                    raise
                return str(error)
        if len({*found}) == 1:
            return "two questions got the same log-probabilities"
        return None

    async def _once(self, call: Any) -> Any:
        """With patience where the server is busy, or replies break off; what else goes wrong is
        an answer, too.
        """
        for times in count(1):
            self._requests += 1
            try:
                return await call()
            except Trouble as error:
                if not error.is_passing or times >= (2 if error.whole else _TRIES):
                    raise
                is_busy = error.kind == "busy"
                rest = self._pace.rest(times) if is_busy else 0.02 * 2**times
                await asyncio.sleep(rest if error.wait is None else error.wait)
        raise AssertionError

    async def _tried(self, call: Any, default: Any) -> Any:
        try:
            return await self._once(call)
        except Trouble:
            return default


def _from_here(model: str) -> str:
    return os.path.relpath(model) if Path(model).is_absolute() else model


def _choices(prompt: Prompt | Chat) -> tuple[str, ...]:
    return tuple(letter if isinstance(prompt, Chat) else f" {letter}" for letter in "ABCD")


def _names() -> str:
    return ", ".join(dict.fromkeys(way.name for way in (*letters.PLAIN, *letters.CHATS)))
