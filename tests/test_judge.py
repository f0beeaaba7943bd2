"""One task against its baseline file: what is said of it, and what is recorded."""

import json
from dataclasses import replace

import pytest
from cases import MODEL, lines_of
from hypothesis import given
from hypothesis import strategies as st
from judging import BAD, GOOD, LEVEL, OLD, TASK, baselines_of, judge_of, keep, release, results_of

from mcqtest import gate
from mcqtest.gate import beside
from mcqtest.gate.companion import parse

marks = st.text("Abc-", min_size=1, max_size=40)


# --- judging ----------------------------------------------------------------------------------


@given(
    st.integers(1, 40).flatmap(lambda n: st.tuples(*[st.text("Abc-", min_size=n, max_size=n)] * 2))
)
def test_an_outcome_is_the_comparison_of_two_records(tmp_path_factory, pair):
    """Its counts, its changes and its colour are those of the gate, at the task's level."""
    folder = tmp_path_factory.mktemp("judge")
    one, two = map(results_of, pair)
    release(folder, one)
    made, old = judge_of(folder), baselines_of(folder).old(TASK)
    outcome = made.judge(two)
    found = gate.compare(old, made.record(two), LEVEL, alpha=0.01)
    assert {name: getattr(found, name) for name in outcome.comparison} == outcome.comparison
    assert [line["change"] for line in lines_of(outcome)] == gate.changed(old, made.record(two))
    assert bool(outcome.failures) == found.regressed
    assert outcome.before == sum(r.correct for r in one)
    assert outcome.right == sum(r.correct for r in two)
    assert outcome.against == OLD.weights


def test_what_is_said_of_a_red_task(tmp_path):
    """Both accuracies, counts, p-value, level; then the questions, and how many are unread."""
    release(tmp_path, results_of(GOOD))
    now = results_of(BAD[:-1] + "-")
    (said,) = judge_of(tmp_path).judge(now).failures
    worse, lost = said.split("\n")
    assert worse == (
        "toy/tides is worse than baseline 'small': accuracy 1.0000 -> 0.7000, 12 questions lost, "
        "0 won, p = 0.00024, adjusted 0.00024 (red from 0.01 down)"
    )
    assert lost.startswith("lost (question baseline>now): q28 A>B, q29 A>B, ")
    assert lost.endswith("q39 A>-; 1 of the lost now without a readable answer")
    (refused,) = judge_of(tmp_path, update=True).judge(now).failures
    assert refused.startswith(f"{said}\nthe old baseline is kept; ")
    accepting = judge_of(tmp_path, update=True, reason="why")
    assert accepting.judge(now).failures == []
    assert judge_of(tmp_path, reason="why").judge(now).failures == [said]


def test_a_comparison_is_made_once(tmp_path):
    """Whoever asks again gets the same outcome; a look is not one, and has no comparison."""
    release(tmp_path, results_of(GOOD))
    made = judge_of(tmp_path, gate={"toy/tides": {"min_accuracy": 0.9}})
    look = made.judge(results_of(BAD), compared=False)
    assert (look.comparison, look.before, look.compared) == (None, None, False)
    assert look.missing is False
    assert {line["change"] for line in lines_of(look)} == {None}
    (low,) = look.failures
    assert low.startswith("toy/tides: accuracy 0.7000 is below")
    outcome = made.judge(results_of(BAD))
    assert outcome.failures[1:] == [low]
    assert made.judge(results_of(GOOD)) is outcome
    assert made.judge(results_of(BAD), compared=False) == look


def test_figures_of_several_styles():
    """How far apart they are, as shares of the questions; a run that has one says nothing of it."""
    styles = {"one": results_of("A" * 10 + "b" * 30), "two": results_of("A" * 30 + "b" * 10)}
    outcome = judge_of(baseline="none").judge(results_of(GOOD), variants=styles)
    rights = {name: sum(score.correct for score in each) for name, each in outcome.variants.items()}
    assert rights == {"one": 10, "two": 30}
    assert (outcome.figures["spread"], outcome.figures["deviation"]) == (0.5, 0.25)
    plain = judge_of(baseline="none").judge(results_of(GOOD))
    assert {"spread", "deviation"}.isdisjoint(plain.figures)
    assert (plain.variants, plain.methods, plain.fewer_shots) == ({}, {}, 0)


def test_nothing_to_compare_with(tmp_path):
    """Red with what to do; no failure where a baseline is recorded, or none is wanted."""
    outcome = judge_of(tmp_path).judge(results_of(GOOD))
    assert outcome.missing
    (said,) = outcome.failures
    assert said.startswith("toy/tides: nothing to compare with: no baseline 'small' (")
    assert "--snapshot-update" in said
    for changes in ({"update": True}, {"baseline": "none"}):
        outcome = judge_of(tmp_path, **changes).judge(results_of(GOOD))
        assert (outcome.failures, outcome.missing, outcome.comparison) == ([], False, None)
    release(tmp_path, results_of(GOOD, asking="else"))
    (notice,) = judge_of(tmp_path, update=True).judge(results_of(GOOD)).notices
    assert notice.startswith("toy: recorded without a comparison")
    assert judge_of(tmp_path, update=True).judge(results_of(GOOD, asking="else")).notices == []
    (said,) = judge_of(tmp_path).judge(results_of(GOOD)).failures
    assert "asked in another way" in said


def likely(*probabilities):
    """Results of letters with these probabilities of the right one."""
    plain = results_of("A" * len(probabilities))
    pairs = zip(plain.items, probabilities, strict=True)
    items = [replace(each, probabilities=(p, (1 - p) / 2, (1 - p) / 2)) for each, p in pairs]
    return replace(plain, items=tuple(items))


def keep_with_companion(folder, results):
    release(folder, results)
    place = baselines_of(folder).place(TASK)
    beside(place).write_text(judge_of(identity=OLD).companion(results, asked=True), "utf-8")


def test_the_brier_score_of_the_baseline_is_its_own(tmp_path):
    """To the last digit the same, whoever is held against it."""
    keep_with_companion(tmp_path, likely(0.9, 0.8, 0.4321))
    found = {
        judge_of(tmp_path).judge(likely(*each)).brier_before
        for each in ((0.9, 0.8, 0.4321), (0.1, 0.7, 1 / 3), (0.5, 0.5, 0.98765))
    }
    assert len(found) == 1
    assert found.pop() == pytest.approx(0.015 + 0.06 + 0.48377, abs=1e-4)


def test_probabilities_that_are_the_baselines(tmp_path):
    """Are counted where the weights are others, and nowhere else."""
    keep_with_companion(tmp_path, likely(0.9, 0.8, 1.0))
    assert judge_of(tmp_path).judge(likely(0.9, 0.8, 1.0)).echoes == 2
    assert judge_of(tmp_path, identity=OLD).judge(likely(0.9, 0.8, 1.0)).echoes == 0
    assert judge_of(tmp_path).judge(likely(0.9, 0.8001, 1.0)).echoes == 0


def test_choices_that_are_alike_are_counted(tmp_path):
    """To the last bit of what the model computes in, with a baseline and without."""
    half = replace(MODEL, dtype="bfloat16")
    now = likely(1 / 3, 0.34, 0.5)
    assert judge_of(tmp_path, identity=half, update=True).judge(now).alike == 2
    keep_with_companion(tmp_path, likely(0.9, 0.8, 0.7))
    assert judge_of(tmp_path, identity=half).judge(now).alike == 2
    assert judge_of(tmp_path).judge(now).alike == 0
    assert judge_of(tmp_path).judge(likely(1 / 3, 0.34, 0.5), compared=False).alike == 0
    exact = replace(now, items=tuple(replace(r, probabilities=(0.25,) * 4) for r in now.items))
    assert judge_of(tmp_path).judge(exact, compared=False).alike == 3


# --- recording --------------------------------------------------------------------------------


@given(marks)
def test_what_is_recorded_can_be_read(text):
    """A baseline file says who answered what, and is its own record."""
    found = gate.parse(judge_of().text(results_of(text)), where="here")
    assert (found.marks, found.model, found.weights) == (text, MODEL.name, MODEL.weights)
    assert found.accepted == ()


def test_reasons_that_are_recorded(tmp_path):
    """Where something was lost, or could not be compared; they stay as long as the weights."""

    def accepted(now, **changes):
        made = judge_of(tmp_path, update=True, **changes)
        return gate.parse(made.text(results_of(now)), where="here").accepted

    release(tmp_path, results_of(GOOD))
    (reason,) = accepted(BAD, reason="4 bits")
    assert reason == "4 bits (12 lost, 0 won against weights 000000000000, p = 0.00024)"
    assert accepted(GOOD, reason="4 bits") == accepted(BAD) == ()
    release(tmp_path, results_of(GOOD, asking="else"))
    assert accepted(GOOD, reason="shots") == ("shots (could not be compared)",)
    assert accepted(GOOD, reason="shots", identity=OLD) == ()
    few = "leak (could not be compared: 39 questions over 40)"
    release(tmp_path, results_of(GOOD, questions="4567"))
    for identity in (MODEL, OLD):
        assert accepted(GOOD[:39], reason="leak", identity=identity) == (few,)
    release(tmp_path, results_of(GOOD))
    keep(tmp_path, replace(baselines_of(tmp_path).old(TASK), accepted=("long ago",)))
    assert accepted(GOOD, identity=OLD) == ("long ago",)
    assert accepted(BAD, identity=OLD, reason="new") == ("long ago",)
    assert accepted(GOOD) == ()


def test_the_noise_of_the_same_weights(tmp_path):
    """How many answers changed when asked and recorded again; it stays where none did, and
    another checkpoint starts anew. The same answers read again are no measurement.
    """
    release(tmp_path, results_of(GOOD), recorder=MODEL)
    made = judge_of(tmp_path, update=True)
    assert json.loads(made.companion(results_of("b" + GOOD[1:]), asked=True))["noise"] == 1
    assert "noise" not in json.loads(made.companion(results_of(GOOD), asked=False))
    kept = made.companion(results_of(GOOD), asked=True)
    assert json.loads(kept)["noise"] == 0
    path = beside(made._baselines.place(TASK))
    record = made.record(results_of(GOOD))
    path.write_text(str(replace(parse(kept, record, where="here"), noise=3)))
    again = judge_of(tmp_path, update=True)
    assert json.loads(again.companion(results_of(GOOD), asked=False))["noise"] == 3
    assert judge_of(tmp_path).judge(results_of(GOOD)).noise == 3
    other = judge_of(tmp_path, identity=OLD, update=True)
    assert "noise" not in json.loads(other.companion(results_of(GOOD), asked=True))
