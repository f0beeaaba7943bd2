"""Figures of results: laws, exact edges, and independent slow definitions of each."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from random import Random

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from strategies import confidences, judged, result, results_of

from mcqtest import metrics
from mcqtest.types import Question, Result

Figure = Callable[[Sequence[Result]], float | None]

CALIBRATION: list[Figure] = [
    metrics.calibration_gap,
    metrics.ece,
    metrics.rms_calibration_error,
    metrics.rms_calibration_error_hendrycks,
]
OF_CONFIDENCE: list[Figure] = [*CALIBRATION, metrics.mean_confidence, metrics.brier]
EVERY: list[Figure] = [*OF_CONFIDENCE, metrics.accuracy]

many = st.lists(judged(), min_size=1, max_size=40)
pairs = st.lists(st.tuples(confidences, st.booleans()), min_size=1, max_size=60)


def sample(n: int) -> list[Result]:
    """A fixed overconfident sample with distinct confidences from 1/4 to 1."""
    random = Random(20)
    drawn = [random.uniform(0.25, 1) for _ in range(n)]
    return [result(confidence, random.random() < confidence**1.5) for confidence in drawn]


def arrays(results: Sequence[Result]) -> tuple[np.ndarray, np.ndarray]:
    """Confidence and correctness (0.0 or 1.0) of each result."""
    top = np.array([max(one.probabilities or ()) for one in results])
    return top, np.array([float(one.answer == one.question.answer) for one in results])


@given(st.lists(judged(readable=False), min_size=1))
def test_accuracy_is_the_share_of_right_answers(results: list[Result]) -> None:
    """Accuracy times the number of questions counts the right answers."""
    right = len([1 for one in results if one.answer == one.question.answer])
    assert metrics.accuracy(results) == right / len(results)


def test_an_unanswered_question_is_wrong_and_counted() -> None:
    """An answer that could not be read lowers accuracy and is counted as unanswered."""
    question = Question("?", ("x", "y"), 0, "0")
    silent = Result(question, None, None, 5)
    results = [Result(question, 0, None, 5), silent, silent, silent]
    assert metrics.accuracy(results) == 0.25
    assert metrics.unanswered(results) == 3
    assert metrics.unanswered([]) == 0


@pytest.mark.parametrize("figure", EVERY)
def test_nothing_has_no_figures(figure: Figure) -> None:
    """No questions is an error for every figure, never a zero that looks like a score."""
    with pytest.raises(ValueError, match="no results"):
        figure([])


def test_no_tasks_have_no_macro_accuracy() -> None:
    """No tasks, and a task without questions, are errors for the macro average too."""
    with pytest.raises(ValueError, match="no tasks"):
        metrics.macro_accuracy([])
    with pytest.raises(ValueError, match="no results"):
        metrics.macro_accuracy([[result(0.5, True)], []])


def test_macro_accuracy_counts_each_task_alike() -> None:
    """A task of one question weighs as much as one of three."""
    small, large = [result(0.5, True)], [result(0.5, False)] * 3
    assert metrics.macro_accuracy([small, large]) == 0.5
    assert metrics.accuracy(small + large) == 0.25


@pytest.mark.parametrize("figure", OF_CONFIDENCE)
def test_figures_of_confidence_need_every_probability(figure: Figure) -> None:
    """One result without probabilities makes a figure of confidence None, not an estimate."""
    silent = Result(Question("?", ("x", "y"), 0, "0"), 0, None, 5)
    assert figure([result(0.9, True), silent]) is None


@pytest.mark.parametrize("figure", EVERY)
def test_results_of_a_task_are_taken_as_they_are(figure: Figure) -> None:
    """A task's `Results` gives the same figure as a list of its items."""
    items = sample(30)
    assert figure(results_of(items)) == figure(items)


@given(many, st.randoms())
def test_order_does_not_matter(results: list[Result], random: Random) -> None:
    """Every figure is the same, to the last bit, in any order of the questions."""
    shuffled = random.sample(results, len(results))
    for figure in EVERY:
        assert figure(shuffled) == figure(results)


def test_ties_across_bins_share_their_correctness() -> None:
    """Equal confidences that fill several equal-count bins are not told apart by their order."""
    results = [result(0.5, True)] * 150 + [result(0.5, False)] * 150
    assert metrics.rms_calibration_error(results) == pytest.approx(0, abs=1e-12)


@given(many)
def test_ranges(results: list[Result]) -> None:
    """Calibration errors lie in [0, 1], Brier in [0, 2], confidence is at least chance."""
    for figure in CALIBRATION:
        value = figure(results)
        assert value is not None
        assert 0 <= value <= 1
    brier, confidence = metrics.brier(results), metrics.mean_confidence(results)
    assert brier is not None
    assert -1e-12 <= brier <= 2 + 1e-12
    assert confidence is not None
    assert 0.1 - 1e-12 <= confidence <= 1 + 1e-12


@given(many)
def test_the_gap_is_the_least_of_the_errors(results: list[Result]) -> None:
    """Errors cancel over all questions more than over bins, so the gap is never above ECE."""
    gap, ece, rms = (figure(results) or 0.0 for figure in CALIBRATION[:3])
    assert gap <= ece + 1e-12
    assert gap <= rms + 1e-12


def test_perfect_calibration_is_zero() -> None:
    """Where each confidence is right exactly that often, every calibration error is 0."""
    results = [
        result(tenths / 10, index < 10 * tenths) for tenths in range(6, 10) for index in range(100)
    ]
    for figure in CALIBRATION:
        assert figure(results) == pytest.approx(0, abs=1e-7)


def test_certain_and_wrong_is_as_bad_as_it_gets() -> None:
    """Full confidence in wrong answers has every calibration error at 1 and Brier at 2."""
    results = [result(1.0, False)] * 10
    assert [figure(results) for figure in CALIBRATION] == [1, 1, 1, 1]
    assert metrics.brier(results) == 2


def slow_ece(pairs: Sequence[tuple[float, bool]]) -> float:
    """The formula read aloud, over thousandths so that edges are integers."""
    total = 0.0
    for m in range(1, 11):
        held = [(c, hit) for c, hit in pairs if (m - 1) * 100 < round(1000 * c) <= m * 100]
        if held:
            accuracy = sum(hit for _, hit in held) / len(held)
            confidence = sum(c for c, _ in held) / len(held)
            total += len(held) / len(pairs) * abs(accuracy - confidence)
    return total


@given(pairs)
def test_ece_is_its_definition(pairs: list[tuple[float, bool]]) -> None:
    """ECE equals a literal evaluation of its formula with exact edges."""
    assert metrics.ece([result(*pair) for pair in pairs]) == pytest.approx(slow_ece(pairs))


@pytest.mark.parametrize("tenths", range(1, 10))
@pytest.mark.parametrize("noise", [-1, 0, 1])
def test_a_bin_holds_its_upper_edge(tenths: int, noise: int) -> None:
    """An edge, and an edge off by the last bit, falls in the bin below it."""
    edge = tenths / 10
    confidence = math.nextafter(edge, 2.0 * noise) if noise else edge
    inside = edge - 0.05
    results = [result(confidence, True), result(inside, False)]
    assert metrics.ece(results) == pytest.approx(abs(edge - 1 + inside) / 2)


@pytest.mark.parametrize("tenths", range(1, 10))
def test_a_bin_leaves_its_lower_edge(tenths: int) -> None:
    """A confidence clearly above an edge falls in the bin above it."""
    edge = tenths / 10
    results = [result(edge, False), result(edge + 1e-6, True)]
    assert metrics.ece(results) == pytest.approx(0.5, abs=1e-5)


def test_sums_of_tenths_belong_with_their_edge() -> None:
    """0.1 + 0.2 is more than 0.3 in binary and is still counted in the bin that 0.3 closes."""
    assert 0.1 + 0.2 > 0.3
    results = [result(0.1 + 0.2, True), result(0.25, False)]
    assert metrics.ece(results) == pytest.approx((0.7 - 0.25) / 2)


def test_confidences_of_zero_and_one_have_bins() -> None:
    """The ends of the scale fall in the first and the last bin."""
    silent = Result(Question("?", ("x", "y"), 0, "0"), 1, (0.0, 0.0), 5)
    assert metrics.ece([silent]) == 0
    assert metrics.ece([result(1.0, True), result(0.95, False)]) == pytest.approx(0.95 / 2)


@pytest.mark.parametrize(
    ("n", "sizes"),
    [
        (99, [99]),
        (199, [199]),
        (200, [100, 100]),
        (299, [149, 150]),
        (350, [116, 117, 117]),
        (1000, [100] * 10),
    ],
)
def test_rms_calibration_error_is_its_definition(n: int, sizes: list[int]) -> None:
    """RMS calibration error equals its formula over sorted slices of the stated sizes."""
    top, hit = arrays(sample(n))
    order = np.argsort(top)
    total, start = 0.0, 0
    for size in sizes:
        held = order[start : start + size]
        total += size / n * (hit[held].mean() - top[held].mean()) ** 2
        start += size
    assert metrics.rms_calibration_error(sample(n)) == pytest.approx(math.sqrt(total))


def calib_tools(results: Sequence[Result]) -> float:
    """The steps of ``rmsce`` in calib_tools.py of hendrycks/test, written out with numpy."""
    top, hit = arrays(results)
    columns = np.stack([1 - top, top], axis=1)
    chosen = columns.argmax(axis=1)
    probability = columns.max(axis=1)
    label = np.where(chosen == 1, hit, 1 - hit)
    count = int(len(top) / 100)
    index = np.round(np.linspace(0, len(top), count, endpoint=False)).astype(int)
    edges = np.sort(probability)[np.minimum(index, len(top) - 1)][1:]
    where = np.digitize(probability, edges)
    held = np.bincount(where, minlength=count) + np.finfo(float).eps
    accuracy = np.bincount(where, weights=label, minlength=count) / held
    confidence = np.bincount(where, weights=probability, minlength=count) / held
    weighted = (accuracy - confidence) * held / len(top)
    return float(np.sqrt(np.sqrt(np.sum(weighted**2))))


@pytest.mark.parametrize("n", [1, 99, 100, 199, 200, 250, 1000, 1534])
def test_hendrycks_form_is_what_the_repository_computes(n: int) -> None:
    """The second RMS figure follows the published code step by step, remainders included."""
    results = sample(n)
    assert metrics.rms_calibration_error_hendrycks(results) == pytest.approx(calib_tools(results))


@given(pairs)
@example([(0.5, True), (0.9, True)])
def test_hendrycks_form_flips_low_confidence(pairs: list[tuple[float, bool]]) -> None:
    """Confidences of at most one half, ties included, are flipped as in the published code."""
    results = [result(*pair) for pair in pairs]
    expected = calib_tools(results)
    assert metrics.rms_calibration_error_hendrycks(results) == pytest.approx(expected, abs=1e-7)


def test_the_two_rms_figures_differ() -> None:
    """On one sample the second form is what calib_tools.py itself returned, and not the first."""
    results = sample(1000)
    assert metrics.rms_calibration_error(results) == pytest.approx(0.1420001, abs=5e-8)
    assert metrics.rms_calibration_error_hendrycks(results) == pytest.approx(0.1049761, abs=5e-8)


@given(many)
def test_brier_is_its_definition(results: list[Result]) -> None:
    """Brier equals the squared distance of the probabilities from the right answer."""
    distances = [
        sum((p - (index == one.question.answer)) ** 2 for index, p in enumerate(one.probabilities))
        for one in results
        if one.probabilities is not None
    ]
    assert metrics.brier(results) == pytest.approx(sum(distances) / len(results), abs=1e-12)


@pytest.mark.parametrize("choices", [2, 4, 10])
def test_brier_of_knowing_nothing(choices: int) -> None:
    """Equal probabilities have a Brier score of 1 - 1/k, whatever is right."""
    question = Question("?", ("x",) * choices, choices - 1, "0")
    results = [Result(question, 0, (1 / choices,) * choices, 0)]
    assert metrics.brier(results) == pytest.approx(1 - 1 / choices)


@given(pairs)
def test_the_gap_is_its_definition(pairs: list[tuple[float, bool]]) -> None:
    """The calibration gap is the distance of mean confidence from accuracy."""
    results = [result(*pair) for pair in pairs]
    confidence = metrics.mean_confidence(results)
    assert confidence is not None
    assert confidence == pytest.approx(sum(c for c, _ in pairs) / len(pairs))
    gap = abs(confidence - metrics.accuracy(results))
    assert metrics.calibration_gap(results) == pytest.approx(gap, abs=1e-12)
