"""What confidences tell, as a table; reliability and risk over coverage as a picture."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from html import escape
from typing import Any

from mcqtest.metrics import Cut, Told, isotonic, risk_coverage
from mcqtest.report.columns import fitted

_COLUMNS = {
    "auroc": "AUROC",
    "ece": "ECE",
    "smooth_ece": "smooth",
    "brier": "Brier",
    "reliability": "rel.",
    "resolution": "res.",
    "aurc": "AURC",
    "excess_aurc": "excess",
    "accuracy_at_80": "acc@80",
    "accuracy_at_90": "acc@90",
}
_LONGEST = 28


def table(found: Mapping[str, Told]) -> list[str]:
    """A row for each confidence, and intervals below it; figures that there are not are a dash."""
    room = min(_LONGEST, max(map(len, found), default=0)) + 2
    lines = [fitted("confidence", room) + "".join(f"{word:>8}" for word in _COLUMNS.values())]
    for name, told in found.items():
        values = told.figures
        cells = [f"{values[key]:.4f}" if key in values else "-" for key in _COLUMNS]
        lines.append(fitted(name, room) + "".join(f"{cell:>8}" for cell in cells))
        known = [
            f"{_COLUMNS[key]} {low:.4f} to {high:.4f}"
            for key, (low, high) in told.intervals.items()
        ]
        odd = [
            f"{count:,} {word}"
            for word, count in (("missing", told.missing), ("outside 0 to 1", told.outside))
            if count
        ]
        said = ", ".join([f"{len(told.right):,} answers", *odd, *known])
        lines.append(f"  {said}")
    return lines


def data(told: Told) -> dict[str, Any]:
    """The same for programs."""
    return {
        "n": len(told.right),
        "missing": told.missing,
        "outside": told.outside,
        **told.figures,
        "intervals": {name: list(each) for name, each in told.intervals.items()},
    }


_SIZE, _EDGE, _GAP = 260, 44, 60
_COLOURS = ("#999999", "#0072b2")
"""Then and now; told apart by people who see few colours (Okabe and Ito 2008)."""


def picture(title: str, sides: Sequence[tuple[str, Told]]) -> str:
    """Reliability (points of ten bins as large as they are full, steps by isotonic regression) and
    risk over coverage, of one side or of two: then and now.
    """
    width, height = 2 * (_EDGE + _SIZE) + _GAP + 16, _SIZE + 110
    parts = [
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
            f'width="{width}" height="{height}" font-family="sans-serif" font-size="11">'
        ),
        f'<rect width="{width}" height="{height}" fill="white"/>',
        f'<text x="10" y="20" font-size="14">{escape(title)}</text>',
    ]
    worst = max((point.risk for _, told in sides for point in _points(told)), default=0.0)
    top = next(each for each in (0.1, 0.2, 0.5, 1.0) if worst <= each)
    for at, (axis, up, most) in enumerate(
        (("confidence", "share right", 1.0), ("coverage", "risk", top))
    ):
        x = _EDGE + at * (_SIZE + _GAP)
        parts.append(f'<g transform="translate({x},50)">')
        parts += _frame(axis, up, most)
        for number, (_, told) in enumerate(sides):
            colour = _COLOURS[number + 2 - len(sides)]
            parts += _risk(told, most, colour) if at else _reliable(told, colour)
        parts.append("</g>")
    for number, (name, _) in enumerate(sides):
        x, colour = _EDGE + number * 260, _COLOURS[number + 2 - len(sides)]
        y = height - 12
        parts.append(f'<rect x="{x}" y="{y - 9}" width="10" height="10" fill="{colour}"/>')
        parts.append(f'<text x="{x + 15}" y="{y}">{escape(name)}</text>')
    return "\n".join([*parts, "</svg>"]) + "\n"


def _points(told: Told) -> list[Any]:
    return risk_coverage(told.confidences, told.right) if told.right else []


def _frame(axis: str, up: str, most: float) -> Iterator[str]:
    for share in (0.0, 0.25, 0.5, 0.75, 1.0):
        y = _SIZE * (1 - share)
        yield f'<line x1="0" x2="{_SIZE}" y1="{y:.1f}" y2="{y:.1f}" stroke="#ddd"/>'
        yield f'<text x="-5" y="{y + 4:.1f}" text-anchor="end">{share * most:.3g}</text>'
        x = _SIZE * share
        yield f'<text x="{x:.1f}" y="{_SIZE + 14}" text-anchor="middle">{share:g}</text>'
    yield f'<text x="{_SIZE / 2}" y="{_SIZE + 28}" text-anchor="middle">{axis}</text>'
    yield f'<text x="-30" y="-8">{up}</text>'


def _reliable(told: Told, colour: str) -> Iterator[str]:
    yield f'<line x1="0" y1="{_SIZE}" x2="{_SIZE}" y2="0" stroke="#bbb" stroke-dasharray="4"/>'
    if not told.right:
        return
    corners = [
        (end, step.right / step.n)
        for step in isotonic(told.confidences, told.right)
        for end in (step.low, step.high)
    ]
    yield _line(corners, 1.0, colour, width=1)
    n = len(told.right)
    for each in Cut(10).of(told.confidences, told.right):
        x, y = _SIZE * each.confidence / each.n, _SIZE * (1 - each.right / each.n)
        yield (
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{2 + 10 * (each.n / n) ** 0.5:.1f}" '
            f'fill="{colour}" fill-opacity="0.6"><title>{each.n:.0f} answers: confidence '
            f"{each.confidence / each.n:.3f}, {each.right / each.n:.3f} right</title></circle>"
        )


def _risk(told: Told, most: float, colour: str) -> Iterator[str]:
    points = _points(told)
    step = max(1, len(points) // 400)  # more than the eye sees
    some = [*points[::step], *points[-1:]]
    yield _line([(point.coverage, point.risk) for point in some], most, colour, width=2)


def _line(points: Sequence[tuple[float, float]], most: float, colour: str, *, width: int) -> str:
    path = " ".join(f"{_SIZE * x:.1f},{_SIZE * (1 - y / most):.1f}" for x, y in points)
    return f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="{width}"/>'
