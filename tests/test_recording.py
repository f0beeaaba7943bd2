"""Recorded outputs: every way to name a question finds it, texts stay as they are, and what
cannot be an answer is refused with its row.
"""

import dataclasses
import gzip
import json
import math
from hashlib import sha256

import pytest
from builders import complaint, toy
from hypothesis import example, given
from hypothesis import strategies as st

from mcqtest import backends
from mcqtest.backends.recording import Recording, find
from mcqtest.types import McqtestError, Origin

SEA = dataclasses.replace(
    toy("high_school_tides", "winds"), titles={"high_school_tides": "Tides, for Schools"}
)
TIDES, WINDS = SEA.tasks

texts = st.text(st.characters())  # with half characters, which only an escape can write
lists = st.lists(st.one_of(st.none(), texts), min_size=1, max_size=3)
numbers = st.lists(
    st.floats(max_value=0, allow_nan=False, allow_infinity=False), min_size=1, max_size=5
)


def place(id_="7", row=7, task=TIDES):
    """A question of the toy benchmark."""
    return Origin(task, id_, row)


def lines(*rows):
    """Rows as a JSONL file has them; text goes in as it is."""
    written = [row if isinstance(row, str) else json.dumps(row) for row in rows]
    return "".join(f"{each}\n" for each in written).encode()


def recorded(path, *rows):
    """The recording in one new file."""
    content = lines(*rows)
    path.write_bytes(gzip.compress(content) if path.suffix == ".gz" else content)
    return Recording(path, path.stem)


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    """A path for examples that write again and again."""
    return tmp_path_factory.mktemp("recorded") / "said.jsonl"


NAMES = {
    "id": {"id": "7"},
    "whole number": {"id": 7},
    "question_id": {"question_id": 7},
    "task and index": {"task": "high_school_tides", "index": 7},
    "subject": {"subject": "high_school_tides", "index": 7},
    "category": {"category": "high_school_tides", "index": 7},
    "task and id": {"task": "high_school_tides", "id": "7"},
    "benchmark": {"benchmark": "toy", "task": "high_school_tides", "index": 7},
    "benchmark and id": {"benchmark": "toy", "id": 7},
    "no id, but index": {"id": None, "task": "high_school_tides", "index": 7},
}


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES.keys())
def test_a_row_names_its_question(tmp_path, name):
    """By id, by task and index, by both, and by the benchmark: it is found, and no other is."""
    outputs = recorded(tmp_path / "said.jsonl", {**name, "output": "B"}).outputs()
    assert len(outputs) == 1
    assert outputs.get(place()).texts == ("B",)
    assert outputs.get(place("8", 8)) is None
    if {"task", "subject", "category"} & name.keys():
        assert outputs.get(place(task=WINDS)) is None
    if "benchmark" in name:
        elsewhere = dataclasses.replace(TIDES, benchmark=dataclasses.replace(SEA, name="sea"))
        assert outputs.get(place(task=elsewhere)) is None


def test_an_id_is_not_an_index(tmp_path):
    """Where ids are not row numbers, each means what it says."""
    rows = {"id": 7, "output": "id"}, {"index": 7, "output": "row"}
    named = [{"task": TIDES.name} | row for row in rows]
    outputs = recorded(tmp_path / "said.jsonl", *named).outputs()
    assert outputs.get(place("7", 0)).texts == ("id",)
    assert outputs.get(place("70", 7)).texts == ("row",)


SPELLINGS = [
    "high_school_tides",
    "High School Tides",
    "high-school-tides",
    "HIGH__SCHOOL _ TIDES",
    " high school_tides\n",
    "tides, for schools",
    "Tides,_for_Schools",
]


@pytest.mark.parametrize("name", SPELLINGS, ids=repr)
def test_spellings_of_a_task(tmp_path, name):
    """Spaces, underscores, hyphens and case are all one; so are name and published name."""
    outputs = recorded(tmp_path / "said.jsonl", {"task": name, "index": 7, "output": "B"}).outputs()
    assert outputs.get(place()).texts == ("B",)
    assert outputs.get(place(task=WINDS)) is None


@given(said=texts | lists, logprobs=st.none() | numbers, suffix=st.sampled_from(["", ".gz"]))
@example(said=" B\u2028\x85\r\n\0", logprobs=[-1, 0], suffix="")
def test_what_was_said_stays_as_it_is(file, said, logprobs, suffix):
    """Any text, list of texts and numbers come out as they went in; null is an empty text."""
    row = {"id": "7", "output": said} | ({"logprobs": logprobs} if logprobs else {})
    found = recorded(file.with_name(file.name + suffix), row).outputs().get(place())
    expected = said if isinstance(said, list) else [said]
    # Half a character becomes a mark: no file that others read could hold it.
    whole = [text and text.encode("utf-16", "surrogatepass") for text in expected]
    assert found.texts == tuple(text.decode("utf-16", "replace") if text else "" for text in whole)
    assert found.logprobs == tuple(logprobs or ())


@given(said=st.text(), mark=st.booleans())
def test_texts_that_are_not_escaped(file, said, mark):
    """UTF-8 is read as well as escapes, also behind a byte order mark."""
    row = json.dumps({"id": "7", "output": said}, ensure_ascii=False)
    file.write_bytes(b"\xef\xbb\xbf" * mark + row.encode())
    assert Recording(file, "said").outputs().get(place()).texts == (said,)


def test_logprobs_alone(tmp_path):
    """Numbers without a text are no empty text, and a null text is one."""
    rows = {"id": 1, "logprobs": [-1, -2.5]}, {"id": 2, "output": None}
    outputs = recorded(tmp_path / "said.jsonl", *rows).outputs()
    assert outputs.get(place("1"))[:2] == ((), (-1.0, -2.5))
    assert outputs.get(place("2"))[:2] == (("",), ())


def test_truncated(tmp_path):
    """A text that met a limit says so in one of several ways; where none is there, nobody knows."""
    marks = {
        True: [{"truncated": True}, {"finish_reason": "length"}, {"stop_reason": "max_tokens"}],
        False: [{"truncated": False}, {"finish_reason": "stop"}],
        None: [{}, {"finish_reason": None}],
    }
    for expected, ways in marks.items():
        for way in ways:
            recording = recorded(tmp_path / "said.jsonl", {"id": "7", "output": "B"} | way)
            assert recording.outputs().get(place()).truncated is expected, way
    assert "truncated is 1, expected true or false" in refused(
        tmp_path, {"id": "7", "output": "B", "truncated": 1}
    )


def test_a_folder(tmp_path):
    """All its files are one recording; hidden, other and deeper ones are no part of it."""
    folder = tmp_path / "model"
    folder.mkdir()
    recorded(folder / "b.jsonl", {"id": 1, "output": "A"})
    recorded(folder / "a.jsonl.gz", {"id": 2, "output": "B"})
    before = Recording(folder, "model")
    stamps = before.fingerprint, before.stamp
    for name in (".hidden.jsonl", "notes.txt", "a.jsonl.bak", "deeper.jsonl/a.jsonl"):
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("not read")
    found = find("model", base=tmp_path)
    assert [path.name for path in found.files] == ["a.jsonl.gz", "b.jsonl"]
    assert (found.fingerprint, found.stamp) == stamps
    assert [found.outputs().get(place(id_)).texts for id_ in "12"] == [("A",), ("B",)]
    recorded(folder / "new", {"id": 1, "output": "C"})
    (folder / "new").replace(folder / "b.jsonl")  # of the same size, perhaps in the same moment
    assert found.stamp != stamps[1]


def test_duplicates(tmp_path):
    """Two rows for one question are named both, however they spell it, also in two files."""
    rows = [
        {"task": "High School Tides", "index": 7, "output": "A"},
        {"id": "7", "output": "A"},
        {"subject": "high-school_tides", "index": 7, "output": "A"},
    ]
    line = complaint(recorded(tmp_path / "a.jsonl", "", *rows).outputs)
    assert line == (
        "a.jsonl, row 3 (line 4): highschooltides index 7 is answered here and at a.jsonl, "
        "row 1 (line 2); delete one of the rows"
    )
    recorded(tmp_path / "a.jsonl", *rows[:2])
    recorded(tmp_path / "b.jsonl", {"question_id": 7, "output": "B"})
    line = complaint(Recording(tmp_path, "model").outputs)
    assert line.startswith("b.jsonl, row 1 (line 1): id '7' is answered here and at a.jsonl, row 2")


def refused(tmp_path, row):
    """The line that a second row is refused with; it names file and row."""
    line = complaint(recorded(tmp_path / "said.jsonl", {"id": 1, "output": "A"}, "", row).outputs)
    where, _, said = line.partition(": ")
    assert where == "said.jsonl, row 2 (line 3)"
    return said


NAMELESS = [
    *({}, {"index": 7}, {"task": "tides"}, {"benchmark": "toy"}),
    *({"id": ""}, {"id": True}, {"id": 7.0}, {"id": None}, {"id": ["7"]}, {"question_id": {}}),
    *({"task": "tides", "index": index} for index in (-1, True, "7", 7.0, None)),
]


@pytest.mark.parametrize("name", NAMELESS, ids=repr)
def test_rows_that_name_no_question(tmp_path, name):
    """Neither id nor task and index, or none that there can be: what to write instead."""
    line = refused(tmp_path, name | {"output": "A"})
    if name.get("index") is not None and "task" in name:
        assert line == f"index is {name['index']!r}, expected a whole number from 0 up; correct it"
        return
    assert line == (
        f"names no question ({', '.join([*name, 'output'])}); write its id, or its task and "
        "0-based index"
    )


@pytest.mark.parametrize("said", [3, 0.5, True, {"a": 1}, [], ["A", 3], [["A"]]], ids=repr)
def test_outputs_that_are_no_text(tmp_path, said):
    """What is there, and what was expected."""
    line = refused(tmp_path, {"id": 7, "output": said})
    assert line == f"output is {said!r}, expected text; correct it"


NUMBERS = [[-1, math.nan], [-math.inf, 0], [-1, math.inf], ["-1", "-2"], [True, -1], [None, -1]]


@pytest.mark.parametrize("said", [*NUMBERS, [[-1]], {"A": -1}, -1.5, "A", True], ids=repr)
def test_logprobs_that_are_no_numbers(tmp_path, said):
    """Also where a text came along that could be read."""
    for row in ({"id": 7}, {"id": 7, "output": "A"}):
        line = refused(tmp_path, row | {"logprobs": said})
        assert line.startswith(f"logprobs is {said!r}, expected natural logarithms, at most 0, one")


def test_other_rows(tmp_path):
    """No text as a task, nothing said, no object, a torn line, a number that no float holds."""
    assert "task is 3, expected text" in refused(tmp_path, {"task": 3, "index": 7, "output": "A"})
    assert "neither output nor logprobs, only id, answer" in refused(
        tmp_path, {"id": 7, "answer": "A"}
    )
    assert "found '[]', expected one object per line" in refused(tmp_path, "[]")
    assert "not JSON" in refused(tmp_path, '{"id": 7, "output": "A')
    assert "logprobs is [-inf]" in refused(tmp_path, '{"id": 7, "logprobs": [-1e999]}')


KEYS = ["id", "question_id", "task", "subject", "index", "benchmark", "output", "logprobs"]
scalars = st.none() | st.booleans() | st.integers(-2, 2) | st.floats() | st.text("a\n", max_size=2)
values = scalars | st.lists(scalars | st.lists(scalars, max_size=2), max_size=2)


@given(st.dictionaries(st.sampled_from(KEYS), values))
def test_any_row_is_read_or_refused(file, row):
    """Whatever a row holds, it is one finite answer, or one line that names the row."""
    recording = recorded(file, row)
    try:
        outputs = recording.outputs()
    except McqtestError:
        assert complaint(recording.outputs).startswith("said.jsonl, row 1 (line 1): ")
        return
    (output,) = outputs._found.values()
    assert output.texts or "output" not in row
    assert all(isinstance(text, str) for text in output.texts)
    assert all(isinstance(each, float) and math.isfinite(each) for each in output.logprobs)


WHOLE = gzip.compress(lines(*({"id": id_, "output": "B"} for id_ in range(9))), mtime=0)


@given(st.integers(1, len(WHOLE) - 1).map(lambda length: WHOLE[:length]))
@example(content=gzip.decompress(WHOLE))  # it only claims to be compressed
def test_a_gzip_file_that_was_cut_off(file, content):
    """Half a download is never half the answers."""
    path = file.with_name("cut.jsonl.gz")
    path.write_bytes(content)
    assert complaint(Recording(path, "cut").outputs).startswith("cut.jsonl.gz: cannot be read")


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b'{"id": 1, "output": "A"}\n{"id": 2, "output": "\xf9"}\n', "line 2: byte 0xF9"),
        ('{"id": 1, "output": "A"}'.encode("utf-16"), "line 1: byte 0x00 at offset 3"),
        (b'{"id": 1, "output": "A"}\n\0\0', "line 2: byte 0x00"),
    ],
    ids=["latin-1", "utf-16", "zeros"],
)
def test_other_encodings(tmp_path, content, sentence):
    """A file that is not UTF-8 is named with the line, plain or gzipped."""
    for name, packed in {"said.jsonl": content, "said.jsonl.gz": gzip.compress(content)}.items():
        (tmp_path / name).write_bytes(packed)
        assert f"{name}, {sentence}" in complaint(Recording(tmp_path / name, "said").outputs)


ROWS = [{"id": str(number), "output": "ABCD"[number % 4]} for number in range(6)]


def test_fingerprint_is_of_the_content(tmp_path):
    """Names and places of files count for nothing, every byte in them does."""

    def model(folder, **files):
        (tmp_path / folder).mkdir()
        for name, rows in files.items():
            recorded(tmp_path / folder / f"{name}.jsonl", *rows)
        return Recording(tmp_path / folder, folder).fingerprint

    once = model("one", a=ROWS[:3], b=ROWS[3:])
    assert model("renamed", z=ROWS[:3], c=ROWS[3:]) == once
    assert model("two", b=ROWS[:3], a=ROWS[3:]) == once
    others = {
        once,
        model("edited", a=ROWS[:3], b=[*ROWS[3:5], ROWS[5] | {"output": "D"}]),
        model("less", a=ROWS[:3]),
        model("doubled", a=ROWS[:3], b=ROWS[3:], c=ROWS[3:]),
        model("moved", a=ROWS[:2], b=ROWS[2:]),
    }
    assert len(others) == 5
    alone = recorded(tmp_path / "any.jsonl", *ROWS)
    assert model("folder", other=ROWS) == alone.fingerprint


def test_find(tmp_path):
    """A recording is called what its file or folder is called, without the suffixes."""
    (tmp_path / "v1.2").mkdir()
    names = {"v1.2": "v1.2", "gpt-4.5.jsonl": "gpt-4.5", "gpt-4.5.jsonl.gz": "gpt-4.5"}
    for model, name in names.items():
        path = tmp_path / model
        recorded(path / "part.jsonl" if path.is_dir() else path, *ROWS)
        for found in (find(model, base=tmp_path), find(str(path), base=tmp_path / "elsewhere")):
            assert (found.name, found.folder, len(found.outputs())) == (name, path, len(ROWS))


def test_nothing_to_find(tmp_path):
    """No such path, and folders without recordings."""
    line = complaint(find, "none.jsonl", base=tmp_path)
    assert line.startswith("--model=none.jsonl: no such file or folder")
    assert "give recorded outputs" in line
    (tmp_path / "empty").mkdir()
    assert "no *.jsonl or *.jsonl.gz" in complaint(find, "empty", base=tmp_path)
    (tmp_path / "empty/.hidden.jsonl").write_text("{}")
    (tmp_path / "empty/config.json").write_text("{}")
    assert "no *.jsonl or *.jsonl.gz" in complaint(find, "empty", base=tmp_path)


# --- results of a batch -----------------------------------------------------------------------


def result(name="toy/high_school_tides/7", *, status=200, **body):
    """A row of results."""
    response = {"status_code": status, "body": {"choices": [{"message": {"content": "B"}}], **body}}
    return {"id": "batch_req_1", "custom_id": name, "response": response, "error": None}


@pytest.mark.parametrize(
    "name",
    [
        *("toy/high_school_tides/7", "high_school_tides/7", "7"),
        f"toy/high_school_tides/7#{'0' * 32}",
        f"sha256/{sha256(b'toy/high_school_tides/7').hexdigest()[:24]}#{'0' * 32}",
    ],
)
def test_a_batch_names_questions(tmp_path, name):
    """By ``custom_id``, in as many words as are needed."""
    outputs = recorded(tmp_path / "said.jsonl", result(name)).outputs()
    assert outputs.get(place()).texts == ("B",)


@given(name=st.text(min_size=1), asked=st.text("0123456789abcdef", min_size=32, max_size=32))
def test_names_in_a_batch_are_short(name, asked):
    """As they are where that is possible, and never longer than 64 characters."""
    found = backends.custom_id(name, asked)
    assert len(found) <= 64
    assert (found == f"{name}#{asked}") == (len(name) <= 31)


@pytest.mark.parametrize(
    ("choices", "texts", "truncated"),
    [
        ([{"message": {"content": "A"}, "finish_reason": "stop"}], ("A",), False),
        ([{"text": "A", "finish_reason": "length"}], ("A",), True),
        ([{"message": {"content": "A"}}, {"message": {"content": "B"}}], ("A", "B"), None),
        (
            [{"message": {"content": "A", "reasoning_content": "a?"}, "finish_reason": "stop"}],
            ("<think>\na?\n</think>\n\nA",),
            False,
        ),
    ],
)
def test_what_a_batch_says(tmp_path, choices, texts, truncated):
    """A text for each choice, with its thought."""
    output = recorded(tmp_path / "said.jsonl", result(choices=choices)).outputs().get(place())
    assert (output.texts, output.truncated) == (texts, truncated)


def test_requests_of_a_batch_that_failed(tmp_path):
    """Answer nothing, and are missing."""
    failed = [
        {**result(), "error": {"code": "batch_expired"}, "response": None},
        result("toy/high_school_tides/8", status=500),
    ]
    good = result("toy/high_school_tides/9")
    assert len(recorded(tmp_path / "said.jsonl", *failed, good).outputs()) == 1


def test_what_is_no_result(tmp_path):
    """Of another endpoint, or without a name: the line says which row."""
    odd = recorded(tmp_path / "a.jsonl", result(choices=[]))
    assert complaint(odd.outputs).startswith(
        "a.jsonl, row 1 (line 1): response.body holds no choices ("
    )
    odd = recorded(tmp_path / "b.jsonl", result(3))
    assert complaint(odd.outputs).startswith(
        "b.jsonl, row 1 (line 1): custom_id is 3, expected BENCHMARK/"
    )
