"""How large a drop the answers leave possible: never said to be excluded too often."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from scipy.stats import binom

from mcqtest.gate import drops, extreme, stats
from mcqtest.gate.drops import (
    fewest,
    largest_drop,
    limits,
    mean_at_least,
    mean_at_most,
    mean_limits,
    p_at_least,
    p_at_most,
)

levels = st.sampled_from([0.2, 0.05, 0.01, 0.001])


@st.composite
def counts(draw, most=3000):
    """Questions, and how many of them were lost and won."""
    n = draw(st.integers(1, most))
    lost = draw(st.integers(0, n) | st.integers(0, min(n, 9)))
    return n, lost, draw(st.integers(0, n - lost) | st.integers(0, min(n - lost, 9)))


# --- what is promised ---------------------------------------------------------------------------


@settings(max_examples=25)
@given(st.integers(1, 24), st.floats(-0.5, 0.5), st.floats(0, 1), levels)
def test_a_true_drop_is_excluded_at_most_at_its_level(n, drop, at, level):
    """Exactly, over all outcomes of a model that lost so much, whatever the churn: the chance that
    its drop is said to be excluded.
    """
    churn = abs(drop) + at * (1 - abs(drop))
    wrong = 0.0
    for changed in range(n + 1):
        share = (1 + drop / churn) / 2 if churn else 0.5
        for lost in range(changed + 1):
            if p_at_least(n, lost, changed - lost, drop) <= level:
                wrong += binom.pmf(changed, n, churn) * binom.pmf(lost, changed, share)
    assert wrong <= level


@given(st.integers(1, 4000), st.floats(0.001, 0.5))
def test_nothing_is_given_away_where_nothing_changed(n, drop):
    """The chance that not one question is lost where each is with this probability."""
    assert p_at_least(n, 0, 0, drop) == pytest.approx((1 - drop) ** n, rel=1e-3, abs=2e-8)


@settings(max_examples=60)
@given(counts(), levels)
def test_a_limit_is_where_p_meets_its_level(found, level):
    """Anything larger is excluded, and what is smaller by more than a rounding is not."""
    limit = largest_drop(*found, level)
    assume(limit < 1)
    assert p_at_least(*found, limit) <= level
    assert p_at_least(*found, max(limit, min(0.999, limit + 0.01))) <= level
    assert p_at_least(*found, limit - 5e-6) > level * 0.999


@pytest.mark.parametrize(
    "seen",
    [(63, 4, 9, 0.001), (187, 6, 4, 0.01), (103, 16, 10, 0.2), (13, 5, 7, 0.2)],
    ids=str,
)
def test_nothing_beyond_a_limit_is_possible(seen):
    """Though p jumps up where another outcome becomes as extreme: above its first crossing with the
    level lie drops that are not excluded, and the limit lies above these.
    """
    *counts, level = seen
    limit = largest_drop(*counts, level)
    values = [p_at_least(*counts, limit * (0.5 + place / 200)) for place in range(300)]
    assert max(values[101:]) <= level
    below = [value > level for value in values[:100]]
    assert below.index(False) < 99 - below[::-1].index(True)  # it is crossed before, and again


@settings(max_examples=60)
@given(counts(), levels | st.just(0.4))
@example((1000, 4, 6), 0.4)
@example((1234, 3, 20), 0.01)
def test_a_limit_is_found_soon(found, level):
    """Wherever p jumps, and where what was looked at lies between two steps."""
    evaluated = []

    def counted(*arguments):
        evaluated.append(arguments)
        assert len(evaluated) < 60
        return p_at_least(*arguments)

    drops.largest_drop.cache_clear()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(drops, "p_at_least", counted)
        drops.largest_drop(*found, level)
    assert evaluated


@settings(max_examples=30)
@given(counts(most=100), levels)
@example((1, 0, 1), 0.2)
def test_a_limit_of_scores_is_found_soon(found, level):
    """Also where there is none: one change alone excludes nothing."""
    n, lost, won = found
    evaluated = []

    def counted(*arguments):
        evaluated.append(arguments)
        assert len(evaluated) < 160
        return mean_at_least(*arguments)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(drops, "mean_at_least", counted)
        mean_limits([-1.0] * lost + [1.0] * won, n, level)


@given(counts(), st.floats(-0.99, 0.99))
def test_the_signed_root_of_one_outcome_is_that_of_many(found, drop):
    """What was seen is ordered among the others by the same number."""
    n, lost, won = found
    (root,) = extreme._signed_root(n, np.array([lost]), np.array([won]), np.array([drop]))
    assert extreme._root(n, lost, won, drop) == pytest.approx(root, rel=1e-6, abs=1e-5)


@settings(max_examples=60)
@given(counts(), levels)
def test_an_interval_holds_what_was_seen(found, level):
    """And is turned around where lost and won are."""
    n, lost, won = found
    low, high = limits(n, lost, won, level)
    assert -1 <= low <= (lost - won) / n <= high <= 1
    assert limits(n, won, lost, level) == (-high, -low)


@settings(max_examples=60)
@given(counts(most=500), levels)
def test_what_is_better_excludes_more(found, level):
    """A question lost fewer, one won more, a level less strict."""
    n, lost, won = found
    limit = largest_drop(n, lost, won, level)
    if lost:
        assert largest_drop(n, lost - 1, won, level) <= limit + 2e-6
    if lost + won < n:
        assert largest_drop(n, lost, won + 1, level) <= limit + 1 / n
    assert largest_drop(n, lost, won, min(0.4, level * 2)) <= limit + 2e-6


# --- numbers ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("found", "points"),
    [
        ((14_042, 139, 132), 0.325),  # the score interval of Tango 1998: 0.33
        ((14_042, 0, 0), 0.033),
        ((800, 0, 0), 0.574),
        ((100, 0, 0), 4.501),
        ((2_822, 85, 85), 1.089),
        ((10, 10, 0), 100),
    ],
)
def test_known_limits(found, points):
    """In points, at 99 %."""
    assert 100 * largest_drop(*found, 0.01) == pytest.approx(points, abs=0.002)


def test_as_the_score_interval_says_with_many_questions():
    """Tango's score test, of which this is the exact form: within a hundredth of its width."""
    for n, lost, won in ((14_042, 139, 132), (14_042, 500, 420), (12_032, 60, 75)):
        upper = largest_drop(n, lost, won, 0.01)
        seen, variance = (lost - won) / n, (lost + won) / n**2
        assert upper == pytest.approx(seen + 2.3263 * math.sqrt(variance), rel=0.04)


def test_how_many_questions_a_margin_takes():
    """Where nothing changes: one fewer, and the drop is not excluded."""
    assert fewest(0.02, 0.01) == 228
    for margin, level in ((0.02, 0.01), (0.03, 0.01), (0.01, 0.05)):
        n = fewest(margin, level)
        assert largest_drop(n, 0, 0, level) <= margin < largest_drop(n - 1, 0, 0, level)


@given(counts(most=400))
def test_a_loss_beyond_a_tolerance(found):
    """Is seldom proven where none is; the other side of what is excluded."""
    n, lost, won = found
    assert p_at_most(n, lost, won, 0.01) == p_at_least(n, won, lost, -0.01)
    # A larger one takes more, up to what ordering outcomes by likelihood ratios costs.
    assert p_at_most(n, lost, won, 0.02) >= 0.7 * min(0.02, p_at_most(n, lost, won, 0.01)) - 1e-7


def test_a_tolerance_of_almost_nothing_is_mcnemar():
    """Near enough, for it counts the questions that did not change, too."""
    for lost, won in ((300, 200), (40, 20), (12, 2)):
        found = p_at_most(14_042, lost, won, 1e-9)
        assert found == pytest.approx(stats.mcnemar(lost, won), rel=0.5, abs=2e-8)


def test_what_cannot_be():
    """One line says what was found."""
    with pytest.raises(ValueError, match="cannot be"):
        p_at_least(3, 2, 2, 0.1)
    with pytest.raises(ValueError, match="between -1 and 1"):
        p_at_least(3, 1, 1, 1.0)
    with pytest.raises(ValueError, match="between 0 and 1"):
        largest_drop(3, 1, 1, 0.0)
    assert largest_drop(0, 0, 0, 0.01) == 1


# --- scores that are real numbers ----------------------------------------------------------------


@settings(max_examples=30)
@given(counts(most=300), levels)
def test_right_and_wrong_as_real_numbers(found, level):
    """Are never said to exclude more than the exact limits do."""
    n, lost, won = found
    changes = [-1.0] * lost + [1.0] * won
    low, high = mean_limits(changes, n, level)
    exact = limits(n, lost, won, level)
    assert low <= exact[0]
    assert high >= exact[1]


def test_scores_that_all_move_a_little():
    """As Student's interval, where there are many, or further away."""
    changes = [math.sin(7 * at) / 10 - 0.01 for at in range(2000)]
    low, high = mean_limits(changes, 2000, 0.01)
    half = 2.326 * 0.1 / math.sqrt(2) / math.sqrt(2000)
    assert high == pytest.approx(0.01 + half, rel=0.1)
    assert 0 < low < 0.01 - half
    assert mean_at_least(changes, 2000, high) <= 0.01 < mean_at_least(changes, 2000, high - 0.001)
    assert mean_at_most(changes, 2000, 0.0) < 1e-3
    assert mean_at_most(changes, 2000, 0.02) > 0.9


@pytest.mark.parametrize("unit", [1e-200, 1e-9, 1e12, 1e200])
def test_limits_of_scores_have_their_unit(unit):
    """Log-likelihoods or amounts of money: found as closely, and found at all, in any unit."""
    changes = np.random.default_rng(4).normal(-0.1, 1, 200)
    expected = mean_limits(changes.tolist(), 300, 0.01)
    found = mean_limits((unit * changes).tolist(), 300, 0.01)
    assert [each / unit for each in found] == pytest.approx(expected, abs=1e-5)
