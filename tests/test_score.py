"""A score is all that is kept of a question: on disk, between processes, and for metrics."""

from __future__ import annotations

import json
import math

import execnet
import pytest
from cases import outcome_of
from hypothesis import given
from hypothesis import strategies as st
from page import DAMAGED, TWO, page
from scores import KINDS, tasks
from strategies import judged

from mcqtest.answers import READING, judge
from mcqtest.gate import Outcome, record
from mcqtest.gate.record import scores_of
from mcqtest.metrics import STANDARD, measured
from mcqtest.types import McqtestError, Metric, Question, Response, Score

__all__ = ["page"]  # a fixture


def longest(scores):
    """A metric of one's own: of texts, and no sum."""
    return float(max(len(text) for score in scores for text in score.texts or ("",)))


def speed(scores):
    """One of details."""
    known = [score.details["speed"] for score in scores if "speed" in score.details]
    return math.fsum(known) / len(known) if known else None


METRICS = (
    *STANDARD,
    Metric("longest", longest, high=1e6),
    Metric("speed", speed, low=-1e6, high=1e6),
    Metric("typical", longest, high=1e6, pool="tasks"),
)


def lines(outcome):
    """Its lines of results.jsonl, as they are read."""
    return [json.loads(line) for line in outcome.rows()]


def outcome_with(scores, **changes):
    return outcome_of(lost=None, scores=scores, figures=measured([scores], METRICS), **changes)


# --- there and back ---------------------------------------------------------------------------


@given(st.one_of(*KINDS))
def test_a_score_survives_results_jsonl(score):
    """Texts, votes, choices, details, numbers: a line's reader has the same score."""
    assert Score.from_json(json.loads(json.dumps(score.to_json(), ensure_ascii=False))) == score


@given(tasks())
def test_outcomes_travel_between_processes(scores):
    """All of an outcome survives xdist's own way of sending it, the same in other variants."""
    for each in scores:
        outcome = outcome_with(each, variants={"i1f1": each, "shots=0": each[::-1]})
        sent = execnet.loads(execnet.dumps(outcome.to_json()))
        arrived = Outcome.from_json(sent)
        assert arrived == outcome
        assert [*arrived.rows()] == [*outcome.rows()]


@given(st.one_of(*KINDS))
def test_a_line_says_what_its_reader_needs(score):
    """``correct`` is there always; ``value`` and ``details`` where they say more."""
    line = score.to_json()
    assert line["correct"] is score.correct is (score.value >= 1)
    assert ("value" in line) == (score.value not in {0, 1})
    assert ("details" in line) == bool(score.details)
    assert line["text"] == (score.texts[0] if score.texts else None)


def test_a_question_is_a_line_whatever_its_text_looks_like():
    """Lines are written many at a time; what stands between two of them may stand in a text."""
    texts = ('}, {"format": 1', '"}, {"', "\n", '\\"}, {\\"', '}, {"'[::-1], "[{", "}]")
    scores = [
        Score(f'{at}}}, {{"', at / 200, 0, 0, 2, None, texts, votes=(0,) * 7, details={"a": at})
        for at in range(200)
    ]
    outcome = outcome_with(scores)
    rows = [*outcome.rows()]
    assert all(row.endswith("}\n") and row.count("\n") == 1 for row in rows)
    about = {"format": 1, "benchmark": outcome.benchmark, "task": outcome.task}
    expected = [{**about, **score.to_json(), "change": None} for score in scores]
    assert [[*json.loads(row).items()] for row in rows] == [[*each.items()] for each in expected]


def test_other_scores_are_counted_anew():
    """What was counted of an outcome's scores is kept, as long as they are its scores."""
    outcome = outcome_with([Score("a", 1.0, 0, 0, 4), Score("b", 0.0, None, 0, 4)])
    assert (outcome.right, outcome.unanswered, outcome.by_chance) == (1, 1, 0.5)
    outcome.scores = outcome.scores[:1]
    assert (outcome.right, outcome.unanswered, outcome.by_chance) == (1, 0, 0.25)


# --- figures ----------------------------------------------------------------------------------


@given(tasks())
def test_figures_afresh_from_results_jsonl(scores):
    """Whoever has the lines has every figure, of each task and of all together."""
    outcomes = [outcome_with(each, task=f"t{at}") for at, each in enumerate(scores)]
    again = [list(map(Score.from_json, lines(outcome))) for outcome in outcomes]
    assert measured(again, METRICS) == measured(scores, METRICS)
    for outcome, each in zip(outcomes, again, strict=True):
        assert measured([each], METRICS) == outcome.figures


@given(tasks())
def test_figures_of_outcomes_that_travelled(scores):
    """The process that reports has the figures of those that ask."""
    sent = [execnet.dumps(outcome_with(each).to_json()) for each in scores]
    arrived = [Outcome.from_json(execnet.loads(each)).scores for each in sent]
    assert measured(arrived, METRICS) == measured(scores, METRICS)


@given(st.lists(judged(readable=False), min_size=1, max_size=20))
def test_results_and_their_scores_have_the_same_figures(results):
    """A metric may be given either."""
    assert measured([results], METRICS) == measured([scores_of(results)], METRICS)


def test_figures_of_workers_are_those_of_one_process(page):
    """Two workers, one process, and whoever reads results.jsonl: one metric of one's own, the
    standard ones and the mean score agree, task by task and over all.
    """
    found = {}
    for where in ((), TWO):
        folder = f"--run-dir=run{len(where)}"
        words = ("-m", "mine or measures", "--baseline=none", folder)
        page.run(*DAMAGED[:2], *words, *where)
        found[where] = [
            (page.path / f"run{len(where)}" / name).read_bytes()
            for name in ("summary.json", "results.jsonl")
        ]
    assert found[()] == found[TWO]
    summary, rows = json.loads(found[()][0]), map(json.loads, found[()][1].splitlines())
    by_task = {}
    for row in rows:
        by_task.setdefault(row["benchmark"], {}).setdefault(row["task"], []).append(
            Score.from_json(row)
        )
    off = Metric("error", _error, high=100)
    for benchmark, tasks_ in by_task.items():
        metrics = (*STANDARD, off) if benchmark == "measures" else STANDARD
        told = summary["benchmarks"][benchmark]
        for figures, of in [
            (told, [*tasks_.values()]),
            *((told["tasks"][name], [scores]) for name, scores in tasks_.items()),
        ]:
            expected = measured(of, metrics)
            assert {name: figures[name] for name in expected} == pytest.approx(expected, abs=2e-6)
    assert "error" in summary["benchmarks"]["measures"]["tasks"]["measures"]


def _error(scores):
    """What the page's metric is, written down anew."""
    shares = [float(each.texts[0].split()[-1]) / float(each.gold) for each in scores]
    return 100 * sum(abs(share - 1) for share in shares) / len(shares)


# --- what a text is worth ---------------------------------------------------------------------

ASKED = Question("How far?", (), -1, "m1", targets=("42",))


def worth(value, *said, vote="majority"):
    """A question without choices, answered by these texts."""
    responses = [Response("k", (), 0, text) for text in said]
    return judge(ASKED, responses, READING, "far/far/m1", value=value, vote=vote)


@given(st.lists(st.integers(-50, 50), min_size=1, max_size=5))
def test_several_texts_are_worth_their_mean(said):
    """Each is given to the value function with its question."""
    result = worth(lambda question, text: float(text) / float(question.targets[0]), *map(str, said))
    assert result.value == pytest.approx(sum(said) / len(said) / 42)
    assert result.answer == str(said[0])
    assert result.gold == "42"
    assert result.probabilities is None


def test_the_last_line_of_a_text_is_its_answer():
    """What stands in results.jsonl as the answer; a text of nothing has none."""
    assert worth(lambda *_: 1.0, "because\n 42 \n").answer == "42"
    assert worth(lambda *_: 1.0, " \n").answer is None
    assert len(worth(lambda *_: 1.0, "x" * 500).answer) == 100


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, None, "1", 1j, [1.0]])
def test_what_a_text_cannot_be_worth(value):
    """One line names the question, what was given and by whom."""

    def close(question, text):
        return value

    with pytest.raises(McqtestError) as caught:
        worth(close, "42")
    assert str(caught.value) == (
        f"far/far/m1: its text is worth {value!r} by close; a finite number is needed"
    )


@pytest.mark.parametrize("value", [True, 1, 0.5, -3.0])
def test_what_a_text_may_be_worth(value):
    """Booleans and whole numbers are numbers."""
    assert worth(lambda *_: value, "42").value == float(value)


def test_a_right_answer_of_silence_is_right():
    """Where saying nothing is worth 1, the baseline's mark says so, too."""
    results = [worth(lambda *_, of=of: of, text) for of, text in ((1.0, ""), (0.0, ""), (1.0, "x"))]
    assert [record._mark(score) for score in scores_of(results)] == ["+", "-", "+"]
