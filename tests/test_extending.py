"""docs/extending.md: its files are written as they stand there, and its commands run."""

from __future__ import annotations

import re

import pytest
from page import BACKEND, COMMANDS, DAMAGED, FILES, GOOD, READER, TWO, arguments, page
from project import both_ways, mistake

from mcqtest.gate import sign_flips

__all__ = ["page"]  # a fixture

MEASURED = "good/measures/measures.txt"


# --- the page as it stands ------------------------------------------------------------------------


def test_every_command_ends_as_the_page_says(page):
    """In this order, with the files of the page: recorded, green, red, or one line; and where the
    page shows what is printed, that is printed.
    """
    for command, comment, shown in COMMANDS:
        how = re.match(r"\w+", comment)[0]
        if how == "exit":
            mistake(page.run(*arguments(command)))
        else:
            result = page.says(how, *arguments(command))
            result.stdout.fnmatch_lines([f"*{line}*" for line in shown.splitlines()])


def test_the_short_form_is_ten_lines():
    """A benchmark of one's own is ten lines or fewer."""
    assert len(FILES["test_mine.py"].strip().splitlines()) - 1 - 3 <= 10  # a name, blank lines


def test_the_backend_is_about_forty_lines():
    """A whole one."""
    lines = [line for line in FILES["local/by_heart.py"].splitlines() if line.strip()]
    assert len(lines) <= 45


# --- a table --------------------------------------------------------------------------------------


def test_a_table_gates_with_workers(page):
    """Recorded, green, red, as on the page: the damaged third is found, by the ids of the table."""
    page.says("recorded", *GOOD, "-m", "mine", "--snapshot-update", *TWO)
    assert [*page.baselines()] == ["good/mine/differences.txt", "good/mine/sums.txt"]
    page.says("green", *GOOD, "-m", "mine", *TWO)
    result = page.says("red", *DAMAGED, "-m", "mine", *TWO)
    result.stdout.fnmatch_lines(["*mine as a whole is worse than baseline 'good'*"])
    lost = [row["id"] for row in page.rows if row["change"] == "lost"]
    assert page.summary["benchmarks"]["mine"]["lost"] == len(lost) > 10
    assert {*lost} < {*(f"s{at}" for at in range(30)), *(f"d{at}" for at in range(30))}


def test_thresholds_of_a_table(page):
    """Of the whole and of a category, as of any benchmark."""
    page.says("red", *DAMAGED[:2], "-m", "mine", "--baseline=none")
    reasons = page.summary["reasons"]
    assert any(re.match("mine: accuracy .* is below min_accuracy = 0.9", each) for each in reasons)
    assert any(each.startswith("mine/sums: accuracy") for each in reasons)


def test_a_table_that_changed_is_another_one(page):
    """Another id, and the old baseline is not compared with."""
    page.says("recorded", *GOOD, "-m", "mine", "--snapshot-update")
    page.write("mine.csv", page.read("mine.csv").replace("s10,", "s99,"))
    assert "another question set" in mistake(page.run(*GOOD, "-m", "mine"))


@both_ways
def test_a_table_that_is_none_is_one_line(page, args):
    """While pytest collects the file that names it; and no traceback."""
    page.edit("test_mine.py", 'choices="ABCD"', 'choices="ABCE"')
    said = "mine.csv: no column E (choices='ABCE'), only id, category, question, A, B, C, D, answer"
    assert said in mistake(page.run(*GOOD, "test_mine.py", *args))
    assert said in page.summary["reasons"][0]


def test_two_tables_of_one_name(page):
    """They would share their baselines; so each has a name of its own."""
    page.write("more/mine.csv", page.read("mine.csv").replace("s1,", "s0,"))
    page.write("more/test_more.py", FILES["test_mine.py"])
    assert "mine: two benchmarks have this name" in mistake(page.run(*GOOD, "-m", "mine"))
    page.edit("more/test_more.py", "choices", 'name="mine2", choices')
    page.says("recorded", *GOOD, "-m", "mine or mine2", "--snapshot-update")
    assert {name.split("/")[1] for name in page.baselines()} == {"mine", "mine2"}


def test_markers_and_benchmarks(page):
    """A plain run asks what the project lists, -m asks what it names, --benchmarks overrides."""
    expected = {
        (): {"mine", "measures"},
        ("-m", "mine or exam"): {"mine", "exam"},
        ("--benchmarks=exam,mine",): {"mine", "exam"},
        ("test_exam.py", "-k", "history"): {"exam"},
    }
    for words, names in expected.items():
        page.run(*GOOD, *words, "--snapshot-update")
        assert page.summary["benchmarks"].keys() == names
    assert page.summary["benchmarks"]["exam"]["tasks"].keys() == {"history"}


# --- numbers and metrics --------------------------------------------------------------------------


def test_numbers_are_compared_by_sign_flips(page):
    """The baseline holds the numbers, and the p-value is that of the differences."""
    page.says("recorded", *GOOD, "-m", "measures", "--snapshot-update", *TWO)
    assert page.baselines()[MEASURED].startswith("mcqtest baseline 1")  # all are exactly right
    page.says("red", *DAMAGED, "-m", "measures", *TWO)
    found = page.summary["benchmarks"]["measures"]
    differences = [row.get("value", float(row["correct"])) - 1 for row in page.rows]
    assert found["p_value"] == pytest.approx(sign_flips(differences))
    assert found["accuracy"] == pytest.approx(0.6, abs=0.01)
    accept = ("--accept-regression", "nearly as good", "--model-name=good")
    page.says("recorded", *DAMAGED[:2], "-m", "measures", "--snapshot-update", *accept)
    assert page.baselines()[MEASURED].startswith("mcqtest baseline 2")
    page.says("green", *DAMAGED, "-m", "measures", *TWO)


@both_ways
def test_a_metric_of_ones_own(page, args):
    """In the terminal and the summary, and bounded outside 0 and 1."""
    page.edit("pyproject.toml", "max_error = 5", "max_error = 3.5")
    result = page.says("red", *DAMAGED[:2], "-m", "measures", "--baseline=none", *args)
    result.stdout.fnmatch_lines(["*  error 3.99*"])
    assert page.summary["benchmarks"]["measures"]["error"] == pytest.approx(4, abs=0.01)
    (reason,) = page.summary["reasons"]
    assert re.fullmatch(r"measures: error 3.99\d\d is above max_error = 3.5", reason)


@both_ways
@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("error, better", "lambda _: 1.0, better", "with -n its function has to stand by a name"),
        ("return 100 * sum", "return 1 / 0 * sum", "ZeroDivisionError: division by zero ("),
    ],
    ids=["lambda", "fails"],
)
def test_a_metric_that_cannot_be_is_one_line(page, args, old, new, said):
    """And no traceback, wherever it is found; one process needs no name for it."""
    page.edit("test_measures.py", old, new)
    result = page.run(*GOOD, "-m", "measures", "--baseline=none", *args)
    if "lambda" in new and not args:
        assert result.ret == 0
    else:
        assert f"metric error: {said}" in mistake(result)


def test_a_text_is_worth_a_number(page):
    """Not NaN, which would be counted as wrong without a word."""
    page.edit("test_measures.py", "return max(0.0, ", "return float('nan') + max(0.0, ")
    said = mistake(page.run(*GOOD, "-m", "measures", "--baseline=none"))
    assert "measures/measures/m1: its text is worth nan by close; a finite number" in said


# --- readers, styles, samples -------------------------------------------------------------------


def test_an_edited_reader_is_another_one(page):
    """Not compared with the old one; and nothing is asked again, for texts are stored."""
    page.says("recorded", *GOOD, *READER, "--snapshot-update", *TWO)
    text = page.baselines()["good/exam/cot/history.txt"]
    assert re.search(r"reader local\.reading:final [0-9a-f]{12}, fallback wrong", text)
    page.says("green", *GOOD, *READER, *TWO)
    page.edit("local/reading.py", "def", "# edited\ndef")
    assert "asked in another way" in mistake(page.run(*GOOD, *READER, *TWO))
    assert page.stored() == 40


def test_a_reader_that_gives_a_letter(page):
    """What it gives is checked, and the mistake is one line."""
    page.edit("local/reading.py", "return choices.index(said.strip())", "return 'A'")
    said = mistake(page.run(*GOOD, *READER, "--baseline=none"))
    assert "--reader=local.reading:final: gave 'A' for a text; give the index of a choice" in said


def test_an_edited_style_is_another_one(page):
    """The prompts' hash stands in the baseline."""
    page.says("recorded", *GOOD, "-m", "exam", "--snapshot-update")
    page.edit("test_exam.py", "one letter", "a letter")
    assert "asked in another way" in mistake(page.run(*GOOD, "-m", "exam"))


def test_a_style_for_a_table(page):
    """`Benchmark.csv` takes one."""
    page.edit(
        "test_mine.py", "import pytest\n", "import pytest\nfrom test_exam import Style, terse\n"
    )
    page.edit("test_mine.py", '"ABCD"', '"ABCD", style=Style("terse", terse)')
    page.says("recorded", *GOOD, "-m", "mine", "--snapshot-update")
    assert "asking     terse, 0 shots, letters" in page.baselines()["good/mine/sums.txt"]


def test_the_mean_of_several_samples(page):
    """A score is the share of samples that are right, and compared as such."""
    words = ("temperature=0.7", "samples=4", "vote=mean")
    sampled = [*READER, *(word for each in words for word in ("--decoding", each))]
    page.says("recorded", *GOOD, *sampled, "--snapshot-update", *TWO)
    values = [row.get("value", float(row["correct"])) for row in page.rows]
    assert {*values} > {0.5, 0.75, 1}
    for row, value in zip(page.rows, values, strict=True):
        assert sum(vote == row["gold"] for vote in row["votes"]) == 4 * value
    page.says("green", *GOOD, *sampled, *TWO)
    page.says("red", *DAMAGED, *sampled, *TWO)


# --- a backend --------------------------------------------------------------------------------

KNOBS = """
import os
from dataclasses import replace
from pathlib import Path

from local import by_heart
from local.by_heart import find


def setup(model, options):
    return replace(by_heart.setup(model, options), backend=__name__)


def load(model, setup):
    if Path("refuse").exists():
        raise RuntimeError("loaded")
    return Knobs(by_heart.load(model, setup))


class Knobs:
    def __init__(self, backend):
        self.backend = backend

    def run(self, requests):
        for number, response in enumerate(self.backend.run(requests)):
            if Path("stop").exists() and number == 7:
                raise KeyboardInterrupt
            yield response
"""
KNOBBED = ("--backend=local.knobs", "--model=models/good.json")


@both_ways
def test_answers_of_anybodys_backend_are_stored(page, args):
    """A run that was stopped goes on where it stopped; the next one asks nothing, and does not
    even load the model.
    """
    page.write("local/knobs.py", KNOBS)
    page.write("stop", "")
    result = page.run(*KNOBBED, "-m", "mine", "--snapshot-update", *args)
    assert result.ret != 0
    kept = page.stored()
    assert 7 <= kept <= 14
    (page.path / "stop").unlink()
    result = page.says("recorded", *KNOBBED, "-m", "mine", "--snapshot-update", *args)
    result.stdout.fnmatch_lines([f"*mcqtest: 2 tasks, 43 questions, {kept} stored"])
    assert page.stored() == 43
    page.write("refuse", "")
    result = page.says("green", *KNOBBED, "-m", "mine", *args)
    result.stdout.fnmatch_lines(["*mcqtest: 2 tasks, 43 questions, 43 stored"])


def test_another_model_or_version_is_asked_anew(page):
    """Answers are those of a model's content, and of what the setup says."""
    page.run(*GOOD, "-m", "mine", "--snapshot-update")
    page.run(*DAMAGED, "-m", "mine")
    assert page.stored() == 2 * 43
    page.edit("local/by_heart.py", "by heart 1", "by heart 2")
    page.says("green", *GOOD, "-m", "mine")
    assert page.stored() == 3 * 43


def test_a_backend_names_its_own_mistakes(page):
    """What it raises is the line that a user reads."""
    said = mistake(page.run(BACKEND, "--model=models/none.json", "-m", "mine"))
    assert "models/none.json: no such file; name a JSON file of answers" in said


# --- looking closer -----------------------------------------------------------------------------


def test_a_closer_look_with_workers(page):
    """Labels, other orders of the choices and a sweep are told in the summary; a model that knows
    the words does not mind the order. The verdict is that of the run's own way.
    """
    page.says("recorded", *GOOD, "-m", "mine or exam", "--snapshot-update", *TWO)
    other = ("--tags=labels.csv", "--sensitivity=reversed,rotated")
    page.says("red", *DAMAGED, "-m", "mine", *other, *TWO)
    found = page.summary["benchmarks"]["mine"]
    counts = {label: each["n"] for label, each in found["labels"].items()}
    assert counts == {"borrow": 1, "carry": 2, "even": 2}
    changes = {row["id"]: row["change"] for row in page.rows}
    lost = [changes[id_] for id_ in ("s1", "s2")].count("lost")
    assert found["labels"]["carry"]["lost"] == lost
    assert found["styles"] == {"reversed": found["accuracy"], "rotated": found["accuracy"]}
    assert found["spread"] == 0
    page.says("green", *GOOD, "-m", "exam", "--sweep=shots=0,1,2", *TWO)
    swept = page.summary["benchmarks"]["exam"]["sweep"]
    assert {name: each["accuracy"] for name, each in swept.items()} == {
        "shots=0": 1.0,
        "shots=1": 1.0,
        "shots=2": 1.0,
    }


def test_labels_of_nothing_are_told(page):
    """A file for other questions would say nothing, and nobody would know why."""
    page.edit("labels.csv", "s1,", "x1,")
    page.write("labels.csv", "id,labels\nx1,carry\n")
    result = page.run(*GOOD, "-m", "mine", "--tags=labels.csv", "--snapshot-update")
    result.stdout.fnmatch_lines(["note: --tags: none of its ids is that of a question that was *"])


@both_ways
def test_a_misspelt_benchmark_is_no_pass(page, args):
    """Else it would never be gated; where single files are named, others may know it."""
    page.run(*GOOD, "--snapshot-update")
    page.says("green", *GOOD, "-m", "mine", *args)
    page.edit("pyproject.toml", '"measures"]', '"measure"]')
    page.says("green", *GOOD, "test_mine.py", *args)
    page.says("green", *GOOD, "--ignore=test_measures.py", *args)
    for more in ((), ("-m", "mine")):
        said = mistake(page.run(*GOOD, *more, *args))
        assert "--benchmarks=measure: no such benchmark; there are " in said
