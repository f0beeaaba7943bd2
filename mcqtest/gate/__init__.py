"""Whether a checkpoint may ship: records compared, thresholds, criteria, and the verdict."""

from mcqtest.gate import stats
from mcqtest.gate.anchors import Anchored, Part
from mcqtest.gate.atomic import write, write_all, write_or_remove
from mcqtest.gate.baselines import Baselines
from mcqtest.gate.companion import Companion, digest
from mcqtest.gate.comparison import (
    changed,
    compare,
    compared,
    counted,
    differences,
    impossible,
    listed,
    mismatch,
    moves,
)
from mcqtest.gate.criteria import KINDS
from mcqtest.gate.criterion import Finding, Judged, Kind, Line
from mcqtest.gate.dated import Dates
from mcqtest.gate.excerpt import Excerpt
from mcqtest.gate.files import (
    beside,
    folders,
    is_recorded,
    packaged,
    packaged_baselines,
    publish,
    shadowing,
    staged,
    target,
    text_of,
)
from mcqtest.gate.foresight import CHURNS, Foresight, foresee
from mcqtest.gate.judge import Judge
from mcqtest.gate.levels import shares
from mcqtest.gate.making import Made, made
from mcqtest.gate.margins import Margins, tables
from mcqtest.gate.outcome import Outcome, change, varied
from mcqtest.gate.policy import Policy
from mcqtest.gate.pool import Pooled, methods, pool, variants
from mcqtest.gate.record import Record, parse
from mcqtest.gate.shelf import Entry, entries, orphans, trouble
from mcqtest.gate.signflip import sign_flips
from mcqtest.gate.swaps import Swaps, swap_sums, swap_test
from mcqtest.gate.thresholds import THRESHOLDS, Thresholds
from mcqtest.gate.verdict import Verdict, decide, notes, unsure

__all__ = [
    "CHURNS",
    "KINDS",
    "THRESHOLDS",
    "Anchored",
    "Baselines",
    "Companion",
    "Dates",
    "Entry",
    "Excerpt",
    "Finding",
    "Foresight",
    "Judge",
    "Judged",
    "Kind",
    "Line",
    "Made",
    "Margins",
    "Outcome",
    "Part",
    "Policy",
    "Pooled",
    "Record",
    "Swaps",
    "Thresholds",
    "Verdict",
    "beside",
    "change",
    "changed",
    "compare",
    "compared",
    "counted",
    "decide",
    "differences",
    "digest",
    "entries",
    "folders",
    "foresee",
    "impossible",
    "is_recorded",
    "listed",
    "made",
    "methods",
    "mismatch",
    "moves",
    "notes",
    "orphans",
    "packaged",
    "packaged_baselines",
    "parse",
    "pool",
    "publish",
    "shadowing",
    "shares",
    "sign_flips",
    "staged",
    "stats",
    "swap_sums",
    "swap_test",
    "tables",
    "target",
    "text_of",
    "trouble",
    "unsure",
    "variants",
    "varied",
    "write",
    "write_all",
    "write_or_remove",
]
