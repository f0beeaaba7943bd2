"""p-values, intervals and corrections as statsmodels and scipy have them."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.optimize import brentq
from scipy.stats import norm, permutation_test
from statsmodels.stats.contingency_tables import mcnemar
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import proportion_confint

from mcqtest.gate import compared, signflip, stats
from mcqtest.gate.drops import largest_drop
from mcqtest.types import Comparison

COUNTS = st.tuples(st.integers(0, 300), st.integers(0, 300))


@given(COUNTS)
def test_mcnemar_is_half_of_the_two_sided_test(found: tuple[int, int]) -> None:
    """It doubles the smaller tail and stops at 1."""
    lost, won = found
    theirs = mcnemar([[0, lost], [won, 0]], exact=True).pvalue
    ours = stats.mcnemar(lost, won)
    assume(lost != won)
    smaller = ours if lost > won else stats.mcnemar(won, lost)
    assert min(1.0, 2 * smaller) == pytest.approx(theirs, rel=1e-9)


@given(st.integers(1, 20_000), st.floats(0, 1), st.sampled_from([0.9, 0.95, 0.99]))
def test_wilson(n: int, share: float, confidence: float) -> None:
    """The interval of an accuracy."""
    right = round(n * share)
    theirs = proportion_confint(right, n, alpha=1 - confidence, method="wilson")
    assert stats.wilson(right, n, confidence) == pytest.approx(theirs, abs=1e-9)


@given(st.lists(COUNTS, min_size=1, max_size=20))
def test_adjusted_p_values_are_bonferronis_where_levels_are_equal(
    found: list[tuple[int, int]],
) -> None:
    """Of m comparisons, each at alpha / m."""
    alpha = 0.01
    p_values = [stats.mcnemar(lost, won) for lost, won in found]
    theirs = multipletests(p_values, alpha=alpha, method="bonferroni")
    ours = [
        Comparison(1000, lost, won, p, alpha / len(found), p_beyond=p)
        for (lost, won), p in zip(found, p_values, strict=True)
    ]
    assert [each.adjusted(alpha) for each in ours] == pytest.approx(list(theirs[1]))
    assert [each.regressed for each in ours] == list(theirs[0])


@settings(max_examples=40, deadline=None)
@given(st.lists(st.sampled_from([-2, -1, -0.6, -0.25, 0.3, 0.5, 1, 1.75]), min_size=2, max_size=9))
def test_sign_flips_are_scipys_permutations_of_pairs(changes: list[float]) -> None:
    """All patterns of signs, of which so many lose as much."""
    theirs = permutation_test(
        (np.array(changes), np.zeros(len(changes))),
        lambda new, old, axis: (new - old).sum(axis=axis),
        permutation_type="samples",
        vectorized=True,
        n_resamples=np.inf,
        alternative="less",
    )
    assert signflip.sign_flips(changes) == pytest.approx(theirs.pvalue, rel=1e-9)


def tango(n: int, lost: int, won: int, level: float) -> float:
    """The upper score limit of a paired difference (Tango 1998, Statistics in Medicine 17:891-908,
    equations 5 to 8): where the score statistic meets the quantile.
    """

    def score(drop: float) -> float:
        a, b, c = 2 * n, -(lost + won) + (2 * n - lost + won) * drop, -won * drop * (1 - drop)
        q = (-b + math.sqrt(b * b - 4 * a * c)) / (2 * a)
        return (lost - won - n * drop) / math.sqrt(n * (2 * q + drop * (1 - drop)))

    quantile = float(norm.ppf(level))
    seen = (lost - won) / n
    return float(brentq(lambda drop: score(drop) - quantile, seen + 1e-9, 0.999))


@pytest.mark.parametrize("changed", [60, 270, 900])
@pytest.mark.parametrize("n", [2_822, 14_042])
def test_limits_are_near_the_score_interval(n: int, changed: int) -> None:
    """Ours is exact, theirs holds its level about."""
    for lost in (changed // 3, changed // 2, changed * 2 // 3):
        theirs = tango(n, lost, changed - lost, 0.01)
        ours = largest_drop(n, lost, changed - lost, 0.01)
        assert ours == pytest.approx(theirs, abs=0.05 * (theirs - (2 * lost - changed) / n))


@given(st.lists(st.sampled_from([-1.0, 0.0, 1.0]), min_size=1, max_size=200))
def test_a_comparison_says_what_they_say(moved: list[float]) -> None:
    """From changes of questions to its p-value."""
    found = compared(len(moved), moved, 0.01, alpha=0.01)
    lost, won = moved.count(-1.0), moved.count(1.0)
    assert (found.lost, found.won) == (lost, won)
    table = [[0, lost], [won, 0]]
    if lost > won:
        assert 2 * found.p_value == pytest.approx(min(1, mcnemar(table).pvalue), rel=1e-9)
