"""BIG-bench: what its tasks ask, JSON or code, what the answers are worth, their figures."""

from mcqtest.bigbench.figures import METRICS, Ending, OfSubtasks
from mcqtest.bigbench.form import FORM, JsonForm, cut
from mcqtest.bigbench.program import PROGRAMMATIC, QUERIES, SCORES
from mcqtest.bigbench.standing import CRITERION

__all__ = [
    "CRITERION",
    "FORM",
    "METRICS",
    "PROGRAMMATIC",
    "QUERIES",
    "SCORES",
    "Ending",
    "JsonForm",
    "OfSubtasks",
    "cut",
]
