"""A file of labels: forms of ids and labels, and what cannot be."""

from __future__ import annotations

import json

import pytest
from builders import complaint
from hypothesis import given
from hypothesis import strategies as st

from mcqtest.data import labels_of, read_tags


@pytest.fixture
def tags(tmp_path):
    """Write a file of labels; its path."""

    def write(text, name="tags.csv"):
        (tmp_path / name).write_text(text, "utf-8")
        return str(tmp_path / name)

    return write


def test_no_file_no_labels():
    """Nobody has to have labels."""
    assert read_tags(None) == {}


def test_labels_with_semicolons(tags):
    """In a CSV; spaces around them and empty ones are none."""
    path = tags('id,labels\n7,easy; korean ;\ntoy/tides/8,"procedural"\n9,\n')
    assert read_tags(path) == {"7": ("easy", "korean"), "toy/tides/8": ("procedural",), "9": ()}


def test_labels_in_lists(tags):
    """In JSONL; ids may be numbers."""
    rows = [{"id": 7, "labels": ["easy", "한국"]}, {"id": "q8", "labels": "easy;hard"}]
    path = tags("".join(json.dumps(row) + "\n" for row in rows), "tags.jsonl")
    assert read_tags(path) == {"7": ("easy", "한국"), "q8": ("easy", "hard")}


def test_one_question_on_several_lines(tags):
    """Labels are added up, as where a line is a label."""
    assert read_tags(tags("id,labels\n7,a\n7,b\n7,a\n")) == {"7": ("a", "b", "a")}
    assert labels_of({"7": ("a", "b", "a")}, "toy", "tides", "7") == ("a", "b")


WRONG = {
    "no id": "key,labels\n7,a\n",
    "no labels": "id,label\n7,a\n",
    "a number of labels": '{"id": 7, "labels": 3}\n',
    "a list with a number": '{"id": 7, "labels": ["a", 3]}\n',
    "no id at all": '{"id": null, "labels": ["a"]}\n',
    "an id that is true": '{"id": true, "labels": ["a"]}\n',
    "a fraction": '{"id": 7.5, "labels": ["a"]}\n',
}


@pytest.mark.parametrize("kind", WRONG)
def test_what_is_no_label(tags, kind):
    """One line names the file, the row, what stands there and what should."""
    text = WRONG[kind]
    said = complaint(read_tags, tags(text, "tags.jsonl" if text[0] == "{" else "tags.csv"))
    assert said.startswith("tags.")
    assert ", row 1 (line " in said
    assert said.endswith("write an id, and labels as a list or with ; between")


@pytest.mark.parametrize("text", ["id,labels\n7,a,b\n", 'id,labels\n"7,a\n', "\x00"])
def test_what_is_no_table(tags, text):
    """As with any table."""
    assert complaint(read_tags, tags(text)).startswith("tags.csv")


@given(
    st.dictionaries(
        st.sampled_from(["toy/tides/7", "tides/7", "7", "toy/7", "toy/waves/7", "8"]),
        st.lists(st.sampled_from("abc"), max_size=3).map(tuple),
    )
)
def test_a_question_by_any_of_its_names(tags):
    """With task and benchmark, with its task, or alone; the labels of all of them, each once."""
    found = labels_of(tags, "toy", "tides", "7")
    expected = [label for key in ("toy/tides/7", "tides/7", "7") for label in tags.get(key, ())]
    assert [*found] == list(dict.fromkeys(expected))
