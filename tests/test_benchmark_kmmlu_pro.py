"""The benchmark files of KMMLU-Redux and KMMLU-Pro: domains, licences, rules, rows, writings."""

import gzip
import hashlib
import unicodedata
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import huggingface_hub
import koreandata
import pyarrow as pa
import pytest
from builders import complaint
from hypothesis import given
from hypothesis import strategies as st
from pyarrow import parquet
from realdata import benchmark, require

from mcqtest.backends.outputs import Key, read_key
from mcqtest.data import files, fingerprint, load
from mcqtest.data.tables import Row, comparable
from mcqtest.gate.licences import Licence
from mcqtest.plugin import MARKERS
from mcqtest.prompts import korean
from mcqtest.run import settings
from mcqtest.types import Decoding, Method, Question

REDUX = benchmark("kmmlu_redux").KMMLU_REDUX
PRO = benchmark("kmmlu_pro").KMMLU_PRO
BOTH = pytest.mark.parametrize("which", [REDUX, PRO], ids=["redux", "pro"])
COLUMN = {REDUX: "category", PRO: "license_name"}
ROWS = {REDUX: koreandata.redux_rows, PRO: koreandata.pro_rows}
SIZES = {REDUX: koreandata.REDUX, PRO: koreandata.PRO}
TITLES = {
    REDUX: """농림어업 건축 화학 건설 문화예술디자인방송 전기전자 환경에너지 식품가공 정보통신 기계
        경영/회계/사무 재료 광업자원 안전관리""",
    PRO: """법무사 변호사 공인노무사 변리사 공인회계사 세무사 관세사 손해사정사 감정평가사 한의사
        치과의사 약사 한약사 의사""",
}
LAWYER = "변호사"
ROW = {
    "question": "1+1?",
    "options": ["1", "2", "3", "4", "5"],
    "solution": "2",
    "license_name": LAWYER,
    "subject": "민사법",
}
"""A row of KMMLU-Pro as it is published."""


def task(name, which=PRO):
    """A licence or a domain."""
    return next(each for each in which.tasks if each.name == name)


def write(path, rows):
    """Rows in the form that the file's name says."""
    koreandata.listed(path, rows)
    if path.suffix == ".parquet":
        parquet.write_table(pa.Table.from_pylist(rows), path)
    elif path.suffix == ".gz":
        path.write_bytes(gzip.compress(path.read_bytes()))
    return path


def loaded(root, *rows):
    """The lawyer's questions in a file with these rows."""
    write(root / "kmmlu_pro/test.jsonl", rows)
    return load(task("lawyer"), "test", root)


# --- licences and domains ---------------------------------------------------------------------


def test_licences():
    """14 in four domains, 2,822 questions in all."""
    sizes = {"law": 4, "tax and accounting": 3, "value estimation": 2, "medicine": 5}
    assert {domain: len(names) for domain, names in PRO.groups.items()} == sizes
    assert [each.name for each in PRO.tasks] == sorted(koreandata.PRO)
    assert sum(koreandata.PRO.values()) == 2822
    assert PRO.groups["law"] == tuple(koreandata.PRO)[:4]


def test_rules():
    """Three kinds: 40 % everywhere and 60 % on average, no average, and an average alone."""
    floor, mean = Fraction(2, 5), Fraction(3, 5)
    licences = {name: Licence(size, floor, mean) for name, size in koreandata.PRO.items()}
    licences["certified_judicial_scrivener"] = Licence(198, floor, None)
    licences["lawyer"] = Licence(150, None, Fraction("0.5422"))
    assert PRO.criteria == licences


def test_domains():
    """14 in one group; these are no licences."""
    assert [each.name for each in REDUX.tasks] == sorted(koreandata.REDUX)
    assert REDUX.groups.keys() == {"domains"}
    assert sum(koreandata.REDUX.values()) == 2587
    assert not REDUX.criteria


@BOTH
def test_names(which):
    """Names are for command lines, titles Korean; no name or title could be that of two."""
    assert all(each.name.isascii() and each.name.islower() for each in which.tasks)
    assert [which.titles[name] for name in SIZES[which]] == TITLES[which].split()
    said = {comparable(name) for each in which.tasks for name in (each.name, each.title)}
    assert len(said) == 28


@BOTH
def test_cases_and_methods(which):
    """One case for each; chain of thought by itself, no shots."""
    module = benchmark(which.name)
    marks = {mark.name: mark for mark in getattr(module, f"test_{which.name}").pytestmark}
    assert marks.keys() == {which.name, "parametrize"} <= MARKERS.keys() | {"parametrize"}
    assert marks["parametrize"].args == ("task", which.tasks)
    assert list(which.methods) == ["cot", "letters"]
    assert which.methods["cot"] == Method(korean.kmmlu_pro, Decoding(2048, temperature=0.0))
    assert which.methods["letters"] == Method(korean.kmmlu)
    assert which.shots == 0


# --- files ------------------------------------------------------------------------------------


@BOTH
@pytest.mark.parametrize("form", ["test.jsonl", "test.jsonl.gz", "any/test-00000-of-1.parquet"])
def test_forms(tmp_path, which, form):
    """Rows as published give each task its number of questions, in file order."""
    rows = ROWS[which]()
    write(tmp_path / which.name / form, rows)
    every = {each: load(each, "test", tmp_path) for each in which.tasks}
    assert {each.name: len(found) for each, found in every.items()} == SIZES[which]
    for each, found in every.items():
        mine = [row for row in rows if row[COLUMN[which]] == each.title]
        assert [question.text for question in found] == [row["question"] for row in mine]
        assert [question.answer + 1 for question in found] == [int(row["solution"]) for row in mine]
        assert [question.subject for question in found] == [row.get("subject", "") for row in mine]
        four = which is REDUX or each.name in koreandata.FOUR
        assert {len(question.choices) for question in found} == {4 if four else 5}


@BOTH
def test_hub(monkeypatch, tmp_path, which):
    """The hub is asked once, at its newest revision, for Parquet files of any name."""
    calls = []
    monkeypatch.setattr(
        huggingface_hub,
        "snapshot_download",
        lambda repo, **call: calls.append((repo, call)) or str(tmp_path),
    )
    files._snapshot.cache_clear()
    write(tmp_path / "kmmlu/test-00000-of-00001.parquet", ROWS[which]())
    sizes = {each.name: len(load(each, "test", None)) for each in which.tasks}
    assert sizes == SIZES[which]
    repo = f"LGAI-EXAONE/KMMLU-{'Redux' if which is REDUX else 'Pro'}"
    patterns = ["**/test-*.parquet", "test-*.parquet"]
    place = {"repo_type": "dataset", "revision": None}
    assert calls == [(repo, {"allow_patterns": patterns, **place})]


# --- rows -------------------------------------------------------------------------------------


def test_a_row(tmp_path):
    """Solutions are numbers from one, as text or as such, with the subject of the examination."""
    assert loaded(tmp_path, ROW, ROW | {"options": ["1", "2", "3", "4"], "solution": 4}) == (
        Question("1+1?", ("1", "2", "3", "4", "5"), 1, "0", subject="민사법"),
        Question("1+1?", ("1", "2", "3", "4"), 3, "1", subject="민사법"),
    )


@pytest.mark.parametrize(
    ("count", "solution"), [(5, "0"), (5, "6"), (4, "5"), (5, -1), (5, "②"), (5, None)]
)
def test_solutions_of_no_option(tmp_path, count, solution):
    """Refused with their line; what is right depends on how many options there are."""
    row = ROW | {"options": ROW["options"][:count], "solution": solution}
    message = complaint(loaded, tmp_path, ROW, row)
    assert message.startswith("kmmlu_pro/test.jsonl, row 2 (line 2): answer is ")
    assert f"expected {'A-E or 1-5' if count == 5 else 'A-D or 1-4'} for {count} cho" in message


def test_no_subject(tmp_path):
    """Without a subject no licence could be decided; KMMLU-Redux needs none."""
    for subject in ("", None):
        assert complaint(loaded, tmp_path, ROW, ROW | {"subject": subject}) == (
            "kmmlu_pro/test.jsonl, row 2 (line 2): subject is empty, expected text; restore it or "
            "download the file again"
        )
    row = {name: value for name, value in ROW.items() if name != "subject"}
    assert "row 2 (line 2): no column subject, only " in complaint(loaded, tmp_path, ROW, row)
    write(tmp_path / "kmmlu_redux/test.jsonl", [row | {"category": "기계"}])
    (question,) = load(task("mechanical_engineering", REDUX), "test", tmp_path)
    assert question.subject == ""


OFFICE = "management_accounting_office"
WRITINGS = {
    "경영/회계/사무": OFFICE,
    "경영.회계.사무": OFFICE,
    "경영·회계·사무": OFFICE,
    "경영 회계 사무": OFFICE,
    "문화예술, 디자인, 방송": "culture_arts_design_broadcasting",
    "Safety Management": "safety_management",
}


@pytest.mark.parametrize("form", ["NFC", "NFD"])
@pytest.mark.parametrize("writing", WRITINGS)
def test_writings_of_a_domain(tmp_path, writing, form):
    """What stands between letters, case, and how Unicode puts them together do not count; a
    missing or another word does.
    """
    (row,) = koreandata.redux_rows({OFFICE: 1})
    name = unicodedata.normalize(form, writing)
    path = write(tmp_path / "kmmlu_redux/test.jsonl", [row | {"category": name}])
    assert len(load(task(WRITINGS[writing], REDUX), "test", tmp_path)) == 1
    write(path, [row | {"category": name[:-1]}])
    said = f"row 1 (line 1): category is {name[:-1]!r}, expected one of 농림어업, 건축, 화학,"
    assert said in complaint(load, task(OFFICE, REDUX), "test", tmp_path)


def test_writings_are_one_task(tmp_path):
    """Rows of one licence in several writings stay together, in the order of the file."""
    decomposed = unicodedata.normalize("NFD", LAWYER)
    names = [" 변호사 ", decomposed, "의사", LAWYER, "lawyer", "변.호.사", LAWYER]
    rows = [ROW | {"license_name": name, "question": f"{at}"} for at, name in enumerate(names)]
    assert [question.text for question in loaded(tmp_path, *rows)] == list("013456")


LETTERS = st.characters(categories=["Lu", "Ll", "Lo", "Nd"])
MARKS = st.text("/.,·_- \u3000()&", max_size=3)


@given(st.lists(LETTERS, min_size=1, max_size=6), st.data())
def test_comparable(letters, data):
    """One name is compared alike in any case of marks, in either form of Unicode."""
    name = "".join(letters)
    other = "".join(f"{data.draw(MARKS)}{letter}" for letter in letters) + data.draw(MARKS)
    assert comparable(unicodedata.normalize("NFD", name)) == comparable(name)
    assert comparable(unicodedata.normalize("NFD", other)) == comparable(other)
    if unicodedata.is_normalized("NFC", name):
        assert comparable(other) == comparable(name)


@pytest.mark.parametrize("name", ["변호인", "민사법", "", None, 3])
def test_an_unknown_licence(tmp_path, name):
    """Its row would never be asked; those of other licences are left alone."""
    rows = [ROW, ROW | {"license_name": "의사"}]
    assert len(loaded(tmp_path, *rows)) == 1
    message = complaint(loaded, tmp_path, *rows, ROW | {"license_name": name})
    assert message.startswith("kmmlu_pro/test.jsonl, row 3 (line 3): license_name is ")


def test_fingerprint_of_subjects():
    """A subject counts where there is one, so that older baselines keep theirs; people do not."""
    plain = Question("Q", ("a", "b"), 0, "0")
    divided = replace(plain, subject="민법")
    assert fingerprint([plain]) == hashlib.sha256(b'[["Q",["a","b"],0,"0"]]').hexdigest()
    assert fingerprint([divided]) != fingerprint([replace(divided, subject="상법")])
    assert fingerprint([replace(plain, human_accuracy=0.5)]) == fingerprint([plain])


def test_real_redux(tmp_path):
    """36 questions of four domains, one of which is written with full stops."""
    (tmp_path / "test.jsonl").write_bytes(require("kmmlu_redux", "sample.jsonl").read_bytes())
    sizes = {"construction": 14, "mechanical_engineering": 7, OFFICE: 6}
    sizes["agriculture_forestry_fisheries"] = 9
    found = {name: load(task(name, REDUX), "test", tmp_path) for name in sizes}
    assert {name: len(questions) for name, questions in found.items()} == sizes
    message = complaint(load, task("materials", REDUX), "test", tmp_path)
    assert message.startswith("test.jsonl: no row with category '재료' for kmmlu_redux/materials, ")


# --- recorded outputs and settings ------------------------------------------------------------


def test_outputs_may_name_a_licence():
    """As in KMMLU-Pro, where the subject is one of the examination."""
    cells = {"license_name": unicodedata.normalize("NFD", LAWYER), "subject": "민법", "index": 3}
    assert read_key(Row("here", cells)) == Key("", LAWYER, "", 3)
    assert read_key(Row("here", cells | {"task": "lawyer"})).task == "lawyer"
    assert complaint(read_key, Row("here", cells | {"license_name": ""})) == (
        "here: license_name is '', expected text; correct it"
    )


def read(key, *given):
    """A setting that is given so often."""
    found = settings.read(
        lambda option: ([*given] if option.key == key else None, Path("/project")),
        gate={},
        root=Path("/project"),
        environment={},
        update=False,
    )
    return found.rules[key] if key in found.rules else getattr(found, key)


def test_revision():
    """One commit for each benchmark."""
    given = ("kmmlu=d61b3f1", " kmmlu_pro = main ")
    assert read("revision", *given) == {"kmmlu": "d61b3f1", "kmmlu_pro": "main"}
    assert complaint(read, "revision", "d61") == "--revision=d61: write it as key=value"


def test_licence():
    """What the rule leaves open; a slip is told before anything is asked."""
    assert read("licence") == {}
    assert read("licence", "mean=subjects", "questions = any")["questions"] == "any"
    slips = {
        "mean": "--licence=mean: write it as key=value",
        "mean=all": "--licence mean=all: unknown; there are subjects and items",
        "questions=some": "--licence questions=some: unknown; there are published and any",
        "floor=0.4": "--licence floor: unknown; there are mean and questions",
    }
    assert {slip: complaint(read, "licence", slip) for slip in slips} == slips
