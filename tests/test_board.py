"""The board of licences and people: what stands where, at any width of the terminal."""

import unicodedata
from fractions import Fraction
from itertools import pairwise

import pytest
from cases import board_of, outcome_of, rescored
from hypothesis import given
from hypothesis import strategies as st

from mcqtest.gate import Pooled
from mcqtest.gate.licences import Licence, Marks, Rules, Subject
from mcqtest.gate.licences.kind import passed
from mcqtest.gate.licences.marks import to_json
from mcqtest.report import board, summary, terminal
from mcqtest.report.columns import width

LICENCE = Licence(60)
LAWYER = Licence(60, floor=None, mean=Fraction(5422, 10_000))
SCRIVENER = Licence(60, mean=None)
HANGUL = st.text(st.characters(min_codepoint=0xAC00, max_codepoint=0xD7A3), min_size=1, max_size=40)


def scores(**found):
    """Subject -> (right, n), as marks have them."""
    return tuple(Subject(name.replace("_", " "), *each) for name, each in found.items())


def licence(task, *now, before=(), asked=LICENCE, title="변호사", **changes):
    """A judged licence with these scores; a lost one says so."""
    earlier = Marks(asked, before, changes.get("over", "subjects")) if before else None
    found = to_json(Marks(asked, now, **changes), earlier)
    found["lost"] = "licence lost" if found["passed_before"] and not found["passed"] else None
    n, right = sum(each.n for each in now), sum(each.right for each in now)
    return outcome_of(task, n, right, title=title, findings={"licence": found})


GOOD = scores(민법=(30, 40), 헌법=(1200, 1500))
EARLIER = scores(민법=(15, 40), 헌법=(600, 1500))
LONG = "부동산등기법_및_공탁법과_민사집행법_일부"
BAD = scores(민법=(15, 40), **{LONG: (8, 20)})
BEST = scores(민법=(30, 40), **{LONG: (16, 20)})
OUTCOMES = [
    licence("physician", *GOOD, title="의사", before=EARLIER),
    licence("lawyer", *GOOD, asked=LAWYER, title=""),
    licence("judicial_scrivener", *GOOD, asked=SCRIVENER, title="법무사", before=GOOD),
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


def whole(outcomes, **figures):
    """A benchmark of these outcomes, of which nothing was compared."""
    return Pooled("toy", outcomes, None, figures, [])


# --- licences ---------------------------------------------------------------------------------


@pytest.mark.parametrize("columns", [60, 80, 93, 120, 200])
def test_numbers_stand_under_their_headings(columns):
    """Whatever the names, and however wide: a number ends where its heading does."""
    heading, *lines = table(board.boards([*OUTCOMES, LOST], columns))
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
    lines = table(board.boards([*OUTCOMES, licence("full", *full, before=full)], columns))
    assert len(lines) == 1 + 4 * 3
    assert max(map(width, lines)) <= columns
    assert max(map(width, table(board.boards([LOST], columns)))) <= columns


def test_a_long_name_is_cut():
    """Its beginning, with a mark; where there is more room, more of it."""
    for columns in (80, 120):
        line = next(each for each in board.boards([LOST], columns) if "공탁법" in each)
        name, mark, _ = line.partition("…")
        assert bool(mark) == (columns == 80)
        whole = BAD[1].name
        assert whole.startswith(name.strip()) if mark else line.startswith(f"  {whole} ")


def test_the_baseline_is_shown_where_there_is_room():
    """From 120 columns on: the share of each subject and the average, where they are known, behind
    the mark of what is missed.
    """
    narrow = board.boards([*OUTCOMES, LOST], 119)
    assert not any("before" in line for line in table(narrow))
    heading, *lines = table(board.boards([*OUTCOMES, LOST], 120))
    found = [numbers(line, heading, board.name_width(120)) for line in lines]
    assert heading.endswith("   before")
    assert {rest for _, rest in found} == {""}
    seen = [parts[5] for parts, _ in found]
    ends = {width(line) for line, each in zip(lines, seen, strict=True) if each}
    assert ends == {width(heading)}
    assert seen[:6] == ["37.50 %", "40.00 %", "38.75 %", "", "", ""]
    assert [each.split(maxsplit=1) for each in seen[9:]] == [
        ["missed", "75.00 %"],
        ["80.00", "%"],
        ["missed", "77.50 %"],
    ]


@pytest.mark.parametrize("columns", [80, 120])
def test_what_is_missed_says_so(columns):
    """A subject below its floor and an average below its mark, next to the margin; not one that
    just reaches it, nor where nothing is asked.
    """
    weak = [
        licence("lawyer", *BAD, asked=LAWYER),
        licence("judicial_scrivener", *BAD, asked=SCRIVENER),
        LOST,
    ]
    lines = [line for each in weak for line in table(board.boards([each], columns))[1:]]
    end = board.name_width(columns) + 37
    marks = [cells(line)[end : end + 7] == " missed" for line in lines]
    assert marks == ["missed" in line for line in lines]
    assert marks == [False, False, True, True, False, False, True, False, True]
    assert not any("missed" in line for line in board.boards(OUTCOMES, columns))


def results_of(*outcomes):
    """The lines that name a licence, and the sum."""
    return [line for line in board.boards(outcomes, 120) if line not in table([line])]


def test_passed_and_not():
    """Each licence by its Korean name and its own, and what it was before, if that was another."""
    assert results_of(*OUTCOMES) == [
        "의사 physician: passed (not passed before)",
        "lawyer: passed",
        "법무사 judicial_scrivener: passed",
        "licences passed: 3 of 3; averages over subjects",  # of one nothing is known from before
    ]
    assert results_of(OUTCOMES[0])[-1] == (
        "licences passed: 1 of 1 (0 in the baseline); averages over subjects"
    )


def test_what_was_lost_stands_last():
    """Next to the verdict, whatever its name; all others in their order, also those that had not
    been passed before either.
    """
    failed = licence("dentist", *BAD, before=BAD, title="")
    other = licence("appraiser", *BAD, before=BEST, title="")
    assert results_of(LOST, failed, other, OUTCOMES[2]) == [
        "dentist: NOT PASSED",
        "법무사 judicial_scrivener: passed",
        "변리사 certified_patent_attorney: NOT PASSED (passed before)",
        "appraiser: NOT PASSED (passed before)",
        "licences passed: 1 of 4 (3 in the baseline); averages over subjects",
    ]


def test_on_fewer_questions_than_published():
    """A result that rests on a part says on how much; on all or more there is nothing to say."""
    asked = Licence(61)
    assert results_of(
        licence("pharmacist", *BEST, asked=asked, title="약사", before=BAD),
        licence("dentist", *BAD, asked=asked, title=""),
    )[:2] == [
        "약사 pharmacist: passed on 60 of 61 published questions (not passed before)",
        "dentist: NOT PASSED on 60 of 61 published questions",
    ]
    found = licence("pharmacist", *BEST, asked=asked).findings["licence"]
    assert (found["questions"], found["published"]) == (60, 61)
    for published in (59, 60):
        assert results_of(licence("dentist", *BEST, asked=Licence(published), title=""))[0] == (
            "dentist: passed"
        )


def test_undecided():
    """Why a licence cannot be passed, however good its scores."""
    outcome = licence("physician", *GOOD, undecided="only 9 questions asked", over="items")
    assert results_of(outcome) == [
        "변호사 physician: NOT PASSED: only 9 questions asked",
        "licences passed: 0 of 1; averages over items",
    ]
    assert "  average over items " in "\n".join(board.boards([outcome], 80))


def test_no_licences():
    """Tasks that are none have no board, and no count; nor has a mixture."""
    for outcomes in ([outcome_of()], [outcome_of(), OUTCOMES[0]]):
        assert board.boards(outcomes, 120) == []
        assert passed(outcomes) is None
        assert "passed" not in summary.benchmark(whole(outcomes), {}, 0.01)


def test_the_summary_has_what_the_board_shows():
    """How many are passed now and before, and of each licence its name and subjects."""
    found = summary.benchmark(whole([LOST, OUTCOMES[2]], passed=1.0), {}, 0.01)
    assert (found["passed"], found["passed_before"], found["licences"]) == (1, 2, 2)
    task = found["tasks"]["certified_patent_attorney"]
    assert task["title"] == "변리사"
    assert task["licence"] == LOST.findings["licence"]
    assert [each["margin"] for each in task["licence"]["subjects"]] == [-1, 0]
    assert "passed" not in task
    plain = summary.benchmark(whole([outcome_of()]), {}, 0.01)["tasks"]["tides"]
    assert {"title", "licence", "human_accuracy"}.isdisjoint(plain)
    assert Rules().mean == task["licence"]["average_over"]


# --- people -----------------------------------------------------------------------------------


def asked(task, *known, **changes):
    """A task with (people, model) for each question; None where nothing is known of people."""
    outcome = outcome_of(task, len(known), sum(right for _, right in known), **changes)
    return rescored(
        outcome, *({"value": float(right), "human_accuracy": share} for share, right in known)
    )


# --- lines of the table -----------------------------------------------------------------------


@pytest.mark.parametrize("columns", [80, 120])
@given(title=st.one_of(st.just(""), HANGUL), apart=st.booleans())
def test_a_task_by_its_korean_name(columns, title, apart):
    """Numbers stand under their headings; the title is there where it fits, and else left out."""
    title = unicodedata.normalize("NFD", title) if apart else title
    outcome = outcome_of("certified_tax_accountant", 238, 119, lost=3, won=1, title=title)
    line, heading = terminal.line(outcome, columns), terminal.columns(columns)
    name = board.name_width(columns)
    composed = unicodedata.normalize("NFC", line)
    assert numbers(composed, heading, name) == (
        ["238", "0.5000", "-0.0084", "3", "1", "0.31"],
        "",
    )
    assert width(line) == width(heading) <= columns
    fits = bool(title) and width(f"{outcome.task} {title}") <= name
    assert line.startswith(f"{outcome.task} {title} " if fits else f"{outcome.task}  ")


@pytest.mark.parametrize("columns", [80, 120])
def test_the_summary_of_a_run(columns):
    """Groups and totals stand under the benchmark's heading; people and then licences follow."""
    some = asked("a", (0.5, True), title="가", group="법"), outcome_of("b", group="의학")
    lines = terminal.summary(board_of(*some, LOST).benchmarks(), columns)
    heading = terminal.columns(columns, "toy")
    assert lines[0] == heading
    found = [numbers(line, heading, board.name_width(columns))[0][0] for line in lines[1:5]]
    assert found == ["60", "1", "4", "65"]
    assert any("against people" in line for line in lines)
    assert not any(line.startswith("licences") for line in lines)  # not all are licences

    known = rescored(licence("physician", *GOOD, title="의사"), {"human_accuracy": 0.5})
    last = [*board.people([known], columns), *board.boards([known], columns)]
    assert terminal.summary(board_of(known).benchmarks(), columns)[-len(last) :] == last
    assert len(last) == 3 + 6
