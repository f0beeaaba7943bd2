"""The official metrics of BIG-bench: their definitions, oddities and laws."""

from __future__ import annotations

import hashlib
import math

import numpy as np
import pytest
from bigbench_examples import examples
from hypothesis import assume, given
from hypothesis import strategies as st

from mcqtest.gate.record import rounded
from mcqtest.metrics.official import (
    LISTED,
    METRICS,
    Chosen,
    Corpus,
    Weighed,
    Written,
    named,
    preferred,
    refused,
)
from mcqtest.metrics.official.choices import bucket, most_probable
from mcqtest.types import McqtestError, Score


def there(*metrics):
    """These metrics, each skipped where its library is missing."""
    for metric in metrics:
        if metric.library:
            pytest.importorskip(metric.library)


def figure(name, *examples):
    metric = METRICS[name]
    there(metric)
    return metric.figure([metric.parts(each) for each in examples])


every = pytest.mark.parametrize("metric", METRICS.values(), ids=METRICS)


# --- laws ----------------------------------------------------------------------------------------


@every
@given(data=st.data())
def test_figures_are_in_their_range(metric, data):
    """And do not depend on the order of examples."""
    there(metric)
    asked = data.draw(st.lists(examples(metric, figured=True), min_size=1))
    parts = [metric.parts(each) for each in asked]
    found = metric.figure(parts)
    assume(found is not None)
    low, high = metric.range or (metric.low, metric.high)
    assert low - 1e-9 <= found <= high + 1e-9
    assert metric.figure(data.draw(st.permutations(parts))) == pytest.approx(found, abs=1e-12)


@every
@given(data=st.data())
def test_a_mean_is_that_of_its_worths(metric, data):
    """So a benchmark whose score it is can be compared by signs; more is better everywhere."""
    there(metric)
    parts = [metric.parts(each) for each in data.draw(st.lists(examples(metric), min_size=1))]
    found, worths = metric.figure(parts), metric.worths(parts)
    if isinstance(metric, Corpus):
        assert worths is None
    elif found is not None:
        assert math.fsum(worths) / len(worths) * metric.better == pytest.approx(found, abs=1e-9)


@every
@given(data=st.data())
def test_details_of_scores_hold_all_that_a_figure_needs(metric, data):
    """After they went through JSON as well."""
    there(metric)
    asked = data.draw(st.lists(examples(metric), min_size=1, max_size=5))
    scores = [Score("", 0.0, None, None, 0, details=metric.details(each)) for each in asked]
    told = [Score.from_json(score.to_json()) for score in scores]
    assert metric.figure_of(told) == metric.figure([metric.parts(each) for each in asked])
    assert metric.figure_of([*told, Score("", 0.0, None, None, 0)]) is None


PERFECT = {
    Written: [Written("12", ["12"]), Written("7.5", ["7.5"])],
    Chosen: [
        Chosen(["no", "yes"], [0, 1], [-40.0, 0.0]),
        Chosen(["no", "yes"], [1, 0], [0.0, -40.0]),
    ],
    Weighed: [Weighed(["yes"], [0.0]), Weighed(["no way"], [0.0])],
}


@every
def test_perfect_answers_reach_the_high_anchor(metric):
    """Where less is better, the low one."""
    if metric.name in {"bleu", "rouge2"}:
        asked = [Written("one two three four five", ["one two three four five"])]
    else:
        asked = PERFECT[metric.needs]
    there(metric)
    high = metric.high if metric.better > 0 else metric.low
    assert figure(metric.name, *asked) == pytest.approx(high, abs=1e-9)


@every
def test_no_example_has_no_figure(metric):
    with pytest.raises(ValueError, match="expected one or more"):
        metric.figure([])


# --- texts ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("response", "exact", "folded"),
    [("Yes", 1, 1), ("yes ", 0, 1), ("no", 1, 1), ("NO", 0, 1), ("ye s", 0, 0), ("", 0, 0)],
)
def test_matches(response, exact, folded):
    """Exactly, and but for case and outer space; any of the targets counts."""
    example = Written(response, ["Yes", "no"])
    assert figure("exact_str_match", example) == exact
    assert figure("case_insensitive_str_match", example) == folded


def test_space_around_a_target_counts_as_little():
    assert figure("case_insensitive_str_match", Written("a", [" A\n"])) == 1
    assert figure("exact_str_match", Written("A", [" A\n"])) == 0


@pytest.mark.parametrize(
    ("response", "target", "right"),
    [
        ("110", "100", 1),
        ("110.1", "100", 0),
        (" 9e1\n", "100", 1),
        ("0.1", "0", 1),
        ("0.2", "0", 0),
        ("one", "1", 0),
        ("1", "one", 0),
        ("nan", "1", 0),
        ("inf", "1", 0),
        ("1000000", "-1", 1),  # the official code divides by the target with its sign
        ("words", "-1", 0),
    ],
)
def test_numeric_match(response, target, right):
    """Within a tenth of the target; any number at all for a negative one."""
    assert figure("numeric_match_with_0_1_relative_error", Written(response, [target])) == right


def test_a_numeric_match_has_one_target():
    with pytest.raises(ValueError, match="2 targets: a numeric match needs exactly one"):
        figure("numeric_match_with_0_1_relative_error", Written("1", ["1", "2"]))


@pytest.mark.parametrize(
    ("response", "share"),
    [("a b c", 1), ("a b", 2 / 3), ("a c b", 1 / 3), ("a b c d", 1), ("x", 0), ("a  c", 2 / 3)],
)
def test_sequence_f1_looks_at_places(response, share):
    """Of the first target; the second does not count."""
    assert figure("sequence_f1", Written(response, ["a b c", "x"])) == pytest.approx(100 * share)


def test_missing_places_of_a_sequence_are_outside():
    """They count as the tag O."""
    assert figure("sequence_f1", Written("a", ["a O O b"])) == 75


def test_rouge_takes_the_best_target_for_each_kind():
    """Words and pairs of words may be best in different targets."""
    example = Written("a b c d", ["d c b a", "a b x y z"])
    assert figure("rouge1", example) == 100
    assert figure("rouge2", example) == pytest.approx(100 * 2 / 7)


def test_rouge_is_a_plain_mean():
    assert figure("rouge1", Written("a", ["a"]), Written("a", ["b"])) == 50


def test_rouge_lsum_ends_sentences_at_stops():
    """A stop between blanks divides what a newline divides."""
    example = Written("c d . a b", ["a b . c d"])
    assert figure("rougeLsum", example) == 100
    assert figure("rougeLsum", Written("c d a b", ["a b c d"])) == 50


def test_rouge_sees_latin_letters_alone():
    assert figure("rouge1", Written("네", ["네"])) == 0


def test_bleu_is_of_all_examples_together():
    """It is no mean: counts are added first, and the short response is made up for elsewhere."""
    one, two = Written("a b c d e", ["a b c d e"]), Written("a b", ["a b c d"])
    metric = METRICS["bleu"]
    there(metric)
    counts = np.add(metric.parts(one), metric.parts(two)).tolist()
    assert counts == [7, 9, 7, 5, 3, 2, 7, 5, 3, 2]
    assert figure("bleu", one, two) == pytest.approx(100 * math.exp(1 - 9 / 7))


def test_bleu_knows_several_targets():
    """The one closest in length gives the length, the shorter of two; all of them give n-grams."""
    there(METRICS["bleu"])
    assert METRICS["bleu"].parts(Written("a b c", ["a x", "b c d e"]))[:4] == (3, 2, 3, 1)


# --- choices -------------------------------------------------------------------------------------


def test_the_grade_is_what_the_choice_is_worth():
    """Soft scores count as they are, and several may be right."""
    example = Chosen("abc", [0.5, 0.0, 0.25], [-2.0, -3.0, -1.0])
    assert figure("multiple_choice_grade", example) == 0.25


@given(st.lists(st.sampled_from([-0.5, -1.0, -2.0]), min_size=2, max_size=8), st.booleans())
def test_ties_are_drawn_by_the_hash_of_the_numbers(values, absolute):
    """As numpy's bytes have it."""
    from scipy.special import logsumexp

    found = most_probable(Chosen(values, values, values, absolute=absolute))
    kept = np.array(values) if absolute else np.array(values) - logsumexp(values)
    equal = np.flatnonzero(kept == kept.max())
    lot = int(hashlib.sha256(kept.tobytes()).hexdigest(), 16)
    assert found == equal[lot % len(equal)]


@given(st.lists(st.floats(-1000, 0), min_size=1, max_size=6), st.integers(0, 5))
def test_near_ties_are_ties_where_normalising_makes_them_equal(values, at):
    """Whether it does is seen by doing it."""
    from scipy.special import logsumexp

    values.insert(at, np.nextafter(max(values), -np.inf).item())
    kept = np.array(values) - logsumexp(values)
    assert kept[most_probable(Chosen(values, values, values))] == kept.max()


def test_ties_do_not_prefer_the_first():
    """Over many questions each of three equal choices is as likely."""
    told = ([-n / 100, -n / 100, -n / 100, -50.0] for n in range(3000))
    found = [most_probable(Chosen("abcd", [0] * 4, each)) for each in told]
    assert min(map(found.count, range(3))) > 900


def test_brier_divides_by_choices_not_by_examples():
    """The example with two choices counts half as much as that with four."""
    four = Chosen("abcd", [1, 0, 0, 0], [0.0, -99.0, -99.0, -99.0])
    two = Chosen("ab", [1, 0], [-99.0, 0.0])
    assert figure("calibration_multiple_choice_brier_score", four, two) == pytest.approx(2 / 6)


def test_brier_of_soft_scores():
    """Their shares are what is right: 0.75 and 0.25, held against 0.5 and 0.5."""
    example = Chosen("ab", [3, 1], [-1.0, -1.0])
    assert figure("calibration_multiple_choice_brier_score", example) == pytest.approx(0.25)
    nothing = Chosen("ab", [0, 0], [-1.0, -1.0])
    assert figure("calibration_multiple_choice_brier_score", nothing) == pytest.approx(0.25)


@pytest.mark.parametrize(("share", "at"), [(0, 0), (1 / 15, 1), (0.0666, 0), (1 / 3, 5), (1, 14)])
def test_buckets_hold_their_lower_edge(share, at):
    assert bucket(share) == at


def test_calibration_error_is_of_buckets():
    """Errors in opposite directions cancel in a bucket and not between two."""
    sure = Chosen("ab", [1, 0], [math.log(0.9), math.log(0.1)])
    wrong = Chosen("ab", [0, 1], [math.log(0.9), math.log(0.1)])
    half = Chosen("ab", [1, 0], [math.log(0.55), math.log(0.45)])
    assert figure("expected_calibration_error", sure, wrong) == pytest.approx(0.4)
    assert figure("expected_calibration_error", wrong, half) == pytest.approx((0.9 + 0.45) / 2)


def test_calibration_takes_the_first_of_equals():
    """On both sides, other than the grade."""
    example = Chosen("abc", [1, 1, 0], [-1.0, -1.0, -1.0])
    assert METRICS["expected_calibration_error"].parts(example) == (pytest.approx(1 / 3), 1)
    other = Chosen("abc", [0, 1, 1], [-1.0, -1.0, -1.0])
    assert METRICS["expected_calibration_error"].parts(other)[1] == 0


def test_weighted_probabilities():
    """As the model gave them, and not brought to a sum of 1."""
    example = Chosen("ab", [1, 0.5], [math.log(0.25), math.log(0.125)])
    assert figure("weighted_probabilities", example) == pytest.approx(0.3125)
    expected = math.log(0.25) + 0.5 * math.log(0.125)
    assert figure("weighted_log_probabilities", example) == pytest.approx(expected)


def test_macro_f1_is_over_labels_by_their_texts():
    """Wherever a choice stands; a label that is said and never right has F1 0."""
    asked = [
        Chosen(["x", "y"], [1, 0], [-1.0, -2.0]),
        Chosen(["y", "x"], [0, 1], [-2.0, -1.0]),
        Chosen(["x", "y"], [0, 1], [-1.0, -2.0]),
        Chosen(["x", "z"], [1, 0], [-2.0, -1.0]),
    ]
    assert figure("macro_f1", *asked) == pytest.approx((2 * 2 / 6 + 0 + 0) / 3)


@pytest.mark.parametrize("scores", [[1, 1], [0.5, 0.5], [0, 0], [1, 0.5]])
def test_macro_f1_wants_one_right_choice(scores):
    with pytest.raises(ValueError, match="macro_f1 needs one choice of score 1"):
        figure("macro_f1", Chosen("ab", scores, [-1.0, -2.0]))


# --- likelihood ----------------------------------------------------------------------------------


def test_log_likelihood_of_several_targets_is_that_of_any():
    example = Weighed(["a", "b"], [math.log(0.25), math.log(0.5)])
    assert figure("log_likelihood", example) == pytest.approx(math.log(0.75))


def test_log_likelihood_by_words_and_characters():
    """Each example's own length counts."""
    asked = Weighed(["one two"], [-7.0]), Weighed(["three"], [-5.0])
    assert figure("log_likelihood", *asked) == -6
    assert figure("log_likelihood_per_word", *asked) == pytest.approx((-3.5 - 5) / 2)
    assert figure("log_likelihood_per_char", *asked) == pytest.approx(-1)


@pytest.mark.parametrize("other", [Weighed(["a", "b"], [-1.0, -1.0]), Weighed([""], [-1.0])])
def test_one_example_of_several_targets_leaves_the_sum_alone(other):
    """Or one without words, where the official code fails."""
    asked = Weighed(["one two"], [-7.0]), other
    assert figure("log_likelihood_per_word", *asked) is None
    assert figure("log_likelihood_per_char", *asked) is None
    assert figure("log_likelihood", *asked) is not None


# --- what cannot be ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "fields", "sentence"),
    [
        (Written, ("a", []), "no target"),
        (Chosen, ("ab", [1, 0], [-1.0]), "2 choices, 2 scores and 1 log-prob"),
        (Chosen, ("", [], []), "0 choices"),
        (Chosen, ("ab", [1, math.nan], [-1.0, -2.0]), "scores and .* must be finite"),
        (Chosen, ("ab", [1, 0], [-1.0, -math.inf]), "and log-probabilities must be finite"),
        (Weighed, (["a"], []), "1 targets and 0 log-prob"),
        (Weighed, (["a"], [math.nan]), "finite"),
    ],
)
def test_bad_examples_are_refused(kind, fields, sentence):
    with pytest.raises(ValueError, match=sentence):
        kind(*fields)


# --- names ---------------------------------------------------------------------------------------


def test_every_listed_name_is_known_or_refused():
    """A task's list of all of them asks for every metric there is."""
    assert named(LISTED) == tuple(METRICS.values())
    assert [sentence for sentence in refused(LISTED) if "bleurt" in sentence]


CALIBRATION = "calibration_multiple_choice_brier_score expected_calibration_error"


@pytest.mark.parametrize(
    ("name", "more"),
    [
        ("rouge", "rouge1 rouge2 rougeLsum"),
        (
            "multiple_choice_grade",
            f"multiple_choice_grade {CALIBRATION}",
        ),
        ("log_likelihood", "log_likelihood log_likelihood_per_word log_likelihood_per_char"),
        ("macro_f1", "macro_f1"),
        ("bleurt", ""),
    ],
)
def test_names_that_mean_more(name, more):
    """And each is there once, however often it is asked for."""
    assert " ".join(metric.name for metric in named([name, name])) == more


def test_unknown_names_are_refused():
    for name in ("multiple_choice_brier_score", "rouge1"):
        with pytest.raises(ValueError, match=f"no metric is called '{name}'; there are bleu, ble"):
            named(["bleu", name])


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("rouge", "prefer rouge1, rouge2 or rougeLsum"),
        ("bleurt", "bleurt is a model of its own"),
        ("accuracy", "no metric is called 'accuracy'"),
    ],
)
def test_what_cannot_be_preferred(name, sentence):
    with pytest.raises(ValueError, match=sentence):
        preferred(name)


def test_a_missing_library_is_named(monkeypatch):
    """With what installs it."""
    from mcqtest.metrics.official import metric

    monkeypatch.setattr(metric, "_is_there", {"sacrebleu": False, "rouge_score": True}.get)
    sentence = r'bleu needs sacrebleu, which is missing; pip install "mcqtest\[bigbench\]"'
    with pytest.raises(McqtestError, match=sentence):
        METRICS["bleu"].parts(Written("a", ["a"]))
    assert len(refused(["bleu", "rouge", "exact_str_match"])) == 1


@every
def test_parts_fit_into_a_baseline(metric):
    """Ids of labels are whole numbers that a float holds, of any text."""
    there(metric)
    asked = PERFECT[metric.needs][0]
    parts = metric.parts(asked)
    assert len(parts) == len(metric.keys) == len(set(metric.keys))
    assert all(isinstance(part, float) and math.isfinite(rounded(part)) for part in parts)
