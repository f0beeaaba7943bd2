"""The side that reports, without pytest around it: what a run leaves, and its exit status."""

import json
from dataclasses import replace
from types import SimpleNamespace

import pytest
from cases import MODEL, outcome_of, policy_of
from hypothesis import given
from hypothesis import strategies as st
from reporting import FAILED, INTERNAL, INTERRUPTED, NOTHING, OK, USAGE, Board

from mcqtest.gate import beside, staged, write
from mcqtest.plugin import controller
from mcqtest.plugin import workers as lending
from mcqtest.plugin.wire import ERROR, FATAL, PLAN, Plan
from mcqtest.types import McqtestError


@pytest.fixture
def board(tmp_path):
    return Board(tmp_path)


# --- the beginning ----------------------------------------------------------------------------


def test_a_run_begins_with_a_verdict_that_is_no_pass(tmp_path):
    """Whoever kills it leaves that; the folder is not for version control, unless somebody says."""
    for text in ("*\n", "mine\n"):
        assert Board(tmp_path).summary["reasons"] == ["the run did not finish"]
        ignored = tmp_path / "run/.gitignore"
        assert ignored.read_text("utf-8") == text
        ignored.write_text("mine\n", "utf-8")


def test_a_look_at_the_cases_writes_nothing(tmp_path):
    """Nor does its end, and its exit status is pytest's."""
    looked = Board(tmp_path, option={"collectonly": True})
    assert looked.finish(NOTHING) == NOTHING
    assert list(tmp_path.iterdir()) == []
    assert looked.terminal.said == ""


@pytest.mark.parametrize(
    ("workers", "asked", "expected"), [(0, None, None), (2, None, 1), (2, 5, 5)]
)
def test_no_task_waits_behind_another(tmp_path, workers, asked, expected):
    """A worker would be given two at once; whoever says how many gets them."""
    made = Board(tmp_path, workers=workers, option={"maxschedchunk": asked})
    assert made.config.option.maxschedchunk == expected


# --- exit status ------------------------------------------------------------------------------


@given(
    st.sets(st.sampled_from("abcd"), min_size=1), st.sets(st.sampled_from("abcd")), st.booleans()
)
def test_only_what_was_reported_can_pass(tmp_path_factory, expected, lost, late):
    """Any test that was collected and gave no result is an internal error and no pass."""
    made = Board(tmp_path_factory.mktemp("board"))
    made.expect(*expected)
    for name in sorted(expected - lost):
        made.report(name, outcome_of(name))
    for name in sorted(lost if late else ()):  # a worker that dies has set up, but not asked
        made.report(name, when="setup")
    missing = expected & lost
    assert made.finish() == (INTERNAL if missing else OK)
    assert (made.summary["verdict"] == "pass") == (not missing)
    assert f"MAY {'NOT ' if missing else ''}SHIP" in made.terminal.said
    rows = (made.folder / "results.jsonl").read_text("utf-8").splitlines()
    assert {json.loads(row)["task"] for row in rows} == expected - lost


@pytest.mark.parametrize("result", ["passed", "failed"])
def test_a_red_case_fails(board, result):
    """Where pytest itself saw nothing wrong, too: a test may have caught its assertion."""
    board.report("a", outcome_of(failures=["worse"]), result=result)
    assert board.finish() == FAILED
    assert board.summary["reasons"] == ["worse"]


def test_nothing_selected(board):
    """No case, no pass: pytest's own code for it."""
    assert board.finish() == NOTHING
    (reason,) = board.summary["reasons"]
    assert reason.startswith("no question was judged: no benchmark's task was among the tests")


@pytest.mark.parametrize("status", [FAILED, INTERRUPTED, INTERNAL])
def test_a_status_that_is_bad_already_stays(board, status):
    """The end of a run never makes it better."""
    board.report("a", outcome_of())
    assert board.finish(status) == status


def test_an_interrupted_run(board):
    """That nobody waited for the rest is the reason, not that it is missing."""
    board.expect("a", "b")
    board.report("a", outcome_of())
    board.finish(INTERRUPTED)
    assert board.summary["reasons"] == [
        "interrupted; the same command goes on where this run stopped"
    ]


@pytest.mark.parametrize(("status", "expected"), [(FAILED, FAILED), (INTERRUPTED, FAILED)])
def test_a_run_that_was_to_stop_at_a_failure(board, status, expected):
    """The regression comes before what was left out for it; xdist calls that an interruption."""
    board.expect("a", "b")
    board.report("a", outcome_of(failures=["worse"]), result="failed")
    assert board.finish(status, shouldfail="stopping after 1 failures") == expected
    left = "1 selected test left out, since the run was to stop at a failure"
    assert board.summary["reasons"] == ["worse", left]


@pytest.mark.parametrize("failing", [["worse"], []])
def test_a_case_that_is_run_again(board, failing):
    """Keeps its first comparison, whatever the second says, and has one line."""
    board.report("a", outcome_of(failures=failing), result="rerun")
    board.report("a", outcome_of(failures=[] if failing else ["worse"]))
    board.finish()
    assert board.summary["reasons"] == failing
    assert board.terminal.said.count("tides ") == 1


@pytest.mark.parametrize("workers", [0, 2])
def test_red_as_a_whole_is_a_failed_test(tmp_path, workers):
    """Seen by whoever counts tests: the terminal, JUnit. It has no place in the progress. Levels
    are those of the plan, which this process or the first worker has made.
    """
    outcomes = [outcome_of(f"t{number}", 40, 20, lost=5, won=1) for number in range(8)]
    board = Board(tmp_path, workers=workers)
    plan = {}
    if workers:
        plan = {PLAN: board.sent(Plan((8, 320, 320, 0), policy_of(*outcomes)))}
    else:
        board.plan(*outcomes)
    for each in outcomes:
        board.report(each.task, each, **plan)
    assert board.finish() == FAILED
    assert board.summary["benchmarks"]["toy"]["level"] == pytest.approx(0.0095, rel=0.02)
    pooled = board.reports[-1]
    assert (pooled.nodeid, pooled.outcome) == ("toy::pooled", "failed")
    assert pooled.longrepr.startswith("toy as a whole is worse")
    assert board.made.pytest_report_teststatus(pooled) == ("failed", "", "FAILED")


def test_what_is_pooled_of_a_run_that_ended_early_has_the_planned_level(tmp_path):
    """Which tasks arrived depends on what they said, so no level may grow by it."""
    outcomes = [outcome_of(f"t{number}", 40, 20, lost=5, won=1) for number in range(8)]
    board = Board(tmp_path)
    board.plan(*outcomes)
    outcomes[1].failures = ["tides is worse"]
    for each, result in zip(outcomes[:2], ("passed", "failed"), strict=True):
        board.report(each.task, each, result=result)
    board.finish(FAILED, shouldfail="stopping after 1 failures")
    toy = board.summary["benchmarks"]["toy"]
    assert (toy["n"], toy["lost"]) == (80, 10)
    assert toy["level"] <= 0.0095 * (1 - 0.3 * 6 / 8)  # six tasks keep their shares
    assert {each["level"] for each in toy["tasks"].values()} == {0.1}  # of `outcome_of`


# --- mistakes and other problems --------------------------------------------------------------


def test_a_mistake_ends_a_run(board):
    """Found while tests ran, such as a full disk: exit code 4, the sentence, and said once."""
    board.report("a", outcome_of())
    board.report("b", result="failed", when="setup", **{ERROR: "disk full", FATAL: "disk full"})
    board.report("b", when="teardown")
    assert board.finish(FAILED) == USAGE
    assert board.summary["reasons"] == ["disk full"]
    assert "MAY NOT SHIP: small: disk full" in board.terminal.said


def test_a_mistake_is_told_once(board):
    """The case that met it points to the verdict; another error is told where it is."""
    errors = [SimpleNamespace(longrepr=said) for said in ("disk full", "disk full", "too long")]
    board.terminal.stats = {"error": errors}
    mistake = {ERROR: "disk full", FATAL: "disk full", "longrepr": "disk full"}
    board.report("b", result="failed", when="setup", **mistake)
    board.finish(FAILED)
    pointer = "the run ended here; the verdict says why"
    assert [each.longrepr for each in errors] == [pointer, pointer, "too long"]
    assert board.reports[0].longrepr == "disk full"  # as JUnit has it
    assert board.terminal.said.count("disk full") == 1


def test_a_mistake_before_anything_was_asked(tmp_path):
    """Left by a worker: pytest says it, so no verdict is printed; earlier results stay."""
    made = Board(tmp_path, workers=1)
    earlier = made.folder / "results.jsonl"
    earlier.write_text("earlier", "utf-8")
    node = SimpleNamespace(gateway=SimpleNamespace(id="gw0"), workeroutput={FATAL: "no data"})
    with pytest.raises(pytest.UsageError, match="no data"):
        made.made.pytest_testnodedown(node)
    assert made.finish(INTERNAL) == USAGE
    assert made.summary["reasons"] == ["no data"]
    assert earlier.read_text("utf-8") == "earlier"
    assert made.terminal.said == ""
    made.made.pytest_testnodedown(SimpleNamespace(gateway=node.gateway))  # one that ended well


def test_results_that_cannot_be_written(board, monkeypatch):
    """A pass that is not on disk is none; what lies there is that the run did not finish."""

    def full(path, text):
        raise McqtestError(f"{path}: full")

    monkeypatch.setattr(controller, "write", full)
    board.report("a", outcome_of())
    assert board.finish() == USAGE
    assert board.summary["reasons"] == ["the run did not finish"]
    assert "MAY NOT SHIP" in board.terminal.said


def test_all_that_went_wrong(board):
    """Each error once, an internal one by its last line, and tests that are none of ours."""
    board.made.pytest_internalerror("Traceback\n  somewhere\nValueError: no\n")
    for name in "ab":
        board.report(name, result="failed", when="setup", **{ERROR: "too long"})
    board.report("c", result="failed")
    board.report("d", outcome_of())
    board.made.pytest_collectreport(SimpleNamespace(failed=True, nodeid="broken.py"))
    board.report("e", result="skipped", when="setup")
    assert board.finish() == INTERNAL
    said = board.summary
    assert said["reasons"][:2] == ["internal error: ValueError: no", "too long"]
    assert said["reasons"][2] == "broken.py: could not be collected, see its error above"
    assert said["notices"] == ["1 selected test skipped: nothing is said about what was not asked"]


def test_a_test_of_ones_own_that_fails(board):
    """It is no comparison, and still a reason against a pass."""
    board.report("a", outcome_of())
    board.report("b", result="failed")
    board.finish(FAILED)
    assert board.summary["reasons"] == ["1 test failed"]


# --- workers, lines, baselines ----------------------------------------------------------------


def test_a_worker_gets_what_it_needs(tmp_path, monkeypatch):
    """Settings, the model, and a GPU of its own; the one that replaces it gets the same."""
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "3,5")
    made = Board(tmp_path, workers=2, identity=replace(MODEL, device="cuda"))
    nodes = [
        SimpleNamespace(gateway=SimpleNamespace(id=f"gw{number}"), workerinput={})
        for number in range(3)
    ]
    made.made.pytest_configure_node(nodes[0])
    made.made.pytest_configure_node(nodes[1])
    made.made.pytest_testnodedown(nodes[1])
    made.made.pytest_configure_node(nodes[2])
    given = [node.workerinput["mcqtest"] for node in nodes]
    assert [each["environment"]["CUDA_VISIBLE_DEVICES"] for each in given] == ["3", "5", "5"]
    assert given[0]["identity"]["name"] == "small"


@pytest.mark.parametrize(
    ("device", "workers", "told"), [("cpu", 2, 4), ("cpu", 0, 8), ("cuda", 2, 0)]
)
def test_threads_of_each_process(tmp_path, monkeypatch, device, workers, told):
    """Workers share the cores, and the header says what each gets, unless a GPU computes."""
    monkeypatch.setattr(lending, "allowed_cores", lambda: 8)
    monkeypatch.setattr(controller.terminal, "header", lambda *_, threads, **__: [str(threads)])
    made = Board(tmp_path, workers=workers, identity=replace(MODEL, device=device))
    made.run.about = made.run.data = ""
    assert made.made.pytest_report_header() == [str(told)]


@pytest.mark.parametrize(("workers", "told"), [(0, 0), (2, 1)])
def test_what_workers_are_going_to_ask(tmp_path, workers, told):
    """Told by the first of them; what was planned and never judged is missing at the end."""
    made = Board(tmp_path, workers=workers)
    plan = {PLAN: made.sent(Plan((3, 30, 30, 10), policy_of()))}
    made.report("a", outcome_of(), **plan)
    made.report("b", outcome_of("waves"), **plan)
    said = "3 tasks, 30 questions, 10 stored; each of 2 workers loads the model, 0.5 GB of weights"
    assert made.terminal.said.count(said) == told
    made.finish()
    assert made.summary["reasons"] == ["1 of 3 selected tasks were not judged"]


def test_a_line_for_each_task(tmp_path):
    """Below one head; with -v it stands behind PASSED, and with -q nowhere."""
    for verbosity, lines, letter in ((0, 3, ""), (1, 0, "."), (-1, 0, ".")):
        made = Board(tmp_path, verbosity=verbosity)
        made.report("a", outcome_of())
        made.report("b", outcome_of("waves"))
        assert len(made.terminal.said.split("\n")[1:-1]) == max(0, lines)
        status = made.made.pytest_report_teststatus(made.reports[0])
        assert status[:2] == ("passed", letter)
        assert ("n=4" in str(status[2])) == bool(letter)
    plain = SimpleNamespace(outcome="passed", when="call")
    assert made.made.pytest_report_teststatus(plain) is None


@pytest.mark.parametrize(
    ("changes", "published"),
    [({}, True), ({"failures": ["worse"]}, False), ({"lost": None, "compared": False}, False)],
)
def test_only_a_recorded_run_publishes(tmp_path, changes, published):
    """All of it or nothing, as said at its end; nothing stays in the staging folder."""
    made = Board(tmp_path, update=True)
    for name in ("tides", "waves"):
        place = staged(made.run.staging, "toy", name)
        write(place, f"{name}\n")
        write(beside(place), "{}\n")
    made.report("a", outcome_of())
    made.report("b", outcome_of("waves", **changes))
    made.finish()
    assert not made.run.staging.exists()
    found = {path.name for path in (tmp_path / "baselines").rglob("*.txt")}
    assert found == ({"tides.txt", "waves.txt"} if published else set())
    companions = {
        path.with_suffix(".txt").name for path in (tmp_path / "baselines").rglob("*.json")
    }
    assert companions == found
    assert ("NOT RECORDED" in made.terminal.said) == (not published)
