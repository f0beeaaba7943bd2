"""Figures of a benchmark that are not accuracies: licences passed, people, experts."""

from dataclasses import replace

import pytest
from cases import outcome_of, rescored, summary_of
from hypothesis import given
from hypothesis import strategies as st

from mcqtest.gate import KINDS
from mcqtest.gate.licences.kind import passed
from mcqtest.report import summary

flags = st.lists(st.tuples(st.booleans(), st.none() | st.booleans()), min_size=1, max_size=5)


def licence(now, before, task="tides", **changes):
    """A case that is a licence, passed or not, now and in the baseline."""
    case = outcome_of(
        task, findings={"licence": {"passed": now, "passed_before": before}}, **changes
    )
    case.figures["passed"] = float(now)
    return case


def licences(pairs, **changes):
    """As many cases as there are pairs of (passed, passed before)."""
    return [licence(*pair, task=f"t{at}", **changes) for at, pair in enumerate(pairs)]


@given(flags)
def test_licences_are_counted(pairs):
    """Those passed now; and before, where every one of them was compared."""
    cases = licences(pairs)
    assert passed(cases) == sum(now for now, _ in pairs)
    before = [then for _, then in pairs]
    expected = None if None in before else sum(before)
    assert passed(cases, "passed_before") == expected
    toy = summary_of(*cases)["benchmarks"]["toy"]
    assert (toy["passed"], toy["licences"]) == (passed(cases), len(cases))
    assert toy["passed_before"] == expected
    for task, (now, then) in zip(toy["tasks"].values(), pairs, strict=True):
        assert task["licence"] == {"passed": now, "passed_before": then}
        assert "passed" not in task


def test_tasks_that_are_no_licences_have_no_count():
    """Not even where others of the benchmark are, and nothing is written of it."""
    mixed = [licence(True, True), outcome_of("waves")]
    assert passed(mixed) is None
    assert passed([outcome_of()]) is None
    assert passed([]) is None
    toy = summary_of(*mixed)["benchmarks"]["toy"]
    assert not toy.keys() & {"passed", "licences", "passed_before"}
    assert "licence" not in toy["tasks"]["waves"]


@pytest.mark.parametrize(("bound", "verdict"), [(2, "pass"), (3, "fail")])
def test_a_bound_on_licences(bound, verdict):
    """Two of three passed keep a bound of two and break one of three."""
    cases = licences([(True, True), (False, None), (True, False)], siblings=3)
    found = summary_of(*cases, gate={"toy": {"min_passed": bound}})
    assert found["verdict"] == verdict
    broken = ["toy: passed 2 is below min_passed = 3"]
    assert found["reasons"] == broken * (verdict == "fail")


def test_a_bound_on_licences_needs_all_of_them():
    """Of a selection nothing is said but that the bound was not checked."""
    cases = licences([(False, False)], siblings=3)
    found = summary_of(*cases, gate={"toy": {"min_passed": 3}})
    assert found["verdict"] == "partial"
    assert found["notices"] == [
        "thresholds of toy were not checked: only 1 of its 3 tasks were selected"
    ]


def test_a_notice_of_a_case_is_told():
    """A licence that was lost at the border is in the run's notices and no reason."""
    found = summary_of(licence(False, True, notices=["toy/tides: licence lost"]))
    assert "toy/tides: licence lost" in found["notices"]
    assert (found["verdict"], found["reasons"]) == ("pass", [])


# --- other ways, and guessing -----------------------------------------------------------------


def styles(n, **rights):
    """Scores of ``n`` questions in each style, so many of them right."""
    return {name: outcome_of(n=n, right=right).scores for name, right in rights.items()}


def test_styles_of_a_benchmark():
    """Sums over its tasks of the styles that all of them have, and how far apart these are."""
    one = outcome_of("a", n=4, variants=styles(4, x=4, y=1, z=0))
    two = outcome_of("b", n=6, variants=styles(6, x=1, y=1))
    toy = summary_of(one, two)["benchmarks"]["toy"]
    assert toy["styles"] == {"x": 0.5, "y": 0.2}
    assert (toy["spread"], toy["deviation"]) == pytest.approx((0.3, 0.15))
    assert "spread" not in summary_of(one, outcome_of("b"))["benchmarks"]["toy"]


def test_guessing_depends_on_the_choices():
    """What it would get right: one of two, of five, of ten; over all questions of all tasks."""
    one, two = outcome_of("a", n=2, right=1), outcome_of("b", n=3)
    one.scores = [replace(each, choices=n) for each, n in zip(one.scores, (2, 5), strict=True)]
    two.scores = [replace(each, choices=10) for each in two.scores]
    toy = summary_of(one, two)["benchmarks"]["toy"]
    assert toy["tasks"]["a"]["chance"] == 0.35
    assert (toy["tasks"]["b"]["chance"], toy["chance"]) == (0.1, 0.2)


# --- people and experts -----------------------------------------------------------------------


def among_people(case, *shares):
    """The case, with the share of people that were right at each question, or None."""
    return rescored(case, *({"human_accuracy": share} for share in shares))


def test_people():
    """Model and people on the same questions, those where people are known, over all cases."""
    one = among_people(outcome_of(n=4, right=3), 0.5, None, 0.25, 0.75)
    two = among_people(outcome_of("waves", n=2, right=0), 1.0, None)
    expected = {"human_accuracy": 0.625, "human_questions": 4, "above_human": -0.125}
    assert summary.humans([one, two]) == expected
    toy = summary_of(one, two)["benchmarks"]["toy"]
    assert {key: toy[key] for key in expected} == expected
    assert toy["tasks"]["tides"]["human_questions"] == 3
    assert toy["tasks"]["waves"]["above_human"] == -1


def test_people_are_not_made_up():
    """Where they are known of no question nothing is said; a share of 0 is known."""
    assert summary.humans([outcome_of(), outcome_of("waves")]) == {}
    assert "human_accuracy" not in summary_of(outcome_of())["benchmarks"]["toy"]
    nobody = among_people(outcome_of(n=2, right=2), 0.0, None)
    assert summary.humans([nobody])["above_human"] == 1


def test_near_expert():
    """Tasks strictly above the mark, of all; 60 % is not above 60 %."""
    cases = [
        outcome_of("a", n=5, right=3, expert=0.6),
        outcome_of("b", n=95, right=57, expert=0.6),
        outcome_of("c", n=100, right=61, expert=0.6),
        outcome_of("d", n=4, right=4, expert=0.6),
    ]
    assert summary.near_expert(cases) == 0.5
    assert summary_of(*cases)["benchmarks"]["toy"]["near_expert"] == 0.5
    unmarked = [*cases, outcome_of("e")]
    assert summary.near_expert(unmarked) is None
    assert "near_expert" not in summary_of(*unmarked)["benchmarks"]["toy"]


def test_what_moved_among_licences():
    """In the sentence of the verdict: by name, where all of them were compared."""
    steady, lost, won = (
        licence(True, True),
        licence(False, True, "law"),
        licence(True, False, "art"),
    )
    assert KINDS["licence"].sentence([steady, lost, won]) == (
        "licences 2 of 3 (2 before; lost law; won art)"
    )
    assert KINDS["licence"].sentence([steady]) == "licences 1 of 1 (1 before)"
    assert KINDS["licence"].sentence([licence(False, False)]) == "licences 0 of 1 (0 before)"
    assert KINDS["licence"].sentence([steady, licence(True, None)]) == "licences 2 of 2"
    assert KINDS["licence"].sentence([outcome_of()]) == ""


def test_the_brier_score_of_the_baseline():
    """Of all tasks' questions together, and nothing where one task's baseline keeps none."""
    one = outcome_of(n=4, right=3, qualities={"brier": [0.1, 0.0, 0.0, -0.2]}, brier_before=1.0)
    two = outcome_of("waves", n=6, right=5, qualities={"brier": [0.0] * 6}, brier_before=0.5)
    found = summary_of(one, two)["benchmarks"]["toy"]
    assert found["baseline_brier"] == 0.15
    assert found["tasks"]["tides"]["baseline_brier"] == 0.25
    assert "baseline_brier" not in summary_of(one, outcome_of("foam"))["benchmarks"]["toy"]
