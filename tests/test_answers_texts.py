"""Answers that are no choices: what our readers find, and never what is not there."""

import re

import pytest
from builders import complaint
from hypothesis import example, given
from hypothesis import strategies as st

from mcqtest.answers import (
    TEXT_READERS,
    Reading,
    brackets,
    judge,
    lettered,
    listing,
    near,
    number,
    one_of,
    phrase,
    read,
    words,
)
from mcqtest.answers.choices import plain
from mcqtest.types import Benchmark, Method, Question, Response, Source

LIST = "apple banana it&t o'clock zeal about then"
LETTERS = "Which?\nOptions:\n(A) red\n(B) blue\n(C) grey"
SEQUENCE = "Complete the rest of the sequence. Input: [ { ( ) <"
YES, VALID = one_of("Yes", "No"), one_of("valid", "invalid")


def asked(text="?", *targets):
    return Question(text, (), -1, "7", targets=targets)


NAMES = st.sampled_from(["Marie Curie", "blue whale", "New York", "42 km", "x-ray", "3.5 litres"])
KINDS = {
    "phrase": (phrase, "?", NAMES),
    "listing": (listing(), "?", st.lists(NAMES, min_size=2, max_size=4).map(", ".join)),
    "yes": (YES, "?", st.sampled_from(["Yes", "No"])),
    "valid": (VALID, "?", st.sampled_from(["valid", "invalid"])),
    "number": (number, "?", st.integers().map(str)),
    "lettered": (lettered, LETTERS, st.sampled_from(["(A)", "(B)", "(C)"])),
    "words": (words, f"Sort: List: {LIST}", st.permutations(LIST.split()).map(" ".join)),
    "brackets": (
        brackets,
        SEQUENCE,
        st.lists(st.sampled_from(")]}>"), min_size=1, max_size=9).map(" ".join),
    ),
}
"""Kind -> its reader, a question, and the answers that it may have."""
FORMS = (
    "{}",
    "{}.",
    " {}\n",
    "First this, then that.\nSo the answer is {}.",
    "So the answer is {}",
    "The answer is **{}**.\n",
    "**Answer:** {}",
    "I thought the answer is. No matter.\n\nFinal answer: {}.",
    "<think>The answer is No.</think>\nThe answer is {}.",
    "the answer is {}.\n\nQ: Another one?\nA: the answer is nothing.",
    "THE ANSWER IS: {}",
    r"Therefore \boxed{{{}}}.",
    "The answer is (Z). No, the answer is {}.",
)


@pytest.mark.parametrize("kind", KINDS)
@given(data=st.data())
def test_what_is_said_is_read(kind, data):
    """In every form that the choices of other benchmarks are read in."""
    reader, text, answers = KINDS[kind]
    answer = data.draw(answers)
    for form in FORMS:
        assert (form, reader(asked(text), form.format(answer))) == (form, answer)


def spoken(text):
    """Without what may stand between the last two of several."""
    return text.replace(" and ", " ")


def squeezed(text):
    """The letters, digits and brackets of a text in its plain form."""
    return re.sub(r"[^\w(){}<>\[\]&-]+", "", plain(text).replace("\u2212", "-")).casefold()


PIECES = st.sampled_from(
    [*FORMS, *LIST.split(), "Yes", "no", "valid", "(B)", "-7", "1,000", "\u2212 3.50", "] }", "not"]
)
TEXTS = st.lists(PIECES | st.text(max_size=20), max_size=8).map(" ".join)


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind not in {"lettered", "number"}])
@given(text=st.text() | TEXTS)
@example(text="the answer is \udfff\u2212\u0663 and \x00")
def test_nothing_is_read_that_is_not_there(kind, text):
    """Whatever stands in a text: what is read stands in it, one word after the other."""
    reader, question, _ = KINDS[kind]
    answer = reader(asked(question), text)
    assert answer is None or squeezed(spoken(answer)) in squeezed(spoken(text))


@given(text=st.text() | TEXTS)
@example(text="the answer is \u0663")
def test_no_number_is_read_that_is_not_there(text):
    """Its digits stand in the text, those of this alphabet."""
    answer = number(asked(), text)
    digits = re.sub(r"[^0-9]", "", answer or "")
    assert answer is None or digits in re.sub(r"[^0-9.]", "", plain(text)).replace(".", "")


@given(text=st.text() | TEXTS)
def test_only_letters_of_the_question_are_read(text):
    """The fourth is none of three choices."""
    assert lettered(asked(LETTERS), text) in {None, "(A)", "(B)", "(C)"}


@pytest.mark.parametrize("name", TEXT_READERS)
@given(text=st.text() | TEXTS)
def test_published_readers_take_pieces(name, text):
    """What they give stands there word by word."""
    answer = TEXT_READERS[name](asked(), text)
    assert answer is None or answer in text


SAID = [
    (YES, "The answer is yes", "Yes"),
    (YES, "The answer is Yes because it is so.", "Yes"),
    (YES, "The answer is Yes or No.", None),
    (YES, "Yes/No", None),
    (YES, "The answer is yes if it rains.", None),
    (YES, "The answer is no longer known.", None),
    (YES, "The answer is nobody.", None),
    (YES, "The answer is No. Yes would be wrong.", "No"),
    (YES, "Yes.\nThe reason is long.", "Yes"),
    (YES, "Yes and no stand in this text.", None),
    (YES, "The answer is Yes. On reflection the answer cannot be determined.", None),
    (YES, "The answer is Yes. No, the answer is unknown.", None),
    (YES, "If it rained, the answer would be Yes.", None),
    (YES, "<think>The answer is Yes.", None),
    (YES, "", None),
    (VALID, "The answer is not valid.", None),
    (VALID, "The argument is deductively invalid.\nSo the answer is Invalid.", "invalid"),
    (number, "The answer is 3 + 4 = 7.", "7"),
    (number, "So the answer is A - B = 46 - 22 = 24.", "24"),
    (number, "The answer is 8 because x = 5.", "8"),
    (number, "The answer is 14 musical instruments.", "14"),
    (number, "The answer is 135,210.", "135210"),
    (number, "The answer is \u221235.", "-35"),
    (number, "The answer is - 35.0.", "-35"),
    (number, "The answer is 0.50", "0.5"),
    (number, "The answer is -0.", "0"),
    (number, "The answer is $007$.", "7"),
    (number, "The answer is 3 or 4.", None),
    (number, "The answer is 3, 4 and 5.", None),
    (number, "The answer is 2/3.", None),
    (number, "The answer is 50%.", None),
    (number, "The answer is 3 * x.", "3"),
    (number, "There are 7 of them.", None),
    (words, "The answer is: apple, banana, and zeal.", "apple banana zeal"),
    (words, "Apple Banana", "apple banana"),
    (words, "So the answer is about apple then", "about apple then"),
    (words, "The answer is apple pear banana.", "apple pear banana"),
    (words, "The answer is a matter of taste.", None),
    (words, 'We have "apple" < "banana".', None),
    (brackets, 'The answer is "]", ")".', "] )"),
    (brackets, "The answer is ])}.", "] ) }"),
    (brackets, "[ { ( ) < > } ]", "> } ]"),
    (brackets, "[ { ( ) <", None),
    (brackets, "The answer is ( ].", None),
    (brackets, "The answer is [ [ [ [ [ ] ].", None),
    (brackets, r"\boxed{] }}", "] }"),
    (brackets, "The answer is empty.", None),
    (lettered, "The answer is blue.", "(B)"),
    (lettered, "The answer is (A) or (B).", None),
]


@pytest.mark.parametrize(("reader", "text", "answer"), SAID)
def test_examples(reader, text, answer):
    """One of each kind that somebody may take otherwise."""
    question = {words: f"List: {LIST}", brackets: SEQUENCE, lettered: LETTERS}.get(reader, "?")
    assert reader(asked(question), text) == answer


SPELLED = [
    (near(0.01), "It is long. The answer is 1,620 metres.", "1609.344", "1609.344"),
    (near(0.01), "The answer is 1,700.", "1609.344", "1700"),
    (near(distance=0.5), "The answer is -3.4", "-3", "-3"),
    (near(0.1), "The answer is -3", "0", "-3"),
    (near(0.1), "The answer is 5", "five", "5"),
    (near(), "The answer is 7.0", "7", "7"),
    (phrase, "The answer is the blue whale.", "Blue whale", "Blue whale"),
    (phrase, 'Answer: "Marie Curie", because she found it.', "Marie Curie", "Marie Curie"),
    (phrase, "The answer is St.Gallen. It is a town.", "", "St.Gallen"),
    (phrase, "Paris", "paris", "paris"),
    (phrase, "The answer cannot be determined.", "Paris", None),
    (phrase, "The answer is unknown.", "Paris", None),
    (phrase, "I thought. And again.\nThen I thought of it. It went on.", "Paris", None),
    (phrase, "The answer is " + "very " * 20 + "long", "Paris", None),
    (listing(), "The answer is red, green and blue.", "red, green, blue", "red, green, blue"),
    (listing(), "The answer is green, red and blue.", "red, green, blue", "green, red and blue"),
    (
        listing(ordered=False),
        "**Answer:** green, red & blue",
        "red, blue, green",
        "red, blue, green",
    ),
    (listing(ordered=False), "The answer is [green, red]", "red, blue", "green, red"),
]


@pytest.mark.parametrize(("reader", "text", "target", "answer"), SPELLED)
def test_an_answer_that_equals_a_target_is_spelled_as_it(reader, text, target, answer):
    """So it counts as right; any other stays as it was written."""
    assert reader(asked("?", target), text) == answer


@given(st.floats(-1e6, 1e6), st.floats(0, 0.5), st.floats(-1, 1))
def test_a_number_is_near_up_to_its_share(right, share, off):
    """On both sides; rounding of the digits apart."""
    said = right + off * abs(right)
    found = near(share)(asked("?", repr(right)), f"The answer is {said:.9f}.")
    if abs(abs(off) - share) > 1e-3 and abs(right) > 1:
        assert (found == repr(right)) == (abs(off) < share)


@pytest.mark.parametrize(("share", "distance"), [(-0.1, 0), (float("nan"), 0), (0, float("inf"))])
def test_what_is_no_tolerance(share, distance):
    """It would make all right, or nothing."""
    assert "give numbers from 0 up" in complaint(near, share, distance=distance)


def test_a_baseline_tells_the_tolerance():
    """With another one it is another way of asking."""
    assert Reading().described(near(0.05)) == (
        "reader mcqtest 3.2 (numbers within 0.05 of the target or 0), fallback wrong"
    )


def test_letters_of_choices_that_are_not_listed():
    """By themselves, as where only their number is known."""
    assert lettered(asked("Which?"), "The answer is (K).") == "(K)"
    assert lettered(asked("Which?\n(B) blue\n(A) red"), "The answer is blue.") is None


@pytest.mark.parametrize(
    ("name", "text", "answer"),
    [
        ("bbh", "The answer is A. So the answer is  ] }. ", "] }"),
        ("bbh", "Yes", None),
        ("bbh", "the answer is .", None),
        ("bbh_direct", " ] }\n", "] }"),
        ("bbh_direct", "Yes.", "Yes."),
        ("bbh_direct", " \n", None),
        ("bbh_lm_eval", "So the answer is (A). the answer is (B).", "(A). the answer is (B)"),
        ("bbh_lm_eval", "the answer is ] }", "]"),
        ("bbh_lm_eval", "the answer is X", None),
        ("bbh_lm_eval", "The Answer is (A).", None),
        ("bbh_lm_eval", "the answer is \nno. the answer is no.", "no"),
    ],
)
def test_published_readers(name, text, answer):
    """To the letter, with what is odd in them."""
    assert TEXT_READERS[name](asked(), text) == answer


@pytest.mark.parametrize(
    ("reader", "question", "piece"),
    [(number, "?", "7"), (words, f"List: {LIST}", "apple "), (brackets, SEQUENCE, "] ")],
)
def test_an_answer_without_an_end(reader, question, piece):
    """No beginning of it is taken for the whole."""
    for form in ("{}", "The answer is {}."):
        assert reader(asked(question), form.format(piece * 3000)) is None


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("piece", ["the answer is ", "answer: 1", "( ", "\\boxed{", "A = ", "1,"])
def test_long_texts(kind, piece):
    """A hundred thousand characters are read at once; a quadratic reader would take minutes."""
    reader, question, _ = KINDS[kind]
    reader(asked(question), piece * (100_000 // len(piece)))


# --- judged -------------------------------------------------------------------------------------

TOY = Benchmark(
    "toy", {"all": ("sums",)}, Source("", ()), {"text": Method()}, 0, answers={"sums": number}
)
(TASK,) = TOY.tasks


def judged(*texts, reader="mcqtest", vote="majority", targets=("7",)):
    question, reading = asked("?", *targets), Reading(reader)
    said = [Response("k", (), 2, text, truncated=False) for text in texts]
    read_by = reading.of_texts(TASK)
    return judge(question, said, reading, "toy/sums/7", read=read_by, vote=vote)


def test_an_answer_that_is_a_target_is_right():
    """Any of them; the answer is kept as it was read."""
    found = judged("The answer is 7.")
    assert (found.answer, found.votes, found.value, found.gold) == ("7", ("7",), 1.0, "7")
    assert (found.shots, found.truncated, found.guessed) == (2, 0, False)
    assert judged("The answer is 7.", targets=("6", "7")).correct
    assert not judged("The answer is 8.").correct


def test_an_answer_that_cannot_be_read():
    """It is none, and wrong."""
    found = judged("I do not know.")
    assert (found.answer, found.votes, found.value) == (None, (None,), 0.0)


def test_samples():
    """The majority of those that can be read; or the share that is right."""
    some = ("so the answer is 8.", "?", "so the answer is 7.", "7")
    assert judged(*some).answer == "7"
    assert judged(*some).votes == ("8", None, "7", "7")
    assert judged(*some, vote="mean").value == 0.5


def test_a_long_answer_is_cut_where_it_is_shown():
    """All of it counts."""
    long = "7" * 3000
    found = judged(long, reader="bbh_direct", targets=(long,))
    assert found.correct
    assert len(found.answer) == len(found.votes[0]) == 1000


def test_what_is_said_of_readers():
    """A baseline tells which reader of which revision it was; choices are as they were."""
    assert Reading().described(number) == "reader mcqtest 3.2, fallback wrong"
    assert str(Reading()) == "reader mcqtest 3, fallback wrong"
    assert Reading("bbh").described(number) == "reader bbh, fallback wrong"


def test_readers_of_the_other_kind():
    """Names of choices' readers for texts, and the other way round; lots have nothing to draw."""
    assert complaint(Reading("lm_eval").of_texts, TASK) == (
        "--reader=lm_eval: reads choices, and toy/sums has none; texts are read by mcqtest, bbh, "
        "bbh_direct, bbh_lm_eval, or a function of your own"
    )
    assert complaint(Reading("bbh").of_choices).startswith(
        "--reader=bbh: gives a text and no choice; choices are read by mcqtest, mmlu_pro, "
    )
    assert complaint(read, "Yes", reader="bbh").startswith("--reader=bbh: gives a text and no cho")
    assert complaint(Reading(fallback="random").of_texts, TASK) == (
        "--fallback=random: toy/sums has no choices to draw from; leave the option out, or choose "
        "other benchmarks with -m"
    )


FREE = {
    "number": number,
    "yes": one_of("yes", "no"),
    "phrase": phrase,
    "list": listing(),
}


@pytest.mark.parametrize(
    ("kind", "text", "answer"),
    [
        ("number", "So the total is $1,234.50.", "1234.5"),
        ("number", "Thus x = 7.", "7"),
        ("number", "#### 72", "72"),
        ("number", "If the total is 5.", None),
        ("number", "The total is not 5.", None),
        ("number", "The total is 5. The rest follows", None),
        ("number", "정답은 3만", None),
        ("yes", "**Yes**, because the premises hold.", "yes"),
        ("yes", "No: it does not follow.", "no"),
        ("yes", "Yes, unless one reads it as a no.", None),
        ("yes", "So the claim is **no**.", "no"),
        ("phrase", "<answer>Marie Curie</answer>", "Marie Curie"),
        ("phrase", "The answer is:\n- Marie Curie", "Marie Curie"),
        ("list", "The order is: apple, pear and plum.", "apple, pear and plum"),
        ("list", "The answer is:\n- apple\n- pear\n- plum", "apple, pear, plum"),
        ("list", "Answer:\n1. apple\n2. pear\n3. plum", "apple, pear, plum"),
    ],
)
def test_forms_of_these_years(kind, text, answer):
    """Concluded in free words, in a heading, in points; nothing where it is doubted."""
    assert FREE[kind](asked("apple"), text) == answer
