"""Baseline files: where they are, what they must say, and how they are published."""

from dataclasses import replace

from builders import complaint
from cases import MODEL, policy_of
from judging import (
    BAD,
    GOOD,
    OLD,
    OTHER,
    QUESTIONS,
    TASK,
    baselines_of,
    keep,
    release,
    results_of,
)

from mcqtest.gate import baselines, beside, publish, staged, target, write


def check(made, *, questions="40, 0123", asking="asking"):
    made.check(TASK, questions=questions, asking=asking, asked=QUESTIONS)


# --- where they are ---------------------------------------------------------------------------


def test_a_baseline_of_the_project_comes_first(tmp_path, monkeypatch):
    """What comes along serves only where the project has none by that name, of no task at all."""
    packaged = tmp_path / "packaged"
    monkeypatch.setattr(baselines, "packaged_baselines", lambda: packaged)
    made = baselines_of(tmp_path / "own")
    policy = policy_of(baselines_dir=str(tmp_path / "own"))
    own, another = (target(policy, "toy", task.name) for task in (TASK, OTHER))
    assert made.place(TASK) == own == tmp_path / "own/small/toy/tides.txt"
    brought = packaged / "small/toy/tides.txt"
    brought.parent.mkdir(parents=True)
    brought.touch()
    assert made.place(TASK) == brought
    assert made.place(OTHER) == another
    (tmp_path / "own/small").mkdir(parents=True)
    assert made.place(TASK) == own


def test_a_baseline_is_that_of_the_beginning(tmp_path):
    """Who writes to the file while a run goes on changes no verdict of it."""
    release(tmp_path, results_of(GOOD))
    made = baselines_of(tmp_path)
    first = made.old(TASK)
    keep(tmp_path, replace(first, marks=BAD, figures={}))
    assert made.old(TASK) is first
    absent = baselines_of(tmp_path / "other")
    assert absent.old(TASK) is None
    keep(tmp_path / "other", first)
    assert absent.old(TASK) is None
    (tmp_path / "small").rename(tmp_path / "None")
    assert baselines_of(tmp_path, baseline="none", gate={"toy": {}}).old(TASK) is None


def test_a_file_that_is_no_baseline_of_this_task(tmp_path):
    """Bytes, a folder, another task's answers, figures changed by hand: told with the path."""
    release(tmp_path, results_of(GOOD))
    good = baselines_of(tmp_path).old(TASK)
    path = tmp_path / "small/toy/tides.txt"
    other = replace(good, task="winds")
    changed = replace(good, figures={"accuracy": 0.5})
    for content, said in (
        (b"\xff", "cannot be read"),
        (str(other).encode(), "this is the baseline of toy/winds, not of toy/tides"),
        (str(changed).encode(), "accuracy 1.0000, its figures say 0.5000"),
    ):
        path.write_bytes(content)
        message = complaint(baselines_of(tmp_path).old, TASK)
        assert message.startswith(f"{path}: ")
        assert said in message
        assert "version control" in message
    path.unlink()
    path.mkdir()
    assert "cannot be read" in complaint(baselines_of(tmp_path).old, TASK)


# --- before anything is asked -----------------------------------------------------------------


def test_what_cannot_be_compared_is_told_before_it_is_asked(tmp_path):
    """Other questions, another way of asking, an answer that cannot be; what can be is not. Nor
    are the same weights comparable that were asked in another way.
    """
    release(tmp_path, results_of(GOOD))
    made = baselines_of(tmp_path)
    check(made)
    check(baselines_of(tmp_path / "none"))
    assert "another question set" in complaint(check, made, questions="40, 4567")
    assert "asked in another way" in complaint(check, made, asking="else")
    release(tmp_path, results_of(GOOD), recorder=MODEL)
    assert "asked in another way" in complaint(check, baselines_of(tmp_path), asking="else")
    keep(tmp_path, replace(made.old(TASK), marks="A" * 7 + "D" + "A" * 32))
    said = complaint(check, baselines_of(tmp_path))
    assert "the answer 'D' to question 7 is not one" in said
    assert "another question set" in complaint(check, baselines_of(tmp_path), questions="40, 4567")


def test_what_may_be_recorded_without_a_comparison(tmp_path):
    """The same weights asked in another way; another checkpoint only with a reason."""
    release(tmp_path, results_of(GOOD), recorder=MODEL)
    check(baselines_of(tmp_path, update=True), asking="else")
    release(tmp_path, results_of(GOOD))
    made = baselines_of(tmp_path, update=True)
    assert "only with --accept-regression" in complaint(check, made, asking="else")
    check(baselines_of(tmp_path, update=True, reason="new shots"), asking="else")
    for name in ("large", "tiny"):
        release(tmp_path, results_of(GOOD), recorder=replace(OLD, name=name))
        foreign = baselines_of(tmp_path, update=True)
        assert f"belongs to model '{name}', this is 'small'" in complaint(check, foreign)
        check(baselines_of(tmp_path))  # comparing with it is what it is for


# --- publishing -------------------------------------------------------------------------------


def test_only_tasks_that_were_judged_are_published(tmp_path):
    """Under the baseline's name; what else lies in the staging folder stays there."""
    policy = policy_of(baseline="release", baselines_dir=str(tmp_path / "baselines"))
    staging = tmp_path / "staging"
    for name in ("tides", "winds"):
        write(staged(staging, "toy", name), f"new {name}\n")
        write(beside(staged(staging, "toy", name)), f"beside {name}\n")
    kept = tmp_path / "baselines/release/toy/winds.txt"
    write(kept, "old winds\n")
    publish(policy, staging, [("toy", "tides")])
    assert (kept.parent / "tides.txt").read_text("utf-8") == "new tides\n"
    assert (kept.parent / "tides.json").read_text("utf-8") == "beside tides\n"
    assert sorted(path.name for path in kept.parent.iterdir()) == [
        *("tides.json", "tides.txt", "winds.txt")
    ]
    assert kept.read_text("utf-8") == "old winds\n"
    assert staged(staging, "toy", "winds").read_text("utf-8") == "new winds\n"


def test_a_task_that_was_not_staged_stops_all(tmp_path):
    """Half of a release is no baseline: nothing is published where one file is missing."""
    policy = policy_of(baselines_dir=str(tmp_path / "baselines"))
    staging = tmp_path / "staging"
    write(staged(staging, "toy", "tides"), "new\n")
    write(beside(staged(staging, "toy", "tides")), "new\n")
    said = complaint(publish, policy, staging, [("toy", "tides"), ("toy", "winds")])
    assert said.startswith("toy/winds: judged, but its new baseline cannot be read ")
    assert not (tmp_path / "baselines").exists()


def test_a_task_that_cannot_be_written_stops_all(tmp_path):
    """Old files stay as they were, those of earlier tasks as well."""
    policy = policy_of(baselines_dir=str(tmp_path / "baselines"))
    for benchmark in ("toy", "zoo"):
        write(staged(tmp_path, benchmark, "tides"), "new\n")
        write(beside(staged(tmp_path, benchmark, "tides")), "{}\n")
    old = target(policy, "toy", "tides")
    write(old, "old\n")
    write(old.parents[1] / "zoo", "no folder")
    tasks = [("toy", "tides"), ("zoo", "tides")]
    assert "cannot be written" in complaint(publish, policy, tmp_path, tasks)
    assert old.read_text("utf-8") == "old\n"
