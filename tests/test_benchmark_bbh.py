"""The benchmark file of BIG-Bench Hard: its tasks, its prompts, and files that are damaged."""

import json
import re

import pytest
from builders import IDENTITY, complaint
from hypothesis import given
from hypothesis import strategies as st
from realdata import benchmark, require

from mcqtest.answers import TEXT_READERS, Reading
from mcqtest.data import fingerprint, load, worked
from mcqtest.plugin import MARKERS
from mcqtest.run import splits
from mcqtest.run.plan import plan
from mcqtest.run.way import Way
from mcqtest.types import Question

MODULE = benchmark("bbh")
BBH = MODULE.BBH
TASKS = {task.name: task for task in BBH.tasks}
NAVIGATE = TASKS["navigate"]
SHOWN = """Say whether a tree stands there.

Q: Is the oak tall?
Options:
- Yes
- No
A: Let's think step by step.
The answer is not plain. An oak is a tree.
Trees are tall. So the answer is Yes.

Q: Is moss tall?
A: Let's think step by step. Moss is flat. So the answer is No.

Q: Is fern tall?
A: Let's think step by step.
It may be. So the answer is No."""
"""A prompt like the published ones, made up."""
FILE = f"a canary\n-----\n{SHOWN}"
EXAMPLES = [{"input": f"Is plant {number} tall?", "target": "Yes"} for number in range(4)]


def write(root, *, examples=EXAMPLES, prompt=FILE, place="bbh/cot-prompts", task="navigate"):
    """The files of a task; what is no list of examples is the text of the whole file."""
    (root / "bbh").mkdir(parents=True, exist_ok=True)
    text = examples if isinstance(examples, str) else json.dumps({"examples": examples})
    (root / f"bbh/{task}.json").write_text(text, "utf-8")
    if prompt is not None:
        (root / place).mkdir(parents=True, exist_ok=True)
        (root / place / f"{task}.txt").write_bytes(prompt.encode())
    return root


def planned(root, **way):
    return plan(NAVIGATE, root=root, identity=IDENTITY, way=Way(**way))


def first(root, **way):
    """The whole prompt of the first question."""
    return planned(root, **way).requests[0].prompt.text


# --- what there is ------------------------------------------------------------------------------


def test_tasks():
    """27 files, and how many questions each has as published; each has a reader of its answers."""
    assert len(TASKS) == len(BBH.published) == 27
    assert sum(BBH.published) == 6511
    assert {group: len(names) for group, names in BBH.groups.items()} == {
        "algorithmic": 15,
        "language": 12,
    }
    assert BBH.answers.keys() == TASKS.keys()


def test_cases():
    """One case for each task, under a marker that the plugin knows; asked where it is named."""
    marks = {mark.name: mark for mark in MODULE.test_bbh.pytestmark}
    assert marks.keys() == {"bbh", "parametrize"}
    assert "bbh" in MARKERS
    assert marks["parametrize"].args == ("task", BBH.tasks)
    assert (BBH.suite, BBH.margin, BBH.shots, [*BBH.methods]) == (False, 2, 3, ["cot", "text"])


def test_real_files():
    """Every question of all files, as many as published; what is told twice is asked twice."""
    root = require("bbh").parent
    questions = {name: load(task, "test", root) for name, task in TASKS.items()}
    assert [len(each) for each in questions.values()] == [*BBH.published]
    assert all(not each.choices and len(each.targets) == 1 for each in sum(questions.values(), ()))
    repeated = {
        name: len(each) - len({asked.text for asked in each}) for name, each in questions.items()
    }
    assert {name: n for name, n in repeated.items() if n} == {
        "causal_judgement": 2,
        "sports_understanding": 2,
    }


def test_real_targets_are_answers():
    """Each target that has the form of its task is read as itself; three are no letters."""
    root, other = require("bbh").parent, []
    for name, task in TASKS.items():
        for asked in load(task, "test", root):
            said = [BBH.answers[name](asked, form.format(*asked.targets)) for form in FORMS]
            if said != [*asked.targets] * len(FORMS):
                other.append((name, *asked.targets, {*said}))
    assert sorted(name for name, *_ in other) == [
        "movie_recommendation",
        "ruin_names",
        "ruin_names",
    ]
    assert not any(target in said for _, target, said in other)


FORMS = ("{}", "So the answer is {}.", "**Answer:** {}", r"\boxed{{{}}}")


# --- prompts ------------------------------------------------------------------------------------


def test_chain_of_thought(tmp_path):
    """The file but for two lines, byte for byte, then the question with the line that opens each
    solution.
    """
    opening = "\n\nQ: Is plant 0 tall?\nA: Let's think step by step.\n"
    assert first(write(tmp_path)) == SHOWN + opening
    asked = planned(tmp_path)
    assert asked.asking.startswith(
        "bbh, 3 shots, cot, 1024 tokens, stop '</s>', stop '\\nQ:', stop '\\n\\n', "
        "reader mcqtest 3.2, fallback wrong, prompts "
    )


def test_answers_alone(tmp_path):
    """The same description and questions, each with what its solution comes to."""
    assert first(write(tmp_path), method="text") == (
        "Say whether a tree stands there.\n\n"
        "Q: Is the oak tall?\nOptions:\n- Yes\n- No\nA: Yes\n\n"
        "Q: Is moss tall?\nA: No\n\nQ: Is fern tall?\nA: No\n\n"
        "Q: Is plant 0 tall?\nA:"
    )
    assert planned(tmp_path, method="text").asking.startswith("bbh_direct, 3 shots, text, 256 ")


def test_fewer_examples(tmp_path):
    """The first of them, under the description; without any the file is not needed."""
    text = first(write(tmp_path), shots=1)
    assert text.startswith("Say whether a tree stands there.\n\nQ: Is the oak tall?")
    assert "moss" not in text
    (tmp_path / "bbh/cot-prompts/navigate.txt").unlink()
    assert first(tmp_path, shots=0) == "Q: Is plant 0 tall?\nA: Let's think step by step.\n"
    assert first(tmp_path, shots=0, method="text") == "Q: Is plant 0 tall?\nA:"


def test_ways_have_folders():
    """So the baseline of one is never held against the other."""
    folders = [Way(**way).folder(BBH) for way in ({}, {"method": "text"}, {"shots": 0})]
    assert folders == ["", "text", "0shots"]


@pytest.mark.parametrize("place", ["bbh/cot-prompts", "cot-prompts"])
@pytest.mark.parametrize("ends", ["\n", "\r\n"])
def test_where_prompts_lie(tmp_path, place, ends):
    """Beside the questions or, as in the authors' repository, beside their folder; a checkout on
    Windows has the same prompt, and so has a file with an end to its last line.
    """
    write(tmp_path, place=place, prompt=f"{FILE}\n".replace("\n", ends))
    assert first(tmp_path).startswith(f"{SHOWN}\n\nQ: ")
    assert first(tmp_path / "bbh").startswith(f"{SHOWN}\n\nQ: ")


WORDS = st.text(st.characters(codec="utf-8", exclude_characters="\r\0"), min_size=1, max_size=30)
PIECE = WORDS.filter(lambda text: text.strip("\n") == text and not re.search("\n\n|\n[QA]: ", text))


@given(PIECE, st.lists(st.tuples(PIECE, PIECE, WORDS.map(str.strip)), min_size=1, max_size=4))
def test_any_prompt_comes_back(tmp_path_factory, description, examples):
    """Whatever it says: its parts, joined as they were, are the file."""
    examples = [(a, b, c) for a, b, c in examples if c and "\n" not in c and not c.endswith(".")]
    text = description + "".join(
        f"\n\nQ: {question}\nA: {steps} the answer is {answer}."
        for question, steps, answer in examples
    )
    path = tmp_path_factory.getbasetemp() / "prompt.txt"
    path.write_bytes(f"canary\n-----\n{text}".encode())
    cells = [row.cells for row in worked.read(path, path.name)]
    joined = [f"\n\nQ: {each['question']}\nA: {each['reasoning']}" for each in cells]
    assert [each["answer"] for each in cells] == [c for *_, c in examples]
    assert not cells or cells[0]["description"] + "".join(joined) == text


# --- what is wrong with files -------------------------------------------------------------------

PAGE = "(from https://github.com/suzgunmirac/BIG-Bench-Hard)"


def test_no_prompts(tmp_path):
    """Where they are published, and what can be done without."""
    write(tmp_path, prompt=None)
    assert complaint(planned, tmp_path) == (
        f"{tmp_path}/bbh: no worked examples for bbh/navigate; add one of "
        f"../cot-prompts/navigate.txt, cot-prompts/navigate.txt {PAGE}, or pass another --data "
        'DIR, or ask with --shots=0, or leave bbh out with -m "not bbh"'
    )
    assert PAGE in complaint(planned, None)
    assert PAGE in complaint(planned, None, shots=0)
    assert PAGE in complaint(planned, tmp_path / "bbh/..", shots=4, method="text")


@pytest.mark.parametrize(
    ("prompt", "said"),
    [
        ("", "navigate.txt, line 2: nothing, expected ----- between a canary and the prompt"),
        (SHOWN, "navigate.txt, line 2: '', expected ----- between a canary and the prompt"),
        (f"canary\n-----\n{SHOWN}".partition("\n\nQ")[0], "no rows, expected questions; fill it"),
        (FILE.replace("\nA: Let's", "\nB: Let's", 1), "example 1: has no line that begins A:"),
        (FILE.replace("So the answer is No.", "So no."), "example 2: ends with 'Let's think"),
        (FILE.replace("Q: Is moss tall?", "Q: "), "example 2: question is empty, expected text"),
        (FILE.partition("\n\nQ: Is fern")[0], "--shots=3: bbh/navigate has only 2 examples; ask "),
    ],
)
def test_damaged_prompts(tmp_path, prompt, said):
    """One line says which example of which file."""
    found = complaint(planned, write(tmp_path, prompt=prompt))
    assert said.replace("'Let's", "\"Let's") in found


ROW = EXAMPLES[0]


@pytest.mark.parametrize(
    ("examples", "said"),
    [
        ([ROW, {"input": "?"}], "row 2: no column target, only input; name the columns"),
        ([{"target": "Yes"}], "row 1: no column input, only target; name the columns"),
        ([ROW | {"target": ""}], "row 1: target is empty, expected text; restore it"),
        ([ROW | {"target": None}], "row 1: target is empty, expected text; restore it"),
        ([ROW | {"target": True}], "row 1: target is True, expected text; restore it"),
        ([ROW | {"target": ["Yes"]}], "row 1: target is ['Yes'], expected text; restore it"),
        ([ROW | {"target": float("nan")}], "row 1: target is nan, expected text; restore it"),
        ([ROW | {"input": 7}], "row 1: input is 7, expected text; restore it"),
        ([ROW | {"input": "\ud800"}], "row 1: input is '\\ud800', which holds half a character"),
        ([ROW, "Yes"], "row 2: found 'Yes', expected an object; correct it or download the file"),
        ([ROW, [1] * 99], "row 2: found [1, 1, 1, "),
        ([], "bbh/navigate.json: no rows, expected questions; fill it or download the file again"),
        ('{"examples": {"a": 1}}', "navigate.json: examples is {'a': 1}, expected a list of obj"),
        ('{"canary": "x"}', "navigate.json: no examples in {'canary': 'x'}, expected a list of"),
        ("[1]", "navigate.json: no examples in [1], expected a list of objects there; mend it"),
        ("", "navigate.json: not JSON (Expecting value: line 1 column 1 (char 0)); mend it or"),
        ('{"examples": [', "navigate.json: not JSON (Expecting value: line 1 column 15 (char 14"),
        ("[" * 200_000, "bbh/navigate.json: not JSON ("),
        ('{"examples": [' + "9" * 5000 + "]}", "navigate.json: not JSON (Exceeds the limit (4300"),
    ],
)
def test_damaged_questions(tmp_path, examples, said):
    """One line says which row of which file, and what was expected there."""
    found = complaint(planned, write(tmp_path, examples=examples), shots=0)
    assert said in found
    assert len(found) < 400


def test_a_target_that_is_a_number(tmp_path):
    """It is what one would write."""
    write(tmp_path, examples=[ROW | {"target": -35}])
    assert load(NAVIGATE, "test", tmp_path)[0].targets == ("-35",)


def test_rows_that_are_repeated_are_told(tmp_path):
    """As more than are published."""
    write(tmp_path, examples=EXAMPLES * 70)
    notices = splits.oddities({NAVIGATE: planned(tmp_path)}, lambda task: tmp_path)
    assert [*notices] == [
        "bbh: other numbers of questions than are published (these in brackets): navigate 280 (250)"
    ]


def test_examples_that_are_questions(tmp_path):
    """They would show their answers to the model."""
    write(
        tmp_path,
        examples=[{"input": f"Is {name} tall?", "target": "No"} for name in ("moss", "fern")],
    )
    assert "its examples are questions of the test" in complaint(planned, tmp_path)


def test_ten_megabytes(tmp_path):
    """Questions as long as a book, and many of them: they are asked as they are."""
    long = "tree " * 100_000
    write(tmp_path, examples=[{"input": f"{long}{number}", "target": "No"} for number in range(20)])
    asked = planned(tmp_path, shots=0)
    assert len(asked.requests) == 20
    assert asked.requests[19].prompt.text == f"Q: {long}19\nA: Let's think step by step.\n"


# --- readers ------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", TEXT_READERS)
def test_readers_by_name(tmp_path, name):
    """They are part of how a task is asked."""
    found = planned(write(tmp_path), reading=Reading(name))
    assert f", reader {name}, fallback wrong, " in found.asking
    assert found.read is TEXT_READERS[name]


def test_our_reader(tmp_path):
    """The one that the benchmark names for the task."""
    found = planned(write(tmp_path))
    assert found.read is BBH.answers["navigate"]
    assert found.read(Question("?", (), -1, "0"), "So the answer is **no**.") == "No"


def test_readers_of_choices_are_refused(tmp_path):
    """Before anything is asked."""
    found = complaint(planned, write(tmp_path), reading=Reading("mmlu_pro"))
    assert found.startswith("--reader=mmlu_pro: reads choices, and bbh/navigate has none; ")
    found = complaint(planned, tmp_path, reading=Reading(fallback="random"))
    assert found.startswith("--fallback=random: bbh/navigate has no choices to draw from; ")


def test_the_description_is_no_part_of_questions(tmp_path):
    """Fingerprints in baselines are those of questions."""
    (shot, *_) = load(NAVIGATE, "worked", write(tmp_path))
    assert shot.description == "Say whether a tree stands there."
    bare = Question(shot.text, (), -1, shot.id, targets=shot.targets)
    assert fingerprint([shot]) == fingerprint([bare])
