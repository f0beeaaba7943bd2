"""What a model is told in turns, before its chat template makes a text of it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple


class Message(NamedTuple):
    """One turn."""

    role: str
    """``system``, ``user`` or ``assistant``."""
    content: str


@dataclass(frozen=True, slots=True)
class Chat:
    """A question put in turns. Beside `Prompt`, which is one text: whoever asks a model writes it
    with the model's own template (`mcqtest.backends.Writer`).

    Equal headers and shots mean what they mean for a prompt: all that precedes the question is the
    same.
    """

    system: str
    """Content of the system's message; empty where there is none."""
    head: str
    """What stands first in the message that asks."""
    examples: tuple[tuple[str, ...], ...]
    """(question, answer), which are two turns; or (text,), which stands in the message that asks.
    """
    query: str
    opening: str = ""
    """How the answer begins, which the model goes on from."""
    options: tuple[tuple[str, str], ...] = ()
    """What the template is told besides (``--chat-option``)."""

    @property
    def messages(self) -> tuple[Message, ...]:
        """All turns; the last one asks."""
        told = [Message("system", self.system)] if self.system else []
        text = self.head
        for example in self.examples:
            if len(example) == 1:
                text += example[0]
            else:
                told += map(Message, ("user", "assistant"), example)
        return (*told, Message("user", text + self.query))

    @property
    def header(self) -> str:
        """All that stands before the examples, as one text by which equal ones are known."""
        return _known("chat", self.options, self.system, self.head, self.opening)

    @property
    def shots(self) -> tuple[str, ...]:
        """The examples, likewise."""
        return tuple(_known(*example) for example in self.examples)

    @property
    def text(self) -> str:
        """The contents of all turns, for those that look for what is asked."""
        return "\n\n".join(message.content for message in self.messages) + self.opening

    def without(self, dropped: int) -> Chat:
        """The same with the last ``dropped`` examples left out."""
        kept = len(self.examples) - dropped
        if kept < 0:
            raise ValueError(f"cannot drop {dropped} of {len(self.examples)} shots")
        return replace(self, examples=self.examples[:kept])


def _known(*parts: str | Sequence[object]) -> str:
    return json.dumps(parts)
