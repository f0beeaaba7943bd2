"""The verdict in one sentence."""

from cases import MODEL, board_of, decided, outcome_of

from mcqtest.report import sentence


def told(*outcomes, problems=(), **changes):
    """The sentence of a run with these outcomes."""
    board = board_of(*outcomes, **changes)
    said = sentence(MODEL.name, *decided(board, problems), board.policy)
    assert len(said.splitlines()) == 1
    return said


def test_may_ship():
    """How many questions, what changed, and which drop is excluded."""
    said = told(outcome_of("a", 400, 200, 4, 2), outcome_of("b", 600, 300, 5, 9))
    assert said.startswith(
        "MAY SHIP: small is no worse than baseline 'small' on 1,000 questions of 2 tasks (toy: "
        "9 lost, 11 won, a drop of more than 1.00 points is excluded (99 %), churn 2.00%, "
        "p = 0.75; false alarms at most 0.01)"
    )


def test_no_loss_proven():
    """Where no margin is stated, nobody reads that it may ship."""
    said = told(outcome_of("a", 400, 200, 4, 2), margin=None)
    assert said.startswith("NO LOSS PROVEN: small against baseline 'small' on 400 questions of ")


def test_undecided():
    """Which drop is still possible, the margin, and what would help."""
    said = told(outcome_of("a", 400, 200, 24, 22), margin=1.0)
    assert said.startswith(
        "UNDECIDED: small: no loss is proven, but one of the margin is not excluded: toy: a drop "
        "of up to 4.67 points is possible (99 %), the margin is 1; a fixed set of questions "
    )
    assert "; against baseline 'small' on 400 questions of 1 task (toy: 24 lost, 22 won, a " in said


def test_partial():
    """What was asked of it; with a baseline and without."""
    part = outcome_of("a", 400, 200, siblings=3)
    assert told(part).startswith(
        "PARTIAL: small: no loss is proven, but only a part was asked: toy: 1 of 3 tasks; against "
    )
    cut = outcome_of("a", 400, 200, in_part=True)
    assert "asked: toy: not all questions of 1 of 1 tasks; against baseline" in told(cut)
    some = [outcome_of("a", siblings=2), outcome_of("b", siblings=2, in_part=True)]
    assert "asked: toy: 1 of them in part, 2 of 2 tasks; against baseline" in told(*some)
    alone = told(part, baseline="none", gate={"toy/a": {"min_accuracy": 0.2}})
    assert alone == (
        "PARTIAL: small keeps every threshold on 400 questions of 1 of 3 tasks; toy: 1 of 3 "
        "tasks; nothing was compared"
    )


def test_false_alarms_of_thresholds_are_told_apart():
    """They are no part of alpha."""
    said = told(outcome_of("a", 400, 200), gate={"toy": {"min_accuracy": 0.2}})
    assert said.endswith("; false alarms at most 0.01, those of thresholds apart)")


def test_may_not_ship():
    """The first reason without its details, and how many more there are."""
    red = outcome_of(failures=["toy/tides is worse than baseline 'small'\nlost: 1\nkept"])
    assert told(red) == "MAY NOT SHIP: small: toy/tides is worse than baseline 'small'"
    several = told(red, problems=["gw0 crashed", "gw1 crashed"])
    assert several == "MAY NOT SHIP: small: gw0 crashed (and 2 more)"
    red.failures.append("toy/tides: accuracy 0.5000 is below min_accuracy = 0.7")
    assert told(red) == "MAY NOT SHIP: small: toy/tides is worse than baseline 'small' (and 1 more)"
    assert told() == "MAY NOT SHIP: small: no question was judged"


def test_recorded():
    """Which baseline it now is."""
    said = told(outcome_of(lost=None), update=True, baseline="v2")
    assert said == "RECORDED: small on 4 questions of 1 task is now baseline 'v2'"


def test_thresholds_alone_compare_nothing():
    """A green run without a baseline does not claim to be no worse."""
    said = told(outcome_of(lost=None), baseline="none", gate={"toy": {"min_accuracy": 0.5}})
    assert said.startswith("MAY SHIP: small keeps every threshold on 4 questions of 1 task")
    assert said.endswith("nothing was compared")


def licence(task, passed, before):
    """The outcome of a licence, as far as the sentence needs it."""
    found = {"passed": passed, "passed_before": before}
    return outcome_of(task, 400, 200, findings={"licence": found})


def test_licences_in_the_sentence():
    """How many are passed, before and now, and which were lost and won; green and red alike."""
    steady = [licence("dentist", True, True), licence("notary", False, False)]
    lost = [licence("lawyer", False, True), licence("pharmacist", False, True)]
    said = "licences 1 of 2 (1 before)"
    assert f", p = 1, {said}; false alarms " in told(*steady)
    moved = [*steady, *lost, licence("physician", True, False)]
    said = "licences 2 of 5 (3 before; lost lawyer, pharmacist; won physician)"
    assert f", p = 1, {said}; false alarms " in told(*moved)
    assert told(*moved, problems=["gw0 crashed"]) == (
        f"MAY NOT SHIP: small: gw0 crashed; toy: {said}"
    )
    won = told(licence("physician", True, False))
    assert ", licences 1 of 1 (0 before; won physician); " in won
    unknown = told(licence("dentist", True, None), problems=["gw0 crashed"])
    assert unknown.endswith(": gw0 crashed; toy: licences 1 of 1")
    assert "licences" not in told(*steady, outcome_of())
