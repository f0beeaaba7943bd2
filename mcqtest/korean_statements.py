"""Statements of an answer in Korean, which may name a choice by its number (`mcqtest.hangul`)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mcqtest import hangul, phrases
from mcqtest.choices import Choices, Statement


def find(text: str, known: Choices) -> Iterator[Statement]:
    """All statements in Korean, in no order."""
    for match in hangul.HEAD.finditer(text):
        at = match.end()
        worded = known.content(text, at)
        if worded and len(known.text(worded.answer) or "") > 1:
            yield worded
        elif found := _named(text, hangul.PLACE.match(text, at), known) or worded:
            yield found
        elif phrases.REFUSED.match(text, at):
            yield Statement(at, None)
    for match in hangul.WHICH.finditer(text):
        if found := _named(text, hangul.PLACE.match(text, match.end()), known):
            yield found
    for match in phrases.BOXED.finditer(text):
        counted = hangul.PLACE.match(text, match.end())
        if counted and counted["counted"]:
            yield Statement(match.end(), known.named(counted["named"]))
    yield from _told(text, known)


def _told(text: str, known: Choices) -> Iterator[Statement]:
    """Statements in Korean that begin with the choice."""
    for pattern in (hangul.CHOSEN, hangul.SAID, hangul.RIGHT):
        for match in pattern.finditer(text):
            before = text[max(0, match.start() - 40) : match.start()]
            index = known.named(match["named"])
            if index is None or _is_value(match, known):
                continue
            if not hangul.OTHERS.search(before):
                several = hangul.SEVERAL.search(before)
                yield Statement(match.start("named"), None if several else index)


def _is_value(match: re.Match[str], known: Choices) -> bool:
    """Whether a number may be one and not the name of a choice."""
    return match["named"].isdigit() and match["counted"] is None and known.has_numbers


def _named(text: str, match: re.Match[str] | None, known: Choices) -> Statement | None:
    """The choice that is named by a letter or number, unless it is denied, or one of several, or
    the number may be a value.
    """
    if match is None:
        return None
    name, end = match["named"], match.end()
    if instead := hangul.INSTEAD.match(text, end):
        other = hangul.PLACE.match(text, instead.end())
        ends = other and hangul.ENDS.match(text, other.end())
        return _named(text, other, known) if ends else None
    if hangul.DENIED.match(text, end) or _is_value(match, known):
        return None
    is_bare = not name.isupper() and match["counted"] is None
    if is_bare and not hangul.ENDS.match(text, end):
        return None
    another = hangul.ANOTHER.match(text, end)
    return Statement(match.start("named"), None if another else known.named(name))
