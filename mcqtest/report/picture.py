"""Pictures as SVG, written by hand: a figure over swept values, or over checkpoints."""

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
    parts = [*_frame(title), *(_rule(_y(share)) for share in (0.0, 0.25, 0.5, 0.75, 1.0))]
    for at, value in zip(x, values, strict=True):
        parts.append(_label(at, _HEIGHT - _BOTTOM + 18, value, "middle"))
    for number, (name, found) in enumerate(series.items()):
        parts += _series(number, name, x, found)
    return "\n".join([*parts, "</svg>"]) + "\n"


def courses(
    title: str,
    names: Sequence[str],
    series: Mapping[str, Sequence[tuple[float, float, float] | None]],
) -> str:
    """Fractions with their intervals, (low, value, high) each, a colour for each series, all on one
    scale. None leaves a gap. Names stand below as far as there is room.
    """
    known = [each for found in series.values() for each in found if each is not None]
    low = max(0.0, min((each[0] for each in known), default=0.0) - 0.02)
    high = min(1.0, max((each[2] for each in known), default=1.0) + 0.02)

    def y(value: float) -> float:
        return _y((value - low) / (high - low))

    x = _places(len(names))
    parts = [*_frame(title)]
    for share in (0.0, 0.25, 0.5, 0.75, 1.0):
        value = low + share * (high - low)
        parts += [_rule(_y(share)), _label(_LEFT - 6, _y(share) + 4, f"{value:.3f}", "end")]
    every = max(1, -(-len(names) // _LABELS))
    for at, name in zip(x[::every], names[::every], strict=True):
        short = name if len(name) <= _LONGEST else f"{name[: _LONGEST - 1]}\u2026"
        parts.append(_label(at, _HEIGHT - _BOTTOM + 18, short, "middle"))
    for number, (name, found) in enumerate(series.items()):
        colour = _COLOURS[number % len(_COLOURS)]
        path = ""
        for at, each in zip(x, found, strict=True):
            if each is None:
                path += " "
                continue
            bottom, value, top = each
            path += f"{'L' if path and not path.endswith(' ') else 'M'}{at:.1f},{y(value):.1f}"
            parts.append(
                f'<line x1="{at:.1f}" x2="{at:.1f}" y1="{y(bottom):.1f}" y2="{y(top):.1f}" '
                f'stroke="{colour}"/><circle cx="{at:.1f}" cy="{y(value):.1f}" r="3.5" '
                f'fill="{colour}"><title>{escape(name)} {value:.4f}</title></circle>'
            )
        parts.append(f'<path d="{path.strip()}" fill="none" stroke="{colour}" stroke-width="2"/>')
        parts += _legend(number, name)
    return "\n".join([*parts, "</svg>"]) + "\n"


_LABELS, _LONGEST = 6, 12
"""Names below a picture, and characters of each."""


def _frame(title: str) -> list[str]:
    """What every picture begins with."""
    return [
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" '
            'font-family="sans-serif" font-size="12">'
        ),
        f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="white"/>',
        f'<text x="{_LEFT}" y="20" font-size="14">{escape(title)}</text>',
    ]


def _rule(y: float) -> str:
    return f'<line x1="{_LEFT}" x2="{_WIDTH - _RIGHT}" y1="{y:.1f}" y2="{y:.1f}" stroke="#ddd"/>'


def _label(x: float, y: float, text: str, anchor: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(text)}</text>'


def _legend(number: int, label: str) -> list[str]:
    """What a series is called, beside the picture."""
    row, side = _TOP + 18 * number + 6, _WIDTH - _RIGHT + 16
    colour = _COLOURS[number % len(_COLOURS)]
    return [
        f'<rect x="{side}" y="{row - 9}" width="10" height="10" fill="{colour}"/>',
        f'<text x="{side + 15}" y="{row}">{escape(label)}</text>',
    ]


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
    parts.insert(0, f'<path d="{path.strip()}" fill="none" stroke="{colour}" stroke-width="2"/>')
    return [*parts, *_legend(number, f"{name} (top: {largest:.4g})")]
