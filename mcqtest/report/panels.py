"""Curves over size as a picture (SVG): a small panel for each of the most telling tasks."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from html import escape

from mcqtest.metrics.scaling import Claim, Family, Prediction, Study
from mcqtest.report.points import told

_ACROSS, _MOST = 4, 12
_CROWD = 24
"""Sizes beyond which dots are small and have no bars."""
_WIDTH, _HEIGHT = 232, 176
_LEFT, _TOP, _RIGHT, _BOTTOM = 34, 40, 20, 24
_HEAD = 54
_BLUE, _RED, _GREEN, _GREY = "#0072b2", "#d55e00", "#009e73", "#666"
"""Told apart by people who see few colours (Okabe and Ito 2008)."""
_TWO_SIDED = 1.96
_AXES = {"parameters": "size", "active": "active parameters"}


def picture(study: Study) -> str:
    """The largest family: all its tasks, or of many the extremes, by B, by L, and downwards."""
    family = max(study.families, key=lambda each: len(each.claims))
    rows = _rows(family)
    ticks = _ticks([each for _, row in rows for each in row])
    width = _ACROSS * _WIDTH + 16
    height = _HEAD + len(rows) * (_HEIGHT + 22) + 8
    name = escape(" ".join(filter(None, (family.benchmark, family.name))))
    axis = _AXES.get(study.axis, study.axis)
    parts = [
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
            f'width="{width}" height="{height}" font-family="sans-serif" font-size="11">'
        ),
        f'<rect width="{width}" height="{height}" fill="white"/>',
        f'<text x="10" y="22" font-size="15">{name}: score by {axis}</text>',
        *_legend(normalised=rows[0][1][0].curve.normalised),
    ]
    guesses = {id(each.curve): each for each in family.predictions}
    for number, (title, row) in enumerate(rows):
        top = _HEAD + number * (_HEIGHT + 22)
        parts.append(f'<text x="10" y="{top + 14}" font-weight="bold">{escape(title)}</text>')
        for at, claim in enumerate(row):
            x, y = 8 + at * _WIDTH, top + 18
            parts.append(f'<g transform="translate({x},{y})">')
            parts += _panel(claim, guesses.get(id(claim.curve)), ticks)
            parts.append("</g>")
    return "\n".join([*parts, "</svg>"]) + "\n"


def _rows(family: Family) -> list[tuple[str, list[Claim]]]:
    """Heading and panels."""
    left = list(family.claims)
    if len(left) <= _MOST:
        cuts = range(0, len(left), _ACROSS)
        return [("by breakthroughness" if not at else "", left[at : at + _ACROSS]) for at in cuts]
    steep, left = left[:_ACROSS], left[_ACROSS:]
    left.sort(key=lambda each: each.linearity, reverse=True)
    return [
        ("highest breakthroughness B", steep),
        ("of the others, highest linearity L", left[:_ACROSS]),
        ("lowest linearity: highest score before the lowest", left[-_ACROSS:][::-1]),
    ]


def _legend(*, normalised: bool) -> list[str]:
    unit = "0 chance, 100 very good" if normalised else "as measured"
    return [
        f'<circle cx="14" cy="40" r="3" fill="{_BLUE}"/>',
        (
            f'<text x="22" y="44" fill="{_GREY}">score ({unit}), bars: 95 % by the number of '
            "questions</text>"
        ),
        f'<path d="M508,36 v8 M504,40 h8" stroke="{_RED}" stroke-width="2"/>',
        (
            f'<text x="518" y="44" fill="{_GREY}">largest size, predicted by a power law of the '
            "smaller ones, 90 %</text>"
        ),
    ]


def _ticks(claims: Sequence[Claim]) -> list[float]:
    """Lines of all panels alike, so that they can be compared."""
    values = [end for each in claims for end in _ends(each)]
    low, high = min(0.0, *values), max(0.0, *values)
    if claims[0].curve.normalised:
        high = max(high, 10.0)
    step = _step(high - low)
    return [step * at for at in range(math.floor(low / step), math.ceil(high / step) + 1)]


def _ends(claim: Claim) -> Iterator[float]:
    """Of the values, and of their bars where these are drawn."""
    curve = claim.curve
    for value, error in zip(curve.values, curve.errors, strict=True):
        reach = _TWO_SIDED * error if error and len(curve.sizes) <= _CROWD else 0.0
        most = max(value, 100.0) if curve.normalised else math.inf
        yield from (value - reach, min(value + reach, most))


def _step(range_: float) -> float:
    """Between lines: 1, 2 or 5 of a power of ten, five of them or so."""
    rough = (range_ or 1.0) / 5
    unit = float(10 ** math.floor(math.log10(rough)))
    return next(each * unit for each in (1, 2, 5, 10) if each * unit >= rough * 0.999)


def _panel(claim: Claim, guess: Prediction | None, ticks: Sequence[float]) -> Iterator[str]:
    curve = claim.curve
    low, high = ticks[0], ticks[-1]
    inner, tall = _WIDTH - _LEFT - _RIGHT, _HEIGHT - _TOP - _BOTTOM
    first, last = math.log(curve.sizes[0]), math.log(curve.sizes[-1])

    def x(size: float) -> float:
        return _LEFT + 6 + (inner - 6) * ((math.log(size) - first) / ((last - first) or 1.0))

    def y(value: float) -> float:
        share = (value - low) / ((high - low) or 1.0)
        return _TOP + tall * (1 - min(1.0, max(0.0, share)))

    yield from _frame(claim, y, ticks)
    points = [(x(size), y(value)) for size, value in zip(curve.sizes, curve.values, strict=True)]
    crowded = len(points) > _CROWD
    path = " ".join(f"{at:.1f},{up:.1f}" for at, up in points)
    yield f'<polyline points="{path}" fill="none" stroke="{_BLUE}" stroke-width="1.5"/>'
    for (at, up), value, error, size in zip(
        points, curve.values, curve.errors, curve.sizes, strict=True
    ):
        if error is not None and not crowded:
            ends = y(value - _TWO_SIDED * error), y(value + _TWO_SIDED * error)
            yield _bar(at, *ends, _BLUE, 1)
        yield (
            f'<circle cx="{at:.1f}" cy="{up:.1f}" r="{1.5 if crowded else 3}" fill="{_BLUE}">'
            f"<title>{told(size)}: {value:.4g}</title></circle>"
        )
    if guess is not None:
        at = points[-1][0] + 8
        yield _bar(at, y(guess.low), y(guess.high), _RED, 2)
        yield (
            f'<path d="M{at - 4:.1f},{y(guess.predicted):.1f} h8" stroke="{_RED}" '
            'stroke-width="2"/>'
        )


def _bar(at: float, one: float, other: float, colour: str, width: int) -> str:
    return (
        f'<line x1="{at:.1f}" x2="{at:.1f}" y1="{one:.1f}" y2="{other:.1f}" stroke="{colour}" '
        f'stroke-width="{width}"/>'
    )


def _frame(claim: Claim, y: Callable[[float], float], ticks: Sequence[float]) -> Iterator[str]:
    """Titles, lines and numbers around the curve."""
    b = claim.breakthroughness
    told_b = "a single jump" if b is None else f"B {b:.1f}"
    said = ", ".join(filter(None, (f"L {claim.linearity:.1f}", told_b, claim.says)))
    name = claim.curve.task
    name = name if len(name) <= 34 else name[:33] + "…"
    yield f'<text x="{_LEFT}" y="14" font-size="12">{escape(name)}</text>'
    colour = _RED if claim.trend == "falls" else _GREEN if claim.says else _GREY
    yield f'<text x="{_LEFT}" y="29" fill="{colour}">{escape(said)}</text>'
    for value in ticks:
        stroke = "#e4e4e4" if value else "#999"
        up = y(value)
        yield (
            f'<line x1="{_LEFT}" x2="{_WIDTH - _RIGHT}" y1="{up:.1f}" y2="{up:.1f}" '
            f'stroke="{stroke}"/>'
        )
        yield (
            f'<text x="{_LEFT - 4}" y="{up + 4:.1f}" text-anchor="end" fill="{_GREY}">'
            f"{value:.4g}</text>"
        )
    foot = _HEIGHT - _BOTTOM + 15
    sizes = claim.curve.sizes
    yield f'<text x="{_LEFT}" y="{foot}" fill="{_GREY}">{told(sizes[0])}</text>'
    yield (
        f'<text x="{_WIDTH - _RIGHT}" y="{foot}" text-anchor="end" fill="{_GREY}">'
        f"{told(sizes[-1])}</text>"
    )
