"""Tokens that stand for no text: those before a prompt, and those that a text is taken for."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from mcqtest.backends.tokenizer import TokenizerFiles
from mcqtest.types import McqtestError, Request

_TRAINED = {"<bos>": "Gemma", "<|begin_of_text|>": "Llama 3"}
"""Tokens -> the models that know them, all of which were trained with one before each text."""


def token_ids(tokenizer: Any, texts: Sequence[str]) -> list[list[int]]:
    """The tokens of each text, and no others."""
    encoded = tokenizer(list(texts), add_special_tokens=False, verbose=False)
    found: list[list[int]] = encoded["input_ids"]
    return found


def opening(tokenizer: Any, bos: str = "auto", files: TokenizerFiles | None = None) -> list[int]:
    """What stands before every prompt: what the tokenizer puts before a text (a BOS, a CLS), with
    exactly one BOS for ``yes`` and none for ``no``. What it appends (an EOS, a SEP) would end the
    prompt before its answer and is left out.

    Raises `McqtestError` where it is not what ``files``, of which the tokenizer was made, promise.
    """
    own = _before(tokenizer)
    token: int | None = getattr(tokenizer, "bos_token_id", None)
    if bos == "auto":
        if files is not None and token is not None:
            _check(own, tokenizer, files)
        return own
    if bos == "yes" and token is None:
        raise McqtestError(
            "--backend-option bos=yes: this tokenizer has no BOS token; leave it out"
        )
    rest = [each for each in own if each != token]
    return [token, *rest] if bos == "yes" and token is not None else rest


def start(tokenizer: Any) -> list[int]:
    """What stands for a prompt without any text, after which the first token of a continuation is
    scored: BOS, or EOS where there is none, as in lm-evaluation-harness; nothing without either.
    """
    for name in ("bos_token_id", "eos_token_id"):
        if isinstance(token := getattr(tokenizer, name, None), int):
            return [token]
    return []


def missed(tokenizer: Any, before: list[int]) -> str:
    """The models whose BOS this tokenizer knows and does not write; empty where there is none."""
    if getattr(tokenizer, "bos_token_id", None) in before:
        return ""
    return _TRAINED.get(str(getattr(tokenizer, "bos_token", None)), "")


def inside(tokenizer: Any, requests: Iterable[Request]) -> tuple[str, str, int] | None:
    """A question whose text holds what the tokenizer takes for a special token: its name, the
    token, and how many such questions there are. None without any.

    A token that all questions of a task hold was written by their style, and is meant.
    """
    known = _specials(tokenizer)
    if not known:
        return None
    pattern = re.compile("|".join(map(re.escape, sorted(known, key=len, reverse=True))))
    tasks: dict[str, dict[str, frozenset[str]]] = {}
    for request in requests:
        held = frozenset(pattern.findall(request.prompt.query))
        tasks.setdefault(request.name.rpartition("/")[0], {})[request.name] = held
    found = [
        (name, token)
        for questions in tasks.values()
        for name, held in questions.items()
        for token in sorted(held - _meant(questions))[:1]
    ]
    taken = {token for token in {token for _, token in found} if _is_taken(tokenizer, known, token)}
    found = [(name, token) for name, token in found if token in taken]
    return (*found[0], len(found)) if found else None


def _meant(questions: Mapping[str, frozenset[str]]) -> frozenset[str]:
    """What all of several questions hold."""
    if len(questions) < 2:
        return frozenset()
    return frozenset.intersection(*questions.values())


def _is_taken(tokenizer: Any, known: Mapping[str, int], token: str) -> bool:
    """Whether it is one token where it stands in a text."""
    return known[token] in token_ids(tokenizer, [f"a {token} b"])[0]


def _specials(tokenizer: Any) -> dict[str, int]:
    added = getattr(tokenizer, "added_tokens_decoder", None) or {}
    found = {str(token): number for number, token in added.items() if token.special}
    return {text: number for text, number in found.items() if text.strip()}


def _before(tokenizer: Any) -> list[int]:
    bare = token_ids(tokenizer, ["A"])[0]
    full: list[int] = tokenizer("A")["input_ids"]
    for start in range(len(full) - len(bare) + 1):
        if full[start : start + len(bare)] == bare:
            return full[:start]
    return []


def _check(own: list[int], tokenizer: Any, files: TokenizerFiles) -> None:
    """Raise where a BOS is written twice, or not at all although the checkpoint says so."""
    token, count = str(tokenizer.bos_token), own.count(tokenizer.bos_token_id)
    if count > 1:
        raise McqtestError(
            f"{files.folder}: the tokenizer writes {token!r} {count} times before a prompt, and "
            "models are trained with one: --backend-option bos=yes writes one, bos=no none"
        )
    if files.promises_bos and not count:
        raise McqtestError(
            f"{files.folder}: tokenizer_config.json says add_bos_token, and the tokenizer writes "
            f"no {token!r} before a prompt: --backend-option bos=yes writes it, bos=no leaves it "
            "out"
        )
