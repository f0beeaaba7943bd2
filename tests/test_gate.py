"""Verdicts from two records: laws of the comparison, what cannot be compared, thresholds."""

import math
from dataclasses import replace

import pytest
from builders import complaint, record_of
from hypothesis import given
from hypothesis import strategies as st

from mcqtest import gate
from mcqtest.types import McqtestError

MARKS = "ABab-"
marks = st.text(MARKS, min_size=1, max_size=60)
pairs = st.integers(1, 60).flatmap(
    lambda n: st.tuples(*[st.text(MARKS, min_size=n, max_size=n)] * 2)
)
levels = st.floats(1e-6, 0.4)
counts = st.integers(0, 200)


@given(pairs, levels)
def test_swapping_sides_swaps_lost_and_won(pair, level):
    """What one lost the other has won, on the same number of questions."""
    one, two = map(record_of, pair)
    there, back = gate.compare(one, two, level), gate.compare(two, one, level)
    assert (there.lost, there.won, there.n) == (back.won, back.lost, back.n)
    assert there.n == len(pair[0])
    assert not (there.regressed and back.regressed)
    assert there.churn == back.churn


@given(marks, levels)
def test_no_change_is_no_regression(text, level):
    """The same answers have p = 1 and nothing lost."""
    verdict = gate.compare(record_of(text), record_of(text), level)
    assert (verdict.lost, verdict.won, verdict.p_value) == (0, 0, 1.0)
    assert not verdict.regressed
    assert gate.changed(record_of(text), record_of(text)) == ["same"] * len(text)


@given(pairs)
def test_changes_are_counted_one_by_one(pair):
    """Lost was right and is not; won is right and was not; the difference is that of accuracy."""
    old, new = map(record_of, pair)
    changes = gate.changed(old, new)
    for change, before, after in zip(changes, *pair, strict=True):
        expected = {(True, False): "lost", (False, True): "won"}
        assert change == expected.get((before.isupper(), after.isupper()), "same")
    verdict = gate.compare(old, new, 0.01)
    assert (verdict.lost, verdict.won) == (changes.count("lost"), changes.count("won"))
    difference = sum(old.correct) - sum(new.correct)
    assert difference == verdict.lost - verdict.won


@given(counts, counts, levels)
def test_one_loss_more_is_never_better(lost, won, level):
    """Another lost question lowers p or leaves it; another won one raises it or leaves it."""
    n = lost + won + 1
    verdict = gate.judge(n, lost, won, level)
    assert gate.judge(n, lost + 1, won, level).p_value <= verdict.p_value
    assert gate.judge(n, lost, won + 1, level).p_value >= verdict.p_value
    if verdict.regressed:
        assert lost > won
        assert gate.judge(n, lost + 1, won, level).regressed


@given(counts, counts, levels, levels)
def test_a_stricter_level_is_never_red_alone(lost, won, one, two):
    """Who is red at a small level is red at every larger one."""
    strict, lax = sorted((one, two))
    n = lost + won
    assert gate.judge(n, lost, won, strict).regressed <= gate.judge(n, lost, won, lax).regressed


def test_known_verdict():
    """Ten lost and none won is p = 2**-10, of 100 questions a churn of 10 %."""
    old, new = record_of("A" * 100), record_of("A" * 90 + "b" * 10)
    verdict = gate.compare(old, new, 0.001)
    assert (verdict.n, verdict.lost, verdict.won) == (100, 10, 0)
    assert verdict.p_value == pytest.approx(2**-10)
    assert (verdict.regressed, verdict.churn) == (True, 0.1)
    assert not gate.compare(old, new, 0.0009).regressed
    assert 0 < verdict.min_detectable_drop < 1


def test_an_unreadable_answer_is_lost():
    """An answer that could not be read any more counts as wrong, not as absent."""
    assert gate.changed(record_of("A-a-"), record_of("--A-")) == ["lost", "same", "won", "same"]


def test_records_of_other_lengths_are_never_compared():
    """The caller asks for `mismatch` first; forgetting that is no verdict."""
    with pytest.raises(ValueError, match="zip"):
        gate.compare(record_of("AB"), record_of("ABC"), 0.01)


def test_moves_name_the_questions():
    """Identifier, and the letters then and now; nothing else is listed."""
    old, new = record_of("ABcd+-"), record_of("bBD-*A")
    ids = ["p", "q", "r", "s", "t", "u"]
    assert gate.moves(old, new, ids, "lost") == ["p A>B", "t +>*"]
    assert gate.moves(old, new, ids, "won") == ["r C>D", "u ->A"]


@given(pairs)
def test_moves_are_as_many_as_changes(pair):
    """Every lost and every won question is named once, in order."""
    old, new = map(record_of, pair)
    ids = [str(number) for number in range(len(pair[0]))]
    for change in ("lost", "won", "same"):
        named = [int(move.split()[0]) for move in gate.moves(old, new, ids, change)]
        assert named == [n for n, each in enumerate(gate.changed(old, new)) if each == change]


# --- what cannot be compared ------------------------------------------------------------------

SAME = {"model": "large", "weights": "w", "setup": "s", "figures": {}, "accepted": ("why",)}


@given(marks)
def test_equal_questions_can_be_compared(text):
    """Another model, machine or answer is what a comparison is for."""
    old, new = record_of(text), record_of(text[::-1], **SAME)
    assert gate.mismatch(old, new, baseline="v1") is None


@pytest.mark.parametrize(
    ("then", "now", "found", "limited"),
    [
        ("5, aa", "4, bb", "5 questions, this run has 4", True),
        ("4, aa", "5, bb", "4 questions, this run has 5", False),
        ("5, aa", "5, bb", "5 questions as this run has, but with other texts or answers", False),
    ],
)
def test_another_question_set(then, now, found, limited):
    """Counts are told; only where this run has fewer, --limit may be the reason."""
    old, new = record_of("A", questions=then), record_of("A", questions=now)
    sentence = gate.mismatch(old, new, baseline="v1")
    assert sentence.startswith("toy/tides: another question set: baseline 'v1' has ")
    assert found in sentence
    assert ("--limit" in sentence) == limited
    assert "--snapshot-update" in sentence
    assert len(sentence.splitlines()) == 1


def test_asked_in_another_way():
    """Both ways are told, so that the option that differs can be seen."""
    old, new = record_of("A", asking="mmlu, 5 shots"), record_of("A", asking="mmlu, 0 shots")
    sentence = gate.mismatch(old, new, baseline="v1")
    assert sentence.startswith("toy/tides: asked in another way: baseline 'v1'")
    assert "(mmlu, 5 shots)" in sentence
    assert "(mmlu, 0 shots)" in sentence
    assert "--snapshot-update" in sentence
    assert len(sentence.splitlines()) == 1


def test_questions_are_told_before_the_asking():
    """Other questions have other prompts too; the reason is told, not its consequence."""
    old = record_of("A", questions="5, aa", asking="one")
    new = record_of("A", questions="4, bb", asking="two")
    assert "another question set" in gate.mismatch(old, new, baseline="v1")


# --- thresholds -------------------------------------------------------------------------------

FIGURES = {
    "accuracy": 0.5,
    "ece": 0.5,
    "rms_calibration_error": 0.5,
    "calibration_gap": 0.5,
    "brier": 0.5,
    "unanswered_share": 0.5,
    "truncated_share": 0.5,
    "spread": 0.5,
}


@pytest.mark.parametrize("key", [key for key in gate.THRESHOLDS if key != "min_passed"])
def test_each_threshold(key):
    """The bound itself is kept; beyond it the sentence names place, figure and bound."""
    inside, outside = (0.4, 0.6) if key.startswith("min") else (0.6, 0.4)
    assert gate.Thresholds({"toy": {key: 0.5}}).broken("toy", FIGURES) == []
    assert gate.Thresholds({"toy": {key: inside}}).broken("toy", FIGURES) == []
    (sentence,) = gate.Thresholds({"toy": {key: outside}}).broken("toy", FIGURES)
    figure = key.partition("_")[2]
    than = "below" if key.startswith("min") else "above"
    assert sentence == f"toy: {figure} 0.5000 is {than} {key} = {outside:g}"


def test_licences_are_counted():
    """Their bound is a number, not a fraction, and so is what is told."""
    figures = {"passed": 9.0}
    assert gate.Thresholds({"toy": {"min_passed": 9}}).broken("toy", figures) == []
    (sentence,) = gate.Thresholds({"toy": {"min_passed": 10}}).broken("toy", figures)
    assert sentence == "toy: passed 9 is below min_passed = 10"
    (sentence,) = gate.Thresholds({"toy": {"min_passed": 1}}).broken("toy", {})
    assert sentence == "toy: min_passed = 1, but this run has no passed; these are no licences"
    assert gate.Thresholds({"toy": {"min_passed": 10.0}}).broken("toy", {"passed": 10.0}) == []
    for bound, needed in ((-1, "a number of licences, such as 9,"), (8.5, "a whole number of")):
        message = complaint(gate.Thresholds, {"toy": {"min_passed": bound}})
        assert message.startswith(f"gate.toy.min_passed = {bound}: {needed}")


def test_each_broken_bound_is_a_sentence():
    """Places do not mix: a benchmark's bound is not its tasks'."""
    bounds = gate.Thresholds({"toy": {"min_accuracy": 1, "max_ece": 0}, "toy/tides": {}})
    assert len(bounds.broken("toy", FIGURES)) == 2
    assert bounds.broken("toy/tides", FIGURES) == []
    assert bounds.broken("other", FIGURES) == []


@pytest.mark.parametrize("key", gate.THRESHOLDS)
def test_a_figure_that_is_not_there_breaks_its_bound(key):
    """What was not measured does not pass; nor does what is not a number."""
    bounds = gate.Thresholds({"toy": {key: 1}})
    (sentence,) = bounds.broken("toy", {})
    assert sentence.startswith(f"toy: {key} = 1, but this run has no ")
    figure = key.partition("_")[2]
    assert len(bounds.broken("toy", {figure: math.nan})) == 1


@pytest.mark.parametrize("bound", ["0.5", None, True, [0.5], math.nan, math.inf, -math.inf])
def test_a_bound_is_a_number(bound):
    """A bound that could never be broken, or always, is a slip."""
    message = complaint(gate.Thresholds, {"toy": {"min_accuracy": bound}})
    assert message == f"gate.toy.min_accuracy = {bound!r}: a number is needed"


def test_an_unknown_threshold():
    """A misspelt bound would never be broken, so it is refused, with the known ones."""
    message = complaint(gate.Thresholds, {"toy/tides": {"min_acuracy": 0.5}})
    assert message.startswith("gate.toy/tides.min_acuracy: no such threshold; there are min_acc")
    assert all(key in message for key in gate.THRESHOLDS)


def test_no_thresholds_are_false():
    """So that a run knows whether anything at all is checked."""
    assert not gate.Thresholds({})
    assert gate.Thresholds({"toy": {"min_accuracy": 0.5}})
    with pytest.raises(McqtestError):
        gate.Thresholds({"toy": {"accuracy": 0.5}})


def test_letters():
    """A letter for each choice, a number beyond Z, a dash for none."""
    assert [gate.letter(index) for index in (None, 0, 25, 26)] == ["-", "A", "Z", "26"]


def test_pooled_counts_are_judged_like_a_task():
    """The pooled verdict is that of one long task with all the questions."""
    one, two = ("AAbB", "aABB"), ("Aab-", "aaBA")
    verdicts = [gate.compare(record_of(a), record_of(b), 0.01) for a, b in (one, two)]
    sums = [sum(getattr(each, name) for each in verdicts) for name in ("n", "lost", "won")]
    long = gate.compare(record_of(one[0] + two[0]), record_of(one[1] + two[1]), 0.01)
    assert gate.judge(*sums, 0.01) == long
    assert replace(long, level=0.5).p_value == long.p_value
