"""The benchmark files agree with what was published."""

from collections import Counter

import pytest
from realdata import CHECKOUT, benchmark, require

from mcqtest.data import fingerprint, load

# Test questions per subject of cais/mmlu.
PUBLISHED = """
    abstract_algebra 100 anatomy 135 astronomy 152 business_ethics 100 clinical_knowledge 265
    college_biology 144 college_chemistry 100 college_computer_science 100
    college_mathematics 100 college_medicine 173 college_physics 102 computer_security 100
    conceptual_physics 235 econometrics 114 electrical_engineering 145
    elementary_mathematics 378 formal_logic 126 global_facts 100 high_school_biology 310
    high_school_chemistry 203 high_school_computer_science 100
    high_school_european_history 165 high_school_geography 198
    high_school_government_and_politics 193 high_school_macroeconomics 390
    high_school_mathematics 270 high_school_microeconomics 238 high_school_physics 151
    high_school_psychology 545 high_school_statistics 216 high_school_us_history 204
    high_school_world_history 237 human_aging 223 human_sexuality 131 international_law 121
    jurisprudence 108 logical_fallacies 163 machine_learning 112 management 103 marketing 234
    medical_genetics 100 miscellaneous 783 moral_disputes 346 moral_scenarios 895 nutrition 306
    philosophy 311 prehistory 324 professional_accounting 282 professional_law 1534
    professional_medicine 272 professional_psychology 612 public_relations 110
    security_studies 245 sociology 201 us_foreign_policy 100 virology 166 world_religions 171
"""
MMLU_COUNTS = {
    name: int(count)
    for name, count in zip(PUBLISHED.split()[::2], PUBLISHED.split()[1::2], strict=True)
}


@pytest.fixture(scope="module")
def mmlu():
    """Task -> its test questions."""
    root = require("mmlu").parent
    return {task: load(task, "test", root) for task in benchmark("mmlu").MMLU.tasks}


def test_mmlu_subjects():
    """MMLU has its 57 subjects, each once, in four groups of the published sizes."""
    tasks = benchmark("mmlu").MMLU.tasks
    assert [task.name for task in tasks] == sorted(MMLU_COUNTS)
    assert Counter(task.group for task in tasks) == {
        "STEM": 18,
        "other (business, health, misc.)": 14,
        "social sciences": 12,
        "humanities": 13,
    }


def test_mmlu_anatomy_is_not_stem():
    """Anatomy is health, as in the authors' categories.py, where other tools say STEM."""
    groups = {task.name: task.group for task in benchmark("mmlu").MMLU.tasks}
    assert groups["anatomy"] == "other (business, health, misc.)"


def test_mmlu_counts(mmlu):
    """Every subject has the published number of questions, 14,042 in all."""
    assert {task.name: len(questions) for task, questions in mmlu.items()} == MMLU_COUNTS
    assert sum(map(len, mmlu.values())) == 14_042


def test_mmlu_group_counts(mmlu):
    """The groups hold the published numbers of questions, which pins each subject's group."""
    sizes = Counter()
    for task, questions in mmlu.items():
        sizes[task.group] += len(questions)
    assert sizes == {
        "STEM": 3018,
        "other (business, health, misc.)": 3242,
        "social sciences": 3077,
        "humanities": 4705,
    }


def test_mmlu_has_four_choices_and_five_shots(mmlu):
    """Every question has four choices, every subject five shots."""
    assert {len(question.choices) for asked in mmlu.values() for question in asked} == {4}
    root = require("mmlu").parent
    assert {len(load(task, "shots", root)) for task in mmlu} == {5}


@pytest.mark.parametrize(
    ("name", "row", "choice", "text"),
    [
        ("college_computer_science", 10, 0, "None"),
        ("college_physics", 60, 3, "None"),
        ("high_school_mathematics", 247, 0, "none"),
        ("high_school_chemistry", 163, 0, "Na"),
        ("philosophy", 176, 0, "TRUE"),
        ("high_school_computer_science", 47, 3, "FALSE"),
    ],
)
def test_mmlu_choices_that_look_like_no_text(mmlu, name, row, choice, text):
    """Choices that table libraries take for missing values, or for truth values, are text."""
    asked = {task.name: questions for task, questions in mmlu.items()}
    assert asked[name][row].choices[choice] == text


def test_mmlu_text_is_not_stripped(mmlu):
    """Line ends and outer spaces survive: a shot holds CRLF, 1,096 cells outer spaces."""
    root = require("mmlu").parent
    task = next(task for task in mmlu if task.name == "college_mathematics")
    shots = load(task, "shots", root)
    assert sum("\r\n" in shot.text for shot in shots) == 1
    cells = [cell for asked in mmlu.values() for q in asked for cell in (q.text, *q.choices)]
    assert sum(cell != cell.strip() for cell in cells) == 1096


def test_mmlu_questions_are_the_ones_known(mmlu):
    """All 14,042 questions, their choices, answers and order are those seen at release."""
    asked = [question for questions in mmlu.values() for question in questions]
    assert fingerprint(asked) == "09dacdb3123ae90bf81d8c083f182e34b8c4b7b438f788e9a1dc12d32e436d73"


def test_mmlu_hub_file_is_published():
    """The last layout is the hub's: a Parquet file per subject, at a whole commit's name."""
    source = benchmark("mmlu").MMLU.source
    last = source.layouts[-1]
    path = last.path.format(task="anatomy", split=last.splits["shots"])
    assert (source.hub, path) == ("cais/mmlu", "anatomy/dev-00000-of-00001.parquet")
    assert source.revision == "c30699e8356da336a370243923dbaf21066bb9fe"


def demo_root():
    """The embedded data folder."""
    return CHECKOUT / "mcqtest" / "demo" / "data"


def test_demo_has_questions_and_shots():
    """Every embedded subject is a task, with questions and as many shots as are asked for."""
    demo = benchmark("demo").DEMO
    files = (demo_root() / "demo" / "test").glob("*_test.csv")
    names = [task.name for task in demo.tasks]
    assert names == sorted(path.name.removesuffix("_test.csv") for path in files)
    assert names
    for task in demo.tasks:
        assert load(task, "test", demo_root())
        assert len(load(task, "shots", demo_root())) == demo.shots


def test_missing_data_skips_or_fails(tmp_path, monkeypatch):
    """Tests of real data are skipped without it, and fail where it was promised."""
    monkeypatch.setenv("MCQTEST_DATA", str(tmp_path))
    monkeypatch.delenv("MCQTEST_REQUIRE_DATA", raising=False)
    with pytest.raises(pytest.skip.Exception, match="set MCQTEST_DATA"):
        require("mmlu")
    monkeypatch.setenv("MCQTEST_REQUIRE_DATA", "1")
    with pytest.raises(pytest.fail.Exception, match="set MCQTEST_DATA"):
        require("mmlu")
    (tmp_path / "mmlu").mkdir()
    assert require("mmlu") == tmp_path / "mmlu"
