"""Runs that are kept side by side: `mcqtest.archive`."""

from dataclasses import replace

import pytest
from builders import toy
from cases import MODEL, board_of, decided, outcome_of
from hypothesis import given
from hypothesis import strategies as st
from judging import judge_of, results_of

from mcqtest import archive
from mcqtest.archive import folder as folders
from mcqtest.archive import keeping
from mcqtest.data import fingerprint
from mcqtest.gate import Record, parse, write
from mcqtest.report import dump
from mcqtest.types import McqtestError, Question


def kept(folder, *outcomes, identity=MODEL, problems=()):
    """A run of these outcomes, written and kept as a run does it; what is said of that."""
    board = board_of(*outcomes)
    board.identity = identity
    write(folder / "results.jsonl", "".join(board.rows()))
    write(folder / "summary.json", dump(board.summary(*decided(board, problems))))
    said = [board.outcomes[key] for key in sorted(board.outcomes)]
    return archive.keep(folder, said, policy=board.policy, identity=identity, problems=[*problems])


def task(marks="AAbC", *, weights="1" * 64, name="tides", **changes):
    """The outcome of a task, with the record of these answers."""
    right = sum(mark.isupper() for mark in marks)
    made = judge_of(identity=replace(MODEL, weights=weights)).record(results_of(marks))
    outcome = outcome_of(name, len(marks), right, **changes)
    return replace(outcome, record=str(replace(made, task=name)), companion="{}")


def names(folder):
    return [each.name for each in archive.every(folder)]


def test_a_run_is_kept_and_read_again(tmp_path):
    """All that a look at it later needs; the newest lies at the top of the folder, too."""
    (told := task("AAbC", in_part=True)).group = "water"
    assert kept(tmp_path, told, task(name="waves"), problems=["gw1 crashed"]) == []
    found = archive.newest(tmp_path)
    assert found.name == "small-0001"
    assert found.summary["reasons"] == ["gw1 crashed"]
    assert (found.identity.name, found.identity.weights) == (MODEL.name, MODEL.weights)
    assert found.problems == ["gw1 crashed"]
    assert found.policy.levels.task.keys() == {("toy", "tides"), ("toy", "waves")}
    assert found.tasks["toy", "tides"].record == parse(told.record, where="")
    assert found.tasks["toy", "tides"].about["in_part"]
    assert found.scores(("toy", "tides")) == told.scores
    assert found.scores(("toy", "tides"), {1, 3}) == [told.scores[1], told.scores[3]]
    assert [key for key, _ in found.answers({("toy", "waves"): {0}})] == [("toy", "waves")]
    assert (tmp_path / "results.jsonl").samefile(found.path / "results.jsonl")


def test_runs_are_ordered_by_their_numbers(tmp_path):
    """No clock is asked; the same run again is the same run, and the newest all the same."""
    one, other = task("AAbC"), task("AAAA")
    for outcome in (one, other, one):
        assert kept(tmp_path, outcome) == []
    assert names(tmp_path) == ["small-0002", "small-0001"]
    assert archive.newest(tmp_path).name == archive.named("small", tmp_path).name == "small-0001"
    (tmp_path / "summary.json").write_text("{}")  # of a run that a mistake ended
    assert archive.newest(tmp_path).name == "small-0001"
    assert archive.named("small-0001", tmp_path).scores(("toy", "tides")) == one.scores
    path = tmp_path / "runs" / "small-0001"
    assert archive.named(str(path), tmp_path / "elsewhere").path == path
    assert archive.named(str(tmp_path), tmp_path / "elsewhere").name == "small-0001"
    with pytest.raises(McqtestError, match="no run 'large': there is small-0001, small-0002"):
        archive.named("large", tmp_path)
    with pytest.raises(McqtestError, match="no run is kept there"):
        archive.newest(tmp_path / "elsewhere")
    assert kept(tmp_path, task("CCCC")) == []
    assert names(tmp_path) == ["small-0002", "small-0001", "small-0004"]  # 3 was a turn


@pytest.mark.parametrize("name", ["../up", ".hidden", "a b/c", "한국어", "x" * 300, "…"])
def test_any_model_has_a_folder(tmp_path, name):
    """Inside the one for runs, whatever it is called."""
    assert kept(tmp_path, task(), identity=replace(MODEL, name=name)) == []
    (place,) = (tmp_path / "runs").iterdir()
    assert names(tmp_path) == [place.name]


def test_what_cannot_be_kept_changes_nothing(tmp_path, monkeypatch):
    """Of half a run nothing is left, and it is said in one line; what a killed one left goes."""
    (left := tmp_path / "runs" / ".small-0001.tmp").mkdir(parents=True)

    def full(path, text):
        raise McqtestError(f"{path}: cannot be written (No space left on device)")

    with monkeypatch.context() as patch:
        patch.setattr(keeping, "write", full)
        (said,) = kept(tmp_path, task())
    assert "small-0001: the run could not be kept beside others (" in said
    assert not left.exists()
    assert list((tmp_path / "runs").iterdir()) == []
    assert kept(tmp_path, task()) == []
    assert names(tmp_path) == ["small-0001"]


def test_without_hard_links_a_run_is_copied(tmp_path, monkeypatch):
    """As on some file systems."""

    def refuse(self, target):
        raise OSError(95, "Operation not supported")

    monkeypatch.setattr("pathlib.Path.hardlink_to", refuse)
    assert kept(tmp_path, task()) == []
    assert len(archive.newest(tmp_path).scores(("toy", "tides"))) == 4


def test_the_oldest_runs_go(tmp_path, monkeypatch):
    """Those that recorded a baseline and the others are counted by themselves."""
    monkeypatch.setattr(keeping, "MOST", 2)
    for marks in ("AAAA", "bAAA", "AbAA", "AAbA", "AAAb"):
        kept(tmp_path, task(marks))
    assert names(tmp_path) == ["small-0004", "small-0005"]
    assert [each.name for each in archive.prune(tmp_path, keep=1, spared=["small-0004"])] == []
    assert [each.name for each in archive.prune(tmp_path, keep=0)] == ["small-0004"]
    assert names(tmp_path) == ["small-0005"]


def test_questions_that_nobody_asks_any_more_go_too(tmp_path):
    """With the last run that asked them."""
    archive.keep_questions(tmp_path, "0123", [Question("?", ("a", "b"), 0, "q")])
    archive.keep_questions(tmp_path, "4567", [Question("?", ("a", "b"), 1, "q")])
    for marks in ("AAAA", "bAAA"):
        kept(tmp_path, task(marks))
    archive.prune(tmp_path, keep=1)
    assert [path.stem for path in (tmp_path / "questions").iterdir()] == ["0123"]


def test_a_baseline_finds_its_run(tmp_path):
    """By the answers, the weights, and how they were asked; the letters alone are not enough."""
    for weights, marks in (("1", "AAbC"), ("2", "AAbC"), ("1", "AAAC")):
        kept(tmp_path, task(marks, weights=weights * 64))
    record: Record = archive.named("small-0001", tmp_path).tasks["toy", "tides"].record
    assert archive.holding(record, tmp_path).name == "small-0001"
    assert archive.holding(replace(record, weights="2" * 64), tmp_path).name == "small-0002"
    assert archive.holding(replace(record, weights="3" * 64), tmp_path) is None
    assert archive.holding(replace(record, asking="otherwise"), tmp_path) is None
    assert archive.holding(replace(record, marks="bbbb"), tmp_path) is None


def test_a_damaged_run_is_one_line(tmp_path):
    """Which file it is, and what to do; one without it is no run."""
    kept(tmp_path, task())
    found = archive.newest(tmp_path)
    for name, look in (("summary.json", "summary"), ("tasks.jsonl", "tasks")):
        (found.path / name).write_text("{", "utf-8")
        with pytest.raises(McqtestError, match=f"{name}: cannot be read .*; remove this run"):
            getattr(archive.Kept(found.path), look)
        (found.path / name).unlink()
        with pytest.raises(McqtestError, match=f"no run is kept there, for it has no {name}"):
            getattr(archive.Kept(found.path), look)


@pytest.mark.parametrize("line", ["{}", "[]", "3", '{"format": 2}', '{"format": 1, "policy": {}}'])
@pytest.mark.parametrize("look", ["tasks", "policy", "identity", "problems"])
def test_lines_that_no_run_writes(tmp_path, line, look):
    """As of another version, or after an edit: one line each."""
    kept(tmp_path, task())
    found = archive.newest(tmp_path)
    path = found.path / "tasks.jsonl"
    head = path.read_text("utf-8").split("\n")[0]
    path.write_text(f"{line}\n{line}\n", "utf-8")
    with pytest.raises(McqtestError, match=r"tasks.jsonl: cannot be read"):
        getattr(archive.Kept(found.path), look)
    path.write_text(f"{head}\n{line}\n", "utf-8")
    with pytest.raises(McqtestError, match=r"tasks.jsonl: cannot be read"):
        len(archive.Kept(found.path).tasks)


# --- questions --------------------------------------------------------------------------------

TEXTS = st.text(max_size=8) | st.just("\ud800 half") | st.just("한국어\u2028\x1b[2J")
ASKED = st.builds(
    Question,
    text=TEXTS,
    choices=st.lists(TEXTS, max_size=3).map(tuple),
    answer=st.integers(-1, 2),
    id=TEXTS,
    subject=TEXTS,
    human_accuracy=st.none() | st.floats(0, 1),
    targets=st.lists(TEXTS, max_size=2).map(tuple),
)


@given(st.lists(ASKED, min_size=1, max_size=4))
def test_questions_are_the_same_again(tmp_path_factory, asked):
    """Whatever they say, so that their fingerprint is, too."""
    folder, known_as = tmp_path_factory.mktemp("run"), fingerprint(asked)[:32]
    assert archive.keep_questions(folder, known_as, asked) == []
    found = archive.questions(folder, known_as)
    assert fingerprint(found) == fingerprint(asked)
    assert [each.human_accuracy for each in found] == [each.human_accuracy for each in asked]


def test_changed_questions_are_refused(tmp_path):
    """A file says what its name says, or nothing."""
    asked = [Question("2 + 2?", ("4", "5"), 0, "q")]
    known_as = fingerprint(asked)[:32]
    assert archive.questions(tmp_path, known_as) is None
    archive.keep_questions(tmp_path, known_as, asked)
    path = tmp_path / "questions" / f"{known_as}.jsonl"
    for text in (path.read_text("utf-8").replace("2 + 2", "2 + 3"), "{", "[" * 100_000):
        path.write_text(text, "utf-8")
        with pytest.raises(McqtestError, match="damaged; remove it, and a run writes it again"):
            archive.questions(tmp_path, known_as)


def test_questions_that_cannot_be_kept(tmp_path):
    """Are missed by nobody but who looks at them later."""
    (tmp_path / "questions").write_text("no folder", "utf-8")
    (said,) = archive.keep_questions(tmp_path, "0123", [Question("?", (), -1, "q")])
    assert said.startswith("the texts of questions could not be kept")


def test_the_tasks_of_a_benchmark_are_known_though_only_some_were_asked(tmp_path):
    """A later comparison shares alpha among all of them."""
    benchmark = toy("tides", "winds")
    policy = replace(judge_of().policy, levels=board_of().policy.levels)
    planned = policy.planned({benchmark.tasks[0]: 0})
    assert planned.groups == {benchmark.name: benchmark.groups}
    assert type(planned).from_json(planned.to_json()).groups == planned.groups


@given(st.binary(max_size=9), st.binary(max_size=9))
def test_files_are_compared_part_by_part(tmp_path_factory, one, two):
    """The same where every byte is, however many parts they have."""
    place = tmp_path_factory.mktemp("files")
    (place / "one").write_bytes(one)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(folders, "_PART", 3)
        for other in (one, two, one[:-1] + two[:1]):
            (place / "two").write_bytes(other)
            assert folders.is_same(place / "one", place / "two") == (one == other)
    assert not folders.is_same(place / "one", place / "three")
