"""The verdict as Markdown: `report/pages.py`."""

import re
from dataclasses import replace

import pytest
from cases import board_of, decided, outcome_of, rescored
from hypothesis import given
from hypothesis import strategies as st

from mcqtest.report import Told, comment, page, plain

HOSTILE = "a|b<script>alert(1)</script> @octocat #12 https://x.y ![i](j) `c` $d$\n| e"


def told_of(*outcomes, problems=(), **changes):
    """What is known once a run with these outcomes has ended."""
    board = board_of(*outcomes)
    return replace(Told.of(board, *decided(board, problems)), **changes)


def lost_of(count, *, task="tides", lost=1):
    """A task whose first ``lost`` questions were lost."""
    made = outcome_of(task, n=count, right=count - lost, lost=0, siblings=1)
    moved = [-1.0] * lost + [0.0] * (count - lost)
    return replace(made, differences=moved, scores=list(reversed(made.scores)))


def test_verdict_table_and_tasks():
    """What a person sees: the word, a row for each benchmark, and its tasks, folded."""
    text = page(told_of(outcome_of(n=8, right=6, lost=1, won=1), notices=["be told"]), 10**6)
    assert text.startswith("## MAY SHIP: small\n\nsmall is no worse than baseline")
    assert "| toy | 8 | 0.7500 | +0.00 | " in text
    assert "<details><summary>toy: 1 task</summary>\n\n| task |" in text
    assert text.endswith("\n- be told\n")


def test_a_comment_has_the_lost_questions():
    """By id, with the right answer and the one that is given now; and none of their texts."""
    made = lost_of(6, lost=2)
    made = rescored(made, {"id": "q|1"}, {"id": "q2", "texts": ("secret",)})
    text = comment(told_of(made))
    assert text.startswith("<!-- mcqtest -->\n## ")
    assert "2 questions lost" in text
    assert r"- toy/tides (2): <code>q\|1 A&gt;-</code> <code>q2 A&gt;B</code>" in text
    assert "secret" not in text
    assert "lost (right" not in comment(told_of(outcome_of()))


def test_every_reason():
    """One is in the sentence; several are listed."""
    text = page(told_of(problems=["no @disk", "no time"]), 10**6)
    assert "- no @<!-- -->disk\n- no time\n" in text


@given(st.text())
def test_plain_is_only_text(text):
    """No markup, cell, mention, link or line of its own, whatever stands there."""
    shown = plain(text)
    assert "\n" not in shown
    bare = shown.replace("<!-- -->", "")
    assert "<" not in bare
    assert not re.search(r"(?<!\\)(?:\\\\)*[`*_\[\]|~$]", shown)
    assert not re.search(r"@\w|https?:/|(?<!&)#\w", shown)


def test_hostile_names():
    """In every place where a name can be."""
    made = replace(outcome_of(), task=HOSTILE, benchmark=HOSTILE, failures=[HOSTILE])
    made = rescored(made, {"id": HOSTILE})
    made = replace(made, differences=[-1.0, 0, 0, 0])
    told = told_of(made, name=HOSTILE, notices=[HOSTILE], tier=HOSTILE)
    for text in (page(told, 10**6), comment(told)):
        assert "<script" not in text
        assert "@octocat" not in text
        cells = [line for line in text.splitlines() if line.startswith("|")]
        assert {len(re.findall(r"(?<!\\)\|", line)) for line in cells} == {9}


@pytest.mark.parametrize("room", [1500, 3000])
def test_what_does_not_fit(room):
    """Lines are left out from the end, which is said, and what was folded is closed."""
    outcomes = [lost_of(400, task=f"t{number}", lost=400) for number in range(40)]
    assert ", and 200 more" in comment(told_of(outcomes[0]))
    told = told_of(*outcomes)
    for text in (page(told, room), comment(told)):
        assert len(text.encode()) <= 65_536
        assert text.count("<details>") == text.count("</details>")
    assert len(page(told, room).encode()) <= room
    assert "More does not fit in here" in page(told, room)
    assert "More does not fit in here" in comment(told)
