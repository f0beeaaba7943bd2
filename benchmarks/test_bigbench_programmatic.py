"""BIG-bench: the tasks that are programs (arXiv 2206.04615; github google/BIG-bench).

The tasks of the installed official package that talk to the model themselves. Asking them runs
their code, so they are asked by `-m bigbench_programmatic` alone: docs/bigbench.md.
"""

import pytest

from mcqtest.bigbench import PROGRAMMATIC, QUERIES, SCORES
from mcqtest.data import Programs
from mcqtest.plugin import each_task
from mcqtest.types import Benchmark, Decoding, Method

BIGBENCH_PROGRAMMATIC = Benchmark(
    name="bigbench_programmatic",
    groups={"all": ("tasks",)},  # until they are found
    source=Programs("bigbench_programmatic"),
    methods={"text": Method(conversation=PROGRAMMATIC, decoding=Decoding(max_tokens=128))},
    shots=0,
    metrics=(QUERIES,),
    criterion=SCORES,
    suite=False,
)


def pytest_generate_tests(metafunc):
    """One case for each task that is found."""
    each_task(metafunc, BIGBENCH_PROGRAMMATIC)


@pytest.mark.bigbench_programmatic
def test_bigbench_programmatic(task, results, baseline):
    """No score is proven to be worse than the baseline's, as far as that can be seen."""
    assert results == baseline
