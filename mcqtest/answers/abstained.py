"""Whether a text says that it does not know, and names no answer."""

from __future__ import annotations

import re

from mcqtest.answers.thoughts import said

_ALONE = re.compile(
    r"(?:(?:final |the )*answer(?: is)?|정답(?:은)?|답(?:은)?)?[\s:*\"'(]*"
    r"(?:idk|n/?a|none|unknown|unsure|no answer|abstain|pass"
    r"|모름|모르겠(?:습니다|어요|음|다)?|기권)"
    r"[\s.*\"')!]*",
    re.IGNORECASE,
)
"""The whole of a text, or its last line."""

_SAID = re.compile(
    r"\bi (?:really |simply |honestly )?(?:do not|don'?t) know\b|\bidk\b"
    r"|\bi(?:'m| am) (?:not sure|unsure|unable to (?:answer|determine))"
    r"|\bi (?:can ?not|can'?t|could not|couldn'?t) (?:answer|determine|say|tell)\b"
    r"|\bi (?:abstain|(?:will|would|'ll) (?:abstain|not answer))\b"
    r"|모르겠(?:습니다|어요|다|음)|알 수 없(?:습니다|어요|다)|답(?:을|할) (?:알 )?수 없",
    re.IGNORECASE,
)
"""Anywhere in the last lines of what is said."""

_LAST = 300
"""Characters that count as those."""


def abstains(text: str) -> bool:
    """Whether a text in which no answer can be read says that it gives none: IDK, N/A, "I don't
    know", 모르겠습니다. Ask it of no other text: who doubts and then answers does not abstain. What
    is thought says nothing (`thoughts`).
    """
    spoken = said(text)
    heard = text[spoken.start : spoken.end].strip().replace("\u2019", "'")
    last = heard.rpartition("\n")[2].strip()
    if _ALONE.fullmatch(heard) or (last and _ALONE.fullmatch(last)):
        return True
    return _SAID.search(heard[-_LAST:]) is not None
