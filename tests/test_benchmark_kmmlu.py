"""The benchmark files of KMMLU and KMMLU-HARD: subjects, names, files, rows, worked examples."""

import json
import re

import huggingface_hub
import koreandata
import pytest
from builders import complaint
from realdata import benchmark, require

from mcqtest.data import load
from mcqtest.data.tables import comparable
from mcqtest.plugin import MARKERS
from mcqtest.prompts import korean
from mcqtest.types import Decoding, Method

KMMLU = benchmark("kmmlu").KMMLU
HARD = benchmark("kmmlu_hard").KMMLU_HARD
BOTH = pytest.mark.parametrize("which", [KMMLU, HARD], ids=["kmmlu", "kmmlu_hard"])
GROUPS = {
    "STEM": """Biology Chemical-Engineering Chemistry Civil-Engineering Computer-Science Ecology
        Electrical-Engineering Information-Technology Materials-Engineering Math
        Mechanical-Engineering""",
    "humanities and social sciences": """Accounting Criminal-Law Economics Education Korean-History
        Law Management Political-Science-and-Sociology Psychology Social-Welfare Taxation""",
    "applied science": """Aviation-Engineering-and-Maintenance Electronics-Engineering
        Energy-Management Environmental-Science Gas-Technology-and-Engineering Geomatics
        Industrial-Engineer Machine-Design-and-Manufacturing Maritime-Engineering
        Nondestructive-Testing Railway-and-Automotive-Engineering
        Telecommunications-and-Wireless-Technology""",
    "other": """Agricultural-Sciences Construction Fashion Food-Processing Health
        Interior-Architecture-and-Design Marketing Patent Public-Safety Real-Estate
        Refrigerating-Machinery""",
}
"""As in lm-evaluation-harness, tasks/kmmlu."""
GROUPS = {group: tuple(names.split()) for group, names in GROUPS.items()}
NAMES = sorted(name for names in GROUPS.values() for name in names)


def task(name="Law", which=KMMLU):
    """A subject of one of the benchmarks."""
    return next(each for each in which.tasks if each.name == name)


def hard_name(name):
    """What KMMLU-HARD calls a subject."""
    return name.lower().replace("-", "_")


def asked(root, *cells, header=koreandata.HEADER):
    """The questions of Law, whose file has these rows."""
    lines = [",".join(header), *cells]
    path = root / "kmmlu" / "Law-test.csv"
    path.parent.mkdir(exist_ok=True)
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return load(task(), "test", root)


# --- subjects ---------------------------------------------------------------------------------


def test_subjects():
    """45 subjects in four groups, under names that a command line can take."""
    assert KMMLU.groups == GROUPS
    assert [len(names) for names in GROUPS.values()] == [11, 11, 12, 11]
    assert [each.name for each in KMMLU.tasks] == NAMES
    assert len(set(NAMES)) == 45
    assert all(re.fullmatch("[A-Za-z]+(-[A-Za-z]+)*", name) for name in NAMES)


def test_hard_subjects():
    """The same ones in the same groups and with the same titles, in lower case."""
    assert HARD.groups == {group: tuple(map(hard_name, names)) for group, names in GROUPS.items()}
    assert HARD.titles == {hard_name(name): title for name, title in KMMLU.titles.items()}
    assert all(re.fullmatch("[a-z]+(_[a-z]+)*", each.name) for each in HARD.tasks)


def test_titles():
    """Korean, and no two alike; what Geomatics is called, geometry, is not corrected."""
    assert KMMLU.titles.keys() == set(NAMES)
    assert len({comparable(title) for title in KMMLU.titles.values()}) == 45
    assert all(re.fullmatch("[가-힣]+( [가-힣]+)*", title) for title in KMMLU.titles.values())
    assert KMMLU.titles["Geomatics"] == "기하학"
    assert KMMLU.titles["Construction"] == "건설"
    assert KMMLU.titles["Interior-Architecture-and-Design"] == "건축 디자인"


@BOTH
def test_cases(which):
    """One case for each subject, under a marker that the plugin knows."""
    module = benchmark(which.name)
    marks = {mark.name: mark for mark in getattr(module, f"test_{which.name}").pytestmark}
    assert marks.keys() == {which.name, "parametrize"}
    assert which.name in MARKERS
    assert marks["parametrize"].args == ("task", which.tasks)
    ids = [marks["parametrize"].kwargs["ids"](each) for each in which.tasks]
    assert ids == [each.name for each in which.tasks]


@BOTH
def test_methods(which):
    """By itself letters with five shots; chain of thought has its own worked examples."""
    assert list(which.methods) == ["letters", "cot"]
    assert which.methods["letters"] == Method(korean.kmmlu)
    decoding = Decoding(max_tokens=2048, stop=("질문:",), temperature=0.0)
    assert which.methods["cot"] == Method(korean.kmmlu_cot, decoding, worked=True)
    assert which.shots == 5
    assert which.expert == 0.8
    assert not which.criteria


# --- files ------------------------------------------------------------------------------------


@pytest.mark.parametrize("folder", ["kmmlu", "kmmlu/data"])
def test_files(tmp_path, folder):
    """A file for each subject and split; two of them have names in lower case."""
    koreandata.kmmlu(tmp_path, dict.fromkeys(NAMES, "DCB"))
    if folder != "kmmlu":
        (tmp_path / "kmmlu").rename(tmp_path / "moved")
        (tmp_path / "kmmlu").mkdir()
        (tmp_path / "moved").rename(tmp_path / folder)
    for each in KMMLU.tasks:
        questions = load(each, "test", tmp_path)
        assert [question.answer for question in questions] == [3, 2, 1]
        assert {question.text.split(" ")[0] for question in questions} == {each.name}
        assert [question.answer for question in load(each, "shots", tmp_path)] == [0, 1, 2, 3, 0]
    present = {path.name for path in (tmp_path / folder).glob("[a-z]*")}
    files = {
        f"{name}-{split}.csv" for name in ("korean-history", "math") for split in ("test", "dev")
    }
    assert present == files


@pytest.mark.parametrize(
    ("name", "file"), [("Korean-History", "korean-history"), ("Math", "math"), ("Law", "Law")]
)
def test_hub(monkeypatch, tmp_path, name, file):
    """The hub is asked for the subject's CSV at a whole commit's name."""
    koreandata.lettered(tmp_path / "any.csv", "A")
    monkeypatch.setattr(huggingface_hub, "get_hf_file_metadata", lambda url: None)
    calls = []
    monkeypatch.setattr(
        huggingface_hub,
        "hf_hub_download",
        lambda **call: calls.append(call) or str(tmp_path / "any.csv"),
    )
    assert len(load(task(name), "shots", None)) == 1
    revision = calls[0]["revision"]
    assert calls == [
        {
            "repo_id": "HAERAE-HUB/KMMLU",
            "filename": f"data/{file}-dev.csv",
            "revision": revision,
            "repo_type": "dataset",
        }
    ]
    assert re.fullmatch("[0-9a-f]{40}", revision)
    load(task(name), "test", None, revision="main")
    assert (calls[1]["filename"], calls[1]["revision"]) == (f"data/{file}-test.csv", "main")


@pytest.mark.parametrize("form", ["{}-{}.csv", "data/{}-{}.csv", "data/{}-hard-{}.csv"])
def test_hard_files(tmp_path, form):
    """Their names are in lower case, in whatever way the hub goes on; none fits two subjects."""
    for name in map(hard_name, NAMES):
        koreandata.lettered(tmp_path / "kmmlu_hard" / form.format(name, "test"), "C", name=name)
        koreandata.lettered(tmp_path / "kmmlu_hard" / form.format(name, "dev"), "AB", name=name)
    for each in HARD.tasks:
        (question,) = load(each, "test", tmp_path)
        assert (question.text, question.answer) == (f"{each.name} 0?", 2)
        assert len(load(each, "shots", tmp_path)) == 2
    assert HARD.source.hub == "HAERAE-HUB/KMMLU-HARD"
    assert re.fullmatch("[0-9a-f]{40}", HARD.source.revision)


# --- rows -------------------------------------------------------------------------------------


def test_answers_count_from_one(tmp_path):
    """1 to 4 are A to D."""
    questions = asked(tmp_path, *[f"{number}?,{number},a,b,c,d,Law," for number in (1, 2, 3, 4)])
    assert [question.answer for question in questions] == [0, 1, 2, 3]
    assert {question.choices for question in questions} == {("a", "b", "c", "d")}


@pytest.mark.parametrize("answer", ["0", "5", "E", "", "1.0", "-1"])
def test_answers_of_no_choice(tmp_path, answer):
    """Refused with their line."""
    message = complaint(asked, tmp_path, "?,1,a,b,c,d,Law,", f"?,{answer},a,b,c,d,Law,")
    assert message.startswith(
        f"kmmlu/Law-test.csv, row 2 (line 3): answer is '{answer}', expected A-D or 1-4 for 4 "
    )


@pytest.mark.parametrize(
    ("said", "share"),
    [
        ("", None),
        ("0", None),
        ("0.0", None),
        ("nan", None),
        ("0.25", 0.25),
        ("1", 1.0),
        ("62.5", 0.625),
        ("100", 1.0),
    ],
)
def test_human_accuracy(tmp_path, said, share):
    """A share as such or in per cent; 0, nothing and what some write for it are not known."""
    (question,) = asked(tmp_path, f"?,1,a,b,c,d,Law,{said}")
    assert question.human_accuracy == share


@pytest.mark.parametrize("said", ["high", "62.5 %", "-0.1", "100.5", "inf"])
def test_human_accuracy_that_is_none(tmp_path, said):
    """Text, or a number that can be no share, is refused with its line."""
    assert complaint(asked, tmp_path, f"?,1,a,b,c,d,Law,{said}") == (
        f"kmmlu/Law-test.csv, row 1 (line 2): Human Accuracy is '{said}', expected a share of "
        "people or nothing; restore it or download the file again"
    )


def test_columns_go_by_name(tmp_path):
    """Their order is not the same in all files; Category is not read."""
    header = ("A", "B", "C", "D", "question", "answer", "Human Accuracy", "Category")
    (question,) = asked(tmp_path, "a,b,c,d,?,3,0.5,Patent", header=header)
    assert (question.text, question.answer, question.human_accuracy) == ("?", 2, 0.5)
    assert (question.subject, question.id) == ("", "0")


def test_people_need_no_column(tmp_path):
    """A copy without Human Accuracy is asked all the same."""
    (question,) = asked(tmp_path, "?,3,a,b,c,d", header=koreandata.HEADER[:6])
    assert question.human_accuracy is None


# --- real data --------------------------------------------------------------------------------


def test_criminal_law():
    """200 questions and 5 shots, whose right letters are those of the published key."""
    root = require("kmmlu").parent
    key = json.loads(require("kmmlu", "answer_key.json").read_text("utf-8"))
    questions = load(task("Criminal-Law"), "test", root)
    assert "".join("ABCD"[question.answer] for question in questions) == key["Criminal-Law"]
    assert len(questions) == 200
    assert len(load(task("Criminal-Law"), "shots", root)) == 5
    assert {question.human_accuracy for question in questions} == {None}
    assert key.keys() == set(NAMES)
    assert sum(map(len, key.values())) == 35_030


def test_sample():
    """500 questions of all 45 subjects; who answered them is not known."""
    root = require("kmmlu", "sample")
    questions = {each.name: load(each, "test", root) for each in KMMLU.tasks}
    assert all(questions.values())
    every = [question for found in questions.values() for question in found]
    assert len(every) == 500
    assert {question.human_accuracy for question in every} == {None}
    assert {len(question.choices) for question in every} == {4}
    assert len({question.text for question in every}) == 500


@BOTH
def test_real_worked_examples(which):
    """225, five for each subject, found by both benchmarks' names; each names its title."""
    root = require("kmmlu")
    examples = {each: load(each, "worked", root) for each in which.tasks}
    assert [len(found) for found in examples.values()] == [5] * 45
    for each, found in examples.items():
        for shot in found:
            assert f"{each.title} 관련 정보" in shot.reasoning
            letter = "ABCD"[shot.answer]
            assert re.search(rf"정답은\s?\(?{letter}\)?", shot.reasoning), (each, shot)


# --- worked examples --------------------------------------------------------------------------


def worked_row(subject, **changes):
    """A row as it is published."""
    row = {"subject": subject, "question": subject, "cot": "따라서, 정답은 (C) 입니다."}
    return row | dict(zip("ABCD", "abcd", strict=True)) | {"cot_answer": "C"} | changes


@BOTH
@pytest.mark.parametrize("name", ["criminal_law", "Criminal-Law", "Criminal Law", "형법"])
def test_names_in_worked_examples(tmp_path, which, name):
    """Case and what stands between words do not count; a subject may be called by its title."""
    path = tmp_path / which.name / "cot_exemplars.jsonl"
    koreandata.listed(path, [worked_row(name), worked_row("law")])
    mine = next(each for each in which.tasks if comparable(each.name) == "criminallaw")
    (shot,) = load(mine, "worked", tmp_path)
    assert (shot.text, shot.choices, shot.answer) == (name, ("a", "b", "c", "d"), 2)
    assert shot.reasoning == "따라서, 정답은 (C) 입니다."


@BOTH
def test_an_unknown_name_in_worked_examples(tmp_path, which):
    """It would be an example that nobody sees."""
    path = tmp_path / which.name / "cot_exemplars.jsonl"
    koreandata.listed(path, [worked_row("law"), worked_row("lawe")])
    message = complaint(load, which.tasks[-1], "worked", tmp_path)
    assert message.startswith(
        f"{which.name}/cot_exemplars.jsonl, row 2 (line 2): subject is 'lawe', expected one of "
    )


@BOTH
def test_worked_examples_are_not_on_the_hub(which):
    """One line says which file is wanted, or how to ask without."""
    assert complaint(load, which.tasks[0], "worked", None) == (
        f"{which.tasks[0].path}: its worked examples are not on the hub; pass a folder that holds "
        f"{which.name}/cot_exemplars.jsonl with --data DIR, or ask with --shots=0"
    )
