"""Which way of scoring many rows at once is right, with ways and models that only pretend."""

import math
import tempfile
from pathlib import Path
from types import SimpleNamespace

import pytest

pytest.importorskip("torch")
pytest.importorskip("transformers")

import torch
from hypothesis import given
from hypothesis import strategies as st

from mcqtest.backends.tokens import Encoded, TokenRow
from mcqtest.backends.transformers import passes, sharing
from mcqtest.backends.transformers.remembered import Remembered
from mcqtest.types import Prompt, Request

values = st.floats(-20, 0).map(lambda value: round(value, 4))


def item(length, *, choices=2):
    """A request whose only row has so many tokens."""
    wanted = tuple((choice, length - 1, choice) for choice in range(choices))
    request = Request("key", Prompt("", (), "?"), (" A",) * choices, "sea/tides/0")
    return Encoded(request, (TokenRow([7] * length, wanted),), 0)


def truth(row):
    """What plain scoring says of a row."""
    return [-float(len(row.ids)) - choice for choice, _, _ in row.wanted]


class Way:
    """Scores as plainly, but for rows that reach ``wrong`` tokens; counts what it is asked."""

    def __init__(self, wrong=math.inf, *, off=1.0, error=None):
        self.wrong, self.off, self.error = wrong, off, error
        self.__name__ = f"way {id(self)}"
        self.asked = []

    def __call__(self, model, rows, prefix):
        self.asked.append(len(rows))
        if self.error is not None:
            raise self.error
        size = sum(len(row.ids) for row in rows)
        off = self.off if size >= self.wrong else 0.0
        return [[value + off for value in truth(row)] for row in rows]


class Prefix:
    """What rows share; notes that its memory was given back."""

    def __init__(self, kind="whole"):
        self.kind = kind
        self.forgotten = 0

    def forget(self):
        self.forgotten += 1


@pytest.fixture(autouse=True)
def _plainly(monkeypatch):
    monkeypatch.setattr(passes, "plain", lambda model, rows: [truth(row) for row in rows])


def model(dtype=torch.float32, **rope):
    config = SimpleNamespace(rope_parameters=rope)
    config.get_text_config = lambda: config
    return SimpleNamespace(config=config, dtype=dtype)


def sharing_of(*ways, kept=None, **about):
    return sharing.Sharing(model(**about), ways, kept)


def choose(made, longest=10, others=(5,), prefix=None):
    """The way for items of which the longest has so many tokens, behind these in a pack."""
    before = [item(length) for length in others]
    size = longest + sum(others) if others else 0
    return made.choose(item(longest), before, size, prefix or Prefix())


# --- which way is chosen ----------------------------------------------------------------------


def test_the_first_way_that_is_right():
    """The fastest comes first; one that is wrong leaves it to the next, and the last to none."""
    right, wrong, other = Way(), Way(0), Way()
    assert choose(sharing_of(right, other)) is right
    assert choose(sharing_of(wrong, other)) is other
    assert right.asked
    made = sharing_of(wrong)
    assert made.reason is None
    assert choose(made) is None
    assert made.reason == "log-probabilities differ by 1"
    assert choose(sharing_of()) is None


def test_what_was_found_right_is_not_compared_again():
    """Only a longer row or a larger pack than all before is; one comparison vouches for both."""
    way = Way()
    made = sharing_of(way)
    choose(made, 10, (5,))
    assert way.asked == [2]
    choose(made, 10, (5,))
    choose(made, 3, (2, 2, 2))
    assert way.asked == [2]
    choose(made, 11, (2, 2))
    assert way.asked == [2, 1]  # a longer row, in no larger pack
    choose(made, 4, (4, 4, 4))
    assert way.asked == [2, 1, 4]


def test_what_was_found_wrong_is_not_tried_again():
    """From that size on each goes by itself; what is shorter may still be right."""
    way = Way(12)
    made = sharing_of(way)
    assert choose(made, 7, (3,)) is way
    assert choose(made, 12, ()) is None
    before = len(way.asked)
    assert choose(made, 12, (5, 5)) is choose(made, 99, (5, 5)) is None
    assert len(way.asked) == before
    assert choose(made, 11, ()) is way
    assert choose(made, 5, (5, 5)) is None  # a pack that is too large is as wrong
    assert choose(made, 5, (4,)) is way


@pytest.mark.parametrize(("longest", "fault"), [(12, "row"), (5, "pack")])
def test_which_of_both_is_wrong(longest, fault):
    """A row that is wrong by itself says nothing of packs, and a pack nothing of rows."""
    way = Way(12)
    made = sharing_of(way)
    assert choose(made, longest, (5, 5)) is None
    assert way.asked == [3, 1]
    assert choose(made, 5, ()) is way
    wrong = made._ways[0].wrong
    assert {kind for kind, size in wrong.items() if math.isfinite(size)} == {(fault, "whole")}


def test_each_kind_of_prefix_is_compared():
    """What is right behind one may not be without any, or behind a longer one."""
    way = Way()
    made = sharing_of(way)
    for times, kind in enumerate(passes.KINDS, start=1):
        assert choose(made, prefix=Prefix(kind)) is way
        assert choose(made, prefix=Prefix(kind)) is way
        assert way.asked == [2] * times


def test_a_way_that_fails_is_given_up():
    """Whatever it says of it: not this architecture; what it left in the prefix is freed."""
    way, other = Way(error=TypeError("no positions\nat all")), Way()
    made, prefix = sharing_of(way, other), Prefix()
    assert choose(made, prefix=prefix) is other
    assert choose(made, 99, (99, 99), Prefix("none")) is other
    assert (len(way.asked), prefix.forgotten) == (1, 1)
    assert made.reason is None  # prefixes are shared
    alone = sharing_of(Way(error=TypeError("no positions\nat all")))
    assert choose(alone) is None
    assert alone.reason == "TypeError: no positions"


@pytest.mark.parametrize("error", [torch.OutOfMemoryError("full"), MemoryError()])
def test_want_of_memory_says_nothing_of_a_model(error):
    """A smaller pack is tried, by whoever asked; the way is as good as before."""
    way = Way(error=error)
    made = sharing_of(way)
    with pytest.raises(type(error)):
        choose(made)
    way.error = None
    assert choose(made) is way


def test_an_overflow_says_nothing_of_a_model():
    """Infinite scores are equal to nothing; they are told of their question, not of sharing."""
    way = Way(0, off=math.inf)
    made = sharing_of(way)
    assert choose(made) is None
    assert not made.reason
    way.off = 0.0
    assert choose(made) is way


def test_the_first_reason_is_kept():
    """It is said once, however many prompts it concerns."""
    made = sharing_of(Way(0, off=2.0))
    choose(made)
    choose(made, 9, (1, 1), Prefix("none"))
    made._ways[0].refused = "another"
    choose(made)
    assert made.reason == "log-probabilities differ by 2"


def test_scaled_positions_are_known_beforehand():
    """A row that changes its company's positions is not even tried, behind any prefix."""
    way = Way()
    made = sharing_of(way, rope_type="dynamic", original_max_position_embeddings=60)
    for kind in passes.KINDS:
        assert choose(made, 61, (5, 5), Prefix(kind)) is None
        assert way.asked == []
    assert made.reason == "its positions are scaled beyond 60 tokens"
    assert choose(made, 60, (5, 5)) is way


# --- figures ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("dtype", "within"),
    [(torch.float64, 1e-6), (torch.float32, 1e-3), (torch.bfloat16, 0.3), (torch.float16, 0.3)],
)
@given(scores=st.lists(values, min_size=1), at=st.integers(0, 99))
def test_what_rounding_explains(dtype, within, scores, at):
    """The largest difference counts, whichever way; a coarser dtype explains more."""
    for sign in (1, -1):
        for share, expected in ((0.9, True), (1.1, False)):
            other = [*scores]
            other[at % len(scores)] += sign * share * within
            assert sharing.alike(scores, other, dtype) == expected
    assert sharing.alike(scores, scores, dtype)


@given(st.lists(st.lists(st.tuples(st.integers(0, 3), values), min_size=1), min_size=1))
def test_a_choice_is_the_sum_of_its_tokens(rows):
    """Over all rows of an item, in whatever rows they are; each choice in its place."""
    encoded = Encoded(
        item(1).request,
        tuple(TokenRow([7], tuple((choice, 0, 7) for choice, _ in row)) for row in rows),
        0,
    )
    found = sharing.summed(encoded, [[value for _, value in row] for row in rows])
    every = [pair for row in rows for pair in row]
    assert len(found) == 1 + max(choice for choice, _ in every)
    for choice, total in enumerate(found):
        assert total == pytest.approx(sum(value for own, value in every if own == choice))


# --- what is remembered -----------------------------------------------------------------------


def test_what_was_found_right_is_remembered(tmp_path):
    """By the next process, too; longer rows are compared again, and what was wrong always is."""
    place = tmp_path / "found" / "0.json"
    way, wrong = Way(), Way(0)
    choose(sharing_of(wrong, way, kept=Remembered(place)))
    assert (wrong.asked, way.asked) == ([2, 1], [2])
    again = sharing_of(wrong, way, kept=Remembered(place))
    assert choose(again) is way
    assert (wrong.asked, way.asked) == ([2, 1, 2, 1], [2])
    choose(again, 11, (4,))
    assert way.asked == [2, 1]


numbers = st.dictionaries(st.text("abc/", max_size=3), st.integers(1, 9), max_size=3)


@given(numbers, numbers)
def test_processes_remember_together(one, other):
    """Each adds to what is there; the larger of two numbers counts."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "found" / "0.json"
        both = [Remembered(place), Remembered(place)]
        for each, numbers in zip(both, (one, other), strict=True):
            for name, number in numbers.items():
                each.put(name, number)
        expected = {key: max(one.get(key, 0), other.get(key, 0)) for key in one | other}
        again = Remembered(place)
        assert {key: again.get(key) for key in expected} == expected
        assert [each.name for each in place.parent.glob("*")] == (["0.json"] if expected else [])


@pytest.mark.parametrize("text", ["", "[]", '{"a": "b"}', '{"a": -1}', '{"a": true}', "[" * 9999])
def test_what_is_damaged_is_found_anew(tmp_path, text):
    place = tmp_path / "0.json"
    place.write_text(text)
    kept = Remembered(place)
    assert kept.get("a") == 0
    kept.put("a", 3)
    assert Remembered(place).get("a") == 3


def test_a_folder_that_takes_nothing(tmp_path):
    """Costs seconds, and no run."""
    (tmp_path / "found").write_text("")
    kept = Remembered(tmp_path / "found" / "0.json")
    kept.put("a", 1)
    assert kept.get("a") == 1
