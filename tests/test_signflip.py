"""Sign flips against plain counting, exact whole numbers and McNemar's test."""

from __future__ import annotations

import itertools
import math
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from numpy.typing import NDArray

from mcqtest.gate import signflip, tails
from mcqtest.gate.signflip import sign_flips
from mcqtest.gate.stats import mcnemar

Floats = NDArray[np.float64]

few = st.lists(st.integers(-5, 5), max_size=8)
"""Differences of votes, in whole votes."""
any_size = st.lists(st.integers(-(10**6), 10**6), max_size=8)
"""Whole numbers so large that few have a common step worth the name."""

HEAVY: dict[str, Callable[[np.random.Generator, int], Floats]] = {
    "normal": lambda rng, n: rng.standard_normal(n),
    "t2": lambda rng, n: rng.standard_t(2, n),
    "cauchy": lambda rng, n: rng.standard_cauchy(n),
    "lognormal": lambda rng, n: rng.lognormal(0, 1.5, n) * rng.choice([-1, 1], n),
    "whole and real": lambda rng, n: np.where(
        rng.random(n) < 0.5, rng.choice([-1.0, 1.0], n), rng.uniform(-1, 1, n)
    ),
}


def counted(differences: Sequence[int]) -> Fraction:
    """The share of sign patterns that lose as much, one by one."""
    patterns = itertools.product(*((-abs(d), abs(d)) for d in differences))
    hits = sum(sum(pattern) <= sum(differences) for pattern in patterns)
    return Fraction(hits, 2 ** len(differences))


def convolved(differences: Sequence[int]) -> Fraction:
    """The same for many: a big whole number holds how many patterns lose each sum."""
    moved = [d for d in differences if d]
    width = len(moved) + 1
    ways = 1
    for d in moved:
        ways += ways << abs(d) * width
    digits = f"{ways >> -sum(d for d in moved if d < 0) * width:b}"
    digits = digits.zfill(-(-len(digits) // width) * width)
    total = sum(int(digits[at : at + width], 2) for at in range(0, len(digits), width))
    return Fraction(total, 2 ** len(moved))


def relative(found: float, exact: Fraction) -> float:
    return float(Fraction(found) / exact - 1)


# --- exact values -----------------------------------------------------------------------------


@given(few, st.sampled_from([1, 2, 3, 5, 7, 10, 100]))
def test_votes_are_exact(votes: list[int], voters: int) -> None:
    """Shares of votes, which are no round floats, give what counting whole votes gives."""
    p = sign_flips([vote / voters for vote in votes])
    assert p == pytest.approx(float(counted(votes)), rel=1e-9)


@given(few)
def test_whole_steps_are_exact_where_few_changed_too(votes: list[int]) -> None:
    """What is summed up for many questions is right for as few as can be counted by hand."""
    assume(any(vote < 0 for vote in votes))
    moved = np.array([vote for vote in votes if vote], dtype=float)
    assert signflip._whole(moved) == pytest.approx(float(counted(votes)), rel=1e-9)


@given(few, few)
def test_scores_may_carry_rounding(old: list[int], new: list[int]) -> None:
    """0.8 - 0.2 and 1 - 0.4 are the same three fifths, and a tie of their sums is a tie."""
    pairs = list(zip(old, new, strict=False))
    p = sign_flips([after / 5 - before / 5 for before, after in pairs])
    assert p == pytest.approx(float(counted([after - before for before, after in pairs])), rel=1e-9)


@given(any_size)
def test_real_numbers_are_exact_where_few_changed(differences: list[int]) -> None:
    """Sizes without a step are counted pattern by pattern."""
    assert sign_flips(differences) == pytest.approx(float(counted(differences)), rel=1e-9)


@pytest.mark.parametrize("n", [2, 3, 11, 20, 31, 32])
def test_counting_in_halves_is_exact(n: int) -> None:
    """Patterns of either half are counted apart; together they are all of them."""
    rng = np.random.default_rng(n)
    for differences in (rng.integers(-9, 10, n), rng.integers(-1000, 900, n)):
        loss = -float(differences.sum())
        found = tails._counted(np.abs(differences.astype(float)), loss)
        assert abs(relative(found, convolved(differences.tolist()))) < 1e-12


@given(st.integers(0, 400), st.integers(0, 400), st.floats(1e-3, 1e3))
def test_right_and_wrong_give_mcnemars_test(lost: int, won: int, unit: float) -> None:
    """One size, whatever it is, is the binomial test of how many were lost."""
    p = sign_flips([-unit] * lost + [unit] * won + [0.0] * 7)
    assert p == pytest.approx(mcnemar(lost, won), rel=1e-12)


@pytest.mark.parametrize("drift", [0.3, 0.0, -0.1, -0.3, -0.8, -2.0, -9.0])
@pytest.mark.parametrize("n", [40, 200, 1000])
def test_votes_are_exact_far_out_in_the_tail(n: int, drift: float) -> None:
    """The relative error stays below 1e-9 down to the smallest p-values that floats hold."""
    votes = np.rint(np.random.default_rng(n).normal(drift, 2, n)).astype(int).tolist()
    exact = convolved(votes)
    if exact < sys.float_info.min:
        assert sign_flips(votes) == sys.float_info.min
    else:
        assert abs(relative(sign_flips([vote / 5 for vote in votes]), exact)) < 1e-9


@pytest.mark.parametrize("drift", [0, -20, -60, -150])
def test_thousandths_are_exact(drift: int) -> None:
    """Hundreds of sizes are as exact as five, and so is the chance of a gain."""
    rng = np.random.default_rng(8)
    thousandths = (np.rint(rng.standard_t(3, 150) * 100).astype(int) + drift).tolist()
    for sign in (1, -1):
        differences = [sign * d for d in thousandths]
        p = sign_flips([d / 1000 for d in differences])
        assert abs(relative(p, convolved(differences))) < 1e-9


def test_many_votes_of_two_sizes_are_exact() -> None:
    """35,030 questions: two binomial distributions, added up in whole numbers."""
    ones, twos = (6000, 6300), (11_300, 11_430)  # won, lost
    p = sign_flips([0.5] * 6000 + [-0.5] * 6300 + [1.0] * 11_300 + [-1.0] * 11_430)
    ways: list[list[int]] = []
    for n in (sum(ones), sum(twos)):
        row = [1]
        for k in range(n):
            row.append(row[-1] * (n - k) // (k + 1))
        ways.append(row)
    tail = list(itertools.accumulate(reversed(ways[0])))  # tail[j]: at least n - j are lost
    total, least = 0, ones[1] + 2 * twos[1]
    for k, count in enumerate(ways[1]):
        short = len(ways[0]) - 1 - max(0, least - 2 * k)
        total += count * tail[short] if short >= 0 else 0
    assert 1e-3 < p < 0.1
    assert abs(relative(p, Fraction(total, 2 ** (sum(ones) + sum(twos))))) < 1e-9


def test_table() -> None:
    """Values that can be checked by hand."""
    assert sign_flips([]) == sign_flips([0.0, 0.0]) == 1.0
    assert sign_flips([-1.0]) == 1 / 2
    assert sign_flips([1.0]) == 1.0
    assert sign_flips([-0.1, -0.2]) == pytest.approx(1 / 4)
    assert sign_flips([-0.1, -0.2, 0.3]) == pytest.approx(5 / 8)  # 0, 0, 0.2, 0.4, 0.6 of eight
    assert sign_flips([-math.pi, -math.e, math.sqrt(2)]) == 2 / 8


def test_it_is_never_zero() -> None:
    """A value below the range of normal floats is the smallest of them, by every way."""
    sizes = np.random.default_rng(0).uniform(1, 2, 2000)
    for lost in (-np.ones(2000), -np.rint(10 * sizes), -sizes):
        assert sign_flips(lost) == sys.float_info.min


# --- the upper bound --------------------------------------------------------------------------


@pytest.mark.parametrize("drift", [1.0, 0.0, -0.4, -0.8])
@pytest.mark.parametrize("name", HEAVY)
def test_real_numbers_are_never_too_significant(monkeypatch, name: str, drift: float) -> None:
    """The bound is not below the exact value, and close to it, whatever the tails are like."""
    for n in (25, 32):
        differences = HEAVY[name](np.random.default_rng(n), n) + drift
        sizes = np.sort(np.abs(differences[differences != 0]))
        loss = -float(differences.sum()) - 1e-9
        monkeypatch.setattr(tails, "FEW", 32)
        exact = tails.bound(sizes, loss)
        monkeypatch.setattr(tails, "FEW", 4)
        assert exact * (1 - 1e-9) <= tails.bound(sizes, loss) <= exact * 1.1


@pytest.mark.parametrize("z", [-2.0, 0.0, 1.0, 2.0, 4.0, 6.0, 10.0])
@pytest.mark.parametrize("name", HEAVY)
def test_the_bound_is_close_to_exact_values_for_many(name: str, z: float) -> None:
    """Where the exact value of 3,000 differences can be had as well, the bound lies just above."""
    differences = np.rint(300 * HEAVY[name](np.random.default_rng(1), 3000))
    differences = np.clip(differences, -3000, 3000)
    # Flip signs until the loss is z standard deviations.
    order = np.argsort(np.abs(differences))
    for i in order:
        loss = -differences.sum() / math.sqrt(differences @ differences)
        differences[i] = math.copysign(differences[i], loss - z)
    assert signflip._steps(differences[differences != 0], 0.0) is not None
    exact = sign_flips(differences)
    sizes = np.sort(np.abs(differences[differences != 0]))
    bound = tails.bound(sizes, -float(differences.sum()))
    assert exact * (1 - 1e-9) <= bound <= exact * (1.015 + 0.004 * max(0, z))


def test_the_bound_agrees_with_random_flips() -> None:
    """Of 40,000 random patterns, about as many lose as much as the bound says."""
    rng = np.random.default_rng(3)
    differences = rng.standard_t(3, 300) - 0.12
    signs = rng.choice([-1.0, 1.0], size=(40_000, 300))
    share = (1 + (signs @ np.abs(differences) >= -differences.sum()).sum()) / 40_001
    p = sign_flips(differences)
    assert 0.005 < p < 0.2
    assert abs(p - share) < 0.01 * p + 4 * math.sqrt(p / 40_000)


def test_the_bound_holds_for_a_single_pattern() -> None:
    """Forty differences of like size, all lost: one pattern of all, and the bound just above."""
    p = sign_flips(-np.random.default_rng(9).uniform(1, 2, 40))
    assert 2**-40 <= p < 2**-40 * (1 + 1e-5)


@pytest.mark.parametrize("outliers", [[-1e3], [1e5, -1e5], [-1e4, 2e4, -1e4], [-3e3, -4e3, -5e3]])
def test_a_few_outliers_do_not_hide_the_rest(outliers: list[float]) -> None:
    """The bound stays close where one difference is larger than all the others together."""
    rest = np.random.default_rng(6).standard_normal(60) - 0.2
    alone = sign_flips(rest)
    shares = []
    for signs in itertools.product((-1, 1), repeat=len(outliers)):
        beyond = float(sum(signs * np.abs(outliers)) + sum(outliers))
        shares.append(alone if beyond == 0 else float(beyond > 0))
    p = sign_flips(np.concatenate([outliers, rest]))
    assert p == pytest.approx(sum(shares) / len(shares), rel=1e-4)


def test_dust_beside_a_few_large_differences_does_not_matter() -> None:
    """Thousands of differences too small to tell from rounding leave the others' p-value."""
    rng = np.random.default_rng(4)
    large, dust = rng.standard_normal(30) - 0.5, 1e-9 * rng.standard_normal(5000)
    alone = sign_flips(large)
    assert sign_flips(np.concatenate([large, dust])) == pytest.approx(alone, rel=0.02)


# --- laws -------------------------------------------------------------------------------------

reals = st.builds(
    lambda seed, drift: (HEAVY["t2"](np.random.default_rng(seed), 50) + drift).tolist(),
    st.integers(0, 10**6),
    st.sampled_from([0.1, 0, -0.2, -0.5, -1]),
)
"""Enough for the bound."""


@given(few | any_size | reals, st.randoms(use_true_random=False))
def test_order_and_zeros_do_not_matter(differences: list[float], random) -> None:
    """Only the changed questions carry information, wherever they stand."""
    mixed = [*differences, 0, 0, 0]
    random.shuffle(mixed)
    assert sign_flips(mixed) == pytest.approx(sign_flips(differences), rel=1e-9)


@given(few | any_size | reals, st.floats(1e-300, 1e300))
def test_units_do_not_matter(differences: list[float], unit: float) -> None:
    """Points, shares and logarithms to any base have the same p-value."""
    scaled = sign_flips([d * unit for d in differences])
    assert scaled == pytest.approx(sign_flips(differences), rel=1e-6)


@given(few | any_size | reals, st.data())
def test_a_worse_difference_never_raises_p(differences: list[float], data) -> None:
    """So whoever is better than a symmetric candidate is not rejected more often than that."""
    assume(differences)
    at = data.draw(st.integers(0, len(differences) - 1))
    worse = differences[at] - data.draw(st.sampled_from([0, 1, 2, 3, 7, 10**6]))
    changed = [*differences[:at], worse, *differences[at + 1 :]]
    # The bound is not the same number of per cent too high on both sides.
    room = 1.06 if len(differences) == 50 else 1 + 1e-9
    assert sign_flips(changed) <= sign_flips(differences) * room


@given(few | any_size)
def test_both_directions_share_only_ties(differences: list[int]) -> None:
    """The p-values of a loss and of the same gain add up to 1 and the chance of that very sum."""
    patterns = itertools.product(*((-abs(d), abs(d)) for d in differences))
    ties = sum(sum(pattern) == sum(differences) for pattern in patterns) / 2 ** len(differences)
    both = sign_flips(differences) + sign_flips([-d for d in differences])
    assert both == pytest.approx(1 + ties, rel=1e-9)


@given(few | any_size | reals)
def test_clusters_of_one_are_no_clusters(differences: list[float]) -> None:
    """A label of its own for each question changes nothing."""
    alone = sign_flips(differences, clusters=range(len(differences)))
    assert alone == pytest.approx(sign_flips(differences), rel=1e-9)


@given(st.lists(st.tuples(st.integers(-5, 5), st.sampled_from("abcd")), max_size=20))
def test_a_cluster_is_one_difference(votes: list[tuple[int, str]]) -> None:
    """Differences of one label are added up first, in whatever order they come."""
    sums: Counter[str] = Counter()
    for vote, label in votes:
        sums[label] += vote
    labels = [label for _, label in votes]
    p = sign_flips([vote / 5 for vote, _ in votes], clusters=labels)
    assert p == pytest.approx(float(counted(list(sums.values()))), rel=1e-9)


def test_clusters_that_cancel_say_nothing() -> None:
    """0.1 + 0.2 - 0.3 is not 0 as a float; a hundred such clusters are no evidence."""
    assert sum([0.1, 0.2, -0.3]) != 0
    labels = [i // 3 for i in range(300)]
    assert sign_flips([-0.1, -0.2, 0.3] * 100, clusters=labels) == 1.0


def test_one_passage_is_one_observation() -> None:
    """Twelve questions lost on two passages are no more than two passages lost."""
    assert sign_flips([-1.0] * 12) == mcnemar(12, 0)
    assert sign_flips([-1.0] * 12, clusters=["rain"] * 6 + ["snow"] * 6) == 1 / 4


@pytest.mark.parametrize("wrong", [[math.nan], [1.0, -math.inf], [[1.0, 2.0]], 1.0])
def test_numbers_are_checked(wrong) -> None:
    """What is not a row of finite numbers is refused."""
    with pytest.raises(ValueError, match="finite"):
        sign_flips(wrong)


def test_labels_are_checked() -> None:
    """Every difference has a label."""
    with pytest.raises(ValueError, match="2 differences and 1 cluster labels"):
        sign_flips([1.0, 2.0], clusters=["a"])


def test_the_largest_floats_do_not_overflow() -> None:
    """Sums are taken of shares of the largest difference."""
    top = sys.float_info.max
    assert sign_flips([-top, -top, -top]) == 1 / 8
    assert sign_flips([-top, -top, -top], clusters="aab") == pytest.approx(1 / 4)
    assert sign_flips([-5e-324, -5e-324]) == 1 / 4
