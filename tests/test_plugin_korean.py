"""KMMLU-Pro from the outside: licences passed and lost, what that rests on, and the board."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from typing import Any

import koreandata
import pytest
from project import UNDECIDED, Project, mistake, sentences
from realdata import CHECKOUT

from mcqtest.report.columns import width

PRO = ("-c", "pytest.ini", "-m", "kmmlu_pro", "--backend=replay", "--data=data")
ATTORNEY, PHYSICIAN = "certified_patent_attorney", "physician"
ANEW = ("--snapshot-update", "--baselines-dir=anew")
"""A run that is compared with nothing, and whose board is seen."""


def places(rows: Iterable[dict[str, Any]], licence: str, number: int) -> list[int]:
    """Where the questions of one subject are, among all rows."""
    name = f"{licence} {number}과목"
    return [place for place, row in enumerate(rows) if row["subject"] == name]


@pytest.fixture(scope="module")
def rows() -> list[dict[str, Any]]:
    """All questions. 변리사's first subject has 22, so that 9 right reach its floor of 40 %."""
    return koreandata.pro_rows()


@pytest.fixture(scope="module")
def usual(rows: list[dict[str, Any]]) -> list[int]:
    """What the usual model has wrong: there it is at the border, elsewhere far above."""
    return places(rows, "변리사", 1)[:13] + places(rows, "의사", 2)[:15]


@pytest.fixture(scope="module")
def border(rows: list[dict[str, Any]], usual: list[int]) -> list[int]:
    """The same, and one question more of the subject at the border."""
    return usual + places(rows, "변리사", 1)[13:14]


@pytest.fixture
def kept(
    project: Project,
    rows: list[dict[str, Any]],
    usual: list[int],
    tmp_path_factory: pytest.TempPathFactory,
) -> Project:
    """A project with the questions, and the usual model recorded: once, and copied ever after."""
    project.write("conftest.py", "")
    koreandata.listed(project.path / "data/kmmlu_pro/test.jsonl", rows)
    say(project, rows, usual, "usual")
    kept = tmp_path_factory.getbasetemp() / "korean"
    if not kept.exists():
        result = replay(project, "--snapshot-update", model="usual")
        assert result.ret == 0, sentences(result)
        assert "RECORDED: usual on 2,822 questions of 14 tasks is now" in sentences(result)
        assert "licences passed: 14 of 14; averages over subjects" in result.outlines
        shutil.copytree(project.path / "baselines", kept)
    shutil.copytree(kept, project.path / "baselines", dirs_exist_ok=True)
    return project


def say(project: Project, rows: list[dict[str, Any]], wrong: list[int], name: str = "new") -> None:
    """Record a model that errs there."""
    koreandata.listed(project.path / f"{name}.jsonl", koreandata.said(rows, wrong))


def replay(project: Project, *args: str, model: str = "new") -> pytest.RunResult:
    """Judge a recording with the benchmark files as they are."""
    against = [] if "--snapshot-update" in args else ["--baseline=usual"]
    args = (*PRO, f"--model={model}.jsonl", *against, *args)
    return project.run(*args, model=None, data=None, cases=str(CHECKOUT / "benchmarks"))


def board(result: pytest.RunResult) -> list[str]:
    """The lines from the licences' heading to their sum."""
    starts = [line.startswith("licences") for line in result.outlines]
    first, last = [number for number, starting in enumerate(starts) if starting]
    return result.outlines[first : last + 1]


def licence(project: Project, name: str) -> dict[str, Any]:
    """How a licence stands in summary.json."""
    found: dict[str, Any] = project.summary["benchmarks"]["kmmlu_pro"]["tasks"][name]["licence"]
    return found


def columned(result: pytest.RunResult) -> list[str]:
    """Lines of tables: tasks, and what stands under a heading."""
    lines = result.outlines[next(n for n, s in enumerate(result.outlines) if s[:5] == "task ") :]
    return [line for line in lines if line.split(" ", 1)[0] in NAMES or "  " in line.strip()]


NAMES = {"task", "kmmlu_pro", "licences", *koreandata.PRO}


@pytest.mark.parametrize("columns", [80, 120])
def test_equal_runs_are_green(kept: Project, columns: int, monkeypatch: Any) -> None:
    """All licences are passed as before, and no line of a table is wider than the terminal."""
    monkeypatch.setenv("COLUMNS", str(columns))
    result = replay(kept, model="usual")
    assert result.ret == 0, sentences(result)
    result.assert_outcomes(passed=14, deselected=None)
    assert board(result)[-1] == (
        "licences passed: 14 of 14 (14 in the baseline); averages over subjects"
    )
    assert ", licences 14 of 14 (14 before); false alarms at most 0.01)" in result.outlines[-3]
    found = kept.summary["benchmarks"]["kmmlu_pro"]
    assert (found["passed"], found["licences"], found["passed_before"]) == (14, 14, 14)
    assert kept.summary["notices"] == []
    lines = columned(result)
    assert len(lines) > 1 + 14 + 1 + 5 + 1 + 14 * 6
    assert max(map(width, lines)) <= columns
    assert len({width(line) for line in lines[:15]}) == 1  # the heading's, and each licence's
    assert "certified_patent_attorney 변리사" in lines[5]
    assert "변리사 certified_patent_attorney: passed" in board(result)
    heading = next(line for line in lines if line.startswith("licences"))
    assert heading.endswith(" before") == (columns == 120)


def test_a_licence_lost_by_chance(kept: Project, rows: Any, border: list[int]) -> None:
    """One question at the border: green, and a note names the subject and the question."""
    say(kept, rows, border)
    result = replay(kept)
    assert result.ret == 0, sentences(result)
    (note,) = kept.summary["notices"]
    assert note.startswith(f"kmmlu_pro/{ATTORNEY} 변리사: licence lost, ")
    assert (
        "since chance may explain it: 변리사 1과목 8 of 22 right, 40.00 % needed (1 lost, 0 won, "
        "p = 0.5, red from "
    ) in note
    letter = "ABCDE"[int(rows[border[-1]]["solution"]) - 1]
    assert f"; lost (question baseline>now): 13 {letter}>" in note
    assert f"note: {note}" in result.outlines
    found = kept.summary["benchmarks"]["kmmlu_pro"]
    assert (found["passed"], found["passed_before"]) == (13, 14)
    assert kept.summary["verdict"] == "pass"
    assert f"licences 13 of 14 (14 before; lost {ATTORNEY}); false alarms" in result.outlines[-3]
    lines = board(result)
    assert lines[-8] == "변리사 certified_patent_attorney: NOT PASSED (passed before)"
    assert [line.split()[:2] for line in lines if " missed " in line] == [["변리사", "1과목"]]
    assert max(map(width, columned(result))) <= 120
    lost = [row for row in kept.rows if row["change"] == "lost"]
    assert [(row["task"], row["id"], row["subject"]) for row in lost] == [
        (ATTORNEY, "13", "변리사 1과목")
    ]


def test_a_subject_collapses(kept: Project, rows: Any, usual: list[int]) -> None:
    """Red, though the licence's questions as a whole are not worse by more than chance."""
    say(kept, rows, usual[:13] + places(rows, "의사", 1))  # and all of the second are right now
    result = replay(kept)
    assert result.ret == 1
    result.assert_outcomes(passed=13, failed=1, deselected=None)
    (sentence,) = kept.summary["reasons"]
    assert sentence.startswith(
        f"kmmlu_pro/{PHYSICIAN} 의사: licence lost: 의사 1과목 0 of 30 right, 40.00 % needed "
        "(30 lost, 0 won, p = 9.3e-10, red from "
    )
    assert ", and 10 more" in result.stdout.str()
    standing = f"kmmlu_pro: licences 13 of 14 (14 before; lost {PHYSICIAN})"
    assert f"MAY NOT SHIP: new: {sentence}; {standing}" in result.outlines
    task = kept.summary["benchmarks"]["kmmlu_pro"]["tasks"][PHYSICIAN]
    (failure,) = task["failures"]
    assert (task["lost"], task["won"], failure.partition("\n")[0]) == (30, 15, sentence)
    assert task["licence"]["lost"] == failure.replace("\n", "; ")
    assert task["p_value"] > task["level"]
    assert kept.summary["notices"] == []


MINIMA = """
[tool.mcqtest.gate.kmmlu_pro]
min_passed = {all}
[tool.mcqtest.gate.kmmlu_pro.{name}]
min_passed = 1
"""


def test_min_passed(kept: Project, rows: Any, border: list[int]) -> None:
    """A number of licences, or one of them: below it the run is red, at it green."""
    say(kept, rows, border)
    kept.write("pyproject.toml", MINIMA.format(all=13, name=PHYSICIAN))
    result = replay(kept)
    assert result.ret == 0, sentences(result)
    kept.write("pyproject.toml", MINIMA.format(all=14, name=ATTORNEY))
    result = replay(kept)
    assert result.ret == 1
    assert kept.summary["reasons"] == [
        f"kmmlu_pro/{ATTORNEY}: passed 0 is below min_passed = 1",
        "kmmlu_pro: passed 13 is below min_passed = 14",
    ]
    part = replay(kept, "-k", PHYSICIAN)  # the benchmark's minimum is for all of it
    assert part.ret == UNDECIDED, sentences(part)
    unchecked = "thresholds of kmmlu_pro were not checked: only 1 of its 14 tasks were selected"
    assert f"note: {unchecked}" in part.outlines


def test_average_over_questions(kept: Project, rows: Any) -> None:
    """With a large subject and a small one it is passed by the one average, not by the other."""
    first = [each for number in range(1, 5) for each in places(rows, "변리사", number)]
    merged = [row | {"subject": "전부"} if n in set(first) else row for n, row in enumerate(rows)]
    koreandata.listed(kept.path / "data/kmmlu_pro/test.jsonl", merged)
    say(kept, rows, first[:24] + places(rows, "변리사", 5)[:12])  # 64 of 88, and 9 of 21
    seen = {}
    for mean in ("subjects", "items"):
        result = replay(kept, *ANEW, "-k", ATTORNEY, "--licence", f"mean={mean}")
        assert result.ret == 0, sentences(result)
        seen[mean] = licence(kept, ATTORNEY)
        passed = mean == "items"
        assert board(result)[-1].startswith(f"licences passed: {passed:d} of 1")
        assert board(result)[-1].endswith(f"; averages over {mean}")
        average = next(line for line in board(result) if f"average over {mean}" in line)
        assert average.endswith(" missed") != passed
    assert [seen[mean]["passed"] for mean in seen] == [False, True]
    assert seen["subjects"]["average"] == pytest.approx((64 / 88 + 9 / 21) / 2)
    assert seen["items"]["average"] == pytest.approx(73 / 109)


SLIPS = {
    "mean=item": "--licence mean=item: unknown; there are subjects and items",
    "questions=all": "--licence questions=all: unknown; there are published and any",
    "meen=items": "--licence meen: unknown; there are mean and questions",
    "items": "--licence=items: write it as key=value",
}


@pytest.mark.parametrize("slip", SLIPS)
def test_slips(kept: Project, slip: str) -> None:
    """A misspelt key or value is refused by name."""
    assert SLIPS[slip] in mistake(replay(kept, "--licence", slip, model="usual"))


def test_a_part_is_no_examination(kept: Project) -> None:
    """With --limit no licence can be passed, whatever was answered, but one with no more than
    these questions.
    """
    result = replay(kept, *ANEW, "--limit=10", model="usual")
    assert result.ret == 0, sentences(result)
    lines = board(result)
    assert lines[-1] == "licences passed: 0 of 14; averages over subjects"
    assert sum(line.endswith(": NOT PASSED: only 10 questions asked") for line in lines) == 14
    assert kept.summary["benchmarks"]["kmmlu_pro"]["passed"] == 0
    assert (
        "only 10 questions asked"
        in board(
            replay(
                kept, *ANEW, "--limit=10", "--licence=questions=any", "-k", "lawyer", model="usual"
            )
        )[1]
    )


def test_a_subject_is_missing(kept: Project, rows: Any, usual: list[int]) -> None:
    """A licence with fewer questions than were published is not passed, unless told otherwise;
    against a baseline it is another question set.
    """
    gone = set(places(rows, "치과의사", 3))
    left = [row for place, row in enumerate(rows) if place not in gone]
    koreandata.listed(kept.path / "data/kmmlu_pro/test.jsonl", left)
    koreandata.listed(kept.path / "new.jsonl", koreandata.said(left))
    number = 252 - len(gone)
    line = mistake(replay(kept))
    assert "kmmlu_pro/dentist: another question set: baseline 'usual' has 252 questions, " in line
    assert f"this run has {number}" in line
    result = replay(kept, *ANEW)
    assert result.ret == 0, sentences(result)
    assert f"치과의사 dentist: NOT PASSED: only {number} of 252 published questions" in board(
        result
    )
    assert board(result)[-1] == "licences passed: 13 of 14; averages over subjects"
    assert licence(kept, "dentist")["undecided"] == f"only {number} of 252 published questions"
    result = replay(kept, *ANEW, "--licence", "questions=any")
    assert f"치과의사 dentist: passed on {number} of 252 published questions" in board(result)
    found = licence(kept, "dentist")
    assert (found["questions"], found["published"], found["passed"]) == (number, 252, True)
    assert not found["undecided"]
    assert board(result)[-1].startswith("licences passed: 14 of 14")


def test_the_same_with_workers(kept: Project, rows: Any, border: list[int]) -> None:
    """Two workers leave the same files and show the same board as one process."""
    say(kept, rows, border)
    seen = []
    for number in ("0", "2"):
        result = replay(kept, "-n", number, f"--run-dir=run{number}")
        assert result.ret == 0, sentences(result)
        seen.append((kept.outputs(f"run{number}"), board(result)))
    assert seen[0] == seen[1]
    assert len(seen[0][1]) > 14 * 6
