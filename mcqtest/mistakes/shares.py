"""How many of the wrong answers are of each kind."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mcqtest.gate import stats
from mcqtest.mistakes.kinds import KINDS, Wrong, by_rule


@dataclass(frozen=True)
class Share:
    """Of all wrong answers, fractions. ``low`` and ``high`` are 95 %."""

    share: float
    low: float
    high: float
    ruled: int
    """How many a rule found; no chance is in these."""


@dataclass(frozen=True)
class Shares:
    """One side."""

    n: int
    """Wrong answers."""
    ruled: Mapping[str, int]
    """Kind -> those that a rule found."""
    rest: Sequence[Wrong]
    """Those that a person has to label."""
    labels: Mapping[str, int]
    """Kind -> labels of these."""
    kinds: Mapping[str, Share]
    """Empty where nothing was labelled and something would have to be."""

    def to_json(self) -> dict[str, Any]:
        return {
            "n": self.n,
            "ruled": dict(self.ruled),
            "to_label": len(self.rest),
            "labelled": dict(self.labels),
            "shares": {
                kind: {"share": each.share, "interval": [each.low, each.high]}
                for kind, each in self.kinds.items()
            },
        }


def shares(wrong: Sequence[Wrong], labels: Mapping[str, str]) -> Shares:
    """Of wrong answers, of which some have ``labels`` (`Wrong.key` -> kind). The labelled ones are
    taken for a sample of all that no rule finds.

    What rules find is counted. Of the rest each kind has Wilson's interval (1927), with as many
    labels as the sample is worth, which is more where it is a good part of all: n / (1 - f), where
    f is the part (the finite population correction; Korn and Graubard 1998, Survey Methodology
    24:193, put an effective size into an interval likewise). That each task has its share in the
    sample is left out, which makes the interval wider, if anything.
    """
    rules = [by_rule(each) for each in wrong]
    ruled = Counter(rule for rule in rules if rule)
    rest = [each for each, rule in zip(wrong, rules, strict=True) if rule is None]
    found = Counter(labels[each.key] for each in rest if each.key in labels)
    kinds = {}
    if wrong and (found or not rest):
        for kind in KINDS:
            low, high = _interval(found[kind], found.total(), len(rest))
            part = found[kind] / found.total() if rest else 0.0
            low, share, high = (
                (ruled[kind] + each * len(rest)) / len(wrong) for each in (low, part, high)
            )
            kinds[kind] = Share(share, low, high, ruled[kind])
    return Shares(len(wrong), ruled, rest, found, kinds)


def _interval(count: int, n: int, every: int) -> tuple[float, float]:
    """Of the part of a kind among ``every`` answers, of which ``n`` are labelled."""
    if n >= every:
        return (count / n, count / n) if n else (0.0, 0.0)
    effective = n / (1 - n / every)
    return stats.wilson(count / n * effective, effective)
