r"""Our readers of answers that are no choices: one word of a few, numbers, words, brackets.

Like `mcqtest.answers.reader` they take what a text last commits to ("So the answer is **Yes**.",
``\boxed{-35}``), else an answer that stands alone on the last or the first line. They know what an
answer looks like, and never which one is right.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from mcqtest.answers.edition2 import phrases
from mcqtest.answers.edition2.choices import plain
from mcqtest.answers.edition2.reader import after_thought, is_supposed, parts, stating
from mcqtest.answers.reader import committed
from mcqtest.types import LETTERS, Question, TextReader

REVISION = 1
"""Raised by every change that can read a text otherwise, like `mcqtest.answers.reader.REVISION`."""

_Found = tuple[str, int] | None
"""The answer with which a text begins, and where it ends there."""
_Find = Callable[[str], _Found]

_REACH, _SPACE = 2000, 16
"""Characters in which an answer ends, and what may stand inside of one."""
_OPEN = r"[\s\"'$\\(\[{:=]{0,8}"
_CLOSE = re.compile(r"[\s.!,;\"'$\\)\]}]*")
"""All that may stand behind an answer that stands alone."""
_OPTION = re.compile(r"^\(([A-Z])\) ?(.*)$", re.MULTILINE)


def lettered(question: Question, text: str) -> str | None:
    """A letter in brackets, ``(A)``, of a choice that the question lists like that; read like the
    letters of multiple-choice questions, so a choice may be named by its text as well.
    """
    listed = _OPTION.findall(question.text)
    known = "".join(letter for letter, _ in listed) == LETTERS[: len(listed)]
    choices = [said for _, said in listed] if listed and known else [""] * len(LETTERS)
    index = committed(text, choices)
    return None if index is None else f"({LETTERS[index]})"


def one_of(*words: str) -> TextReader:
    """One of these words; another spelling of capitals is the same word."""
    every = "|".join(map(re.escape, words))
    pattern = re.compile(
        rf"{_OPEN}({every})(?![\w'&-])(?!\s{{0,2}}(?:[,/&|]|and\b|or\b)\s{{0,2}}(?:{every})\b)"
        r"(?![ \t]{1,3}(?:if|unless|when|not)\b)",
        re.IGNORECASE,
    )
    spelled = {word.casefold(): word for word in words}

    def find(said: str) -> _Found:
        match = pattern.match(said)
        if match is None or phrases.GOES_ON.match(said, match.end()):
            return None
        return spelled[match[1].casefold()], match.end()

    return lambda _, text: _last(text, find)


_NUMBER = re.compile(
    rf"{_OPEN}([-+\u2212]? ?(?:[0-9]{{1,3}}(?:,[0-9]{{3}})+|[0-9]+)(?:\.[0-9]+)?)"
    r"(?![\w%^]|[.,/:][0-9])"
    r"(?!\s?(?:[-+*/^=\u2212\xd7]|\\times|(?:,\s?)?(?:or|to|and)\b|,)\s?\(?-?[0-9])"
)
_LEFT = re.compile(
    r"(?:[\s0-9()+*/^=$\u2212\xd7-]|\b[A-Za-z]\b){0,300}=(?=[\s$(]{0,3}[-+\u2212]? ?[0-9])"
)
"""Of an equation, all but its last side."""


def number(question: Question, text: str) -> str | None:  # noqa: ARG001
    """A number as one writes it in a target: ``-1234``, ``0.5``. Of an equation, its last side."""
    return _last(text, _number)


def _number(said: str) -> _Found:
    match = _NUMBER.match(said)
    if match is None and (left := _LEFT.match(said)):
        match = _NUMBER.match(said, left.end())
    if match is None:
        return None
    digits = match[1].replace("\u2212", "-").replace(",", "").replace(" ", "").lstrip("+")
    sign, whole = ("-", digits[1:]) if digits[0] == "-" else ("", digits)
    whole, _, rest = whole.partition(".")
    whole, rest = whole.lstrip("0") or "0", rest.rstrip("0")
    value = f"{whole}.{rest}" if rest else whole
    return (value if value == "0" else sign + value), match.end()


def words(question: Question, text: str) -> str | None:
    """Words in a row, with a space between, most of which the question lists behind "List:"."""
    listed = question.text.rpartition("List:")[2].split()
    spelled = {word.casefold(): word for word in listed}

    def find(said: str) -> _Found:
        match = _WORDS.match(said)
        if match is None:
            return None
        found = [word.strip("\"'") for word in re.split(r"[\s,;]+", match[1])]
        found = [word for word in found if word and (word != "and" or word in spelled)]
        known = [spelled.get(word.casefold()) for word in found]
        if 2 * sum(word is not None for word in known) <= len(found):
            return None
        pairs = zip(known, found, strict=True)
        return " ".join(word if word is not None else said for word, said in pairs), match.end()

    return _last(text, find)


_WORDS = re.compile(r"[\s\"'\[(:]{0,8}([^\s.:<>?()\[\]{}][^\n.:<>?()\[\]{}]*)")

_BRACKETS = re.compile(r"[\s\"'$:]{0,8}([\[\](){}<>](?:[\s,\"'$]{0,4}[\[\](){}<>])*)")
_OPENING = "([{<"


def brackets(question: Question, text: str) -> str | None:
    """Closing brackets with a space between, that the sequence behind "Input:" lacks; behind that
    sequence as a whole, what is put to it.
    """
    begun = re.findall(r"[\[\](){}<>]", question.text.rpartition("Input:")[2])

    def find(said: str) -> _Found:
        match = _BRACKETS.match(said)
        if match is None:
            return None
        found = re.findall(r"[\[\](){}<>]", match[1])
        if found[0] in _OPENING:
            if not begun or found[: len(begun)] != begun:
                return None
            found = found[len(begun) :]
        return (" ".join(found), match.end()) if found else None

    return _last(text, find)


# --- where they look ----------------------------------------------------------------------------


def _last(text: str, find: _Find) -> str | None:
    """The answer of the last statement about this question, else one that stands alone."""
    text = plain(after_thought(text))
    for start, end in parts(text):
        said = [answer for _, answer in sorted(_stated(text[start:end], find), key=_place)]
        if said:
            return said[-1]
        if not start and (found := _alone(text[:end], find)) is not None:
            return found
    return None


def _place(stated: tuple[int, str | None]) -> int:
    return stated[0]


def _stated(text: str, find: _Find) -> Iterator[tuple[int, str | None]]:
    """Where something is stated, and what; None that there is no answer."""
    for match, places in stating(text):
        found = next((each for at in places if (each := _found(text, at, find))), None)
        refused = any(phrases.REFUSED.match(text, at) for at in places)
        if (found or refused) and not is_supposed(text, match.start(), match[0]):
            yield match.start(), found[0] if found else None
    for match in phrases.BOXED.finditer(text):
        inside = text[match.end() : match.end() + _REACH].partition("\n")[0].rpartition("}")[0]
        if found := find(inside):
            yield match.start(), found[0]
    for match in phrases.NO_ANSWER.finditer(text):
        yield match.start(), None


def _found(text: str, at: int, find: _Find) -> _Found:
    """What begins at ``at``; nothing where its end is out of reach."""
    found = find(text[at : at + _REACH])
    whole = len(text) - at <= _REACH
    return found if found and (whole or found[1] < _REACH - _SPACE) else None


def _alone(text: str, find: _Find) -> str | None:
    lines = [line.strip() for line in text.split("\n") if line.strip()]
    for line in dict.fromkeys((lines[-1], lines[0])) if lines else ():
        if (found := _found(line, 0, find)) and _CLOSE.fullmatch(line, found[1]):
            return found[0]
    return None
