"""BIG-bench Lite: 24 JSON tasks, 110,546 different examples (arXiv 2206.04615, section 2.2).

Asked like BIG-bench (`benchmarks/test_bigbench.py`), by `-m bigbench_lite` alone.
"""

from dataclasses import replace
from operator import attrgetter

import pytest

from .test_bigbench import BIGBENCH

TASKS = """
    auto_debugging bbq_lite_json code_line_description conceptual_combinations
    conlang_translation emoji_movie formal_fallacies_syllogisms_negation hindu_knowledge
    known_unknowns language_identification linguistics_puzzles logic_grid_puzzle
    logical_deduction misconceptions_russian novel_concepts operators
    parsinlu_reading_comprehension play_dialog_same_or_different repeat_copy_logic
    strange_stories strategyqa symbol_interpretation vitaminc_fact_verification winowhy
"""

PUBLISHED = """
    34 16076 60 103 164 100 14200 175 46 10000 2000 1000 1500 49 32 210 518 3264 32 174 2289 990
    54668 2862
"""
"""Without the 5 examples that repeat others exactly, which are left out as officially."""

BIGBENCH_LITE = replace(
    BIGBENCH,
    name="bigbench_lite",
    groups={"all": tuple(TASKS.split())},
    margin=2,
    published=tuple(map(int, PUBLISHED.split())),
)


@pytest.mark.bigbench_lite
@pytest.mark.parametrize("task", BIGBENCH_LITE.tasks, ids=attrgetter("name"))
def test_bigbench_lite(task, results, baseline):
    """Each task's answers are no worse than the baseline's."""
    assert results == baseline
