"""Calibration error in the bins of others, and without bins."""

import math

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mcqtest.metrics import CUTS, Cut, ece_of, mce_of, smooth_ece

shares = st.floats(0, 1)
found = st.lists(st.tuples(shares, st.booleans()), min_size=1, max_size=60)


def apart(pairs):
    return [list(each) for each in zip(*pairs, strict=True)]


def test_an_edge_belongs_to_one_side():
    """0.2 ends the second of ten bins, or opens the third; rounding does not decide."""
    confidences, right = [0.1 + 0.1, 0.15, 0.25], [1, 1, 0]
    assert [each.n for each in Cut(10).of(confidences, right)] == [2, 1]
    assert [each.n for each in Cut(10, "left").of(confidences, right)] == [1, 2]
    assert [each.n for each in Cut(10).of([0.1 + 0.2, 0.3, 0.35], right)] == [2, 1]


@given(found, st.sampled_from(list(CUTS.values())))
def test_every_answer_is_in_one_bin(pairs, cut):
    """So counts, confidences and right answers add up."""
    confidences, right = apart(pairs)
    bins = cut.of(confidences, right)
    assert sum(each.n for each in bins) == len(right)
    assert math.fsum(each.right for each in bins) == pytest.approx(sum(right))
    assert math.fsum(each.confidence for each in bins) == pytest.approx(math.fsum(confidences))
    gap = abs(math.fsum(confidences) - sum(right)) / len(right)
    assert gap - 1e-9 <= ece_of(confidences, right, cut) <= mce_of(confidences, right, cut) + 1e-9


@given(found, st.randoms(use_true_random=False), st.sampled_from(list(CUTS.values())))
def test_order_does_not_move_it(pairs, rng, cut):
    """Nor where confidences are equal and an edge of equal counts cuts them."""
    mixed = rng.sample(pairs, len(pairs))
    assert ece_of(*apart(mixed), cut) == pytest.approx(ece_of(*apart(pairs), cut))


def brute(confidences, right, width, cells=2000):
    """The integral by a sum, the kernel with its reflections written out."""
    total = 0.0
    for cell in range(cells):
        t = (cell + 0.5) / cells
        left = 0.0
        for c, y in zip(confidences, right, strict=True):
            images = (sign * c + shift for sign in (1, -1) for shift in (-4, -2, 0, 2, 4))
            weight = sum(math.exp(-(((t - image) / width) ** 2) / 2) for image in images)
            left += (y - c) * weight / (width * math.sqrt(2 * math.pi))
        total += abs(left) / len(right) / cells
    return total


@pytest.mark.parametrize(
    ("confidences", "right"),
    [
        ([0.9] * 4, [1, 0, 0, 1]),
        ([0.2, 0.35, 0.8, 0.99, 1.0], [1, 0, 1, 0, 1]),
        ([0.0, 1.0, 0.5], [1, 0, 1]),
    ],
)
def test_smooth_ece_is_its_own_width(confidences, right):
    """By the definition, kernel and all, at the width that was found."""
    width = smooth_ece(confidences, right)
    assert brute(confidences, right, width) == pytest.approx(width, abs=3e-4)


@given(found)
@example([(1.0, True)])
def test_smooth_ece_is_between_the_gap_and_the_residuals(pairs):
    """Smoothing only ever takes away: least left is the mean residual, most all of them."""
    confidences, right = apart(pairs)
    residuals = [y - c for c, y in pairs]
    value = smooth_ece(confidences, right)
    n = len(right)
    assert abs(math.fsum(residuals)) / n - 1e-6 <= value
    assert value <= math.fsum(map(abs, residuals)) / n + 1e-6


def test_what_has_no_calibration_is_refused():
    """A confidence that is no probability, and a cut that is none."""
    for figure in (ece_of, smooth_ece):
        with pytest.raises(ValueError, match=r"1\.2|outside 0 to 1"):
            figure([0.5, 1.2], [1, 0])
    with pytest.raises(ValueError, match="finite"):
        ece_of([math.nan], [1])
    with pytest.raises(ValueError, match="0 bins"):
        Cut(0)
