"""How often sound candidates are rejected by sign flips, and how long a p-value takes.

`python scripts/level.py` prints two Markdown tables in about half an hour. A pair of models is
a draw of differences from a symmetric distribution; every rate is shown with its 99 % interval
(Clopper & Pearson 1934, Biometrika 26:404-413). Of so many intervals one may lie above its level
by chance, so the program fails where one does that is widened to hold for all together.
The last two rows break the null hypothesis on purpose, and show what is not promised.
"""

from __future__ import annotations

import math
import sys
import time
import zlib
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaincinv

from mcqtest.gate.signflip import sign_flips

Floats = NDArray[np.float64]
Draw = Callable[[np.random.Generator, int], Floats]

LEVELS = (0.05, 0.01, 0.001)
SIZES = (30, 200, 2000)
PAIRS = 10_000
BUNDLE = 5


def signed(sizes: Floats, rng: np.random.Generator) -> Floats:
    return np.where(rng.random(len(sizes)) < 0.5, sizes, -sizes)


def votes(rng: np.random.Generator, n: int) -> Floats:
    """Shares of five votes for the right answer; most questions are certain either way."""
    chance = rng.beta(0.2, 0.2, n)
    new, old = rng.binomial(5, chance) / 5, rng.binomial(5, chance) / 5
    return np.asarray(new - old)


def mixture(rng: np.random.Generator, n: int) -> Floats:
    """Half right or wrong, mostly unchanged, and half a score between 0 and 1."""
    whole = rng.choice([-1.0, 0.0, 1.0], size=n, p=[0.1, 0.8, 0.1])
    return np.where(rng.random(n) < 0.5, whole, rng.beta(2, 2, n) - rng.beta(2, 2, n))


def bundles(rng: np.random.Generator, n: int) -> Floats:
    """Bundles of five questions which move together."""
    return np.repeat(rng.standard_normal(n // BUNDLE), BUNDLE) + rng.standard_normal(n)


def skewed(rng: np.random.Generator, n: int) -> Floats:
    """Mean 0, but not symmetric: many small losses, a few large gains."""
    return rng.lognormal(0, 1, n) - math.exp(0.5)


SOUND: dict[str, Draw] = {
    "normal": lambda rng, n: rng.standard_normal(n),
    "Laplace": lambda rng, n: rng.laplace(size=n),
    "t, 2 degrees": lambda rng, n: rng.standard_t(2, n),
    "lognormal, signed": lambda rng, n: signed(rng.lognormal(0, 1.5, n), rng),
    "five votes": votes,
    "0/1 and real": mixture,
    "bundles of 5, as clusters": bundles,
}
UNSOUND: dict[str, Draw] = {
    "bundles of 5, clusters not told": bundles,
    "skewed, mean 0": skewed,
}


def p_value(differences: Floats, clustered: bool) -> float:
    """The p-value, or 1 where it is above all levels anyway."""
    sums = differences.reshape(-1, BUNDLE).sum(axis=1) if clustered else differences
    if -sums.sum() < math.sqrt(sums @ sums):
        # A loss below one standard deviation has a p-value of at least 3/32 (arXiv 2104.10005).
        return 1.0
    labels = [i // BUNDLE for i in range(len(differences))] if clustered else None
    return sign_flips(differences.tolist(), clusters=labels)


def interval(hits: int, n: int, outside: float = 0.01) -> tuple[float, float]:
    """Clopper and Pearson's interval of a rate."""
    low = float(betaincinv(hits, n - hits + 1, outside / 2)) if hits else 0.0
    return low, float(betaincinv(hits + 1, n - hits, 1 - outside / 2)) if hits < n else 1.0


def rates(name: str, draw: Draw, n: int) -> tuple[str, bool]:
    """A row of the table, and whether no rate lies above its level."""
    rng = np.random.default_rng([zlib.crc32(name.encode()), n])
    found = np.array([p_value(draw(rng, n), name.endswith("as clusters")) for _ in range(PAIRS)])
    cells, kept = [], True
    for level in LEVELS:
        hits = int((found <= level).sum())
        low, high = interval(hits, PAIRS)
        cells.append(f"{hits / PAIRS:.2%} ({low:.2%} to {high:.2%})")
        together = len(SOUND) * len(SIZES) * len(LEVELS)
        kept &= interval(hits, PAIRS, 0.01 / together)[0] <= level
    return f"| {name} | {n} | " + " | ".join(cells) + " |", kept


def main() -> int:
    sound = True
    print(f"{PAIRS:,} pairs a cell\n")
    print("| differences | n |", " | ".join(f"{level:.1%}" for level in LEVELS), "|")
    print("|---" * (2 + len(LEVELS)) + "|")
    for name, draw in (SOUND | UNSOUND).items():
        for n in SIZES if name in SOUND else SIZES[1:2]:
            row, kept = rates(name, draw, n)
            sound &= kept or name in UNSOUND
            print(row, flush=True)
    print("\n| 35,030 questions | p | seconds of the processor |\n|---|---|---|")
    rng = np.random.default_rng(0)
    n = 35_030
    real = rng.standard_normal(n) - 4 / math.sqrt(n)
    some = np.where(rng.random(n) < 0.06, rng.standard_normal(n) - 0.09, 0)
    fifths = np.clip(np.rint(rng.normal(-0.04, 2, n)), -5, 5) / 5
    heavy = rng.standard_t(2, n) - 0.05
    for name, differences in {
        "all changed, normal": real,
        "all changed, t with 2 degrees": heavy,
        "6 % changed, normal": some,
        "fifths": fifths,
        "thousandths": np.round(real / 5, 3),
    }.items():
        numbers = differences.tolist()
        start = time.process_time()
        p = sign_flips(numbers)
        print(f"| {name} | {p:.2g} | {time.process_time() - start:.2f} |")
    return 0 if sound else 1


if __name__ == "__main__":
    sys.exit(main())
