"""Answers reach the store only after the model was seen unchanged."""

import pytest

from mcqtest.run.keeper import Keeper
from mcqtest.types import Response


class Clock:
    """Time, which passes where it is told to; a look at the model takes ``cost`` of it."""

    def __init__(self, cost):
        self.now, self.cost, self.looks = 0.0, cost, 0

    def __call__(self):
        return self.now

    def look(self):
        self.looks += 1
        self.now += self.cost


class Kept(list):
    """A store that remembers keys."""

    def add(self, response, *, name):
        assert name == f"name of {response.key}"
        self.append(response.key)


def keeper(cost):
    clock, kept = Clock(cost), Kept()
    return Keeper(kept, clock.look, clock), clock, kept


def say(made, *keys):
    for key in keys:
        made.add(Response(key, (-1.0,), 0), name=f"name of {key}")


def test_a_cheap_look_is_taken_for_every_answer():
    """So each is on the disk as soon as it is known."""
    made, clock, kept = keeper(cost=0.0005)
    say(made, "a", "b", "c")
    assert (kept, clock.looks) == (["a", "b", "c"], 3)


def test_a_dear_look_has_a_twentieth_of_the_time():
    """Answers of that time wait for it together; one slow look alone holds up nothing."""
    made, clock, kept = keeper(cost=0.1)
    say(made, "a", "b")
    assert kept == ["a", "b"]
    say(made, "c", "d")
    assert kept == ["a", "b"]
    clock.now += 2.1
    say(made, "e")
    assert (kept, clock.looks) == ([*"abcde"], 3)
    say(made, "f")
    made.flush()
    assert kept == [*"abcdef"]
    made.flush()
    assert clock.looks == 4


def test_what_was_held_when_the_model_changed_is_forgotten():
    """It may be the answer of another checkpoint; what was stored before stays."""
    made, clock, kept = keeper(cost=0)
    say(made, "a")
    made._unchanged = lambda: 1 / 0
    with pytest.raises(ZeroDivisionError):
        say(made, "b")
    made._unchanged = clock.look
    say(made, "c")
    made.flush()
    assert kept == ["a", "c"]
