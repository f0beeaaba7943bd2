r"""Our reader: the answer that a text last commits to.

A statement ("the answer is (C)", "Answer: **c**", ``\boxed{C}``, "so option C is correct") is
found by its words and must be followed by a letter or by the text of one choice; letters that
merely stand somewhere are never taken. Reasoning between ``<think>`` tags does not count, nor
does what follows a new question that the model asks itself. Every repetition in the patterns is
bounded, so that time grows with the length of the text and not with its square.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

from mcqtest.types import LETTERS

REVISION = 1
"""Raised by every change that can read a text otherwise: a baseline that an older reader made is
then not compared."""

_FOLDED = str.maketrans(
    {
        **{chr(code): chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)},  # full-width forms
        **dict.fromkeys("*`\u200b\u200c\u200d\u2060\ufeff", ""),
        **dict.fromkeys("\u2018\u2019", "'"),
        **dict.fromkeys("\u201c\u201d", '"'),
        **dict.fromkeys("\u3000\u00a0\u202f", " "),
        **dict.fromkeys("\u3010\u3014", "["),
        **dict.fromkeys("\u3011\u3015", "]"),
    }
)
_WRAPPED = re.compile(r"\\(?:text(?:bf|it|rm|sf)?|math(?:bf|rm|sf|it)|bf|rm)\s?\{")
_SPACED = re.compile(r"\\[,;:! ]|\\quad")

_THOUGHT = re.compile(r"<(/?)(?:think|thinking|thought|reasoning)>|\[(/?)THINK\]", re.IGNORECASE)

_NEW_QUESTION = re.compile(
    r"^[ \t#>]{0,4}(?:(?:(?:next|new|another) {1,2})?"
    r"(?:question|problem|exercise|q|human|user|student|instruction) {0,2}(?:no\.? {0,2})?"
    r"\d{0,3} {0,2}[:.)]|={2,4} ?\w{1,20} ?={2,4}|(?:response|support)="
    r"|\d{1,2}[.)] {1,3}the answer is\b)",
    re.IGNORECASE | re.MULTILINE,
)
"""Where a text begins to speak of other questions."""
_GAP = r"(?:\s{1,3}(?!not\b|never\b)[\w'-]{2,20}){0,8}?"
_FILL = (
    r"(?:\s{0,3}\b(?:therefore|thus|hence|then|indeed|clearly|simply|likely|probably|most|also|"
    r"actually|definitely|obviously|still|closest|nearest|to|by|given|as|the|"
    r"correct|right|best|final|choice|option|letter|answer|one|is|be|would|should|must|statement)\b"
    r"|\s{0,3}[:,]){0,8}?"
)
_FIT = r"(?:correct|right|best|closest|nearest|final|suitable|appropriate|likely|accurate)"
_NOUN = (
    r"(?:one|match|value|option|choice|statement|response|estimate|approximation|result|letter|"
    r"conclusion|description|explanation|solution)"
)
_ELSEWHERE = "antwort|lösung|réponse|respuesta|resposta|risposta|ответ|答案|答え|正解"
_STATED = re.compile(
    rf"(?:(?:\banswers?|\b{_FIT}\s{{1,3}}{_NOUN}|{_ELSEWHERE}){_GAP}|\b{_FIT})"
    r"(?:\s{0,3}(?:\b(?:is|are|be|ist|est|es)\b|[:=是は])|(?<=answer)\s{1,3}(?=[(\[]))"
    rf"{_FILL}(?=\s{{0,4}}[^\s])"
    rf"|(?<!each )(?<!every )\b(?:option|choice){_GAP}\s{{0,3}}\b(?:is|be)\b{_FILL}"
    r"(?=\s{0,4}[^\s])",
    re.IGNORECASE,
)
"""Behind it stands what is stated: "the best answer would be"."""

_CHOSEN = re.compile(
    r"\b(?:correspond(?:s|ing)?|match(?:es|ing)?|equivalent|select|choose|chose|pick|"
    r"go(?:ing)?\s{1,3}with|opt(?:ing)?\s{1,3}for|closest|nearest|gives?|leaves?|which\s{1,3}is|therefore|thus|hence|so|"
    r"conclude)\b"
    r"(?:\s{0,3}(?:\b(?:to|with|that|is|it|the|us|only|closest|correct|best|be|must|it's)\b|,)){0,5}?"
    r"\s{1,3}(?:answer|option|choice|letter)(?=\s{1,3}[^\s])",
    re.IGNORECASE,
)
"""Behind it stands a letter: "which corresponds to option"."""

_LETTER = re.compile(
    r"""(?P<open>[\s"'$\\({\[<]{0,6})(?:(?:option|choice)\s{1,2}\(?)?(?P<letter>[A-Za-z])"""
    r"""(?P<close>\s?[)\]}"'>$\\]{0,4})"""
    r"""(?![A-Za-z0-9_'^(]|\s?[=+/<>^\xd7\xb7]|-[A-Za-z0-9]|\.[a-z0-9])"""
)
_GOES_ON = re.compile(
    r"\s{1,3}(?!(?:because|since|as|for|and|or|which|with|due|by|is|in|on|but|from|given|that|if|"
    r"not)\b)[A-Za-z]"
)
"""What makes of a bare A or I a word: "the answer is a function"."""
_DENIED = re.compile(
    r"\s{0,2}(?:is|are|was|were)\s{1,2}(?:(?:also|both|all|all|only|partially)\s{1,2})?"
    r"(?:incorrect|wrong|false|not|invalid|eliminated)\b"
)
_REFUSED = re.compile(
    r"""[\s("'\[{]{0,4}(?:none\b|not\s{1,2}(?:listed|given|among|in|available|provided|present|possible|"""
    r"""included|any|one)\b|cannot\b|can't\b|unknown\b|undetermined|undefined|impossible|incomplete|"""
    r"""indeterminate|n/a\b)""",
    re.IGNORECASE,
)
_NO_ANSWER = re.compile(
    r"\b(?:no\s{1,2}(?:single\s{1,2})?(?:correct|right|valid)\s{1,2}(?:answer|option|choice)"
    r"|answer\s{1,2}(?:cannot|can't)\s{1,2}be)\b",
    re.IGNORECASE,
)
_ENDS = re.compile(r"\s{0,2}(?:[.,;)!]|\n|$)")
_ANOTHER = re.compile(
    r"[\s.]{0,2}(?:,\s?(?:and|or)?|\b(?:and|or)\b|[&/])\s{0,2}(?:(?:also|maybe|option|choice)\s){0,2}"
    r"(?:\([A-Z]\)|[A-Z](?=\s?(?:[,.;&/)]|$|(?:and|or|are)\b)))"
)
"""A second letter: nothing was chosen."""

_LETTER_FIRST = re.compile(
    r"""\b(?:option|choice|answer)\s{1,2}[("'\[]{0,2}([A-Z])[)"'\]]{0,2}\s{1,2}"""
    r"(?:is|must\sbe|would\sbe|(?:appears|seems)\sto\sbe|seems)\s{1,2}"
    r"(?:(?:therefore|thus|also|clearly|indeed|the|most|only|likely|a)\s{1,2}){0,4}"
    r"(?:correct|right|best|closest|appropriate|accurate|suitable|answer|true\s{1,2}answer)\b",
    re.IGNORECASE,
)
_BOXED = re.compile(r"\\f?box(?:ed)?\s?\{")
_SUPPOSED = re.compile(r"\b(?:if|whether|suppose|unless|assuming)\b[^.\n;:]{0,40}$", re.IGNORECASE)
_ALONE = re.compile(r"""(["'($\[{\\]{0,4}) ?([A-Za-z]) ?["')$\]}\\]{0,4}[.:]?""")
_LED = re.compile(r"[(\[]?([A-Z])(?:[)\]][.:]?|[.:])\s{0,3}(\S.{0,400})")
_SENTENCE = re.compile(r"\.(?:\s|$)|;")
_NOT_TEXT = re.compile(r"[\s$\\{}()\[\]\"',.;:]+")


class _Statement(NamedTuple):
    at: int
    answer: int | None
    """None: several choices, none, or one that the question does not have."""


def committed(text: str, choices: Sequence[str]) -> int | None:
    """The 0-based choice that ``text`` last commits to; ``choices`` may be empty strings where
    their texts are not known, and are then read by their letters alone.
    """
    text = _SPACED.sub(" ", _WRAPPED.sub("{", _after_thought(text).translate(_FOLDED)))
    known = _known(choices)
    starts = [0, *(match.start() for match in _NEW_QUESTION.finditer(text)), len(text)]
    statements = sorted(_statements(text, known, len(choices)))
    for start, end in pairwise(starts):
        inside = [each for each in statements if start <= each.at < end]
        if inside:
            return inside[-1].answer
    return _alone(text[: starts[1]].strip(), known, len(choices))


def _after_thought(text: str) -> str:
    """What follows the reasoning; nothing where that was never ended."""
    opened = False
    start = 0
    for match in _THOUGHT.finditer(text):
        if match[1] or match[2]:
            opened, start = False, match.end()
        elif not opened:
            opened = True
            before = match.start()
    return text[start:before] if opened else text[start:]


def _statements(text: str, known: Mapping[str, int], count: int) -> Iterator[_Statement]:
    """All statements of ``text``, in no order."""
    for match in (*_STATED.finditer(text), *_BOXED.finditer(text)):
        at = match.end()
        stated = _letter(text, at, count) or _content(text, at, known) or _refusal(text, at)
        if stated and not _is_supposed(text, match.start()):
            yield stated
    for match in _CHOSEN.finditer(text):
        if stated := _letter(text, match.end(), count):
            yield stated
    for match in _LETTER_FIRST.finditer(text):
        if not _is_supposed(text, match.start()):
            yield _Statement(match.start(1), _index(match[1], count))
    for match in _NO_ANSWER.finditer(text):
        yield _Statement(match.start(), None)


def _is_supposed(text: str, at: int) -> bool:
    """Whether what stands at ``at`` depends on an if."""
    return _SUPPOSED.search(text[max(0, at - 60) : at]) is not None


def _refusal(text: str, at: int) -> _Statement | None:
    return _Statement(at, None) if _REFUSED.match(text, at) else None


def _letter(text: str, at: int, count: int) -> _Statement | None:
    """The letter that stands at ``at``, if it is one and no word."""
    match = _LETTER.match(text, at)
    if match is None:
        return None
    letter = match["letter"]
    if letter.islower() and f"({chr(ord(letter) + 1)})" in text[match.end() : match.end() + 80]:
        return None  # (a) and (b) are parts of an answer
    if not (match["open"] + match["close"]).strip():
        if letter.islower() and not _ENDS.match(text, match.end()):
            return None
        if letter in "AI" and _GOES_ON.match(text, match.end()):
            return None
    another = _ANOTHER.match(text, match.end())
    if _DENIED.match(text, (another or match).end()):
        return None
    return _Statement(match.start("letter"), None if another else _index(letter, count))


def _index(letter: str, count: int) -> int | None:
    index = LETTERS.index(letter.upper())
    return index if index < count else None


def _content(text: str, at: int, known: Mapping[str, int]) -> _Statement | None:
    """The choice whose text stands at ``at``: up to the end of line, sentence or brace."""
    line = text[at : at + 400].lstrip(" :\n").partition("\n")[0]
    parts = [line, line.partition("}")[0]]
    parts += [line[: match.start()] for match in _SENTENCE.finditer(line)]
    for part in parts:
        index = known.get(_folded(part))
        if index is not None:
            return _Statement(at, index)
    return None


def _known(choices: Sequence[str]) -> dict[str, int]:
    """Folded text of each choice -> its index, but for texts that two choices have."""
    folded = [_folded(_WRAPPED.sub("{", choice.translate(_FOLDED))) for choice in choices]
    return {text: index for index, text in enumerate(folded) if text and folded.count(text) == 1}


def _folded(text: str) -> str:
    return _NOT_TEXT.sub(" ", text).strip().casefold()


def _alone(text: str, known: Mapping[str, int], count: int) -> int | None:
    """An answer without words around it: a letter or a choice's text, alone on the last or the
    first line, or a letter that leads its choice's text. Nothing where choices are listed.
    """
    lines = [line.strip() for line in text.split("\n") if line.strip()]
    led = [match for line in lines[:40] if (match := _LED.fullmatch(line))]
    if not lines or len(led) > 1:
        return None
    for line in dict.fromkeys((lines[-1], lines[0])):
        match = _ALONE.fullmatch(line)
        if match and not led and (match[2].isupper() or match[1] or len(lines) == 1):
            return _index(match[2], count)
        if (index := known.get(_folded(line))) is not None:
            return index
    if not led or led[0].string != lines[0]:
        return None
    index, said = _index(led[0][1], count), _folded(led[0][2])
    own = next((text for text, place in known.items() if place == index), None)
    fits = len(lines) == 1 if own is None else own.startswith(said) or said.startswith(own)
    return index if fits and not said.startswith("let s") else None
