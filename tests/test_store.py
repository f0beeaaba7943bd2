"""Stored responses come back bit for bit, to this model and no other."""

from tempfile import TemporaryDirectory

import pytest
from builders import IDENTITY, filled, opened, response
from hypothesis import given
from hypothesis import strategies as st

from mcqtest.types import Response

logarithms = st.floats(max_value=0, allow_nan=False, allow_infinity=False)
responses = st.builds(
    Response,
    key=st.text(),
    logprobs=st.lists(logarithms, min_size=1, max_size=26).map(tuple),
    shots=st.integers(0, 10**6),
)


def bits(found):
    """A response, its floats as they are in memory; -0.0 differs from 0.0."""
    return found.key, [value.hex() for value in found.logprobs], found.shots


@given(st.lists(responses, unique_by=lambda each: each.key, max_size=5), st.text())
def test_round_trip(some, name):
    """Any response is there at once, and the same to the last bit when opened again."""
    with TemporaryDirectory() as folder:
        store = opened(folder)
        for each in some:
            store.add(each, name=name)
        again = opened(folder)
        for found in (store, again):
            assert len(found) == len(some)
            assert [bits(found[each.key]) for each in some] == [bits(each) for each in some]
        assert again.skipped == []
        store.close()


def test_foreign_files_are_ignored(tmp_path):
    """An empty file of ours and whatever else lies there does no harm and is left alone."""
    path = filled(tmp_path, "key")
    strangers = ["README", "x.jsonl", f"{path.name}.swp", f"x-{IDENTITY[:16]}.jsonl", ".tmp"]
    for name in strangers:
        (tmp_path / name).write_text("not ours\n")
    (tmp_path / "folder").mkdir()
    path.with_name(path.name.replace(".0.", ".7.")).touch()
    store = opened(tmp_path)
    assert (len(store), store.skipped) == (1, [])
    assert all((tmp_path / name).read_text() == "not ours\n" for name in strangers)


def test_a_missing_folder_is_made_when_something_is_written(tmp_path):
    """Opening writes nothing: looking at a run leaves no trace."""
    store = opened(tmp_path / "a" / "b")
    store.close()
    assert not (tmp_path / "a").exists()
    store.add(response("key"), name="")
    assert len(opened(tmp_path / "a" / "b")) == 1
    store.close()


@given(st.lists(st.integers(0, 2), max_size=12))
def test_stores_that_are_open_together_have_files_of_their_own(turns):
    """Three writers in any order never share a file, and all of it is there afterwards."""
    with TemporaryDirectory() as folder:
        stores = [opened(folder) for _ in range(3)]
        for number, turn in enumerate(turns):
            stores[turn].add(response(f"{number}"), name="")
        paths = [stores[turn]._path for turn in sorted(set(turns))]
        assert len(set(paths)) == len(paths)
        assert [len(store) for store in stores] == [turns.count(each) for each in range(3)]
        again = opened(folder)
        assert len(again) == len(turns)
        assert again.skipped == []
        for store in stores:
            store.close()


def test_another_identity_sees_nothing(tmp_path):
    """Responses of other weights or settings are never taken for this model's."""
    filled(tmp_path, "key")
    other = opened(tmp_path, identity="f" * 64)
    assert len(other) == 0
    other.add(response("key"), name="")
    other.close()
    assert len(list(tmp_path.iterdir())) == 2


@pytest.mark.parametrize(
    "name", ["org/model", "../../up", "..", ".hidden", "한국어", "a b*?[x]\n", "x" * 300, "", "\0"]
)
def test_names_become_file_names(tmp_path, name):
    """Any model's name is a file in the folder, and is found again."""
    path = filled(tmp_path / "inside", "key", name=name)
    assert path.parent == tmp_path / "inside"
    assert list(tmp_path.iterdir()) == [tmp_path / "inside"]
    assert path.name.isascii()
    assert path.name.isprintable()
    assert len(path.name) < 100
    assert "key" in opened(tmp_path / "inside", name=name)
    assert "key" in opened(tmp_path / "inside", name="renamed")  # the weights are what counts


@pytest.mark.parametrize("ended", [None, False, True])
def test_whose_thought_was_ended_is_kept(tmp_path, ended):
    """And a line without a budget of thoughts is what it was."""
    said = Response("1", (), 0, "B", False, 9, ended)
    filled_store = opened(tmp_path)
    filled_store.add(said, name="toy/a/1")
    filled_store.close()
    assert opened(tmp_path)["1"] == said
    written = "".join(path.read_text() for path in tmp_path.rglob("*.jsonl"))
    assert ("thought_ended" in written) == (ended is not None)
