"""MMLU-Pro: 14 categories, 3 to 10 choices, 12,032 questions, 5 shots (arXiv 2406.01574).

Asked with chain of thought as in TIGER-AI-Lab/MMLU-Pro, evaluate_from_local.py; `--method=letters`
asks for the answer directly, and a chat takes the prompt of evaluate_from_api.py there. Earlier
revisions of the questions hold a few with one or two choices.
"""

from operator import attrgetter

import pytest

from mcqtest import prompts
from mcqtest.types import Benchmark, Columns, Decoding, Layout, Method, Source

CATEGORIES = """
    biology business chemistry computer_science economics engineering health history law math
    other philosophy physics psychology
"""

SHOTS = {"shots": "validation"}
COLUMNS = Columns(
    choices="options",
    id="question_id",
    task="category",
    reasoning="cot_content",
    padding="N/A",
    fewest=1,
)

MMLU_PRO = Benchmark(
    name="mmlu_pro",
    groups={"categories": tuple(CATEGORIES.split())},
    titles={"computer_science": "computer science"},
    source=Source(
        folder="mmlu_pro",
        layouts=(
            Layout("{split}.jsonl", COLUMNS, splits=SHOTS),
            Layout("{split}.jsonl.gz", COLUMNS, splits=SHOTS),
            Layout("data/{split}-00000-of-00001.parquet", COLUMNS, splits=SHOTS),
        ),
        hub="TIGER-Lab/MMLU-Pro",
        revision="3373e0b32277875b8db2aa555a333b78a08477ea",
    ),
    methods={
        "cot": Method(
            prompts.mmlu_pro,
            Decoding(max_tokens=2048, stop=("Question:",)),
            chat=prompts.mmlu_pro_api,
        ),
        "letters": Method(prompts.mmlu_pro_direct),
    },
    shots=5,
    margin=2,
    published=(717, 789, 1132, 410, 844, 969, 818, 381, 1101, 1351, 924, 499, 1299, 798),
)


@pytest.mark.mmlu_pro
@pytest.mark.parametrize("task", MMLU_PRO.tasks, ids=attrgetter("name"))
def test_mmlu_pro(task, results, baseline):
    """Each category's answers are no worse than the baseline's."""
    assert results == baseline
