"""What goes wrong with a request to a server, and whether sending it again may help."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass
class Trouble(Exception):  # noqa: N818 - also what became of a request
    """One request failed."""

    said: str
    """What was found, without a secret."""
    kind: str
    """``busy``: the server asks for patience. ``broken``: no whole answer came. ``refused``: this
    request cannot be answered. ``fatal``: none can.
    """
    wait: float | None = None
    """Seconds that the server asks for."""
    status: int | None = None
    whole: bool = False
    """A reply came, and is no answer; else none came."""
    cut: bool = False
    """Somebody was there, and broke off."""

    def __str__(self) -> str:
        return self.said

    @property
    def is_passing(self) -> bool:
        return self.kind in {"busy", "broken"}


def broken(said: str) -> Trouble:
    """A reply that is no answer."""
    return Trouble(said, "broken", whole=True)
