"""Statements of an answer in Korean, which may name a choice by its number (`hangul`)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mcqtest.answers.edition2 import hangul, phrases
from mcqtest.answers.edition2.choices import Choices, Statement


def find(text: str, known: Choices) -> Iterator[Statement]:
    """All statements in Korean, in no order. What is said by the word "answer" is not taken back by
    what merely sounds like one.
    """
    if text.isascii():  # most texts of other benchmarks: there is nothing to find
        return
    first = len(text)
    for match in hangul.HEAD.finditer(text):
        if found := _headed(text, match.end(), known):
            yield found
            first = first if found.answer is None else min(first, found.at)
    for found in (*_which(text, known), *_told(text, known)):
        if found.at < first:
            yield found
    for match in phrases.BOXED.finditer(text):
        counted = hangul.PLACE.match(text, match.end())
        if counted and counted["counted"]:
            yield Statement(match.end(), known.named(counted["named"]))
    for match in hangul.NO_ANSWER.finditer(text):
        yield Statement(match.start(), None)


def _headed(text: str, at: int, known: Choices) -> Statement | None:
    """What stands behind the word "answer"."""
    worded = known.content(text, at)
    if worded and len(known.text(worded.answer) or "") > 1:
        return worded
    if found := _named(text, hangul.PLACE.match(text, at), known) or worded:
        return found
    return Statement(at, None) if phrases.REFUSED.match(text, at) else None


def _which(text: str, known: Choices) -> Iterator[Statement]:
    """Statements that end with the choice: "which is wrong is B"."""
    for match in hangul.WHICH.finditer(text):
        before = text[max(0, match.start() - 12) : match.start()]
        found = _named(text, hangul.PLACE.match(text, match.end()), known)
        if found and not hangul.OTHERS.search(before):
            yield found


def _told(text: str, known: Choices) -> Iterator[Statement]:
    """Statements that begin with the choice."""
    for pattern in (hangul.CHOSEN, hangul.SAID, hangul.RIGHT):
        for match in pattern.finditer(text):
            before = text[max(0, match.start() - 40) : match.start()]
            index = known.named(match["named"])
            if index is None or _is_value(match, known) or hangul.OTHERS.search(before):
                continue
            several = hangul.SEVERAL.search(before)
            yield Statement(match.start("named"), None if several else index)


def _is_value(match: re.Match[str], known: Choices) -> bool:
    """Whether a number may be one and not the name of a choice."""
    return match["named"].isdigit() and match["counted"] is None and known.has_numbers


def _named(text: str, match: re.Match[str] | None, known: Choices) -> Statement | None:
    """The choice that is named by a letter or number, unless it is denied, or one of several, or
    the number may be a value. "A가 아니라 B" is B.
    """
    instead = None
    for _ in range(3):
        if match is None or not (again := hangul.INSTEAD.match(text, match.end())):
            break
        instead, match = again, hangul.PLACE.match(text, again.end())
    if match is None or _is_value(match, known) or hangul.DENIED.match(text, match.end()):
        return None
    name, end = match["named"], match.end()
    is_bare = not name.isupper() and match["counted"] is None
    if (is_bare or instead) and not hangul.ENDS.match(text, end):
        return None
    another = hangul.ANOTHER.match(text, end) or hangul.SECOND.match(text, end)
    return Statement(match.start("named"), None if another else known.named(name))
