"""Does a task rise or fall with size, or is that what chance does? Mann-Kendall, exactly.

Under the null hypothesis every order of the scores is equally likely: nothing is assumed of how
much a model of one size moves by itself (a model near chance that answers A to everything moves
with the share of A). What it takes for granted is that models are trained apart. Consecutive
checkpoints of one run are not: each resembles the one before. Where there are more than `MOST`
sizes, consecutive ones are therefore taken together to `BLOCKS`, within which most of that
resemblance is gone.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from itertools import combinations, pairwise
from math import fsum

MOST, BLOCKS = 24, 8


def blocks(values: Sequence[float]) -> list[float]:
    """Means of consecutive values where there are more than `MOST`; else the values."""
    n = len(values)
    if n <= MOST:
        return list(values)
    cuts = [at * n // BLOCKS for at in range(BLOCKS + 1)]
    return [fsum(values[low:high]) / (high - low) for low, high in pairwise(cuts)]


def mann_kendall(values: Sequence[float]) -> tuple[float, float]:
    """Kendall's tau-b of the values with their places, and its exact two-sided p-value, given the
    ties (Mann 1945; Kendall 1948). tau is 0 and p is 1 where all are equal or there are fewer
    than two.
    """
    pairs = list(combinations(values, 2))
    up, down = sum(a < b for a, b in pairs), sum(a > b for a, b in pairs)
    if not up + down:
        return 0.0, 1.0
    tau = (up - down) / (len(pairs) * (up + down)) ** 0.5
    ties = tuple(sorted(values.count(each) for each in set(values)))
    ways = _inversions(ties)
    rarer = sum(ways[: min(up, down) + 1])  # symmetric: as many ways up as down
    return tau, min(1.0, 2 * rarer / sum(ways))


def smallest_p(sizes: int) -> float:
    """What a curve of so many sizes that rises at every step comes to."""
    return mann_kendall(range(sizes if sizes <= MOST else BLOCKS))[1]


@cache
def _inversions(ties: tuple[int, ...]) -> list[int]:
    """Orders of these groups of equal values, by how many pairs stand the wrong way round:
    coefficients of the Gaussian multinomial, in whole numbers.
    """
    ways, held = [1], 0
    for count in ties:
        for each in range(1, count + 1):
            held += 1
            ways = _divided(_times(ways, held), each)
    return ways


def _times(ways: list[int], length: int) -> list[int]:
    """By ``1 + q + ... + q^(length - 1)``."""
    whole, total = [], 0
    for at in range(len(ways) + length - 1):
        total += ways[at] if at < len(ways) else 0
        total -= ways[at - length] if at >= length else 0
        whole.append(total)
    return whole


def _divided(ways: list[int], length: int) -> list[int]:
    """The reverse of `_times`."""
    found: list[int] = []
    for at in range(len(ways) - length + 1):
        before = found[at - length] if at >= length else 0
        found.append(ways[at] - (ways[at - 1] if at else 0) + before)
    return found


def holm(p_values: Sequence[float]) -> list[float]:
    """Holm's adjusted p-values, valid however the tests depend on each other."""
    order = sorted(range(len(p_values)), key=p_values.__getitem__)
    adjusted, most = [1.0] * len(p_values), 0.0
    for rank, at in enumerate(order):
        most = max(most, min(1.0, (len(order) - rank) * p_values[at]))
        adjusted[at] = most
    return adjusted
