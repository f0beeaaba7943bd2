"""Whether what was asked for fits what was selected, told before anything is asked."""

from dataclasses import replace
from fractions import Fraction

import pytest
from builders import complaint, toy, toy_style
from cases import settings_of

from mcqtest.gate.licences import Licence
from mcqtest.run import checks
from mcqtest.types import Decoding, Method, Style

TOY = toy("tides", "winds", "waves")
MOONS = "gate.toy.moons: toy has no such task; there are tides, waves, winds"
STYLE = Style("toy_style", toy_style)
LAW = replace(
    toy("dentist", "lawyer", "sea"),
    name="law_pro",
    criteria={"dentist": Licence(9, Fraction(1, 2)), "lawyer": Licence(9)},
    methods={"letters": Method(STYLE), "cot": Method(STYLE, Decoding(9))},
)


@pytest.mark.parametrize(
    "given", [{"decoding": {"seed": "1"}}, {"reader": "lm_eval"}, {"fallback": "random"}]
)
def test_what_is_said_of_texts_needs_some(given):
    """Of this run or of another that it is held against; one benchmark that has them is enough."""
    (option,) = given
    settings = settings_of(**given)
    message = complaint(checks.check_texts, TOY.tasks, settings)
    assert message.startswith(f"--{option}: no text is asked for")
    for tasks in ((), LAW.tasks, (*TOY.tasks, *LAW.tasks)):
        checks.check_texts(tasks, settings)
    checks.check_texts(TOY.tasks, settings_of())


@pytest.mark.parametrize(
    ("place", "bounds", "said"),
    [
        ("Toy", {"min_accuracy": 0.5}, "gate.Toy: no such benchmark; write gate.toy"),
        ("t-oy/tides", {}, "gate.t-oy: no such benchmark; write gate.toy"),
        ("law-Pro", {}, "gate.law-Pro: no such benchmark; write gate.law_pro"),
        ("toy/moons", {"min_accuracy": 0.5}, MOONS),
        ("toy/tdies", {}, "gate.toy.tdies: toy has no such task; there are tides"),
        ("toy", {"min_passed": 1}, "gate.toy.min_passed = 1: these are no licences"),
        ("law_pro", {"min_passed": 3}, "gate.law_pro.min_passed = 3: there are only 2 licences"),
        (
            "law_pro/lawyer",
            {"min_passed": 2},
            "gate.law_pro.lawyer.min_passed = 2: it is one licence",
        ),
        (
            "law_pro/sea",
            {"min_passed": 1},
            "gate.law_pro.sea.min_passed = 1: these are no licences",
        ),
    ],
)
def test_thresholds_that_could_never_hold(place, bounds, said):
    """A name that is misspelt, a task that is not there, more licences than there are."""
    gate = {"toy/tides": {"min_accuracy": 1}, place: bounds}
    assert complaint(checks.check_named, (*TOY.tasks, *LAW.tasks), settings_of(gate=gate)) == said


HERE = {"benchmarks": [LAW], "installed": ["mmlu", "kmmlu_pro"], "in_part": False}


def collected(root=None, **changes):
    return checks.Collected(**HERE | {"root": root} | changes)


@pytest.mark.parametrize(
    ("place", "bounds", "said"),
    [
        ("mmul", {}, "gate.mmul: no such benchmark; there are kmmlu_pro, law_pro, mmlu, toy: "),
        ("mmul/anatomy", {}, "gate.mmul: no such benchmark; there are "),
        ("KMMLU-Pro", {}, "gate.KMMLU-Pro: no such benchmark; write gate.kmmlu_pro"),
        ("law_pro/pirate", {}, "gate.law_pro.pirate: law_pro has no such task"),
        ("ours", {"accuracy": 1}, "gate.ours.accuracy: no such threshold; write min_ or max_"),
    ],
)
def test_tables_of_what_nobody_knows(place, bounds, said):
    """No test that is installed or was collected, selected or not."""
    where = collected(in_part=place == "ours")
    settings = settings_of(gate={place: bounds})
    assert complaint(checks.check_named, TOY.tasks, settings, where).startswith(said)


def test_tables_of_what_somebody_may_know(tmp_path):
    """A benchmark that comes along, one whose test is another file's, one that is defined below."""
    settings = settings_of(gate={"ours": {"min_accuracy": 0.5}}, required=["ours"])
    checks.check_named(TOY.tasks, settings, collected(in_part=True))
    checks.check_named(TOY.tasks, settings_of(gate={"mmlu/x": {}}, required=["mmlu"]), collected())
    assert "gate.ours: no such" in complaint(
        checks.check_named, TOY.tasks, settings, collected(tmp_path)
    )
    (tmp_path / "test_ours.py").write_text('Benchmark.csv("ours.csv")', "utf-8")
    checks.check_named(TOY.tasks, settings, collected(tmp_path))


def test_required_benchmarks_that_nobody_knows():
    """Would always be missing."""
    said = complaint(checks.check_named, TOY.tasks, settings_of(required=["mmul"]), collected())
    assert said.startswith("required: mmul: no such benchmark; there are kmmlu_pro, ")
    said = complaint(checks.check_named, TOY.tasks, settings_of(required=["MMLU"]), collected())
    assert said == "required: MMLU: no such benchmark; write mmlu"
    checks.check_named(TOY.tasks, settings_of(required=["toy", "law_pro", "mmlu"]), collected())


@pytest.mark.parametrize(
    "name", ["", " a", "a ", "a/b", "a\\b", ".a", "a\nb", "x" * 201, "가" * 70]
)
def test_names_that_are_no_files(name):
    """Of a benchmark or of a task: its baseline could not be written, or not be read again."""
    checks.check_benchmarks(TOY.tasks)
    for benchmark in (toy("tides", name), replace(TOY, name=name)):
        said = complaint(checks.check_benchmarks, benchmark.tasks)
        assert f"{name[:60]!r} cannot be the name of a file" in said


def test_thresholds_that_can():
    """As many licences as there are; a task that was not selected; benchmarks of another run."""
    gate = {
        "toy/winds": {"max_ece": 0},
        "law_pro": {"min_passed": 2},
        "law_pro/dentist": {"min_passed": 1},
        "law_pro/sea": {"min_passed": 0},
        "mmlu/anatomy": {"min_passed": 99},
    }
    checks.check_named((TOY.tasks[0], *LAW.tasks), settings_of(gate=gate))


@pytest.mark.parametrize(
    ("data", "unused"), [(None, "law"), ("/data", "toy, law")], ids=["hub", "folder"]
)
def test_revisions_without_effect(data, unused):
    """Of benchmarks that were not selected, and of all where questions lie in a folder."""
    settings = settings_of(data=data, revision={"toy": "abc", "law": "def"})
    said = [f"--revision of {unused} has no effect on what is asked"]
    assert checks.unused_revisions(TOY.tasks, settings) == said
    assert checks.unused_revisions(TOY.tasks, settings_of(data=None, revision={"toy": "a"})) == []
