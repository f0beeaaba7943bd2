"""Korean prompts are byte for byte those of KMMLU's tools, and KMMLU-Pro's as printed."""

import csv
import hashlib
from operator import attrgetter

import pytest
from builders import IDENTITY, complaint
from realdata import benchmark, require

from mcqtest import data
from mcqtest.prompts import korean, styles
from mcqtest.run.plan import plan
from mcqtest.run.way import Way
from mcqtest.types import Question

ASKED = Question(" 둘? \n", ("가 ", " 나", "다", "라"), 2, "8")
FIVE = Question("셋?", ("가", "나", "다", "라 ", "마"), 4, "9")
SHOT = Question(
    "하나?\n", ("1", " 2"), 1, "7", "차근 차근 생각해봅시다. 둘이다. 정답은 (B) 입니다."
)

PHRASES = """
Biology 생물학
Chemical-Engineering 화학 공학
Chemistry 화학
Civil-Engineering 토목 공학
Computer-Science 컴퓨터 공학
Ecology 생태학
Electrical-Engineering 전기 공학
Information-Technology 정보 기술
Materials-Engineering 재료 공학
Math 수학
Mechanical-Engineering 기계 공학
Accounting 회계학
Criminal-Law 형법
Economics 경제학
Education 교육학
Korean-History 한국사
Law 법학
Management 경영학
Political-Science-and-Sociology 정치 사회
Psychology 심리학
Social-Welfare 사회 복지
Taxation 세법
Aviation-Engineering-and-Maintenance 항공 공학
Electronics-Engineering 전자 공학
Energy-Management 에너지 관리
Environmental-Science 환경 과학
Gas-Technology-and-Engineering 가스 기술 공학
Geomatics 기하학
Industrial-Engineer 산업 공학
Machine-Design-and-Manufacturing 기계 디자인 제조
Maritime-Engineering 해양 공학
Nondestructive-Testing 비파괴 검사
Railway-and-Automotive-Engineering 철도 공학
Telecommunications-and-Wireless-Technology 무선 정보통신
Agricultural-Sciences 농업 과학
Construction 건설
Fashion 의류학
Food-Processing 식품 처리
Health 건강학
Interior-Architecture-and-Design 건축 디자인
Marketing 마케팅
Patent 특허법
Public-Safety 공공 안전
Real-Estate 부동산
Refrigerating-Machinery 냉동 기계
"""
PHRASE = dict(line.split(" ", 1) for line in PHRASES.strip().split("\n"))
"""Subject -> its name in the prompt of chain of thought."""

FIRST_WITHOUT = "42d66ddbf3dd2c667b2824def78b452d7acde5772f61bd39ca1a9322748c2ff7"
FIRST_WITH_FIVE = "a3314f1468148dae655c1f47af15081903fcfd9c52baa53aeefd596221307183"
"""SHA-256 of what lm-evaluation-harness itself writes for the first question of Criminal-Law, by
tasks/kmmlu/cot_hard with no worked example and with five.
"""


def task(name, of="kmmlu"):
    """A task by name."""
    module = benchmark(of)
    return next(each for each in getattr(module, of.upper()).tasks if each.name == name)


def first(**way):
    """The prompt of the first question of Criminal-Law."""
    root = require("kmmlu", "Criminal-Law-test.csv").parent.parent
    planned = plan(task("Criminal-Law"), root=root, identity=IDENTITY, way=Way(limit=1, **way))
    return planned.requests[0].prompt


def rows(split):
    """Criminal-Law's rows, as CSV has them."""
    path = require("kmmlu", f"Criminal-Law-{split}.csv")
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def direct(row):
    """What lm-evaluation-harness's template makes of a row."""
    options = "".join(f"{letter}. {row[letter]}\n" for letter in "ABCD")
    return f"{row['question'].strip()}\n{options}정답\uff1a"


# --- made-up questions ------------------------------------------------------------------------


def test_direct():
    """No header, the question stripped and its choices not, a full-width colon; a shot goes on
    with a space, its letter and a blank line.
    """
    prompt = korean.kmmlu.write(task("Geomatics"), [SHOT], ASKED)
    assert prompt.header == ""
    assert prompt.shots == ("하나?\nA. 1\nB.  2\n정답\uff1a B\n\n",)
    assert prompt.query == "둘?\nA. 가 \nB.  나\nC. 다\nD. 라\n정답\uff1a"
    assert prompt.text == prompt.shots[0] + prompt.query


def test_chain_of_thought():
    """Nothing is stripped, no space stands behind a letter, the colon is ASCII; a worked solution
    follows the sentence that calls for it.
    """
    call = "정답: 차근 차근 생각해봅시다. 기하학 관련 정보를 위해 위키피디아를 참조하겠습니다."
    prompt = korean.kmmlu_cot.write(task("Geomatics"), [SHOT, SHOT], ASKED)
    shown = f"하나?\n\nA.1\nB. 2\n{call} {SHOT.reasoning}\n\n"
    assert prompt.header == ""
    assert prompt.shots == (f"질문: {shown}", shown)
    assert prompt.query == f" 둘? \n\nA.가 \nB. 나\nC.다\nD.라\n{call}"


@pytest.mark.parametrize("count", [0, 1, 5])
def test_only_the_first_example_has_a_label(count):
    """The label stands once, at the start; a question without examples has none."""
    prompt = korean.kmmlu_cot.write(task("Law"), [SHOT] * count, ASKED)
    assert prompt.text.count("질문:") == min(count, 1)
    assert prompt.text.startswith("질문: ") == bool(count)


def test_kmmlu_pro_in_korean():
    """As printed: the sentence names the letters, a blank line before and after the question."""
    prompt = korean.kmmlu_pro.write(task("Law"), [], ASKED)
    assert prompt.header == ""
    assert prompt.shots == ()
    assert prompt.query == (
        "다음 문제에 대해 정답을 고르세요. 당신의 최종 정답은 ABCD 중 하나이고, "
        '"정답:" 뒤에 와야 합니다. 정답을 고르기 전에 차근차근 생각하고 추론하세요.'
        "\n\n 둘? \n\n\nA) 가 \nB)  나\nC) 다\nD) 라\n"
    )


def test_kmmlu_pro_in_english():
    """As printed: the prompt of simple-evals."""
    prompt = korean.kmmlu_pro_english.write(task("Law"), [], ASKED)
    assert prompt.header == ""
    assert prompt.shots == ()
    assert prompt.query == (
        "Answer the following multiple choice question. The last line of your response should be "
        "of the following format: 'Answer: $LETTER' (without quotes) where LETTER is one of ABCD. "
        "Think step by step before answering.\n\n 둘? \n\n\nA) 가 \nB)  나\nC) 다\nD) 라\n"
    )


@pytest.mark.parametrize(
    "style", [korean.kmmlu_pro, korean.kmmlu_pro_english], ids=attrgetter("name")
)
def test_five_options(style):
    """The letters that are named are those of the question's own choices."""
    text = style.write(task("Law"), [], FIVE).text
    assert text.count("ABCDE") == text.count("ABCD") == 1
    assert text.endswith("\n\n셋?\n\nA) 가\nB) 나\nC) 다\nD) 라 \nE) 마\n")


def test_five_options_of_kmmlu():
    """The other two styles list a fifth choice as well."""
    assert korean.kmmlu.write(task("Law"), [], FIVE).text.endswith("E. 마\n정답\uff1a")
    assert "\nE.마\n정답: " in korean.kmmlu_cot.write(task("Law"), [], FIVE).text


@pytest.mark.parametrize(
    "style", [korean.kmmlu_pro, korean.kmmlu_pro_english], ids=attrgetter("name")
)
def test_no_examples_in_kmmlu_pro(style):
    """Examples are refused, which is said in one line with the way out."""
    message = complaint(style.write, task("Law"), [SHOT], ASKED)
    assert message == (
        "kmmlu/Law: in this prompt style no examples can be shown; ask with --shots=0"
    )


def test_shot_without_a_worked_solution():
    """It cannot be shown as an example of reasoning; as a question it needs none."""
    assert "question '8': no worked solution" in complaint(
        korean.kmmlu_cot.write, task("Law"), [ASKED], SHOT
    )
    assert korean.kmmlu.write(task("Law"), [ASKED], SHOT).shots


@pytest.mark.parametrize(
    ("method", "style"),
    [
        ("letters", korean.kmmlu),
        ("cot", korean.kmmlu_cot),
        ("cot", korean.kmmlu_pro),
        ("cot", korean.kmmlu_pro_english),
    ],
    ids=lambda each: getattr(each, "name", each),
)
def test_styles_have_names(method, style):
    """Each is found by its name with its own method, and with no other."""
    other = {"letters": "cot", "cot": "letters"}[method]
    assert styles.named(method, style.name) is style
    assert not styles.has(other, style.name)
    assert f"--style={style.name}: no such style" in complaint(styles.named, other, style.name)


# --- subjects ---------------------------------------------------------------------------------


def test_the_table():
    """45 subjects, and no more, in both benchmarks."""
    hard = [name.lower().replace("-", "_") for name in PHRASE]
    assert len(PHRASE) == 45
    assert sorted(each.name for each in benchmark("kmmlu").KMMLU.tasks) == sorted(PHRASE)
    assert sorted(each.name for each in benchmark("kmmlu_hard").KMMLU_HARD.tasks) == sorted(hard)


@pytest.mark.parametrize("name", PHRASE)
def test_every_subject_has_its_phrase(name):
    """It is the title, and stands in the sentence that calls for an answer, in both benchmarks."""
    hard = task(name.lower().replace("-", "_"), "kmmlu_hard")
    for each in (task(name), hard):
        assert each.title == PHRASE[name]
        text = korean.kmmlu_cot.write(each, [], ASKED).text
        assert text.endswith(f". {PHRASE[name]} 관련 정보를 위해 위키피디아를 참조하겠습니다.")


# --- real questions ---------------------------------------------------------------------------


@pytest.mark.parametrize(("shots", "digest"), [(0, FIRST_WITHOUT), (5, FIRST_WITH_FIVE)])
def test_chain_of_thought_as_the_harness_writes_it(shots, digest):
    """The same bytes for the first real question."""
    text = first(method="cot", shots=shots).text
    assert hashlib.sha256(text.encode()).hexdigest() == digest


def test_direct_as_the_harness_writes_it():
    """The template's text for the first real question, without shots and with five."""
    asked = direct(rows("test")[0])
    assert first(method="letters", shots=0).text == asked
    shown = [f"{direct(row)} {'ABCD'[int(row['answer']) - 1]}\n\n" for row in rows("dev")]
    assert len(shown) == 5
    assert first(method="letters", shots=5).text == "".join(shown) + asked


def test_every_direct_prompt_of_a_subject():
    """The template's text for every real question of Criminal-Law."""
    root = require("kmmlu").parent
    found = data.load(task("Criminal-Law"), "test", root)
    texts = [korean.kmmlu.write(task("Criminal-Law"), [], each).text for each in found]
    assert texts == [direct(row) for row in rows("test")]
    assert any(each.text != each.text.strip() for each in (*found, SHOT))
