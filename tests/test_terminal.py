"""What a person reads: widths, durations, and the verdict in one sentence."""

from types import SimpleNamespace

import pytest
from cases import MODEL, case_of, settings_of
from realdata import benchmark

from mcqtest import terminal
from mcqtest.report import Scoreboard

LONGEST = max((task.name for task in benchmark("mmlu").MMLU.tasks), key=len)
GROUP = "other (business, health, misc.)"


def told(*cases, problems=(), **changes):
    """The sentence of a run with these cases."""
    board = Scoreboard(settings_of(**changes), MODEL)
    for case in cases:
        board.add(case)
    pooled = board.benchmarks()
    sentence = terminal.sentence(board, pooled, *board.verdict(pooled, problems))
    assert len(sentence.splitlines()) == 1
    return sentence


# --- lines of the table -----------------------------------------------------------------------


@pytest.mark.parametrize(("lost", "won"), [(0, 0), (1500, 0), (0, 1500), (None, 0)])
def test_lines_are_not_too_wide(lost, won):
    """The longest subject, with the widest numbers, fits the columns above it."""
    case = case_of(LONGEST, 12_345, 6_000, lost, won, group=GROUP)
    line = terminal.line(case)
    assert len(line) <= len(terminal.columns()) <= 100
    assert line.startswith(f"{LONGEST} ")
    assert line[: len(LONGEST) + 1].strip() == LONGEST
    board = Scoreboard(settings_of(), MODEL)
    board.add(case)
    board.add(case_of("tides", 12_345, 6_000, lost, won, group="a"))
    header, _, group, whole, *_ = terminal.summary(board.benchmarks())
    assert [len(each) <= len(terminal.columns()) for each in (header, group, whole)] == [True] * 3
    assert group.startswith(f"  {GROUP} ")


def test_a_line_stands_under_its_columns():
    """Numbers end where their headings end."""
    line = terminal.line(case_of("tides", 1234, 617, lost=20, won=3))
    assert len(line) == len(terminal.columns())
    for heading, number in zip(terminal.columns().split()[1:], line.split()[1:], strict=True):
        end = terminal.columns().index(f" {heading}") + 1 + len(heading)
        assert line[:end].endswith(f" {number}")
        assert line[end : end + 1] in ("", " ")
    assert line.split()[:6] == ["tides", "1,234", "0.5000", "-0.0138", "20", "3"]


def test_no_change_and_no_comparison():
    """An equal sign where accuracy is the same, nothing where nothing was compared."""
    assert terminal.line(case_of(lost=1, won=1)).split() == [
        *("tides", "4", "0.7500", "=", "1", "1", "0.75")
    ]
    assert terminal.line(case_of(lost=None)).split() == ["tides", "4", "0.7500"]


def test_groups_and_the_whole():
    """A line for each group in the order of names, then all, with the pooled p."""
    board = Scoreboard(settings_of(), MODEL)
    for name, group, lost in [("a", "salt", 3), ("b", "fresh", 0), ("c", "salt", 2)]:
        board.add(case_of(name, 10, 5, lost, group=group, fewer_shots=1))
    header, fresh, salt, whole, *details = terminal.summary(board.benchmarks())
    assert header.split() == ["toy", *terminal.columns().split()[1:]]
    assert fresh.split() == ["fresh", "10", "0.5000", "=", "0", "0"]
    assert salt.split() == ["salt", "20", "0.5000", "-0.2500", "5", "0"]
    assert whole.split() == ["all", "30", "0.5000", "-0.1667", "5", "0", "0.031"]
    assert details[:2] == [
        "  micro accuracy (over questions) 0.5000, 95 % interval 0.3315 to 0.6685",
        "  macro accuracy (over tasks) 0.5000",
    ]
    assert details[2].startswith("  calibration: ECE 0.2500, ")
    assert details[3] == "  3 questions asked with fewer shots, to fit the context"


# --- words ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0 s"),
        (0.4, "0 s"),
        (59.4, "59 s"),
        (59.5, "1 min 00 s"),
        (200, "3 min 20 s"),
        (3599.4, "59 min 59 s"),
        (3599.5, "1 h 00 min"),
        (7500, "2 h 05 min"),
        (360_000, "100 h 00 min"),
    ],
)
def test_durations(seconds, text):
    """Two units at most, and no 60 of anything."""
    assert terminal.duration(seconds) == text


def test_plurals():
    """One is one; thousands have a comma."""
    found = [terminal.plural(number, "question") for number in (0, 1, 2, 14_042)]
    assert found == ["0 questions", "1 question", "2 questions", "14,042 questions"]


def test_what_is_planned():
    """Tasks, questions, and how many answers are there already."""
    assert terminal.planned(1, 1000, 1000, 0) == "mcqtest: 1 task, 1,000 questions, none stored"
    assert terminal.planned(57, 14_042, 14_042, 5000) == (
        "mcqtest: 57 tasks, 14,042 questions, 5,000 stored"
    )
    assert terminal.planned(1, 10, 250, 1) == (
        "mcqtest: 1 task, 10 questions in 250 requests, 1 stored"
    )


@pytest.mark.parametrize("update", [False, True])
@pytest.mark.parametrize("baseline", [None, "v1", "none"])
def test_the_header_names_the_baseline(baseline, update):
    """The one that is then compared with or recorded, and the weights and data."""
    settings = settings_of(baseline=baseline, update=update)
    model, against = terminal.header(settings, MODEL)
    assert model == "mcqtest: small, weights abcdef012345; transformers 5, float32 on cpu"
    name = Scoreboard(settings, MODEL).baseline
    if name is None:
        assert "no baseline" in against
    else:
        assert f"baseline {name!r}" in against
    assert ("recording" in against) == update
    assert against.endswith("alpha 0.01; /data")


def test_the_header_says_that_the_demo_is_a_toy():
    """Nobody should take its figures for a model's."""
    lines = terminal.header(settings_of(model="demo", demo=True), MODEL)
    assert "a toy" in lines[0]
    assert lines[1].endswith("; demo questions")


# --- the sentence -----------------------------------------------------------------------------


def test_may_ship():
    """How many questions, what changed, and how small a drop would have been seen."""
    sentence = told(case_of("a", 400, 200, 4, 2), case_of("b", 600, 300, 5, 9))
    assert sentence.startswith(
        "MAY SHIP: small is no worse than baseline 'small' on 1,000 questions of 2 tasks (toy: "
        "9 lost, 11 won, churn 2.00%, p = 0.75; a drop of "
    )
    assert sentence.endswith("would have been seen with 80 % power; false alarms at most 0.01)")


def test_may_not_ship():
    """The first reason without its details, and how many more there are."""
    red = case_of(failures=["toy/tides is worse than baseline 'small'\nlost: 1\nkept"])
    assert told(red) == "MAY NOT SHIP: small: toy/tides is worse than baseline 'small'"
    several = told(red, problems=["gw0 crashed", "gw1 crashed"])
    assert several == "MAY NOT SHIP: small: gw0 crashed (and 2 more)"
    red.failures.append("toy/tides: accuracy 0.5000 is below min_accuracy = 0.7")
    assert told(red) == "MAY NOT SHIP: small: toy/tides is worse than baseline 'small' (and 1 more)"
    assert told() == "MAY NOT SHIP: small: no question was judged"


def test_recorded():
    """Which baseline it now is."""
    sentence = told(case_of(lost=None), update=True, baseline="v2")
    assert sentence == "RECORDED: small on 4 questions of 1 task is now baseline 'v2'"


def test_thresholds_alone_compare_nothing():
    """A green run without a baseline does not claim to be no worse."""
    sentence = told(case_of(lost=None), baseline="none", gate={"toy": {"min_accuracy": 0.5}})
    assert sentence.startswith("MAY SHIP: small keeps every threshold on 4 questions of 1 task")
    assert sentence.endswith("nothing was compared")


def licence(task, passed, before):
    """A case of a licence, as far as the sentence needs it."""
    return case_of(task, 400, 200, licence={"passed": passed, "passed_before": before})


def test_licences_in_the_sentence():
    """How many are passed, before and now, and which were lost and won; green and red alike."""
    steady = [licence("dentist", True, True), licence("notary", False, False)]
    lost = [licence("lawyer", False, True), licence("pharmacist", False, True)]
    said = "licences 1 of 2 (1 before)"
    assert f", p = 1, {said}; a drop of " in told(*steady)
    moved = [*steady, *lost, licence("physician", True, False)]
    said = "licences 2 of 5 (3 before; lost lawyer, pharmacist; won physician)"
    assert f", p = 1, {said}; a drop of " in told(*moved)
    assert told(*moved, problems=["gw0 crashed"]) == (
        f"MAY NOT SHIP: small: gw0 crashed; toy: {said}"
    )
    won = told(licence("physician", True, False))
    assert ", licences 1 of 1 (0 before; won physician); " in won
    unknown = told(licence("dentist", True, None), problems=["gw0 crashed"])
    assert unknown.endswith(": gw0 crashed; toy: licences 1 of 1")
    assert "licences" not in told(*steady, case_of())


@pytest.mark.parametrize("passed", [True, False])
def test_a_licence_behind_its_result(passed):
    """With -v: whether it is passed, beside the counts; nothing of a task that is none."""
    said = f"licence={'passed' if passed else 'not passed'}"
    case = case_of(licence={"passed": passed})
    assert terminal.short(case) == f"n=4 accuracy=0.7500 {said} lost=0 won=0 p=1"
    case.verdict = None
    assert terminal.short(case) == f"n=4 accuracy=0.7500 {said}"
    assert terminal.short(case_of()) == "n=4 accuracy=0.7500 lost=0 won=0 p=1"


# --- progress ---------------------------------------------------------------------------------


def test_progress(monkeypatch):
    """Not for quick tasks, not too often, and the time left from the pace of this task."""
    now = 1000.0
    monkeypatch.setattr(terminal, "time", SimpleNamespace(monotonic=lambda: now))
    clock = terminal.Clock()
    name = "high_school_government_and_politics"

    def at(seconds, done):
        nonlocal now
        now = 1000.0 + seconds
        return clock.line(name, "task", done, 13_000)

    assert [at(0, 3000), at(0.5, 3500), at(0.99, 3900)] == [None] * 3
    text = at(10, 4000)
    assert text == f"  {name}: 4,000 of 13,000 questions, 1 min 30 s left"
    assert len(text) <= 100
    assert at(10.1, 4100) is None
    assert at(20, 4000) == f"  {name}: 4,000 of 13,000 questions, 3 min 00 s left"
    assert at(30, 13_000) is None
    assert clock.line("waves", "another", 5, 10) is None


def test_progress_without_a_pace(monkeypatch):
    """As long as nothing was answered, nothing is said about the time left."""
    now = iter([0.0, 5.0])
    monkeypatch.setattr(terminal, "time", SimpleNamespace(monotonic=lambda: next(now)))
    clock = terminal.Clock()
    clock.line("tides", "task", 1, 10)
    assert clock.line("tides", "task", 1, 10) == "  tides: 1 of 10 questions"
