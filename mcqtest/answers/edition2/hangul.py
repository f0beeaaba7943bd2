"""Korean phrases by which texts state an answer, for `mcqtest.answers.edition2.reader`.

Choices are named by letters, and in Korean also by numbers ("2번", "③", "최종 답변: 1"); numbers in
circles are written as "3번" before these patterns are applied. Every repetition is bounded.
"""

from __future__ import annotations

import re

CIRCLED = {
    **{chr(first + at): f"{at + 1}번" for first in (0x2460, 0x2474, 0x2776) for at in range(9)},
    **{chr(first + at): chr(ord("A") + at) for first in (0x24B6, 0x24D0) for at in range(26)},
}
"""A number or letter in a circle or brackets -> how it is read."""

_OPEN = r"""["'(\[{$]{0,3}"""
_CLOSE = r"""["')\]}$]{0,3}"""
_ITEM = r"(?:보기|선택지|선지|항목|옵션|번호)"
_CLINGS = "[입이임일여예라인번로가를을와과만뿐죠에항도은는의다였및또나란]|으로|보기|선택|선지|옵션"
"""What follows a name that is no part of a word: not the 형 of "A형"."""
_NAMED = (
    rf"(?:{_ITEM}\s{{0,2}})?{_OPEN}\s?(?P<named>"
    rf"[A-Za-z](?![A-Za-z0-9_]|[-.][A-Za-z0-9]|\s?[=+<>])(?=[^가-힣]|\Z|{_CLINGS})"
    r"|[1-9](?![0-9]|[.,:][0-9]|\s?[=+<>\xd7*/%]))"
)
_COUNTED = rf"\s?{_CLOSE}(?P<counted>\s?번{{1,2}}(?!째))?(?:\s?{_ITEM})?{_CLOSE}"
_IS = r"(?:입니다|이다|이며|이고|임\b|이에요|예요|이라고\s판|이\s됩니다|가\s됩니다|뿐|죠|다\.)"
_JUDGED = (
    "옳|맞|틀|적절|적합|알맞|올바|잘못|해당|가까|멀|먼(?!저)|부적|아닌|않은|않는|없는|타당|일치|정확|바른|"
    "다른|어긋"
)

HEAD = re.compile(
    r"(?:\A\s{0,3}(?:은|는)\s{1,3}"
    r"|(?:(?<!오)정\s?답|해답|답안|답변|최종\s?답|(?<![가-힣])(?:답|수정(?=\s?:)))(?:\s?번호)?(?:\s?\((?:Answer|정답|답)\))?"
    r"(?:\s{0,2}(?:은|는|이|으로는)(?![가-힣])|[ \t]{0,2}[:=\u2192\]]|\s{0,2}(?=\()"
    r"|\s{0,2}(?=[1-9]번)|\s{1,2}(?=[A-E]\b)|[^\n가-힣A-Za-z0-9]{0,4}\n{1,2}(?=\W{0,3}(?:[A-J]|[1-9]번?)\W{0,3}(?:\n|\Z))))"
    r"(?:\s{0,2}[:=?])?(?:\s{0,3}(?:바로|따라서|결국|아마도?|즉|최종적으로|가장|이\s중|다음과\s같습니다[.:]?(?=\W{0,6}(?:[A-J]\b|[1-9]번))))"
    r"{0,3}\s{0,3}",
)
"""Behind it stands what is stated: "최종 답변: ", "정답은 ", "정답 (Answer): ", "[정답] "."""
WHICH = re.compile(
    rf"(?:(?:{_JUDGED})[^.\n]{{0,40}}?[가-힣]{{1,12}}(?:은|는)\s{{1,3}}(?:바로\s)?"
    r"|(?:따라서|그러므로|결론적으로|결국|그래서),?\s{1,3})"
    rf"(?={_NAMED}{_COUNTED}(?:{_IS}|(?:이|가)\s(?:맞|옳)(?:습니다|다)|로\b|\s{{0,2}}(?:[.:\n]|\Z)))",
)
"""Behind it stands a choice: "따라서 옳지 않은 설명은 2번입니다", "결국 B입니다"."""
_DO = (
    r"(?:합니다|하겠|했|한다|하였|해야|하는\s것이|함\b|하고자|하십시오|하세요|하시오|하라|\s?해\s"
    r"|\s{0,2}(?:[.\n]|\Z))"
)
CHOSEN = re.compile(
    rf"(?<![A-Za-z0-9가-힣]){_NAMED}{_COUNTED}(?:"
    rf"(?:을|를)\s{{0,2}}(?:최종\s)?(?:정답으로\s|답으로\s)?(?:(?:선택|결정|택){_DO}|고르겠|고릅니다|골랐)"
    rf"|(?:로|으로)\s{{0,2}}(?:(?:선택|결정|답){_DO}|정답을\s(?:선택|결정){_DO})"
    rf"|(?:이|가)\s{{0,2}}(?:가장\s)?(?:정답|옳은\s답|맞는\s답|올바른\s답|적절한\s답|적합한\s답변?|답)"
    rf"(?:{_IS}|으로\s(?:판단|선택|보입)|\s{{0,2}}(?:[.\n]|\Z))"
    r"|(?:이|가)\s선택됩니다)"
)
"""A choice that is told to be the answer: "D가 정답입니다", "B를 선택합니다"."""
OTHERS = re.compile(
    r"(?:사람|학생|수험생|실수|흔히|오답|틀린|만약|만일|라면|다르면|바뀌|때는|먼저|우선|일단)[^.\n]{0,30}\Z"
)
"""Before a choice that somebody else takes, or would take if, or that is the first of many."""
SEVERAL = re.compile(r"(?:[A-J]|[1-9])\s?번?\s?(?:,|와|과|및|또는|·|/|하고|이나|나)\s{0,2}\Z")
"""Before a choice that is one of several."""
SAID = re.compile(
    rf"^\s{{0,3}}{_NAMED}{_COUNTED}(?:입니다|이다|임|이에요|예요)(?=\s{{0,2}}(?:[.,!:]|\n|\Z))",
    re.MULTILINE,
)
"""A choice that a line begins with: "A입니다."."""
RIGHT = re.compile(
    rf"\A\s{{0,3}}{_NAMED}{_COUNTED}(?:이|가)\s"
    r"(?:(?:맞|옳)(?:습니다|다)|[^.\n]{1,30}(?:설명|기술|것|답변|답|보기|선택지|내용)(?:입니다|이다))"
)
"""A choice that the text begins with: "A가 맞습니다.", "B가 옳지 않은 설명입니다."."""
PLACE = re.compile(rf"{_NAMED}{_COUNTED}")
ENDS = re.compile(
    rf"\s?(?:{_IS}|이?라고|로\b|으로\b|이\b|가\b|인\s것|에\s해당)|\s{{0,2}}(?:[.,;:!\n)\]]|\Z)|\s?\(|(?<=[)\]])\s"
)
"""What may follow a small letter, or a number without 번, if it is that of a choice."""
ANOTHER = re.compile(
    rf"\s{{0,2}}(?:,|와|과|또는|혹은|이나|나|및|그리고|하고|or|and|[&/·ㆍ~\u223c\u2192]|->)\s{{0,2}}{_OPEN}"
    r"(?:[A-J](?![A-Za-z0-9]|(?:은|는)\s)|[1-9](?:번|(?![0-9가-힣.])))"
    r"|[ ]{0,2}(?:[1-9]번|(?<= )[A-J](?=[ ]?(?:[.,\n]|\Z|입니다)))"
)
"""A second choice: nothing was chosen."""
SECOND = re.compile(r"[^\n.,]{0,25}(?:,|와|과|이고|이거나|또는|및)\s?[A-J](?:\)|\s?\(|입니다|이다)")
"""A second choice behind what is said of the first: "A (가설), B (나무)"."""
INSTEAD = re.compile(r"(?:이|가)?\s{0,2}(?:아니라|아니고|아닌),?\s{1,2}")
DENIED = re.compile(
    r"(?:이|가|은|는)?\s{0,2}(?:아니|아닌|아님|아닙|말고|없|인지|일지|일\s?수도|(?:을|를)?\s?제외)"
    r"|(?:이|가)?\s?(?:이?라면|이면|이?라고\s?(?:하면|하기|할|볼|가정|착각|생각하기\s쉽)|일\s?경우|인\s?경우)"
    r"|이?라는\s?오해|인가|\s?\?|로\s(?:볼\s수|보이지만)|(?:이|가)\s(?:될|맞지|맞는지|틀)|도\s아니"
    r"|\s?이외|(?:을|를)\s뺀|(?:이|였)었?으나|\s?\([Xx\xd7]\)"
)
"""Behind a choice that is none, or only supposed."""
NO_ANSWER = re.compile(
    r"(?:(?<!오)정답|(?<![가-힣])답|선택지)(?:은|는|이|가|을|를)?\s{0,2}"
    r"(?:없|존재하지|(?:찾|고르|선택하|결정하|제시하|제공하)[가-힣]{0,2}\s?수\s없)"
)
COPULA = re.compile(r"""\s?["')\]]{0,2}(?:입니다|이다|이며|이고|임|이에요|예요)[.,!]?\s*\Z""")
"""What clings to the text of a choice."""


def without_copula(text: str) -> str:
    """The text without what clings to that of a choice: "바로 그것입니다" is "바로 그것"."""
    end = text[-12:]
    found = None if end.isascii() else COPULA.search(end)
    return text[: len(text) - len(end) + found.start()] if found else text


NEW_QUESTION = (
    r"(?:다음\s)?(?:질문|문제|문항)\s{0,2}(?:\(Question\))?\s{0,2}\d{0,3}\s{0,2}"
    r"(?:[:.)]|\((?:Question|Problem)\)\s{0,2}:)"
    r"|(?:질문|문제|문항)[ \t]{0,2}\d{1,3}[ \t]{0,2}$|\[(?:질문|문제|문항)\s?\d{1,3}\]"
    r"|문\s?\d{1,3}[.)]"
    r"|(?:\d{1,3}[.)]\s{1,3})?다음\s(?:중|글|설명)"
)
"""Where a text begins to speak of other questions."""
WHOLE = re.compile(
    r"(?:(?:[^()\n]{0,60}[가-힣][^()\n]{0,20}|[A-Z0-9+-]{1,8}\s?)\(([A-J])\)|([1-9])번?|([A-J])번)\.?"
)
"""A choice's text and its letter, or its number, and nothing else."""
LED = re.compile(r"([1-9])[:.)]\s{0,3}(\S.{0,400})")
"""A number that leads what may be its choice's text."""
VALUE = re.compile(r"(?:제\s?)?[-+￦$]?\s?[0-9][0-9., /]{0,20}[^\s0-9]{0,8}")
"""The text of a choice that is a number, with its unit."""
