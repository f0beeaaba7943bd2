"""A picture of the table of drops that gates see: a row for each place, a dot for each gate.

    python scripts/simulate.py power | tee power.txt
    python scripts/dots.py power.txt docs/power.svg

Dots are at 2 % churn; a line goes from each to its place at 6 %. The axis is logarithmic.
"""

from __future__ import annotations

import argparse
import math
from collections.abc import Iterator
from html import escape
from pathlib import Path

WIDTH, ROW, LEFT, RIGHT, TOP = 720, 56, 120, 24, 66
LOW, HIGH = 0.3, 100.0
COLOURS = ("#0072b2", "#56b4e9", "#d55e00", "#e69f00")
"""Told apart by people who see few colours (Okabe and Ito 2008)."""


def read(path: Path) -> tuple[list[str], dict[str, list[tuple[float, float]]]]:
    """The places, and for each gate the drop at either churn in each of them."""
    rows = [
        [cell.strip() for cell in line.strip().strip("|").split("|")]
        for line in path.read_text(encoding="utf-8").splitlines()
    ]
    found: dict[str, list[list[float]]] = {}
    for gate, _, *drops in rows[1:]:
        found.setdefault(gate, []).append([float(drop) for drop in drops])
    return rows[0][2:], {
        gate: list(zip(*both, strict=True))  # type: ignore[arg-type]
        for gate, both in found.items()
    }


def x(points: float) -> float:
    share = math.log(points / LOW) / math.log(HIGH / LOW)
    return LEFT + min(1.0, share) * (WIDTH - LEFT - RIGHT)


def picture(places: list[str], gates: dict[str, list[tuple[float, float]]]) -> Iterator[str]:
    height = TOP + ROW * len(places) + 40
    yield (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" '
        'font-family="sans-serif" font-size="12">'
    )
    yield f'<rect width="{WIDTH}" height="{height}" fill="white"/>'
    yield (
        f'<text x="{LEFT}" y="20" font-size="14">The drop that turns four of five runs of MMLU '
        "red, in points</text>"
    )
    for number, gate in enumerate(gates):
        at = LEFT + 130 * number
        yield f'<circle cx="{at + 5}" cy="38" r="5" fill="{COLOURS[number]}"/>'
        yield f'<text x="{at + 15}" y="42">{escape(gate)}</text>'
    for tick in (0.5, 1, 2, 5, 10, 20, 50, 100):
        at, foot = x(tick), height - 30
        yield f'<line x1="{at:.1f}" x2="{at:.1f}" y1="{TOP - 8}" y2="{foot}" stroke="#ddd"/>'
        yield f'<text x="{at:.1f}" y="{foot + 16}" text-anchor="middle">{tick:g}</text>'
    for row, place in enumerate(places):
        middle = TOP + ROW * row + ROW / 2
        yield f'<text x="{LEFT - 10}" y="{middle + 4}" text-anchor="end">{escape(place)}</text>'
        for number, (gate, drops) in enumerate(gates.items()):
            small, large = drops[row]
            y, colour = middle + 10 * (number - 1.5), COLOURS[number]
            title = f"<title>{escape(gate)}: {small:g} at 2 % churn, {large:g} at 6 %</title>"
            yield (
                f'<line x1="{x(small):.1f}" x2="{x(large):.1f}" y1="{y}" y2="{y}" '
                f'stroke="{colour}" stroke-width="3"/>'
            )
            yield f'<circle cx="{x(small):.1f}" cy="{y}" r="5" fill="{colour}">{title}</circle>'
    yield "</svg>"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("table", type=Path)
    parser.add_argument("picture", type=Path)
    given = parser.parse_args()
    given.picture.write_text("\n".join(picture(*read(given.table))) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
