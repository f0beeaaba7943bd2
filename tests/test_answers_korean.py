"""Statements in Korean, one kind at a time: where they are found, and what takes them back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcqtest.answers.edition2 import korean
from mcqtest.answers.edition2.choices import Choices, plain

LETTERS = "ABCD"
BARE = Choices([""] * 4)
FRUIT = Choices(["사과나무", "배나무", "감나무", "밤나무"])
NUMBERS = Choices(["4", "6", "8", "2"])


def found(text, known=BARE):
    """What is stated, in the order of places: letters, and ``-`` for no choice."""
    statements = sorted({*korean.find(plain(text), known)}, key=lambda each: each.at)
    return "".join("-" if each.answer is None else LETTERS[each.answer] for each in statements)


def after(word, between, statement):
    """A statement with so many characters between it and a word before it."""
    return f"{word}{'가' * (between - 1)}{' ' * bool(between)}{statement}"


# --- what stands before a choice --------------------------------------------------------------

WORDS = ("만약", "수험생", "오답", "먼저")
"""Before a choice that somebody else takes, or would take if."""
TOLD = ("A가 정답입니다.", "A를 선택합니다.", "①번을 선택합니다.")


@pytest.mark.parametrize("statement", TOLD)
@given(st.sampled_from(WORDS), st.integers(1, 60))
def test_how_far_a_word_takes_a_choice_back(statement, word, between):
    """Up to thirty characters before it, and no further; the longest word counts whole."""
    assert found(after(word, between, statement)) == ("" if between <= 30 else "A")


@pytest.mark.parametrize("between", [1, 30, 31])
def test_at_the_border(between):
    """What a random distance may miss."""
    expected = "" if between <= 30 else "A"
    assert [found(after("수험생", between, each)) for each in TOLD] == [expected] * 3


@pytest.mark.parametrize("between", range(1, 14))
def test_what_takes_a_description_back(between):
    """Before "which is right is A" a word counts within twelve characters, itself included."""
    text = after("오답", between, "옳은 것은 A입니다.")
    assert found(text) == ("" if between <= 10 else "A")


@pytest.mark.parametrize("joined", ["A와 B", "A, B", "A 또는 B", "1번과 2번", "A/B"])
@pytest.mark.parametrize("end", ["가 정답입니다.", "를 선택합니다."])
def test_one_of_several_is_none(joined, end):
    """A choice that stands behind another was not chosen; that is said, so that it counts."""
    assert found(f"{joined}{end}") == "-"
    assert found(f"{joined[0]}. 나머지는 {joined[-2:].strip()}{end}") == "B"


# --- which statement counts -------------------------------------------------------------------


def test_the_word_answer_is_not_taken_back():
    """By what merely sounds like one: weaker statements count before it, and not behind it."""
    weak = "D가 정답입니다. "
    assert found(weak) == "D"
    assert found(f"정답: B. {weak}") == "B"
    assert found(f"{weak}정답: B. {weak}") == "DB"
    assert found(f"정답: A와 B. {weak}") == "-D"  # no answer was given that could be kept
    assert found(f"{weak}\n정답: B\n정답: C") == "DBC"


@given(st.text(st.characters(max_codepoint=127)))
def test_english_has_none(text):
    """Not even where letters stand as they would in Korean."""
    assert list(korean.find(text, BARE)) == []
    assert list(korean.find(f"{text} 2 is A.", BARE)) == []


@pytest.mark.parametrize(
    "text",
    [
        "정답: B",
        "B가 정답입니다.",
        "정답은 (B)입니다.",
        "옳은 것은 B입니다.",
        "$\\boxed{2번}$",
        "B입니다.",
    ],
)
def test_where_a_statement_is(text):
    """At its choice, whatever stands before it: the last one is found by these places."""
    for before in ("", "가나다.\n\n"):
        whole = f"{before}{text}"
        (statement,) = {*korean.find(whole, BARE)}
        assert statement.answer == 1
        assert statement.at == max(whole.find("B"), whole.find("2번"))


@given(st.sampled_from(["정답: @", "@가 정답입니다.", "옳은 것은 @입니다."]), st.integers(0, 9))
def test_choices_that_are_not_there(form, index):
    """A letter or number beyond the choices is no answer, and never another choice."""
    for name in ("ABCDEFGHIJ"[index], f"{index + 1}번"):
        if index < 4:
            assert found(form.replace("@", name)) == LETTERS[index]
        else:
            assert set(found(form.replace("@", name))) <= {"-"}


# --- what a choice is named by ----------------------------------------------------------------


def test_the_text_of_a_choice_comes_first():
    """Where it is more than one character; else a letter or number that stands there."""
    assert found("정답은 감나무입니다.", FRUIT) == "C"
    assert found("정답: 2. 감나무", FRUIT) == "B"
    assert found("정답: B", Choices(["B", "b나", "A", "D"])) == "B"
    assert found("정답: 나", Choices(["가", "나", "다", "라"])) == "B"


@pytest.mark.parametrize("form", ["정답: @", "옳은 것은 @입니다.", "@을 선택합니다.", "@입니다."])
def test_numbers_where_choices_are_numbers(form):
    """A bare one may be a value, so it names no choice; one with its counter does."""
    bare, counted = form.replace("@", "3"), form.replace("@", "3번")
    assert found(bare) == found(counted) == found(counted, NUMBERS) == "C"
    assert found(bare, NUMBERS) == ""


@pytest.mark.parametrize(
    "text",
    ["정답은 2단계로 구합니다.", "정답은 b 검사로 구합니다.", "정답은 A가 아니라 B와 다르다."],
)
def test_what_goes_on_is_no_name(text):
    """A number, a small letter, or what is meant instead, must end what is said of it."""
    assert found(text) == ""
    assert found(f"{text}\n정답: C") == "C"


def test_a_boxed_number_needs_its_counter():
    """Without one it is what was calculated, and the reader asks elsewhere."""
    assert found("답\\boxed{2번}") == "B"
    assert found("풀이 \\boxed{2}") == found("풀이 \\boxed{B}") == ""


@pytest.mark.parametrize("times", range(5))
def test_one_instead_of_another(times):
    """Up to three choices are put aside for the one that is meant; a loop has not answered."""
    text = f"정답은 {'A가 아니라 ' * times}B입니다."
    assert found(text) == ("B" if times <= 3 else "")
    assert found(f"정답은 {'A가 아니라 ' * times}") == ""


@pytest.mark.parametrize(
    "text", ["정답은 없습니다.", "정답을 찾을 수 없습니다.", "정답: none", "선택지가 없습니다."]
)
def test_that_there_is_none(text):
    """It takes an answer back like another answer."""
    assert set(found(text)) == {"-"}
    assert found(f"정답: B. {text}")[-1] == "-"
