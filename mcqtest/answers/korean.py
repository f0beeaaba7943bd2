"""Korean forms of answers. See `forms`; where a choice stands, a pattern has the groups ``named``
and ``counted``.

Choices are named by letters, and in Korean also by numbers ("2번", "최종 답변: 1") and by syllables
("(나)"); numbers in circles are written as "3번" before (`folding`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from mcqtest.answers.choices import Choices, Place
from mcqtest.answers.forms import Form, Strength
from mcqtest.answers.places import REFUSED

_SYLLABLES = "가나다라마바사아"
_OPEN = r"""["'(\[{$]{0,3}"""
_CLOSE = r"""["')\]}$]{0,3}"""
_ITEM = r"(?:보기|선택지|선지|항목|옵션|번호)"
_CLINGS = "[입이임일여예라인번로가를을와과만뿐죠에항도은는의다였및또나란]|으로|보기|선택|선지|옵션"
"""What follows a name that is no part of a word: not the 형 of "A형"."""
_NAMED = (
    rf"(?:{_ITEM}\s{{0,2}})?{_OPEN}\s?(?P<named>"
    rf"[A-Za-z](?![A-Za-z0-9_]|[-.][A-Za-z0-9]|\s?[=+<>])(?=[^가-힣]|\Z|{_CLINGS})"
    rf"|(?<=\()[{_SYLLABLES}](?=\))"
    r"|[1-9](?![0-9]|[.,:][0-9]|\s?[=+<>\xd7*/%]))"
)
_COUNTED = rf"\s?{_CLOSE}(?P<counted>\s?번{{1,2}}(?!째))?(?:\s?{_ITEM})?{_CLOSE}"
_IS = r"(?:입니다|이다|이며|이고|임\b|이에요|예요|이라고\s판|이\s됩니다|가\s됩니다|뿐|죠|다\.)"
_JUDGED = (
    "옳|맞|틀|적절|적합|알맞|올바|잘못|해당|가까|멀|먼(?!저)|부적|아닌|않은|않는|없는|타당|일치|정확|바른|"
    "다른|어긋"
)
_DO = (
    r"(?:합니다|하겠|했|한다|하였|해야|하는\s것이|함\b|하고자|하십시오|하세요|하시오|하라|\s?해\s"
    r"|\s{0,2}(?:[.\n]|\Z))"
)

FORMS = (
    Form(
        "정답: B",
        "ko",
        Strength.EXPLICIT,
        "",
        r"(?:\A\s{0,3}(?:은|는)\s{1,3}"
        r"|(?:(?<!오)정\s?답|해답|답안|답변|최종\s?답|(?<![가-힣])(?:답|수정(?=\s?:)))(?:\s?번호)?"
        r"(?:\s?\((?:Answer|정답|답)\))?"
        r"(?:\s{0,2}(?:은|는|이|으로는)(?![가-힣])|[ \t]{0,2}[:=\u2192\]]"
        r"|\s{0,2}(?=\()|\s{0,2}(?=[1-9]번)|\s{1,2}(?=[A-E]\b)"
        r"|[^\n가-힣A-Za-z0-9]{0,4}\n{1,2}(?=\W{0,3}(?:[A-J]|[1-9]번?)\W{0,3}(?:\n|\Z))))"
        r"(?:\s{0,2}[:=?])?(?:\s{0,3}(?:바로|따라서|결국|아마도?|즉|최종적으로|가장|이\s중|"
        r"다음과\s같습니다[.:]?(?=\W{0,6}(?:[A-J]\b|[1-9]번)))){0,3}\s{0,3}",
        "korean",
    ),
    Form(
        "따라서 옳지 않은 설명은 B입니다",
        "ko",
        Strength.CONCLUSION,
        "",
        rf"(?:(?:{_JUDGED})[^.\n]{{0,40}}?[가-힣]{{1,12}}(?:은|는)\s{{1,3}}(?:바로\s)?"
        r"|(?:따라서|그러므로|결론적으로|결국|그래서),?\s{1,3}"
        r"|정답은[^.\n]{1,40}?(?:이므로|이니|이라서)\s{1,2})"
        rf"(?={_NAMED}{_COUNTED}(?:{_IS}|(?:이|가)\s(?:맞|옳)(?:습니다|다)|로\b|\s{{0,2}}(?:[.:\n]|\Z)))",
        "which",
    ),
    Form(
        "B를 선택합니다",
        "ko",
        Strength.CONCLUSION,
        "",
        rf"(?<![A-Za-z0-9가-힣]){_NAMED}{_COUNTED}(?:"
        rf"(?:을|를)\s{{0,2}}(?:최종\s)?(?:정답으로\s|답으로\s)?(?:(?:선택|결정|택){_DO}|고르겠|고릅니다|골랐)"
        rf"|(?:로|으로)\s{{0,2}}(?:(?:선택|결정|답){_DO}|정답을\s(?:선택|결정){_DO})"
        rf"|(?:이|가)\s{{0,2}}(?:가장\s)?(?:정답|옳은\s답|맞는\s답|올바른\s답|적절한\s답|적합한\s답변?|답)"
        rf"(?:{_IS}|으로\s(?:판단|선택|보입)|\s{{0,2}}(?:[.\n]|\Z))"
        r"|(?:이|가)\s선택됩니다)",
        "told",
    ),
    Form(
        "B입니다.",
        "ko",
        Strength.CONCLUSION,
        "",
        rf"^\s{{0,3}}{_NAMED}{_COUNTED}(?:입니다|이다|임|이에요|예요)(?=\s{{0,2}}(?:[.,!:]|\n|\Z))",
        "told",
    ),
    Form(
        "B가 맞습니다",
        "ko",
        Strength.CONCLUSION,
        "",
        rf"\A\s{{0,3}}{_NAMED}{_COUNTED}(?:이|가)\s"
        r"(?:(?:맞|옳)(?:습니다|다)|[^.\n]{1,30}(?:설명|기술|것|답변|답|보기|선택지|내용)(?:입니다|이다))",
        "told",
    ),
    Form(
        "보기 B가 가장 적절합니다",
        "ko",
        Strength.CONCLUSION,
        "",
        r"(?:^|(?<=[.!?\n]\s)|(?<=[가-힣],\s))\s{0,3}(?:(?:제|내)\s?생각에는?\s|저는\s|따라서,?\s|그러므로,?\s|결국\s|그래서\s)?"
        rf"{_NAMED}{_COUNTED}(?:이|가)\s{{1,2}}(?:가장\s)?"
        r"(?:적절|적합|타당|알맞|맞|옳|올바)(?:합니다|하다|습니다|다|는\s것\s같|은\s것\s같|한\s것\s같|하다고\s생각|"
        r"다고\s생각|다고\s봅)(?![^.\n]{0,12}(?:않|없|아니))",
        "told",
    ),
    Form(r"\boxed{2번}", "ko", Strength.EXPLICIT, "", r"\\f?box(?:ed)?\s?\{", "counted"),
    Form(
        "정답이 없습니다",
        "ko",
        Strength.EXPLICIT,
        "",
        r"(?:(?<!오)정답|(?<![가-힣])답|선택지)(?:은|는|이|가|을|를)?\s{0,2}"
        r"(?:없|존재하지|(?:찾|고르|선택하|결정하|제시하|제공하)[가-힣]{0,2}\s?수\s없)",
        "none",
    ),
)
"""The words of all these are looked for all over a text that has Korean in it."""
_COMPILED = [(form, re.compile(form.words, re.MULTILINE)) for form in FORMS]
_ELSEWHERE = [each for each in _COMPILED if each[0].takes == "counted"]
"""What a text can say that has no syllable of Hangul; a test sees that all others need one."""
_HANGUL = re.compile("[가-힣]")

_OTHERS = re.compile(
    r"(?:사람|학생|수험생|실수|흔히|오답|틀린|만약|만일|라면|다르면|바뀌|때는|먼저|우선|일단)[^.\n]{0,30}\Z"
)
"""Before a choice that somebody else takes, or would take if, or that is the first of many."""
_SEVERAL = re.compile(r"(?:[A-J]|[1-9])\s?번?\s?(?:,|와|과|및|또는|·|/|하고|이나|나)\s{0,2}\Z")
"""Before a choice that is one of several."""
_PLACE = re.compile(rf"{_NAMED}{_COUNTED}")
_ENDS = re.compile(
    rf"\s?(?:{_IS}|이?라고|로\b|으로\b|이\b|가\b|인\s것|에\s해당)|\s{{0,2}}(?:[.,;:!\n)\]]|\Z)|\s?\(|(?<=[)\]])\s"
)
"""What may follow a small letter, or a number without 번, if it is that of a choice."""
_ANOTHER = re.compile(
    rf"\s{{0,2}}(?:,|와|과|또는|혹은|이나|나|및|그리고|하고|or|and|[&/·ㆍ~\u223c\u2192]|->)\s{{0,2}}{_OPEN}"
    r"(?:[A-J](?![A-Za-z0-9]|(?:은|는)\s)|[1-9](?:번|(?![0-9가-힣.])))"
    r"|[ ]{0,2}(?:[1-9]번|(?<= )[A-J](?=[ ]?(?:[.,\n]|\Z|입니다)))"
)
"""A second choice: nothing was chosen."""
_SECOND = re.compile(
    r"[^\n.,]{0,25}(?:,|와|과|이고|이거나|또는|및)\s?[A-J](?:\)|\s?\(|입니다|이다)"
)
"""A second choice behind what is said of the first: "A (가설), B (나무)"."""
_INSTEAD = re.compile(
    r"(?:(?:이|가)?\s{0,2}(?:아니라|아니고|아닌)|(?:와|과)는?\s(?:달리|다르게)),?\s{1,2}"
)
_DENIED = re.compile(
    r"(?:이|가|은|는)?\s{0,2}(?:아니|아닌|아님|아닙|말고|없|인지|일지|일\s?수도|(?:을|를)?\s?제외)"
    r"|(?:이|가)?\s?(?:이?라면|이면|이?라고\s?(?:하면|하기|할|볼|가정|착각|생각하기\s쉽)|일\s?경우|인\s?경우)"
    r"|이?라는\s?오해|인가|\s?\?|로\s(?:볼\s수|보이지만)|(?:이|가)\s(?:될|맞지|맞는지|틀)|도\s아니"
    r"|\s?이외|(?:을|를)\s뺀|(?:이|였)었?으나|\s?\([Xx\xd7]\)"
)
"""Behind a choice that is none, or only supposed."""


def find(text: str, known: Choices) -> Iterator[tuple[Place, Form]]:
    """All statements in Korean, in no order."""
    if text.isascii():  # most texts of other benchmarks: there is nothing to find
        return
    for form, pattern in _COMPILED if _HANGUL.search(text) else _ELSEWHERE:
        for match in pattern.finditer(text):
            if found := _read(form.takes, text, match, known):
                yield found, form


def _read(takes: str, text: str, match: re.Match[str], known: Choices) -> Place | None:
    """What a form that was found names."""
    if takes == "korean":
        return _headed(text, match.end(), known)
    if takes == "none":
        return Place(match.start(), match.start(), None)
    if takes == "told":
        return _told(text, match, known)
    place = _PLACE.match(text, match.end())
    if takes == "counted":
        return _named(text, place, known) if place and place["counted"] else None
    before = text[max(0, match.start() - 12) : match.start()]
    return None if _OTHERS.search(before) else _named(text, place, known)


def _told(text: str, match: re.Match[str], known: Choices) -> Place | None:
    """The choice that a statement begins with."""
    before = text[max(0, match.start() - 40) : match.start()]
    index = _index(match["named"], known)
    if index is None or _is_value(match, known) or _OTHERS.search(before):
        return None
    return Place(*match.span("named"), None if _SEVERAL.search(before) else index)


def _headed(text: str, at: int, known: Choices) -> Place | None:
    """What stands behind the word "answer"."""
    worded = known.content(text, at)
    if worded and known.is_long(worded):
        return worded
    if found := _named(text, _PLACE.match(text, at), known) or worded:
        return found
    refused = REFUSED.match(text, at)
    return refused and Place(at, refused.end(), None)


def _index(name: str, known: Choices) -> int | None:
    if name in _SYLLABLES:
        index = _SYLLABLES.index(name)
        labels = any(set(each) <= {*_SYLLABLES, " "} for each in known.texts)
        return index if index < known.count and not labels else None
    return known.named(name)


def _is_value(match: re.Match[str], known: Choices) -> bool:
    """Whether a number may be one and not the name of a choice."""
    return match["named"].isdigit() and match["counted"] is None and known.has_numbers


def _named(text: str, match: re.Match[str] | None, known: Choices) -> Place | None:
    """The choice that is named by a letter or number, unless it is denied, or one of several, or
    the number may be a value. "A가 아니라 B" is B.
    """
    instead = None
    for _ in range(3):
        if match is None or not (again := _INSTEAD.match(text, match.end())):
            break
        instead, match = again, _PLACE.match(text, again.end())
    if match is None or _is_value(match, known) or _DENIED.match(text, match.end()):
        return None
    name, end = match["named"], match.end()
    is_bare = not name.isupper() and match["counted"] is None
    if (is_bare or instead) and not _ENDS.match(text, end):
        return None
    another = _ANOTHER.match(text, end) or _SECOND.match(text, end)
    return Place(*match.span("named"), None if another else _index(name, known))
