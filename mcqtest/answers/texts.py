r"""Our readers of answers that are no choices: one word of a few, numbers, phrases, lists.

Like `mcqtest.answers.reader`, and by the same tables, they take what a text last commits to ("So
the answer is **Yes**.", ``\boxed{-35}``), else an answer that stands alone on the last or the first
line. They know what an answer looks like, and not which one is right; what they found is then
spelled as the target is that it equals.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from mcqtest.answers import places, thoughts
from mcqtest.answers.folding import plain
from mcqtest.answers.reader import committed
from mcqtest.answers.stated import Stated, last
from mcqtest.types import LETTERS, McqtestError, Question, TextReader

REVISION = 2
"""Raised by every change that can read a text otherwise, like `mcqtest.answers.reader.REVISION`."""

_OPEN = r"[\s\"'$\\(\[{:=]{0,8}"
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

    def find(said: str) -> Stated:
        match = pattern.match(said)
        if match is None or places.GOES_ON.match(said, match.end()):
            return None
        return spelled[match[1].casefold()], match.end()

    def read(_question: Question, text: str) -> str | None:
        found = last(text, find, concludes=True)
        return _led(text, pattern, spelled) if found is None else found

    return read


def _led(text: str, pattern: re.Pattern[str], spelled: Mapping[str, str]) -> str | None:
    """The word with which a text begins, if its reason follows and no other word is said: "Yes,
    because ...".
    """
    said = plain(thoughts.without(text))
    match = pattern.match(said)
    if match is None or not re.match(r"\s?[,.;:!\u2013\u2014-]", said[match.end() :]):
        return None
    other = "|".join(re.escape(word) for word in spelled if word != match[1].casefold())
    rest = said[match.end() :]
    return (
        None
        if re.search(rf"\b(?:{other})\b", rest, re.IGNORECASE)
        else spelled[match[1].casefold()]
    )


_NUMBER = re.compile(
    rf"{_OPEN}([-+\u2212]? ?(?:[0-9]{{1,3}}(?:,[0-9]{{3}})+|[0-9]+)(?:\.[0-9]+)?)"
    r"(?![A-Za-z0-9_%^]|\s?[십백천만억조十百千万萬億亿]|[.,/:][0-9])"
    r"(?!\s?(?:[-+*/^=\u2212\xd7]|\\times|(?:,\s?)?(?:or|to|and)\b|,)\s?\(?-?[0-9])"
)
_LEFT = re.compile(
    r"(?:[\s0-9()+*/^=$\u2212\xd7-]|\b[A-Za-z]\b){0,300}=(?=[\s$(]{0,3}[-+\u2212]? ?[0-9])"
)
"""Of an equation, all but its last side."""


def number(question: Question, text: str) -> str | None:  # noqa: ARG001
    """A number as one writes it in a target: ``-1234``, ``0.5``. Of an equation, its last side."""
    return last(text, _number, concludes=True)


def _number(said: str) -> Stated:
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


@dataclass(frozen=True)
class Near:
    """A number that may miss its target; see `near`."""

    share: float
    distance: float

    def __call__(self, question: Question, text: str) -> str | None:
        found = number(question, text)
        return None if found is None else self._spelled(found, question.targets)

    def _spelled(self, found: str, targets: Sequence[str]) -> str:
        """``found``, or the first target that it does not miss."""
        for target in targets:
            try:
                right = float(target.replace(",", ""))
            except ValueError:
                continue
            if math.isclose(float(found), right, rel_tol=0, abs_tol=self._allowed(right)):
                return target
        return found

    def _allowed(self, right: float) -> float:
        return max(self.distance, self.share * abs(right))

    def __str__(self) -> str:
        return f"numbers within {self.share:g} of the target or {self.distance:g}"


def near(share: float = 0.0, *, distance: float = 0.0) -> TextReader:
    """A number that is right where it misses a target by no more than this ``share`` of the target
    (0.01: one per cent), or than this ``distance``; then it is spelled as the target.
    """
    if not (0 <= share < math.inf and 0 <= distance < math.inf):
        raise McqtestError(f"near({share!r}, distance={distance!r}): give numbers from 0 up")
    return Near(share, distance)


_PHRASE = re.compile(
    r"[\s\"'(\[:=$]{0,8}(?:[-\u2022]\s)?((?:[^\s\"'()\[\]:=$.!?;,])"
    r"(?:(?!</)[^\n.!?;]|[.!?;](?=[^\s\"')\]<])){0,300})"
)
_REASON = re.compile(r",?\s(?:because|since|as (?:it|they|he|she|the|this|that)|which)\b.*")
_EDGES = " \t\"'()[]$,.:"


def phrase(question: Question, text: str) -> str | None:
    """A few words, up to the end of their sentence, such as a name; where nothing is stated, the
    last line or the first, if it is no more than that. One that equals a target but for case,
    quotes and an article is spelled as it.
    """
    return _spelled(last(text, _phrase), question.targets, _key)


def _phrase(said: str) -> Stated:
    match = _PHRASE.match(said)
    if match is None or places.REFUSED.match(said):
        return None
    found = _REASON.sub("", match[1]).strip(_EDGES)
    return (found, match.end()) if found and len(found.split()) <= _WORDY else None


_WORDY = 12
"""Words that an answer has at most: what is longer is an explanation."""


def _key(text: str) -> str:
    """What of a phrase is compared."""
    plain_words = " ".join(text.casefold().split()).strip(_EDGES)
    return re.sub(r"^(?:the|an?) (?=\S)", "", plain_words)


def _spelled(found: str | None, targets: Sequence[str], key: Callable[[str], object]) -> str | None:
    """``found`` as the first target that has the same ``key``."""
    if found is None:
        return None
    return next((target for target in targets if key(target) == key(found)), found)


def listing(*, ordered: bool = True) -> TextReader:
    """Several phrases with commas or an "and" between them, ``A, B and C``; without ``ordered`` in
    any order. One that has the items of a target is spelled as it.
    """

    def key(text: str) -> object:
        items = [_key(item) for item in _BETWEEN.split(text.strip(_EDGES))]
        items = [item for item in items if item]
        return items if ordered else sorted(items)

    return lambda question, text: _spelled(last(text, _listing), question.targets, key)


_POINTS = re.compile(r"[\s:]*(?:(?:[-\u2022]|\d{1,2}[.)])[ \t]+[^\n]+(?:\n+|\Z)){2,40}")
_POINT = re.compile(r"^\s*(?:[-\u2022]|\d{1,2}[.)])\s+", re.MULTILINE)
_HEADED = re.compile(r"[^:\n]{0,60}\b(?:is|are):\s(?=\S)")


def _listing(said: str) -> Stated:
    if points := _POINTS.match(said):
        items = (item.strip(f"{_EDGES}\n") for item in _POINT.split(points[0].lstrip(": \n")))
        return ", ".join(item for item in items if item), points.end()
    if headed := _HEADED.match(said):
        behind = _listing(said[headed.end() :])
        return behind and (behind[0], headed.end() + behind[1])
    match = _PHRASE.match(said)
    if match is None or places.REFUSED.match(said):
        return None
    found = _REASON.sub("", match[1]).strip(_EDGES)
    return (found, match.end()) if found else None


_BETWEEN = re.compile(r"\s*(?:[,;]\s*(?:and\s|und\s|et\s|y\s)?|\s(?:and|und|et|y|&)\s)\s*")


def words(question: Question, text: str) -> str | None:
    """Words in a row, with a space between, most of which the question lists behind "List:"."""
    listed = question.text.rpartition("List:")[2].split()
    spelled = {word.casefold(): word for word in listed}

    def find(said: str) -> Stated:
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

    return last(text, find)


_WORDS = re.compile(r"[\s\"'\[(:]{0,8}([^\s.:<>?()\[\]{}][^\n.:<>?()\[\]{}]*)")

_BRACKETS = re.compile(r"[\s\"'$:]{0,8}([\[\](){}<>](?:[\s,\"'$]{0,4}[\[\](){}<>])*)")
_OPENING = "([{<"


def brackets(question: Question, text: str) -> str | None:
    """Closing brackets with a space between, that the sequence behind "Input:" lacks; behind that
    sequence as a whole, what is put to it.
    """
    begun = re.findall(r"[\[\](){}<>]", question.text.rpartition("Input:")[2])

    def find(said: str) -> Stated:
        match = _BRACKETS.match(said)
        if match is None:
            return None
        found = re.findall(r"[\[\](){}<>]", match[1])
        if found[0] in _OPENING:
            if not begun or found[: len(begun)] != begun:
                return None
            found = found[len(begun) :]
        return (" ".join(found), match.end()) if found else None

    return last(text, find)
