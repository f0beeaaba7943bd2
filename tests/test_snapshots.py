"""Baselines as snapshots: what an equals sign asks for, and what syrupy is told."""

from pathlib import Path
from types import SimpleNamespace

import pytest
from builders import toy
from cases import outcome_of, policy_of

from mcqtest.plugin import snapshots
from mcqtest.types import Results

TIDES, WINDS = toy("tides", "winds").tasks
RESULTS = Results(TIDES, (), "questions", "asking")


class Snapshot:
    """What syrupy gives to a test: equal or not, with errors that it keeps to itself."""

    def __init__(self, *, equal=True, exception=None):
        self.equal = equal
        self.executions = {0: SimpleNamespace(exception=exception)}
        self.asked = 0

    def __eq__(self, other):
        self.asked += 1
        return self.equal

    __hash__ = None


def run_of(folder=Path("/nowhere"), *, failures=(), name="small", update=False):
    """A run whose outcome has these failures and whose baseline has this name."""
    return SimpleNamespace(
        outcome=lambda results, *, compared: outcome_of(failures=[*failures], compared=compared),
        policy=policy_of(baseline=name, update=update),
        staging=folder / "staging",
        baselines=SimpleNamespace(place=lambda task: folder / f"{task.name}.txt"),
        judge=SimpleNamespace(
            text=lambda results: f"text of {results.task.name}",
            companion=lambda results, *, asked: f"beside {results.task.name}, {asked}",
        ),
        engine=SimpleNamespace(has_asked=lambda task: task == RESULTS.task),
    )


# --- the comparison ---------------------------------------------------------------------------


def test_equality_is_the_verdict():
    """Red is unequal, and then nothing is written; green is what syrupy finds, which writes."""
    for failures, equal, expected in (
        ((), True, True),
        ((), False, False),
        (("red",), True, False),
    ):
        snapshot = Snapshot(equal=equal)
        made = snapshots.Baseline(run_of(failures=failures), snapshot)
        assert made.outcome is None
        assert (made == RESULTS) is expected
        assert bool(snapshot.asked) == (not failures)
        assert made.outcome.failures == [*failures]
        assert made.outcome.compared


def test_thresholds_alone_need_no_snapshot():
    """Without a baseline there is no file to look for or to write."""
    snapshot = Snapshot(equal=False)
    made = snapshots.Baseline(run_of(name=None), snapshot)
    assert made == RESULTS
    assert not snapshot.asked


def test_an_error_while_writing_is_no_difference():
    """Kept by syrupy, which says "unequal"; a full disk would be told as a worse model."""
    made = snapshots.Baseline(run_of(), Snapshot(equal=False, exception=OSError("full")))
    with pytest.raises(OSError, match="full"):
        made.__eq__(RESULTS)


@pytest.mark.parametrize("other", [0.5, None, [], "A"])
def test_only_results_are_compared(other):
    """A figure beside a baseline would always be unequal, or worse, equal."""
    with pytest.raises(TypeError, match=f"not with {type(other).__name__}"):
        snapshots.Baseline(run_of(), Snapshot()).__eq__(other)


# --- what syrupy asks for ---------------------------------------------------------------------


@pytest.mark.parametrize("update", [False, True])
def test_where_syrupy_reads_and_writes(tmp_path, monkeypatch, update):
    """An update goes to the staging folder, so that a refused one has touched nothing."""
    extension = snapshots.BaselineExtension
    monkeypatch.setattr(extension, "run", run_of(tmp_path, update=update), raising=False)
    monkeypatch.setattr(extension, "tasks", {"one": TIDES, "two": WINDS})
    places = [
        Path(extension.get_location(test_location=SimpleNamespace(nodeid=nodeid), index=0))
        for nodeid in ("one", "two")
    ]
    folder = tmp_path / "staging/toy" if update else tmp_path
    assert places == [folder / "tides.txt", folder / "winds.txt"]
    monkeypatch.setattr(extension, "companions", {})
    assert extension().serialize(RESULTS) == "text of tides"
    assert extension.companions == ({"text of tides": "beside tides, True"} if update else {})


def test_syrupy_compares_and_removes_nothing():
    """The verdict is the gate's; files of tasks that were not selected are not unused."""
    extension = snapshots.BaselineExtension()
    assert extension.matches(serialized_data="a", snapshot_data="b")
    assert extension.matches_test_location(test_location=None, snapshot_location="else.txt")
    assert not list(extension.discover_snapshots(test_location=None))


def test_syrupy_writes_what_it_was_given(tmp_path, monkeypatch):
    """By way of `write`: whole, with line ends as they are; what the letters lack stands beside."""
    path = tmp_path / "new/tides.txt"
    monkeypatch.setattr(snapshots.BaselineExtension, "companions", {"answers\n": "more\n"})
    collection = [SimpleNamespace(data="answers\n")]
    collection = type("Collection", (list,), {"location": str(path)})(collection)
    snapshots.BaselineExtension.write_snapshot_collection(snapshot_collection=collection)
    assert path.read_bytes() == b"answers\n"
    assert path.with_name("tides.json").read_bytes() == b"more\n"
