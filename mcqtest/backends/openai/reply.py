"""What a reply has to be before it is taken for the answer to a request."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from mcqtest.backends.openai.trouble import broken

_TELLING = 20
"""Characters of an id that no two replies share; shorter ones are drawn anew every time by some
servers, from a thousand."""


class Replies:
    """Checks replies to different requests, and remembers what they say of the server."""

    def __init__(self, models: Sequence[str] = (), fingerprints: Sequence[str] = ()) -> None:
        self._models = frozenset(models)
        """Under which names the server answered when it was asked first; empty: any."""
        self.fingerprints: Counter[str] = Counter(dict.fromkeys(fingerprints, 0))
        """Each ``system_fingerprint`` -> replies that had it."""
        self.models: Counter[str] = Counter()
        self._ids: set[int] = set()
        self.read = 0
        self.written = 0
        """Tokens, as the server counts them."""

    def choices(self, reply: Mapping[str, Any], count: int = 1) -> list[Mapping[str, Any]]:
        """The reply's choices, in order; raises `Trouble` unless there are as many as prompts,
        from the model that was asked, in a reply that was not given before.
        """
        name = str(reply.get("model") or "")
        if self._models and name and name not in self._models:
            raise broken(f"the answer is of another model ({name[:80]!r})")
        found = reply.get("choices")
        if not isinstance(found, list) or not all(isinstance(each, Mapping) for each in found):
            raise broken("no choices in the reply")
        if len(found) != count:
            raise broken(f"{len(found)} choices in the reply, and {count} asked for")
        if sorted(_index(each) for each in found) != [*range(count)]:
            raise broken("choices of the reply are counted otherwise than was asked")
        self._new(reply.get("id"))
        self._count(reply, name)
        return sorted(found, key=_index)

    def _new(self, named: object) -> None:
        if isinstance(named, str) and len(named) >= _TELLING:
            number = hash(named)
            if number in self._ids:
                raise broken("the reply was given to another request before")
            self._ids.add(number)

    def _count(self, reply: Mapping[str, Any], name: str) -> None:
        self.models[name] += 1
        if isinstance(mark := reply.get("system_fingerprint"), str) and mark:
            self.fingerprints[mark] += 1
        usage = reply.get("usage")
        if isinstance(usage, Mapping):
            self.read += _whole(usage.get("prompt_tokens"))
            self.written += _whole(usage.get("completion_tokens"))


def _index(choice: Mapping[str, Any]) -> int:
    index = choice.get("index", 0)
    return index if type(index) is int else -1


def _whole(number: object) -> int:
    return number if type(number) is int and number >= 0 else 0
