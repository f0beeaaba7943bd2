"""Notes on flawed questions: files as annotators left them, and the questions they are about."""

import json
from collections import Counter

import pytest
from builders import complaint
from realdata import benchmark, require, script
from sided import SEA

from mcqtest.data import Note, load, notes_of
from mcqtest.data.clean.redux import label_of, stated
from mcqtest.types import Question

TASK = SEA.tasks[0]
HEAD = "question,choices,answer,error_type,source,correct_answer,potential_reason"


def redux(folder, *rows, head=HEAD, encoding="utf-8"):
    path = folder / f"mmlu_{TASK.name}.csv"
    path.write_bytes("\r\n".join([head, *rows, ""]).encode(encoding))
    return notes_of(str(folder), None)


def asked(*texts, choices=("x", "y", "z"), answer=0):
    return [Question(text, choices, answer, str(at)) for at, text in enumerate(texts)]


@pytest.mark.parametrize(
    ("said", "label"),
    [
        ("OK ", "ok"),
        ("Wrong groundtruth", "wrong_groundtruth"),
        ("No correct Answer", "no_correct_answer"),
        ("bad_options_clarity", "bad_options_clarity"),
        ("fine", None),
    ],
)
def test_labels_in_any_spelling(said, label):
    """Case, spaces and underscores are the annotators'."""
    assert label_of(said) == label


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("2", (2,)),
        ("C", (2,)),
        ("B,C", (1, 2)),
        ("2 and 3", (2, 3)),
        ("0 or 2", (0, 2)),
        ("(0, 1)", (0, 1)),
        ("0 1 3", (0, 1, 3)),
        ("", ()),
        ("Pneumonia", ()),
        ("depends on interpretation", ()),
        ("7", ()),
        ("Potential answers: 0, 2, 3", ()),
    ],
)
def test_right_answers_in_any_form(said, found):
    """What says more than choices, or names one that is not there, states none."""
    assert stated(said, 4) == found


@pytest.mark.parametrize(
    ("label", "said", "right"),
    [
        ("ok", "2", (0,)),
        ("expert", "", (0,)),
        ("wrong_groundtruth", "B", (1,)),
        ("wrong_groundtruth", "", ()),
        ("wrong_groundtruth", "0", ()),
        ("multiple_correct_answers", "1", (0, 1)),
        ("multiple_correct_answers", "0,2", (0, 2)),
        ("multiple_correct_answers", "", ()),
        ("no_correct_answer", "1", ()),
        ("bad_question_clarity", "1", ()),
    ],
)
def test_which_choices_are_right(tmp_path, label, said, right):
    """The published key where nobody found it wrong; none is made up where none is told."""
    notes = redux(tmp_path, f"Why?,\"['x', 'y', 'z']\",0,{label},,\"{said}\",")
    assert notes.of(TASK, asked("Why?")) == [Note(label, right)]


def test_files_as_annotators_left_them(tmp_path):
    """Semicolons, Mac Roman, other columns, an empty one."""
    head = "question;choices;answer;correct_answer;error_type;"
    row = "Is it the dog\N{RIGHT SINGLE QUOTATION MARK}s?;['x', 'y', 'z'];0;1;Wrong Groundtruth;"
    notes = redux(tmp_path, row, head=head, encoding="mac_roman")
    assert notes.of(TASK, asked("Is it the dog's?")) == [Note("wrong_groundtruth", (1,))]


def test_a_question_is_found_by_its_choices_where_an_address_stands(tmp_path):
    """If only one has them; else the note is a stray, and none is guessed."""
    row = "https://a.b/c,\"['x', 'y', 'z']\",0,ok,,,"
    notes = redux(tmp_path, row)
    assert notes.of(TASK, asked("Why?")) == [Note("ok", (0,))]
    assert not notes.strays
    assert notes.of(TASK, asked("Why?", "How?")) == [None, None]
    assert [*notes.strays] == [f"mmlu_{TASK.name}.csv, row 1"]


def test_questions_that_differ_by_a_sign_keep_their_own_notes(tmp_path):
    """And repeated ones take theirs in order."""
    rows = [
        f"{text},\"['x', 'y', 'z']\",0,{label},,,"
        for text, label in (("1 + 1?", "ok"), ("1 - 1?", "expert"), ("1 + 1?", "no_correct_answer"))
    ]
    found = redux(tmp_path, *rows).of(TASK, asked("1 - 1?", "1 + 1?", "1 + 1?"))
    assert [note.label for note in found] == ["expert", "ok", "no_correct_answer"]


def test_another_key_is_another_question(tmp_path):
    """The note is on a question whose published answer is another one."""
    notes = redux(tmp_path, "Why?,\"['x', 'y', 'z']\",0,ok,,,")
    assert notes.of(TASK, asked("Why?", answer=1)) == [None]


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("Why?,\"['x']\",0,nonsense,,,", "error_type is 'nonsense', expected one of ok, "),
        ("Why?,x,0,ok,,,", "choices are 'x' and answer '0', expected a list and an index"),
        ("Why?,\"['x']\",5,ok,,,", "answer '5', expected a list and an index"),
        ("Why?,ok", "2 cells, expected 7"),
    ],
)
def test_what_cannot_be_read_is_named(tmp_path, row, said):
    """By file and row."""
    notes = redux(tmp_path, row)
    found = complaint(notes.of, TASK, asked("Why?"))
    assert found.startswith(f"mmlu_{TASK.name}.csv, row 1: ")
    assert said in found


def test_all_of_mmlu_redux():
    """Every one of 5,700 notes finds its question; 370 are not ok: the published 6.49 %."""
    root = require("mmlu_redux").parent
    notes = notes_of("mmlu_redux", root)
    found = [
        note
        for task in benchmark("mmlu").MMLU.tasks
        for note in notes.of(task, load(task, "test", root))
        if note is not None
    ]
    assert len(found) == 5700
    assert not notes.strays
    labels = Counter(note.label for note in found)
    assert sum(labels.values()) - labels["ok"] == 370
    assert labels["wrong_groundtruth"] == 107
    assert round(370 / 5700, 4) == 0.0649


def test_the_models_of_helm():
    """Virology: Llama 3.1 405B is first without flawed questions, at the published 0.93."""
    ours = script("redux")
    found = ours.answered(require("mmlu_redux"))
    assert len(found) == 14
    rows = ours.rows_of(found, "virology")
    at = next(at for at, row in enumerate(rows) if "405b" in row.name)
    assert rows[at].figures["published"] == (100, 0.56)
    assert rows[at].figures["ok"][1] == pytest.approx(0.93, abs=0.005)
    assert ours.cleaned.ranks(rows, "ok")[at] == 1
    assert ours.cleaned.ranks(rows, "published")[at] == 3


def test_mmlu_redux_as_a_benchmark():
    """The 5,330 questions without a flaw, in MMLU's groups, each as MMLU has it."""
    root = require("mmlu_redux").parent
    ours = benchmark("mmlu_redux").MMLU_REDUX
    found = {task.name: load(task, "test", root) for task in ours.tasks}
    assert sum(map(len, found.values())) == ours.published[0]
    assert len(found["virology"]) == 43
    assert found.keys() == {task.name for task in benchmark("mmlu").MMLU.tasks}
    assert found.keys() == set(ours.source.names(root))
    assert "--data DIR" in complaint(load, ours.tasks[0], "test", None)


def corrected(folder, **changes):
    row = {"question_id": 0, "question": "Why?", "options": ["x", "y", "z"], "answer_index": 0}
    path = folder / "corrections.jsonl"
    path.write_text(json.dumps(row | changes), "utf-8")
    return notes_of(str(path), None)


@pytest.mark.parametrize(
    ("changes", "note"),
    [
        ({}, Note("ok", (0,))),
        ({"answer_index": 2}, Note("wrong_groundtruth", (2,))),
        ({"options": [" z", "x", "y"]}, Note("wrong_groundtruth", (2,))),
        ({"options": ["y", "x", "z"], "answer_index": 1}, Note("ok", (0,))),
        ({"question": "How?"}, Note("asks_something_else", ())),
        ({"options": ["x", "y"]}, Note("asks_something_else", ())),
    ],
)
def test_corrections_of_mmlu_pro(tmp_path, changes, note):
    """A new key is found among the choices that were asked; another question is not scored."""
    notes = corrected(tmp_path, **changes)
    assert notes.of(TASK, asked("Why?", "What?")) == [note, Note("ok", (0,))]
    assert not notes.strays


def test_those_that_were_published():
    """Of 316 rows none is another key alone: 254 ask something else, the others the same."""
    root = require("mmlu_pro", "corrections_2025-10.jsonl.gz").parents[1]
    notes = notes_of("mmlu_pro_corrections", root)
    found = Counter(
        note.label
        for task in benchmark("mmlu_pro").MMLU_PRO.tasks
        for note in notes.of(task, load(task, "test", root))
    )
    assert found == {"ok": 12032 - 254, "asks_something_else": 254}
    assert not notes.strays


def test_a_list_of_ones_own(tmp_path):
    """Keys to mend, questions to drop, and a row that is about nothing."""
    path = tmp_path / "mine.csv"
    rows = [f"{TASK.path}/0,B,", f'{TASK.name}/1,"0, 2",two', "2,,", "3,A,", "99,A,"]
    path.write_text("\n".join(["id,answer,label", *rows]), "utf-8")
    notes = notes_of(str(path), None)
    assert notes.of(TASK, asked(*"abcde")) == [
        Note("mended", (1,)),
        Note("two", (0, 2)),
        Note("dropped", ()),
        Note("ok", (0,)),
        Note("ok", (0,)),
    ]
    assert [*notes.strays] == ["mine.csv, row 5 (line 6)"]
    path.write_text("id,answer\n0,F", "utf-8")
    said = complaint(notes_of(str(path), None).of, TASK, asked("a"))
    assert said.startswith("mine.csv, row 1 (line 2): answer is 'F', expected letters or indices")


def test_what_is_no_list_is_refused(tmp_path):
    """With what would be one."""
    (tmp_path / "mine.csv").write_text("id,key\n0,A", "utf-8")
    assert "expected id and answer" in complaint(notes_of, str(tmp_path / "mine.csv"), None)
    assert "add --data DIR" in complaint(notes_of, "mmlu_redux", None)
    assert "no such file or folder" in complaint(notes_of, str(tmp_path / "none"), None)
    assert "no mmlu_SUBJECT.csv there" in complaint(notes_of, str(tmp_path), None)
