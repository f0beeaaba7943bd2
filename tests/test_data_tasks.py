"""A task's rows among those of others, their subjects, and what is told where nothing is."""

import json
import unicodedata

import pytest
from builders import complaint, toy_style
from hypothesis import given
from hypothesis import strategies as st

from mcqtest.data import load
from mcqtest.run.plan import plan
from mcqtest.run.way import Way
from mcqtest.types import Benchmark, Columns, Decoding, Layout, Method, Source, Style

LISTED = Layout("{split}.jsonl", Columns(task="category", subject="subject"))
APART = Layout("{task}-{split}.csv", Columns(choices=("A", "B")), splits={"shots": "dev"})
TITLES = {"office_work": "경영/회계/사무", "law": "법"}
AGAIN = "or download the file again"


def task_with(layout, *, name="office_work", shots=2, titles=TITLES):
    """A task whose rows have this layout."""
    style = Style("toy_style", toy_style)
    methods = {"letters": Method(style), "cot": Method(style, Decoding(9), worked=True)}
    groups = {"all": tuple(TITLES)}
    worked = (Layout("worked.jsonl", Columns(task="category", reasoning="cot")),)
    source = Source("toy", (layout,), worked=worked)
    benchmark = Benchmark("toy", groups, source, methods, shots, titles=titles)
    return next(task for task in benchmark.tasks if task.name == name)


def row(text, category, subject="민법"):
    """A row of the listed form."""
    cells = {"question": text, "choices": ["a", "b"], "answer": 0}
    return {**cells, "category": category, "subject": subject}


def put(root, rows, name="toy/test.jsonl"):
    """The rows as a file; the folder that --data names."""
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(each) + "\n" for each in rows), "utf-8")
    return root


# --- rows of several tasks --------------------------------------------------------------------

spellings = st.sampled_from(
    ["경영/회계/사무", "경영.회계.사무", "경영 회계 사무", " 경영·회계·사무 "]
)
forms = st.sampled_from(["NFC", "NFD"])
office = st.tuples(spellings, forms).map(lambda pair: unicodedata.normalize(pair[1], pair[0]))
law = st.sampled_from(["법", "Law", " LAW"])


@given(st.lists(st.tuples(st.booleans(), office, law), min_size=1, max_size=12))
def test_rows_stay_in_file_order(tmp_path_factory, drawn):
    """Whichever way each row spells its task, and whatever other tasks' rows stand between."""
    named = [one if is_office else other for is_office, one, other in drawn]
    root = put(
        tmp_path_factory.mktemp("data"), [row(f"{at}", name) for at, name in enumerate(named)]
    )
    expected = [f"{at}" for at, (is_office, *_) in enumerate(drawn) if is_office]
    if expected:
        assert [each.text for each in load(task_with(LISTED), "test", root)] == expected


def test_no_row_of_a_task(tmp_path):
    """The tasks that are there are listed as the file spells them; the others can be left out."""
    put(tmp_path, [row("Q", "Law"), row("R", "LAW")])
    assert complaint(load, task_with(LISTED), "test", tmp_path) == (
        "toy/test.jsonl: no row with category '경영/회계/사무' for toy/office_work, only Law; "
        f"add the rows {AGAIN}, or leave the task out with -k"
    )
    assert len(load(task_with(LISTED, name="law", titles={}), "test", tmp_path)) == 2


def test_a_row_of_no_task(tmp_path):
    """Told as the file spells it, at its first row."""
    put(tmp_path, [row("Q", "Law"), row("R", " Me-di cine"), row("S", "Medicine")])
    assert complaint(load, task_with(LISTED, name="law"), "test", tmp_path) == (
        "toy/test.jsonl, row 2 (line 2): category is ' Me-di cine', expected one of 법, "
        f"경영/회계/사무; correct it {AGAIN}"
    )


# --- subjects ---------------------------------------------------------------------------------


@given(st.text(st.characters(categories=["Lo", "Ll", "Nd"]), min_size=1, max_size=8), st.data())
def test_subjects_are_compared_composed(tmp_path_factory, name, data):
    """However a subject is put together and whatever spaces stand around it, it is one."""
    spaces = st.text(" \t\n\u3000", max_size=2)
    written = [
        data.draw(spaces) + unicodedata.normalize(form, name) + data.draw(spaces)
        for form in ("NFC", "NFD", "NFC")
    ]
    root = put(
        tmp_path_factory.mktemp("data"),
        [row(f"{at}", "Law", subject) for at, subject in enumerate(written)],
    )
    found = {each.subject for each in load(task_with(LISTED, name="law"), "test", root)}
    assert found == {unicodedata.normalize("NFC", name)}


@pytest.mark.parametrize(
    "subject", [" ", "\u3000", "민\n법", "민\t법", "민\u200b법", "\x1b[31m민법"]
)
def test_subjects_that_cannot_be_shown(tmp_path, subject):
    """A name that would break a line of the board, or not be seen in it, is refused."""
    put(tmp_path, [row("Q", "Law"), row("R", "Law", subject)])
    assert complaint(load, task_with(LISTED, name="law"), "test", tmp_path) == (
        f"toy/test.jsonl, row 2 (line 2): subject is {subject!r}, expected a name; "
        f"restore it {AGAIN}"
    )


# --- what is not there ------------------------------------------------------------------------


WITHOUT = ', or leave toy out with -m "not toy"'


def test_the_publishers_own_folder(tmp_path):
    """Known by its questions: what it lacks is told, and not that it is another folder."""
    (tmp_path / "law-test.csv").write_text("question,answer,A,B\nQ,A,a,b\n")
    task = task_with(APART, name="law")
    assert len(load(task, "test", tmp_path)) == 1
    assert complaint(load, task, "shots", tmp_path) == (
        f"{tmp_path}: no examples for toy/law; add one of law-dev.csv, or pass another --data DIR, "
        f"or ask with --shots=0{WITHOUT}"
    )
    assert complaint(load, task, "worked", tmp_path) == (
        f"{tmp_path}: no worked examples for toy/law; add one of worked.jsonl, or pass another "
        f"--data DIR, or ask with --shots=0{WITHOUT}"
    )
    (tmp_path / "law-test.csv").unlink()
    assert complaint(load, task, "test", tmp_path) == (
        f"{tmp_path}: no folder toy; add one of toy/law-test.csv, or pass another --data DIR"
        f"{WITHOUT}"
    )


@pytest.mark.parametrize("method", ["letters", "cot"])
def test_shots_where_there_are_no_examples(tmp_path, method):
    """A benchmark without examples is asked without; whatever its folder holds is not looked at."""
    put(tmp_path, [row("Q", "Law")])
    put(tmp_path, [row("S", "Law")], "toy/shots.jsonl")
    task = task_with(LISTED, name="law", shots=0)

    def planned(**changes):
        way = Way(method=method, **changes)
        return plan(task, root=tmp_path, identity="i", way=way)

    assert complaint(planned, shots=3) == "--shots=3: toy/law has no examples; ask with --shots=0"
    for changes in ({}, {"shots": 0}):
        assert [request.prompt.shots for request in planned(**changes).requests] == [()]
