"""MMLU: 57 subjects, four choices, 14,042 questions, 5 shots (arXiv 2009.03300).

Asked as in hendrycks/test, evaluate.py. Subjects are grouped as in its categories.py, so
anatomy is in "other", where some tools count it as STEM.
"""

from operator import attrgetter

import pytest

from mcqtest import prompts
from mcqtest.types import Benchmark, Columns, Layout, Method, Source

GROUPS = {
    "STEM": """
        abstract_algebra astronomy college_biology college_chemistry college_computer_science
        college_mathematics college_physics computer_security conceptual_physics
        electrical_engineering elementary_mathematics high_school_biology high_school_chemistry
        high_school_computer_science high_school_mathematics high_school_physics
        high_school_statistics machine_learning
    """,
    "humanities": """
        formal_logic high_school_european_history high_school_us_history
        high_school_world_history international_law jurisprudence logical_fallacies
        moral_disputes moral_scenarios philosophy prehistory professional_law world_religions
    """,
    "social sciences": """
        econometrics high_school_geography high_school_government_and_politics
        high_school_macroeconomics high_school_microeconomics high_school_psychology
        human_sexuality professional_psychology public_relations security_studies sociology
        us_foreign_policy
    """,
    "other (business, health, misc.)": """
        anatomy business_ethics clinical_knowledge college_medicine global_facts human_aging
        management marketing medical_genetics miscellaneous nutrition professional_accounting
        professional_medicine virology
    """,
}

PUBLISHED = """
    100 135 152 100 265 144 100 100 100 173 102 100 235 114 145 378 126 100 310 203 100 165 198 193
    390 270 238 151 545 216 204 237 223 131 121 108 163 112 103 234 100 783 346 895 306 311 324 282
    1534 272 612 110 245 201 100 166 171
"""

SHOTS = {"shots": "dev"}
LETTERED = Columns(choices=("A", "B", "C", "D"))
LISTED = Columns()
ALL_SUBJECTS = Columns(task="subject")

MMLU = Benchmark(
    name="mmlu",
    groups={group: tuple(subjects.split()) for group, subjects in GROUPS.items()},
    source=Source(
        folder="mmlu",
        layouts=(
            # The archive's CSV has no header row.
            Layout(
                "{split}/{task}_{split}.csv",
                LETTERED,
                header=("question", "A", "B", "C", "D", "answer"),
                splits=SHOTS,
            ),
            Layout("{split}.jsonl", ALL_SUBJECTS, splits=SHOTS),
            Layout("{split}.jsonl.gz", ALL_SUBJECTS, splits=SHOTS),
            Layout("all/{split}-00000-of-00001.parquet", ALL_SUBJECTS, splits=SHOTS),
            Layout("{task}/{split}-00000-of-00001.parquet", LISTED, splits=SHOTS),
        ),
        hub="cais/mmlu",
        revision="c30699e8356da336a370243923dbaf21066bb9fe",
    ),
    methods={"letters": Method(prompts.mmlu)},
    shots=5,
    margin=2,
    published=tuple(map(int, PUBLISHED.split())),
)


@pytest.mark.mmlu
@pytest.mark.parametrize("task", MMLU.tasks, ids=attrgetter("name"))
def test_mmlu(task, results, baseline):
    """Each subject's answers are no worse than the baseline's."""
    assert results == baseline
