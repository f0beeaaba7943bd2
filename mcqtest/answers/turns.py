"""Where a text begins to speak of other questions, or of several at once: what it answers there is
another answer, if it has answered before.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

_KOREAN = (
    r"(?:다음\s)?(?:질문|문제|문항)\s{0,2}(?:\(question\))?\s{0,2}\d{0,3}\s{0,2}"
    r"(?:[:.)]|\((?:question|problem)\)\s{0,2}:)"
    r"|(?:질문|문제|문항)[ \t]{0,2}\d{1,3}[ \t]{0,2}$|\[(?:질문|문제|문항)\s?\d{1,3}\]"
    r"|문\s?\d{1,3}[.)]"
    r"|(?:\d{1,3}[.)]\s{1,3})?다음\s(?:중|글|설명)"
)
_ASKED = (
    r"(?:question|problem|exercise|q|human|user|student|instruction|frage|pregunta|pergunta|domanda|"
    r"вопрос|问题|題目|题目|問題)"
)
_QUESTION = re.compile(
    rf"^[ \t#>]{{0,6}}(?:(?:(?:next|new|another) {{1,2}})?{_ASKED} {{0,2}}(?:no\.? {{0,2}})?"
    r"(?:#? ?\d{0,3} {0,2}[:.)]|#? ?\d{1,3}[ \t]{0,2}$)"
    r"|#{1,6} {1,2}(?:(?:next|new|another) )?(?:question|problem|exercise|example)\b.{0,20}$"
    r"|example {1,2}\d{1,3} ?[:.)]|={2,4} ?\w{1,20} ?={2,4}|(?:response|support)="
    rf"|\d{{1,2}}[.)] {{1,3}}(?:the )?answer\b(?: is\b|:)|{_KOREAN})"
    r"|(?<=[.!?)\]])(?:user|human)\n|^(?:user|human)[ \t]{0,2}$",
    re.MULTILINE,
)
"""The head of a question, or of what somebody else says."""
_ANSWERS = re.compile(
    r"(?:\b(?:summar|combin|collect|compil|list|review|recap|repeat|gather|conclud|restat|overview)"
    r"|\bput\w{0,5} together|\bgo over|\bhere are|\bthese are|\bbelow are|\b(?:final|correct) "
    r"answers (?:to|for)|\ball(?: of)? the)[^.\n]{0,60}?\banswers\b[^.\n]{0,40}$"
    r"|\banswers (?:to|for) (?:all|each|these|the)(?: \w{1,12}){0,3} (?:questions|problems)"
    r"|^\W{0,4}(?:(?:final|correct|the|my) ){0,2}answers ?:|^\W{0,4}answer key\b(?!: ?[a-z]\b)"
    r"|(?:resum|r\xe9sum|zusammenfass)[^.\n]{0,30}(?:respuestas|r\xe9ponses|antworten)"
    r"|(?:以上|所有|全部|各题)的?(?:答案|回答)|(?:すべて|全て|全部)の(?:答え|解答|回答)"
    r"|(?:모든|전체|각|위의?)\s?(?:문제|질문)?(?:의|들의)?\s?(?:정답|답변|답)들?(?:을|를)\s?(?:정리|요약|종합)",
    re.MULTILINE,
)
"""It is about to tell several answers: "Now, let us summarize all the answers"."""


def parts(low: str) -> Iterator[tuple[int, int]]:
    """Where a text, in small letters, begins and ends to speak of this question, and then of what
    comes with another question, another speaker or a summary of answers.
    """
    places = [match.start() for match in _QUESTION.finditer(low)]
    if "answers" in low or "respuestas" in low or "answer key" in low or not low.isascii():
        places += [match.start() for match in _ANSWERS.finditer(low)]
    return pairwise([0, *sorted(places), len(low)])
