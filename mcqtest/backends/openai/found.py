"""What a probe found out about a served model: it stands for weights, and is kept."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any

from mcqtest.backends.openai.place import Place, shown

FORMAT = 1

_REVISION = 1
"""Of the probe and of the ways that it knows; a change that moves answers raises it."""


@dataclass(frozen=True)
class Found:
    """See the module; a JSON object in ``served/`` of the run's folder."""

    model: str
    """As the server calls it."""
    url: str
    server: str = ""
    """Who owns the model, as the server says it."""
    version: str = ""
    answers_as: Sequence[str] = ()
    """Names that replies gave the model."""
    fingerprints: Sequence[str] = ()
    """Every ``system_fingerprint`` of these replies."""
    limit: str = "max_tokens"
    """The field for the number of tokens."""
    chat: bool = False
    """It answers chats."""
    plain: bool = False
    """It goes on from plain texts."""
    chat_letters: str = ""
    """The way in which letters are scored in a chat; empty: none."""
    plain_letters: str = ""
    chat_tried: Mapping[str, str] | None = None
    """Other ways -> why not, before that one; None: nothing was tried."""
    plain_tried: Mapping[str, str] | None = None
    asked_for: str = "auto"
    """``--backend-option letters``."""
    requests: int = 0
    """How many it took to find that out."""

    @property
    def words(self) -> str:
        """What serves it, and in which way letters are scored."""
        server = " ".join(
            filter(None, [self.server or "an OpenAI-compatible server", self.version])
        )
        ways = []
        if self.plain_letters:
            ways.append(f"letters by {self.plain_letters}")
        if self.chat_letters:
            same = self.chat_letters == self.plain_letters
            ways.append("also in a chat" if same else f"letters in a chat by {self.chat_letters}")
        return f"served by {server}, {', '.join(ways) or 'no letters'}"

    def fingerprint(self, place: Place) -> str:
        """Stands for weights, which nobody sees: a deployment is known by the name that somebody
        gave it, else by where it is and by what it says of itself.
        """
        known: list[Any] = [place.deployment]
        if not place.deployment:
            marks = [sorted(self.answers_as), sorted(self.fingerprints)]
            known = [self.url, self.server, self.version, *marks]
        parts = ["served", FORMAT, _REVISION, self.model, *known]
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()

    def is_still(self, now: Found) -> bool:
        """Whether what a first look finds ``now`` is what was probed before."""
        same = ("model", "url", "server", "version", "limit", "chat", "plain", "asked_for")
        seen = {*now.fingerprints} <= {*self.fingerprints}
        return (
            all(getattr(self, name) == getattr(now, name) for name in same)
            and {*now.answers_as} <= {*self.answers_as}
            and seen
            and bool(now.fingerprints) == bool(self.fingerprints)
        )


def path(folder: Path, model: str, place: Place) -> Path:
    """Where what was found of a model is kept, below a run's folder."""
    name = hashlib.sha256(json.dumps([model, place.where, place.deployment]).encode()).hexdigest()
    return folder / "served" / f"{name[:16]}.json"


def read(place: Path) -> Found | None:
    """What was kept; None where that is nothing, or of another version."""
    with suppress(OSError, ValueError, TypeError, KeyError):
        told = json.loads(place.read_text("utf-8"))
        if told.pop("format") == [FORMAT, _REVISION]:
            known = {each.name for each in fields(Found)}
            return Found(**{key: value for key, value in told.items() if key in known})
    return None


def dump(found: Found) -> str:
    told = {"format": [FORMAT, _REVISION], **asdict(replace(found, url=shown(found.url)))}
    return json.dumps(told, indent=1, ensure_ascii=False) + "\n"
