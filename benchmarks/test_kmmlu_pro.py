"""KMMLU-Pro: 14 Korean professional licences, four or five choices, 2,822 questions, no shots
(arXiv 2507.08924).

A licence is passed as its appendix E.3 says: 40 % in every subject and 60 % on average, but for two
(`LICENCES`). One that the baseline passed and this run does not is red where the questions of what
was missed got worse by more than chance explains, and noted where they did not.

Asked like KMMLU-Redux, and as gated; the names of files on the hub could not be confirmed.
"""

from fractions import Fraction
from operator import attrgetter

import pytest

from mcqtest.gate.licences import Licence
from mcqtest.types import Benchmark, Columns, Layout, Source

from .test_kmmlu_redux import METHODS

LICENCES = {
    "law": {
        # No average is asked for.
        "certified_judicial_scrivener": ("법무사", Licence(198, mean=None)),
        # Graded on a curve in reality; there, 900 of 1,660 points, which is printed as 54.22 %.
        "lawyer": ("변호사", Licence(150, floor=None, mean=Fraction(5422, 10_000))),
        "certified_public_labor_attorney": ("공인노무사", Licence(239)),
        "certified_patent_attorney": ("변리사", Licence(109)),
    },
    "tax and accounting": {
        "certified_public_accountant": ("공인회계사", Licence(208)),
        "certified_tax_accountant": ("세무사", Licence(238)),
        "certified_customs_broker": ("관세사", Licence(159)),
    },
    "value estimation": {
        "certified_damage_adjuster": ("손해사정사", Licence(120)),
        "certified_appraiser": ("감정평가사", Licence(196)),
    },
    "medicine": {
        "doctor_of_korean_medicine": ("한의사", Licence(288)),
        "dentist": ("치과의사", Licence(252)),
        "pharmacist": ("약사", Licence(271)),
        "herb_pharmacist": ("한약사", Licence(244)),
        "physician": ("의사", Licence(150)),
    },
}
"""Domain -> licence -> Korean name, and what it asks for, with its number of questions."""

COLUMNS = Columns(
    choices="options", answer="solution", first=1, task="license_name", subject="subject"
)
EVERY = {name: each for domain in LICENCES.values() for name, each in domain.items()}

KMMLU_PRO = Benchmark(
    name="kmmlu_pro",
    groups={domain: tuple(licences) for domain, licences in LICENCES.items()},
    titles={name: title for name, (title, _) in EVERY.items()},
    criteria={name: licence for name, (_, licence) in EVERY.items()},
    source=Source(
        folder="kmmlu_pro",
        layouts=(
            Layout("{split}.jsonl", COLUMNS),
            Layout("{split}.jsonl.gz", COLUMNS),
            Layout("**/{split}-*.parquet", COLUMNS),
        ),
        hub="LGAI-EXAONE/KMMLU-Pro",
    ),
    methods=METHODS,
    shots=0,
    margin=3,
)


@pytest.mark.kmmlu_pro
@pytest.mark.parametrize("task", KMMLU_PRO.tasks, ids=attrgetter("name"))
def test_kmmlu_pro(task, results, baseline):
    """Each licence's answers are no worse than the baseline's, and it is not lost."""
    assert results == baseline
