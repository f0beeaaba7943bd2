"""BIG-Bench Hard: 23 tasks in 27 files, 6,511 questions, 3 shots (arXiv 2210.09261).

Asked with chain of thought as in lm-evaluation-harness, tasks/bbh/cot_fewshot, but for its stop
"Q", which ends texts inside a word; `--method=text` asks for the answer alone. The examples of both
are in the files cot-prompts/TASK.txt of the authors' repository; without them, `--shots=0`.
"""

from operator import attrgetter

import pytest

from mcqtest.answers import brackets, lettered, number, one_of, words
from mcqtest.prompts import bbh
from mcqtest.types import Benchmark, Columns, Decoding, Layout, Method, Source

YES = one_of("Yes", "No")
OBJECTS = ("three_objects", "five_objects", "seven_objects")
ALGORITHMIC = {
    "boolean_expressions": one_of("True", "False"),
    "dyck_languages": brackets,
    "geometric_shapes": lettered,
    **{f"logical_deduction_{number_of}": lettered for number_of in OBJECTS},
    "multistep_arithmetic_two": number,
    "navigate": YES,
    "object_counting": number,
    "temporal_sequences": lettered,
    **{f"tracking_shuffled_objects_{number_of}": lettered for number_of in OBJECTS},
    "web_of_lies": YES,
    "word_sorting": words,
}
LANGUAGE = {
    "causal_judgement": YES,
    "date_understanding": lettered,
    "disambiguation_qa": lettered,
    "formal_fallacies": one_of("valid", "invalid"),
    "hyperbaton": lettered,
    "movie_recommendation": lettered,
    "penguins_in_a_table": lettered,
    "reasoning_about_colored_objects": lettered,
    "ruin_names": lettered,
    "salient_translation_error_detection": lettered,
    "snarks": lettered,
    "sports_understanding": one_of("yes", "no"),
}
"""Task -> what its answers look like; in the two groups of the paper (table 2)."""

COLUMNS = Columns(question="input", choices=(), answer="target")
WORKED = Columns(choices=(), question="question", reasoning="reasoning", description="description")
SIZES = {"causal_judgement": 187, "penguins_in_a_table": 146, "snarks": 178}
STOP = ("</s>", "\nQ:", "\n\n")

BBH = Benchmark(
    name="bbh",
    groups={"algorithmic": tuple(ALGORITHMIC), "language": tuple(LANGUAGE)},
    source=Source(
        folder="bbh",
        layouts=(Layout("{task}.json", COLUMNS, rows="examples"),),
        worked=(
            Layout("../cot-prompts/{task}.txt", WORKED),  # a checkout of the authors' repository
            Layout("cot-prompts/{task}.txt", WORKED),
        ),
        page="https://github.com/suzgunmirac/BIG-Bench-Hard",
    ),
    methods={
        "cot": Method(bbh.cot, Decoding(max_tokens=1024, stop=STOP), worked=True),
        "text": Method(bbh.direct, Decoding(max_tokens=256, stop=STOP), worked=True),
    },
    shots=3,
    answers={**ALGORITHMIC, **LANGUAGE},
    suite=False,
    margin=2,
    published=tuple(SIZES.get(task, 250) for task in sorted({**ALGORITHMIC, **LANGUAGE})),
)


@pytest.mark.bbh
@pytest.mark.parametrize("task", BBH.tasks, ids=attrgetter("name"))
def test_bbh(task, results, baseline):
    """Each task's answers are no worse than the baseline's."""
    assert results == baseline
