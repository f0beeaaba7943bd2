"""Questions come back exactly as written, and a malformed file is told in one line."""

import csv
import gzip
import hashlib
import io
import json
import os
import subprocess
import sys
from functools import partial

import huggingface_hub
import pyarrow as pa
import pytest
from builders import complaint
from huggingface_hub import constants, errors
from hypothesis import assume, given
from hypothesis import strategies as st
from pyarrow import parquet

from mcqtest import prompts
from mcqtest.data import fingerprint, load, questions, read
from mcqtest.types import Benchmark, Columns, Layout, Method, Question, Source

HEADER = ("question", "A", "B", "C", "D", "answer")
SHOTS = {"shots": "dev"}
LETTERED = Columns(choices=("A", "B", "C", "D"))
ALL_SUBJECTS = Columns(task="subject")

CSV = Layout("{split}/{task}_{split}.csv", LETTERED, header=HEADER, splits=SHOTS)
NAMED_CSV = Layout("{task}-{split}.csv", Columns(choices=("A", "B", "C", "D"), first=1))
JSONL = Layout("{split}.jsonl", ALL_SUBJECTS, splits=SHOTS)
JSONL_GZ = Layout("{split}.jsonl.gz", ALL_SUBJECTS, splits=SHOTS)
PARQUET = Layout("{task}/{split}.parquet", Columns(), splits=SHOTS)
IDENTIFIED = Layout("{split}.jsonl", Columns(id="question_id"))

GOOD = "Q,a,b,c,d,A\n"
MARK = "\ufeff".encode()


METHODS = {"letters": Method(prompts.mmlu)}


def task_with(*layouts, hub=None):
    """The task ``mmlu/anatomy`` whose files have these layouts."""
    source = Source("mmlu", layouts, hub, "r1" if hub else None)
    return Benchmark("mmlu", {"other": ("anatomy", "law")}, source, METHODS, 5).tasks[0]


def write(root, name, content):
    """A file below ``root`` with this text or these bytes."""
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


# --- what comes back --------------------------------------------------------------------------

# Texts that readers have been seen to change: missing values, quotes, commas, separators of
# lines that only some readers know, line ends.
TROUBLE = ["NA", "None", "null", "nan", "TRUE", "1", " ", '""', '"', "a,b", "x\u2028y", "x\x85y"]
TROUBLE += ["x\x1cy", "x\ry", "x\r\ny", "x\n", "\n", "\t", "\\", "\ufeff"]


def texts(*, without=""):
    """Any text but the empty one, and without some characters."""
    characters = st.characters(exclude_categories=["Cs"], exclude_characters=without)
    return st.sampled_from(TROUBLE) | st.text(characters, min_size=1)


def question_sets(text):
    """One to four questions with four choices, their ids counting from 0."""
    cells = st.tuples(text, st.tuples(text, text, text, text), st.integers(0, 3))
    return st.lists(cells, min_size=1, max_size=4).map(
        lambda rows: tuple(Question(*row, str(index)) for index, row in enumerate(rows))
    )


def as_csv(questions):
    """The Hendrycks archive's form."""
    out = io.StringIO(newline="")
    csv.writer(out).writerows((q.text, *q.choices, "ABCD"[q.answer]) for q in questions)
    return out.getvalue().encode()


def as_records(questions):
    """The hub's form."""
    return [
        {"question": q.text, "subject": "anatomy", "choices": list(q.choices), "answer": q.answer}
        for q in questions
    ]


def as_jsonl(questions, *, ascii_only):
    """One record per line."""
    return "".join(
        json.dumps(record, ensure_ascii=ascii_only) + "\n" for record in as_records(questions)
    ).encode()


def as_parquet(questions):
    """A hub snapshot's file."""
    out = pa.BufferOutputStream()
    parquet.write_table(pa.Table.from_pylist(as_records(questions)), out)
    return out.getvalue().to_pybytes()


@given(question_sets(texts(without="\0")), st.integers(0, 3))
def test_csv_comes_back_unchanged(tmp_path_factory, questions, mark):
    """Any text survives CSV, with and without byte order marks."""
    assume(not questions[0].text.startswith("\ufeff"))  # it would be the file's
    content = MARK * mark + as_csv(questions)
    root = tmp_path_factory.mktemp("data")
    write(root, "mmlu/test/anatomy_test.csv", content)
    assert load(task_with(CSV), "test", root) == questions


@given(question_sets(texts()), st.booleans())
def test_jsonl_comes_back_unchanged(tmp_path_factory, questions, ascii_only):
    """Any text survives JSONL, escaped or not."""
    root = tmp_path_factory.mktemp("data")
    write(root, "mmlu/test.jsonl", as_jsonl(questions, ascii_only=ascii_only))
    assert load(task_with(JSONL), "test", root) == questions


@given(question_sets(texts()))
def test_gzipped_jsonl_comes_back_unchanged(tmp_path_factory, questions):
    """Any text survives gzipped JSONL."""
    root = tmp_path_factory.mktemp("data")
    content = gzip.compress(as_jsonl(questions, ascii_only=False))
    write(root, "mmlu/test.jsonl.gz", content)
    assert load(task_with(JSONL_GZ), "test", root) == questions


@given(question_sets(texts()))
def test_parquet_comes_back_unchanged(tmp_path_factory, questions):
    """Any text survives Parquet."""
    root = tmp_path_factory.mktemp("data")
    write(root, "mmlu/anatomy/test.parquet", as_parquet(questions))
    assert load(task_with(PARQUET), "test", root) == questions


def test_same_questions_in_every_form(tmp_path):
    """The form of the files leaves no trace in the questions, nor in their fingerprint."""
    asked = (
        Question("One?", ("1", "2", "3", "4"), 0, "0"),
        Question("Two?", ("1", "2", "3", "4"), 1, "1"),
    )
    law = as_jsonl(asked[::-1], ascii_only=False).replace(b"anatomy", b"law")
    first, second = as_jsonl(asked, ascii_only=False).splitlines(keepends=True)
    write(tmp_path, "csv/mmlu/test/anatomy_test.csv", as_csv(asked))
    write(tmp_path, "jsonl/mmlu/test.jsonl", first + law + second)
    write(tmp_path, "parquet/mmlu/anatomy/test.parquet", as_parquet(asked))
    forms = {"csv": CSV, "jsonl": JSONL, "parquet": PARQUET}
    loaded = {
        form: load(task_with(layout), "test", tmp_path / form) for form, layout in forms.items()
    }
    assert loaded == dict.fromkeys(forms, asked)
    assert len({fingerprint(questions) for questions in loaded.values()}) == 1


def test_answers_are_letters_or_numbers_from_first(tmp_path):
    """A CSV with a header names its columns; its answers may be numbers that count from 1."""
    header = "question,answer,A,B,C,D,Category,Human Accuracy\n"
    rows = "Q1,1,a,b,c,d,Law,0.0\n\nQ2,4,a,b,c,d,Law,\nQ3,C,a,b,c,d,Law,0.5\n"
    write(tmp_path, "mmlu/anatomy-test.csv", header + rows)
    questions = load(task_with(NAMED_CSV), "test", tmp_path)
    assert [question.answer for question in questions] == [0, 3, 2]
    assert [question.id for question in questions] == ["0", "1", "2"]


def test_ids_come_from_their_column(tmp_path):
    """Published ids are kept, as text."""
    row = {"question": "Q", "choices": ["a", "b"], "answer": "B"}
    rows = [{**row, "question_id": 70}, {**row, "question_id": "x-1"}]
    write(tmp_path, "mmlu/test.jsonl", "\n".join(map(json.dumps, rows)))
    questions = load(task_with(IDENTIFIED), "test", tmp_path)
    assert [question.id for question in questions] == ["70", "x-1"]


def test_shots_have_their_own_file(tmp_path):
    """The split of the shots is what the layout calls it."""
    write(tmp_path, "mmlu/test/anatomy_test.csv", GOOD)
    write(tmp_path, "mmlu/dev/anatomy_dev.csv", "S,a,b,c,d,B\n")
    assert load(task_with(CSV), "shots", tmp_path)[0].text == "S"
    assert load(task_with(CSV), "test", tmp_path)[0].text == "Q"


def test_first_layout_that_is_there_wins(tmp_path):
    """Layouts are tried in their order."""
    write(
        tmp_path,
        "mmlu/test.jsonl",
        as_jsonl([Question("J", tuple("abcd"), 0, "0")], ascii_only=True),
    )
    task = task_with(CSV, JSONL)
    assert load(task, "test", tmp_path)[0].text == "J"
    write(tmp_path, "mmlu/test/anatomy_test.csv", GOOD)
    assert load(task, "test", tmp_path)[0].text == "Q"


def test_publishers_own_folder_is_accepted(tmp_path):
    """--data may name the benchmark's folder itself, unless it holds one of that name."""
    write(tmp_path, "test/anatomy_test.csv", GOOD)
    assert load(task_with(CSV), "test", tmp_path)[0].text == "Q"
    write(tmp_path, "mmlu/test/law_test.csv", GOOD)
    found = complaint(load, task_with(CSV), "test", tmp_path)
    assert found.startswith(f"{tmp_path / 'mmlu'}: no questions for mmlu/anatomy; ")


def test_shared_file_is_read_once_until_it_changes(tmp_path, monkeypatch):
    """A file of all subjects is parsed once, and anew when it was written to."""
    reads = []
    read = questions.read
    monkeypatch.setattr(questions, "read", lambda *args: reads.append(args) or read(*args))
    asked = (Question("Old", tuple("abcd"), 0, "0"),)
    path = write(tmp_path, "mmlu/test.jsonl", as_jsonl(asked, ascii_only=True))
    task = task_with(JSONL)
    assert load(task, "test", tmp_path) == load(task, "test", tmp_path) == asked
    assert len(reads) == 1
    path.write_bytes(path.read_bytes().replace(b"Old", b"New"))
    os.utime(path, ns=(1, 1))  # a clock too coarse to tell is not what is tested
    assert load(task, "test", tmp_path)[0].text == "New"


def test_nothing_heavy_is_imported_before_it_is_needed():
    """The optional extra is not imported with the module."""
    program = "import sys, mcqtest.data; print({'pyarrow', 'huggingface_hub'} & set(sys.modules))"
    printed = subprocess.run(
        [sys.executable, "-c", program], check=True, capture_output=True, text=True
    ).stdout
    assert printed == "set()\n"


# --- what is refused --------------------------------------------------------------------------

AGAIN = "or download the file again"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        pytest.param("", f": no rows, expected questions; fill it {AGAIN}", id="empty"),
        pytest.param("\n\n", f": no rows, expected questions; fill it {AGAIN}", id="blank"),
        pytest.param(
            f'"Two\nlines",a,b,c,d,A\n{GOOD}Q,a,b,c,D\n',
            ", row 3 (line 4): 5 cells, expected 6 (question, A, B, C, D, answer);"
            f" restore the missing cell {AGAIN}",
            id="missing option",
        ),
        pytest.param(
            "Q",
            ", row 1 (line 1): 1 cell, expected 6 (question, A, B, C, D, answer);"
            f" restore the missing cell {AGAIN}",
            id="one cell",
        ),
        pytest.param(
            f"{GOOD}Yes, or no?,a,b,c,d,A\n",
            ", row 2 (line 2): 7 cells, expected 6 (question, A, B, C, D, answer);"
            f" quote the cell that holds a comma {AGAIN}",
            id="unquoted comma",
        ),
        pytest.param(
            "Q,a,,c,d,A\n",
            f", row 1 (line 1): choice 2 of 4 is empty, expected text; restore it {AGAIN}",
            id="empty choice",
        ),
        pytest.param(
            ",a,b,c,d,A\n",
            f", row 1 (line 1): question is empty, expected text; restore it {AGAIN}",
            id="empty question",
        ),
        pytest.param(
            "Q,a,b,c,d,E\n",
            ", row 1 (line 1): answer is 'E', expected A-D or 0-3 for 4 choices;"
            f" correct it {AGAIN}",
            id="letter of no choice",
        ),
        pytest.param(
            "Q,a,b,c,d,4\n",
            ", row 1 (line 1): answer is '4', expected A-D or 0-3 for 4 choices;"
            f" correct it {AGAIN}",
            id="number of no choice",
        ),
        pytest.param(
            "Q,a,b,c,d,\n",
            ", row 1 (line 1): answer is '', expected A-D or 0-3 for 4 choices;"
            f" correct it {AGAIN}",
            id="no answer",
        ),
        pytest.param(
            "Q,a,b,c,d,AB\n",
            ", row 1 (line 1): answer is 'AB', expected A-D or 0-3 for 4 choices;"
            f" correct it {AGAIN}",
            id="two letters",
        ),
        pytest.param(
            f'Q,a,b,c,d,"x\n{"y" * 99}"\n',
            f", row 1 (line 1): answer is 'x\\n{'y' * 55}...', expected A-D or 0-3 for 4 choices;"
            f" correct it {AGAIN}",
            id="long cell",
        ),
        pytest.param(
            GOOD.encode() + "Qué,a,b,c,d,A\n".encode("latin-1"),
            f", line 2: byte 0xE9 at offset 14, expected UTF-8 text; save it as UTF-8 {AGAIN}",
            id="latin-1",
        ),
        pytest.param(
            MARK + GOOD.encode() + b"\xd5",
            f", line 2: byte 0xD5 at offset 15, expected UTF-8 text; save it as UTF-8 {AGAIN}",
            id="byte order mark counts",
        ),
        pytest.param(
            GOOD.encode() + b"Q\0,a,b,c,d,A\n",
            f", line 2: byte 0x00 at offset 13, expected UTF-8 text; save it as UTF-8 {AGAIN}",
            id="NUL",
        ),
        pytest.param(
            f'{GOOD}"Open,a,b,c,d,A\n{GOOD}',
            ", row 2 (line 2): not CSV (unexpected end of data);"
            f" double the quotes inside a quoted cell {AGAIN}",
            id="open quote",
        ),
        pytest.param(
            f'{GOOD}"So "what"?",a,b,c,d,A\n',
            """, row 2 (line 2): not CSV (',' expected after '"');"""
            f" double the quotes inside a quoted cell {AGAIN}",
            id="bare quote",
        ),
    ],
)
def test_malformed_csv(tmp_path, content, message):
    """A malformed CSV is told by file, row and line, what was found and what to do."""
    write(tmp_path, "mmlu/test/anatomy_test.csv", content)
    found = complaint(load, task_with(CSV), "test", tmp_path)
    assert found == f"mmlu/test/anatomy_test.csv{message}"


ROW = {"question": "Q", "subject": "anatomy", "choices": ["a", "b"], "answer": 0}
ONE = json.dumps(ROW) + "\n"


def changed(**cells):
    """The good record with other cells."""
    return json.dumps(ROW | cells)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        pytest.param("", f": no rows, expected questions; fill it {AGAIN}", id="empty"),
        pytest.param(
            f'{ONE}\n{{"question": "Q"\n',
            ", row 2 (line 3): not JSON (Expecting ',' delimiter at column 17 (char 16)),"
            " expected one object per line; correct the line",
            id="broken",
        ),
        pytest.param(
            '["Q"]\n',
            """, row 1 (line 1): found '["Q"]', expected one object per line; correct the line""",
            id="no object",
        ),
        pytest.param(
            '{"question": "Q", "subject": "anatomy", "options": ["a", "b"], "answer": 0}',
            ", row 1 (line 1): no column choices, only question, subject, options, answer;"
            f" name the columns as published {AGAIN}",
            id="missing column",
        ),
        pytest.param(
            '{"a\\nb": 1}',
            ", row 1 (line 1): no column subject, only a\\nb;"
            f" name the columns as published {AGAIN}",
            id="no task column",
        ),
        pytest.param(
            changed(subject="law"),
            f": no row with subject 'anatomy', only law; add the rows {AGAIN}, or"
            " leave the task out with -k",
            id="no such task",
        ),
        pytest.param(
            changed(choices="ab"),
            f", row 1 (line 1): choices is 'ab', expected a list of texts; restore it {AGAIN}",
            id="no list",
        ),
        pytest.param(
            changed(choices=["a"]),
            f", row 1 (line 1): 1 in choices, expected at least 2 choices; restore it {AGAIN}",
            id="one choice",
        ),
        pytest.param(
            changed(choices=["a", None]),
            f", row 1 (line 1): choice 2 of 2 is empty, expected text; restore it {AGAIN}",
            id="null choice",
        ),
        pytest.param(
            changed(choices=["a", 1]),
            f", row 1 (line 1): choice 2 of 2 is 1, expected text; restore it {AGAIN}",
            id="number for a choice",
        ),
        pytest.param(
            changed(question="\ud83d"),
            ", row 1 (line 1): question is '\\ud83d', which holds half a character;"
            f" restore it {AGAIN}",
            id="half a character",
        ),
        pytest.param(
            changed(answer=2),
            f", row 1 (line 1): answer is 2, expected A-B or 0-1 for 2 choices; correct it {AGAIN}",
            id="answer too high",
        ),
        pytest.param(
            changed(answer=-1),
            ", row 1 (line 1): answer is -1, expected A-B or 0-1 for 2 choices;"
            f" correct it {AGAIN}",
            id="answer too low",
        ),
        pytest.param(
            changed(answer=True),
            ", row 1 (line 1): answer is True, expected A-B or 0-1 for 2 choices;"
            f" correct it {AGAIN}",
            id="truth is no number",
        ),
    ],
)
def test_malformed_jsonl(tmp_path, content, message):
    """A malformed JSONL file is told likewise."""
    write(tmp_path, "mmlu/test.jsonl", content)
    found = complaint(load, task_with(JSONL), "test", tmp_path)
    assert found == f"mmlu/test.jsonl{message}"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (
            "question,A,B,C,D,answer\n",
            "row 1 (line 1): a header row (question, A, B, C, D, answer)",
        ),
        (
            "Input,a1,a2,a3,a4,Target\n",
            "row 1 (line 1): a header row (Input, a1, a2, a3, a4, Target)",
        ),
        (
            ",question,A,B,C,D,answer\n",
            "row 1 (line 1): a header row (, question, A, B, C, D, answer)",
        ),
        (f"{GOOD}question,A,B,C,D,answer\n", "row 2 (line 2): a header row (question, "),
        (f"0,{GOOD}", "row 1 (line 1): an index column ('0') before question; drop that column"),
        (f"{GOOD}17,{GOOD}", "row 2 (line 2): an index column ('17') before question"),
        (f",{GOOD}", "row 1 (line 1): an index column ('') before question"),
    ],
)
def test_what_a_table_library_adds(tmp_path, content, said):
    """Called what it is, where the file as published has neither header nor index."""
    write(tmp_path, "mmlu/test/anatomy_test.csv", content)
    message = complaint(load, task_with(CSV), "test", tmp_path)
    assert message.startswith(f"mmlu/test/anatomy_test.csv, {said}")
    assert message.endswith(AGAIN)


def test_choices_that_are_letters(tmp_path):
    """Are no header row, nor is a question that is a number, nor an answer among the choices."""
    rows = "Which figure?,A,B,C,D,B\n12,a,b,c,d,A\nanswer,answer,label,gold,target,D\n"
    write(tmp_path, "mmlu/test/anatomy_test.csv", rows)
    assert len(load(task_with(CSV), "test", tmp_path)) == 3


def test_a_second_header_row(tmp_path):
    """As where files were put behind one another."""
    path = tmp_path / "table.csv"
    path.write_text("question,answer\nQ,A\nquestion,answer\nR,B\n", "utf-8")
    said = complaint(read, path, "table.csv", None)
    assert said.startswith(
        "table.csv, row 2 (line 3): a header row (question, answer), but the file"
    )


def test_deep_json(tmp_path):
    """JSON too deep to read is malformed too, not a crash."""
    write(tmp_path, "mmlu/test.jsonl", "[" * 100_000)
    found = complaint(load, task_with(JSONL), "test", tmp_path)
    assert found.startswith("mmlu/test.jsonl, row 1 (line 1): not JSON (")


def test_ids_are_unique(tmp_path):
    """A repeated id is told with the row that has it first."""
    row = {"question": "Q", "choices": ["a", "b"], "answer": 0}
    rows = [json.dumps({**row, "question_id": name}) for name in (7, 8, "7")]
    write(tmp_path, "mmlu/test.jsonl", "\n".join(rows))
    assert complaint(load, task_with(IDENTIFIED), "test", tmp_path) == (
        "mmlu/test.jsonl, row 3 (line 3): id '7' is also that of row 1 (line 1),"
        f" expected it once; delete one row {AGAIN}"
    )


def test_rows_are_numbered_as_in_the_file(tmp_path):
    """In a file of all subjects, messages count the file's rows, not the subject's."""
    write(tmp_path, "mmlu/test.jsonl", f"{changed(subject='law')}\n\n{changed(answer='C')}\n")
    found = complaint(load, task_with(JSONL), "test", tmp_path)
    assert found.startswith("mmlu/test.jsonl, row 2 (line 3): answer is 'C'")


@pytest.mark.parametrize("answer", [0, 5])
def test_answers_that_count_from_one(tmp_path, answer):
    """The numbers that are expected count from where the benchmark does."""
    write(tmp_path, "mmlu/anatomy-test.csv", f"question,answer,A,B,C,D\nQ,{answer},a,b,c,d\n")
    assert complaint(load, task_with(NAMED_CSV), "test", tmp_path) == (
        f"mmlu/anatomy-test.csv, row 1 (line 2): answer is '{answer}', expected A-D or 1-4 for"
        f" 4 choices; correct it {AGAIN}"
    )


@pytest.mark.parametrize("bomb", [b" " * (70 * 2**20), b"[" * (70 * 2**20)])
def test_a_gzip_bomb(tmp_path, bomb):
    """It is told by its size, before memory is full; what is merely large is read."""
    write(tmp_path, "mmlu/test.jsonl.gz", gzip.compress(bomb, 9))
    said = complaint(load, task_with(JSONL_GZ), "test", tmp_path)
    assert "unpack to more than 67,108,864, as no questions or outputs do" in said


def test_torn_gzip(tmp_path):
    """A download that broke off is no end of file."""
    write(tmp_path, "mmlu/test.jsonl.gz", gzip.compress(ONE.encode())[:-9])
    assert complaint(load, task_with(JSONL_GZ), "test", tmp_path) == (
        "mmlu/test.jsonl.gz: cannot be read (Compressed file ended before the end-of-stream"
        f" marker was reached); mend it {AGAIN}"
    )


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (ONE.encode(), "Not a gzipped file"),
        (gzip.compress(ONE.encode())[:10] + b"\xff" * 9, "Error -3 while decompressing"),
        (gzip.compress(ONE.encode())[:-8] + b"\0" * 8, "CRC check failed"),
    ],
    ids=["plain", "garbled", "changed"],
)
def test_no_gzip(tmp_path, content, reason):
    """What is not, or no longer, a whole gzip file is refused."""
    write(tmp_path, "mmlu/test.jsonl.gz", content)
    found = complaint(load, task_with(JSONL_GZ), "test", tmp_path)
    assert found.startswith(f"mmlu/test.jsonl.gz: cannot be read ({reason}")


def test_no_parquet(tmp_path):
    """Something else under a Parquet file's name is refused, such as a pointer to it."""
    write(tmp_path, "mmlu/anatomy/test.parquet", "version https://git-lfs.github.com/spec/v1\n")
    found = complaint(load, task_with(PARQUET), "test", tmp_path)
    assert found.startswith("mmlu/anatomy/test.parquet: not a Parquet file (")
    assert found.endswith(f"; mend it {AGAIN}")


def test_malformed_parquet_row(tmp_path):
    """A Parquet file has rows but no lines."""
    out = pa.BufferOutputStream()
    rows = [ROW, ROW | {"question": None}]
    parquet.write_table(pa.Table.from_pylist(rows), out)
    write(tmp_path, "mmlu/anatomy/test.parquet", out.getvalue().to_pybytes())
    assert complaint(load, task_with(PARQUET), "test", tmp_path) == (
        f"mmlu/anatomy/test.parquet, row 2: question is empty, expected text; restore it {AGAIN}"
    )


def test_no_data_folder(tmp_path):
    """A mistyped --data is told as such."""
    assert complaint(load, task_with(CSV), "test", tmp_path / "nowhere") == (
        f"{tmp_path / 'nowhere'}: no such folder; pass the folder of the data with --data DIR"
    )


def test_no_benchmark_folder(tmp_path):
    """A data folder without this benchmark says which folder it wants."""
    assert complaint(load, task_with(CSV, JSONL), "test", tmp_path) == (
        f"{tmp_path}: no folder mmlu; add one of mmlu/test/anatomy_test.csv, mmlu/test.jsonl,"
        ' or pass another --data DIR, or leave mmlu out with -m "not mmlu"'
    )


def test_no_task_file(tmp_path):
    """A missing file is told with the names that were tried."""
    (tmp_path / "mmlu").mkdir()
    assert complaint(load, task_with(CSV, JSONL), "shots", tmp_path) == (
        f"{tmp_path / 'mmlu'}: no examples for mmlu/anatomy; add one of dev/anatomy_dev.csv,"
        " dev.jsonl, or pass another --data DIR, or ask with --shots=0, or leave mmlu out with"
        ' -m "not mmlu"'
    )


# --- the hub ----------------------------------------------------------------------------------


@pytest.fixture
def reached(monkeypatch):
    """A hub that answers."""
    monkeypatch.setattr(huggingface_hub, "get_hf_file_metadata", lambda url: None)


def test_hub_file_is_the_last_layout_at_the_pinned_revision(tmp_path, monkeypatch, reached):
    """Without --data the hub is asked for exactly the published file."""
    asked = (Question("Q", tuple("abcd"), 2, "0"),)
    path = write(tmp_path, "snapshot/anatomy/dev.parquet", as_parquet(asked))
    calls = []
    monkeypatch.setattr(
        huggingface_hub, "hf_hub_download", lambda **call: calls.append(call) or str(path)
    )
    assert load(task_with(CSV, PARQUET, hub="cais/mmlu"), "shots", None) == asked
    assert calls == [
        {
            "repo_id": "cais/mmlu",
            "filename": "anatomy/dev.parquet",
            "repo_type": "dataset",
            "revision": "r1",
        }
    ]


PAGE = "https://huggingface.co/datasets/cais/mmlu"


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (
            errors.LocalEntryNotFoundError,
            (
                "not in the local cache and the hub cannot be reached; connect to the network,"
                " unset HF_HUB_OFFLINE"
            ),
        ),
        (
            errors.GatedRepoError,
            (
                f"the data set is gated; accept its licence on {PAGE}, then set HF_TOKEN or run"
                " `hf auth login`"
            ),
        ),
        (
            errors.RepositoryNotFoundError,
            "no such data set, or it is private; set HF_TOKEN or run `hf auth login`",
        ),
        (errors.RevisionNotFoundError, f"the hub has no revision r1; see {PAGE}"),
        (errors.EntryNotFoundError, f"no such file at revision r1; see {PAGE}"),
        (
            partial(ConnectionError, "reset\nby peer"),
            "the download failed (reset); try again",
        ),
        (TimeoutError, "the download failed (TimeoutError); try again"),
    ],
    ids=["offline", "gated", "private", "revision", "file", "reset", "timeout"],
)
def test_hub_that_does_not_answer(monkeypatch, reached, error, message):
    """A failed download says what to do about it."""

    def fail(**_call):
        # Some of these want a whole HTTP response, of which nothing is read.
        raise error.__new__(error) if isinstance(error, type) else error()

    monkeypatch.setattr(huggingface_hub, "hf_hub_download", fail)
    found = complaint(load, task_with(PARQUET, hub="cais/mmlu"), "test", None)
    assert found == f"cais/mmlu/anatomy/test.parquet: {message}, or pass --data DIR"


def test_hub_without_a_network(tmp_path, monkeypatch, capfd):
    """It is asked once, and not as often as its client would; what is in the cache needs no hub."""

    def unreachable(url):
        raise ConnectionError(url)

    asked = []
    monkeypatch.setattr(huggingface_hub, "get_hf_file_metadata", unreachable)
    monkeypatch.setattr(huggingface_hub, "hf_hub_download", lambda **call: asked.append(call))
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path))
    task = task_with(PARQUET, hub="nobody/nothing")
    found = complaint(load, task, "test", None)
    assert found.startswith("nobody/nothing/anatomy/test.parquet: not in the local cache and")
    assert asked == []
    assert capfd.readouterr() == ("", "")
    question = (Question("Q", tuple("abcd"), 2, "0"),)
    path = write(tmp_path, "anatomy/test.parquet", as_parquet(question))
    monkeypatch.setattr(huggingface_hub, "try_to_load_from_cache", lambda **call: str(path))
    monkeypatch.setattr(huggingface_hub, "hf_hub_download", lambda **call: str(path))
    assert load(task, "test", None) == question


def test_hub_offline(tmp_path, monkeypatch):
    """The hub's own client, told to stay offline, fails as the doubles above do."""
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path))
    found = complaint(load, task_with(PARQUET, hub="cais/mmlu"), "test", None)
    assert found.startswith("cais/mmlu/anatomy/test.parquet: not in the local cache and the hub")


def test_benchmark_that_is_not_on_the_hub():
    """Questions that nobody publishes must come from --data."""
    assert complaint(load, task_with(CSV), "test", None) == (
        "mmlu/anatomy: these questions are not on the hub;"
        " pass a folder that holds mmlu/ with --data DIR"
    )


def test_missing_extra_is_named(tmp_path, monkeypatch):
    """Where the optional extra is not installed, the message says how to install it."""
    install = 'which is missing; run: pip install "mcqtest[hub]"'
    write(tmp_path, "mmlu/anatomy/test.parquet", b"")
    task = task_with(PARQUET, hub="cais/mmlu")
    monkeypatch.setitem(sys.modules, "huggingface_hub", None)
    found = complaint(load, task, "test", None)
    assert found == f"downloading cais/mmlu needs huggingface_hub, {install}"
    monkeypatch.setitem(sys.modules, "pyarrow.parquet", None)
    found = complaint(load, task, "test", tmp_path)
    assert found == f"reading mmlu/anatomy/test.parquet needs pyarrow, {install}"


# --- fingerprints -----------------------------------------------------------------------------

# Few letters and short texts, so that two sets are often nearly the same.
near_texts = st.text('a,"]\\', max_size=2)
near_questions = st.builds(
    Question, near_texts, st.lists(near_texts, max_size=3).map(tuple), st.integers(0, 1), near_texts
)
near_sets = st.lists(near_questions, max_size=2)


@given(near_sets, near_sets)
def test_fingerprints_are_equal_where_questions_are(one, other):
    """Sets of questions are equal if and only if their fingerprints are."""
    assert (fingerprint(one) == fingerprint(other)) == (one == other)


@pytest.mark.parametrize(
    "other",
    [
        pytest.param([Question("Q ", ("a", "b"), 0, "0")], id="text"),
        pytest.param([Question("Q", ("a", "c"), 0, "0")], id="choice"),
        pytest.param([Question("Q", ("b", "a"), 0, "0")], id="order of choices"),
        pytest.param([Question("Q", ("ab",), 0, "0")], id="boundary of choices"),
        pytest.param([Question("Qa", ("b",), 0, "0")], id="boundary of text"),
        pytest.param([Question("Q", ("a", "b"), 1, "0")], id="answer"),
        pytest.param([Question("Q", ("a", "b"), 0, "1")], id="id"),
        pytest.param([Question("Q", ("a", "b"), 0, "0")] * 2, id="twice"),
        pytest.param([], id="none"),
    ],
)
def test_fingerprint_tells_every_change(other):
    """A change of any field, of order or of a boundary changes the fingerprint."""
    assert fingerprint([Question("Q", ("a", "b"), 0, "0")]) != fingerprint(other)


def test_fingerprint_tells_order():
    """The order of questions is part of the fingerprint."""
    one, other = Question("Q", ("a", "b"), 0, "0"), Question("R", ("a", "b"), 0, "1")
    assert fingerprint([one, other]) != fingerprint([other, one])


def test_fingerprint_tells_halves_from_a_character():
    """Two halves of a character are neither the character, nor other halves, nor "??"."""
    texts = ("\ud83d\ude00", "\U0001f600", "\ud83e\ude00", "??")
    assert len({fingerprint([Question(text, ("a", "b"), 0, "0")]) for text in texts}) == 4


def test_fingerprint_is_the_one_in_baselines():
    """Stored baselines hold fingerprints, so that the encoding can never change unseen."""
    encoded = '[["¿Q?",["a","b"],1,"0"],["R",["c"],0,"x"]]'.encode()
    asked = [Question("¿Q?", ("a", "b"), 1, "0"), Question("R", ("c",), 0, "x")]
    assert fingerprint(asked) == hashlib.sha256(encoded).hexdigest()
