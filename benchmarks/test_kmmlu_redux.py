"""KMMLU-Redux: 14 domains of the Korean National Technical Qualifications, four choices, 2,587
questions, no shots (arXiv 2507.08924).

Asked with chain of thought in Korean, as there; `--style=kmmlu_pro_english` asks in English,
`--method=letters` for the answer directly. The data set is gated: its licence is accepted on its
page on the hub. Neither the column of domains nor the names of files on the hub could be confirmed.
"""

from operator import attrgetter

import pytest

from mcqtest.prompts import korean
from mcqtest.types import Benchmark, Columns, Decoding, Layout, Method, Source

DOMAINS = {
    "agriculture_forestry_fisheries": "농림어업",
    "architecture": "건축",
    "chemistry": "화학",
    "construction": "건설",
    "culture_arts_design_broadcasting": "문화예술디자인방송",
    "electrical_electronics": "전기전자",
    "environment_energy": "환경에너지",
    "food_processing": "식품가공",
    "information_communication": "정보통신",
    "mechanical_engineering": "기계",
    "management_accounting_office": "경영/회계/사무",
    "materials": "재료",
    "mining_resources": "광업자원",
    "safety_management": "안전관리",
}

COLUMNS = Columns(choices="options", answer="solution", first=1, task="category")

METHODS = {
    "cot": Method(korean.kmmlu_pro, Decoding(max_tokens=2048)),
    "letters": Method(korean.kmmlu),
}

KMMLU_REDUX = Benchmark(
    name="kmmlu_redux",
    groups={"domains": tuple(DOMAINS)},
    titles=DOMAINS,
    source=Source(
        folder="kmmlu_redux",
        layouts=(
            Layout("{split}.jsonl", COLUMNS),
            Layout("{split}.jsonl.gz", COLUMNS),
            Layout("**/{split}-*.parquet", COLUMNS),
        ),
        hub="LGAI-EXAONE/KMMLU-Redux",
    ),
    methods=METHODS,
    shots=0,
    margin=3,
    published=(185, 71, 140, 333, 119, 114, 377, 78, 185, 34, 262, 270, 19, 400),
)


@pytest.mark.kmmlu_redux
@pytest.mark.parametrize("task", KMMLU_REDUX.tasks, ids=attrgetter("name"))
def test_kmmlu_redux(task, results, baseline):
    """Each domain's answers are no worse than the baseline's."""
    assert results == baseline
