"""KMMLU: 45 subjects, four choices, 35,030 questions, 5 shots (arXiv 2402.11548).

Asked as in lm-evaluation-harness, tasks/kmmlu: letters by log-probability. For chain of thought,
which is published for KMMLU-HARD (`benchmarks/test_kmmlu_hard.py`), worked examples are needed: the
file cot_exemplars.jsonl, which is not on the hub, or `--shots=0`.
"""

from operator import attrgetter

import pytest

from mcqtest.prompts import korean
from mcqtest.types import Benchmark, Columns, Decoding, Layout, Method, Source

SUBJECTS = {
    "STEM": {
        "Biology": "생물학",
        "Chemical-Engineering": "화학 공학",
        "Chemistry": "화학",
        "Civil-Engineering": "토목 공학",
        "Computer-Science": "컴퓨터 공학",
        "Ecology": "생태학",
        "Electrical-Engineering": "전기 공학",
        "Information-Technology": "정보 기술",
        "Materials-Engineering": "재료 공학",
        "Math": "수학",
        "Mechanical-Engineering": "기계 공학",
    },
    "humanities and social sciences": {
        "Accounting": "회계학",
        "Criminal-Law": "형법",
        "Economics": "경제학",
        "Education": "교육학",
        "Korean-History": "한국사",
        "Law": "법학",
        "Management": "경영학",
        "Political-Science-and-Sociology": "정치 사회",
        "Psychology": "심리학",
        "Social-Welfare": "사회 복지",
        "Taxation": "세법",
    },
    "applied science": {
        "Aviation-Engineering-and-Maintenance": "항공 공학",
        "Electronics-Engineering": "전자 공학",
        "Energy-Management": "에너지 관리",
        "Environmental-Science": "환경 과학",
        "Gas-Technology-and-Engineering": "가스 기술 공학",
        "Geomatics": "기하학",
        "Industrial-Engineer": "산업 공학",
        "Machine-Design-and-Manufacturing": "기계 디자인 제조",
        "Maritime-Engineering": "해양 공학",
        "Nondestructive-Testing": "비파괴 검사",
        "Railway-and-Automotive-Engineering": "철도 공학",
        "Telecommunications-and-Wireless-Technology": "무선 정보통신",
    },
    "other": {
        "Agricultural-Sciences": "농업 과학",
        "Construction": "건설",
        "Fashion": "의류학",
        "Food-Processing": "식품 처리",
        "Health": "건강학",
        "Interior-Architecture-and-Design": "건축 디자인",
        "Marketing": "마케팅",
        "Patent": "특허법",
        "Public-Safety": "공공 안전",
        "Real-Estate": "부동산",
        "Refrigerating-Machinery": "냉동 기계",
    },
}
"""Group -> subject -> its Korean name in the prompt of chain of thought, as published: that of
Geomatics is "geometry".
"""

LETTERED = {"choices": ("A", "B", "C", "D"), "first": 1}
COLUMNS = Columns(**LETTERED, human_accuracy="Human Accuracy")
WORKED = Columns(choices=LETTERED["choices"], answer="cot_answer", task="subject", reasoning="cot")
METHODS = {
    "letters": Method(korean.kmmlu),
    "cot": Method(korean.kmmlu_cot, Decoding(max_tokens=2048, stop=("질문:",)), worked=True),
}
PUBLISHED = """
    100 1000 1000 1000 1000 600 1000 1000 1000 200 1000 130 100 1000 1000 1000 1000 1000 1000 1000
    1000 100 1000 1000 1000 100 1000 1000 1000 600 1000 1000 300 1000 1000 100 300 1000 1000 1000
    200 1000 1000 200 1000
"""
EXPERT = 0.8
"""Near-expert accuracy: what most licences of these examinations ask for (there, section 3)."""
FORM = {
    "splits": {"shots": "dev"},
    "names": {"Korean-History": "korean-history", "Math": "math"},
}

KMMLU = Benchmark(
    name="kmmlu",
    groups={group: tuple(subjects) for group, subjects in SUBJECTS.items()},
    titles={name: title for subjects in SUBJECTS.values() for name, title in subjects.items()},
    source=Source(
        folder="kmmlu",
        layouts=(
            Layout("{task}-{split}.csv", COLUMNS, **FORM),
            Layout("data/{task}-{split}.csv", COLUMNS, **FORM),
        ),
        hub="HAERAE-HUB/KMMLU",
        revision="d61b3f19e552c576bf5960dd24289763edc36a88",
        worked=(Layout("cot_exemplars.jsonl", WORKED),),
    ),
    methods=METHODS,
    shots=5,
    expert=EXPERT,
    margin=2,
    published=tuple(map(int, PUBLISHED.split())),
)


@pytest.mark.kmmlu
@pytest.mark.parametrize("task", KMMLU.tasks, ids=attrgetter("name"))
def test_kmmlu(task, results, baseline):
    """Each subject's answers are no worse than the baseline's."""
    assert results == baseline
