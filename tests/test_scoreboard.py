"""The verdict of a run: a pass only where all was judged, whatever order cases come in."""

import json
from dataclasses import asdict, replace

import pytest
from cases import MODEL, board_of, decided, outcome_of, policy_of, rescored, summary_of
from hypothesis import given
from hypothesis import strategies as st

from mcqtest.gate import counted
from mcqtest.report import dump, unfinished


@st.composite
def judged(draw, benchmark, task):
    """A case with any counts that are possible."""
    n = draw(st.integers(1, 30))
    right = draw(st.integers(0, n))
    lost = draw(st.integers(0, n - right))
    won = draw(st.integers(0, right))
    group = draw(st.sampled_from(["salt", "fresh"]))
    notices = draw(st.lists(st.sampled_from(["one", "two"]), unique=True))
    return outcome_of(task, n, right, lost, won, benchmark=benchmark, group=group, notices=notices)


runs = st.lists(
    st.tuples(st.sampled_from(["sea", "land"]), st.sampled_from("abcde")), unique=True, min_size=1
).flatmap(lambda places: st.tuples(*[judged(*place) for place in places]))


@given(runs, st.data())
def test_the_order_of_cases_does_not_matter(cases, data):
    """Any number of processes in any order write the same two files, byte for byte."""
    moved = data.draw(st.permutations(cases))
    one, two = board_of(*cases), board_of(*moved)
    assert dump(one.summary(*decided(one))) == dump(two.summary(*decided(two)))
    assert list(one.rows()) == list(two.rows())


@given(st.permutations(range(3)), st.booleans())
def test_a_comparison_counts_more_than_a_look(order, red):
    """Several tests may have one task's results; its comparison is what the run says."""
    compared = outcome_of(lost=3, won=0, failures=["toy/tides is worse"] * red)
    look = outcome_of(lost=None, compared=False)
    cases = [compared, look, look]
    assert summary_of(*[cases[place] for place in order]) == summary_of(compared)


# --- the verdict ------------------------------------------------------------------------------


def test_pass():
    """All compared and none red."""
    found = summary_of(outcome_of(), outcome_of("waves"))
    assert (found["verdict"], found["reasons"]) == ("pass", [])


@given(runs)
def test_a_problem_is_never_a_pass(cases):
    """A lost result, an interruption: whatever the cases say."""
    for update in (False, True):
        found = summary_of(*cases, problems=["gw1 crashed"], update=update)
        assert found["verdict"] == "fail"
        assert found["reasons"][0] == "gw1 crashed"


@given(runs, st.integers(0, 9), st.booleans())
def test_a_red_case_is_never_a_pass(cases, at, update):
    """One failure among any number of cases, its sentence among the reasons."""
    cases[at % len(cases)].failures = ["worse\nlost: 1 A>B"]
    found = summary_of(*cases, update=update)
    assert found["verdict"] == "fail"
    assert "worse" in found["reasons"]


@given(st.lists(st.tuples(st.text("ab", min_size=1), st.lists(st.text("cd"))), max_size=4))
def test_every_failure_is_a_reason(failures):
    """All of a case's, in their order, each by its first line alone; the rest is in the task."""
    said = ["\n".join([first, *more]) for first, more in failures]
    found = summary_of(outcome_of(), outcome_of("waves", failures=said))
    assert found["reasons"] == [first for first, _ in failures]
    assert found["verdict"] == ("fail" if failures else "pass")
    assert found["benchmarks"]["toy"]["tasks"]["waves"]["failures"] == said


def test_nothing_judged_is_never_a_pass():
    """No case at all: also where a baseline was to be recorded."""
    for changes in ({}, {"update": True}, {"baseline": "none"}):
        found = summary_of(**changes)
        assert (found["verdict"], found["benchmarks"]) == ("fail", {})
        assert found["reasons"] == ["no question was judged"]


def test_a_missing_baseline_is_never_a_pass():
    """One reason for all its tasks, which says what to do."""
    missing = {"lost": None, "missing": True, "failures": ["nothing to compare with\nrecord one"]}
    found = summary_of(outcome_of(), outcome_of("waves", **missing), outcome_of("foam", **missing))
    assert found["verdict"] == "fail"
    (reason,) = found["reasons"]
    assert reason.startswith("toy: nothing to compare 2 of 3 tasks with: baseline 'small' in ")
    assert " lacks foam, waves; " in reason
    assert "--snapshot-update" in reason
    low = outcome_of("waves", **missing | {"failures": [*missing["failures"], "too low"]})
    alone = reason.replace("2 of 3", "1 of 1").replace("foam, waves", "waves")
    assert summary_of(low)["reasons"] == ["too low", alone]
    many = [outcome_of(f"task{number}", **missing) for number in range(7)]
    assert (
        " lacks task0, task1, task2, task3, task4, and 2 more; " in summary_of(*many)["reasons"][0]
    )


def test_results_that_were_only_looked_at_are_never_a_pass():
    """A pass says that nothing is worse, so all of it must have been compared."""
    found = summary_of(outcome_of(), outcome_of("waves", lost=None, compared=False))
    assert found["verdict"] == "fail"
    assert found["reasons"][0].startswith("toy/waves: ")


def test_recorded():
    """With an update nothing is a pass; a baseline that was missing is no reason against it."""
    found = summary_of(outcome_of(lost=None), update=True)
    assert (found["verdict"], found["reasons"]) == ("recorded", [])


def test_thresholds_alone():
    """Without a baseline the thresholds decide, a task's and a benchmark's."""
    bounds = {"toy": {"min_accuracy": 0.7}}
    alone = {"baseline": "none", "gate": bounds}
    assert summary_of(outcome_of(lost=None), **alone)["verdict"] == "pass"
    assert summary_of(outcome_of(lost=None), **alone)["baseline"] is None
    low = summary_of(outcome_of(right=2, lost=None), **alone)
    assert low["reasons"] == ["toy: accuracy 0.5000 is below min_accuracy = 0.7"]


@pytest.mark.parametrize(
    ("bounds", "siblings"), [({"other": {"min_accuracy": 0.9}}, 1), ({"toy": {"max_ece": 0}}, 2)]
)
def test_thresholds_that_were_not_checked_are_never_a_pass(bounds, siblings):
    """No baseline, and no threshold of what was selected: nothing says that it may ship."""
    case = outcome_of(lost=None, siblings=siblings)
    assert summary_of(case, baseline="none", gate=bounds)["verdict"] == "fail"


def test_a_threshold_of_the_whole_needs_the_whole():
    """Where tasks are left out a benchmark's bound is not checked, and that is said."""
    found = summary_of(outcome_of(right=0, siblings=2), gate={"toy": {"min_accuracy": 0.7}})
    assert found["verdict"] == "partial"
    assert found["notices"] == [
        "thresholds of toy were not checked: only 1 of its 2 tasks were selected"
    ]
    for place in ("toy/waves", "sea"):
        found = summary_of(outcome_of(), gate={place: {"min_accuracy": 0.7}})
        assert found["notices"] == [
            f"thresholds of {place} were not checked: not selected, or there is no such"
        ]
    assert summary_of(outcome_of(), gate={"toy": {"min_accuracy": 0.7}})["notices"] == []


def test_red_as_a_whole():
    """Tasks that are each no worse to speak of may be so together."""
    cases = [outcome_of(f"t{number}", 40, 20, lost=5, won=1) for number in range(8)]
    found = summary_of(*cases)
    assert found["verdict"] == "fail"
    (reason,) = found["reasons"]
    assert reason.startswith("toy as a whole is worse than baseline 'small': ")
    assert "0.6000 -> 0.5000, 40 questions lost, 8 won of 320" in reason
    refused = summary_of(*cases, update=True)
    assert refused["verdict"] == "fail"
    accepted = summary_of(*cases, update=True, reason="new data")
    assert accepted["verdict"] == "recorded"


# --- the figures ------------------------------------------------------------------------------


@given(runs)
def test_pooled_counts_are_sums(cases):
    """Over tasks and over groups: questions, lost, won and unread answers."""
    for found in summary_of(*cases)["benchmarks"].values():
        for key in ("n", "lost", "won"):
            assert found[key] == sum(task[key] for task in found["tasks"].values())
            assert found[key] == sum(group[key] for group in found["groups"].values())
        tasks = found["tasks"].values()
        assert found["unanswered"] == sum(task["unanswered"] for task in tasks)
        right = sum(task["n"] * task["accuracy"] for task in tasks)
        assert found["accuracy"] * found["n"] == pytest.approx(right)
        mean = sum(task["accuracy"] for task in tasks) / len(tasks)
        assert found["macro_accuracy"] == pytest.approx(mean)
        drop = (found["lost"] - found["won"]) / found["n"]
        assert found["baseline_accuracy"] - found["accuracy"] == pytest.approx(drop, abs=1e-8)


def test_pooled_counts_need_every_task():
    """One task without a comparison, and there is no sum."""
    found = summary_of(outcome_of(lost=2), outcome_of("waves", lost=None, missing=True))
    toy = found["benchmarks"]["toy"]
    assert (toy["n"], toy["lost"], toy["won"], toy["p_value"]) == (8, None, None, None)
    assert toy["tasks"]["tides"]["lost"] == 2


def test_a_single_task_is_its_own_pool():
    """Its comparison is the benchmark's, at the same level: no second one spends any of alpha."""
    alone = outcome_of("reefs", 40, 20, lost=9, won=1, benchmark="sea")
    alone = replace(alone, comparison=asdict(counted(40, 9, 1, 0.011)))
    found = summary_of(alone, outcome_of(), outcome_of("waves"))["benchmarks"]
    keys = ("n", "lost", "won", "p_value", "level", "change_interval", "tolerance")
    whole, part = found["sea"], found["sea"]["tasks"]["reefs"]
    assert [whole[key] for key in keys] == [part[key] for key in keys]
    assert whole["level"] == 0.011
    assert whole["p_value"] < whole["level"]  # a lower one would call the same answers no worse
    # Two tasks of which nothing changed leave the whole all that the benchmark may spend.
    assert found["toy"]["level"] == pytest.approx(0.01 * 0.95 / 2)


@given(runs)
def test_required_keys(cases):
    """All that other programs rely on is there, in every run."""
    found = summary_of(*cases)
    top = {"format", "model", "baseline", "verdict", "alpha", "benchmarks"}
    both = {"n", "accuracy", "lost", "won", "p_value", "unanswered", "change_interval"}
    calibration = {"ece", "rms_calibration_error", "calibration_gap", "brier"}
    assert top <= found.keys()
    assert (found["format"], found["model"], found["baseline"]) == (1, "small", "small")
    assert found["benchmarks"].keys() == {case.benchmark for case in cases}
    for name, benchmark in found["benchmarks"].items():
        assert both | calibration | {"macro_accuracy", "groups", "tasks"} <= benchmark.keys()
        assert benchmark["tasks"].keys() == {case.task for case in cases if case.benchmark == name}
        for task in benchmark["tasks"].values():
            assert both | calibration <= task.keys()


ROW = (
    *("benchmark", "task", "id", "gold", "answer", "correct", "choices", "probabilities"),
    *("text", "texts", "votes", "truncated", "guessed", "change"),
)


@given(runs)
def test_rows_of_results(cases):
    """One line for each question, sorted by benchmark and task, in the order of questions."""
    rows = [json.loads(line) for line in board_of(*cases).rows()]
    assert len(rows) == sum(case.n for case in cases)
    places = [(row["benchmark"], row["task"], int(row["id"])) for row in rows]
    assert places == sorted(places)
    for row in rows:
        assert {"format", *ROW} == row.keys()
        assert row["correct"] == (row["answer"] == row["gold"])
        assert sum(row["probabilities"]) == pytest.approx(1, abs=1e-5)


def test_rows_have_six_digits():
    """Of probabilities: more than any figure needs."""
    case = rescored(outcome_of(), {"probabilities": (0.123456789, 0.876543211)})
    first, *_ = board_of(case).rows()
    assert json.loads(first)["probabilities"] == [0.123457, 0.876543]


def test_a_baseline_of_several_checkpoints():
    """Is noted; one of a single one is not, nor is where there is none."""
    note = "baseline 'small' of toy mixes several checkpoints' answers"
    mixed = outcome_of(), outcome_of("waves", against="1" * 64)
    assert note in summary_of(*mixed)["notices"]
    assert note not in summary_of(outcome_of(), outcome_of("waves"))["notices"]
    assert note not in summary_of(outcome_of(lost=None))["notices"]


def test_rows_without_probabilities():
    """A method that has none writes null, and its run has no figures of calibration."""
    case = rescored(outcome_of(), *[{"probabilities": None}] * 4)
    case.figures = {"accuracy": 0.75}
    assert [json.loads(line)["probabilities"] for line in board_of(case).rows()] == [None] * 4
    toy = summary_of(case)["benchmarks"]["toy"]
    assert toy["accuracy"] == 0.75
    assert "ece" not in toy


def test_unfinished():
    """What lies there while a run goes on says fail, in the same format."""
    found = json.loads(dump(unfinished(policy_of(), MODEL)))
    assert (found["verdict"], found["reasons"]) == ("fail", ["the run did not finish"])
    assert found.keys() == summary_of(outcome_of()).keys()
    recording = unfinished(policy_of(update=True, reason="why"), MODEL)
    assert recording["verdict"] == "fail"


def test_json_is_strict():
    """A number that JSON does not have is an error here, not at every reader."""
    with pytest.raises(ValueError, match="JSON"):
        dump({"accuracy": float("nan")})


def test_too_few_questions_are_never_a_pass():
    """Where not even losing all would be red, nothing was tested; one question more may do."""
    few = outcome_of(n=4, right=4)
    few = replace(few, comparison={**few.comparison, "level": 0.05})
    (reason,) = summary_of(few)["reasons"]
    assert reason == "toy: 4 questions are too few for any drop to be seen; ask more of them"
    enough = outcome_of(n=5, right=5)
    enough = replace(enough, comparison={**enough.comparison, "level": 0.05})
    assert summary_of(enough)["verdict"] == "pass"


def texts(case):
    """The case, with a text for each answer and no probabilities."""
    changes = (
        {"probabilities": None, "texts": ("?",), "votes": (score.answer,)} for score in case.scores
    )
    return rescored(case, *changes)


def unread(case, first=None):
    """The same, with no readable answer in the first texts, or in any."""
    silence = {"answer": None, "value": 0.0, "votes": (None,)}
    return rescored(texts(case), *[silence] * (case.n if first is None else first))


def test_texts_without_any_answer_are_never_a_pass():
    """Where nothing could be read nothing was measured; one answer makes it a comparison."""
    case = unread(outcome_of(n=40, right=0))
    (reason,) = summary_of(case)["reasons"]
    assert reason.startswith("toy: no answer could be read in any of 40 texts, so nothing was ")
    assert summary_of(rescored(case, {"answer": 1, "votes": (1,)}))["reasons"] == []


def test_a_task_without_any_answer_is_never_a_pass():
    """Nor is a benchmark of which a whole task could not be read, unless it has few questions."""
    read, silent = outcome_of("tides", n=40, right=40), outcome_of("winds", n=40, right=0)
    texts(read)
    unread(silent)
    (reason,) = summary_of(read, silent)["reasons"]
    assert reason.startswith("toy: winds: no answer could be read in any of 40 texts, so nothing ")
    silent.scores, silent.differences = silent.scores[:3], silent.differences[:3]
    assert summary_of(read, silent)["reasons"] == []


@pytest.mark.parametrize(("n", "passes"), [(9, True), (10, False)])
def test_ten_unread_answers_are_no_accident(n, passes):
    """A task of ten questions is the smallest that must have an answer, beside others that do."""
    read, silent = outcome_of("tides", n=40, right=40), outcome_of("winds", n=n, right=0)
    texts(read)
    unread(silent)
    assert (summary_of(read, silent)["verdict"] == "pass") == passes
    assert summary_of(silent)["verdict"] == "fail"  # alone it is all that was asked


def test_more_than_half_unread_is_noted():
    """Of a benchmark's answers, all tasks together; not half of them, nor where none are texts."""
    for number, notices in ((20, []), (21, ["toy: 52% of answers could not be read"])):
        one = unread(outcome_of("tides", n=30, right=30), first=number)
        found = summary_of(one, texts(outcome_of("winds", n=10, right=10)))
        assert (found["notices"], found["reasons"]) == (notices, [])
    assert summary_of(outcome_of(n=4, right=0))["notices"] == []


def test_a_benchmark_that_is_required():
    """Not asked, or not all of it: no pass; recording is not passing."""
    said = summary_of(outcome_of(siblings=2), required=("toy", "sea"))
    assert (said["verdict"], said["reasons"]) == (
        "fail",
        [
            "toy is required, and only 1 of its 2 tasks were asked; select them all",
            "sea is required and was not asked; select it, or correct required",
        ],
    )
    assert summary_of(outcome_of(), required=("toy",))["verdict"] == "pass"
    assert summary_of(outcome_of(), required=("sea",), update=True)["verdict"] == "recorded"
    assert summary_of(required=("sea",))["reasons"] == ["no question was judged"]
