"""How sure a model is of its answer, as a number, by what can tell it.

* ``probability``: the highest probability over the choices (MMLU, arXiv 2009.03300, 4.3);
* ``stated``: the number that it states, "Confidence: 80%";
* ``hedged``: how sure its wording sounds (`hedges`);
* ``votes``: the share of its samples that give its answer (Wang et al. 2022, arXiv 2203.11171);
* and what recorded outputs bring, by the names that they have there.

Numbers outside 0 to 1 are handed on, so that whoever counts can tell them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from mcqtest.answers.hedges import hedged
from mcqtest.answers.thoughts import said
from mcqtest.types import CONFIDENCE, Score

_UNIT = r"%|퍼센트|percent\b|/\s?10{1,2}\b|out of 10{1,2}\b"
_NUMBER = r"(-?\d{1,4}(?:[.,]\d{1,6})?|-?[.]\d{1,6})" + rf"\s{{0,2}}({_UNIT})?"
_SCALE = r"(?:\s?\(\d[^()\n]{0,20}(?:-|to|~|\u2013)[^()\n]{0,20}\))?"
"""What "(0-1)" behind the word says, which is no answer."""
_WORD = rf"(?:confidence|certainty|확신도?|신뢰도|자신감|확신 정도){_SCALE}"
_STATED = re.compile(
    rf"{_WORD}[^\d\n%.-]{{0,40}}{_NUMBER}|\b{_NUMBER}\s(?:confident|certain|sure)\b", re.IGNORECASE
)


def stated_confidence(text: str) -> float | None:
    """The confidence that a text states, the last one that it does; None where it states none.

    A number with a per cent sign, or above 1 without one, is a hundredth of what it says; "8/10"
    and "8 out of 10" are shares. What is thought is not read.
    """
    spoken = said(text)
    found = [*_STATED.finditer(text[spoken.start : spoken.end])]
    if not found:
        return None
    number, unit = (found[-1][1], found[-1][2]) if found[-1][1] else (found[-1][3], found[-1][4])
    value, unit = float(number.replace(",", ".")), (unit or "").lower()
    if unit.startswith(("/", "out")):
        return value / (100 if "100" in unit else 10)
    return value / 100 if unit or value > 1 else value


def stated_mean(texts: Sequence[str]) -> float | None:
    """Over the texts that state one; None where none does."""
    numbers = [number for number in map(stated_confidence, texts) if number is not None]
    return sum(numbers) / len(numbers) if numbers else None


def confidences(score: Score) -> Mapping[str, float]:
    """Those that there are of one answer, by name; of several texts the mean."""
    found: dict[str, float] = {}
    if score.confidence is not None:
        found["probability"] = score.confidence
    texts = [text for text in score.texts if text]
    if (number := stated_mean(texts)) is not None:
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
