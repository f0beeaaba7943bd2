"""What a person reads: the header, and lines of tables at any width."""

from dataclasses import replace
from pathlib import Path

import pytest
from cases import MODEL, board_of, outcome_of, rescored, settings_of, summary_of
from realdata import benchmark

from mcqtest import demo
from mcqtest.backends import Checkpoint, Setup
from mcqtest.report import terminal
from mcqtest.run.run import Run
from mcqtest.run.terms import policy_of

LONGEST = max((task.name for task in benchmark("mmlu").MMLU.tasks), key=len)
GROUP = "other (business, health, misc.)"


# --- lines of the table -----------------------------------------------------------------------


@pytest.mark.parametrize(("lost", "won"), [(0, 0), (1500, 0), (0, 1500), (None, 0)])
def test_lines_are_not_too_wide(lost, won):
    """The longest subject, with the widest numbers, fits the columns above it."""
    outcome = outcome_of(LONGEST, 12_345, 6_000, lost, won, group=GROUP)
    line = terminal.line(outcome)
    assert len(line) <= len(terminal.columns()) <= 100
    assert line.startswith(f"{LONGEST} ")
    assert line[: len(LONGEST) + 1].strip() == LONGEST
    board = board_of(outcome, outcome_of("tides", 12_345, 6_000, lost, won, group="a"))
    header, _, group, whole, *_ = terminal.summary(board.benchmarks())
    assert [len(each) <= len(terminal.columns()) for each in (header, group, whole)] == [True] * 3
    assert group.startswith(f"  {GROUP} ")


def test_a_line_stands_under_its_columns():
    """Numbers end where their headings end."""
    line = terminal.line(outcome_of("tides", 1234, 617, lost=20, won=3))
    assert len(line) == len(terminal.columns())
    for heading, number in zip(terminal.columns().split()[1:], line.split()[1:], strict=True):
        end = terminal.columns().index(f" {heading}") + 1 + len(heading)
        assert line[:end].endswith(f" {number}")
        assert line[end : end + 1] in ("", " ")
    assert line.split()[:6] == ["tides", "1,234", "0.5000", "-0.0138", "20", "3"]


def test_no_change_and_no_comparison():
    """An equal sign where accuracy is the same, nothing where nothing was compared."""
    assert terminal.line(outcome_of(lost=1, won=1)).split() == [
        *("tides", "4", "0.7500", "=", "1", "1", "0.75")
    ]
    assert terminal.line(outcome_of(lost=None)).split() == ["tides", "4", "0.7500"]


def test_groups_and_the_whole():
    """A line for each group in the order of names, then all, with the pooled p."""
    outcomes = [
        outcome_of(name, 10, 5, lost, group=group, fewer_shots=1)
        for name, group, lost in [("a", "salt", 3), ("b", "fresh", 0), ("c", "salt", 2)]
    ]
    header, fresh, salt, whole, change, *details = terminal.summary(
        board_of(*outcomes).benchmarks()
    )
    assert header.split() == ["toy", *terminal.columns().split()[1:]]
    assert fresh.split() == ["fresh", "10", "0.5000", "=", "0", "0"]
    assert salt.split() == ["salt", "20", "0.5000", "-0.2500", "5", "0", "0.031"]
    assert whole.split() == ["all", "30", "0.5000", "-0.1667", "5", "0", "0.031"]
    assert (
        change == "  change -16.67 points, interval -38.08 to +0.15; margin 90 points; churn 16.67%"
    )
    assert details[:2] == [
        "  micro accuracy (over questions) 0.5000, 95 % interval 0.3315 to 0.6685",
        "  macro accuracy (over tasks) 0.5000",
    ]
    assert details[2].startswith("  calibration: ECE 0.2500, ")
    assert details[3] == "  3 questions asked with fewer shots, to fit the context"


def test_how_well_confidence_ranks():
    """A line where there are such figures, and none where all are equally sure."""
    (pooled,) = board_of(outcome_of("tides", 30, 15)).benchmarks()
    assert not any("confidence:" in line for line in terminal.summary([pooled]))
    ranked = {"auroc": 0.75, "aurc": 0.25, "accuracy_at_coverage": 0.625}
    made = replace(pooled, figures=pooled.figures | ranked)
    assert (
        "  confidence: AUROC 0.7500, AURC 0.2500; of the 80% that are surest 0.6250 are right"
    ) in terminal.summary([made])


@pytest.mark.parametrize("passed", [True, False])
def test_a_licence_behind_its_result(passed):
    """With -v: whether it is passed, beside the counts; nothing of a task that is none."""
    said = f"licence={'passed' if passed else 'not passed'}"
    outcome = outcome_of(findings={"licence": {"passed": passed}})
    assert terminal.short(outcome) == f"n=4 accuracy=0.7500 {said} lost=0 won=0 p=1"
    outcome.comparison = None
    assert terminal.short(outcome) == f"n=4 accuracy=0.7500 {said}"
    assert terminal.short(outcome_of()) == "n=4 accuracy=0.7500 lost=0 won=0 p=1"


# --- words ------------------------------------------------------------------------------------


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


def header(settings):
    """Of a run with these settings, which needs no model for it."""
    run = object.__new__(Run)
    run.settings = settings
    run._model = Checkpoint(demo.MODEL if settings.demo else Path(settings.model), MODEL.name)
    run._setup = Setup("transformers", "float32", "cpu", "transformers 5", {})
    return terminal.header(MODEL, policy_of(settings, MODEL), about=run.about, data=run.data)


@pytest.mark.parametrize("update", [False, True])
@pytest.mark.parametrize("baseline", [None, "v1", "none"])
def test_the_header_names_the_baseline(baseline, update):
    """The one that is then compared with or recorded, and the weights and data."""
    settings = settings_of(baseline=baseline, update=update)
    model, against = header(settings)
    assert model == "mcqtest: small, weights abcdef012345; transformers 5, float32 on cpu"
    name = baseline or "small"
    if baseline == "none":
        name = "small" if update else None
    if name is None:
        assert "no baseline" in against
    else:
        assert f"baseline {name!r}" in against
    assert ("recording" in against) == update
    assert against.endswith("alpha 0.01; /data")


@pytest.mark.parametrize(("threads", "end"), [(0, "cpu"), (1, "cpu, 1 thread"), (3, ", 3 threads")])
def test_the_header_says_how_many_threads(threads, end):
    """Of each process, where there are any to speak of."""
    policy = policy_of(settings_of(), MODEL)
    lines = terminal.header(MODEL, policy, about="", data="", threads=threads)
    assert lines[0].endswith(end)


def test_the_header_says_that_the_demo_is_a_toy():
    """Nobody should take its figures for a model's."""
    lines = header(settings_of(model="demo", demo=True))
    assert "a toy" in lines[0]
    assert lines[1].endswith("; demo questions")


def test_thoughts_that_their_budget_ended():
    """Are counted beside the texts, on the terminal and in the summary; else nothing is said."""
    text = {"texts": ("B",), "votes": (0,), "probabilities": None}
    for ended in (0, 1):
        outcome = outcome_of()
        rescored(outcome, {**text, "ended_thoughts": ended}, *[text] * 3)
        told = "\n".join(terminal.summary(board_of(outcome).benchmarks()))
        assert ("1 thought of 4 ended by their budget" in told) == bool(ended)
        summed = summary_of(outcome)["benchmarks"]["toy"]
        assert summed.get("ended_thoughts", 0) == summed["tasks"]["tides"].get("ended_thoughts", 0)
        assert ("ended_thoughts" in summed) == bool(ended)


def test_what_answers_took():
    """In one line, where it cost something."""
    told = {"answers": 1200, "sent again": 3, "tokens read": 5000, "tokens written": 70}
    line = "1,200 answers asked for, 3 sent again, 5,000 tokens read and 70 written"
    assert terminal.spent(told) == line
    assert terminal.spent({**told, "sent again": 0, "cost": 0.126}) == (
        "1,200 answers asked for, 5,000 tokens read and 70 written, cost 0.13"
    )
    assert terminal.spent({}) == ""
