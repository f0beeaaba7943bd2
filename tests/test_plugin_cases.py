"""The side that runs cases, without a run: which tests are asked, in which order, and what
travels on their reports.
"""

import json
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
from builders import complaint, planned, toy
from cases import outcome_of, policy_of
from hypothesis import given
from hypothesis import strategies as st

from mcqtest.gate import Outcome
from mcqtest.plugin.cases import BASELINE, RESULTS, Cases, task_of
from mcqtest.plugin.snapshots import BaselineExtension
from mcqtest.plugin.wire import ASKED, ERROR, FATAL, OUTCOME, PASSED_OVER, PLAN, Plan
from mcqtest.run import chosen
from mcqtest.types import AnswerError, McqtestError

TOY = toy("a", "b", "c", "d")


class Item:
    """A collected test, parametrized with a task or with something else."""

    def __init__(self, task=None, **params):
        self.config = SimpleNamespace(option=SimpleNamespace(forked=False))
        self.callspec = SimpleNamespace(params=params | ({"task": task} if task else {}))
        self.stash, self.user_properties = {}, []
        self.path = Path("/project/cases/test_toy.py")


class Run:
    """A process's part of a run that has so many questions in each task."""

    passed_over, settings = "", SimpleNamespace()
    engine = SimpleNamespace(asked_of=lambda task: 3 * (task is TOY.tasks[0]))

    def __init__(self, sizes=None, *, is_worker=False, error=None):
        self.sizes = sizes or {}
        self.is_worker = is_worker
        self.error = error
        self.planned = {}
        self.policy = policy_of()

    def forget(self, task):
        self.forgotten = task

    def plan(self, tasks, collected=None):
        if self.error:
            raise self.error
        for task in tasks:
            keys = [f"{task.name}{number}" for number in range(self.sizes.get(task.name, 1))]
            self.planned[task] = planned(task, keys)
        self.policy = self.policy.planned(dict.fromkeys(tasks, 0))

    def counts(self):
        return len(self.planned), 0, 0, 0


def cases_of(run):
    """The plugin of a run; the process's own one stays as it was."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(BaselineExtension, "run", None, raising=False)
        return Cases(run)


def session_of(*items, collectonly=False):
    option = SimpleNamespace(collectonly=collectonly, pyargs=False)
    place = SimpleNamespace(dir=Path("/project"))
    config = SimpleNamespace(
        option=option, workeroutput={}, args=[], invocation_params=place, rootpath=place.dir
    )
    return SimpleNamespace(items=[*items], config=config, shouldstop=False)


# --- the order of cases -----------------------------------------------------------------------


@given(st.permutations(TOY.tasks), st.lists(st.integers(1, 9), min_size=4, max_size=4))
def test_workers_ask_the_longest_first(tasks, sizes):
    """So that none ends long after the rest; equal ones, and tests without a task, keep their
    order at the end, for xdist wants the same from every worker.
    """
    plain = [Item(), Item()]
    items = [plain[0], *map(Item, tasks), plain[1]]
    size = dict(zip("abcd", sizes, strict=True))
    session = session_of(*items)
    cases_of(Run(size, is_worker=True)).pytest_collection_finish(session)
    *asked, one, two = session.items
    assert [one, two] == plain
    names = [each.callspec.params["task"].name for each in asked]
    assert [size[name] for name in names] == sorted(sizes, reverse=True)
    for count in sizes:
        equal = [task.name for task in tasks if size[task.name] == count]
        assert [name for name in names if size[name] == count] == equal


def test_one_process_asks_in_the_order_of_collection():
    """Nobody waits for anybody, and the lines stand where a reader looks for them."""
    items = [Item(task) for task in TOY.tasks]
    session = session_of(*items)
    cases_of(Run({"d": 9})).pytest_collection_finish(session)
    assert session.items == items


# --- what is asked ----------------------------------------------------------------------------


def test_tasks_without_questions_here_are_deselected(monkeypatch):
    """Said to pytest, so that its counts are right; tests without a task are nobody's business."""
    told = []
    hook = SimpleNamespace(pytest_deselected=lambda **said: told.append(said["items"]))
    option = SimpleNamespace(markexpr="", pyargs=False)
    config = SimpleNamespace(hook=hook, option=option, args=["cases/test_other.py"])
    one, two, plain = Item(TOY.tasks[0]), Item(TOY.tasks[1]), Item()
    run = Run()
    monkeypatch.setattr(chosen, "asks", lambda task, _, *, named: task.name == "b" or named)
    monkeypatch.setattr(chosen, "passed_over", lambda *_: "")
    items = [one, two, plain]
    cases_of(run).pytest_collection_modifyitems(config, items)
    assert items == [two, plain]
    assert told == [[one]]
    cases_of(run).pytest_collection_modifyitems(config, items)
    assert told == [[one]]
    for option.markexpr, config.args in (("toy and not slow", []), ("", ["cases/test_toy.py::x"])):
        items = [one, two, plain]
        cases_of(run).pytest_collection_modifyitems(config, items)
        assert items == [one, two, plain]


def test_a_module_by_its_name_is_named(monkeypatch):
    """Behind --pyargs, so that a benchmark outside the suite is asked."""
    option = SimpleNamespace(markexpr="", pyargs=True)
    config = SimpleNamespace(option=option, args=["some.package.test_toy"])
    run = Run()
    monkeypatch.setattr(chosen, "asks", lambda *_, named: named)
    assert cases_of(run)._asks(config, Item(TOY.tasks[0]))
    config.args = ["some.package"]
    assert not cases_of(run)._asks(config, Item(TOY.tasks[0]))


@pytest.mark.parametrize(
    ("args", "option", "in_part"),
    [
        ([], {}, False),
        (["cases"], {}, False),
        (["cases/test_toy.py"], {}, True),
        (["cases/test_toy.py::test[a]"], {}, True),
        (["cases"], {"ignore": ["x"]}, True),
        (["cases"], {"lf": True}, True),
        (["mcqtest.gate"], {"pyargs": True}, False),
        (["mcqtest.gate.judge"], {"pyargs": True}, True),
        (["no.such.module"], {"pyargs": True}, False),
    ],
)
def test_what_may_not_have_been_collected(tmp_path, args, option, in_part):
    """Neighbours of single files, and what an option of pytest leaves out."""
    (tmp_path / "cases").mkdir()
    (tmp_path / "cases/test_toy.py").touch()
    place = SimpleNamespace(dir=tmp_path)
    option = SimpleNamespace(**{"pyargs": False} | option)
    config = SimpleNamespace(option=option, args=args, invocation_params=place, rootpath=tmp_path)
    cases = cases_of(Run())
    cases._benchmarks[TOY] = None
    found = cases._collected(config)
    assert (found.in_part, found.root, [*found.benchmarks]) == (in_part, tmp_path, [TOY])
    assert "mmlu" in found.installed


def test_a_look_at_the_cases_plans_nothing():
    """With --collect-only no data are read."""
    run = Run(error=McqtestError("no data"))
    cases_of(run).pytest_collection_finish(session_of(Item(TOY.tasks[0]), collectonly=True))
    assert run.planned == {}


def test_a_mistake_of_the_user():
    """One line of pytest's; a worker, where that would be an internal error, leaves word of it."""
    run = Run(error=McqtestError("no such file"))
    with pytest.raises(pytest.UsageError, match=r"^no such file$"):
        cases_of(run).pytest_collection_finish(session_of(Item(TOY.tasks[0])))
    run.is_worker = True
    session = session_of(Item(TOY.tasks[0]))
    cases_of(run).pytest_collection_finish(session)
    assert session.items == []
    assert session.config.workeroutput == {FATAL: "no such file", PASSED_OVER: ""}


def test_a_task_that_was_not_planned():
    """Whoever asks in a test for a task that pytest did not see is told what to do."""
    cases = cases_of(Run())
    message = complaint(cases.results, Item(), TOY.tasks[0])
    assert message.startswith("toy/a: was not planned; parametrize")


@pytest.mark.parametrize("name", ["task", "subject", "x"])
def test_the_task_of_a_case(name):
    """Under whatever name it is parametrized, beside whatever else."""
    assert task_of(Item(shots=5, **{name: TOY.tasks[2]})) is TOY.tasks[2]
    assert task_of(Item(**{name: "a"})) is None
    assert task_of(SimpleNamespace()) is None


# --- what travels on a report -----------------------------------------------------------------


def reported(cases, test, *, error=None, when="call"):
    """The report of a test that ended with this error, as the plugin leaves it."""
    report = SimpleNamespace(when=when, longrepr="a diff of letters" if error else None)
    test.session = session_of(test)
    excinfo = SimpleNamespace(value=error) if error else None
    steps = cases.pytest_runtest_makereport(test, SimpleNamespace(excinfo=excinfo))
    next(steps)
    with pytest.raises(StopIteration) as end:
        steps.send(report)
    assert end.value.value is report
    return vars(report)


def judged(outcome, *, compared=True, is_worker=False):
    """A test that has seen results, and compared them; and the plugin of its run."""
    run = Run(is_worker=is_worker)
    run.outcome = lambda results, *, compared: replace(outcome, compared=compared)
    test = Item(TOY.tasks[0])
    test.stash[RESULTS] = SimpleNamespace(task=TOY.tasks[0])
    test.stash[BASELINE] = SimpleNamespace(outcome=outcome if compared else None)
    return cases_of(run), test


def test_the_outcome_is_on_the_report():
    """From a worker as plain values, with the figures beside it for whoever reads JUnit's file."""
    outcome = outcome_of(lost=1, won=2)
    assert reported(*judged(outcome))[OUTCOME] == outcome
    found = reported(*judged(outcome, is_worker=True))
    assert found[ASKED] == 3  # what a model said for it, by which the next run's time is foreseen
    assert Outcome.from_json(json.loads(json.dumps(found[OUTCOME]))) == outcome
    cases, test = judged(outcome)
    test.config.option.forked = True  # pytest-forked's processes send reports as well
    assert reported(cases, test)[OUTCOME] == outcome.to_json()
    assert dict(test.user_properties) == outcome.figures
    assert all(type(value) is float for _, value in test.user_properties)


def test_only_the_test_itself_has_an_outcome():
    """Not its set-up or its end, nor a test that asked for no results."""
    for when in ("setup", "teardown"):
        assert OUTCOME not in reported(*judged(outcome_of()), when=when)
    assert OUTCOME not in reported(cases_of(Run()), Item())


def test_what_a_task_was_judged_by_is_let_go_at_its_end():
    """Results of a hundred tasks would take as much room as their scores, which stay."""
    cases, test = judged(outcome_of())
    for when in ("setup", "call"):
        reported(cases, test, when=when)
        assert RESULTS in test.stash
    reported(cases, test, when="teardown")
    assert RESULTS not in test.stash
    assert cases.run.forgotten is TOY.tasks[0]


@pytest.mark.parametrize("error", [None, AssertionError("assert 0.1 > 0.5")])
def test_a_look_is_no_comparison(error):
    """A test of one's own may look at results; its failures stay its own."""
    found = reported(*judged(outcome_of(failures=["red"]), compared=False), error=error)
    assert found[OUTCOME].compared is False
    assert found["longrepr"] == ("a diff of letters" if error else None)


def test_a_red_case_says_why():
    """The verdict stands where pytest would show a diff; another error stays what it is."""
    red = outcome_of(failures=["worse\nlost: 1 A>B", "too low"])
    found = reported(*judged(red), error=AssertionError())
    assert found["longrepr"] == "worse\nlost: 1 A>B\ntoo low"
    for outcome, error in ((red, ValueError()), (outcome_of(), AssertionError())):
        assert reported(*judged(outcome), error=error)["longrepr"] == "a diff of letters"


def test_a_question_that_cannot_be_answered():
    """Its case is an error in one line, and others go on; any other mistake ends the run."""
    for error, ends in ((AnswerError("too long"), False), (McqtestError("disk full"), True)):
        test = Item()
        found = reported(cases_of(Run()), test, error=error, when="setup")
        assert found["longrepr"] == found[ERROR] == str(error)
        assert found.get(FATAL) == (str(error) if ends else None)
        assert test.session.shouldstop == ("the run cannot go on" if ends else False)


def test_the_plan_travels_once():
    """On a worker's first report, of whatever test it is."""
    run = Run(is_worker=True)
    cases = cases_of(run)
    cases.pytest_collection_finish(session_of(*map(Item, TOY.tasks)))
    plan = Plan.from_json(reported(cases, Item(), when="setup")[PLAN])
    assert plan == ((4, 0, 0, 0), run.policy)
    assert len(plan.policy.levels.task) == 4  # it is that of the planned run
    assert PLAN not in reported(cases, Item())
