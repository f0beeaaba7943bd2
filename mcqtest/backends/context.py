"""How long a context a configuration allows, under all the names that this has."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

NAMES = (
    "max_position_embeddings",
    "n_positions",
    "max_seq_len",
    "max_sequence_length",
    "max_seq_length",
    "seq_length",
    "seq_len",
    "n_ctx",
    "model_max_length",
    "max_target_positions",
)
"""As most models say it, GPT-2, MPT, OLMo, and so on; the first that is there counts."""

_PARTS = ("text_config", "language_config", "llm_config", "thinker_config", "decoder")
"""Where a model of several parts keeps the configuration of its language model."""

_STRETCHED = ("linear", "dynamic")
"""Kinds of scaled rotary positions that go beyond the length that is stated, by a factor. Others
state the whole length."""

HINT = 1_000_000
"""A tokenizer's ``model_max_length`` from which on it means: not stated."""


def stated(config: Mapping[str, Any]) -> int | None:
    """Tokens of context by a model's configuration; None where it says nothing."""
    for part in _language(config):
        for name in NAMES:
            length = part.get(name)
            if isinstance(length, int) and not isinstance(length, bool) and length > 0:
                return int(length * _stretch(part))
    return None


def _language(config: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The configuration of the language model, before that of the whole."""
    for name in _PARTS:
        part = config.get(name)
        if isinstance(part, dict):
            yield from _language(part)
    yield config


def _stretch(config: Mapping[str, Any]) -> float:
    """By how much scaled rotary positions reach beyond the stated length."""
    if "gemma3" in str(config.get("model_type")):
        return 1.0  # it states what comes out
    factors = [1.0]
    for key in ("rope_scaling", "rope_parameters"):
        rope = config.get(key)
        for each in (rope, *rope.values()) if isinstance(rope, dict) else ():
            if isinstance(each, dict) and _kind(each) in _STRETCHED:
                factor = each.get("factor")
                if isinstance(factor, (int, float)) and 1 <= factor < math.inf:
                    factors.append(float(factor))
    return max(factors)


def _kind(rope: Mapping[str, Any]) -> Any:
    return rope.get("rope_type") or rope.get("type")
