"""KMMLU-HARD: the 4,104 questions of KMMLU that one of four strong models got wrong, 45 subjects
(arXiv 2402.11548, section 3).

Asked like KMMLU; its subjects have names of their own.
"""

from operator import attrgetter

import pytest

from mcqtest.types import Benchmark, Layout, Source

from .test_kmmlu import COLUMNS, EXPERT, METHODS, SUBJECTS, WORKED

SHOTS = {"shots": "dev"}

GROUPS = {
    group: {name.lower().replace("-", "_"): title for name, title in subjects.items()}
    for group, subjects in SUBJECTS.items()
}

KMMLU_HARD = Benchmark(
    name="kmmlu_hard",
    groups={group: tuple(subjects) for group, subjects in GROUPS.items()},
    titles={name: title for subjects in GROUPS.values() for name, title in subjects.items()},
    source=Source(
        folder="kmmlu_hard",
        layouts=(
            Layout("{task}-{split}.csv", COLUMNS, splits=SHOTS),
            # The hub's names are known only to lie in this folder and to name the subject.
            Layout("data/{task}*{split}*.csv", COLUMNS, splits=SHOTS),
        ),
        hub="HAERAE-HUB/KMMLU-HARD",
        revision="58564a93d9f8d302a5a5ae41ab2f901dc303d5e1",
        worked=(Layout("cot_exemplars.jsonl", WORKED),),
    ),
    methods=METHODS,
    shots=5,
    expert=EXPERT,
    margin=3,
    published=(4104,),
)


@pytest.mark.kmmlu_hard
@pytest.mark.parametrize("task", KMMLU_HARD.tasks, ids=attrgetter("name"))
def test_kmmlu_hard(task, results, baseline):
    """Each subject's answers are no worse than the baseline's."""
    assert results == baseline
