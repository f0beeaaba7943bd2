"""Ids of choices, where a server tells them (``/tokenize``, beside the API)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mcqtest.backends.openai.line import Line
from mcqtest.backends.openai.texts import opened
from mcqtest.backends.openai.trouble import Trouble
from mcqtest.types import Chat, Prompt


async def ending(
    line: Line, prompt: Prompt | Chat, choices: Sequence[str]
) -> tuple[str | list[int], list[int]]:
    """The prompt as it is to be sent, and one token for each choice that goes on from it.

    Which token a letter is depends on what stands before it. Behind a plain text that is its last
    line, and is asked once for each; in a chat, the whole prompt is asked of the server's template.
    Raises `Trouble` for a choice of several tokens.
    """
    if isinstance(prompt, Prompt):
        tail = prompt.text[prompt.text.rfind("\n") + 1 :]
        known: tuple[Any, ...] = (tail, *choices)
        if known not in line.tokens:
            line.tokens[known] = (await _several(line, prompt, choices))[1]
        return prompt.text, line.tokens[known]
    known = ("chat", prompt.options, *choices)
    if known not in line.tokens:
        line.tokens[known] = (await _several(line, prompt, choices))[1]
    ids = line.tokens[known]
    *begun, first = await _whole(line, prompt, choices[0])
    if first != ids[0]:
        return await _several(line, prompt, choices)
    return begun, ids


async def _several(
    line: Line, prompt: Prompt | Chat, choices: Sequence[str]
) -> tuple[list[int], list[int]]:
    """The ids of the prompt, and those of the choices."""
    rows = [await _whole(line, prompt, choice) for choice in choices]
    begun = rows[0][:-1]
    ids = [row[-1] for row in rows]
    if any(row[:-1] != begun for row in rows) or len(set(ids)) < len(ids):
        raise Trouble("choices are no single tokens behind this prompt", "refused")
    if isinstance(prompt, Prompt) and begun != await line.tokenize(_text(line, prompt.text)):
        raise Trouble("choices share a token with the end of the prompt", "refused")
    return begun, ids


async def _whole(line: Line, prompt: Prompt | Chat, choice: str) -> list[int]:
    """The ids of a prompt with what goes on from it."""
    if isinstance(prompt, Prompt):
        return [*await line.tokenize(_text(line, prompt.text + choice))]
    _, body = opened(prompt, line.model, line.server)
    body["messages"].append({"role": "assistant", "content": choice})
    body |= {"add_generation_prompt": False, "continue_final_message": True}
    return [*await line.tokenize(body)]


def _text(line: Line, text: str) -> dict[str, Any]:
    """By the names of vLLM and of llama.cpp."""
    return {"model": line.model, "prompt": text, "content": text}


async def alone(line: Line, choices: Sequence[str]) -> list[int]:
    """The ids of choices by themselves; raises `Trouble` for one of several tokens."""
    known = ("alone", *choices)
    if known not in line.tokens:
        rows = []
        for choice in choices:
            body = {**_text(line, choice), "add_special_tokens": False, "add_special": False}
            ids = await line.tokenize(body)
            if len(ids) != 1:
                raise Trouble("choices are no single tokens", "refused")
            rows.append(ids[0])
        line.tokens[known] = rows
    return line.tokens[known]
