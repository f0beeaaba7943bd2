"""What was reported: no result is missed, and whatever stands against a pass is told once."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reporting import INTERRUPTED, OK, report_of

from mcqtest.plugin.tally import Ledger, Tally
from mcqtest.plugin.wire import ERROR, FATAL


def tally_of(*reports):
    """A tally that has counted these."""
    tally = Tally()
    for each in reports:
        tally.count(each)
    return tally


def problems(tally, status=OK, *, judged=0, is_red=False, stopped=False):
    return tally.problems(status, judged=judged, is_red=is_red, stopped=stopped)


# --- the ledger -------------------------------------------------------------------------------


@given(st.lists(st.text("abc", min_size=1)), st.lists(st.text("abc", min_size=1)))
def test_the_ledger_misses_nothing(expected, ticked):
    """What was collected and never reported is missing, once each, in order."""
    ledger = Ledger()
    for nodeid in expected:
        ledger.expect([nodeid])
    ledger.expect(expected)  # every worker collects the same
    for nodeid in ticked:
        ledger.tick(nodeid)
    assert ledger.missing() == [each for each in dict.fromkeys(expected) if each not in ticked]
    assert ledger.broken == []


def test_a_report_may_come_before_the_collection():
    """A fast worker reports before a slow one has collected."""
    ledger = Ledger()
    ledger.tick("a")
    ledger.expect(["a", "b"])
    assert ledger.missing() == ["b"]


# --- reports ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("when", "outcome", "ends"),
    [
        ("setup", "passed", False),
        ("setup", "failed", True),
        ("setup", "skipped", True),
        ("call", "passed", True),
        ("call", "failed", True),
        ("teardown", "passed", False),
    ],
)
def test_when_a_test_has_given_a_result(when, outcome, ends):
    """Its set-up alone is none, unless nothing can come after it."""
    tally = tally_of(report_of("a", when=when, outcome=outcome))
    tally.ledger.expect(["a"])
    assert tally.is_broken != ends
    missing = "1 selected test gave no result, the first is a"
    assert (missing in problems(tally)) != ends


def test_errors_are_told_once():
    """However many questions have the same; each test that failed of it is accounted for."""
    errors = [report_of(outcome="failed", **{ERROR: said}) for said in ("one", "two", "one")]
    assert problems(tally_of(*errors)) == ["one", "two"]
    plain = report_of(outcome="failed")
    assert problems(tally_of(*errors, plain)) == ["one", "two", "1 test failed"]
    assert problems(tally_of(plain, plain)) == ["2 tests failed"]
    assert problems(tally_of(plain, plain), is_red=True) == []  # the outcomes say why


def test_the_first_mistake_is_the_reason():
    """Others come of it; told once, though it is its test's error as well."""
    first, second = ({ERROR: said, FATAL: said} for said in ("disk full", "no rights"))
    tally = tally_of(*[report_of(outcome="failed", **each) for each in (first, second, {})])
    assert (tally.fatal, tally.refused) == ("disk full", False)
    assert problems(tally) == ["disk full", "no rights", "1 test failed"]
    tally.ledger.expect("ab")  # what was left out is no reason of its own
    assert problems(tally) == ["disk full", "no rights", "1 test failed"]
    tally.refuse("no data")
    assert (tally.fatal, tally.refused) == ("no data", True)


def test_an_interruption_is_the_reason_for_what_is_missing():
    """Unless something broke before."""
    tally = tally_of(report_of("a"))
    tally.ledger.expect("ab")
    (said,) = problems(tally, INTERRUPTED)
    assert said.startswith("interrupted")
    tally.ledger.broken.append("ValueError: no")
    told = ["internal error: ValueError: no", "1 selected test gave no result, the first is b"]
    assert problems(tally, INTERRUPTED) == problems(tally) == told


def test_what_a_stop_leaves_out():
    """Was meant to be left out at the first failure: no interruption, and nothing that got lost."""
    tally = tally_of(report_of("a", outcome="failed"))
    tally.ledger.expect("abc")
    for status in (INTERRUPTED, OK):
        (said,) = problems(tally, status, is_red=True, stopped=True)
        assert said == "2 selected tests left out, since the run was to stop at a failure"
    tally = tally_of(report_of("a", outcome="failed"))
    tally.ledger.expect("a")
    assert problems(tally, is_red=True, stopped=True) == []


def test_what_a_stop_was_for_comes_first():
    """An error is told before what was left out for it."""
    tally = tally_of(report_of("a", outcome="failed", **{ERROR: "too long"}))
    tally.ledger.expect("ab")
    tally.planned = 2
    left = "1 selected test left out, since the run was to stop at a failure"
    assert problems(tally, INTERRUPTED, stopped=True) == ["too long", left]


def test_the_ledger_is_complete():
    """Once all was reported, and not before anything was collected."""
    ledger = Ledger()
    assert not ledger.is_complete()
    ledger.expect("ab")
    ledger.tick("a")
    assert not ledger.is_complete()
    ledger.tick("b")
    ledger.tick("toy::pooled")
    assert ledger.is_complete()


def test_an_internal_error_is_no_pass():
    """Also where every test was reported: who knows what it did."""
    tally = tally_of(report_of("a"))
    tally.ledger.expect("a")
    assert not tally.is_broken
    tally.ledger.broken.append("ValueError: no")
    assert tally.is_broken


def test_tasks_that_were_planned_and_not_judged():
    """A reason where no other explains it."""
    tally = tally_of(report_of("a"))
    tally.planned = 3
    assert problems(tally, judged=3) == []
    assert problems(tally, judged=2) == ["1 of 3 selected tasks were not judged"]
    tally.uncollected("broken.py")
    assert problems(tally, judged=2) == ["broken.py: could not be collected, see its error above"]


def test_a_file_that_cannot_be_collected_is_no_interruption():
    """As pytest calls it; the same command would go on nowhere."""
    tally = tally_of()
    tally.ledger.expect("a")
    tally.uncollected("broken.py")
    told = ["broken.py: could not be collected, see its error above"]
    assert problems(tally, INTERRUPTED) == told
    assert problems(tally, INTERRUPTED, judged=1)[0].startswith("interrupted")


@pytest.mark.parametrize(("skipped", "said"), [(0, None), (1, "1 selected test skipped: ")])
def test_skipped_tests_are_noted(skipped, said):
    """They are no reason against a pass, for somebody meant it."""
    tally = tally_of(report_of("a"), *[report_of("b", when="setup", outcome="skipped")] * skipped)
    assert problems(tally) == []
    assert tally.skipped is said or tally.skipped.startswith(said)
