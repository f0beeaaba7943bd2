"""Whatever order results are wanted in, each missing question is asked exactly once."""

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from builders import IDENTITY, Fake, engine, planned, response, task, unique
from hypothesis import given
from hypothesis import strategies as st

from mcqtest.run.engine import Engine
from mcqtest.run.store import Store


@pytest.fixture
def store(tmp_path):
    """An empty store."""
    opened = Store(tmp_path, name="small", identity=IDENTITY)
    yield opened
    opened.close()


# Few keys, so that the same question stands twice in a task and in several tasks.
runs = st.fixed_dictionaries(
    {name: st.lists(st.sampled_from("stuvwxyz"), min_size=1, max_size=5) for name in "abcd"}
)


@given(
    runs,
    st.sets(st.sampled_from("stuvwxyz")),
    st.lists(st.sampled_from("abcd"), max_size=8),
    st.booleans(),
    st.integers(0, 9),
)
def test_every_missing_question_is_asked_once(tasks, kept, wanted, ahead, seed):
    """Over any calls in any order: none twice, none that is stored, none left out."""
    with TemporaryDirectory() as folder:
        opened = Store(Path(folder), name="small", identity=IDENTITY)
        for key in kept:
            opened.add(response(key), name="")
        fake = Fake(seed=seed)
        asking = engine(opened, tasks, fake, ahead=ahead)
        for name in wanted:
            found = asking.results(task(name))
            assert [each.question.text for each in found] == [f"question {k}" for k in tasks[name]]
        needed = {key for name in wanted for key in tasks[name]} - kept
        assert len(fake.asked) == len(set(fake.asked)) == asking.asked
        assert needed <= set(fake.asked)
        assert not set(fake.asked) & kept
        if not ahead:
            assert set(fake.asked) == needed
        for name in "abcd":
            asking.results(task(name))
        assert sorted(fake.asked) == sorted({key for keys in tasks.values() for key in keys} - kept)
        opened.close()


@given(runs, st.sets(st.sampled_from("stuvwxyz")), st.permutations("abcd"), st.booleans())
def test_requests_are_always_sent_whole(tasks, kept, order, ahead):
    """A resumed task forms the same batches: known ones are sent along, marked as known."""
    with TemporaryDirectory() as folder:
        opened = Store(Path(folder), name="small", identity=IDENTITY)
        for key in kept:
            opened.add(response(key), name="")
        fake = Fake()
        asking = engine(opened, tasks, fake, ahead=ahead)
        for name in order:
            asking.results(task(name))
        assert {key for key, known in fake.seen if not known} == set(fake.asked)
        if set(tasks[order[0]]) - kept:
            sent = [key for key, _ in fake.seen]
            assert sent[: len(tasks[order[0]])] == tasks[order[0]]
        opened.close()


def test_results_are_in_the_order_of_the_questions(store):
    """Answers come shuffled and go to their questions; fingerprints come from the plan."""

    class ByNumber(Fake):
        def run(self, requests):
            for each in super().run(requests):
                right = int(each.key[1:]) % 2
                yield response(each.key, -1.0 - right, -2.0 + right)

    found = engine(store, {"a": unique("a", 20)}, ByNumber(seed=3)).results(task("a"))
    assert [each.answer for each in found] == [number % 2 for number in range(20)]
    assert (found.task, found.questions, found.asking) == (task("a"), "questions", "asking")


def test_ahead_does_not_drain_the_stream(store):
    """The first task is answered while the rest is still unasked."""
    fake = Fake()
    asking = engine(store, {name: unique(name, 3) for name in "abcd"}, fake)
    asking.results(task("a"))
    assert sorted(fake.asked) == unique("a", 3)
    assert len(fake.seen) < 3 + 3
    asking.results(task("b"))
    assert sorted(fake.asked) == unique("a", 3) + unique("b", 3)


def test_ahead_is_one_stream(store):
    """In the order of the plan, the backend is called once and sees everything as one."""
    calls = []

    class Counting(Fake):
        def run(self, requests):
            calls.append(1)
            return super().run(requests)

    tasks = {name: unique(name, 3) for name in "abcd"}
    together = engine(store, tasks, Counting())
    for name in "abcd":
        together.results(task(name))
    assert len(calls) == 1


def test_alone_is_one_stream_each(store):
    """Where other processes ask the other tasks, theirs are not even looked at."""
    fake = Fake()
    asking = engine(store, {name: unique(name, 2) for name in "abcd"}, fake, ahead=False)
    asking.results(task("c"))
    assert [key for key, _ in fake.seen] == unique("c", 2)


@pytest.mark.parametrize("ahead", [True, False])
def test_nothing_is_loaded_where_all_is_stored(store, ahead):
    """A run that only judges again never needs the model."""
    for key in unique("a", 3):
        store.add(response(key), name="")

    def start():
        raise AssertionError("the model was loaded")

    plans = [planned(task("a"), unique("a", 3))]
    asking = Engine(plans, store, start, ahead=ahead)
    assert len(asking.results(task("a"))) == 3
    assert asking.started is None
    assert asking.asked == 0


def test_the_model_is_loaded_once(store):
    """When it is first needed, and for all tasks."""
    loaded = []

    def start():
        loaded.append(Fake())
        return loaded[-1]

    tasks = {name: unique(name, 2) for name in "abc"}
    asking = Engine([planned(task(n), tasks[n]) for n in "abc"], store, start, ahead=False)
    assert loaded == []
    for name in "cab":
        asking.results(task(name))
    assert loaded == [asking.backend] == [asking.started]


def test_a_response_is_on_disk_before_it_is_judged(store, tmp_path):
    """Another process that opens the store sees it as soon as the next one is asked for."""

    class Looking(Fake):
        def run(self, requests):
            before = []
            for each in super().run(requests):
                seen = Store(tmp_path, name="small", identity=IDENTITY)
                assert sorted(seen._responses) == sorted(before)
                before.append(each.key)
                yield each

    engine(store, {"a": unique("a", 5)}, Looking()).results(task("a"))
    seen = Store(tmp_path, name="small", identity=IDENTITY)
    assert sorted(seen._responses) == unique("a", 5)


def test_progress_counts_to_the_whole(store):
    """Each answer is one step, stored ones count from the start, the last step is the total."""
    store.add(response("a1"), name="")
    steps = []
    asking = engine(
        store, {"a": [*unique("a", 4), "a2"]}, Fake(), progress=lambda *step: steps.append(step)
    )
    asking.results(task("a"))
    assert steps == [(task("a"), done, 5) for done in (3, 4, 5)]
    asking.results(task("a"))
    assert len(steps) == 3
