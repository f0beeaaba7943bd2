"""Pictures as SVG, written by hand: a figure over the values that were swept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

_WIDTH, _HEIGHT = 640, 320
_LEFT, _RIGHT, _TOP, _BOTTOM = 56, 190, 36, 44
_COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00")
"""Told apart by people who see few colours (Okabe and Ito 2008)."""


def lines(title: str, values: Sequence[str], series: Mapping[str, Sequence[float | None]]) -> str:
    """A line for each series over ``values``, which stand at equal distances in their order.

    Every series has its own scale, from 0 to its largest value, which its name tells; so that
    shares and lengths stand in one picture. None leaves a gap.
    """
    x = _places(len(values))
    parts = [
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" '
            'font-family="sans-serif" font-size="12">'
        ),
        f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="white"/>',
        f'<text x="{_LEFT}" y="20" font-size="14">{escape(title)}</text>',
    ]
    for share in (0.0, 0.25, 0.5, 0.75, 1.0):
        y = _y(share)
        parts.append(
            f'<line x1="{_LEFT}" x2="{_WIDTH - _RIGHT}" y1="{y:.1f}" y2="{y:.1f}" stroke="#ddd"/>'
        )
    for at, value in zip(x, values, strict=True):
        parts.append(
            f'<text x="{at:.1f}" y="{_HEIGHT - _BOTTOM + 18}" text-anchor="middle">'
            f"{escape(value)}</text>"
        )
    for number, (name, found) in enumerate(series.items()):
        parts += _series(number, name, x, found)
    return "\n".join([*parts, "</svg>"]) + "\n"


def _places(count: int) -> list[float]:
    width = _WIDTH - _LEFT - _RIGHT
    step = width / max(1, count - 1)
    return [_LEFT + step * at for at in range(count)] if count > 1 else [_LEFT + width / 2]


def _y(share: float) -> float:
    return _HEIGHT - _BOTTOM - share * (_HEIGHT - _TOP - _BOTTOM)


def _series(number: int, name: str, x: Sequence[float], found: Sequence[float | None]) -> list[str]:
    colour = _COLOURS[number % len(_COLOURS)]
    largest = max((value for value in found if value is not None), default=0.0)
    points = [
        None if value is None else (at, _y(value / largest if largest else 0.0), value)
        for at, value in zip(x, found, strict=True)
    ]
    parts, path = [], ""
    for point in points:
        if point is None:
            path += " "
            continue
        at, y, value = point
        path += f"{'L' if path and not path.endswith(' ') else 'M'}{at:.1f},{y:.1f}"
        parts.append(
            f'<circle cx="{at:.1f}" cy="{y:.1f}" r="3.5" fill="{colour}">'
            f"<title>{escape(name)} {value:.4g}</title></circle>"
        )
    row = _TOP + 18 * number + 6
    side = _WIDTH - _RIGHT + 16
    label = f"{name} (top: {largest:.4g})"
    parts.insert(0, f'<path d="{path.strip()}" fill="none" stroke="{colour}" stroke-width="2"/>')
    parts.append(f'<rect x="{side}" y="{row - 9}" width="10" height="10" fill="{colour}"/>')
    parts.append(f'<text x="{side + 15}" y="{row}">{escape(label)}</text>')
    return parts
