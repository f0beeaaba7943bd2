"""How sure a model is of its answer, as a number, by what can tell it.

* ``probability``: the highest probability over the choices (MMLU, arXiv 2009.03300, 4.3);
* ``stated``: the number that it states, "Confidence: 80%";
* ``tokens``: the probability of the tokens that spell the answer, in a text;
* ``hedged``: how sure its wording sounds (`hedges`);
* ``votes``: the share of its samples that give its answer (Wang et al. 2022, arXiv 2203.11171);
* and what recorded outputs bring, by the names that they have there.

Numbers outside 0 to 1 are handed on, so that whoever counts can tell them.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence

from mcqtest.answers.hedges import hedged
from mcqtest.answers.reader import find
from mcqtest.answers.thoughts import said
from mcqtest.types import CONFIDENCE, Question, Response, Score

_UNIT = r"%|퍼센트|percent\b|/\s?10{1,2}\b|out of 10{1,2}\b"
_NUMBER = r"(-?\d{1,4}(?:[.,]\d{1,6})?|-?[.]\d{1,6})" + rf"\s{{0,2}}({_UNIT})?"
_SCALE = r"(?:\s?\(\d[^()\n]{0,20}(?:-|to|~|\u2013)[^()\n]{0,20}\))?"
"""What "(0-1)" behind the word says, which is no answer."""
_WORD = rf"(?:confidence|certainty|확신도?|신뢰도|자신감|확신 정도){_SCALE}"
_STATED = re.compile(
    rf"{_WORD}[^\d\n%.-]{{0,40}}{_NUMBER}|\b{_NUMBER}\s(?:confident|certain|sure)\b", re.IGNORECASE
)


_WORDS = ("conf", "certa", "sure", "확신", "신뢰도", "자신감")
"""What any of them has, in small letters: to look for these takes a hundredth of the time."""


def stated_confidence(text: str) -> float | None:
    """The confidence that a text states, the last one that it does; None where it states none.

    A number with a per cent sign, or above 1 without one, is a hundredth of what it says; "8/10"
    and "8 out of 10" are shares. What is thought is not read.
    """
    small = text.casefold()
    if not any(word in small for word in _WORDS):
        return None
    spoken = said(text)
    found = [*_STATED.finditer(text[spoken.start : spoken.end])]
    if not found:
        return None
    number, unit = (found[-1][1], found[-1][2]) if found[-1][1] else (found[-1][3], found[-1][4])
    value, unit = float(number.replace(",", ".")), (unit or "").lower()
    if unit.startswith(("/", "out")):
        return value / (100 if "100" in unit else 10)
    return value / 100 if unit or value > 1 else value


def brought(question: Question, responses: Sequence[Response]) -> dict[str, float]:
    """What an answer brings of how sure the model was, as details of its score: what a recording
    says; what texts state, and how probable the tokens of their answers were, each the mean over
    those texts that have it.
    """
    texts = [each.text for each in responses if each.text is not None]
    found = dict(responses[0].confidences)
    if texts:
        means = {
            "stated": _mean(map(stated_confidence, texts)),
            "tokens": _mean(answer_probability(each, question.choices) for each in responses),
        }
        for name, mean in means.items():
            if mean is not None:
                found.setdefault(name, mean)
    return {f"{CONFIDENCE}{name}": value for name, value in found.items()}


def answer_probability(response: Response, choices: Sequence[str]) -> float | None:
    """The product of the probabilities of those tokens that spell the answer which our reader finds
    in a text; None where it finds none, or nothing is known of its tokens. Of a letter it is that
    of the letter once all before it is written.
    """
    if not response.spelled or response.text is None:
        return None
    found = find(response.text, choices)
    if found is None:
        return None
    begins = (0, *(end for end, _ in response.spelled))
    of = [
        logprob
        for begin, (end, logprob) in zip(begins, response.spelled, strict=False)
        if begin < found.end and end > found.start
    ]
    return math.exp(min(0.0, math.fsum(of))) if of else None


def _mean(numbers: Iterable[float | None]) -> float | None:
    """Of those that there are; None where there are none."""
    known = [number for number in numbers if number is not None]
    return sum(known) / len(known) if known else None


def confidences(score: Score) -> Mapping[str, float]:
    """Those that there are of one answer, by name; of several texts the mean."""
    found: dict[str, float] = {}
    if score.confidence is not None:
        found["probability"] = score.confidence
    texts = [text for text in score.texts if text]
    if (number := _mean(map(stated_confidence, texts))) is not None:
        found["stated"] = number
    if texts and score.confidence is None:
        found["hedged"] = sum(map(_heard, texts)) / len(texts)
    if len(votes := score.votes) > 1:
        found["votes"] = votes.count(score.answer) / len(votes) if score.answer is not None else 0.0
    for name, value in score.details.items():
        if name.startswith(CONFIDENCE):
            found[name.removeprefix(CONFIDENCE)] = value
    return found


def _heard(text: str) -> float:
    spoken = said(text)
    return hedged(text[spoken.start : spoken.end])
