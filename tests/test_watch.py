"""A run that waits for what will not come is given up, and no other."""

import sys
from types import SimpleNamespace

import pytest
from project import Project, sentences

from mcqtest.plugin.watch import ENDLESS, UNNOTICED, Watch


def node(name, process):
    return SimpleNamespace(gateway=SimpleNamespace(id=name, _io=SimpleNamespace(popen=process)))


def process(*, ended):
    return SimpleNamespace(poll=lambda: 0 if ended else None)


@pytest.fixture
def watched():
    """A watch that does not run by itself; whether its tests are done."""
    state = SimpleNamespace(done=False)
    watch = Watch(lambda: state.done, lambda _: None)
    watch.end()
    return watch, state


def looks(watch, count):
    """What so many looks in a row find, the last one's."""
    return [watch._look() for _ in range(count)][-1]


def test_a_worker_that_is_gone(watched):
    """Its end has a minute to be noticed; one that was noticed is waited for no longer."""
    watch, _ = watched
    watch.add(node("gw0", process(ended=False)))
    gone = node("gw1", process(ended=True))
    watch.add(gone)
    assert looks(watch, UNNOTICED) is None
    assert "worker gw1 has ended" in looks(watch, 1)
    watch.drop(gone)
    assert looks(watch, UNNOTICED + 1) is None


def test_workers_that_do_not_end(watched):
    """They have longer, from the last report on."""
    watch, state = watched
    watch.add(node("gw0", process(ended=False)))
    assert looks(watch, ENDLESS + 1) is None
    state.done = True
    assert looks(watch, ENDLESS) is None
    assert "the workers do not end" in looks(watch, 1)
    state.done = False  # another test is waited for
    assert looks(watch, 1) is None
    state.done = True
    assert looks(watch, ENDLESS) is None


def test_workers_elsewhere(watched):
    """There is no process here that could be looked at."""
    watch, _ = watched
    watch.add(SimpleNamespace(gateway=SimpleNamespace(id="gw0")))
    assert looks(watch, 2 * UNNOTICED) is None


IMPATIENT = """
from mcqtest.plugin import watch

watch.{name} = {seconds}
"""
DEAF = """
import os
import signal

import pytest
from xdist import workermanage


def deaf(self, event, inner=workermanage.WorkerController.process_from_remote):
    if event is not workermanage.Marker.END:
        inner(self, event)


workermanage.WorkerController.process_from_remote = deaf


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session):
    if getattr(session.config, "workerinput", {}).get("workerid") == "gw1":
        os.kill(os.getpid(), signal.SIGTERM)
"""
ENDLESSLY = """
import time


def pytest_sessionfinish(session):
    if hasattr(session.config, "workerinput"):
        time.sleep(1000)
"""


DEAF_TO_INT = ["bash", "-c", 'trap "" INT; exec "$@"', "bash"]


@pytest.mark.parametrize(
    ("name", "seconds", "fault", "said", "start"),
    [
        ("UNNOTICED", 1, DEAF, "worker gw1 has ended, and nobody was told", []),
        ("ENDLESS", 2, ENDLESSLY, "all tests were reported, and the workers do not end", []),
        ("ENDLESS", 2, ENDLESSLY, "all tests were reported, and the worker", DEAF_TO_INT),
    ],
    ids=["lost", "endless", "in the background"],
)
def test_a_run_that_would_hang(recorded: Project, name, seconds, *, fault, said, start) -> None:
    """A worker gets SIGTERM at its end and xdist does not hear of it, or its end takes for ever:
    one line, no verdict of a pass, and an end; also of a run that ignores SIGINT.
    """
    conftest = recorded.path / "conftest.py"
    impatient = IMPATIENT.format(name=name, seconds=seconds)
    recorded.write("conftest.py", conftest.read_text() + impatient + fault)
    try:
        result = recorded.pytester.run(
            *start, sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "cases",
            *("--model=models/a", "--data=data", "-n", "2"), timeout=180,
        )  # fmt: skip
    except pytest.Pytester.TimeoutExpired:
        pytest.fail("it hung")
    assert result.ret == pytest.ExitCode.INTERNAL_ERROR, sentences(result)
    assert f"MAY NOT SHIP: a: internal error: {said}" in sentences(result)
    assert recorded.summary["verdict"] == "fail"
