"""A table of one's own becomes a benchmark, or one line says what the table lacks."""

from __future__ import annotations

import gzip
import json

import pytest
from builders import complaint
from hypothesis import given
from hypothesis import strategies as st

from mcqtest import prompts
from mcqtest.answers import near
from mcqtest.data import from_table, load
from mcqtest.data.own import same
from mcqtest.run.plan import plan
from mcqtest.run.way import OWN, Way
from mcqtest.types import Benchmark, Method, Metric, Question, Style

TABLE = (
    "question,A,B,answer,category\nRain?,yes,no,A,weather\nSnow?,no,yes,B,weather\nRed?,0,1,B,tea\n"
)


@pytest.fixture
def write(tmp_path):
    """Write a file; its path."""

    def written(text=TABLE, name="mine.csv"):
        raw = text if isinstance(text, bytes) else text.encode()
        (tmp_path / name).write_bytes(raw)
        return tmp_path / name

    return written


def loaded(benchmark):
    """Task -> its questions; whatever --data says."""
    source = benchmark.source
    return {task.name: load(task, "test", source.place) for task in benchmark.tasks}


# --- forms of tables ----------------------------------------------------------------------------


def test_columns_of_letters(write):
    """Four lines of a user's."""
    mine = from_table(write(), choices="AB", task="category")
    assert mine.name == "mine"
    found = loaded(mine)
    assert found.keys() == {"tea", "weather"}
    assert found["weather"][1] == Question("Snow?", ("no", "yes"), 1, "1")
    assert [*mine.methods] == ["letters"]
    assert mine.shots == 0


@pytest.mark.parametrize("gz", ["", ".gz"])
def test_a_list_of_choices(write, gz):
    """In JSONL, where questions may have different numbers of them; answers counted from 1."""
    rows = [
        {"asked": "Rain?", "options": ["yes", "no", "both"], "right": 3, "id": "r"},
        {"asked": "Snow?", "options": ["yes", "no"], "right": "A", "id": 8},
    ]
    text = "".join(json.dumps(row) + "\n" for row in rows).encode()
    path = write(gzip.compress(text) if gz else text, f"mine.jsonl{gz}")
    mine = from_table(path, question="asked", choices="options", answer="right", first=1)
    assert loaded(mine) == {
        "mine": (
            Question("Rain?", ("yes", "no", "both"), 2, "r"),
            Question("Snow?", ("yes", "no"), 0, "8"),
        )
    }


def test_named_columns_of_choices(write):
    """A sequence of any names."""
    path = write("question,first one,second one,answer\nRain?,yes,no,1\n")
    (asked,) = loaded(from_table(path, choices=["first one", "second one"]))["mine"]
    assert asked == Question("Rain?", ("yes", "no"), 1, "0")


def test_parquet(tmp_path):
    """As the hub has tables."""
    arrow = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    rows = {"question": ["Rain?"], "options": [["yes", "no"]], "answer": [1]}
    parquet.write_table(arrow.table(rows), tmp_path / "mine.parquet")
    (asked,) = loaded(from_table(tmp_path / "mine.parquet", choices="options"))["mine"]
    assert asked == Question("Rain?", ("yes", "no"), 1, "0")


def test_no_choices(write):
    """A text is asked for, and is right where it is the answer."""
    mine = from_table(write("id,question,answer\nm1,How far?,42\n"), max_tokens=7)
    (asked,) = loaded(mine)["mine"]
    assert asked == Question("How far?", (), -1, "m1", targets=("42",))
    assert asked.gold == "42"
    method = mine.methods["text"]
    assert method.decoding.max_tokens == 7
    assert method.value is same


def test_numbers_as_answers(write):
    """As JSON has them: a whole number stays one."""
    rows = [{"question": "How far?", "answer": answer} for answer in (42, 2.5, 1e21, "1.0")]
    found = loaded(from_table(write("\n".join(map(json.dumps, rows)), "mine.jsonl")))["mine"]
    assert [asked.targets for asked in found] == [("42",), ("2.5",), ("1e+21",), ("1.0",)]


@given(st.text(), st.text(" \n\t", max_size=3), st.sampled_from([str.upper, str.lower, str]))
def test_the_same_text(answer, space, case):
    """But for case, as far as letters have one, and the space around it."""
    asked = Question("?", (), -1, "0", targets=(answer,))
    if case(answer).casefold() == answer.casefold():
        assert same(asked, f"{space}{case(answer)}{space}") == 1.0
    assert same(asked, f"{answer}x") == 0.0


def test_the_path_is_seen_from_the_file_that_says_it(write, tmp_path, monkeypatch):
    """Wherever pytest was started."""
    write(name="mine.csv")
    test = tmp_path / "test_mine.py"
    text = 'from mcqtest.types import Benchmark\nMINE = Benchmark.csv("mine.csv", choices="AB")\n'
    test.write_text(text)
    monkeypatch.chdir("/")
    space = {"__file__": str(test)}
    exec(compile(text, test, "exec"), space)
    assert isinstance(space["MINE"], Benchmark)
    assert len(loaded(space["MINE"])["mine"]) == 3


def test_what_is_passed_on(write):
    """A style, a value and metrics."""
    style, metric = Style("terse", prompts.plain.write), Metric("one", lambda _: 1.0)
    value = lambda question, text: 0.5  # noqa: E731
    path = write("question,answer\nHow far?,42\n")
    mine = from_table(path, style=style, value=value, metrics=[metric], name="far")
    assert mine.name == "far"
    assert mine.methods["text"] == Method(style, mine.methods["text"].decoding, value=value)
    assert mine.metrics == (metric,)
    assert from_table(write(), choices="AB", style=style).methods["letters"].style is style


# --- asked --------------------------------------------------------------------------------------


def test_how_letters_are_asked(write):
    """As MMLU asks, without examples."""
    (task,) = from_table(write(), choices="AB").tasks
    found = plan(task, root=task.benchmark.source.place, identity="m")
    assert found.asking.startswith("mmlu, 0 shots, letters, prompts ")
    assert found.requests[0].prompt.query == "Rain?\nA. yes\nB. no\nAnswer:"
    assert found.requests[0].choices == (" A", " B")


def test_how_texts_are_asked(write):
    """The bare question, up to a blank line."""
    (task,) = from_table(write("question,answer\nHow far?,42\n")).tasks
    found = plan(task, root=task.benchmark.source.place, identity="m", way=OWN)
    assert found.asking.startswith("plain, 0 shots, text, 64 tokens, stop '\\n\\n', reader ")
    assert found.requests[0].prompt.query == "Question: How far?\nAnswer:"
    assert found.value is same


def test_there_are_no_examples(write):
    """One line says so."""
    (task,) = from_table(write(), choices="AB").tasks
    said = complaint(plan, task, root=task.benchmark.source.place, identity="m", way=Way(shots=1))
    assert said == "--shots=1: mine/mine has no examples; ask with --shots=0"


@pytest.mark.parametrize(
    ("method", "lacks"),
    [(Method(prompts.plain), "decoding"), (None, "value")],
)
def test_a_text_that_nothing_says_the_worth_of(write, method, lacks):
    """In the long form it can be forgotten; then no answer could ever be right."""
    mine = from_table(write("question,answer\nHow far?,42\n"))
    made = method or Method(prompts.plain, mine.methods["text"].decoding)
    mine = Benchmark("mine", mine.groups, mine.source, {"text": made}, 0)
    said = complaint(plan, mine.tasks[0], root=mine.source.place, identity="m")
    assert said == (
        "mine/mine/0: has no choices, so a text is asked, and is worth what a value says; give its "
        f"Method a {lacks}"
    )


# --- names --------------------------------------------------------------------------------------


@given(st.lists(st.text("aB+# 약é_", min_size=1).filter(str.strip), min_size=1, unique=True))
def test_tasks_are_told_apart_as_they_are_written(tmp_path_factory, categories):
    """C, C++ and C# are three; names are for command lines and for any file system."""
    path = tmp_path_factory.mktemp("own") / "mine.jsonl"
    rows = [
        {"question": category, "options": ["a", "b"], "answer": 0, "category": category}
        for category in [*categories, *categories]
    ]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    mine = from_table(path, choices="options", task="category")
    assert sorted(task.title for task in mine.tasks) == sorted(categories)
    assert len(mine.tasks) == len({task.name.casefold() for task in mine.tasks}) == len(categories)
    for task in mine.tasks:
        assert task.name.replace("_", "a").isalnum()
        assert task.name.isascii()
        assert [asked.text for asked in load(task, "test", path.parent)] == [task.title] * 2


@pytest.mark.parametrize(
    "name", ["2024", "_mine", "skip", "xfail", "parametrize", "not", "two words", "a-b", ""]
)
def test_names_that_are_no_markers(write, name):
    """A benchmark called skip would skip its own cases, and `-m not` is no expression."""
    said = complaint(from_table, write(name=f"{name}.csv"), choices="AB", name=name or "")
    assert said.endswith(
        f'{name!r} cannot be a marker of pytest; name the benchmark with name="..."'
    )


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("mine.v2.csv", "mine"),
        ("my-own.csv", "my_own"),
        ("문제.csv", "문제"),
        ("a{b}{task}.csv", "a_b__task_"),
    ],
)
def test_names_of_files(write, file, name):
    """What cannot stand in a marker becomes _, and braces in a file's name are no placeholders."""
    mine = from_table(write(name=file), choices="AB")
    assert mine.name == name
    assert len(loaded(mine)[name]) == 3


# --- what is no such table ----------------------------------------------------------------------

COLUMNS = "only question, A, B, answer, category; name it"
WRONG = [
    ({"choices": "ABC"}, f"mine.csv: no column C (choices='ABC'), {COLUMNS}"),
    ({"choices": "options"}, f"mine.csv: no column o (choices='options'), {COLUMNS}"),
    ({"choices": ["A", "D"]}, f"mine.csv: no column D (choices=['A', 'D']), {COLUMNS}"),
    ({"choices": "AB", "task": "topic"}, f"mine.csv: no column topic, {COLUMNS}"),
    ({"choices": "AB", "question": "Q"}, f"mine.csv: no column Q, {COLUMNS}"),
    ({"choices": "AB", "answer": "gold"}, f"mine.csv: no column gold, {COLUMNS}"),
    (
        {"choices": "AB", "value": same},
        "mine.csv: choices are asked for a letter, and a text is worth",
    ),
]


@pytest.mark.parametrize(("columns", "said"), WRONG)
def test_what_a_table_has_to_have(write, columns, said):
    """Named with its columns, when the test file is read."""
    assert said in complaint(from_table, write(), **columns)


@pytest.mark.parametrize("text", ["", "question,A,B,answer\n", "\n\n"])
def test_a_table_of_nothing(write, text):
    """It would be a benchmark without tasks."""
    assert "mine.csv: no rows, expected questions; fill it" in complaint(
        from_table, write(text), choices="AB"
    )


@pytest.mark.parametrize(
    ("name", "raw"),
    [
        ("none.csv", None),
        ("mine.csv", b"question,A\n\xff,x\n"),
        ("mine.csv", b"question,A\nonly one\n"),
        ("mine.jsonl", b"[1]\n"),
        ("mine.txt", b"Rain?\n"),
        ("mine.csv.gz", b"no gzip"),
    ],
)
def test_what_cannot_be_read(write, tmp_path, name, raw):
    """As any table of a benchmark."""
    path = tmp_path / name if raw is None else write(raw, name)
    assert complaint(from_table, path, choices="AB").startswith(name)


ROWS = {
    "Rain?,yes,no,C,weather": "answer is 'C', expected A-B or 0-1 for 2 choices",
    "Rain?,yes,,A,weather": "choice 2 of 2 is empty, expected text",
    ",yes,no,A,weather": "question is empty, expected text",
    "Rain?,yes,no,,weather": "answer is '', expected A-B or 0-1 for 2 choices",
}


@pytest.mark.parametrize("row", ROWS)
def test_rows_that_cannot_be_asked(write, row):
    """Named by number and line, before a model is loaded."""
    mine = from_table(write(f"{TABLE}{row}\n"), choices="AB")
    said = complaint(loaded, mine)
    assert said.startswith(f"mine.csv, row 4 (line 5): {ROWS[row]}")


@pytest.mark.parametrize("task", ["", " ", 3, None, ["a"]])
def test_rows_of_no_task(write, task):
    """They would never be asked."""
    row = {"question": "Rain?", "options": ["a", "b"], "answer": 0, "category": task}
    path = write(json.dumps(row) + "\n", "mine.jsonl")
    said = complaint(from_table, path, choices="options", task="category")
    assert said.startswith("mine.jsonl, row 1 (line 1): category is ")
    assert "expected the name of a task" in said


def test_a_reader_finds_the_answers(write):
    """Of every task; what is read is right or wrong, so scores are 0 or 1."""
    table = "question,answer,kind\nHow many?,1609.344,length\nAnd how many?,3,count\n"
    mine = from_table(write(table), answers=near(0.01), task="kind")
    (asked,) = loaded(mine)["length"]
    assert mine.answers.keys() == {"count", "length"}
    assert mine.answers["length"](asked, "The answer is 1,610.") == "1609.344"
    assert mine.scores == (0.0, 1.0)
    assert mine.methods["text"].value is None


@pytest.mark.parametrize("more", [{"value": same}, {"choices": "AB"}])
def test_a_text_is_read_or_valued(write, more):
    """One of these, or it would not be clear what counts."""
    said = complaint(from_table, write(f"{TABLE}Rain?,yes,no,A,weather\n"), answers=near(), **more)
    assert "give one of choices, value and answers" in said
