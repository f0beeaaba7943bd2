"""A line to one model at a server: bodies there, checked replies back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from mcqtest.backends.openai.client import Client
from mcqtest.backends.openai.place import Place
from mcqtest.backends.openai.reply import Replies
from mcqtest.backends.openai.texts import opened
from mcqtest.backends.openai.trouble import broken
from mcqtest.types import Chat, Prompt


@dataclass
class Line:
    """Belongs to the event loop that its client belongs to."""

    client: Client
    place: Place
    replies: Replies
    model: str
    server: str
    """Who owns the model, as the server says it (``vllm``); empty where it does not."""
    tokens: dict[Any, list[int]] = field(default_factory=dict)
    """What was asked of the tokenizer before."""

    async def close(self) -> None:
        await self.client.close()

    async def ask(
        self, prompt: Prompt | Chat, fields: Mapping[str, Any], *, count: int = 1
    ) -> Mapping[str, Any]:
        """The reply to a prompt and further fields of its body, with ``count`` choices in order;
        raises `Trouble`.
        """
        path, body = opened(prompt, self.model, self.server)
        return await self.post(path, {**body, **fields}, count=count)

    async def post(
        self, path: str, body: Mapping[str, Any], *, count: int = 1
    ) -> Mapping[str, Any]:
        reply = await self.client.post(path, {**body, **self.place.extra})
        return {**reply, "choices": self.replies.choices(reply, count)}

    async def tokenize(self, body: Mapping[str, Any]) -> Sequence[int]:
        """Ids of a text or a chat, by vLLM's and llama.cpp's way; raises `Trouble`."""
        reply = await self.client.post(f"{self.place.root}/tokenize", body)
        ids = reply.get("tokens")
        if not (isinstance(ids, list) and ids and all(type(each) is int for each in ids)):
            raise broken("no tokens in the reply")
        return ids
