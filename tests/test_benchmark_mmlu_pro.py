"""The benchmark file of MMLU-Pro: its categories, where its questions are, what a row may be."""

import gzip
import json

import huggingface_hub
import pyarrow as pa
import pytest
from builders import complaint
from pyarrow import parquet
from realdata import benchmark

from mcqtest import prompts
from mcqtest.data import load
from mcqtest.plugin import MARKERS
from mcqtest.types import Decoding, Method, Question

MODULE = benchmark("mmlu_pro")
MMLU_PRO = MODULE.MMLU_PRO
NAMES = [
    *("biology", "business", "chemistry", "computer_science", "economics", "engineering"),
    *("health", "history", "law", "math", "other", "philosophy", "physics", "psychology"),
]
ROW = {
    "question_id": 70,
    "question": "1+1?",
    "options": ["1", "2", "3"],
    "answer": "B",
    "answer_index": 1,
    "cot_content": "A: Let's think step by step.",
    "category": "computer science",
    "src": "toy",
}
"""A row as it is published."""


def task(name="computer_science"):
    return next(each for each in MMLU_PRO.tasks if each.name == name)


def write(path, *rows):
    """Rows in the form that the file's name says."""
    path.parent.mkdir(parents=True, exist_ok=True)
    text = "".join(json.dumps(row) + "\n" for row in rows).encode()
    if path.suffix == ".parquet":
        parquet.write_table(pa.Table.from_pylist(list(rows)), path)
    else:
        path.write_bytes(gzip.compress(text) if path.suffix == ".gz" else text)
    return path


def loaded(root, **changes):
    """The only question of a file with this row."""
    write(root / "mmlu_pro/test.jsonl", ROW | changes)
    (question,) = load(task(), "test", root)
    return question


def test_categories():
    """14 tasks in one group, the names of the cases; one name is published with a space."""
    assert [each.name for each in MMLU_PRO.tasks] == NAMES
    assert {each.group for each in MMLU_PRO.tasks} == {"categories"}
    titles = {each.name: each.title for each in MMLU_PRO.tasks}
    assert titles.pop("computer_science") == "computer science"
    assert titles == {name: name for name in NAMES if name != "computer_science"}


def test_cases():
    """One case for each category, under a marker that the plugin knows."""
    marks = {mark.name: mark for mark in MODULE.test_mmlu_pro.pytestmark}
    assert marks.keys() == {"mmlu_pro", "parametrize"}
    assert "mmlu_pro" in MARKERS
    name, values = marks["parametrize"].args
    assert (name, values) == ("task", MMLU_PRO.tasks)
    assert [marks["parametrize"].kwargs["ids"](each) for each in values] == NAMES


def test_methods():
    """By itself with chain of thought as its authors' script decodes, else with letters."""
    assert list(MMLU_PRO.methods) == ["cot", "letters"]
    decoding = Decoding(max_tokens=2048, stop=("Question:",), temperature=0.0)
    assert MMLU_PRO.methods["cot"] == Method(prompts.mmlu_pro, decoding, chat=prompts.mmlu_pro_api)
    assert MMLU_PRO.methods["letters"] == Method(prompts.mmlu_pro_direct)
    assert MMLU_PRO.shots == 5


FORMS = ["{}.jsonl", "{}.jsonl.gz", "data/{}-00000-of-00001.parquet"]


@pytest.mark.parametrize("form", FORMS)
def test_forms(tmp_path, form):
    """Each published form gives the same questions; the shots are the split ``validation``."""
    for split, number in {"test": 70, "validation": 0}.items():
        row = ROW | {"question_id": number}
        write(tmp_path / "mmlu_pro" / form.format(split), row, row | {"category": "math"})
    for split, number in {"test": "70", "shots": "0"}.items():
        assert load(task(), split, tmp_path) == (
            Question("1+1?", ("1", "2", "3"), 1, number, "A: Let's think step by step."),
        )


def test_hub(monkeypatch, tmp_path):
    """The hub is asked for its Parquet file at a whole commit's name."""
    path = write(tmp_path / "any.parquet", ROW)
    monkeypatch.setattr(huggingface_hub, "get_hf_file_metadata", lambda url: None)
    calls = []
    monkeypatch.setattr(
        huggingface_hub, "hf_hub_download", lambda **call: calls.append(call) or str(path)
    )
    assert load(task(), "shots", None)[0].text == "1+1?"
    revision = calls[0]["revision"]
    assert calls == [
        {
            "repo_id": "TIGER-Lab/MMLU-Pro",
            "filename": "data/validation-00000-of-00001.parquet",
            "revision": revision,
            "repo_type": "dataset",
        }
    ]
    assert len(revision) == 40
    assert int(revision, 16)


@pytest.mark.parametrize("count", [1, 2, 3, 9, 10])
def test_padding(tmp_path, count):
    """What is padded to ten options has as many as it had."""
    options = [str(number) for number in range(count)]
    row = {"options": options + ["N/A"] * (10 - count), "answer": "A"}
    assert loaded(tmp_path, **row).choices == tuple(options)


@pytest.mark.parametrize("option", ["n/a", "N/A ", " N/A", "NA", "None", "N/A."])
def test_options_that_look_like_padding(tmp_path, option):
    """They are options, also at the end."""
    row = {"options": [option, "2", option, "N/A"], "answer": "C"}
    assert loaded(tmp_path, **row).choices == (option, "2", option)


@pytest.mark.parametrize("options", [["N/A", "2"], ["1", "N/A", "3", "N/A"]])
def test_padding_before_a_choice(tmp_path, options):
    """It would move the letters behind it, so it is a mistake in the data."""
    assert complaint(loaded, tmp_path, options=options).startswith(
        "mmlu_pro/test.jsonl, row 1 (line 1): 'N/A' stands before other choices in options, "
        "expected it at the end, as padding"
    )


@pytest.mark.parametrize("options", [[], ["N/A"], ["N/A"] * 10])
def test_no_option(tmp_path, options):
    """Nothing to choose from is nothing to ask."""
    message = complaint(loaded, tmp_path, options=options)
    assert "0 in options, expected at least 1 choice;" in message


def test_one_option(tmp_path):
    """Earlier revisions have questions with one option, which are asked; elsewhere one option
    is a sign that others were lost.
    """
    assert loaded(tmp_path, options=["1"], answer="A").choices == ("1",)
    assert loaded(tmp_path, options=["1", *["N/A"] * 9], answer="A").choices == ("1",)
    row = {"question": "1+1?", "choices": ["2"], "answer": 0, "subject": "anatomy"}
    write(tmp_path / "mmlu/test.jsonl", row)
    anatomy = next(each for each in benchmark("mmlu").MMLU.tasks if each.name == "anatomy")
    message = complaint(load, anatomy, "test", tmp_path)
    assert "1 in choices, expected at least 2 choices;" in message


@pytest.mark.parametrize("answer", ["D", "N/A", "", None])
def test_answer_beyond_the_options(tmp_path, answer):
    """Padding has no letter either."""
    message = complaint(loaded, tmp_path, options=["1", "2", "3", "N/A"], answer=answer)
    assert "expected A-C or 0-2 for 3 choices" in message
