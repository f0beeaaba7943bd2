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
    """The text ends before the first of these; they are not part of it. In a chat one that stands
    in a thought, or in the white space behind it, ends nothing."""
    temperature: float = 0.0
    """0 is greedy; larger is sampled."""
    top_p: float = 1.0
    """Sampled among the most probable tokens that together have this probability
    (nucleus sampling, arXiv 1904.09751, 3.1)."""
    top_k: int = 0
    """Sampled among so many of the most probable tokens, and of these by ``top_p``; 0: all."""
    seed: int = 0
    """Of this request alone: the same request gives the same text, whatever it is batched with
    (up to rounding: two tokens may be equally probable to the last bit).
    """

    thinking_tokens: int | None = None
    """A thought that has not ended after so many tokens of the text is ended there, and the answer
    follows; None: it may take all tokens. In a chat alone.
    """

    marks: tuple[str, str] | None = None
    """Those of a thought that is to be ended, where they are none of the known
    (`mcqtest.answers.Thoughts`)."""

    repeat: int = 0
    """Which one of equal requests without temperature, where each is asked for by itself, to see
    whether the texts are equal, too; has no other effect."""

    logprobs: bool = False
    """The log-probability of every token is wanted besides (`Response.spelled`); changes no text.
    """

    def __post_init__(self) -> None:
        if self.max_tokens < 1:
            raise ValueError(f"max_tokens={self.max_tokens}: a text has one token at least")
        if not 0 <= self.temperature < float("inf"):
            raise ValueError(f"temperature={self.temperature}: 0 (greedy) or more was expected")
        if not 0 < self.top_p <= 1:
            raise ValueError(f"top_p={self.top_p}: more than 0 and at most 1 was expected")
        if self.top_k < 0:
            raise ValueError(f"top_k={self.top_k}: 0 (all) or more was expected")
        if self.thinking_tokens is not None and not 0 < self.thinking_tokens < self.max_tokens:
            raise ValueError(
                f"thinking_tokens={self.thinking_tokens}: 1 or more was expected, and fewer than "
                f"max_tokens={self.max_tokens}, which leaves no room for an answer behind a "
                "thought; say both"
            )
        if not all(self.stop):
            raise ValueError("stop: an empty string would end every text before it begins")
