"""Texts of served models: what is asked for, and what is made of a reply."""

from __future__ import annotations

import codecs
from collections.abc import Mapping
from typing import Any

from mcqtest.backends.openai.trouble import Trouble, broken
from mcqtest.backends.outputs import LIMITS, spoken
from mcqtest.backends.spelled import Spelled, spelled
from mcqtest.backends.writer import template_options
from mcqtest.types import Chat, Decoding, Prompt

COMPLETIONS, CHAT = "/completions", "/chat/completions"

_PLAIN = {
    "vllm": {"min_p": 0, "repetition_penalty": 1, "top_k": 0},
    "sglang": {"min_p": 0, "repetition_penalty": 1, "top_k": -1},
    "llamacpp": {"min_p": 0, "repeat_penalty": 1, "top_k": 0},
}
"""Who owns a model, as servers say it -> fields that the API does not have, without which they
would be as the checkpoint's files or the server say. Others would refuse them."""

_STOPS = 4
"""Stop strings that the API takes; all are looked for in what comes."""

_ENDS = {"stop", "eos_token", "stop_sequence", "end_turn"}
_WITHHELD = "content_filter"


def opened(prompt: Prompt | Chat, model: str, server: str) -> tuple[str, dict[str, Any]]:
    """Where a prompt is sent, and the fields that say it."""
    if isinstance(prompt, Prompt):
        return COMPLETIONS, {"model": model, "prompt": prompt.text}
    body: dict[str, Any] = {
        "model": model,
        "messages": [{"role": role, "content": said} for role, said in prompt.messages],
    }
    options = template_options(prompt)
    if (effort := options.pop("reasoning_effort", None)) is not None:
        body["reasoning_effort"] = effort
        if server in _PLAIN:
            options["reasoning_effort"] = effort
    if options:
        body["chat_template_kwargs"] = options
    return CHAT, body


def decoded(decoding: Decoding, server: str, limit: str, *, chats: bool) -> dict[str, Any]:
    """The fields of a decoding; ``limit`` is what the server calls its number of tokens."""
    body: dict[str, Any] = {
        limit: decoding.max_tokens,
        "temperature": decoding.temperature,
        "top_p": decoding.top_p,
        **_PLAIN.get(server, {}),
    }
    if decoding.stop and not chats:  # in a chat it would stop thoughts, too
        body["stop"] = list(decoding.stop)[:_STOPS]
    if decoding.temperature:
        body["seed"] = decoding.seed
    if decoding.logprobs:
        body["logprobs"] = chats or 1
    if decoding.top_k:
        body["top_k"] = decoding.top_k
    if decoding.thinking_tokens is not None:
        body["thinking_token_budget"] = decoding.thinking_tokens
    if chats and server == "vllm":  # the marks of thoughts may be special tokens
        body["skip_special_tokens"] = False
    return body


def heard(choice: Mapping[str, Any], *, chats: bool) -> tuple[str, bool | None]:
    """The text, with its thought, and whether it met a limit; None where that is not said."""
    reason = choice.get("finish_reason")
    if reason in {"abort", "error", "cancelled"}:
        raise broken(f"the server gave up on it ({reason})")
    message = choice.get("message") if chats else {"content": choice.get("text")}
    if not isinstance(message, Mapping):
        raise broken("no message in the reply")
    said, text = message.get("content"), spoken(message)
    if not isinstance(said, str | None):
        raise broken("the text of the reply is none")
    if said is None and not text and reason not in {_WITHHELD, "stop", "length"}:
        raise broken("no text in the reply")
    if reason in _ENDS or reason == _WITHHELD:
        return text, False
    if str(reason).casefold() in LIMITS:
        return text.rstrip("\ufffd"), True  # half of a character, which the next token would end
    return text, None


def written(choice: Mapping[str, Any], text: str) -> Spelled:
    """Where the tokens of a reply's text stand in it and how probable they were. Nothing where the
    server does not say, or says it of another text; those of a thought before it are left out.
    """
    told = choice.get("logprobs")
    message = choice.get("message", {"content": choice.get("text")})
    said = message.get("content") if isinstance(message, Mapping) else None
    if not isinstance(told, Mapping) or not isinstance(said, str):
        return ()
    pieces, logprobs = _tokens(told)
    first = "".join(pieces).rfind(said)
    while first > 0:
        first -= len(pieces.pop(0))
        del logprobs[0]
    start = text.rfind(said)
    return spelled(text, start, pieces, logprobs) if first == 0 and start >= 0 else ()


def _tokens(told: Mapping[str, Any]) -> tuple[list[str], list[float]]:
    """Texts and log-probabilities, as chats or as completions have them; of a character that
    several tokens make, all of it is the last one's. Nothing where one lacks its number.
    """
    rows = told.get("content")
    if not isinstance(rows, list):
        both = zip(told.get("tokens") or (), told.get("token_logprobs") or (), strict=False)
        rows = [{"token": token, "logprob": value} for token, value in both]
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    try:
        raw = [each.get("bytes") for each in rows]
        pieces = [
            each["token"] + "" if own is None else decoder.decode(bytes(own))
            for each, own in zip(rows, raw, strict=True)
        ]
        return pieces, [float(each["logprob"]) for each in rows]
    except (AttributeError, KeyError, TypeError, ValueError):
        return [], []


def too_long(trouble: Trouble) -> bool:
    """The server refuses a prompt for its length."""
    said = trouble.said.casefold()
    if trouble.status == 413:
        return True
    words = ("context length", "context_length", "context size", "context window", "too long")
    return trouble.status in {400, 422, 500} and any(word in said for word in words)
