"""A server with OpenAI's API that answers sums, and goes wrong as it is told to.

    python -m faults.server --port 8999 --fault reset=0.05 --fault storm=0.002 --rate 500

It writes HTTP by hand, so that it can stop in the middle of an answer. ``GET /seen`` tells what was
asked and how often that was answered whole. Its model reads the last "What is A + B?" of a prompt
and the choices below it, and is wrong where A is a multiple of ``wrong``.
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import json
import math
import random
import re
import time
import zlib
from collections import Counter
from collections.abc import Mapping
from typing import Any

from faults.listening import Listening

FAULTS = {
    "storm": "for a while everything is refused with 429 and Retry-After",
    "error": "500",
    "reset": "the connection breaks off in the middle of the answer",
    "slow": "the answer takes two seconds",
    "json": "what comes is no JSON",
    "empty": "no choices",
    "twice": "two choices",
    "equal": "all log-probabilities are equal",
    "model": "another model answers",
    "again": "the answer to the request before on the same connection, once more",
    "mark": "from now on another system_fingerprint",
}
_SUM = re.compile(r"What is (\d+) \+ (\d+)\?")
_CHOICE = re.compile(r"^([A-J])\. (\d+)$", re.MULTILINE)


class Server(Listening):
    """``faults``: name -> the probability that a request meets it. ``rate``: answers a second at
    most; ``letters``: fields that are understood, of ``echo``, ``top``, ``five`` and ``bias``, or
    how they are not (``equal``; ``late``: what is told of a token is of the one behind it;
    ``after``: of what ``logit_bias`` makes of it; ``deaf``: it is ignored); ``fickle``: the share
    of texts that say another answer.
    """

    def __init__(
        self,
        faults: Mapping[str, float] | None = None,
        *,
        seed: int = 0,
        rate: float = 0.0,
        latency: float = 0.0,
        letters: str = "echo",
        key: str = "",
        wrong: int = 7,
        name: str = "adder",
        chats: bool = True,
        fickle: float = 0.0,
    ) -> None:
        super().__init__()
        self.faults = dict(faults or {})
        self.rate, self.latency = rate, latency
        self.letters, self.key, self.wrong, self.name, self.chats = letters, key, wrong, name, chats
        self.fickle = fickle
        self.answered: Counter[str] = Counter()
        """Of each question -> how often it was answered whole and well."""
        self.met: Counter[str] = Counter()
        """Faults that requests met."""
        self.bodies: list[Mapping[str, Any]] = []
        self.storm = 2.0
        """Seconds."""
        self.keeps = False
        """Keep every body that is sent."""
        self.most = 0
        """Requests that were here at once, at most."""
        self._chance = random.Random(seed)
        self._here = self._marks = self._replies = 0
        self._storm = self._free = 0.0
        self._words: dict[int, str] = {}
        self._last: dict[asyncio.StreamWriter, dict[str, Any]] = {}
        """Of each connection, its last answer: whoever reads the next one has read that."""

    # HTTP

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode()
                method, path, _ = head.split(" ", 2)
                path = re.sub("^https?://[^/]*", "", path)  # what comes by a proxy is whole
                length = re.search(r"content-length: (\d+)", head, re.IGNORECASE)
                body = await reader.readexactly(int(length[1])) if length else b""
                self._here += 1
                self.most = max(self.most, self._here)
                try:
                    whole = await self._handle(writer, method, path, head, body)
                finally:
                    self._here -= 1
                await writer.drain()
                if not whole:
                    break
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            self._last.pop(writer, None)
            writer.close()

    async def _handle(
        self, writer: asyncio.StreamWriter, method: str, path: str, head: str, body: bytes
    ) -> bool:
        if path == "/seen":
            seen = {"answered": self.answered, "met": self.met, "most": self.most}
            return _write(writer, 200, seen)
        if self.key and f"Bearer {self.key}" not in head:
            said = re.search("authorization: (.*)", head, re.IGNORECASE)
            told = f"Incorrect API key provided: {said[1].strip() if said else 'none'}"
            return _write(writer, 401, {"error": {"message": told, "code": "invalid_api_key"}})
        if method == "GET" and path == "/v1/models":
            return _write(writer, 200, {"data": [{"id": self.name, "owned_by": "us"}]})
        asked = json.loads(body) if body else {}
        if path == "/tokenize" and self.letters in {"bias", "after", "deaf"}:
            return _write(writer, 200, {"tokens": self._tokens(asked["content"])})
        known = path == "/v1/completions" or (path == "/v1/chat/completions" and self.chats)
        if not known:
            return _write(writer, 404, {"error": {"message": "Not Found"}})
        return await self._answer(writer, path, asked)

    async def _answer(self, writer: asyncio.StreamWriter, path: str, asked: Any) -> bool:
        if self.keeps:
            self.bodies.append(asked)
        fault = self._fault()
        if fault in {"storm", "error"}:
            if fault == "error":
                return _write(writer, 500, {"error": {"message": "something broke"}})
            wait = f"Retry-After: {self.storm / 2:g}\r\n"
            return _write(writer, 429, {"error": {"message": "slow down"}}, wait)
        await self._wait(2.0 if fault == "slow" else 0.0)
        if fault == "json":
            return _write(writer, 200, "<html>Bad gateway")
        if fault == "again" and writer in self._last:
            return _write(writer, 200, self._last[writer])
        reply = self._reply(path, asked, fault)
        if fault == "reset":
            return _write(writer, 200, reply, cut=True)
        if fault not in {"empty", "twice", "equal", "model"}:
            self.answered[content(path, asked)] += 1
            self._last[writer] = reply
        return _write(writer, 200, reply)

    def _fault(self) -> str:
        if time.monotonic() < self._storm:
            self.met["storm"] += 1
            return "storm"
        drawn = self._chance.random()
        for name, share in self.faults.items():
            if drawn < share:
                self.met[name] += 1
                if name == "storm":
                    self._storm = time.monotonic() + self.storm
                if name == "mark":
                    self._marks += 1
                return name
            drawn -= share
        return ""

    async def _wait(self, more: float) -> None:
        """Answers leave one after the other, ``rate`` a second."""
        now = time.monotonic()
        at = now + self.latency + more
        if self.rate:
            self._free = max(self._free, now) + 1 / self.rate
            at = max(at, self._free)
        if at > now:
            await asyncio.sleep(at - now)

    # The model

    def _reply(self, path: str, asked: Any, fault: str) -> dict[str, Any]:
        self._replies += 1
        chats = path.endswith("chat/completions")
        prompts = asked["prompt"] if not chats else [_said(asked["messages"])]
        prompts = [prompts] if isinstance(prompts, str) else prompts
        choices = [self._choice(each, asked, fault, chats=chats) for each in prompts]
        for index, choice in enumerate(choices):
            choice["index"] = index
        if fault in {"empty", "twice"}:
            choices = [] if fault == "empty" else [*choices, {**choices[0], "index": 1}]
        return {
            "id": f"cmpl-{self.port}-{self._replies:016}",
            "model": "subtractor" if fault == "model" else self.name,
            "system_fingerprint": f"fp_{self._marks}",
            "choices": choices,
            "usage": {"prompt_tokens": 100 * len(prompts), "completion_tokens": 10},
        }

    def _choice(self, prompt: str, asked: Any, fault: str, *, chats: bool) -> dict[str, Any]:
        values = self._values(prompt[:-2] if asked.get("echo") else prompt)
        if fault == "equal" or self.letters == "equal":
            values = dict.fromkeys(values, -1.5)
        best = max(values, key=values.__getitem__)
        if self.fickle and self._chance.random() < self.fickle:
            best = next(letter for letter in values if letter != best)
        text = f"{'' if chats else ' '}The answer is ({best})."
        found: dict[str, Any] = {"finish_reason": "stop"}
        if asked.get("echo") and self.letters in {"echo", "equal", "late"}:
            rest, letter = prompt[:-2], prompt[-2:]
            top = {f" {each}": value for each, value in values.items()}
            if self.letters == "late":
                top = {each: value - 2 * "ABCD".index(letter[1]) for each, value in top.items()}
            told: dict[str, Any] = {"tokens": [rest, letter], "top_logprobs": [None, top]}
            told["token_logprobs"] = [None, top.get(letter, -9.0)]
            return {**found, "text": prompt, "logprobs": told}
        if asked.get("logit_bias") and self.letters in {"bias", "after", "deaf"}:
            word = self._words[int(next(iter(asked["logit_bias"])))]
            word = f" {best}" if self.letters == "deaf" else word
            value = values[word.strip()] * (1e-9 if self.letters == "after" else 1)
            first = {"token": word, "logprob": value}
            found["logprobs"] = {"content": [{**first, "top_logprobs": []}]}
        if asked.get("logprobs") and self.letters in {"top", "five"}:
            kept = list(values)[: 2 if self.letters == "five" else None]
            top = {letter if chats else f" {letter}": values[letter] for letter in kept}
            pairs = [{"token": token, "logprob": value} for token, value in top.items()]
            content = [{"token": "A", "top_logprobs": pairs}]
            found["logprobs"] = {"content": content} if chats else {"top_logprobs": [top]}
        if chats:
            return {**found, "message": {"role": "assistant", "content": text}}
        return {**found, "text": text}

    def _tokens(self, text: str) -> list[int]:
        found = re.findall(r" ?[^ \n]+|\s", text)
        for word in found:
            self._words[zlib.crc32(word.encode())] = word
        return [zlib.crc32(word.encode()) for word in found]

    def _values(self, prompt: str) -> dict[str, float]:
        """Letter -> its log-probability."""
        sums = list(_SUM.finditer(prompt))
        if not sums:
            share = hashlib.sha256(prompt.encode()).digest()
            return {letter: math.log(0.1 + share[at] / 1280) for at, letter in enumerate("ABCD")}
        a, b = int(sums[-1][1]), int(sums[-1][2])
        letters = dict(_CHOICE.findall(prompt[sums[-1].end() :]))
        right = next((letter for letter, said in letters.items() if int(said) == a + b), "A")
        if self.wrong and a % self.wrong == 0:
            right = next(letter for letter in letters if letter != right)
        sure = 0.5 + (a * 31 + b) % 97 / 250
        rest = math.log((1 - sure) / (len(letters) - 1))
        return {letter: math.log(sure) if letter == right else rest for letter in letters}


def content(path: str, asked: Mapping[str, Any]) -> str:
    """By which a request is known again."""
    return hashlib.sha256(json.dumps([path, asked], sort_keys=True).encode()).hexdigest()[:20]


def _said(messages: list[Mapping[str, str]]) -> str:
    return "\n".join(each["content"] for each in messages)


def _write(
    writer: asyncio.StreamWriter, status: int, what: Any, more: str = "", *, cut: bool = False
) -> bool:
    """Whether the connection goes on."""
    body = what.encode() if isinstance(what, str) else json.dumps(what).encode()
    head = f"HTTP/1.1 {status} X\r\ncontent-type: application/json\r\n{more}"
    whole = f"{head}content-length: {len(body)}\r\n\r\n".encode() + body
    writer.write(whole[: -len(body) // 2] if cut else whole)
    return not cut


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--fault", action="append", default=[], metavar="NAME=SHARE")
    parser.add_argument("--rate", type=float, default=0.0)
    parser.add_argument("--latency", type=float, default=0.0)
    parser.add_argument("--letters", default="echo")
    parser.add_argument("--wrong", type=int, default=7)
    options = parser.parse_args()
    pairs = (each.partition("=") for each in options.fault)
    faults = {name: float(share) for name, _, share in pairs}
    rest = {name: getattr(options, name) for name in ("rate", "latency", "letters", "wrong")}
    server = Server(faults, **rest)

    async def serve() -> None:
        await server.start(options.port)
        print(server.url, flush=True)
        await asyncio.Event().wait()

    asyncio.run(serve())


if __name__ == "__main__":
    main()
