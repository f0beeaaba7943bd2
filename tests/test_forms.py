"""The reader's tables: every row finds its own example, in any surroundings, in linear time."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcqtest.answers import bare, english, find, korean, languages, markup, read, reader, withdrawn
from mcqtest.answers.choices import Choices
from mcqtest.answers.folding import Plain, plain
from mcqtest.answers.forms import Strength

CITIES = ("Lyon", "Paris", "Nice", "Lille")
CELLS = ("Mitochondria", "Ribosomes", "Golgi apparatus", "None of the above")
TABLES = (english.EXPLICIT, english.CONCLUSIONS, withdrawn.FORMS, korean.FORMS, languages.FORMS)
TABLES += (markup.FORMS,)
FORMS = [form for table in TABLES for form in table]
STATED = [form for form in FORMS if form.takes != "none"]
ROWS = pytest.mark.parametrize("form", STATED, ids=[ascii(form.example) for form in STATED])
SILENT = [
    "Let us think step by step.",
    "Vitamin C: good for you.",
    "I would say that it grows faster, since a = 3 and b = 4.",
    "$x \\in \\{A, B\\}$",
    "温度は二十度です。",
    "그것은 참입니다.",
    "x < 3",
    "",
]
silent = st.lists(st.sampled_from(SILENT), max_size=4).map("\n".join)


def choices(form):
    """Such as the example is about."""
    return CELLS if "Ribosomes" in form.example else CITIES


def forms_of(text, known):
    """Every form by which something is stated in a text."""
    simple = plain(text)
    scanner = reader.scanner()
    return {each.form for each in scanner.statements(simple, simple.lower(), Choices(known))}


def test_examples_name_rows():
    """An example is told as the name of its row, so no two are alike."""
    names = [form.example for form in (*FORMS, *bare.FORMS)]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("form", FORMS, ids=[ascii(form.example) for form in FORMS])
def test_a_row_finds_its_example(form):
    """A row without which its example would be found by another row alone is no row."""
    assert form in forms_of(form.example, choices(form))


@pytest.mark.parametrize("form", FORMS, ids=[ascii(form.example) for form in FORMS])
def test_cues_are_words_of_the_row(form):
    """In small letters, since a text is searched in small letters."""
    assert form.cues == form.cues.lower()
    assert (form.takes == "known" or form.language == "ko") == (form.cues == "")


@ROWS
@given(before=silent, after=silent)
def test_an_example_is_read_in_any_surroundings(form, before, after):
    """It is B, whatever stands before it, and behind it where it need not be the end."""
    ends = r"\Z" in form.words.rpartition("@")[2] and "|" not in form.words.rpartition("@")[2]
    behind = "" if ends else f"\n\n{after}"
    text = form.example if form.example.startswith("B가") else f"{before}\n\n{form.example}{behind}"
    found = find(text, options=choices(form))
    assert found is not None
    assert found.answer == 1
    assert text[found.start : found.end].strip("(). ")[:1] in {"B", "2"}


@ROWS
def test_saying_it_again_changes_nothing(form):
    """Twice the same is the same."""
    text = f"{form.example}\n\n{form.example}"
    assert read(text, options=choices(form)) == 1


@ROWS
def test_weaker_never_takes_back_stronger(form):
    """What only sounds like an answer stands behind one in vain, and takes back its like."""
    end = form.example.replace("B", "C").replace("2", "3").replace("Ribosomes", "Golgi apparatus")
    end = end.replace("Cibosomes", "Golgi apparatus")
    known = choices(form)
    strength = max(each.strength for each in forms_of(end, known))
    alone, weak = read(end, options=known), f"It is B.\n\n{end}"
    if alone == 2 and not end.startswith("C가"):
        assert read(f"The answer is (B).\n\n{end}", options=known) == int(strength)
        assert read(weak, options=known) == 2


REPEATED = dict.fromkeys(
    part
    for form in FORMS
    for part in (
        *(form.example, form.example + "\n"),
        *(f"{cue} " for cue in form.cues.split("|")[:2] if cue.strip()),
    )
)
"""Every form, and what its search begins with; many begin alike."""


@pytest.mark.parametrize("part", REPEATED, ids=map(ascii, REPEATED))
def test_time_grows_with_the_text(part):
    """Eight times the text takes not much more than eight times as long: its square were 64. Both
    are what reading takes at best of three, and the long one is not timed again once it is fast.
    """
    short, long = (part * (size // len(part)) for size in (8_000, 64_000))
    most = 32 * max(0.005, min(seconds(short) for _ in range(3)))
    assert any(seconds(long) < most for _ in range(3))


def seconds(text):
    """What reading a text takes."""
    started = time.process_time()
    assert read(text, options=CITIES) in (None, *range(4))
    return time.process_time() - started


PARTS = [*(form.example for form in FORMS), "**", "\u24b7", "\uff22", "<|im_end|>", "\\text{", "é"]
texts = st.lists(st.sampled_from([*PARTS, *SILENT, "\n", " "]) | st.text(), max_size=8).map("".join)


@given(texts)
def test_find_is_read_with_a_place(text):
    """The same answer, and a place in the text as it was written."""
    found = find(text, options=CITIES)
    assert (None if found is None else found.answer) == read(text, options=CITIES)
    if found:
        assert 0 <= found.start < found.end <= len(text)
        assert found.form in {form.example for form in (*FORMS, *bare.FORMS)}


@given(texts)
def test_places_in_plain_text_lead_back(text):
    """Places of the plain text are in order where they come from."""
    simple = Plain(text)
    places = [simple.place(at) for at in range(len(simple.text))]
    assert places == sorted(places)
    assert all(0 <= place <= len(text) for place in places)
    assert len(simple.text.lower()) == len(simple.text)


def test_strengths():
    """From what may be meant to what is said."""
    assert Strength.BARE < Strength.CONCLUSION < Strength.EXPLICIT
    assert {form.strength for form in bare.FORMS} == {Strength.BARE}
    assert Strength.BARE not in {form.strength for form in FORMS}


@pytest.mark.parametrize(
    "text",
    ["The answer is therefore Yes.", "Answer: Yes", "So the best answer is: Yes", "Antwort: Yes"],
)
def test_answers_of_other_kinds_are_announced_alike(text):
    """Rows that take anything say where a word or a number may stand that is no choice."""
    simple = plain(text)
    found = reader.scanner().announced(simple, simple.lower())
    places = {place for _, _, each in found for place in each}
    assert any(simple[place:].lstrip(": ").startswith("Yes") for place in places)
    assert not [*reader.scanner().announced("It is so.", "it is so.")]
