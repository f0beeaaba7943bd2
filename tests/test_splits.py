"""Questions and examples that are not what they are called."""

import json
from dataclasses import replace

import pytest
from builders import complaint, toy, write_csv

from mcqtest.run import splits
from mcqtest.run.plan import plan
from mcqtest.run.way import Way
from mcqtest.types import Columns, Layout, Question, Source

TOY = toy("tides", "winds")
TIDES, WINDS = TOY.tasks


def rows(*numbers):
    return [[f"question {number}", "no", "yes", "perhaps", "never", "B"] for number in numbers]


@pytest.fixture
def data(tmp_path):
    """Two tasks whose examples are no questions."""
    for task in ("tides", "winds"):
        write_csv(tmp_path, task, "test", rows(*range(12)))
        write_csv(tmp_path, task, "dev", rows(20, 21, 22, 23))
    return tmp_path


def planned(data, task=TIDES, **way):
    return plan(task, root=data, identity="model", way=Way(**way))


def told(data, *tasks, **way):
    """What a person is told of the data of these tasks."""
    found = {task: planned(data, task, **way) for task in tasks or TOY.tasks}
    return [*splits.oddities(found, lambda task: data)]


def test_sound_data_are_not_odd(data):
    assert told(data) == told(data, shots=0) == told(data, limit=1) == []


@pytest.mark.parametrize("dev", [range(12), range(4), (0, 1, 20), (11, 3)])
def test_examples_that_are_questions(data, dev):
    """Refused where any is shown, whatever the order and how many of them; else told."""
    write_csv(data, "tides", "dev", rows(*dev))
    for way in ({}, {"shots": 1}, {"limit": 2}):
        assert complaint(planned, data, **way).startswith(
            "toy/tides: its examples are questions of the test, so their answers would be shown"
        )
    (said,) = [each for each in told(data, shots=0) if "examples" in each]
    assert said.startswith("toy: the examples of tides are questions of the test; none is shown")
    assert told(data, WINDS, shots=0) == []
    planned(data, recorded="texts")


@pytest.mark.parametrize("dev", [(0, 20, 21, 22), (0, 1, 20, 21)])
def test_a_question_that_was_published_twice(data, dev):
    """Is no other split: MMLU has some."""
    write_csv(data, "tides", "dev", rows(*dev))
    planned(data)
    assert told(data, shots=0) == []


def test_examples_that_nobody_asked_for_may_be_missing(data):
    (data / "toy/dev/tides_dev.csv").unlink()
    assert told(data, shots=0) == []


def test_another_split_under_the_name_of_the_test(data):
    """Byte for byte the file of another: told with both names."""
    val = data / "toy/val/tides_val.csv"
    val.parent.mkdir()
    val.write_bytes((data / "toy/test/tides_test.csv").read_bytes())
    (said,) = told(data)
    assert said.startswith("toy: test/tides_test.csv and val/tides_val.csv are the same file: ")
    val.write_bytes(val.read_bytes().replace(b"never", b"NEVER"))
    assert told(data) == []


def test_one_file_of_all_tasks(tmp_path):
    """Is told once, whatever stands beside it."""
    columns = Columns(task="subject")
    source = Source("toy", (Layout("{split}.jsonl", columns),))
    benchmark = replace(TOY, source=source)
    lines = [
        {"question": f"{task} {n}", "choices": ["a", "b"], "answer": 0, "subject": task}
        for task in ("tides", "winds")
        for n in range(3)
    ]
    text = "".join(json.dumps(line) + "\n" for line in lines)
    for name in ("test", "train", "outputs"):
        (tmp_path / f"{name}.jsonl").write_text(text, "utf-8")
    (said,) = told(tmp_path, *benchmark.tasks, shots=0)
    assert said.startswith("toy: test.jsonl and train.jsonl are the same file: ")


def published(counts):
    return replace(TOY, published=counts)


@pytest.mark.parametrize(
    ("counts", "said"),
    [
        ((), None),
        ((12, 12), None),
        ((24,), None),
        ((12, 11), "toy: other numbers of questions than are published (these in brackets): winds"),
        ((1, 2), "toy: other numbers of questions than are published (these in brackets): tides"),
        ((25,), "toy: 24 questions, 25 are published"),
    ],
)
def test_more_or_fewer_questions_than_published(data, counts, said):
    """Counted of the file, whatever part of it is asked; a total only of all tasks."""
    for way in ({}, {"limit": 3}):
        found = told(data, *published(counts).tasks, **way)
        assert [each.startswith(said) for each in found] == [True] if said else found == []
    assert told(data, published((25,)).tasks[0]) == []


def test_many_tasks_are_not_all_named(tmp_path):
    names = [f"task{number}" for number in range(7)]
    for name in names:
        write_csv(tmp_path, name, "test", rows(1, 2))
    many = replace(toy(*names, shots=0), published=(3,) * 7)
    (said,) = told(tmp_path, *many.tasks, shots=0)
    assert said.endswith("task4 2 (3), and 2 more")


def test_one_example_may_be_a_question():
    question = Question("?", ("a", "b"), 0, "1")
    assert not splits.are_questions([question], [question])
    assert splits.are_questions([question] * 2, [question])
