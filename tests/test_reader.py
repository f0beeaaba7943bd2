"""Our reader: what a text states is read whatever stands around it, and nothing else is."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mcqtest.answers import READERS, read
from mcqtest.answers.reader import committed
from mcqtest.types import LETTERS


def forms(text):
    """Forms that stand apart by bars or on lines of their own."""
    return [form.strip() for form in text.replace("\n", "|").split("|") if form.strip()]


# "@" stands for a letter, or for the text of a choice.
STATEMENTS = forms(r"""
    The answer is (@) | THE ANSWER IS (@) | the answer is @ | answer is @ | Answer: @ | Answer:@
    **Answer:** @ | **Answer**: **@** | ### Answer: @ | ANSWER: @ | ANSWER: $@$ | My answer: [@]
    Correct answer: @ | Final Answer: @ | final answer: **(@)** | Answer (@) | Answer=@
    The answer is **@** | The answer is [@] | The answer is '@' | The answer is “@”
    The answer is $@$ | The answer is \(@\) | The answer is \text{@}
    Therefore, the correct answer is option @ | The correct answer is choice (@)
    The correct option is @ | So the best answer would be @ | The right answer must be (@)
    The best choice would be option @ | The most appropriate answer is @ | I choose option @
    option @ is correct | Option (@) is the most likely answer
    \boxed{@} | $\boxed{@}$ | \boxed{(@)} | \boxed{\text{@}} | \boxed{\mathrm{@}}
    The final answer is $\boxed{\textbf{(@)}}$
    答案：（@） | 答案是@ | 答え：@ | 正解は@ | Antwort: @ | Die richtige Antwort ist @ | Lösung: @
    La réponse est @ | Réponse : @ | La respuesta es (@) | Ответ: @ | A resposta é @ | Jawaban: @
    Die Antwort lautet @ | 答案选@ | 答案为@ | 정답: @ | The answer is「@」
    so the correct answer is: (@) | The answer is: @ | The answer is therefore (@) | Hence (@)
    The answer is likely @ | The correct answer is:**(@)** | I choose @ | Therefore, @
    <answer>@</answer> | {"answer": "@"} | The answer is @</s>
    the answer is __@__
""")  # noqa: RUF001
STATEMENTS.append("The answer is @<|im_end|>")
WEAK = forms(
    "option @ is correct | Option (@) is the most likely answer | Hence (@) | Therefore, @"
)
"""Statements that may be an explanation of another."""
WHOLE = forms("@ | (@) | @. | **@** | **(@)** | $@$ | [@] | @) | @:")
SMALL = forms(
    r"The answer is (@) | the answer is @ | Answer: (@) | ANSWER: @ | (@) | @ | \boxed{@}"
)
OF_TEXTS = forms(r"""
    The answer is @ | the correct answer is: @ | Answer: @ | **Answer:** @ | \boxed{@}
    The best option would be @ | So it is $\boxed{\text{@}}$
""")
TEXTS = forms("mercury | 9.81 m/s^2 | The moon, and the sun | None of the above | A cat | It is I")
TEXTS += [f"{number} apples" for number in range(3, 13)]

SILENT = forms(r"""
    Let us think step by step. | Consider (D) first: its mass is 5 kg. | Vitamin C: good for you.
    I would say that A grows faster than B, since a = 3 and b = 4. | Is it E? | F = m a
    A cat has nine lives, I think. | G is for gravity, H is for height & J for joule.
    $x \in \{A, B\}$ and \text{volume} < 3 | 温度は二十度です。
""")
LISTED = forms("(B) and (C) contradict each other. | B. the field of a magnet | * C) one | D) two")
WORDS = ["the", "cat", "of", "a", "I", "x", "3.5", "however", "so", "that", "it", "is", "not", "if"]

items = st.integers(2, 16).flatmap(
    lambda count: st.tuples(st.just(count), st.integers(0, count - 1))
)
"""A number of choices, and one of them."""
sentences = st.lists(st.sampled_from(WORDS), min_size=1).map(lambda words: " ".join(words) + ".")
silent = st.lists(st.sampled_from(SILENT) | sentences, max_size=4).map("\n".join)
prose = st.lists(st.sampled_from(SILENT + LISTED) | sentences, max_size=4).map("\n".join)
others = st.builds(str.replace, st.sampled_from(STATEMENTS), st.just("@"), st.sampled_from("ABGP"))
thoughts = st.lists(others | st.sampled_from(SILENT), max_size=3).map("\n".join)
statements = st.sampled_from(STATEMENTS)
gaps = st.sampled_from(["", " ", "\n", "\n\n"])


def said(form, index):
    """A form with this letter."""
    return form.replace("@", LETTERS[index])


def letter(text, options=10):
    """The letter that is read."""
    answer = read(text, options=options)
    return None if answer is None else LETTERS[answer]


@given(statements, items, prose, prose, gaps)
def test_a_statement_is_read_within_prose(form, item, before, after, gap):
    """One statement among sentences that state nothing is the answer."""
    count, index = item
    assert read(f"{before}\n{said(form, index)}.{gap}\n{after}", options=count) == index
    assert read(f"{before}\n\n{said(form, index)}.{gap} {after}", options=count) == index


@pytest.mark.parametrize("form", STATEMENTS + WHOLE)
def test_every_form_with_every_letter(form):
    """A form is known with each of 16 letters, A and I included."""
    assert [read(said(form, index), options=16) for index in range(16)] == [*range(16)]


@pytest.mark.parametrize("form", SMALL)
def test_small_letters(form):
    """A small letter is the same choice."""
    texts = [form.replace("@", chr(ord("a") + index)) for index in range(16)]
    assert [read(text, options=16) for text in texts] == [*range(16)]


@given(st.sampled_from(OF_TEXTS), st.permutations(TEXTS), items, prose, prose)
def test_the_text_of_a_choice_is_an_answer(form, texts, item, before, after):
    """Where texts are known, one of them may stand for its letter."""
    count, index = item
    text = f"{before}\n{form.replace('@', texts[index])}.\n{after}"
    assert read(text, options=texts[:count]) == index


@given(st.permutations(TEXTS), items, silent)
def test_the_text_of_a_choice_may_stand_alone(texts, item, before):
    """A choice's text is an answer as a whole text, and as the last line of one."""
    count, index = item
    assert read(texts[index], options=texts[:count]) == index
    assert read(f"{before}\n{texts[index]}", options=texts[:count]) == index


@given(st.sampled_from(STATEMENTS + WHOLE), items, thoughts, st.sampled_from(["", "<think>"]))
def test_thoughts_do_not_count(form, item, thought, opened):
    """Whatever was stated in reasoning, only what follows it is read."""
    count, index = item
    assert read(f"{opened}{thought}</think>\n{said(form, index)}", options=count) == index


@given(thoughts, st.sampled_from(["think", "thinking", "THOUGHT", "reasoning"]))
def test_thoughts_alone_say_nothing(thought, tag):
    """A text that is cut within its reasoning has no answer, nor has reasoning without more."""
    assert read(f"<{tag}>\n{thought}") is None
    assert read(f"<{tag}>\n{thought}</{tag}>\n") is None


@given(st.lists(st.tuples(statements, st.integers(0, 9), prose), min_size=1, max_size=5))
def test_the_last_statement_counts(several):
    """A model may change its mind; but what only sounds like an answer takes no answer back."""
    text = "\n".join(f"{before}\n{said(form, index)}." for form, index, before in several)
    stated = [index for form, index, _ in several if form not in WEAK]
    assert read(text) == (stated or [several[-1][1]])[-1]


@pytest.mark.parametrize(
    "heading", ["Question:", "\nQuestion: ", "### Question 2: ", "Next problem:"]
)
@given(form=statements, item=items, before=prose, after=thoughts)
def test_a_new_question_does_not_count(heading, form, item, before, after):
    """What a model goes on to ask itself is another question."""
    count, index = item
    text = f"{before}\n{said(form, index)}.\n{heading}{after}"
    assert read(text, options=count) == index


PARTS = [
    *STATEMENTS,
    *SILENT,
    *LISTED,
    *WORDS,
    *forms("answer | option | correct | best | Answer:"),
]
PARTS += forms(
    r"( | ) | { | } | $ | . | , | \boxed{ | \boxed{No correct answer} | and | none | not"
)
PARTS += ["Option \u212a is correct", "option \u0130 is correct"]
PARTS += ["<think>", "</think>", "Question:", "\nQ:", "cannot be", "@", "(@)", "(@,", "", "\n"]
parts = st.tuples(st.sampled_from(PARTS), st.integers(0, 25)).map(lambda part: said(*part))
anything = st.lists(parts, max_size=12).map(" ".join) | st.text(st.characters())
"""Texts of all kinds, with surrogates and control characters."""


@pytest.mark.parametrize("reader", READERS)
@given(text=anything, count=st.integers(1, 26))
def test_never_a_choice_that_is_not_there(reader, text, count):
    """Of any text at all a reader makes one of the choices or nothing."""
    assert read(text, reader=reader, options=count) in (None, *range(count))


@given(
    anything, st.lists(st.sampled_from(TEXTS) | st.text(st.characters()), min_size=1, max_size=26)
)
def test_any_texts_of_choices(text, choices):
    """Choices may be any texts, equal ones and empty ones too."""
    assert committed(text, choices) in (None, *range(len(choices)))


BETWEEN = "So much for the argument, and there is nothing to be added to it any more."


@given(anything)
@example("The answer is B.\nQuestion: Is it?\nThe answer is C.")
@example("(B) The moon.\nIt is round.")
@example(
    "The answer is (A) The answer is (A) The answer is (A) The answer is (C) A resposta é A "
    "Question: The answer is (A) The answer is (B)"
)
def test_repeating_what_was_read_changes_nothing(text):
    """A text that states its answer once more says the same; with words between, for a run of
    answers with nothing between answers other questions.
    """
    answer = read(text, options=26)
    if answer is not None:
        more = f"{BETWEEN}\nThe answer is ({LETTERS[answer]})."
        assert read(f"{text}\n{more}", options=26) == answer


@pytest.mark.parametrize("form", ["The answer is (@).", "Answer: @", r"\boxed{@}", "@", "@. Yes"])
def test_a_letter_beyond_the_choices_is_none(form):
    """A choice that the question does not have is no answer, nor is the one stated before it."""
    assert {read(said(form, index), options=4) for index in range(4, 26)} == {None}
    assert read("The answer is (B).\nThe answer is (K).", options=4) is None


NONE = forms("""
    A and B | A, B | (B, C, D) | The answer is (A) and (B). | The answer is (B, C, D).
    The answer is B, C, and D. | The answer is A or C. | Answer: A/B | ANSWER: A & B
    The answer is (F) is incorrect. | The answer is not (C). | The answer isn't (C).
    The answer can never be C | If the answer is B, then x is zero | The answer should not be C
    The answer cannot be determined. | Cannot be determined | The answer is not listed.
    The answer is not among the choices (A, B). | The answer is none of the above.
    none of the above | There is no correct answer. | The answer is unknown.
    The answer is I think unclear. | The answer is a function of x. | answer is Because
    (A) and (B) | A. and B | \\boxed{A, B} | \\boxed{A and C} | The answer is B; D
    the answer is (a) and (c) | The answer can not be (C). | It cannot be (C). | If it is (C).
    So it can never be (C). | We will now turn to (C). | (A) is the only wrong one
    The answer is (a function of x) | \\boxed{I think so} | The answer is "I think so"
    The answer is A cat, I think. | The answer is A = 3. | The answer is x^2
    The answer is B-spline | The answer is H₂O | The answer is A₁
    the answer is | Answer: | Antwort | Antwort: | Die Antwort ist
""")


@pytest.mark.parametrize("text", ["", " \n\t\n", *SILENT, *NONE])
def test_no_answer(text):
    """Several letters, denials, refusals, pronouns and articles are no answers."""
    assert read(text) is None


@pytest.mark.parametrize(
    ("text", "options", "expected"),
    [
        ("The answer is B. Wait: the answer cannot be determined.", 4, None),
        ("The answer is B.\nANSWER: unknown", 4, None),
        ("The answer cannot be determined. Well, the answer is B.", 4, "B"),
        ("The answer is (A) and (B). Only one: the answer is B.", 4, "B"),
        ("The answer is A.", ("B", "A"), "A"),
        ("Answer: (B) the moon", ("the moon", "the sun"), "B"),
        ("The answer is the sun.", ("the sun", "the moon", "the sun"), None),
        ("The answer is C.", ("the sun", "the moon", "the sun"), "C"),
        ("A. the sun\nB. the moon", ("the sun", "the moon"), None),
        (r"So it is $\boxed{\text{the moon}}$.", ("the sun", "the moon"), "B"),
    ],
    ids=repr,
)
def test_the_last_word(text, options, expected):
    """What is said last counts, and a letter counts more than a text; equal texts name none."""
    assert letter(text, options) == expected


RING = "A: Let's think step by step. A characteristic of a ring is 0 if k = 0. The answer is (D)."
TISSUE = "Muscle tissue (A) does not divide.\n* Shoot tips (B) do.\n\nThe answer is (B)."
THINKING = "<think>\nThe answer is A? No, so the answer is (B)"
GERMAN = "Antwort:\n\nAntwort: C"


@pytest.mark.parametrize(
    ("text", "options", "expected"),
    [
        pytest.param("The answer is (J).", 10, "J", id="lighteval#1265"),
        pytest.param("So it must be so.\n\nANSWER: $B$", 4, "B", id="inspect_ai#5145"),
        pytest.param("ANSWER: None of the above", 4, None, id="inspect_ai#2216 none"),
        pytest.param("ANSWER: None of the above", TEXTS[:4], "D", id="inspect_ai#2216 text"),
        pytest.param("ANSWER: Don't know", 4, None, id="inspect_ai#2216 D"),
        pytest.param("ANSWER: I don't know", 10, None, id="inspect_ai#2216 I"),
        pytest.param("ANSWER: b", 4, "B", id="inspect_ai#3910 small"),
        pytest.param("Answer: this is a colour\n\nANSWER: B", 4, "B", id="inspect_ai#3910 last"),
        pytest.param("ANSWER: A, B and C", 4, None, id="inspect_ai#3910 several"),
        pytest.param(TISSUE, 10, "B", id="lm-evaluation-harness#2237"),
        pytest.param("The correct answer is B.", 4, "B", id="lm-evaluation-harness#2279"),
        pytest.param(GERMAN, 4, "C", id="simple-evals#33"),
        pytest.param("Antwort: Antwort: C", 4, "C", id="simple-evals#33 one line"),
        pytest.param(THINKING, 4, None, id="lm-evaluation-harness#3322 cut"),
        pytest.param(f"{THINKING}\n</think>\nAnswer: C", 4, "C", id="lm-evaluation-harness#3216"),
        pytest.param(RING, 10, "D", id="opencompass#1462"),
        pytest.param("Answer: Let's think step by step.", 16, None, id="opencompass#1933"),
        pytest.param("B) It is so because A is not.", 4, "B", id="deepeval#914"),
    ],
)
def test_what_others_misread(text, options, expected):
    """Texts from, or after, reports about other tools."""
    assert letter(text, options) == expected


LONG = 100_000
ENDLESS = [
    " ",
    "\n",
    "(",
    "[",
    "{",
    "}",
    "$",
    "*",
    "0",
    "1. ",
    ".",
    "<",
    "\\",
    "\0",
    "a",
    "A ",
    "I ",
]
ENDLESS += ["answer ", "answer is ", "answer:", "Answer: ", "Answer: A ", "option ", "option is "]
ENDLESS += ["the best ", "the answer to the question of the ", "Option A is the ", "so ", "if "]
ENDLESS += [
    "which is the ",
    "so the answer ",
    "A and ",
    "A. x\n",
    " \n",
    "Answer:\n",
    "答案:",
    "is ",
]
ENDLESS += ["\\boxed{", "\\text{", "<think>", "</think>", "<think></think>", "answer is;", "\nQ:"]
ENDLESS += ["Answer: B\n", "the answer is (B) ", "\\boxed{B}"]


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize(
    ("start", "end"),
    [("", "\nA"), ("Answer:", "A"), ("A " * (LONG // 2), ""), ("", "a" * LONG)],
    ids=["bare", "stated", "after letters", "before a word"],
)
def test_long_texts_end(reader, start, end):
    """Time grows with the text and not with its square, for which this test would not end."""
    for part in ENDLESS:
        text = start + part * (LONG // len(part)) + end
        assert read(text, reader=reader) in (None, *range(10))
