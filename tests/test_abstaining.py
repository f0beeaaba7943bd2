"""--abstain: one sentence more, which asks whoever does not know to say so."""

import pytest
from builders import complaint
from realdata import benchmark

from mcqtest import prompts
from mcqtest.answers import abstains
from mcqtest.prompts import korean, styles
from mcqtest.run.way import Way
from mcqtest.types import Question

TASK = benchmark("mmlu_pro").MMLU_PRO.tasks[0]
WHY = Question("Why?", ("x", "y"), 0, "1", reasoning="A: Let's think step by step. So.")
ENGLISH = (prompts.mmlu_pro, prompts.mmlu_pro_api, korean.kmmlu_pro_english, styles.confidence)
KOREAN = (korean.kmmlu_cot, korean.kmmlu_pro)
TESTED = styles.TESTED["cot"]


@pytest.mark.parametrize("style", [*ENGLISH, *KOREAN, *TESTED], ids=lambda style: style.name)
def test_one_sentence_more_stands_before_the_examples(style):
    """Question, examples and white space stay to the byte; what it asks for is then read."""
    shots = [WHY] if style.name not in {"kmmlu_pro", "kmmlu_pro_english"} else []
    plain = style.write(TASK, shots, WHY)
    asked = prompts.abstaining(style)
    found = asked.write(TASK, shots, WHY)
    assert (found.shots, found.query) == (plain.shots, plain.query)
    told = plain.header.rstrip()
    sentence = found.header.removeprefix(told).strip()
    assert sentence.count("\n") == 0
    assert found.header in {f"{told} {sentence}{plain.header[len(told) :]}", f"{sentence}\n\n"}
    assert (asked.name, asked.single) == (f"{style.name}-abstain", style.single)
    words = "모르겠습니다" if style in KOREAN else "I don't know"
    assert f'"{words}"' in sentence
    assert abstains(words)


def test_it_is_another_way_of_asking():
    """With a folder of baselines, and in the styles of a sweep, too."""
    way = Way(abstain=True)
    assert way.folder(TASK.benchmark) == "mmlu_pro-abstain"
    assert way.method_of(TASK.benchmark)[1].style.name == "mmlu_pro-abstain"
    method = TASK.benchmark.methods["cot"]
    assert way.styled(method, TESTED[0]).style is prompts.abstaining(TESTED[0])
    assert Way().styled(method, TESTED[0]).style is TESTED[0]


@pytest.mark.parametrize(
    ("name", "method", "said"),
    [
        ("mmlu_pro", "letters", "--abstain=on: --method=letters takes the most probable letter"),
        ("bigbench_lite", None, "--abstain=on: bigbench_lite puts every question once"),
    ],
)
def test_where_nobody_can_abstain(name, method, said):
    """One line, before anything is asked."""
    found = getattr(benchmark(name), name.upper())
    assert complaint(Way(abstain=True, method=method).method_of, found).startswith(said)
