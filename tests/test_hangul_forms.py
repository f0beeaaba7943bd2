"""Our reader on Korean forms, one by one: what is denied, doubted or one of several, and what is
stated all the same.
"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcqtest.answers import read
from mcqtest.types import LETTERS

NOUNS = ("가설", "나무", "다리", "라면")
NUMBERS = ("4", "6", "8", "2")


def forms(text):
    r"""Forms that stand apart by bars or on lines of their own; ``\n`` is a line end."""
    found = [form.strip() for form in text.replace("\n", "|").split("|") if form.strip()]
    return [form.replace("\\n", "\n") for form in found]


def letter(text, options=NOUNS):
    """The letter that is read, "-" where nothing is."""
    answer = read(text, options=options)
    return "-" if answer is None else LETTERS[answer]


NONE = {
    "denied": r"""
        정답은 1번이 아닙니다. | 정답은 A가 아닙니다. | 답은 1번을 제외한 것입니다.
        오답은 A입니다. | 정답은 A라고 할 수 없다 | 정답은 A라고 하기 어렵다 | 정답은 A로 볼 수 없다
        정답은 A가 될 수 없다 | 정답은 A가 맞지 않다 | 정답은 C 이외의 것이다
        정답은 A도 아니고 C도 아니다 | 정답: A(X) B(O) | 정답은 없습니다. | not (B)
    """,
    "doubted": r"""
        정답은 A인지 B인지 알 수 없습니다. | 정답은 A? | 정답은 A인가? | A가 정답인지 확인해 봅시다.
        정답은 A라고 착각하기 쉽다 | 정답은 A로 보이지만 B가 맞습니다 | A를 선택한 이유는 모른다
        A를 선택할지 B를 선택할지 고민된다.
    """,
    "supposed": r"""
        정답이 A라면 B는 틀립니다. | 만약 정답이 A이면 모순 | 정답이 A라고 하면 모순이다.
        우선 A를 선택해 보자. 그러면 모순이 생긴다. 따라서
        먼저 옳은 것은 A입니다. 다음으로 B를 검토하면
    """,
    "several": r"""
        정답은 A와 B입니다. | 정답은 A, B입니다. | 정답: A와 B | 정답은 A 또는 B입니다.
        정답은 (A)와 (B)입니다. | 정답: A/B | 정답은 A·B입니다. | 정답: A B | 정답: ①②
        정답은 A~E 중 하나입니다. | A와 B가 정답입니다. | 1번과 2번이 정답입니다.
        A와 B를 선택합니다. | 정답: A → B | 정답: A (가설), B (나무) | 정답: A) 가설, B) 나무
        정답은 A(가설)와 C(다리)입니다 | 정답은 A이고 C이다 | 정답은 A이거나 C이다
    """,
    "part of a word or of a number": r"""
        정답은 A형 간염입니다. | 정답은 C언어입니다. | 정답: B세포 | 답은 A급이다.
        정답은 E-mail입니다. | 정답: 2:1
    """,
    "no statement": "따라서 2 = x | 따라서 2번은 옳은 설명이다.",
}

STATED = {
    "A": "O2 (A) | A입니다. | 정답: A\\n\\n검토: 정답이 B인가? 아니다.",
    "B": r"""
        [정답] B | [정답] ② | 【정답】 ② | 정답 ② | 정답 2번 | ### 정답\n2번 | 최종답: 2번
        최종답: ② | 정답은? B | 정답은 다음과 같습니다: B | 정답은 다음과 같습니다.\n\nB
        정답: ⑵ | 정답: ❷
        정답: Ⓑ | 정답은 ⓑ입니다 | 정답은 (2) 입니다 | 정답은 (2)번입니다 | 정답: 2) 라마바
        정답은 2 (라마바)입니다 | 정답은 2인 것 같습니다 | 정답은 2에 해당합니다 | 정답은 2죠
        정답은 $\boxed{2번}$입니다 | 정답 번호: 2 | 정답은 이 중 B입니다. | ②번이 정답이다
        ②번을 선택합니다 | ②번입니다 | 옳은 것은 ②번입니다 | B번 | 정답은 b입니다. | 따라서 B입니다.
        따라서 B. | 따라서 B가 맞습니다. | 정답: ② | 정답은 ' B '입니다
        따라서 정답은 B. xxx 입니다 | 정답은 나무입니다. | 정답은 B, 즉 나무입니다.
        정답은 B라고 생각합니다
        정답은 A가 아니라 B입니다. | 정답은 1번이 아니라 2번입니다. | 정답은 A가 아닌 B이다
        정답: A\n수정: B | 정답: B. 이는 A와 다르다.
    """,
    "C": r"""
        답은 3번 | 최종 정답: **C** | 답: C) xxx | 정답은 B가 아니고 C입니다.
        정답은 아마 C일 것입니다 | 정답은 C여야 합니다 | 따라서 정답은 C: 다리입니다.
        정답은 C이며, A와 B는 틀린 설명이다.
    """,
    "D": r"""
        정답은 ④번입니다. | 정답④ | 정답은 D, A는 오답이다 | 다음 중 옳은 것은?\n\n정답: D
    """,
}

GOES_ON = forms(r"""
    많은 사람들이 A를 선택하지만 오답입니다. | A가 정답이라고 생각하기 쉽지만 틀렸습니다.
    A를 선택하면 틀립니다. | A를 고르면 안 된다. | 오답: A | 많은 학생이 A를 선택합니다.
    참고로 옳은 설명은 A입니다. | 나머지 보기 중 적절한 것은 A입니다.
    조건이 다르면 A가 정답입니다. | 오답 풀이\nA: 옳지 않은 것은 1번입니다.
    ### 문제 2\n정답: A | 2. 다음 중 옳은 것은?\n정답: A
    [문제 2] 무엇\n정답: A | 문 2. 무엇\n정답: A | 다음 중 옳은 것은?\n정답: A
    A를 선택합니다. | A가 정답입니다. | A입니다. | 따라서 A입니다. | 옳은 것은 A입니다.
""")
"""What takes no answer back: other people's choices, other conditions, other questions, and
statements without the word that stands before an answer.
"""
ANSWERS = forms(
    "정답: @ | 정답은 @입니다. | 답은 @이다. | 최종 답변: @ | [정답] @ | 해답: @ | 수정: @"
)


@pytest.mark.parametrize("kind", NONE)
def test_no_answer(kind):
    """What is denied, doubted, supposed, one of several, or part of something else."""
    texts = forms(NONE[kind])
    assert {text: letter(text) for text in texts} == dict.fromkeys(texts, "-")


@pytest.mark.parametrize("expected", STATED)
def test_an_answer(expected):
    """Signs, brackets, circles and polite words around a choice, and what is said instead of it."""
    texts = forms(STATED[expected])
    assert {text: letter(text) for text in texts} == dict.fromkeys(texts, expected)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2입니다.", "D"),
        ("3을 선택합니다.", "-"),
        ("정답: 8", "C"),
        ("정답은 8입니다.", "C"),
        ("정답은 2번입니다.", "B"),
    ],
)
def test_choices_that_are_numbers(text, expected):
    """A bare number is then a value, and one with 번 a choice."""
    assert letter(text, NUMBERS) == expected


def test_choices_that_hold_numbers():
    """A bare number may be that of the article and not of the choice, so it is neither."""
    assert letter("정답: 2", ("제2조", "제1조", "제3조", "제4조")) == "-"


@given(st.sampled_from(ANSWERS), st.sampled_from("BCD"), st.lists(st.sampled_from(GOES_ON)))
def test_an_answer_is_kept(answer, name, more):
    """Whatever is said below it, unless that is another answer."""
    text = answer.replace("@", name)
    assert letter("\n\n".join([text, *more])) == name


@given(
    st.lists(st.tuples(st.sampled_from(ANSWERS), st.sampled_from("BCD")), min_size=1, max_size=3),
    st.lists(st.sampled_from(["A를 선택합니다.", "따라서 A입니다.", "A가 정답입니다."])),
)
def test_an_answer_takes_back_an_answer(answers, between):
    """The last one counts, and so does one that follows weaker statements."""
    said = [f"{answer.replace('@', name)}\n\n" for answer, name in answers]
    weaker = "\n".join(between)
    assert letter(f"{weaker}\n\n{weaker.join(said)}\n\n{weaker}") == answers[-1][1]


@pytest.mark.parametrize("times", [4, 1100, 100_000])
def test_a_loop(times):
    """A model that denies without end has not answered; nor does its text take long or raise."""
    assert letter(f"정답은 {'A가 아니라 ' * times}B입니다.") == "-"
