"""Confidence metrics against scikit-learn and netcal (`tox -e parity`), to 1e-9 where both are
exact. Skipped where they are not installed: netcal wants torch, pyro and tensorboard.
"""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mcqtest.metrics import Cut, auroc, brier_of, ece_of, softmax, temperature

sklearn = pytest.importorskip("sklearn.metrics", reason="scikit-learn is asked in tox -e parity")

mixed = st.lists(
    st.tuples(st.sampled_from([0.1, 0.3, 0.55, 0.9]), st.booleans()), min_size=2
).filter(lambda pairs: len({hit for _, hit in pairs}) == 2)
off_edges = st.integers(0, 9_999).map(lambda at: (at + 0.5) / 10_000)
some = st.lists(st.tuples(off_edges, st.booleans()), min_size=1, max_size=200)


def apart(pairs):
    return [list(each) for each in zip(*pairs, strict=True)]


def netcal(place, name):
    """A class of netcal, which warns of what it imports."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return getattr(pytest.importorskip(f"netcal.{place}", reason="tox -e parity"), name)


@given(mixed)
def test_auroc_and_brier_are_those_of_scikit_learn(pairs):
    """Ties and all."""
    confidences, right = apart(pairs)
    assert auroc(confidences, right) == pytest.approx(sklearn.roc_auc_score(right, confidences))
    expected = sklearn.brier_score_loss(right, confidences)
    assert brier_of(confidences, right) == pytest.approx(expected)


@given(some, st.sampled_from([5, 10, 15, 30]))
def test_ece_is_that_of_netcal(pairs, bins):
    """Of bins of equal width; confidences on no edge, where conventions part."""
    confidences, right = apart(pairs)
    expected = netcal("metrics", "ECE")(bins).measure(np.array(confidences), np.array(right, int))
    for closed in ("left", "right"):
        assert ece_of(confidences, right, Cut(bins, closed)) == pytest.approx(expected, abs=1e-9)


@given(st.permutations(range(200)), st.lists(st.booleans(), min_size=200, max_size=200))
def test_ece_of_equal_counts_is_that_of_netcal(order, right):
    """Where no confidences are equal and every bin is full."""
    confidences = [(at + 0.5) / 200 for at in order]
    measure = netcal("metrics", "ECE")(10, equal_intervals=False)
    expected = measure.measure(np.array(confidences), np.array(right, int))
    assert ece_of(confidences, right, Cut(10, "counts")) == pytest.approx(expected, abs=1e-9)


@settings(max_examples=5, deadline=None)
@given(st.integers(0, 100), st.sampled_from([0.5, 2.0, 4.0]))
def test_temperature_is_that_of_netcal(seed, factor):
    """Fitted on the same probabilities; its optimiser is good to a hundredth."""
    rng = np.random.default_rng(seed)
    logits = rng.normal(0, 1.5, (400, 4))
    gold = [int(rng.choice(4, p=softmax(row))) for row in logits]
    said = np.array([softmax(factor * row) for row in logits])
    theirs = netcal("scaling", "TemperatureScaling")()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        scaled = theirs.fit(said, np.array(gold)).transform(said)
    ours = temperature(np.log(said).tolist(), gold)
    expected = np.array([softmax(np.log(row), ours) for row in said])
    assert np.abs(scaled - expected).max() < 0.01
