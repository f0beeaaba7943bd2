"""Korean phrases by which texts state an answer, for `mcqtest.reader`.

Choices are named by letters, and in Korean also by numbers ("2번", "③", "최종 답변: 1"); circled
numbers are written as "3번" before these patterns are applied. Every repetition is bounded.
"""

from __future__ import annotations

import re

CIRCLED = {chr(0x2460 + at): f"{at + 1}번" for at in range(9)}
"""Circled number -> how it is read."""

_OPEN = r"""["'(\[{$]{0,3}"""
_CLOSE = r"""\s?["')\]}$]{0,3}"""
_ITEM = r"(?:보기|선택지|선지|항목|옵션|번호)"
_NAMED = rf"(?:{_ITEM}\s{{0,2}})?{_OPEN}(?P<named>[A-J](?![A-Za-z0-9])|[1-9](?![0-9]|[.,][0-9]))"
_COUNTED = rf"(?P<counted>\s?번(?![가-힣]?째))?(?:\s?{_ITEM})?{_CLOSE}"
_IS = r"(?:입니다|이다|이며|이고|임\b|이에요|예요|이라고|라고|이 됩니다|가 됩니다|뿐)"
_JUDGED = (
    "옳|맞|틀|적절|적합|알맞|올바|잘못|해당|가까|멀|먼|부적|아닌|않은|않는|없는|타당|일치|정확|바른|"
    "다른|어긋"
)

HEAD = re.compile(
    r"(?:\A\s{0,3}(?:은|는)\s{1,3}|(?:정\s?답|해답|답안|답변|(?<![가-힣])답)(?:\s?\((?:Answer|정답|답)\))?"
    r"(?:\s{0,2}(?:은|는|이|으로는)(?![가-힣])|\s{0,2}[:=\u2192]|\s{0,2}(?=\()|\s{1,2}(?=[A-E]\b)))"
    r"(?:\s{0,2}[:=])?(?:\s{0,3}(?:바로|따라서|결국|아마도?|즉|최종적으로|가장|보기|선택지|선지))"
    r"{0,3}\s{0,3}",
    re.IGNORECASE,
)
"""Behind it stands what is stated: "최종 답변: ", "정답은 ", "정답 (Answer): "."""
WHICH = re.compile(
    rf"(?:{_JUDGED})[^.\n]{{0,40}}?[가-힣]{{1,12}}(?:은|는)\s{{1,3}}(?:바로\s)?"
    rf"(?={_NAMED}{_COUNTED}(?:{_IS}|로\b|\s{{0,2}}(?:[.:\n]|\Z)))",
)
"""Behind it stands a choice: "따라서 옳지 않은 설명은 2번입니다"."""
CHOSEN = re.compile(
    rf"(?<![A-Za-z0-9가-힣]){_NAMED}{_COUNTED}"
    r"(?:(?:을|를|로|으로|인)\s{0,2}(?:선택(?!지)|고르|골라|정답|답|결정|택)(?![가-힣]{0,4}지\s않|[가-힣]{0,3}\s수\s없)"
    rf"|(?:이|가)\s{{0,2}}(?:가장\s)?(?:정답|옳은 답|맞는 답|올바른 답|적절한 답|답|선택됩)"
    r"(?!이? 아|이? 될 수 없))"
)
"""A choice that is told to be the answer: "D가 정답입니다", "B를 선택"."""
SAID = re.compile(
    rf"^\s{{0,3}}{_NAMED}{_COUNTED}{_CLOSE}(?:입니다|이다|임|이에요|예요)"
    r"(?=\s{0,2}(?:[.,!:]|\n|\Z))",
    re.MULTILINE,
)
"""A choice that a line begins with: "A입니다."."""
RIGHT = re.compile(
    rf"\A\s{{0,3}}{_NAMED}{_COUNTED}(?:이|가)\s"
    r"(?:(?:맞|옳)(?:습니다|다)|[^.\n]{1,30}(?:설명|기술|것|답변|답|보기|선택지|내용)(?:입니다|이다))"
)
"""A choice that the text begins with: "A가 맞습니다.", "B가 옳지 않은 설명입니다."."""
PLACE = re.compile(rf"{_NAMED}{_COUNTED}")
ENDS = re.compile(rf"{_IS}|\s{{0,2}}(?:[.,;:!\n]|\Z)|로\b|으로\b|이\b|가\b|\s\(")
"""What may follow a number that is said without 번, if it is that of a choice."""
ANOTHER = re.compile(
    rf"\s{{0,2}}(?:,|와|과|또는|혹은|이나|나|및|그리고|하고|or|and|&)\s{{0,2}}{_OPEN}"
    r"(?:[A-J](?![A-Za-z0-9])|[1-9](?:번|(?![0-9가-힣.])))"
)
"""A second choice: nothing was chosen."""
DENIED = re.compile(r"(?:이|가|은|는)?\s{0,2}(?:아니|아닌|아님|말고|제외|없|인지|일\s?수도)")
NO_ANSWER = re.compile(
    r"(?:정답|(?<![가-힣])답|선택지)(?:은|는|이|가|을|를)?\s{0,2}"
    r"(?:없|존재하지|(?:찾|고르|선택하|결정하|제시하|제공하)[가-힣]{0,2}\s?수\s없)"
)
COPULA = re.compile(r"""\s?["')\]]{0,2}(?:입니다|이다|이며|이고|임|이에요|예요)[.,!]?\s*\Z""")


def without_copula(text: str) -> str:
    """The text without what clings to that of a choice: "바로 그것입니다" is "바로 그것"."""
    end = text[-12:]
    found = None if end.isascii() else COPULA.search(end)
    return text[: len(text) - len(end) + found.start()] if found else text


NEW_QUESTION = (
    r"(?:다음\s)?(?:질문|문제|문항)\s{0,2}(?:\(Question\))?\s{0,2}\d{0,3}\s{0,2}"
    r"(?:[:.)]|\((?:Question|Problem)\)\s{0,2}:)"
)
"""Where a text begins to speak of other questions."""
WHOLE = re.compile(
    r"(?:(?:[^()\n]{0,60}[가-힣][^()\n]{0,20}|[^()\s]{1,12}\s?)\(([A-J])\)|([1-9])번?)\.?"
)
"""A choice's text and its letter, or its number, and nothing else."""
LED = re.compile(r"([1-9])[:.)]\s{0,3}(\S.{0,400})")
"""A number that leads what may be its choice's text."""
VALUE = re.compile(r"[-+￦$]?\s?[0-9][0-9., /]{0,20}[^\s0-9]{0,8}")
"""The text of a choice that is a number, with its unit."""
