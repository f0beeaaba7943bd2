"""Exact tests against slow exact arithmetic, scipy.stats and simulation."""

from __future__ import annotations

import json
import math
import sys
from fractions import Fraction
from random import Random

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.stats import binom, binomtest, t

from mcqtest.gate import stats

Counts = NDArray[np.int64]

counts = st.integers(0, 400)
levels = st.floats(1e-9, 0.5) | st.integers(1, 30).map(lambda power: 0.5**power)


def upper_tail(lost: int, changed: int) -> Fraction:
    """P(Bin(changed, 1/2) >= lost), exactly."""
    ways = total = math.comb(changed, lost)
    for k in range(lost, changed):
        ways = ways * (changed - k) // (k + 1)
        total += ways
    return Fraction(total, 2**changed)


def rejects(lost: Counts, won: Counts, level: float) -> NDArray[np.bool_]:
    """Which comparisons are rejected at ``level``, elementwise."""
    changed = lost + won
    found = [stats.critical(k, level) for k in range(int(changed.max()) + 1)]
    table = np.array([k + 1 if c is None else c for k, c in enumerate(found)])
    return np.asarray(lost >= table[changed])


@given(counts, counts)
def test_mcnemar_is_a_binomial_test(lost: int, won: int) -> None:
    """The p-value equals scipy's one-sided binomial test of the changed questions."""
    changed = lost + won
    peer = binomtest(lost, changed, 0.5, alternative="greater").pvalue if changed else 1.0
    assert stats.mcnemar(lost, won) == pytest.approx(peer, rel=1e-10)


@given(counts, counts)
def test_mcnemar_is_exact(lost: int, won: int) -> None:
    """The p-value equals the sum of binomial coefficients, in whole numbers."""
    assert stats.mcnemar(lost, won) == pytest.approx(float(upper_tail(lost, lost + won)), rel=1e-12)


@pytest.mark.parametrize(("lost", "won"), [(7200, 6842), (8200, 5842), (15000, 14800)])
def test_mcnemar_is_exact_for_many_thousands(lost: int, won: int) -> None:
    """Precision does not fade with the number of changed questions, nor far out in the tail."""
    assert stats.mcnemar(lost, won) == pytest.approx(float(upper_tail(lost, lost + won)), rel=1e-12)


@pytest.mark.parametrize(
    ("lost", "won", "p_value"),
    [(0, 0, 1.0), (0, 9, 1.0), (4, 0, 1 / 16), (5, 0, 1 / 32), (1, 1, 3 / 4), (8, 2, 56 / 1024)],
)
def test_mcnemar_table(lost: int, won: int, p_value: float) -> None:
    """Values that can be checked by hand; nothing lost is never evidence of a loss."""
    assert stats.mcnemar(lost, won) == p_value


def test_mcnemar_is_never_zero() -> None:
    """A value below the range of normal floats is the smallest of them, so logs stay finite."""
    assert stats.mcnemar(1022, 0) == 0.5**1022 == sys.float_info.min
    assert stats.mcnemar(50_000, 0) == sys.float_info.min


def test_counts_are_checked() -> None:
    """Impossible counts are errors rather than figures."""
    with pytest.raises(ValueError, match="lost=-1"):
        stats.mcnemar(-1, 3)
    with pytest.raises(ValueError, match="won=-1"):
        stats.mcnemar(3, -1)
    with pytest.raises(ValueError, match="changed=-1"):
        stats.critical(-1, 0.01)
    with pytest.raises(ValueError, match="changed=6, n=5"):
        stats.min_detectable_drop(5, 6, 0.01)
    with pytest.raises(ValueError, match="successes=6, n=5"):
        stats.wilson(6, 5)


@pytest.mark.parametrize("outside", [-0.1, 0.0, 1.0, 5.0, math.nan])
def test_probabilities_are_checked(outside: float) -> None:
    """A level or power outside (0, 1), such as a percentage, is an error."""
    for call in (
        lambda: stats.critical(5, outside),
        lambda: stats.min_detectable_drop(100, 5, outside),
        lambda: stats.min_detectable_drop(100, 5, 0.01, outside),
        lambda: stats.wilson(3, 5, outside),
    ):
        with pytest.raises(ValueError, match="expected a probability"):
            call()


@given(st.integers(0, 120), levels)
@example(5, 1 / 32)
def test_critical_separates_rejected_from_not(changed: int, level: float) -> None:
    """As many lost as the critical number or more, and only those, are rejected."""
    critical = stats.critical(changed, level)
    for lost in range(changed + 1):
        rejected = stats.mcnemar(lost, changed - lost) <= level
        assert rejected == (critical is not None and lost >= critical)


@pytest.mark.parametrize("changed", [2_000, 14_042, 60_000])
@pytest.mark.parametrize("level", [1e-200, 8.8e-5, 0.005, 0.3, 0.99])
def test_critical_separates_in_large_comparisons(changed: int, level: float) -> None:
    """The critical number is rejected and one fewer is not, at any size and level."""
    critical = stats.critical(changed, level)
    assert critical is not None
    assert stats.mcnemar(critical, changed - critical) <= level
    assert stats.mcnemar(critical - 1, changed - critical + 1) > level


def test_five_is_the_fewest_at_five_percent() -> None:
    """Four changed questions can never be rejected at 0.05; five can, if all are lost."""
    assert [stats.critical(changed, 0.05) for changed in range(7)] == [None] * 5 + [5, 6]


@given(st.lists(st.floats(0, 1), min_size=1, max_size=30), st.floats(1e-4, 0.49))
def test_unequal_questions_are_not_rejected_more_often(half: list[float], level: float) -> None:
    """Questions lost with different chances, one half on average, keep the level (Hoeffding)."""
    chances = [*half, *(1 - chance for chance in half)]
    lost = np.ones(1)
    for chance in chances:
        lost = np.convolve(lost, [1 - chance, chance])
    critical = stats.critical(len(chances), level)
    assert critical is None or lost[critical:].sum() <= level + 1e-12


def slow_power(drop: float, n: int, changed: int, level: float) -> float:
    """Chance of rejection at a drop, over every possible number of changed questions."""
    churn = max(changed / n, drop)
    total = 0.0
    for k in range(n + 1):
        critical = stats.critical(k, level)
        if critical is not None:
            seen = binom.sf(critical - 1, k, min(1.0, (1 + drop / churn) / 2))
            total += float(binom.pmf(k, n, churn) * seen)
    return total


@settings(max_examples=25, deadline=None)
@given(
    st.integers(8, 80), st.floats(0, 1), st.sampled_from([1e-4, 0.01, 0.05]), st.floats(0.3, 0.95)
)
@example(7, 0.5, 0.01, 0.8)
@example(60, 0.0, 0.01, 0.8)
@example(60, 1.0, 0.01, 0.8)
def test_the_detectable_drop_is_the_smallest(
    n: int, churn: float, level: float, power: float
) -> None:
    """The drop has the power asked for, and one smaller by a fiftieth of a question has not."""
    changed = round(n * churn)
    drop = stats.min_detectable_drop(n, changed, level, power)
    if 0.5**n > level:
        assert drop == 1.0
    else:
        assert slow_power(drop, n, changed, level) >= power - 1e-9
        assert slow_power(drop - 0.02 / n, n, changed, level) < power


@pytest.mark.parametrize(
    ("n", "changed", "level"),
    [(14_042, 562, 0.005), (1_534, 31, 0.01), (200, 20, 0.005 / 57), (100, 2, 0.01)],
)
def test_the_detectable_drop_is_seen_in_simulation(n: int, changed: int, level: float) -> None:
    """Simulated models that are worse by the drop are rejected 80 % of the time."""
    drop = stats.min_detectable_drop(n, changed, level)
    churn = max(changed / n, drop)
    rng = np.random.default_rng(4)
    lost, won, _ = rng.multinomial(
        n, [(churn + drop) / 2, (churn - drop) / 2, 1 - churn], size=100_000
    ).T
    rejected = rejects(lost, won, level)
    assert rejected.mean() == pytest.approx(0.8, abs=4 * math.sqrt(0.16 / 100_000))


@pytest.mark.parametrize("n", [0, 1, 6])
def test_too_few_questions_detect_nothing(n: int) -> None:
    """Where not even losing every question is rejected, the detectable drop is 1."""
    assert stats.min_detectable_drop(n, 0, 0.01) == 1.0
    assert stats.min_detectable_drop(7, 0, 0.01) < 1.0


@pytest.mark.parametrize(
    ("n", "noise", "points"),
    [
        (1319, 0.02, 1.29),
        (1319, 0.06, 2.01),
        (4096, 0.02, 0.65),
        (4096, 0.06, 1.05),
        (14042, 0.02, 0.33),
        (14042, 0.06, 0.54),
    ],
)
def test_known_detectable_drops(n: int, noise: float, points: float) -> None:
    """Drops found by a separate computation are met within 0.02 points at level 0.05.

    There the drop came on top of ``noise``, questions that change either way with equal
    chance, so that the churn seen is the sum of the two.
    """
    changed = round(n * (noise + points / 100))
    assert 100 * stats.min_detectable_drop(n, changed, 0.05) == pytest.approx(points, abs=0.02)


@given(st.integers(20, 3000), st.floats(0, 1), levels, levels)
def test_stricter_levels_need_larger_drops(n: int, churn: float, one: float, other: float) -> None:
    """The detectable drop is JSON-safe and does not shrink when the level does."""
    changed = round(n * churn)
    strict, loose = (
        stats.min_detectable_drop(n, changed, level)
        for level in (min(one, other, 0.4), min(0.4, max(one, other)))
    )
    assert 0 < loose <= strict + 0.01 / n <= 1.0 + 0.01 / n
    assert json.loads(json.dumps(strict)) == strict


@given(st.integers(0, 3000), st.integers(1, 3000), st.sampled_from([0.8, 0.95, 0.99]))
def test_wilson_is_scipys(successes: int, n: int, confidence: float) -> None:
    """The interval equals scipy's Wilson interval and holds the accuracy itself."""
    successes = min(successes, n)
    peer = binomtest(successes, n).proportion_ci(confidence, method="wilson")
    low, high = stats.wilson(successes, n, confidence)
    assert (low, high) == pytest.approx((peer.low, peer.high), abs=1e-12)
    assert 0 <= low <= successes / n <= high <= 1


def test_wilson_of_nothing_is_everything() -> None:
    """Without questions any accuracy is possible."""
    assert stats.wilson(0, 0) == (0.0, 1.0)


@given(st.lists(st.integers(-50, 50), min_size=2, max_size=40), st.sampled_from([0.8, 0.95, 0.99]))
def test_an_interval_of_real_numbers_is_students(tenths: list[int], confidence: float) -> None:
    """As scipy's; where all are the same, it is a point."""
    values = [0.25 + each / 10 for each in tenths]
    low, high = stats.interval(values, confidence)
    mean, spread = float(np.mean(values)), float(np.std(values, ddof=1))
    if spread:
        peer = t.interval(confidence, len(values) - 1, mean, spread / math.sqrt(len(values)))
        assert (low, high) == pytest.approx(peer, rel=1e-9, abs=1e-9)
    else:
        assert (low, high) == pytest.approx((mean, mean))


def test_one_real_number_has_no_interval() -> None:
    """It says nothing about the spread; 0 and 1 are Wilson's, also alone."""
    assert stats.interval([0.5]) == (-math.inf, math.inf)
    assert stats.interval([1.0]) == stats.wilson(1, 1)
    assert stats.interval([0.0, 1.0, 1.0]) == stats.wilson(2, 3)


def test_holm_table() -> None:
    """Holm's adjusted values of a textbook example, in the order given."""
    assert stats.holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert stats.holm([0.6, 0.7]) == [1.0, 1.0]
    assert stats.holm([]) == []


@given(st.lists(st.floats(0, 1), min_size=1, max_size=30), st.floats(0.001, 0.999))
def test_holm_rejects_step_by_step(p_values: list[float], alpha: float) -> None:
    """Adjusted values below alpha are those that the step-down procedure rejects."""
    adjusted = stats.holm(p_values)
    left = sorted(p_values)
    while left and len(left) * left[0] <= alpha:
        left.pop(0)
    assert sum(p <= alpha for p in adjusted) == len(p_values) - len(left)
    assert all(p <= a <= 1 for p, a in zip(p_values, adjusted, strict=True))


@given(st.lists(st.floats(0, 1), min_size=1, max_size=30), st.randoms())
def test_holm_does_not_see_order(p_values: list[float], random: Random) -> None:
    """Permuted p-values have the same adjusted values, permuted alike."""
    order = random.sample(range(len(p_values)), len(p_values))
    adjusted = stats.holm(p_values)
    assert stats.holm([p_values[i] for i in order]) == [adjusted[i] for i in order]


@given(st.lists(st.floats(0, 1), min_size=1, max_size=30), st.floats(0.001, 0.999))
def test_a_run_is_red_alike_under_holm_and_bonferroni(p_values: list[float], alpha: float) -> None:
    """Some comparison is rejected by Holm exactly where Bonferroni rejects one."""
    bonferroni = min(p_values) * len(p_values) <= alpha
    assert (min(stats.holm(p_values)) <= alpha) == bonferroni


@pytest.mark.parametrize("wrong", [-0.1, 1.1, math.nan])
def test_holm_refuses_what_is_no_p_value(wrong: float) -> None:
    """A NaN would sort anywhere and spoil the others, so it is an error."""
    with pytest.raises(ValueError, match="must be in"):
        stats.holm([0.5, wrong])
