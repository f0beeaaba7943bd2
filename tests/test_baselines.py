"""Baseline files: where they are, what they must say, and how they are published."""

from dataclasses import replace

import pytest
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

from mcqtest.gate import (
    baselines,
    beside,
    packaged_baselines,
    publish,
    shadowing,
    staged,
    target,
    write,
)


def check(made, *, questions="40, 0123", asking="asking", asked=QUESTIONS, **more):
    made.check(TASK, questions=questions, asking=asking, asked=asked, **more)


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


def test_a_baseline_in_place_of_one_that_comes_along(tmp_path):
    """A line says which of the two a run is held to, where it asks what both have."""
    policy = policy_of(baselines_dir=str(tmp_path), baseline="demo")
    assert [*shadowing(policy, {"demo"})] == []
    (tmp_path / "demo").mkdir()
    (note,) = shadowing(policy, {"demo", "toy"})
    assert f"baseline 'demo' is the project's own ({tmp_path}/demo) and not the one that" in note
    assert [*shadowing(policy, {"toy"})] == []
    assert [*shadowing(replace(policy, update=True), {"demo"})] == []
    assert [*shadowing(replace(policy, baseline="v1"), {"demo"})] == []
    come = str(packaged_baselines())
    assert [*shadowing(replace(policy, baselines_dir=come), {"demo"})] == []


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
    blank = replace(good, figures={})
    for content, said in (
        (b"\xff", "cannot be read"),
        (str(other).encode(), "this is the baseline of toy/winds, not of toy/tides"),
        (str(changed).encode(), "accuracy 1.0000, its figures say 0.5000"),
        (str(blank).encode(), "its line of figures says no accuracy"),
        (str(replace(good, figures={"ece": 0.1})).encode(), "figures says no accuracy"),
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
    more = complaint(check, made, questions="41, 4567")
    assert "has 40 questions, this run has 41; run with --limit=40 if it was recorded with" in more
    assert "--limit" not in complaint(check, made, questions="40, 4567")
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


def test_fewer_questions_do_not_replace_more(tmp_path):
    """Even of the same checkpoint, unless somebody says why; without --limit where that is it."""
    release(tmp_path, results_of(GOOD), recorder=MODEL)
    few = {"questions": "39, 4567", "asked": QUESTIONS[:39]}
    made = baselines_of(tmp_path, update=True)
    said = complaint(check, made, **few, left_out=1)
    assert said == (
        "toy/tides: 39 questions would replace the 40 of baseline 'small'; run without --limit and "
        "--sample, or record them all the same with --accept-regression REASON"
    )
    assert "--limit" not in complaint(check, made, **few)
    assert "--limit" not in complaint(
        check, made, questions="9, 4567", asked=QUESTIONS[:9], left_out=30
    )
    check(baselines_of(tmp_path, update=True, reason="the rest leaked"), **few)
    assert "another question set" in complaint(check, baselines_of(tmp_path), **few)
    check(made, questions="41, 4567", asked=[*QUESTIONS, QUESTIONS[0]])


@pytest.mark.parametrize("place", ["toy/tides.txt", "toy/0shots/tides.txt", "toy/winds.txt"])
def test_a_baseline_belongs_to_one_model(tmp_path, place):
    """Whichever task another model has recorded under the name, and in whatever way; not where it
    is compared with, and not of another benchmark.
    """
    release(tmp_path, results_of(GOOD), recorder=replace(OLD, name="large"))
    file = tmp_path / "small" / place
    file.parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / "small/toy/tides.txt").rename(file)
    update = baselines_of(tmp_path, update=True)
    assert "belongs to model 'large', this is 'small'" in complaint(check, update)
    (tmp_path / "small/toy").rename(tmp_path / "small/other")
    check(baselines_of(tmp_path, update=True))


def test_no_baseline_is_told_with_those_that_there_are(tmp_path):
    """Unless one task has it, one is recorded, or thresholds alone are asked for."""
    tasks = [TASK, OTHER]
    for number in range(12):
        (tmp_path / f"v{number:02}").mkdir()
    (tmp_path / "file").touch()
    shown = ", ".join(f"v{number:02}" for number in range(10))
    assert complaint(baselines_of(tmp_path).check_any, tasks) == (
        f"no baseline 'small' in {tmp_path} (there is {shown}, and 2 more); record it with "
        "--snapshot-update, name another with --baseline, or ask for thresholds alone with "
        "--baseline=none"
    )
    assert "(there is nothing); " in complaint(baselines_of(tmp_path / "not").check_any, tasks)
    (tmp_path / "small/mmlu").mkdir(parents=True)
    assert "baseline 'small' has none of the selected tasks (there is mmlu); " in complaint(
        baselines_of(tmp_path).check_any, tasks
    )
    baselines_of(tmp_path).check_any([])
    baselines_of(tmp_path, update=True).check_any(tasks)
    baselines_of(tmp_path, baseline="none", gate={"toy": {}}).check_any(tasks)
    release(tmp_path, results_of(GOOD))
    baselines_of(tmp_path).check_any(tasks)


def test_the_mark_of_no_letter_needs_a_text(tmp_path):
    """Of a question with choices: only a text that is worth something has it."""
    release(tmp_path, results_of(GOOD))
    old = baselines_of(tmp_path).old(TASK)
    for mark in "+*":
        keep(tmp_path, replace(old, marks="A" * 7 + mark + "A" * 32, figures={"accuracy": 1}))
        if mark == "*":
            keep(
                tmp_path, replace(old, marks="A" * 7 + "*" + "A" * 32, figures={"accuracy": 0.975})
            )
        said = complaint(check, baselines_of(tmp_path))
        assert f"the answer {mark!r} to question 7 is not one" in said
        check(baselines_of(tmp_path), valued=True)


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
