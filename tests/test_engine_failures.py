"""What a backend fails at is an error of that task; the others are answered."""

import pytest
from builders import IDENTITY, Fake, complaint, engine, planned, task, unique

from mcqtest.run.engine import Engine
from mcqtest.run.store import Store
from mcqtest.types import AnswerError


@pytest.fixture
def store(tmp_path):
    """An empty store."""
    opened = Store(tmp_path, name="small", identity=IDENTITY)
    yield opened
    opened.close()


@pytest.mark.parametrize("ahead", [True, False])
@pytest.mark.parametrize("most", [0, 2, 4])
def test_a_backend_that_ends_early(store, ahead, most):
    """A question without an answer is an error that names it, never a result."""
    asking = engine(store, {"a": unique("a", 3), "b": unique("b", 3)}, Fake(most=most), ahead=ahead)
    if most > 2:
        asking.results(task("a"))
    name = "b" if most > 2 else "a"
    message = complaint(asking.results, task(name))
    assert message.startswith(f"toy/{name}/")
    assert "ended without an answer" in message
    with pytest.raises(AnswerError):
        asking.results(task(name))
    assert len(store) == most


@pytest.mark.parametrize("ahead", [True, False])
def test_a_backend_that_reads_nothing(store, ahead):
    """Also one that ends before it has looked at a single question."""

    class Nothing:
        def run(self, _requests):
            return iter(())

    message = complaint(engine(store, {"a": ["k"]}, Nothing(), ahead=ahead).results, task("a"))
    assert message == "toy/a/0: the backend ended without an answer to it"


@pytest.mark.parametrize("ahead", [True, False])
@pytest.mark.parametrize("order", ["abcd", "dcba", "bcad"])
def test_one_task_that_cannot_be_answered(store, ahead, order):
    """The other tasks are answered all the same, each question once."""
    tasks = {name: unique(name, 3) for name in "abcd"}
    fake = Fake(broken=["b1"])
    asking = engine(store, tasks, fake, ahead=ahead)
    for name in order:
        if name == "b":
            assert complaint(asking.results, task("b")) == "toy/b/1: too long"
        else:
            assert len(asking.results(task(name))) == 3
    assert len(fake.asked) == len(set(fake.asked))
    assert {key for key in fake.asked if key[0] != "b"} == {*tasks["a"], *tasks["c"], *tasks["d"]}


@pytest.mark.parametrize("broken", ["a1", "c1", "d2"])
@pytest.mark.parametrize("order", ["cab", "bda", "dcab"])
def test_an_error_goes_to_its_own_task(store, order, broken):
    """Also where tasks are wanted in another order than planned: only the broken one fails."""
    tasks = {name: unique(name, 3) for name in "abcd"}
    asking = engine(store, tasks, Fake(broken=[broken]))
    for name in order:
        if name == broken[0]:
            assert complaint(asking.results, task(name)).startswith(f"toy/{name}/")
        else:
            assert len(asking.results(task(name))) == 3


def test_an_error_in_a_batch_of_two_tasks(store):
    """A backend that answers tasks with equal headers together fails for one of them only."""
    plans = [planned(task(name), unique(name, 3), header="") for name in "ab"]
    asking = Engine(plans, store, lambda: Fake(broken=["b1"]))
    assert len(asking.results(task("a"))) == 3
    assert complaint(asking.results, task("b")) == "toy/b/1: too long"


def test_an_interruption_loses_nothing(store):
    """What was answered before Ctrl-C is kept, and the next call goes on."""

    class Interrupted(Fake):
        def run(self, requests):
            for number, each in enumerate(super().run(requests)):
                if number == 2 and len(self.asked) == 3:
                    raise KeyboardInterrupt
                yield each

    fake = Interrupted()
    asking = engine(store, {"a": unique("a", 5)}, fake)
    with pytest.raises(KeyboardInterrupt):
        asking.results(task("a"))
    assert len(store) == 2
    assert len(asking.results(task("a"))) == 5
    assert len(store) == 5
