"""Our reader on Korean texts: a stated letter or number is read, whatever stands around it."""

from unittest.mock import patch

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mcqtest.answers import korean, read
from mcqtest.answers.reader import committed
from mcqtest.types import LETTERS


def forms(text):
    r"""Forms that stand apart by bars or on lines of their own; ``\n`` is a line end."""
    found = [form.strip() for form in text.replace("\n", "|").split("|") if form.strip()]
    return [form.replace("\\n", "\n") for form in found]


# "@" stands for a letter or a number.
STATEMENTS = forms(r"""
    정답: @ | 정답 : @ | 정답:@ | 정답：@ | 정답 ： @ | 정답: (@) | 정답: [@] | 정답: **@**
    **정답: @** | **정답:** @ | 정답: "@" | 정답: 「@」 | ### 정답: @ | 정답:\n@ | 정답=@
    정답 → @ | 정답 (Answer): @ | 정답은 @ | 정답은 @입니다 | 정답은 @이다 | 정답은 (@)입니다
    정답은 **@**입니다 | 정답은 '@'입니다 | 정답은 “@”입니다 | 정답은 바로 @입니다
    정답은 @라고 생각합니다 | 정답이 @입니다 | 정답은: @ | 정답은 @이며, 나머지는 틀립니다
    정답은 @예요 | 정답은 @가 됩니다 | 그러므로 정답은 @이다 | 따라서 정답: @ | 정답: $@$
    정답은 보기 @입니다 | 정답은 선택지 @입니다 | 정답: 선택지 (@) | 답: @ | 답은 @입니다 | 답은 @
    최종 답변: @ | 최종 답변은 @입니다 | 최종 정답: @ | 해답: @ | 최종 정답은 **@**입니다
    해답은 @이다 | 답안: @ | 따라서 옳은 것은 @입니다 | 틀린 것은 @이다
    따라서 옳지 않은 설명은 @이다 | 가장 적절한 것은 @입니다 | @가 정답입니다 | @이 정답이다
    @를 정답으로 선택합니다 | @를 선택합니다 | @을 고르겠습니다 | @입니다
""")  # noqa: RUF001
LETTERED = forms(r"""
    정답 @ | ### 정답\n@ | 최종답: @ | 정답은 (@) 입니다 | 정답은 $\boxed{@}$입니다
    정답: @. 가나다 | 답: @) 가나다 | 따라서 정답은 @. 가나다 입니다 | 정답은 **@) 가나다**입니다
    정답은 @번입니다
""")
"""Forms that are known with letters alone."""
COUNTED = forms("정답은 @ 선택지입니다 | 정답은 @ 보기입니다 | 따라서 정답은 (@) 입니다")
"""Forms that are known with "2번" alone."""
SILENT = forms(r"""
    차근차근 생각해 봅시다. | A는 옳고 B는 틀리다. | 1번은 옳다. 그리고 2번은 틀리다.
    비타민 C는 몸에 좋다. | 형법 제3조와 제1항을 보자. | 2번 설명은 옳습니다. | 답답하다.
    정답률은 30%이다. | 보기 A를 먼저 살펴보겠습니다. | 정답을 고르기 전에 생각해 봅시다.
    A형 혈액은 흔하다. | x = 3 kg | 3번 항목부터 봅니다. | 갑이 을에게 답하였다.
    So A grows faster than B, since a = 3. | ① 옳다\n② 틀리다 | 1. 가나\n2. 나다
    계산하면 2.5이다. | 답변을 드리겠습니다.
""")

NAMES = {
    "letter": "ABCDE".__getitem__,
    "full-width letter": lambda index: chr(0xFF21 + index),
    "counted": lambda index: f"{index + 1}번",
    "counted with a space": lambda index: f"{index + 1} 번",
    "counted and bold": lambda index: f"**{index + 1}번**",
    "circled": lambda index: chr(0x2460 + index),
    "number": lambda index: str(index + 1),
    "full-width number": lambda index: chr(0xFF11 + index),
}
"""How a choice is named, from its index."""
ALLOWED = {
    name: STATEMENTS + (LETTERED if "letter" in name else COUNTED if "counted" in name else [])
    for name in NAMES
}
said = st.sampled_from(sorted(NAMES)).flatmap(
    lambda name: st.tuples(st.sampled_from(ALLOWED[name]), st.just(NAMES[name]))
)
"""A form and a way to name a choice in it."""
items = st.integers(2, 5).flatmap(
    lambda count: st.tuples(st.just(count), st.integers(0, count - 1))
)
"""A number of choices, and one of them."""
words = st.lists(
    st.sampled_from(["이는", "법", "의", "것", "을", "하다", "x", "the", "3.5"]), min_size=1
)
prose = st.lists(st.sampled_from(SILENT) | words.map(" ".join).map("{}.".format), max_size=4).map(
    "\n".join
)
gaps = st.sampled_from(["", " ", "\n", "\n\n"])


def filled(statement, index):
    """A form with a choice's name in its place."""
    form, name = statement
    return form.replace("@", name(index))


def letter(text, options=5):
    """The letter that is read."""
    answer = read(text, options=options)
    return None if answer is None else LETTERS[answer]


@pytest.mark.parametrize("name", NAMES)
def test_every_form_with_every_choice(name):
    """Each form is known with each of five choices, with and without what may follow it."""
    for form in ALLOWED[name]:
        for end in ("", ".", "\n", ".\n\n이상이다."):
            texts = [filled((form, NAMES[name]), index) + end for index in range(5)]
            assert [read(text, options=5) for text in texts] == [*range(5)], form


@given(said, items, prose, prose, gaps)
def test_a_statement_is_read_within_prose(statement, item, before, after, gap):
    """One statement among sentences that state nothing is the answer."""
    count, index = item
    text = filled(statement, index)
    assert read(f"{before}\n{text}.{gap}\n{after}", options=count) == index
    assert read(f"{before}\n\n{text}.{gap}\n\n{after}", options=count) == index


def is_explicit(statement):
    """Whether the word answer stands before the choice: "정답: @", but not "@가 정답입니다"."""
    return "답" in statement[0].partition("@")[0]


@given(st.lists(st.tuples(said, st.integers(0, 4), prose), min_size=1, max_size=4))
def test_the_last_statement_counts(several):
    """A model may change its mind; what it calls the answer only by calling another so."""
    text = "\n".join(f"{before}\n{filled(form, index)}." for form, index, before in several)
    explicit = [index for form, index, _ in several if is_explicit(form)]
    assert read(text, options=5) == [*(index for _, index, _ in several), *explicit][-1]


@given(said, items, said, st.integers(0, 4), st.sampled_from(["", "<think>\n"]))
def test_thoughts_do_not_count(statement, item, thought, other, opened):
    """Whatever was stated in reasoning, only what follows it is read."""
    count, index = item
    text = f"{opened}{filled(thought, other)}.\n</think>\n\n{filled(statement, index)}."
    assert read(text, options=count) == index
    assert read(f"<think>\n{filled(thought, other)}.", options=5) is None


@pytest.mark.parametrize(
    "heading",
    [
        "질문: ",
        "질문 2: ",
        "문제 3. ",
        "다음 문제: ",
        "## 문항 2: ",
        "> 질문 (Question): ",
        "문제 12) ",
    ],
)
@given(statement=said, item=items, before=prose, another=st.tuples(said, st.integers(0, 4)))
def test_a_new_question_does_not_count(heading, statement, item, before, another):
    """What a model goes on to ask itself is another question; one that it repeats first is not."""
    count, index = item
    text = f"{before}\n{filled(statement, index)}."
    assert read(f"{text}\n{heading}무엇인가?\n{filled(*another)}.", options=count) == index
    assert read(f"{heading}무엇인가?\n{text}", options=count) == index


@given(said, st.integers(0, 4), st.integers(1, 5))
def test_never_a_choice_that_is_not_there(statement, index, count):
    """A letter or number beyond the options is no answer."""
    answer = committed(filled(statement, index), ("",) * count)
    assert answer == (index if index < count else None)


NONE = forms(r"""
    정답은 F입니다. | 정답: 6번 | 정답은 9입니다. | 정답은 10번입니다. | 정답: 12 | 정답: 1.5
    정답: 2,000원 | 정답은 3가지입니다. | 정답은 1번째 것입니다. | 정답은 2m입니다.
    정답은 2단계로 구합니다. | 정답: 5 kg | 정답은 1번이 아니라 2번과 다르다.
    정답은 1번이 아니다. | 최종 답변은 A가 아니라 다른 것이다. | 정답은 1번일 수도 있습니다.
    답은 1번인지 2번인지 모르겠습니다. | A가 정답이 아닙니다. | A는 정답이 아닙니다.
    A가 정답이 될 수 없습니다. | A를 선택하지 않습니다. | A를 선택할 수 없습니다.
    정답은 1번과 2번입니다. | 정답: 1번, 2번 | 정답은 1번 또는 2번입니다. | 정답은 ①, ③입니다.
    정답: ①, ② | 옳은 것은 A와 B입니다. | 옳은 것은 1번과 2번입니다. | 최종 답변은 A와 B입니다.
    정답: A, B | 정답: (A), (B) | 최종 답변: A와 B | 최종 답변: 1, 2 | A와 B | A, B | A 또는 B
    A와 B입니다. | ①, ② | 1번, 2번 | 정답이 없습니다. | 정답: 없음 | 정답은 없습니다.
    정답이 존재하지 않습니다. | 정답을 찾을 수 없습니다. | 답을 고를 수 없습니다.
    선택지가 없습니다. | 정답: B. 그런데 정답이 없습니다. | 정답을 알 수 없습니다. | A는 옳지 않다.
    A: 옳다\nB: 틀리다 | 정답: | 정답은 | 정답은 Apple입니다. | 답변 드리겠습니다.
    당신의 최종 정답은 ABCD 중 하나이고, "정답:" 뒤에 와야 합니다.
""")


@pytest.mark.parametrize("text", [*SILENT, *NONE])
def test_no_answer(text):
    """Denials, several choices, none, numbers that count or measure, and talk are no answers."""
    assert letter(text) is None


FRUIT = ("사과나무", "배나무", "감나무", "밤나무")
FOUR = ("4", "6", "8", "2")
METRES = ("10 m", "20 m", "30 m", "40 m")
EQUAL = ("사과나무", "감나무", "감나무", "밤나무")


@pytest.mark.parametrize(
    ("text", "options", "expected"),
    [
        ("정답은 감나무입니다.", FRUIT, "C"),
        ("정답: 감나무", FRUIT, "C"),
        ("정답: 감나무", EQUAL, None),
        ("정답은 B입니다.", EQUAL, "B"),
        ("2. 배나무", FRUIT, "B"),
        ("2: 배나무입니다.", FRUIT, "B"),
        ("2. 감나무", FRUIT, None),
        ("정답: 2", FRUIT, "B"),
        ("정답: 2", FOUR, "D"),
        ("정답은 2입니다.", FOUR, "D"),
        ("2", FOUR, "D"),
        ("정답: 2번", FOUR, "B"),
        ("정답: ②", FOUR, "B"),
        ("정답: 3", FOUR, None),
        ("정답은 3입니다.", FOUR, None),
        ("옳은 것은 3입니다.", FOUR, None),
        ("3", FOUR, None),
        ("최종 답변: 3", METRES, None),
        ("정답은 30 m입니다.", METRES, "C"),
        ("정답: 3번", METRES, "C"),
        ("정답은 없습니다. 정답은 B입니다.", 5, "B"),
        ("A가 정답이 아니라 B가 정답입니다.", 5, "B"),
        ("1번이 정답이 아니라 2번이 정답입니다.", 5, "B"),
        ("A가 맞습니다.", 5, "A"),
        ("C가 옳지 않은 설명입니다.", 5, "C"),
        ("D는 틀렸다.\n\n은 3입니다.\n\n설명", 5, None),
        ("은 3입니다.\n\n설명", 5, "C"),
        ("감나무 (C)", 5, "C"),
        ("②", 5, "B"),
        ("2번", 5, "B"),
        ("2", 5, "B"),
        ("6", 5, None),
    ],
    ids=repr,
)
def test_texts_and_values(text, options, expected):
    """A choice's text is an answer; a bare number is a value where choices are numbers, else a
    choice's number.
    """
    assert letter(text, options) == expected


FRAGMENTS = [
    "정답",
    "정답은 ",
    "답: ",
    ":",
    "\uff1a",
    "번",
    "입니다",
    "이다",
    "가 ",
    "를 선택",
    "아니",
    "와 ",
]
FRAGMENTS += [
    *"ABEJ1259①⑨②\uff13\uff22",
    "옳은 것은 ",
    "보기",
    "질문 2: ",
    "\n",
    ".",
    "(",
    ")",
    "<think>",
    "</think>",
]
FRAGMENTS += [
    "없",
    "은 ",
    "2. ",
    "감나무",
    "\\boxed{",
    "}",
    "\u1100\u1161",
    "\ud800",
    "\0",
    "⑳",
    "٣",
]
anything = st.lists(st.sampled_from(FRAGMENTS), max_size=12).map("".join) | st.text(st.characters())


@given(anything, st.integers(1, 26), st.lists(st.sampled_from(FRAGMENTS) | st.text(), min_size=1))
def test_any_text_is_read_or_not(text, count, choices):
    """Any text and any choices give one of the choices or nothing, and nothing raises."""
    assert read(text, options=count) in (None, *range(count))
    assert read(text, options=choices[:26]) in (None, *range(len(choices[:26])))


ASCII = forms(r"""
    The answer is (B). | answer: | Answer: C | 2 | 2. | 2) the moon | (B) | B | so | option
    is correct | \boxed{ | } | and | not | 12 | = | , | ( | ) | Question 2:
    The moon (B) | A
""")
ascii_texts = st.lists(st.sampled_from([*ASCII, "\n", " "]), max_size=12).map(" ".join)


@given(ascii_texts | st.text(st.characters(max_codepoint=127)), st.integers(1, 26))
@example("2", 4)
@example("It is so.\n2.", 4)
def test_english_is_read_as_before(text, count):
    """Korean phrases change nothing in ASCII texts of several lines, digits on a line included."""
    text = f"Let us see.\n{text}"
    with patch.object(korean, "_COMPILED", []):
        before = read(text, options=count)
    assert read(text, options=count) == before
