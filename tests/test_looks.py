"""Questions that somebody looks at: `mcqtest.report.looks`."""

import re
from dataclasses import replace

import pytest

from mcqtest.cli.screen import shown
from mcqtest.report import Answer, Seen, looks
from mcqtest.report.columns import width
from mcqtest.types import Question, Score

ASKING = "sea_style, cot, reader mcqtest 3, fallback wrong"
QUESTION = Question("What is in the bucket?", ("salt water", "sand", "a crab"), 0, "t1")
EVIL = (
    "\x1b[2J\x9b31m</pre><script>alert(1)</script> ``` `````` \u202e # [x](y) | \x0e \ud800 & <b>"
)


def answer(text, index, *, told=True, asking=ASKING, **changes):
    score = Score("t1", float(index == 0), index, 0, 3, None, (text,), (index,))
    return Answer(replace(score, **changes), asking, told=told)


def seen(**changes):
    then = answer("I see sand. The answer is (A).", 0)
    now = answer("I see a crab. The answer is (C).", 2)
    return Seen(
        "sea",
        "tides",
        1,
        **({"now": now, "then": then, "question": QUESTION, "change": "lost"} | changes),
    )


def text(each, columns, **options):
    return shown("\n".join(looks([each], columns, **options)), colours=False)


def test_then_and_now():
    """Below each other in a narrow terminal; what was read is marked."""
    assert (
        text(seen(), 60)
        == """
sea, tides =================================================

tides t1: lost, A > C, right is A
  What is in the bucket?
  right, then  A  salt water
               B  sand
          now  C  a crab
  then, read A:
  I see sand. The answer is (>>A<<).
  now, read C:
  I see a crab. The answer is (>>C<<)."""
    )


def test_side_by_side_in_a_wide_terminal():
    """Columns as wide as each other."""
    lines = text(seen(), 120).splitlines()
    assert re.fullmatch(r"  then, read A: +\| now, read C:", lines[-2])
    assert lines[-2].index("|") == lines[-1].index("|")
    coloured = looks([seen()], 120, colours=True)
    assert coloured[-2].index("|") == re.sub("[\x0e\x0f]", "", coloured[-1]).index("|")


@pytest.mark.parametrize("columns", [80, 120])
def test_korean_fits(columns):
    """Two columns a syllable, in titles, choices and texts."""
    long = "바닷물에는 소금이 들어 있고 모래에는 들어 있지 않다 " * 4
    question = Question(long, (long, long, long), 0, "t1")
    lines = looks([seen(question=question, now=answer(long + "정답은 (C) 입니다.", 2))], columns)
    assert max(width(re.sub("[\x0e\x0f]", "", line)) for line in lines) <= columns
