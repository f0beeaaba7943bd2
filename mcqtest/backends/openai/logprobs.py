"""What replies say of log-probabilities, and whether a model can have said it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from mcqtest.backends.openai.trouble import Trouble, broken

_NEVER = -9000.0
"""From here down a number stands for minus infinity: vLLM says -9999."""

_WHOLE = 1.01
"""What probabilities add up to at most, and what half precision leaves of that."""

_FAR = 0.5
"""Between two log-probabilities of one token in one place: half precision makes less."""


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


def ended(rows: Sequence[Sequence[tuple[str, Any]]], choices: Sequence[str]) -> tuple[float, ...]:
    """Log-probabilities of the choices with which these rows of tokens end."""
    start = min(_start(row, choice) for row, choice in zip(rows, choices, strict=True))
    if len({tuple(word for word, _ in each[:start]) for each in rows}) > 1:
        raise broken("the prompts of one question came back as different tokens")
    values = [math.fsum(_number(value) for _, value in each[start:]) for each in rows]
    return sound(values, choices)


def row(reply: Mapping[str, Any], *, written: int) -> list[tuple[str, Any]]:
    """Tokens of a prompt, as texts, and their log-probabilities; behind them come those that are
    ``written`` besides.
    """
    told = reply.get("logprobs")
    words = told.get("tokens") if isinstance(told, Mapping) else None
    values = told.get("token_logprobs") if isinstance(told, Mapping) else None
    if not isinstance(words, list) or not isinstance(values, list) or len(words) != len(values):
        raise broken("the prompt did not come back with log-probabilities (echo)")
    pairs = list(zip(map(str, words), values, strict=True))
    return pairs[: len(pairs) - written]


def instead(reply: Mapping[str, Any], choice: str, *, written: int) -> Mapping[str, float]:
    """The tokens that could have stood where the choice begins; empty where that is not told."""
    start = _start(row(reply, written=written), choice)
    every = reply["logprobs"].get("top_logprobs")
    found = every[start] if isinstance(every, list) and start < len(every) else None
    if not isinstance(found, Mapping):
        return {}
    return {str(word): _number(value) for word, value in found.items()}


def agree(places: Sequence[Mapping[str, float]]) -> None:
    """Raise `Trouble` for alternatives that cannot all be those of one place."""
    first = places[0]
    for other in places[1:]:
        both = first.keys() & other.keys()
        far = max((abs(first[word] - other[word]) for word in both), default=math.inf)
        if first and other and far > _FAR:
            raise broken("what is told of a choice is of the token behind it (top_logprobs)")


def _start(row: Sequence[tuple[str, Any]], choice: str) -> int:
    """The token in which the choice begins, at the end of the row."""
    text, start = "", len(row)
    while len(text) < len(choice) and start > 0:
        start -= 1
        text = row[start][0] + text
    if not text.endswith(choice):
        raise broken("the prompt did not come back as it was asked")
    return start


def said(reply: Mapping[str, Any]) -> tuple[str, float]:
    """The first token that was written, as a text, and its log-probability."""
    told = reply["choices"][0].get("logprobs")
    if isinstance(told, Mapping):
        content = told.get("content")
        if isinstance(content, list) and content and isinstance(content[0], Mapping):
            return _word(str(content[0].get("token"))), _number(content[0].get("logprob"))
        words, values = told.get("tokens"), told.get("token_logprobs")
        if isinstance(words, list) and isinstance(values, list) and words and values:
            return _word(str(words[0])), _number(values[0])
    raise broken("no log-probabilities in the reply (logprobs)")


def alternatives(reply: Mapping[str, Any]) -> dict[str, float]:
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


def those(
    found: Mapping[str, float], keys: Sequence[str], choices: Sequence[str]
) -> tuple[float, ...]:
    missing = [choice for choice, key in zip(choices, keys, strict=True) if key not in found]
    if missing:
        raise Trouble(
            f"the {len(found)} alternatives that the server tells are without {missing[0]!r}",
            "refused",
        )
    values = sound([found[key] for key in keys], choices)
    if (total := math.fsum(map(math.exp, values))) > _WHOLE:  # they are different tokens
        raise broken(f"the probabilities of the choices add up to {total:.2f}")
    return values


def _number(value: object) -> float:
    """Of JSON, as a log-probability; raises `Trouble` for what is none."""
    if type(value) not in {int, float}:
        raise broken("a log-probability in the reply is no number")
    return float(value)  # type: ignore[arg-type]
