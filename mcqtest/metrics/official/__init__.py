"""The official metrics of BIG-bench (arXiv 2206.04615) by exact definition, oddities and all.

Read from the package ``bigbench`` 1.0.0 and held equal to it by `tests/test_parity_metrics.py`. An
example is a `Written`, `Chosen` or `Weighed`; `METRICS` has every metric by name. The one figure
that is not the official one is ROUGE: ours is the plain mean over examples, the official one the
median of a thousand bootstrap means, which moves with every run.
"""

from mcqtest.metrics.official.choices import most_probable
from mcqtest.metrics.official.examples import Chosen, Weighed, Written
from mcqtest.metrics.official.metric import Corpus, Official, Parts
from mcqtest.metrics.official.standings import AGGREGATE, Standing, aggregate, normalised
from mcqtest.metrics.official.table import LISTED, METRICS, named, preferred, refused

__all__ = [
    "AGGREGATE",
    "LISTED",
    "METRICS",
    "Chosen",
    "Corpus",
    "Official",
    "Parts",
    "Standing",
    "Weighed",
    "Written",
    "aggregate",
    "most_probable",
    "named",
    "normalised",
    "preferred",
    "refused",
]
