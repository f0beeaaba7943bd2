"""Exchanges of whole examples against plain counting and sign flips."""

from __future__ import annotations

import hashlib
import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import beta

from mcqtest.gate import sign_flips, swap_sums, swap_test
from mcqtest.gate.swaps import _drawn
from mcqtest.metrics.official import METRICS, Chosen, Corpus, Written

few = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), min_size=1, max_size=8)
CORPUS = [each for each in METRICS.values() if isinstance(each, Corpus)]
corpus = pytest.mark.parametrize("metric", CORPUS, ids=[each.name for each in CORPUS])


def mean(scores):
    return math.fsum(scores) / len(scores)


def addends(scores):
    return [{("sum",): score} for score in scores]


def total(sums):
    return sums["sum",]


def counted(metric, old, new):
    """The share of all exchanges that drop as much, one by one; of those that differ or not."""
    drops = []
    for coins in itertools.product([False, True], repeat=len(old)):
        both = zip(coins, zip(old, new, strict=True), strict=True)
        pairs = [each[::-1] if coin else each for coin, each in both]
        drops.append(metric([a for a, _ in pairs]) - metric([b for _, b in pairs]))
    return mean([drop >= drops[0] - 1e-9 for drop in drops])


# --- exact ---------------------------------------------------------------------------------------


@given(few)
def test_swaps_of_a_mean_are_sign_flips(pairs):
    """For a metric that is a mean over questions both tests are one; ties count here too."""
    old, new = [before / 5 for before, _ in pairs], [after / 5 for _, after in pairs]
    expected = sign_flips([after - before for before, after in zip(old, new, strict=True)])
    found = swap_test(mean, old, new).p_value
    assert found == swap_sums(total, addends(old), addends(new)).p_value
    # Sign flips stop at 1 where nothing was lost at all.
    assert found == pytest.approx(expected) or not any(a > b for a, b in pairs)


def examples_of(metric, rng, n, skill):
    """Outputs that are right with a chance, for texts and for choices, on the same questions."""
    texts = ["a b c d e", "f g h i j", "a c e g i"]
    if metric.needs is Written:
        return [
            Written(texts[q % 3] if rng.random() < skill else "a b x d", [texts[q % 3]])
            for q in range(n)
        ]
    found = []
    for q in range(n):
        scores = [0.0, 0.0, 0.0]
        scores[q % 3] = 1.0
        told = -rng.exponential(1, 3) - 3 * (np.arange(3) != (q % 3 if rng.random() < skill else 0))
        found.append(Chosen("abc", scores, told.tolist()))
    return found


def parts_of(metric, old, new):
    parts = [[metric.parts(each) for each in side] for side in (old, new)]
    return [[metric.adds(each) for each in side] for side in parts], parts


@corpus
def test_corpus_metrics_are_counted_exactly(metric):
    """Of eight examples all 256 exchanges, as if each were computed from the outputs."""
    if metric.library:
        pytest.importorskip(metric.library)
    rng = np.random.default_rng(3)
    for skill in (0.3, 0.9):
        outputs = examples_of(metric, rng, 8, 0.8), examples_of(metric, rng, 8, skill)
        adds, parts = parts_of(metric, *outputs)
        found = swap_sums(lambda sums: metric.better * metric.total(sums, 8), *adds)

        def figure(parts):
            return metric.better * metric.figure(parts)

        assert found.p_value == pytest.approx(counted(figure, *parts))
        assert swap_test(figure, *parts).p_value == pytest.approx(found.p_value)


def test_a_lost_rare_label_is_found():
    """A candidate that no longer finds it is worse by macro F1, hardly by accuracy."""
    metric = METRICS["macro_f1"]
    right, wrong = (1.0, 1.0), (1.0, 2.0)
    old, new = [right] * 8 + [(2.0, 2.0)] * 192, [wrong] * 8 + [(2.0, 2.0)] * 192
    adds = [[metric.adds(each) for each in side] for side in (old, new)]
    assert swap_sums(lambda sums: metric.total(sums, 200), *adds).p_value == 1 / 2**8
    assert swap_sums(lambda sums: metric.total(sums, 200), *adds[::-1]).p_value == 1


# --- drawn ---------------------------------------------------------------------------------------


def pair(n, drop, seed=5):
    rng = np.random.default_rng(seed)
    old, new = rng.normal(0, 1, n), rng.normal(-drop, 1, n)
    return addends(old.tolist()), addends(new.tolist()), sign_flips((new - old).tolist())


@pytest.mark.parametrize("drop", [-0.1, 0.0, 0.2, 0.5])
def test_drawn_swaps_come_close_to_all_of_them(drop):
    """By the number of draws that a level of 0.001 takes."""
    old, new, expected = pair(100, drop)
    found = swap_sums(total, old, new, level=0.001)
    hits = found.p_value * found.exchanges
    assert abs(found.p_value - expected) < 4 * expected / math.sqrt(hits) + 0.02 * expected


def test_an_obvious_p_value_takes_few_draws():
    """A hundred hits are enough, and the last of them is a draw."""
    old, new, expected = pair(100, 0.0, seed=6)
    found = swap_sums(total, old, new, level=1e-4)
    assert found.p_value * found.exchanges == pytest.approx(100)
    assert found.exchanges < 200 / expected


@pytest.mark.parametrize("level", [0.01, 1e-4])
def test_what_is_asked_for_can_be_attained(level):
    """A loss of everything is proven at any level where enough examples differ."""
    found = swap_sums(total, addends([1.0] * 40), addends([0.0] * 40), level=level)
    assert found.p_value == pytest.approx(1 / (found.exchanges + 1))
    assert found.p_value <= level / 19
    assert found.least == 2**-40


def test_what_cannot_be_attained_is_said():
    """Six examples have 64 exchanges: their loss is never proven at one per cent."""
    found = swap_sums(total, addends([1.0] * 6), addends([0.0] * 6))
    assert found == (1 / 64, 1 / 64, 64)


def test_a_seed_fixes_the_draws():
    """The same seed gives the same p-value, another one another."""
    old, new, _ = pair(60, 0.1)
    found = [swap_sums(total, old, new, seed=seed).p_value for seed in (0, 0, 1, 2, 3)]
    assert found[0] == found[1]
    assert len(set(found)) > 1


def test_draws_are_the_same_everywhere():
    """Bits of a hash, not of a generator: pinned, for a verdict must not move with a library."""
    block = next(_drawn(20, 9_999, 0))
    assert hashlib.sha256(np.packbits(block).tobytes()).hexdigest()[:16] == "d921c5278697f8e5"
    assert not (block[:8] == next(_drawn(20, 9_999, 1))[:8]).all()


def test_either_half_of_an_exchange_is_drawn_as_often():
    """Every example is exchanged in one half of the draws, and every two in a quarter."""
    coins = np.concatenate([*_drawn(11, 20_000, 0)]).astype(float)
    assert coins.shape == (20_000, 11)
    assert abs(coins.mean(axis=0) - 0.5).max() < 0.02
    assert abs(np.cov(coins.T) - np.eye(11) / 4).max() < 0.01


def test_the_level_is_kept():
    """Of 1,500 sound pairs, p-values from few draws included; 99 % intervals are not above it."""
    rng = np.random.default_rng(1)
    p_values = []
    for _ in range(1_500):
        old, new = rng.choice([0.0, 0.3, 1.0], (2, 40))
        p_values.append(swap_sums(total, addends(old), addends(new), level=0.05).p_value)
    for level in (0.5, 0.2, 0.05):
        hits = sum(p <= level for p in p_values)
        assert beta.ppf(0.005, hits, 1_501 - hits) <= level
        assert hits > 0.6 * level * 1_500


# --- what is given -------------------------------------------------------------------------------


def test_only_examples_that_differ_are_swapped():
    """Nothing different, no evidence and no draws; one difference, two ways and two calls each."""
    calls = []

    def metric(scores):
        calls.append(scores)
        return mean(scores)

    assert swap_test(metric, [1.0] * 50, [1.0] * 50) == (1, 1, 1)
    assert len(calls) <= 4
    calls.clear()
    assert swap_test(metric, [1.0] * 50, [0.0] + [1.0] * 49).p_value == 1 / 2
    assert len(calls) <= 6


def test_rounding_is_no_drop():
    """Sums in another order differ in their last digits, and are ties all the same."""
    old, new = [0.1, 0.2, 0.3, 1e9], [0.3, 0.1, 0.2, 1e9]
    assert swap_sums(total, addends(old), addends(new)).p_value == counted(mean, old, new)


@pytest.mark.parametrize("level", [0, 1, -0.1])
def test_a_level_is_a_probability(level):
    with pytest.raises(ValueError, match="expected a probability between 0 and 1"):
        swap_test(mean, [1.0], [2.0], level=level)


def test_swaps_check_what_they_are_given():
    """Examples come in pairs, and a metric is a finite number."""
    with pytest.raises(ValueError, match="2 old outputs and 1 new"):
        swap_test(mean, [1.0, 2.0], [1.0])
    with pytest.raises(ValueError, match="the metric gave nan"):
        swap_sums(lambda _: math.nan, addends([1.0]), addends([2.0]))
