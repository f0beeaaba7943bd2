"""The two sides of a comparison, each a run, a baseline or a recording, and the gate's verdict.

`Finder` says what a name or a path means, and `against` what the gate says of one side against
another, by the code with which a run judges its results against its baseline.
"""

from mcqtest.sides.definitions import Definitions, strange
from mcqtest.sides.find import Finder
from mcqtest.sides.mistaken import wrong
from mcqtest.sides.moved import Found, Wanted, moved
from mcqtest.sides.rescored import CONVENTIONS, Rescored
from mcqtest.sides.runs import RunSide
from mcqtest.sides.side import Key, Side, Stored
from mcqtest.sides.sure import Answers, at_risk, combined, scaled
from mcqtest.sides.verdict import Against, against, paired

__all__ = [
    "CONVENTIONS",
    "Against",
    "Answers",
    "Definitions",
    "Finder",
    "Found",
    "Key",
    "Rescored",
    "RunSide",
    "Side",
    "Stored",
    "Wanted",
    "against",
    "at_risk",
    "combined",
    "moved",
    "paired",
    "scaled",
    "strange",
    "wrong",
]
