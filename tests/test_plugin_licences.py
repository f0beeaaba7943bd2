"""What is said of licences from the outside: the verdict, its reasons, notes, and mistakes."""

from __future__ import annotations

from typing import Any

import koreandata
import pytest
import test_plugin_korean as korean
from project import UNDECIDED, Project, both_ways, mistake, sentences
from test_plugin_korean import ATTORNEY, PHYSICIAN, places, replay, say

rows, usual, border, kept = korean.rows, korean.usual, korean.border, korean.kept
ANYONE = ("--snapshot-update", "--baseline=none")


def gate(project: Project, **tables: str) -> None:
    """Write the gate tables: place, with two underscores for a dot, and its lines."""
    text = [f"[tool.mcqtest.gate.{name}]\n{lines}\n" for name, lines in tables.items()]
    project.write("pyproject.toml", "".join(text))


def test_the_verdict_names_what_was_lost_and_won(
    kept: Project, rows: Any, usual: list[int], border: list[int]
) -> None:
    """In green and in red, and with -v each licence says whether it is passed."""
    say(kept, rows, border, "weak")
    assert replay(kept, "--snapshot-update", model="weak").ret == 0
    green = replay(kept, "--baseline=weak", model="usual")
    assert green.ret == 0, sentences(green)
    verdict = next(line for line in green.outlines if line.startswith("MAY SHIP: "))
    assert f", licences 14 of 14 (13 before; won {ATTORNEY}); false alarms" in verdict

    say(kept, rows, usual[:13] + places(rows, "의사", 1))
    red = replay(kept, "--baseline=weak", "-v")
    assert red.ret == 1
    verdict = next(line for line in red.outlines if line.startswith("MAY NOT SHIP: "))
    assert verdict.endswith(
        f"; kmmlu_pro: licences 13 of 14 (13 before; lost {PHYSICIAN}; won {ATTORNEY})"
    )
    said = {
        name: next(line for line in red.outlines if f"[{name}] " in line)
        for name in (PHYSICIAN, ATTORNEY)
    }
    assert " licence=not passed lost=30 won=15 " in said[PHYSICIAN]
    assert " licence=passed lost=0 won=1 " in said[ATTORNEY]
    assert sum(line.count(" licence=") for line in red.outlines) == 14


def test_every_reason_is_told(kept: Project, rows: Any, usual: list[int]) -> None:
    """A task that is worse, its lost licence, and every broken threshold; details stay with it."""
    gate(
        kept,
        kmmlu_pro="min_passed = 14",
        **{f"kmmlu_pro.{PHYSICIAN}": "min_accuracy = 0.9\nmin_passed = 1"},
    )
    gone = [place for number in (1, 2, 3) for place in places(rows, "의사", number)]
    say(kept, rows, usual[:13] + gone)
    result = replay(kept)
    assert result.ret == 1
    reasons = kept.summary["reasons"]
    path = f"kmmlu_pro/{PHYSICIAN}"
    starts = [
        "kmmlu_pro as a whole is worse than baseline 'usual': ",
        f"{path} is worse than baseline 'usual': accuracy 0.9000 -> 0.4000, 75 questions lost, ",
        f"{path} 의사: licence lost: 의사 1과목 0 of 30 right, 40.00 % needed (30 lost, ",
        f"{path}: accuracy 0.4000 is below min_accuracy = 0.9",
        f"{path}: passed 0 is below min_passed = 1",
        "kmmlu_pro, medicine, is worse than baseline 'usual': ",
        "kmmlu_pro: passed 13 is below min_passed = 14",
    ]
    assert [reason[: len(start)] for reason, start in zip(reasons, starts, strict=True)] == starts
    assert "\n" not in "".join(reasons)
    failures = kept.summary["benchmarks"]["kmmlu_pro"]["tasks"][PHYSICIAN]["failures"]
    assert [each.partition("\n")[0] for each in failures] == reasons[1:-2]
    details = failures[0].splitlines()[1]
    assert details.startswith("lost (question baseline>now): 0 ")
    assert details.endswith(", and 55 more")
    assert details in result.outlines
    verdict = next(line for line in result.outlines if line.startswith("MAY NOT SHIP: "))
    assert f"{reasons[0]} (and 6 more); kmmlu_pro: licences 13 of 14 " in verdict


def test_thresholds_of_a_part(kept: Project) -> None:
    """With one task left out the benchmark's are not checked, and a note says so."""
    gate(kept, kmmlu_pro="min_passed = 14")
    assert replay(kept, model="usual").ret == 0
    assert kept.summary["notices"] == []
    result = replay(kept, "-k", "not lawyer", model="usual")
    assert result.ret == UNDECIDED, sentences(result)
    note = "thresholds of kmmlu_pro were not checked: only 13 of its 14 tasks were selected"
    assert kept.summary["notices"] == [note]
    assert f"note: {note}" in result.outlines


SLIPS = {
    "kmmlu_pro min_passed = 9.5": (
        "gate.kmmlu_pro.min_passed = 9.5: a whole number of licences is needed"
    ),
    "kmmlu_pro min_passed = 15": "gate.kmmlu_pro.min_passed = 15: there are only 14 licences",
    f"kmmlu_pro.{PHYSICIAN} min_passed = 2": f"gate.kmmlu_pro.{PHYSICIAN}.min_passed = 2: it is ",
    "kmmlu-pro min_passed = 9": "gate.kmmlu-pro: no such benchmark; write gate.kmmlu_pro",
    "KMMLU_Pro.lawyer max_ece = 0": "gate.KMMLU_Pro: no such benchmark; write gate.kmmlu_pro",
}


@pytest.mark.parametrize("slip", SLIPS)
def test_slips(kept: Project, slip: str) -> None:
    """A bound that could not be kept, or of which nothing would ever be checked, is a mistake."""
    place, _, line = slip.partition(" ")
    gate(kept, **{place: line})
    assert mistake(replay(kept, model="usual")).removeprefix("ERROR: ").startswith(SLIPS[slip])


def test_other_tables_are_no_slips(kept: Project) -> None:
    """As many as there are can be asked for; a benchmark that was not selected is let be."""
    gate(
        kept,
        kmmlu_pro="min_passed = 14.0",
        **{f"kmmlu_pro.{PHYSICIAN}": "min_passed = 1", "mmlu": "min_accuracy = 0.9"},
    )
    result = replay(kept, model="usual")
    assert result.ret == 0, sentences(result)
    assert kept.summary["notices"] == [
        "thresholds of mmlu were not checked: not selected, or there is no such"
    ]


@both_ways
def test_results_are_kept_after_a_mistake(kept: Project, args: tuple[str, ...]) -> None:
    """Nothing was judged, so that an earlier run's answers stay; the summary tells the mistake."""
    assert replay(kept, model="usual").ret == 0
    before = kept.outputs()[1]
    assert before.count(b"\n") == 2822
    gate(kept, kmmlu_pro="min_passed = 15")
    line = mistake(replay(kept, *args, model="usual"))
    assert kept.outputs()[1] == before
    assert kept.summary["verdict"] == "fail"
    assert kept.summary["reasons"][0] in line
    mistake(replay(kept, *args, "--alpha=2", model="usual"))
    assert kept.outputs()[1] == before
    gate(kept, kmmlu_pro="min_passed = 14")
    assert replay(kept, *args, "-k", PHYSICIAN, model="usual").ret == UNDECIDED
    assert len(kept.rows) == 150


def test_repeated_questions_are_noted(kept: Project, rows: Any) -> None:
    """A licence with questions that stand there twice, or more of them than were published."""
    own = [row for row in rows if row["license_name"] == "의사"]
    other = [row for row in rows if row["license_name"] == "변리사"]
    changed = [*other[:-3], *other[:3], *own, *own[:10]]
    koreandata.listed(kept.path / "data/kmmlu_pro/test.jsonl", changed)
    koreandata.listed(kept.path / "new.jsonl", koreandata.said(changed))
    result = replay(kept, *ANYONE, "-k", f"{PHYSICIAN} or {ATTORNEY}")
    assert result.ret == 0, sentences(result)
    more = "160 questions, where 150 were published"
    notes = [
        f"kmmlu_pro/{ATTORNEY} 변리사: 3 of 109 questions stand there more than once",
        f"kmmlu_pro/{PHYSICIAN} 의사: 10 of 160 questions stand there more than once; {more}",
    ]
    assert kept.summary["notices"] == notes
    assert {f"note: {note}" for note in notes} <= set(result.outlines)


@both_ways
def test_a_terminal_without_korean(
    kept: Project, rows: Any, border: list[int], args: tuple[str, ...], monkeypatch: Any
) -> None:
    """Names are escaped there, and every task still has a line of its own."""
    say(kept, rows, border)
    monkeypatch.setenv("PYTHONIOENCODING", "ascii")
    result = replay(kept, *args)
    assert result.ret == 0, sentences(result)
    text = sentences(result)
    assert text.isascii()
    assert "\\n" not in text
    starts = [line.split(" ", 1)[0] for line in result.outlines]
    assert {name: starts.count(name) for name in koreandata.PRO} == dict.fromkeys(koreandata.PRO, 1)
    lines = [line for line in result.outlines if line.startswith("certified_appraiser ")]
    assert lines[0].startswith("certified_appraiser \\uac10")
    assert lines[0].split()[2:4] == ["196", "1.0000"]
