"""Whether a checkpoint may ship: records compared, thresholds, criteria, and the verdict."""

from mcqtest.gate import stats
from mcqtest.gate.atomic import write
from mcqtest.gate.baselines import Baselines, publish, staged, target
from mcqtest.gate.comparison import changed, compare, counted, impossible, listed, mismatch, moves
from mcqtest.gate.criteria import KINDS
from mcqtest.gate.criterion import Bound, Finding, Judged, Kind, Line
from mcqtest.gate.judge import Judge
from mcqtest.gate.outcome import Outcome, row, varied
from mcqtest.gate.policy import Policy
from mcqtest.gate.pool import Pooled, methods, pool, styles
from mcqtest.gate.record import Record, figures, parse
from mcqtest.gate.thresholds import THRESHOLDS, Thresholds
from mcqtest.gate.verdict import Verdict, decide, notes

__all__ = [
    "KINDS",
    "THRESHOLDS",
    "Baselines",
    "Bound",
    "Finding",
    "Judge",
    "Judged",
    "Kind",
    "Line",
    "Outcome",
    "Policy",
    "Pooled",
    "Record",
    "Thresholds",
    "Verdict",
    "changed",
    "compare",
    "counted",
    "decide",
    "figures",
    "impossible",
    "listed",
    "methods",
    "mismatch",
    "moves",
    "notes",
    "parse",
    "pool",
    "publish",
    "row",
    "staged",
    "stats",
    "styles",
    "target",
    "varied",
    "write",
]
