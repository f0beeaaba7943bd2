"""Figures of a confidence with their intervals; several confidences made one."""

import random
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mcqtest.metrics import Combination, Told, aurc, auroc, ece_of, interval, resampled, weights

many = st.lists(
    st.tuples(st.one_of(st.floats(0, 1), st.sampled_from([0.3, 0.5])), st.booleans()),
    min_size=2,
    max_size=40,
)


@settings(max_examples=50)
@given(many, st.integers(0, 1000))
def test_a_sample_is_the_figure_of_its_questions(pairs, seed):
    """Each drawn as often as its weight says, written out."""
    confidences, right = map(list, zip(*pairs, strict=True))
    drawn = weights(len(right), 3, seed)
    found = resampled(confidences, right, drawn)
    for at, times in enumerate(drawn):
        c, y = np.repeat(confidences, times).tolist(), np.repeat(right, times).tolist()
        assert len(y) == len(right)
        assert found["ece"][at] == pytest.approx(ece_of(c, y), abs=1e-9)
        assert found["aurc"][at] == pytest.approx(aurc(c, y), abs=1e-9)
        ranked = auroc(c, y)
        assert (
            np.isnan(found["auroc"][at])
            if ranked is None
            else found["auroc"][at] == (pytest.approx(ranked, abs=1e-9))
        )


def test_an_interval_covers():
    """Of 200 draws of 300 answers, that of the AUROC holds the true value in 95 % or so."""
    rng = random.Random(0)
    held = 0
    for seed in range(200):
        c = [rng.random() for _ in range(300)]
        right = [rng.random() < each for each in c]
        low, high = interval(resampled(c, right, weights(300, 200, seed))["auroc"])
        held += low <= 5 / 6 <= high  # P(c1 > c0) where densities are 2c and 2(1 - c)
    assert 180 <= held <= 199


def test_what_is_missing_or_no_share_is_told():
    """Figures are of the rest."""
    told = Told.of([0.9, None, 1.5, 0.2, -1.0], [True, True, True, False, True])
    assert (told.missing, told.outside, list(told.confidences)) == (1, 2, [0.9, 0.2])
    assert told.figures["auroc"] == 1
    assert told.figures["accuracy"] == 0.5
    assert Told.of([None], [True]).figures == Told.of([None], [True]).intervals == {}
    assert "auroc" not in Told.of([0.5, 0.6], [True, True]).figures


def test_no_interval_where_a_sample_has_no_figure():
    """One wrong answer of ten is often not drawn."""
    told = Told.of([at / 10 for at in range(10)], [True] * 9 + [False])
    assert told.intervals.keys() == {"ece", "aurc"}


def test_a_combination_takes_what_helps():
    """Of one confidence that tells something and one that is noise; better calibrated than both."""
    rng = random.Random(1)
    rows, right = [], []
    for _ in range(4000):
        c = rng.random()
        rows.append((c / 2 + 0.5, rng.random()))
        right.append(rng.random() < c)
    made = Combination.fit(rows[:2000], right[:2000])
    assert made.weights[0] > 5 * abs(made.weights[1])
    found, rest = made.of(rows[2000:]), right[2000:]
    assert auroc(found, rest) == pytest.approx(auroc([a for a, _ in rows[2000:]], rest), abs=0.01)
    assert ece_of(found, rest) < 0.06 < ece_of([a for a, _ in rows[2000:]], rest)


def test_nothing_to_combine():
    """Or what does not go together."""
    with pytest.raises(ValueError, match="as many of each"):
        Combination.fit([], [])


def test_samples_that_are_computed_in_parts(monkeypatch):
    """However many questions there are, the figures are those of all samples at once."""
    draw = random.Random(3)
    confidences = [draw.randrange(10) / 10 for _ in range(50)]
    right = [draw.random() < 0.6 for _ in confidences]
    drawn = weights(50, 40)
    whole = resampled(confidences, right, drawn)
    # the face hands on a function of the module's name
    monkeypatch.setattr(sys.modules["mcqtest.metrics.resampled"], "_AT_ONCE", 50 * 7)
    parts = resampled(confidences, right, drawn)
    for name, values in whole.items():
        assert parts[name] == pytest.approx(values, rel=1e-12)
