"""Why answers are wrong, as a table."""

from __future__ import annotations

from collections.abc import Mapping

from mcqtest.mistakes import KINDS, Shares

_NAMES = {
    "no_choice": "no choice made",
    "understanding": "question not understood",
    "generation": "text empty, cut off or repeated",
    "annotation": "the key is wrong",
    "extraction": "right, and not read",
}


def whys(sides: Mapping[str, Shares]) -> list[str]:
    """A row for each kind, the one that is largest on the last side first, and a column for each
    side: its share with a 95 % interval where answers were labelled, else what rules found.
    """
    last = [*sides.values()][-1]
    order = sorted(KINDS, key=lambda kind: -_share(last, kind))
    heads = [f"{name}: {each.n:,} wrong" for name, each in sides.items()]
    lines = [f"{'':<32}" + "".join(f"{head:>24}" for head in heads)]
    for kind in order:
        cells = "".join(f"{_cell(each, kind):>24}" for each in sides.values())
        lines.append(f"{_NAMES.get(kind, kind):<32}{cells}")
    if any(each.rest for each in sides.values()):
        cells = "".join(f"{_rest(each):>24}" for each in sides.values())
        lines.append(f"{'no rule says':<32}{cells}")
    return lines


def _rest(side: Shares) -> str:
    return f"{len(side.rest):,} ({sum(side.labels.values()):,} labelled)"


def _share(side: Shares, kind: str) -> float:
    found = side.kinds.get(kind)
    return found.share if found else side.ruled.get(kind, 0) / max(1, side.n)


def _cell(side: Shares, kind: str) -> str:
    """``12.3 % (9.8 to 15.1)``; what is counted has no interval."""
    found, ruled = side.kinds.get(kind), side.ruled.get(kind, 0)
    if found is None:
        return f"{100 * ruled / side.n:.1f} % and more" if ruled else "?"
    if found.low == found.high:
        return f"{100 * found.share:.1f} %"
    return f"{100 * found.share:.1f} % ({100 * found.low:.1f} to {100 * found.high:.1f})"
