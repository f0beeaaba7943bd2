"""MMLU-Redux 2.0: 57 subjects, the 5,330 of 5,700 MMLU questions in which people found no flaw
(arXiv 2406.04127). Without examples.

Two conventions are about, and their figures cannot be compared: this one, ``ok`` rows alone, is
the paper's and that of lm-evaluation-harness; lighteval and EvalScope score all rows by MMLU's
keys. `mcqtest rescore --clean=mmlu_redux` shows both, and mended keys, for answers to MMLU.
"""

from operator import attrgetter

import pytest

from mcqtest import prompts
from mcqtest.data import ReduxTasks
from mcqtest.types import Benchmark, Method

from .test_mmlu import GROUPS

MMLU_REDUX = Benchmark(
    name="mmlu_redux",
    groups={group: tuple(subjects.split()) for group, subjects in GROUPS.items()},
    source=ReduxTasks("mmlu_redux"),
    methods={"letters": Method(prompts.mmlu)},
    shots=0,
    margin=2,
    published=(5330,),
    suite=False,
)


@pytest.mark.mmlu_redux
@pytest.mark.parametrize("task", MMLU_REDUX.tasks, ids=attrgetter("name"))
def test_mmlu_redux(task, results, baseline):
    """Each subject's answers are no worse than the baseline's."""
    assert results == baseline
