"""How a text is generated."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Decoding:
    """How a text is generated."""

    max_tokens: int
    """The text is truncated after so many tokens. Shots are dropped from a prompt until it and all
    these fit into the context; where not even the question does, the text ends with the context.
    """
    stop: tuple[str, ...] = ()
    """The text ends before the first of these; they are not part of it."""
    temperature: float = 0.0
    """0 is greedy; larger is sampled."""
    top_p: float = 1.0
    """Sampled among the most probable tokens that together have this probability
    (nucleus sampling, arXiv 1904.09751, 3.1)."""
    seed: int = 0
    """Of this request alone: the same request gives the same text, whatever it is batched with
    (up to rounding: two tokens may be equally probable to the last bit).
    """

    def __post_init__(self) -> None:
        if self.max_tokens < 1:
            raise ValueError(f"max_tokens={self.max_tokens}: a text has one token at least")
        if not 0 <= self.temperature < float("inf"):
            raise ValueError(f"temperature={self.temperature}: 0 (greedy) or more was expected")
        if not 0 < self.top_p <= 1:
            raise ValueError(f"top_p={self.top_p}: more than 0 and at most 1 was expected")
        if not all(self.stop):
            raise ValueError("stop: an empty string would end every text before it begins")
