"""JSON tasks of BIG-bench: what is read of them, where, and what is said of wrong ones."""

import gzip
import json

import pytest
from builders import complaint
from realdata import require

from mcqtest.data import JsonTasks

HEAD = {"canary": "", "name": "t", "description": "d", "keywords": ["k"]}
TASK = {
    **HEAD,
    "metrics": ["multiple_choice_grade"],
    "preferred_score": "multiple_choice_grade",
    "examples": [
        {"input": "2 + 2", "target_scores": {"5": 0, "4": 1}},
        {"input": "1 + 1", "target_scores": {"2": 1, "3": 0}},
    ],
}
SOURCE = JsonTasks("bigbench")


def write(root, name, task=TASK, **changes):
    """``bigbench/NAME/task.json`` below ``root``; a text is written as it is."""
    folder = root / "bigbench" / name
    folder.mkdir(parents=True, exist_ok=True)
    text = task if isinstance(task, str) else json.dumps({**task, **changes})
    (folder / "task.json").write_text(text, "utf-8")
    return folder


def load(root, name="t"):
    """Examples of the task."""
    return SOURCE.load(name, root)


def test_an_example(tmp_path):
    """Choices stand in their order, the first of the best is the answer, and is shown as such."""
    write(tmp_path, "t")
    first, second = load(tmp_path)
    assert (first.text, first.choices, first.answer, first.id) == ("2 + 2", ("5", "4"), 1, "0")
    assert (second.targets, second.scores, second.subject) == (("2",), (1.0, 0.0), "")


def test_defaults_and_keys(tmp_path):
    """What a file leaves out is as the official code has it."""
    write(tmp_path, "t")
    spec = load(tmp_path)[0].spec
    assert (spec.example_input_prefix, spec.example_output_prefix) == ("\nQ: ", "\nA: ")
    assert (spec.choice_prefix, spec.few_shot_example_separator) == ("\n  choice: ", "\n")
    assert (spec.task_prefix, spec.append_choices_to_input, spec.stop_string) == ("", True, None)
    assert (spec.output_regex, spec.absolute_normalization) == (r"[^\.\?\!\;\n]+", False)
    assert spec.chance == 0.5
    write(tmp_path, "t", stop_string="\n", append_choices_to_input=False, task_prefix="Add.")
    spec = load(tmp_path)[0].spec
    assert (spec.output_regex, spec.stop_string) == (None, "\n")  # no default beside it
    assert (spec.append_choices_to_input, spec.task_prefix) == (False, "Add.")


def test_a_text_that_says_false_is_true(tmp_path):
    """Officially any value counts as Python has it; six files write "false" in quotes."""
    write(tmp_path, "t", append_choices_to_input="false")
    assert load(tmp_path)[0].spec.append_choices_to_input


def test_exact_repeats_are_left_out_and_counted(tmp_path):
    """The others keep the names of their places."""
    one, two = TASK["examples"]
    write(tmp_path, "t", examples=[one, one, {**one, "comment": "c"}, two])
    found = load(tmp_path)
    assert [each.id for each in found] == ["0", "2", "3"]
    assert found[0].spec.repeated == 1


def test_kin(tmp_path):
    """An example that says the same in another form is no other one; a comment makes it one."""
    one = {"input": "x", "target": "y"}
    same, other = {"input": "x", "target": ["y"]}, {**one, "comment": "c"}
    texts = {"metrics": ["exact_str_match"], "preferred_score": "exact_str_match"}
    write(tmp_path, "t", examples=[one, other, same], **texts)
    assert [each.kin for each in load(tmp_path)] == [0, 1, 0]


def test_subtasks_in_folders(tmp_path):
    """Nested, packed or not, in the order of their names; other folders are none."""
    write(tmp_path, "t", HEAD)
    write(tmp_path, "t/b")
    write(tmp_path, "t/a", HEAD)
    inner = write(tmp_path, "t/a/c")
    (inner / "task.json.gz").write_bytes(gzip.compress((inner / "task.json").read_bytes()))
    (inner / "task.json").unlink()
    (tmp_path / "bigbench" / "t" / "results").mkdir()
    found = load(tmp_path)
    assert [each.id for each in found] == ["a/c/0", "a/c/1", "b/0", "b/1"]
    assert [each.subject for each in found] == ["a/c", "a/c", "b", "b"]


def test_tasks_are_found(tmp_path):
    """In the folder that is named, or in ``bigbench`` inside it; hidden ones are none."""
    write(tmp_path, "b")
    write(tmp_path, "a")
    write(tmp_path, ".c")
    (tmp_path / "bigbench" / "programmatic").mkdir()
    assert SOURCE.names(tmp_path) == ["a", "b"]
    assert SOURCE.names(tmp_path / "bigbench") == ["a", "b"]


def test_tasks_of_the_installed_package(tmp_path, monkeypatch):
    """They are found where the user's folder has none, and the package is not imported."""
    package = tmp_path / "site" / "bigbench"
    write(tmp_path / "unused", "t")
    (package / "benchmark_tasks").mkdir(parents=True)
    (package / "__init__.py").write_text("raise RuntimeError('imported')", "utf-8")
    (tmp_path / "unused" / "bigbench" / "t").rename(package / "benchmark_tasks" / "t")
    monkeypatch.syspath_prepend(str(tmp_path / "site"))
    assert SOURCE.names(None) == ["t"]
    assert len(load(tmp_path)) == 2


def test_no_tasks(tmp_path):
    """What is expected where."""
    said = complaint(SOURCE.names, tmp_path)
    assert "no tasks" in said
    assert "DIR/bigbench" in said


ONE = TASK["examples"][0]
WRONG = {
    "not JSON (": "{",
    "not JSON (NaN is no number": json.dumps(TASK).replace(": 1}", ": NaN}"),
    "found [], expected one object": "[]",
    "no metrics, only canary": {key: each for key, each in TASK.items() if key != "metrics"},
    "no canary": {key: each for key, each in TASK.items() if key != "canary"},
    "metrics is 'bleu', expected a list of names": {**TASK, "metrics": "bleu"},
    "metrics is []": {**TASK, "metrics": []},
    "preferred_score is None": {**TASK, "preferred_score": None},
    "lists subtasks, expected a folder": {**TASK, "subtasks": []},
    "examples is {}, expected a list": {**TASK, "examples": {}},
    "examples is []": {**TASK, "examples": []},
    "example 1: found 3, expected an object": {**TASK, "examples": [ONE, 3]},
    "example 0: no input": {**TASK, "examples": [{"target": "x"}]},
    "example 0: no target, and no target_scores": {**TASK, "examples": [{"input": "x"}]},
    "example 0: input is 3, expected text": {**TASK, "examples": [{**ONE, "input": 3}]},
    "target_scores is {}": {**TASK, "examples": [{"input": "x", "target_scores": {}}]},
    "target_scores is 1": {**TASK, "examples": [{"input": "x", "target_scores": 1}]},
    "the score of 'y' is '1'": {
        **TASK,
        "examples": [{"input": "x", "target_scores": {"y": "1"}}],
    },
    "the score of 'y' is True": {
        **TASK,
        "examples": [{"input": "x", "target_scores": {"y": True}}],
    },
    "no choice is better than the others": {
        **TASK,
        "examples": [{"input": "x", "target_scores": {"y": 1, "z": 1}}],
    },
    "target is an empty list": {**TASK, "examples": [{"input": "x", "target": []}]},
    "target is 3, expected text": {**TASK, "examples": [{"input": "x", "target": [3]}]},
    "holds half a character": {**TASK, "examples": [{"input": "\ud800", "target": "x"}]},
    "task_prefix is 1, expected text": {**TASK, "task_prefix": 1},
    "output_regex is '(' (": {**TASK, "output_regex": "("},
    "output_regex has 2 groups": {**TASK, "output_regex": "(a)(b)"},
    "not JSON (maximum recursion depth": '{"a":' * 100_000,
}


@pytest.mark.parametrize("said", WRONG)
def test_wrong_files(tmp_path, said):
    """One line each, which names the file."""
    write(tmp_path, "t", WRONG[said])
    found = complaint(load, tmp_path)
    assert said in found
    assert "t/task.json" in found


def test_infinite_scores_are_refused(tmp_path):
    """JSON has no infinity, but a number of 400 digits, or 1e999, becomes one."""
    for number in ("1e999", "9" * 400):
        write(tmp_path, "t", json.dumps(TASK).replace(": 1}", f": {number}}}"))
        assert "expected a number" in complaint(load, tmp_path)


def test_the_malformed_file_of_a_contributor():
    """A real one: a comma too many in line 53; Python told the line behind it until 3.13."""
    folder = require("bigbench_extra")
    said = complaint(JsonTasks("bigbench_extra").load, "crass_ai_malformed", folder.parent)
    assert "crass_ai_malformed/task.json: not JSON" in said
    assert "line 53" in said or "line 54" in said


def test_neither_examples_nor_subtasks(tmp_path):
    """Such a file is a container without contents."""
    write(tmp_path, "t", HEAD)
    assert "neither examples nor folders of subtasks" in complaint(load, tmp_path)
    assert "no u/task.json" in complaint(load, tmp_path, "u")


def test_two_files_of_one_task(tmp_path):
    """Which of them counts nobody knows."""
    folder = write(tmp_path, "t")
    (folder / "task.json.gz").write_bytes(gzip.compress(b"{}"))
    assert "both task.json and task.json.gz" in complaint(load, tmp_path)


def test_subtasks_that_lead_back(tmp_path):
    """A link to a folder above has no end."""
    folder = write(tmp_path, "t", HEAD)
    (write(tmp_path, "t/a", HEAD) / "b").symlink_to(folder, target_is_directory=True)
    assert "leads back" in complaint(load, tmp_path)
    (folder / "c").symlink_to("c")
    assert "leads back" in complaint(load, tmp_path)


def test_folders_without_end(tmp_path):
    """Nesting has a limit."""
    for depth in range(12):
        write(tmp_path, "/".join(["t"] * (depth + 1)), HEAD)
    assert "folders inside each other" in complaint(load, tmp_path)


@pytest.mark.parametrize("kind", ["task", "subtask", "file"])
def test_nothing_outside_is_read(tmp_path, kind):
    """Wherever a link leads: a file that cannot be read at all lies there."""
    root, outside = tmp_path / "data", tmp_path / "outside"
    (outside / "t").mkdir(parents=True)
    secret = outside / "t" / "task.json"
    secret.write_text("secret", "utf-8")
    if kind == "task":
        write(root, "other")
        (root / "bigbench" / "t").symlink_to(outside / "t", target_is_directory=True)
    elif kind == "subtask":
        (write(root, "t", HEAD) / "a").symlink_to(outside / "t", target_is_directory=True)
    else:
        write(root, "other")
        (root / "bigbench" / "t").mkdir()
        (root / "bigbench" / "t" / "task.json").symlink_to(secret)
    said = complaint(load, root)
    assert "leads out of" in said
    assert "secret" not in said


def test_a_folder_that_is_a_link_itself(tmp_path):
    """What the user names is inside by itself."""
    write(tmp_path / "real", "t")
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "bigbench").symlink_to(tmp_path / "real" / "bigbench")
    assert len(load(tmp_path / "data")) == 2


def test_a_large_file(tmp_path):
    """10 MB of examples are read, plain and packed; what unpacks to far too much is not."""
    examples = [{"input": f"{row} {'x' * 1000}", "target": "y"} for row in range(10_000)]
    texts = {"metrics": ["exact_str_match"], "preferred_score": "exact_str_match"}
    folder = write(tmp_path, "t", examples=examples, **texts)
    assert (folder / "task.json").stat().st_size > 10**7
    assert len(load(tmp_path)) == 10_000
    (folder / "task.json").unlink()
    (folder / "task.json.gz").write_bytes(gzip.compress(b" " * (65 * 1024 * 1024)))
    assert "unpack to more than" in complaint(load, tmp_path)


def test_people(tmp_path):
    """A file beside the tasks says how people do; one that is wrong is a line."""
    write(tmp_path, "t")
    path = tmp_path / "bigbench" / "people.csv"
    path.write_text("task,average,best\nt,55.5,90\nother,1,2\n", "utf-8")
    assert load(tmp_path)[0].spec.people == (55.5, 90)
    for text, said in {
        "task,average\nt,1\n": "no column best",
        "task,average,best\nt,1,high\n": "best is 'high'",
        "task,average,best\nt,1,nan\n": "best is 'nan'",
        "task,average,best\nt,1,2\nt,1,2\n": "for the second time",
    }.items():
        path.write_text(text, "utf-8")
        assert said in complaint(load, tmp_path)
