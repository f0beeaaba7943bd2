"""The board of licences and people: what stands where, at any width of the terminal."""

import unicodedata
from fractions import Fraction
from itertools import pairwise

import pytest
from builders import toy
from cases import MODEL, case_of, settings_of
from hypothesis import given
from hypothesis import strategies as st

from mcqtest import board, summary, terminal
from mcqtest.case import row
from mcqtest.licences import Deciding, Rule, Score, Standing, to_json
from mcqtest.report import Scoreboard
from mcqtest.types import Question, Result
from mcqtest.wide import width

RULE = Rule(100)
LAWYER = Rule(100, floor=None, mean=Fraction(5422, 10_000))
SCRIVENER = Rule(100, mean=None)
HANGUL = st.text(st.characters(min_codepoint=0xAC00, max_codepoint=0xD7A3), min_size=1, max_size=40)


def scores(**found):
    """Subject -> (right, n), as a standing has them."""
    return tuple(Score(name.replace("_", " "), *each) for name, each in found.items())


def licence(task, *now, before=(), rule=RULE, title="변호사", **changes):
    """A judged licence with these scores."""
    earlier = Standing(rule, before, changes.get("over", "subjects")) if before else None
    found = to_json(Standing(rule, now, **changes), earlier)
    n, right = sum(each.n for each in now), sum(each.right for each in now)
    return case_of(task, n, right, title=title, licence=found)


GOOD = scores(민법=(30, 40), 헌법=(1200, 1500))
EARLIER = scores(민법=(15, 40), 헌법=(600, 1500))
LONG = "부동산등기법_및_공탁법과_민사집행법_일부"
BAD = scores(민법=(15, 40), **{LONG: (8, 20)})
BEST = scores(민법=(30, 40), **{LONG: (16, 20)})
CASES = [
    licence("physician", *GOOD, title="의사", before=EARLIER),
    licence("lawyer", *GOOD, rule=LAWYER, title=""),
    licence("judicial_scrivener", *GOOD, rule=SCRIVENER, title="법무사", before=GOOD),
]
LOST = licence("certified_patent_attorney", *BAD, title="변리사", before=BEST)


def cells(line):
    """A line with one character for each column of the terminal."""
    return "".join(each.ljust(width(each), "\0") for each in line)


def table(lines):
    """The lines that have columns: the heading and those that are indented."""
    return [line for line in lines if line.startswith(("licences  ", "  "))]


def numbers(line, heading, name):
    """What stands under each word of a heading, and what follows the last of them."""
    ends = [name]
    for word in heading[name:].split():
        ends.append(heading.index(f" {word}", ends[-1]) + 1 + len(word))
    text = cells(line)
    parts = [text[a:b] for a, b in pairwise(ends)]
    assert all(part[-1:] != " " or not part.strip() for part in parts), line
    return [part.strip() for part in parts], text[ends[-1] :]


# --- licences ---------------------------------------------------------------------------------


@pytest.mark.parametrize("columns", [60, 80, 93, 120, 200])
def test_numbers_stand_under_their_headings(columns):
    """Whatever the names, and however wide: a number ends where its heading does."""
    heading, *lines = table(board.licences([*CASES, LOST], columns))
    name = board.name_width(columns)
    found = [numbers(line, heading, name) for line in lines]
    short = [parts[:5] for parts, _ in found]
    assert short[:3] == [
        ["40", "30", "75.00 %", "40.00 %", "+14"],
        ["1500", "1200", "80.00 %", "40.00 %", "+600"],
        ["", "", "77.50 %", "60.00 %", "+14"],
    ]
    assert short[3] == ["40", "30", "75.00 %", "-", "-"]
    assert short[5] == ["", "", "77.50 %", "54.22 %", "+18"]
    assert short[8] == ["", "", "77.50 %", "-", "-"]
    assert short[9] == ["40", "15", "37.50 %", "40.00 %", "-1"]
    assert all(cells(line)[:name].strip() for line in lines)


@pytest.mark.parametrize("columns", [80, 120])
def test_no_row_is_wider_than_the_terminal(columns):
    """Neither the heading nor a row, with the largest numbers that there are."""
    full = scores(민법=(12_345, 12_345), 헌법=(12_345, 12_345))
    lines = table(board.licences([*CASES, licence("full", *full, before=full)], columns))
    assert len(lines) == 1 + 4 * 3
    assert max(map(width, lines)) <= columns
    assert max(map(width, table(board.licences([LOST], columns)))) <= columns


def test_a_long_name_is_cut():
    """Its beginning, with a mark; where there is more room, more of it."""
    for columns in (80, 120):
        line = next(each for each in board.licences([LOST], columns) if "공탁법" in each)
        name, mark, _ = line.partition("…")
        assert bool(mark) == (columns == 80)
        whole = BAD[1].subject
        assert whole.startswith(name.strip()) if mark else line.startswith(f"  {whole} ")


def test_the_baseline_is_shown_where_there_is_room():
    """From 120 columns on: the share of each subject and the average, where they are known."""
    narrow = board.licences([*CASES, LOST], 119)
    assert not any("before" in line for line in table(narrow))
    heading, *lines = table(board.licences([*CASES, LOST], 120))
    found = [numbers(line, heading, board.name_width(120)) for line in lines]
    assert heading.endswith("   before")
    seen = [parts[5] for parts, _ in found]
    assert seen[:6] == ["37.50 %", "40.00 %", "38.75 %", "", "", ""]
    assert seen[9:] == ["75.00 %", "80.00 %", "77.50 %"]


@pytest.mark.parametrize("columns", [80, 120])
def test_what_is_missed_says_so(columns):
    """A subject below its floor and an average below its mark; not one that just reaches it, nor
    where nothing is asked.
    """
    weak = [
        licence("lawyer", *BAD, rule=LAWYER),
        licence("judicial_scrivener", *BAD, rule=SCRIVENER),
        LOST,
    ]
    lines = [line for each in weak for line in table(board.licences([each], columns))[1:]]
    marks = [line.endswith(" missed") for line in lines]
    assert marks == [False, False, True, True, False, False, True, False, True]
    assert not any("missed" in line for line in board.licences(CASES, columns))


def results_of(*cases):
    """The lines that name a licence, and the last one."""
    return [line for line in board.licences(cases, 120) if line not in table([line])]


def test_passed_and_not():
    """Each licence by its Korean name and its own, and what it was before, if that was another."""
    assert results_of(*CASES) == [
        "의사 physician: passed (not passed before)",
        "lawyer: passed",
        "법무사 judicial_scrivener: passed",
        "licences passed: 3 of 3; averages over subjects",  # of one nothing is known from before
    ]
    assert results_of(LOST, CASES[2]) == [
        "변리사 certified_patent_attorney: NOT PASSED (passed before)",
        "법무사 judicial_scrivener: passed",
        "licences passed: 1 of 2 (2 in the baseline); averages over subjects",
    ]
    assert results_of(CASES[0])[-1] == (
        "licences passed: 1 of 1 (0 in the baseline); averages over subjects"
    )


def test_undecided():
    """Why a licence cannot be passed, however good its scores."""
    case = licence("physician", *GOOD, undecided="only 9 questions asked", over="items")
    assert results_of(case) == [
        "변호사 physician: NOT PASSED: only 9 questions asked",
        "licences passed: 0 of 1; averages over items",
    ]
    assert "  average over items " in "\n".join(board.licences([case], 80))


def test_no_licences():
    """Tasks that are none have no board, and no count; nor has a mixture."""
    for cases in ([case_of()], [case_of(), CASES[0]]):
        assert board.licences(cases, 120) == []
        assert summary.passed(cases) is None
        assert "passed" not in summary.benchmark(cases, {}, None)


def test_the_summary_has_what_the_board_shows():
    """How many are passed now and before, and of each licence its name and subjects."""
    found = summary.benchmark([LOST, CASES[2]], {"passed": 1.0}, None)
    assert (found["passed"], found["passed_before"], found["licences"]) == (1, 2, 2)
    task = found["tasks"]["certified_patent_attorney"]
    assert task["title"] == "변리사"
    assert task["licence"] == LOST.licence
    assert [each["margin"] for each in task["licence"]["subjects"]] == [-1, 0]
    assert "passed" not in task
    plain = summary.benchmark([case_of()], {}, None)["tasks"]["tides"]
    assert {"title", "licence", "human_accuracy"}.isdisjoint(plain)
    assert Deciding().mean == task["licence"]["average_over"]


# --- people -----------------------------------------------------------------------------------


def asked(task, *known, **changes):
    """A task with (people, model) for each question; None where nothing is known of people."""
    case = case_of(task, len(known), sum(right for _, right in known), **changes)
    for each, (share, right) in zip(case.rows, known, strict=True):
        each["correct"] = right
        if share is not None:
            each["human_accuracy"] = share
    return case


def test_against_people():
    """Worst first, then all questions together; what is not known of people counts for nothing."""
    better = asked("waves", (0.2, True), (0.4, False))
    worse = asked("tides", (0.9, False), (None, True), (0.7, True), title="조석")
    unknown = asked("winds", (None, True), (None, False))
    heading, *lines = board.people([better, unknown, worse], 80)
    assert heading.split() == ["against", "people", "n", "people", "model", "less", "people"]
    assert [line.split() for line in lines] == [
        ["tides", "조석", "2", "0.8000", "-0.3000"],
        ["waves", "2", "0.3000", "+0.2000"],
        ["all", "of", "these", "4", "0.5500", "-0.0500"],
    ]
    assert board.people([unknown, case_of()], 80) == []
    found = summary.benchmark([better, unknown, worse], {}, None)
    assert (found["human_accuracy"], found["human_questions"]) == (0.55, 4)
    assert found["above_human"] == -0.05
    assert found["tasks"]["tides"]["above_human"] == -0.3
    assert "above_human" not in found["tasks"]["winds"]


@pytest.mark.parametrize("columns", [80, 120])
@given(names=st.lists(HANGUL, min_size=1, max_size=4))
def test_people_stand_under_their_headings(columns, names):
    """Whatever the titles: all lines are equally wide, and not wider than the terminal."""
    cases = [asked("tides", (0.5, True), title=name) for name in names]
    lines = board.people(cases, columns)
    assert {width(line) for line in lines} == {board.name_width(columns) + 34}
    assert board.name_width(columns) + 34 <= columns


def test_near_expert_is_above_the_mark():
    """A subject that just reaches the mark is not above it; without a mark there is no line."""
    cases = [
        case_of("a", 5, 4, expert=0.8),
        case_of("b", 1000, 801, expert=0.8),
        case_of("c", 35, 28, expert=0.8),
    ]
    assert board.people(cases, 80) == ["  near expert, above 0.8: 1 of 3 subjects"]
    assert summary.near_expert(cases) == 1 / 3
    assert summary.benchmark(cases, {}, None)["near_expert"] == 0.333333333
    assert summary.near_expert([*cases, case_of()]) is None
    assert "near_expert" not in summary.benchmark([case_of()], {}, None)


def test_rows_of_results():
    """A row says the question's subject and how people did only where that is known."""
    task = toy("tides").tasks[0]
    known = Question("?", ("no", "yes"), 1, "0", subject="민법", human_accuracy=0.0)
    found = row(task, Result(known, 1, None, 0, ("B",)), None)
    assert (found["subject"], found["human_accuracy"], found["correct"]) == ("민법", 0.0, True)
    assert list(found)[:6] == ["format", "benchmark", "task", "id", "subject", "human_accuracy"]
    plain = row(task, Result(Question("?", ("no", "yes"), 1, "0"), 1, None, 0, ("B",)), None)
    assert {"subject", "human_accuracy"}.isdisjoint(plain)
    assert found.keys() - plain.keys() == {"subject", "human_accuracy"}


# --- lines of the table -----------------------------------------------------------------------


@pytest.mark.parametrize("columns", [80, 120])
@given(title=st.one_of(st.just(""), HANGUL), apart=st.booleans())
def test_a_task_by_its_korean_name(columns, title, apart):
    """Numbers stand under their headings; the title is there where it fits, and else left out."""
    title = unicodedata.normalize("NFD", title) if apart else title
    case = case_of("certified_tax_accountant", 238, 119, lost=3, won=1, title=title)
    line, heading = terminal.line(case, columns), terminal.columns(columns)
    name = board.name_width(columns)
    composed = unicodedata.normalize("NFC", line)
    assert numbers(composed, heading, name) == (
        ["238", "0.5000", "-0.0084", "3", "1", "0.31"],
        "",
    )
    assert width(line) == width(heading) <= columns
    fits = bool(title) and width(f"{case.task} {title}") <= name
    assert line.startswith(f"{case.task} {title} " if fits else f"{case.task}  ")


@pytest.mark.parametrize("columns", [80, 120])
def test_the_summary_of_a_run(columns):
    """Groups and totals stand under the benchmark's heading; people and then licences follow."""
    scoreboard = Scoreboard(settings_of(), MODEL)
    for case in (asked("a", (0.5, True), title="가", group="법"), case_of("b", group="의학")):
        scoreboard.add(case)
    scoreboard.add(LOST)
    lines = terminal.summary(scoreboard.benchmarks(), columns)
    heading = terminal.columns(columns, "toy")
    assert lines[0] == heading
    found = [numbers(line, heading, board.name_width(columns))[0][0] for line in lines[1:5]]
    assert found == ["60", "1", "4", "65"]
    assert any("against people" in line for line in lines)
    assert not any(line.startswith("licences") for line in lines)  # not all are licences

    known = licence("physician", *GOOD, title="의사")
    known.rows[0]["human_accuracy"] = 0.5
    scoreboard = Scoreboard(settings_of(), MODEL)
    scoreboard.add(known)
    last = [*board.people([known], columns), *board.licences([known], columns)]
    assert terminal.summary(scoreboard.benchmarks(), columns)[-len(last) :] == last
    assert len(last) == 3 + 6
