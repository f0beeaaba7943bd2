"""BIG-bench: the JSON tasks that are there, of 167 (arXiv 2206.04615; github google/BIG-bench).

Each folder of `DIR/bigbench` that holds a `task.json`, else of the installed official package, is a
task, asked and scored as officially: docs/bigbench.md. Asked by `-m bigbench` alone.
"""

import pytest

from mcqtest.bigbench import CRITERION, FORM, METRICS, Ending
from mcqtest.data import JsonTasks
from mcqtest.plugin import each_task
from mcqtest.types import Benchmark, Decoding, Method, Metric

METHODS = {"text": Method(form=FORM, decoding=Decoding(max_tokens=128))}
BIAS = (
    Metric("ambiguous", Ending("_ambig")),
    Metric("disambiguated", Ending("_disambig")),
)
"""Of bbq_lite: with a context that does not tell the answer ("unknown" is right), and with one that
does.
"""

BIGBENCH = Benchmark(
    name="bigbench",
    groups={"all": ("tasks",)},  # until they are found
    source=JsonTasks("bigbench"),
    methods=METHODS,
    shots=0,
    metrics=(*METRICS, *BIAS),
    criterion=CRITERION,
    suite=False,
    margin=3,
)


def pytest_generate_tests(metafunc):
    """One case for each task that is found."""
    each_task(metafunc, BIGBENCH)


@pytest.mark.bigbench
def test_bigbench(task, results, baseline):
    """Each task's answers are no worse than the baseline's."""
    assert results == baseline
