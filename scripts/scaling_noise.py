"""How often `mcqtest scaling` says something of noise: the table of docs/scaling.md.

    python scripts/scaling_noise.py

Of curves without any trend, whose scores move by 10 points (normal, or Student's t with three
degrees of freedom: now and then a model stands far out), the share that breaks through by the rule,
and the share with a Mann-Kendall p-value of 0.05 or less. Then 160 scores of which each resembles
the one before (AR(1)), as consecutive checkpoints do.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))
from mcqtest.metrics.scaling import Figure, claims, curves

CURVES = 20_000


def shares(rows: Sequence[Sequence[float]]) -> tuple[float, float]:
    """Of curves that break through, and of those with a trend, each looked at alone."""
    broke = trends = 0
    for row in rows:
        figures = [
            Figure(task="t", size=2.0**at, score=float(score), low=0.0, high=100.0)
            for at, score in enumerate(row)
        ]
        (claim,) = claims(curves(figures))
        broke += claim.broke_through
        trends += claim.p_value <= 0.05
    return broke / len(rows), trends / len(rows)


def main() -> None:
    draw = np.random.default_rng(18)
    print("sizes noise    broke through  p <= 0.05")
    for sizes in (6, 7, 8, 10, 12, 16):
        for name, rows in (
            ("normal", draw.normal(50, 10, (CURVES, sizes))),
            ("t, 3", 50 + 10 * draw.standard_t(3, (CURVES, sizes))),
        ):
            broke, trends = shares(rows)
            print(f"{sizes:5} {name:8} {broke:13.2%} {trends:10.2%}")
    for link in (0.0, 0.5, 0.8, 0.9):
        noise = draw.normal(0, 10, (CURVES // 10, 260))
        for at in range(1, 260):
            noise[:, at] += link * noise[:, at - 1]
        broke, trends = shares(50 + noise[:, 100:])
        print(f"  160 AR {link:3.1f}   {broke:13.2%} {trends:10.2%}")


if __name__ == "__main__":
    main()
