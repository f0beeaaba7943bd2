"""The embedded demo: small questions for the embedded model, offline, in seconds.

It shows every step of a run and says nothing about a real model. The files are laid out and
asked like MMLU's (`benchmarks/test_mmlu.py`).
"""

from operator import attrgetter

import pytest

from mcqtest import prompts
from mcqtest.demo import DATA
from mcqtest.types import Benchmark, Columns, Layout, Method, Source

GROUPS = {
    "words": "alphabet_order first_letters odd_word_out opposite_words word_kinds",
    "numbers": "largest_numbers small_sums",
    "stories": "who_has_what",
}

DEMO = Benchmark(
    name="demo",
    groups={group: tuple(subjects.split()) for group, subjects in GROUPS.items()},
    source=Source(
        folder="demo",
        place=DATA,
        layouts=(
            Layout(
                "{split}/{task}_{split}.csv",
                Columns(choices=("A", "B", "C", "D")),
                header=("question", "A", "B", "C", "D", "answer"),
                splits={"shots": "dev"},
            ),
        ),
    ),
    methods={"letters": Method(prompts.mmlu)},
    shots=5,
    demo=True,
    margin=3,
)


@pytest.mark.demo
@pytest.mark.parametrize("task", DEMO.tasks, ids=attrgetter("name"))
def test_demo(task, results, baseline):
    """Each subject's answers are no worse than the baseline's."""
    assert results == baseline
