"""BIG-bench's JSON tasks: what their questions ask, what the answers are worth, their figures."""

from mcqtest.bigbench.figures import METRICS, Ending, OfSubtasks
from mcqtest.bigbench.form import FORM, JsonForm, cut
from mcqtest.bigbench.standing import CRITERION

__all__ = ["CRITERION", "FORM", "METRICS", "Ending", "JsonForm", "OfSubtasks", "cut"]
