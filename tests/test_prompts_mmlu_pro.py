"""MMLU-Pro's prompts are byte for byte those of the scripts in TIGER-AI-Lab/MMLU-Pro, and its
questions are those that were published.
"""

import json
from collections import Counter

import pytest
from builders import IDENTITY, complaint
from realdata import benchmark, require

from mcqtest import data, prompts
from mcqtest.run.plan import plan
from mcqtest.run.way import Way
from mcqtest.types import Question

SHOT = Question(
    "One?", ("1", " 2", "3"), 1, "7", "A: Let's think step by step. It is 2. The answer is (B)."
)
ASKED = Question(" Two? \n", ("None", "b "), 0, "8")


def task(name):
    """A category of MMLU-Pro by name."""
    return next(each for each in benchmark("mmlu_pro").MMLU_PRO.tasks if each.name == name)


def test_local_script():
    """evaluate_from_local.py: four line ends behind the sentence, "Question:" on a line of its
    own, nothing stripped, and the model goes on from the steps.
    """
    prompt = prompts.mmlu_pro.write(task("computer_science"), [SHOT], ASKED)
    assert prompt.header == (
        "The following are multiple choice questions (with answers) about computer science. Think "
        'step by step and then finish your answer with "the answer is (X)" where X is the correct '
        "letter choice.\n\n\n\n"
    )
    (shot,) = prompt.shots
    assert shot == (
        "Question:\nOne?\nOptions:\nA. 1\nB.  2\nC. 3\n"
        "Answer: Let's think step by step. It is 2. The answer is (B).\n\n"
    )
    assert prompt.query == (
        "Question:\n Two? \n\nOptions:\nA. None\nB. b \nAnswer: Let's think step by step."
    )
    assert prompt.text == prompt.header + shot + prompt.query


def test_api_script():
    """evaluate_from_api.py: another sentence with two line ends, the first option on the line of
    "Options:", and a blank line at the end.
    """
    prompt = prompts.mmlu_pro_api.write(task("computer_science"), [SHOT], ASKED)
    assert prompt.header == (
        "The following are multiple choice questions (with answers) about computer science. Think "
        'step by step and then output the answer in the format of "The answer is (X)" at the end.'
        "\n\n"
    )
    (shot,) = prompt.shots
    assert shot == (
        "Question: One?\nOptions: A. 1\nB.  2\nC. 3\n"
        "Answer: Let's think step by step. It is 2. The answer is (B).\n\n"
    )
    assert prompt.query == (
        "Question:  Two? \n\nOptions: A. None\nB. b \nAnswer: Let's think step by step.\n\n"
    )


def test_letters():
    """Without reasoning: the same layout, letters for steps, and no word of steps anywhere."""
    prompt = prompts.mmlu_pro_direct.write(task("computer_science"), [SHOT], ASKED)
    assert prompt.header == (
        "The following are multiple choice questions (with answers) about computer science.\n\n"
    )
    assert prompt.shots == ("Question:\nOne?\nOptions:\nA. 1\nB.  2\nC. 3\nAnswer: B\n\n",)
    assert prompt.query == "Question:\n Two? \n\nOptions:\nA. None\nB. b \nAnswer:"
    assert "step" not in prompt.text


@pytest.mark.parametrize(
    ("style", "shown"),
    [
        (prompts.mmlu_pro, "Maybe: A: Let's wait. It is 2."),
        (prompts.mmlu_pro_api, "Answer: Maybe: A: Let's wait. It is 2."),
    ],
    ids=["local", "api"],
)
def test_only_the_opening_is_replaced(style, shown):
    """A worked solution that begins in another way is shown as it is."""
    shot = Question("One?", ("1", "2"), 1, "7", "Maybe: A: Let's wait. It is 2.")
    prompt = style.write(task("math"), [shot], ASKED)
    assert prompt.shots[0].endswith(f"B. 2\n{shown}\n\n")


# --- real questions ---------------------------------------------------------------------------

LOCAL = (
    "The following are multiple choice questions (with answers) about {$}. Think step by step and "
    'then finish your answer with "the answer is (X)" where X is the correct letter choice.'
    "\n\n\n"
)
"""The file cot_prompt_lib/initial_prompt.txt, to which the script adds one line end."""
API = (
    "The following are multiple choice questions (with answers) about {$}. Think step by step and "
    'then output the answer in the format of "The answer is (X)" at the end.\n\n'
)
COUNTS = {
    "biology": 717,
    "business": 789,
    "chemistry": 1132,
    "computer_science": 410,
    "economics": 844,
    "engineering": 969,
    "health": 818,
    "history": 381,
    "law": 1101,
    "math": 1351,
    "other": 924,
    "philosophy": 499,
    "physics": 1299,
    "psychology": 798,
}
"""Test questions of each category."""


def options(row):
    """Lines of the options, as both scripts write them."""
    kept = [option for option in row["options"] if option != "N/A"]
    return "".join(f"{letter}. {text}\n" for letter, text in zip("ABCDEFGHIJ", kept, strict=False))


def local_prompt(category, shots, row):
    """What evaluate_from_local.py makes of these rows."""
    text = LOCAL.replace("{$}", category) + "\n"
    for shot in shots:
        steps = shot["cot_content"].replace("A: Let's think", "Answer: Let's think")
        text += f"Question:\n{shot['question']}\nOptions:\n{options(shot)}{steps}\n\n"
    asked = f"Question:\n{row['question']}\nOptions:\n{options(row)}"
    return text + asked + "Answer: Let's think step by step."


def api_prompt(category, shots, row):
    """What evaluate_from_api.py makes of these rows."""
    text = API.replace("{$}", category)
    for shot in shots:
        steps = shot["cot_content"][3:]
        text += f"Question: {shot['question']}\nOptions: {options(shot)}Answer: {steps}\n\n"
    asked = f"Question: {row['question']}\nOptions: {options(row)}"
    return text + asked + "Answer: Let's think step by step.\n\n"


def rows(category):
    """The category's five published shots, as JSON has them."""
    lines = require("mmlu_pro", "validation.jsonl").read_text("utf-8").splitlines()
    found = [json.loads(line) for line in lines]
    return [row for row in found if row["category"] == category]


def loaded(name, split):
    return data.load(task(name), split, require("mmlu_pro").parent)


@pytest.mark.parametrize("name", COUNTS)
def test_real_prompts(name):
    """With the published shots every prompt of a category, by either script, is that script's."""
    category, shots = name.replace("_", " "), rows(name.replace("_", " "))
    examples = loaded(name, "shots")
    assert len(examples) == len(shots) == 5
    for row, question in zip(shots, examples, strict=True):
        local = prompts.mmlu_pro.write(task(name), examples, question).text
        assert local == local_prompt(category, shots, row)
        assert local.count("Answer: Let's think step by step.") == 6
        assert "A: Let's" not in local
        api = prompts.mmlu_pro_api.write(task(name), examples, question).text
        assert api == api_prompt(category, shots, row)


def test_padding_is_dropped():
    """21 of the 70 shots are padded to ten options with "N/A", which no prompt shows."""
    padded = 0
    for name in COUNTS:
        examples = loaded(name, "shots")
        for row, question in zip(rows(name.replace("_", " ")), examples, strict=True):
            kept = tuple(option for option in row["options"] if option != "N/A")
            assert question.choices == kept
            assert question.answer == row["answer_index"]
            assert question.id == str(row["question_id"])
            padded += len(kept) < len(row["options"])
        for style in (prompts.mmlu_pro, prompts.mmlu_pro_api, prompts.mmlu_pro_direct):
            assert "N/A" not in style.write(task(name), examples, examples[0]).text
    assert padded == 21


def test_real_questions():
    """14 categories of the published sizes; one to ten options; guessing reaches 11.12 %."""
    require("mmlu_pro", "test.jsonl.gz")
    found = {each.name: loaded(each.name, "test") for each in benchmark("mmlu_pro").MMLU_PRO.tasks}
    assert {name: len(questions) for name, questions in found.items()} == COUNTS
    every = [question for questions in found.values() for question in questions]
    sizes = Counter(len(question.choices) for question in every)
    assert len(every) == 12_032
    assert len({question.id for question in every}) == 12_032
    assert set(sizes) == set(range(1, 11))
    assert (sizes[1], sizes[2]) == (5, 2)
    assert sum(size * count for size, count in sizes.items()) / 12_032 == pytest.approx(
        9.4719, abs=5e-5
    )
    assert sum(count / size for size, count in sizes.items()) / 12_032 == pytest.approx(
        0.1112, abs=5e-5
    )


# --- no worked solution -----------------------------------------------------------------------


@pytest.mark.parametrize("style", [prompts.mmlu_pro, prompts.mmlu_pro_api], ids=["local", "api"])
def test_shot_without_a_worked_solution(style):
    """It cannot be shown as an example of reasoning, which is said in one line with the ways out;
    as a question it needs none.
    """
    message = complaint(style.write, task("math"), [SHOT, ASKED], SHOT)
    assert message == (
        "question '8': no worked solution to show as an example; ask with --shots=0, or with "
        "--method=letters"
    )
    assert style.write(task("math"), [SHOT], ASKED).shots


@pytest.mark.parametrize("steps", [{}, {"cot_content": ""}, {"cot_content": None}])
def test_data_without_worked_solutions(tmp_path, steps):
    """The ways out that the message names are ways out."""
    row = {"question_id": 1, "question": "One?", "options": ["1", "2"], "answer": "B"}
    text = json.dumps(row | {"category": "math"} | steps) + "\n"
    (tmp_path / "mmlu_pro").mkdir()
    for split in ("test", "validation"):
        (tmp_path / "mmlu_pro" / f"{split}.jsonl").write_text(text)

    def planned(**options):
        return plan(task("math"), root=tmp_path, identity=IDENTITY, way=Way(**options))

    assert "question '1': no worked solution" in complaint(planned, shots=1)
    assert planned(shots=0).requests[0].prompt.shots == ()
    assert planned(shots=1, method="letters").requests[0].prompt.shots[0].endswith("Answer: B\n\n")
