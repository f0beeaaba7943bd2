"""The Korean readers of other tools: exactly their patterns, faults included, in less time."""

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mcqtest.answers import READERS, published, read
from mcqtest.types import LETTERS

HARD = r"(?<=정답은)\s*[(]?(A|B|C|D)[)]?.*(?=입니다.)"
KOREAN = r"정답[^A-E]*:[^A-E]*([A-E])"
KOREAN_FLEXIBLE = r"정답[^A-E]*([A-E])|([A-E])\)"
ENGLISH = r"(?i)Answer[^A-E]*:[^A-E]*([A-E])"
ENGLISH_FLEXIBLE = r"Answer[^A-E]*([A-E])|([A-E])\)"

PUBLISHED = {
    "kmmlu": (HARD,),
    "kmmlu_pro_strict": (KOREAN,),
    "kmmlu_pro": (KOREAN, KOREAN_FLEXIBLE),
    "kmmlu_pro_english_strict": (ENGLISH,),
    "kmmlu_pro_english": (ENGLISH, ENGLISH_FLEXIBLE),
}
"""Reader -> its patterns; each is tried where the one before it finds nothing."""

FRAGMENTS = ["정답", "정답은", "정답은 ", "정답:", "답", "은", "입니다", "입니다.", "입니다\n"]
FRAGMENTS += ["answer", "Answer", "ANSWER", "Answer:", "answer: ", "swer", ":", "\uff1a", "\n"]
FRAGMENTS += [
    *"ABCDEFabcdefx().* \t\r",
    "E)",
    "(C)",
    "(D",
    "B.",
    "\u2028",
    "\x85",
    "\u212a",
    "An\u017fwer",
]
texts = st.lists(st.sampled_from(FRAGMENTS), max_size=20).map("".join) | st.text(st.characters())


def naive(reader, text):
    """The letter that the patterns find by the naive search."""
    for pattern in PUBLISHED[reader]:
        if match := re.search(pattern, text):
            return next(group for group in match.groups() if group).upper()
    return None


def letter(text, reader):
    """The letter that is read, whatever the question has."""
    answer = READERS[reader](text, ("",) * 5)
    return None if answer is None else LETTERS[answer]


@pytest.mark.parametrize("reader", PUBLISHED)
@given(text=texts)
@example(text="정답은 A\n정답은 B입니다.")
@example(text="정답은 A 정답은 B입니다.")
@example(text="정답은 A입니다")
@example(text="정답은 A입니다\n")
@example(text="정답은 A 입니다\n정답은 B입니다.")
@example(text="정답은\n(A입니다.입니다")
@example(text="정답 A 정답: B")
@example(text="정답 정답: 정답 B")
@example(text="정답: 정답 B: C")
@example(text="A) 정답 B")
@example(text="정답 x A) B")
@example(text="정답 E)")
@example(text="answer e: Answer: x d")
@example(text="A) answer: x")
def test_they_are_the_published_patterns(reader, text):
    """On any text they read what the naive search with the published patterns reads."""
    assert letter(text, reader) == naive(reader, text)


@pytest.mark.parametrize(
    ("text", "hard", "strict", "flexible"),
    [
        ("따라서, 정답은 (C) 입니다.", "C", None, "C"),
        ("정답은 A입니다. 아니, 정답은 B입니다.", "A", None, "A"),
        ("정답은 C라고 생각합니다.", None, None, "C"),
        ("정답은 C이며 나머지는 오답입니다.", "C", None, "C"),
        ("정답은 C입니다", None, None, "C"),
        ("정답은 C입니다!", "C", None, "C"),
        ("정답은 **C**입니다.", None, None, "C"),
        ("정답은 E입니다.", None, None, "E"),
        ("정답: B", None, "B", "B"),
        ("정답: **B**", None, "B", "B"),
        ("정답 : (B)", None, "B", "B"),
        ("정답: A\n정답: B", None, "A", "A"),
        ("정답\uff1aB", None, None, "B"),
        ("정답: ②", None, None, None),
        ("정답: 2번", None, None, None),
        ("정답: b", None, None, None),
        ("정답을 고르자: DNA는 틀렸다. 정답: B", None, "D", "D"),
        ("정답은 없다. A는 틀렸고 B는 맞다.", None, None, "A"),
        ("A) 틀렸다\nB) 맞다\n정답: B", None, "B", "B"),
        ("A) 틀렸다\nB) 맞다\n답은 B", None, None, "A"),
        ("답은 B입니다.", None, None, None),
        ("B", None, None, None),
        ("", None, None, None),
    ],
)
def test_what_follows_from_the_korean_patterns(text, hard, strict, flexible):
    """First matches, other words' capitals, and forms that are missed: a full-width colon,
    numbers.
    """
    assert letter(text, "kmmlu") == hard
    assert letter(text, "kmmlu_pro_strict") == strict
    assert letter(text, "kmmlu_pro") == flexible


@pytest.mark.parametrize(
    ("text", "strict", "flexible"),
    [
        ("Answer: B", "B", "B"),
        ("**Answer:** (b)", "B", "B"),
        ("Answer: the option B", "E", "E"),
        ("ANSWER: option B", "B", "B"),
        ("Answer\uff1aB", None, "B"),
        ("The best answer is B.", None, None),
        ("The Answer is B.", None, "B"),
        ("The Answer may be: C", None, "C"),
        ("The Answer is: C", "C", "C"),
        ("The Answer may be B.", None, "B"),
        ("A) no\nB) yes\nThe best answer is B", None, "A"),
        ("정답: B", None, None),
        ("", None, None),
    ],
)
def test_what_follows_from_the_english_patterns(text, strict, flexible):
    """Small letters of any word count in the strict pattern: "the" is E."""
    assert letter(text, "kmmlu_pro_english_strict") == strict
    assert letter(text, "kmmlu_pro_english") == flexible


@pytest.mark.parametrize("reader", PUBLISHED)
def test_letters_beyond_the_choices(reader):
    """They are read as published, which makes the question wrong; `read` gives no answer then."""
    text = "정답은 : (D)입니다. Answer: D" if reader != "kmmlu" else "정답은 (D)입니다."
    assert READERS[reader](text, ("",) * 3) == 3
    assert read(text, reader=reader, options=3) is None
    assert read(text, reader=reader, options=4) == 3


@pytest.mark.parametrize("reader", PUBLISHED)
@given(text=texts, choices=st.lists(st.text(), min_size=1, max_size=5))
def test_choices_are_not_looked_at(reader, text, choices):
    """Their number and texts change nothing."""
    assert READERS[reader](text, choices) == READERS[reader](text, ("",))


# --- growth -----------------------------------------------------------------------------------

LONG = 200_000
ENDLESS = [
    "정답",
    "정답:",
    "정답은",
    "정답은 ",
    "정답은 A",
    "정답은 A\n",
    "정답은 (A)입니다",
    "입니다.",
]
ENDLESS += ["정답 A", "A", "A:", "E) ", ":", " ", "\n", "(", "답", "answer", "Answer:", "Answer a"]
ENDLESS += ["answer x: ", "정답 A정답 ", "정답은 A 입니다\n"]


class Text(str):
    """A text that counts how many of its characters are looked at."""

    __slots__ = ("seen",)

    def find(self, part, start=0, end=None):
        """As of any text."""
        end = len(self) if end is None else end
        found = super().find(part, start, end)
        self.seen += max(0, (end if found < 0 else found) - start)
        return found

    def rfind(self, part, start=0, end=None):
        """As of any text."""
        end = len(self) if end is None else end
        found = super().rfind(part, start, end)
        self.seen += max(0, end - (start if found < 0 else found))
        return found


class Pattern:
    """A pattern that tells its text how much of it a search went over."""

    def __init__(self, pattern):
        self.pattern = pattern

    def search(self, text, at=0):
        """As of any pattern."""
        found = self.pattern.search(text, at)
        text.seen += (found.end() if found else len(text)) - at
        return found

    def finditer(self, text):
        """As of any pattern."""
        at = 0
        while found := self.search(text, at):
            yield found
            at = found.end()


@pytest.fixture
def counted(monkeypatch):
    """The patterns of the published readers count what they look at."""
    for name, value in list(vars(published).items()):
        if isinstance(value, re.Pattern):
            monkeypatch.setattr(published, name, Pattern(value))


@pytest.mark.usefixtures("counted")
@pytest.mark.parametrize("reader", PUBLISHED)
@pytest.mark.parametrize(("start", "end"), [("", ""), ("정답은", ""), ("", ": A입니다.")])
def test_long_texts_are_gone_over_a_few_times(reader, start, end):
    """Time grows with the text and not with its square: each character is looked at few times."""
    for part in ENDLESS:
        text = Text(start + part * (LONG // len(part)) + end)
        text.seen = 0
        assert READERS[reader](text, ("",) * 5) in (None, *range(5))
        assert 0 < text.seen <= 6 * len(text)
