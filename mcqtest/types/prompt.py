"""The text that a model goes on from."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Prompt:
    """``prefix + query`` is the text the model continues.

    The header and shots are equal for all questions of a task, so that sharing them is
    part of the type. Shots are separate so that a backend, which alone can count tokens,
    may drop them from the end until the prompt fits (`without`).
    """

    header: str
    shots: tuple[str, ...]
    query: str

    @property
    def prefix(self) -> str:
        return self.header + "".join(self.shots)

    @property
    def text(self) -> str:
        return self.prefix + self.query

    def without(self, dropped: int) -> Prompt:
        """The same prompt with the last ``dropped`` shots left out."""
        kept = len(self.shots) - dropped
        if kept < 0:
            raise ValueError(f"cannot drop {dropped} of {len(self.shots)} shots")
        return Prompt(self.header, self.shots[:kept], self.query)
