"""How choices are scored at a server: ways that differ in what the server has to know.

None guesses: a choice that a reply does not tell is no score, and neither is a number that cannot
be a log-probability, nor the same one for all.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from mcqtest.backends.openai import tokens
from mcqtest.backends.openai.line import Line
from mcqtest.backends.openai.texts import COMPLETIONS, opened
from mcqtest.backends.openai.trouble import Trouble, broken
from mcqtest.types import Chat, Prompt

_NEVER = -9000.0
"""From here down a number stands for minus infinity: vLLM says -9999."""

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


def sound(values: Sequence[float], choices: Sequence[str]) -> tuple[float, ...]:
    """These, if a model can have said them; raises `Trouble`."""
    for choice, value in zip(choices, values, strict=True):
        if not math.isfinite(value) or value < _NEVER:
            raise broken(f"the log-probability of {choice!r} is {value:g}")
        if value > 1e-3:
            raise broken(f"the log-probability of {choice!r} is {value:g}, more than 0")
    if len(values) > 2 and len(set(values)) == 1:
        raise broken(f"the log-probabilities of all choices are equal ({values[0]:g})")
    return tuple(min(value, 0.0) for value in values)


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
        found = _alternatives(reply)
        keys = [f"token_id:{each}" for each in ids]
        return _those(found, keys, choices)


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
        texts = [prompt.text + choice for choice in choices]
        body: dict[str, Any] = {**_ONE_TOKEN, "max_tokens": self.most, "echo": True, "logprobs": 1}
        body |= {"model": line.model, "prompt": texts}
        reply = await line.post(COMPLETIONS, body, count=len(texts))
        rows = [_row(choice, written=self.most) for choice in reply["choices"]]
        start = min(_start(row, choice) for row, choice in zip(rows, choices, strict=True))
        if len({tuple(word for word, _ in row[:start]) for row in rows}) > 1:
            raise broken("the prompts of one question came back as different tokens")
        values = [math.fsum(_number(value) for _, value in row[start:]) for row in rows]
        return sound(values, choices)


def _row(choice: Mapping[str, Any], *, written: int) -> list[tuple[str, Any]]:
    """Tokens of a prompt as texts, and their log-probabilities."""
    told = choice.get("logprobs")
    words = told.get("tokens") if isinstance(told, Mapping) else None
    values = told.get("token_logprobs") if isinstance(told, Mapping) else None
    if not isinstance(words, list) or not isinstance(values, list) or len(words) != len(values):
        raise broken("the prompt did not come back with log-probabilities (echo)")
    pairs = list(zip(map(str, words), values, strict=True))
    return pairs[: len(pairs) - written]


def _start(row: Sequence[tuple[str, Any]], choice: str) -> int:
    """The token in which the choice begins, at the end of the row."""
    text, start = "", len(row)
    while len(text) < len(choice) and start > 0:
        start -= 1
        text = row[start][0] + text
    if not text.endswith(choice):
        raise broken("the prompt did not come back as it was asked")
    return start


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
        rows = [await self._row(line, prompt, choice) for choice in choices]
        start = min(_start(row, choice) for row, choice in zip(rows, choices, strict=True))
        if len({tuple(word for word, _ in row[:start]) for row in rows}) > 1:
            raise broken("the prompts of one question came back as different tokens")
        values = [math.fsum(_number(value) for _, value in row[start:]) for row in rows]
        return sound(values, choices)

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
        return _those(_alternatives(reply), choices, choices)


def _alternatives(reply: Mapping[str, Any]) -> dict[str, float]:
    """The tokens that the first one could have been, as texts, with their log-probabilities."""
    told = reply["choices"][0].get("logprobs")
    if not isinstance(told, Mapping):
        raise broken("no log-probabilities in the reply (logprobs)")
    first: Any = None
    if isinstance(content := told.get("content"), list) and content:
        first = content[0].get("top_logprobs") if isinstance(content[0], Mapping) else None
    elif isinstance(every := told.get("top_logprobs"), list) and every:
        first = every[0]
    if isinstance(first, list):
        pairs = [(each.get("token"), each.get("logprob")) for each in first]
    elif isinstance(first, Mapping):
        pairs = list(first.items())
    else:
        raise broken("no alternatives in the reply (top_logprobs)")
    return {_word(str(token)): _number(value) for token, value in pairs}


def _word(token: str) -> str:
    """As a text, where a server tells tokens as its tokenizer's files spell them."""
    return token.replace("\u2581", " ").replace("\u0120", " ")


def _those(
    found: Mapping[str, float], keys: Sequence[str], choices: Sequence[str]
) -> tuple[float, ...]:
    missing = [choice for choice, key in zip(choices, keys, strict=True) if key not in found]
    if missing:
        raise Trouble(
            f"the {len(found)} alternatives that the server tells are without {missing[0]!r}",
            "refused",
        )
    return sound([found[key] for key in keys], choices)


def _number(value: object) -> float:
    """Of JSON, as a log-probability; raises `Trouble` for what is none."""
    if type(value) not in {int, float}:
        raise broken("a log-probability in the reply is no number")
    return float(value)  # type: ignore[arg-type]


PLAIN: tuple[Way, ...] = (
    ByIds(),
    Echo(0),
    Echo(1),
    *(Top(most, aid) for aid in ("", "allowed_token_ids", "logit_bias") for most in (20, 5)),
)
CHATS: tuple[Way, ...] = (
    ByIds(),
    InChat(),
    *(Top(20, aid) for aid in ("", "allowed_token_ids", "logit_bias")),
)
"""Ways behind a plain text, and in a chat; the best first."""


def named(name: str, *, chats: bool) -> Way:
    """The way of this name."""
    return next(way for way in (CHATS if chats else PLAIN) if way.name == name)
