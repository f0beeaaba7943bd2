"""How choices are scored at a server: ways that differ in what the server has to know.

None guesses: a choice that a reply does not tell is no score, and neither is a number that cannot
be a log-probability, nor the same one for all.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from mcqtest.backends.openai import logprobs, tokens
from mcqtest.backends.openai.line import Line
from mcqtest.backends.openai.texts import COMPLETIONS, opened
from mcqtest.backends.openai.trouble import broken
from mcqtest.types import Chat, Prompt

_ONE_TOKEN = {"max_tokens": 1, "temperature": 1, "top_p": 1}
"""One token that is thrown away. At temperature 1, since some servers tell log-probabilities as
they are after temperature, and at 0 nothing would be left of them."""


class Way(Protocol):
    """A way to score choices."""

    @property
    def name(self) -> str: ...

    def takes(self, prompt: Prompt | Chat, choices: Sequence[str]) -> bool:
        """Whether it can score such choices behind such a prompt."""
        ...

    async def score(
        self, line: Line, prompt: Prompt | Chat, choices: Sequence[str]
    ) -> tuple[float, ...]:
        """Log-probabilities of the choices; raises `Trouble`."""
        ...


@dataclass(frozen=True)
class ByIds:
    """One request a question, for the log-probabilities of just these tokens (vLLM's
    ``logprob_token_ids``). In a chat the server's template writes the prompt up to where an answer
    stands (``/tokenize``), and what is scored goes on from there.
    """

    name: str = "logprob_token_ids"

    def takes(self, _prompt: Prompt | Chat, choices: Sequence[str]) -> bool:
        return all(len(choice.strip()) == 1 for choice in choices)

    async def score(
        self, line: Line, prompt: Prompt | Chat, choices: Sequence[str]
    ) -> tuple[float, ...]:
        begun, ids = await tokens.ending(line, prompt, choices)
        told: dict[str, Any] = {"logprobs": 1, "logprob_token_ids": sorted(set(ids))}
        body = {"model": line.model, "prompt": begun, **_ONE_TOKEN, **told}
        reply = await line.post(COMPLETIONS, {**body, "return_tokens_as_token_ids": True})
        found = logprobs.alternatives(reply)
        keys = [f"token_id:{each}" for each in ids]
        return logprobs.those(found, keys, choices)


@dataclass(frozen=True)
class Echo:
    """One request a question, whose prompts go on with the choices and come back with their
    log-probabilities (``echo`` and ``logprobs`` of the older completions).
    """

    most: int
    """Tokens that are written besides: 0, or 1 where a server insists on one."""

    @property
    def name(self) -> str:
        return "echo" if self.most == 0 else "echo+1"

    def takes(self, prompt: Prompt | Chat, _choices: Sequence[str]) -> bool:
        return isinstance(prompt, Prompt)

    async def score(
        self, line: Line, prompt: Prompt | Chat, choices: Sequence[str]
    ) -> tuple[float, ...]:
        told = await self._told(line, prompt, choices, 1)
        rows = [logprobs.row(each, written=self.most) for each in told]
        return logprobs.ended(rows, choices)

    async def check(self, line: Line, prompt: Prompt | Chat, choices: Sequence[str]) -> None:
        """Raise `Trouble` unless what could have stood in the place of a choice is the same for
        all: there are servers that tell what could stand behind it (llama-cpp-python 0.3.36).
        """
        told = await self._told(line, prompt, choices, 5)
        logprobs.agree(
            [
                logprobs.instead(each, choice, written=self.most)
                for each, choice in zip(told, choices, strict=True)
            ]
        )

    async def _told(
        self, line: Line, prompt: Prompt | Chat, choices: Sequence[str], alternatives: int
    ) -> Sequence[Mapping[str, Any]]:
        """For each choice, the reply to a prompt that ends with it."""
        texts = [prompt.text + choice for choice in choices]
        body: dict[str, Any] = {"model": line.model, **_ONE_TOKEN, "max_tokens": self.most}
        body |= {"echo": True, "logprobs": alternatives}
        reply = await line.post(COMPLETIONS, {**body, "prompt": texts}, count=len(texts))
        found: Sequence[Mapping[str, Any]] = reply["choices"]
        return found


@dataclass(frozen=True)
class InChat:
    """As many requests as choices: each is what the assistant says, up to its end, and comes back
    with its log-probability (vLLM's ``prompt_logprobs`` and ``continue_final_message``).
    """

    name: str = "prompt_logprobs"

    def takes(self, prompt: Prompt | Chat, _choices: Sequence[str]) -> bool:
        return isinstance(prompt, Chat)

    async def score(
        self, line: Line, prompt: Prompt | Chat, choices: Sequence[str]
    ) -> tuple[float, ...]:
        return logprobs.ended(
            [await self._row(line, prompt, choice) for choice in choices], choices
        )

    async def _row(self, line: Line, prompt: Prompt | Chat, choice: str) -> list[tuple[str, Any]]:
        path, body = opened(prompt, line.model, line.server)
        body["messages"].append({"role": "assistant", "content": choice})
        body |= {"add_generation_prompt": False, "continue_final_message": True}
        reply = await line.post(path, {**body, **_ONE_TOKEN, "prompt_logprobs": 0})
        told = reply.get("prompt_logprobs") or reply["choices"][0].get("prompt_logprobs")
        if not isinstance(told, list) or not told:
            raise broken("the prompt did not come back with log-probabilities (prompt_logprobs)")
        said = [next(iter(each.values())) if each else {} for each in told]
        return [(str(each.get("decoded_token") or ""), each.get("logprob")) for each in said]


@dataclass(frozen=True)
class Biased:
    """As many requests as choices: each makes the model say one of them (``logit_bias``), and the
    server tells how probable that was before (llama.cpp).
    """

    name: str = "logit_bias"

    def takes(self, _prompt: Prompt | Chat, choices: Sequence[str]) -> bool:
        return all(len(choice.strip()) == 1 for choice in choices)

    async def score(
        self, line: Line, prompt: Prompt | Chat, choices: Sequence[str]
    ) -> tuple[float, ...]:
        if isinstance(prompt, Chat):
            ids = await tokens.alone(line, choices)
            told: dict[str, Any] = {"logprobs": True, "top_logprobs": 1}
        else:
            ids, told = (await tokens.ending(line, prompt, choices))[1], {"logprobs": 1}
        found = {}
        for each, choice in zip(ids, choices, strict=True):
            reply = await line.ask(prompt, {**_ONE_TOKEN, **told, "logit_bias": {str(each): 100}})
            word, value = logprobs.said(reply)
            if word.strip() != choice.strip():
                raise broken(
                    f"the model said {word[:20]!r} where {choice!r} was wanted (logit_bias)"
                )
            found[choice] = value
        return logprobs.those(found, choices, choices)


@dataclass(frozen=True)
class Top:
    """One request a question: the most probable tokens that an answer can begin with, among which
    all choices have to be. ``aid`` is a field that sees to that, by their ids.
    """

    most: int
    aid: str = ""

    @property
    def name(self) -> str:
        return f"top_logprobs={self.most}" + (f", {self.aid}" if self.aid else "")

    def takes(self, _prompt: Prompt | Chat, choices: Sequence[str]) -> bool:
        return all(len(choice.strip()) == 1 for choice in choices)

    async def score(
        self, line: Line, prompt: Prompt | Chat, choices: Sequence[str]
    ) -> tuple[float, ...]:
        body: dict[str, Any] = dict(_ONE_TOKEN)
        if isinstance(prompt, Chat):
            body |= {"logprobs": True, "top_logprobs": self.most}
        else:
            body |= {"logprobs": self.most}
        if self.aid:
            ids = await tokens.alone(line, choices)
            biased = {str(each): 100 for each in ids}
            body[self.aid] = biased if self.aid == "logit_bias" else ids
        reply = await line.ask(prompt, body)
        return logprobs.those(logprobs.alternatives(reply), choices, choices)


_ALTERNATIVES = (200, 20, 5)
"""How many are asked for: llama-cpp-python tells any number, vLLM and OpenAI 20 in a chat, and some
servers 5."""

PLAIN: tuple[Way, ...] = (
    ByIds(),
    Echo(0),
    Echo(1),
    Biased(),
    *(Top(most) for most in _ALTERNATIVES),
    *(Top(most, aid) for aid in ("allowed_token_ids", "logit_bias") for most in (20, 5)),
)
CHATS: tuple[Way, ...] = (
    ByIds(),
    InChat(),
    Biased(),
    *(Top(most) for most in _ALTERNATIVES[:2]),
    *(Top(20, aid) for aid in ("allowed_token_ids", "logit_bias")),
)
"""Ways behind a plain text, and in a chat; the best first."""


def named(name: str, *, chats: bool) -> Way:
    """The way of this name."""
    return next(way for way in (CHATS if chats else PLAIN) if way.name == name)
