"""The 24 prompt styles of MMLU-Pro's sensitivity study, as its list has them, and runs in them."""

import json
from collections import Counter
from statistics import pstdev

import pytest
import test_plugin_texts as texts
from builders import complaint
from hypothesis import given
from hypothesis import strategies as st
from project import both_ways, sentences
from realdata import benchmark

from mcqtest import prompts
from mcqtest.prompts import korean, styles, variants
from mcqtest.types import Benchmark, Layout, Question, Source, Task

INSTRUCTIONS = [
    (
        "Please read the following multiple-choice questions and provide the most likely correct "
        "answer based on the options given."
    ),
    (
        "You are an expert in computer science. Below is a series of example questions (with "
        "answers) about computer science for demonstration. You will be given a question at the "
        "end, after the examples, for you to answer. Think it step by step, and give your answer "
        "at the end."
    ),
    "The following are multiple choice questions (with answers) about computer science.",
    (
        "You are a helpful assistant. Below is a series of example questions (with answers) about "
        "computer science for demonstration. You will be given a question at the end, after the "
        "examples, for you to answer. First give step-by-step reasoning about how to solve the "
        "question. Then output the answer."
    ),
]
FORMATS = [
    "Question: Why?\nOptions:\n(A) one\n(B) two\n(C) three\n\nCorrect Answer:",
    "**Question**: Why?\nOptions:\n(A) one\n(B) two\n(C) three\n\n**Correct Answer**:",
    "Q: Why?\nOptions:\n(A) one\n(B) two\n(C) three\n\nThe Best Choice: ",
    "Question:\nWhy? A) one, B) two, C) three, \nThe most likely option is ",
    "Question: Why?\nOptions:\nA. one\nB. two\nC. three\n\nYour choice: ",
    "**Question**: Why? (A) one (B) two (C) three \n**Answer**:",
]
"""As tested_24_prompt_styles.txt shows them, ends of lines included."""
NAMES = [f"i{i}f{f}" for i in (1, 2, 3, 4) for f in (1, 2, 3, 4, 5, 6)]
STEPS = "Let's think step by step. It is two. The answer is (B)."
WHY = Question("Why?", ("one", "two", "three"), 1, "7", f"A: {STEPS}")
METHODS = ("letters", "cot")


def task(name="computer_science"):
    """A category of MMLU-Pro by name."""
    return next(each for each in benchmark("mmlu_pro").MMLU_PRO.tasks if each.name == name)


def published(name):
    """A style's instruction and format, by its name."""
    return INSTRUCTIONS[int(name[1]) - 1], FORMATS[int(name[3]) - 1]


@pytest.mark.parametrize("name", NAMES)
def test_letters(name):
    """Prompt and scored letter together are the published format and the letter: the space in
    between is published, or is that of the answer.
    """
    instruction, form = published(name)
    prompt = styles.named("letters", name).write(task(), [WHY, WHY], WHY)
    assert prompt.header == f"{instruction}\n\n"
    space = "" if form.endswith(" ") else " "
    assert prompt.shots == (f"{form}{space}B\n\n",) * 2
    for letter, scored in zip("ABC", prompts.letters(WHY), strict=True):
        assert prompt.query + scored == f"{form}{space}{letter}"
    assert not prompt.query.endswith(" ")


@pytest.mark.parametrize("name", NAMES)
def test_cot(name):
    """The model goes on from the steps, one space behind the format; a shot shows its own."""
    instruction, form = published(name)
    prompt = styles.named("cot", name).write(task(), [WHY, WHY], WHY)
    assert prompt.header == f"{instruction}\n\n"
    assert prompt.shots == (f"{form.rstrip()} {STEPS}\n\n",) * 2
    assert prompt.query == f"{form.rstrip()} Let's think step by step."


@pytest.mark.parametrize("name", NAMES)
def test_shot_without_a_worked_solution(name):
    """It cannot be shown as an example of reasoning; for letters it needs none."""
    bare = Question("Why?", ("one", "two", "three"), 1, "8")
    message = complaint(styles.named("cot", name).write, task(), [WHY, bare], WHY)
    assert message.startswith("question '8': no worked solution to show as an example; ask with ")
    prompt = styles.named("letters", name).write(task(), [bare], WHY)
    assert prompt.shots == styles.named("letters", name).write(task(), [WHY], WHY).shots


@pytest.mark.parametrize("method", METHODS)
def test_there_are_24(method):
    """Every pair of an instruction and a format, in order, and no two ask alike."""
    several = variants.several(method, "all")
    assert [each.name for each in several] == NAMES
    every = [each.style for each in several]
    assert [style.name for style in every] == NAMES
    written = {style.write(task(), [WHY], WHY).text for style in every}
    assert len(written) == 24
    assert {style.write(task(), [], WHY).text for style in every}.isdisjoint(written)


def test_subjects_are_words():
    """Names that are made for command lines are written with spaces, whatever the benchmark."""
    other = Benchmark("toy", {"": ("us_law",)}, Source("toy", (Layout("", None),)), {}, 0)
    style = styles.named("letters", "i2f1")
    header = style.write(Task(other, "us_law", ""), [], WHY).header
    assert header.startswith("You are an expert in us law. Below is a series of example questions ")
    assert "about us law for" in header


# --- names ------------------------------------------------------------------------------------

OTHERS = {
    "letters": "mmlu, mmlu_pro_direct, kmmlu",
    "cot": "mmlu_pro, mmlu_pro_api, kmmlu_cot, kmmlu_pro, kmmlu_pro_english, confidence",
}


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("name", ["i0f1", "i5f1", "i1f7", "I1F1", "i1f1 ", "", "all", "recorded"])
def test_unknown_style(method, name):
    """One line with the names that exist."""
    assert complaint(styles.named, method, name) == (
        f"--style={name}: no such style for --method={method}; there are {OTHERS[method]} and "
        "i1f1 to i4f6"
    )


@pytest.mark.parametrize("method", METHODS)
def test_styles_belong_to_methods(method):
    """A benchmark's own style is found by name for its method, and for no other."""
    for each in METHODS:
        for name in OTHERS[each].split(", "):
            if each == method:
                room = korean if name.startswith("k") else prompts
                room = styles if name == "confidence" else room
                assert styles.named(method, name) is getattr(room, name)
            else:
                assert f"--style={name}: no such" in complaint(styles.named, method, name)


@pytest.mark.parametrize("method", METHODS)
def test_several_styles(method):
    """Each name once, in the order given, with or without spaces; the benchmarks' own count."""
    own = OTHERS[method].partition(",")[0]
    found = variants.several(method, f"i2f2, i1f1,{own} ,i2f2")
    assert [each.name for each in found] == ["i2f2", "i1f1", own]
    assert [each.style.name for each in found] == ["i2f2", "i1f1", own]
    assert found[0].style is styles.named(method, "i2f2")
    assert found[0].of(WHY) == (WHY, range(len(WHY.choices)))


@pytest.mark.parametrize("names", ["i1f1", "i1f1,i1f1", " i1f1 ,i1f1,i1f1"])
def test_one_style_has_no_spread(names):
    """Nothing varies where there is only one."""
    assert complaint(variants.several, "letters", names) == (
        f"--sensitivity={names}: a spread needs two styles; name another, or all"
    )


@pytest.mark.parametrize("names", ["i1f1,i9f9", "i9f9", "i9f9,all", "i1f1,i2f2,i9f9"])
def test_unknown_style_among_several(names):
    """The one that does not exist is named, with the option that named it."""
    assert complaint(variants.several, "cot", names) == (
        f"--sensitivity=i9f9: no such style for --method=cot; there are {OTHERS['cot']} and "
        "i1f1 to i4f6"
    )


# --- any text ---------------------------------------------------------------------------------

any_text = st.lists(
    st.sampled_from(["{", "}", "{}", "{0}", "{subject}", "{$}", "%", "%s", "\\n", "\n", " ", "a"]),
    min_size=1,
    max_size=5,
).map("".join)
every_style = st.sampled_from(
    [styles.named(method, name) for method in METHODS for name in NAMES]
    + [
        styles.named(method, name)
        for method in METHODS
        for name in OTHERS[method].split(", ")
        if not name.startswith("kmmlu")  # tests/test_korean.py
    ]
)


@given(every_style, any_text, st.lists(any_text, min_size=1, max_size=10), any_text)
def test_texts_are_verbatim(style, text, choices, reasoning):
    """Question, choices and worked solution stand where letters would stand: nothing in them is
    taken for a place to fill, and nothing is stripped.
    """
    marks = [chr(0xE000 + number) for number in range(len(choices) + 2)]
    marked = Question(marks[0], tuple(marks[2:]), 0, "0", marks[1])
    filled = Question(text, tuple(choices), 0, "0", reasoning)
    places = dict(zip(map(ord, marks), [text, reasoning, *choices], strict=True))
    expected = style.write(task(), [marked], marked)
    found = style.write(task(), [filled], filled)
    assert found.header == expected.header
    assert found.shots[0] == expected.shots[0].translate(places)
    assert found.query == expected.query.translate(places)
    for mark in (marks[0], *marks[2:]):
        assert expected.query.count(mark) == 1


# --- sensitivity ------------------------------------------------------------------------------


@pytest.fixture
def project(project):
    """The toy project with a model that errs by format."""
    return texts.furnish(project)


EVERY = {name: {"1": 0.5, "3": 0.75}.get(name[3], 1.0) for name in NAMES}
"""Accuracies of the usual model."""
FOUR = {name: EVERY[name] for name in ("i1f1", "i2f2", "i4f3", "i3f6")}


@pytest.mark.parametrize(
    ("names", "expected"), [("all", EVERY), (",".join(FOUR), FOUR)], ids=["all", "four"]
)
def test_sensitivity(project, names, expected):
    """Each style is asked once, and its accuracy is what it is by itself; spread and standard
    deviation are theirs.
    """
    result = project.run("--method=letters", "--snapshot-update", f"--sensitivity={names}")
    assert result.ret == 0, sentences(result)
    requests = texts.TOTAL + texts.TOTAL * len(expected)
    assert f"60 questions in {requests:,} requests, none stored" in sentences(result)
    counts = Counter(project.log())
    assert counts == dict.fromkeys([f"toy/{name}" for name in texts.NAMES], 1 + len(expected))
    best = max(expected, key=expected.__getitem__)
    assert (
        f"  sensitivity, in {len(expected)} styles: 0.5000 (i1f1) to 1.0000 ({best}), spread "
        f"0.5000, standard deviation {pstdev(expected.values()):.4f}"
    ) in result.outlines

    found = project.summary["benchmarks"]["toy"]
    assert found["styles"] == pytest.approx(expected)
    assert list(found["styles"]) == list(expected)
    assert found["spread"] == pytest.approx(0.5)
    assert found["deviation"] == pytest.approx(pstdev(expected.values()))
    plants = found["tasks"]["plants"]
    assert plants["deviation"] == pytest.approx(pstdev(plants["styles"].values()))
    assert found["accuracy"] == pytest.approx(texts.ACCURACY["letters"])
    alone = texts.record(project, "--method=letters", "--style=i4f3")
    assert alone["accuracy"] == pytest.approx(0.75)
    assert "styles" not in alone
    assert project.log() == []


def test_sensitivity_is_stored(project):
    """A second run asks nothing and says the same; so do two processes, in the same bytes."""
    seen = []
    for folder, args in (("one", ()), ("two", ("-n", "2"))):
        places = (f"--run-dir={folder}", f"--baselines-dir={folder}", *args)
        asked = ("--method=letters", "--sensitivity=i1f1,i2f2", "--snapshot-update", *places)
        assert project.run(*asked).ret == 0
        seen.append(project.outputs(folder))
        assert len(project.log()) == 3 * texts.TOTAL
    assert seen[0] == seen[1]
    before = json.loads(seen[1][0])["benchmarks"]["toy"]
    project.log("loaded")
    assert project.run(*asked).ret == 0
    assert project.log() == project.log("loaded") == []
    after = json.loads(project.outputs("two")[0])["benchmarks"]["toy"]
    assert after["styles"] == before["styles"] == {"i1f1": 0.5, "i2f2": 1.0}


def test_sensitivity_to_styles_of_texts(project):
    """Steps can be asked for in these styles as well."""
    found = texts.record(project, "--sensitivity=i1f1,mmlu_pro")
    assert found["styles"]["mmlu_pro"] == found["accuracy"] == pytest.approx(texts.ACCURACY["cot"])
    assert found["spread"] == pytest.approx(5 / texts.TOTAL)  # where the last line is another one
    assert len(project.log()) == 2 * texts.TOTAL  # the benchmark's own style is no other request


def test_the_verdict_is_about_the_benchmarks_own_style(project):
    """A checkpoint that is much worse in another style is no worse: it is told, and no more."""
    texts.record(project, "--method=letters")
    project.model("b", wrong=texts.errors(texts.WRONG | {"**Correct Answer**:": texts.NAMES}))
    asked = ("--method=letters", "--baseline=a")
    plain = texts.done(project, *asked, model="b")
    varied = texts.done(project, *asked, "--sensitivity=i2f2,i2f6", model="b")
    assert project.summary["verdict"] == "no_loss_proven"
    assert varied["styles"] == {"i2f2": 0.0, "i2f6": 1.0}
    new = {"styles", "spread", "deviation"}
    assert {key: value for key, value in varied.items() if key not in {*new, "tasks"}} == {
        key: value for key, value in plain.items() if key != "tasks"
    }


BOUNDS = {
    (): "toy: max_spread = 0.49, but this run has no spread; add --sensitivity=all",
    ("--sensitivity=i1f1,i2f2",): "toy: spread 0.5000 is above max_spread = 0.49",
    ("--sensitivity=i1f1,i2f2", "-n", "2"): "toy: spread 0.5000 is above max_spread = 0.49",
}


def test_max_spread(project):
    """Red above the bound, and where no other style was asked; green up to it."""
    asked = ("--method=letters", "--baseline=none")
    ini = "[pytest]\nmcq_gate = toy.{}max_spread = {}\n"
    project.write("pytest.ini", ini.format("", 0.49))
    for more, why in BOUNDS.items():
        result = project.run(*asked, *more)
        assert result.ret == 1, sentences(result)
        assert f"MAY NOT SHIP: a: {why}" in sentences(result)
        assert project.summary["reasons"] == [why]
    project.write("pytest.ini", ini.format("", 0.5))
    assert texts.done(project, *asked, "--sensitivity=i1f1,i2f2")["spread"] == 0.5
    project.write("pytest.ini", ini.format("plants.", 0.4))
    result = project.run(*asked, "--sensitivity=i1f1,i2f2")
    assert result.ret == 1
    assert project.summary["reasons"] == ["toy/plants: spread 0.5000 is above max_spread = 0.4"]


@both_ways
def test_a_style_that_cannot_be_asked(project, args):
    """A question without an answer in one style makes its case an error; others are judged."""
    texts.record(project, "--method=letters")
    project.control(refuse="toy/plants/7")
    result = project.run("--method=letters", "--sensitivity=i1f1,i2f2", *args)
    assert "INTERNALERROR" not in sentences(result)
    assert result.ret == 1
    result.assert_outcomes(passed=1, errors=1)
    assert "toy/plants/7: the double has no answer to this" in sentences(result)
    assert project.summary["verdict"] == "fail"
    assert set(project.summary["benchmarks"]["toy"]["tasks"]) == {"stars"}
