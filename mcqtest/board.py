"""The board of licences, and how a model does against people: lines for a terminal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mcqtest.case import Case
from mcqtest.examination import percent
from mcqtest.summary import humans, near_expert, passed
from mcqtest.wide import fitted, width

NAME = 35
"""Wide enough for MMLU's longest subject, and a table for 80 columns."""
_WIDE = 48


def name_width(columns: int) -> int:
    """How wide names are in a terminal of so many columns."""
    return max(NAME, min(_WIDE, columns - 45))


def label(case: Case, columns: int) -> str:
    """A task by its name, and as published where there is room for both."""
    both = f"{case.task} {case.title}".rstrip()
    return fitted(both if width(both) <= columns else case.task, columns)


def licences(cases: Sequence[Case], columns: int) -> list[str]:
    """Every licence with its subjects: what was reached, what is needed, and how many questions
    are between the two; nothing where the cases are no licences. From 120 columns on also what the
    baseline reached.
    """
    count = passed(cases)
    if count is None:
        return []
    name = name_width(columns)
    before = passed(cases, "passed_before")
    known_before = [(case.licence or {})["passed_before"] is not None for case in cases]
    wide = columns >= 120 and any(known_before)
    heading = f"{'n':>6} {'right':>5} {'score':>8} {'needed':>8} {'margin':>6}"
    lines = [fitted("licences", name) + heading + (f" {'before':>15}" if wide else "")]
    # What was lost stands last, next to the verdict.
    for case in sorted(cases, key=lambda case: bool((case.licence or {}).get("lost"))):
        lines += _licence(case, case.licence or {}, name, wide=wide)
    known = "" if before is None else f" ({before} in the baseline)"
    over = (cases[0].licence or {})["average_over"]
    lines.append(f"licences passed: {count} of {len(cases)}{known}; averages over {over}")
    return lines


def _licence(case: Case, found: dict[str, Any], name: int, *, wide: bool) -> list[str]:
    result = "passed" if found["passed"] else "NOT PASSED"
    if found["undecided"]:
        result += f": {found['undecided']}"
    elif found["questions"] < found["published"]:
        result += f" on {found['questions']} of {found['published']} published questions"
    was = found["passed_before"]
    if was is not None and was != found["passed"]:
        result += f" ({'passed' if was else 'not passed'} before)"
    lines = [f"{f'{case.title} {case.task}'.lstrip()}: {result}"]
    for each in found["subjects"]:
        n, right, earlier = each["n"], each["right"], each["right_before"]
        lines.append(
            _row(
                each["subject"],
                f"{n:>6} {right:>5}",
                (right / n if n else 0, each["needed"], each["margin"]),
                None if earlier is None or not wide else earlier / n,
                name,
            )
        )
    lines.append(
        _row(
            f"average over {found['average_over']}",
            " " * 12,
            (found["average"], found["average_needed"], found["average_margin"]),
            found["average_before"] if wide else None,
            name,
        )
    )
    return lines


def _row(
    what: str, counts: str, held: tuple[float, Any, Any], before: float | None, name: int
) -> str:
    score, needed, margin = held
    asked = "-" if needed is None else percent(needed)
    lead = "-" if margin is None else f"{margin:+}"
    row = f"{fitted(f'  {what}', name)}{counts} {percent(score):>8} {asked:>8} {lead:>6}"
    mark = " missed" if margin is not None and margin < 0 else ""
    return f"{row}{mark}" if before is None else f"{row}{mark:<7} {percent(before):>8}"


def people(cases: Sequence[Case], columns: int) -> list[str]:
    """Accuracy less that of people, of every task where it is known, worst first; nothing where it
    is known of none.
    """
    known = [(case, found) for case in cases if (found := humans([case]))]
    lines = []
    if known:
        name = name_width(columns)
        heading = f"{'n':>6} {'people':>8} {'model':>8} {'change':>8}"
        lines.append(fitted("  against people", name) + heading)
        for case, found in sorted(known, key=lambda each: each[1]["above_human"]):
            lines.append(f"  {label(case, name - 2)}{_against(found)}")
        lines.append(f"{fitted('  all of these', name)}{_against(humans(cases))}")
    if (share := near_expert(cases)) is not None:
        mark = cases[0].expert
        above = round(share * len(cases))
        lines.append(f"  near expert, above {mark:g}: {above} of {len(cases)} subjects")
    return lines


def _against(found: dict[str, Any]) -> str:
    people, above = found["human_accuracy"], found["above_human"]
    return f"{found['human_questions']:>6,} {people:>8.4f} {people + above:>8.4f} {above:>+8.4f}"
