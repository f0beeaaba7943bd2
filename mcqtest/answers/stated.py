"""Where a text commits itself to an answer of any kind, by the tables of our reader."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from mcqtest.answers import places, thoughts
from mcqtest.answers.folding import plain
from mcqtest.answers.forms import Form
from mcqtest.answers.reader import scanner
from mcqtest.answers.scan import is_supposed
from mcqtest.answers.turns import parts

Stated = tuple[str, int] | None
"""The answer with which a text begins, and where it ends there."""
Find = Callable[[str], Stated]

_REACH, _SPACE = 2000, 16
"""Characters in which an answer ends, and what may stand inside of one."""
_CLOSE = re.compile(r"[\s.!,;\"'$\\)\]}]*")
"""All that may stand behind an answer that stands alone."""
_SENTENCE = re.compile(r"[.!?]\s|\n|\u3002")
_COMES_TO = re.compile(r"(?:\b(?:is|are|equals)\b|=)(?=[\s$])")
_UNSURE = re.compile(
    r"\b(?:not|never|cannot|if|whether|suppose|assume|let|given|unless|between|about)\b|n't\b|\?",
    re.IGNORECASE,
)


def last(text: str, find: Find, *, concludes: bool = False) -> str | None:
    """The answer of the last statement about this question, else one that stands alone; with
    ``concludes`` also one that the last sentence comes to: "So x = 7."
    """
    text = plain(thoughts.without(text))
    low = text.lower()
    for start, end in parts(low):
        said = sorted(_stated(text[start:end], low[start:end], find), key=_order)
        if said:
            return said[-1][1]
        if not start and (found := _alone(text[:end], find)) is not None:
            return found
        if not start and concludes and (found := _concluded(text[:end], find)) is not None:
            return found
    return None


def _concluded(text: str, find: Find) -> str | None:
    """What ends the last sentence behind an "is" or an equals sign, unless it is doubted."""
    sentence = _SENTENCE.split(text.rstrip()[-_REACH:])[-1]
    if _UNSURE.search(sentence):
        return None
    for match in _COMES_TO.finditer(sentence):
        found = find(sentence[match.end() :])
        if found and _CLOSE.fullmatch(sentence, match.end() + found[1]):
            return found[0]
    return None


def _order(stated: tuple[int, str | None]) -> int:
    return stated[0]


def _stated(text: str, low: str, find: Find) -> Iterator[tuple[int, str | None]]:
    """Where something is stated, and what; None that there is no answer."""
    for form, at, begins in scanner().announced(text, low):
        if form.takes == "none":
            yield at, None
            continue
        found = next((each for begin in begins if (each := _behind(text, begin, form, find))), None)
        refused = any(places.REFUSED.match(text, begin) for begin in begins)
        is_said = form.is_certain or not is_supposed(text, at, low[at : begins[0]])
        if (found or refused) and is_said:
            yield at, found[0] if found else None


def _behind(text: str, at: int, form: Form, find: Find) -> Stated:
    """What begins at ``at``; of a box, what stands up to its end."""
    if form.language != "latex":
        return _found(text, at, find)
    return find(text[at : at + _REACH].partition("\n")[0].rpartition("}")[0])


def _found(text: str, at: int, find: Find) -> Stated:
    """What begins at ``at``; nothing where its end is out of reach."""
    found = find(text[at : at + _REACH])
    whole = len(text) - at <= _REACH
    return found if found and (whole or found[1] < _REACH - _SPACE) else None


def _alone(text: str, find: Find) -> str | None:
    lines = [line.strip().lstrip("# ") for line in text.split("\n") if line.strip("# \t\r")]
    for line in dict.fromkeys((lines[-1], lines[0])) if lines else ():
        if (found := _found(line, 0, find)) and _CLOSE.fullmatch(line, found[1]):
            return found[0]
    return None
