"""Questions that somebody looks at: `mcqtest.report.looks`."""

import json
import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcqtest.cli.screen import plain, shown
from mcqtest.report import Answer, Seen, looks, markdown
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


def test_probabilities_stand_before_the_choices():
    """Then and now."""
    then, now = (
        Answer(Score("t1", v, a, 0, 3, p), "letters")
        for v, a, p in ((1.0, 0, (0.8, 0.1, 0.1)), (0.0, 1, (0.25, 0.5, 0.25)))
    )
    assert "  right, then 0.800 0.250  A  salt water" in text(seen(then=then, now=now), 80)


def test_what_is_not_kept_is_said():
    """The question's text; what a baseline's model wrote."""
    then = answer("", 0, told=False)
    said = text(seen(question=None, then=then), 80)
    assert "(the text of this question is not kept)" in said
    assert "then: A (only this is kept of it)" in said
    assert "now, read C:" in said


def test_nothing_read_and_another_reader():
    """No place is marked where ours did not read it."""
    now = answer("It is hard to say.", None, votes=(None,))
    assert "now, nothing could be read:" in text(seen(now=now), 80)
    other = answer("The answer is (C).", 2, asking="sea_style, cot, reader mmlu_pro")
    assert ">>C<<" not in text(seen(now=other), 80)


def test_long_texts_are_cut_unless_all_is_wanted():
    """Around what was read."""
    now = answer("so " * 2000 + "The answer is (C).", 2)
    assert "characters left out" in text(seen(now=now), 80)
    assert "The answer is (>>C<<)." in " ".join(text(seen(now=now), 80).split())
    assert "left out" not in text(seen(now=now), 80, whole=True)


def test_questions_without_choices():
    """The right answers are texts."""
    asked = Question("2 + 2?", (), -1, "t1", targets=("4", "four"))
    then, now = (
        Answer(Score("t1", float(said == "4"), said, "4", 0, texts=(said,), votes=(said,)), "text")
        for said in ("4", "5")
    )
    said = text(seen(question=asked, then=then, now=now), 80)
    assert "tides t1: lost, 4 > 5, right is 4" in said
    assert "right: 4; four" in said


EVILS = st.text(st.sampled_from("`<>&\x1b\x0e\x0f\u202e\n한a *_[]!|~#@$\\"), max_size=40) | st.just(
    EVIL
)


def wild(evil, choice):
    question = Question(evil, (choice, "sand", evil), 0, evil)
    now = answer(f"{evil} The answer is (C). {choice}", 2)
    return seen(question=question, now=replace(now, score=replace(now.score, id=evil)))


@given(EVILS, EVILS, st.sampled_from([40, 120]))
def test_nothing_in_a_text_is_obeyed_by_a_terminal(evil, choice, columns):
    """Of all controls there are line ends and the two colours of a highlight."""
    lines = looks([wild(evil, choice)], columns, colours=True)
    said = shown("\n".join(lines), colours=True)
    left = said.replace("\x1b[7m", "").replace("\x1b[27m", "").replace("\n", "")
    assert left.isprintable() or not re.search("[\0-\x1f\x7f-\x9f\u202a-\u202e\ud800-\udfff]", left)
    assert said.count("\x1b[7m") == said.count("\x1b[27m")


@given(EVILS, EVILS)
def test_nothing_in_a_text_is_markdown_or_html(evil, choice):
    """All of it stands in fences that nothing in them ends, or is written out."""
    fence = None
    for line in shown(
        "\n".join(markdown([wild(evil, choice)], [f"run {evil}"])), colours=False
    ).split("\n"):
        found = re.fullmatch(r"(`{3,})(text)?", line)
        if fence is None and found and found[2]:
            fence = found[1]
        elif fence is not None and line == fence:
            fence = None
        elif fence is None:
            ours = line.replace("<!-- -->", "")  # ends what would be a mention or a link
            assert "<" not in ours
            assert not re.search(r"[@#](?!<!-- -->)", re.sub(r"^#+ ", "", line))
            assert not re.search(r"[`*_\[\]|~$]", re.sub(r"\\.", "", ours))
        else:
            assert not line.lstrip().startswith(fence)
    assert fence is None


@given(EVILS, EVILS)
def test_json_says_it_and_holds_nothing_to_obey(evil, choice):
    """The very same values, in an answer that a browser or a terminal may have."""
    data = wild(evil, choice).to_json()
    said = plain(json.dumps(data, ensure_ascii=False))
    assert json.loads(said) == json.loads(json.dumps(data))
    assert "<" not in said
    assert not re.search("[\0-\x1f\x7f-\x9f\u202a-\u202e\ud800-\udfff]", said)


@pytest.mark.parametrize("columns", [80, 120])
def test_korean_fits(columns):
    """Two columns a syllable, in titles, choices and texts."""
    long = "바닷물에는 소금이 들어 있고 모래에는 들어 있지 않다 " * 4
    question = Question(long, (long, long, long), 0, "t1")
    lines = looks([seen(question=question, now=answer(long + "정답은 (C) 입니다.", 2))], columns)
    assert max(width(re.sub("[\x0e\x0f]", "", line)) for line in lines) <= columns
