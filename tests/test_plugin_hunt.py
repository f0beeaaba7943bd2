"""Ways that once led to a false green, or to a baseline nobody meant to replace."""

from __future__ import annotations

from pathlib import Path

import pytest
from project import TASKS, USUAL, Project, mistake, sentences, wrong

ALL_WRONG = [name for task in TASKS for name in wrong(task, range(64))]
SWAP = """
import shutil


def pytest_collection_finish(session):
    shutil.copy("models/a/model.safetensors", "models/worst/model.safetensors")
"""


def written_to(recorded: Project, conftest: str, args: tuple[str, ...]) -> bytes:
    """Run a model that is as bad as can be and becomes another one as this conftest has it; what
    was in its file before. Checks that the run ends with the sentence.
    """
    recorded.model("worst", wrong=ALL_WRONG)
    before = (recorded.path / "models/worst/model.safetensors").read_bytes()
    recorded.write("cases/conftest.py", conftest)
    result = recorded.run("--baseline=a", *args, model="worst")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert "the checkpoint was written to while it was read" in sentences(result)
    return before


@pytest.mark.parametrize("args", [(), ("-n", "2")], ids=["plain", "n2"])
def test_checkpoint_written_to_while_it_is_read(recorded: Project, args: tuple[str, ...]) -> None:
    """Answers of other weights than those that were hashed are never stored under their name."""
    before = written_to(recorded, SWAP, args)
    assert recorded.summary["verdict"] == "fail"
    (recorded.path / "cases/conftest.py").unlink()
    (recorded.path / "models/worst/model.safetensors").write_bytes(before)
    assert recorded.run("--baseline=a", model="worst").ret == 1


CHANGE = """
import shutil
from mcqtest.run.store import Store

add = Store.add


def adding(self, response, *, name):
    add(self, response, name=name)
    if len(self) == 20:
        shutil.copy("models/a/model.safetensors", "models/worst/model.safetensors")


Store.add = adding
"""


@pytest.mark.parametrize("args", [(), ("-n", "2")], ids=["plain", "n2"])
def test_checkpoint_written_to_while_it_is_asked(recorded: Project, args: tuple[str, ...]) -> None:
    """Of the answers that come after the write, none is stored or judged; those before it count."""
    before = written_to(recorded, CHANGE, args)
    stored = [
        line
        for path in (recorded.path / ".mcqtest/responses").glob("worst-*")
        for line in path.read_text("utf-8").splitlines()
    ]
    assert 20 <= len(stored) <= 20 * max(1, len(args))
    (recorded.path / "cases/conftest.py").unlink()
    (recorded.path / "models/worst/model.safetensors").write_bytes(before)
    result = recorded.run("--baseline=a", model="worst")
    assert result.ret == 1
    assert f"{len(stored)} stored" in sentences(result)


@pytest.mark.parametrize("option", ["--model=", "--baseline=", "--alpha=", "--limit="])
def test_an_unset_variable_is_a_mistake(recorded: Project, option: str) -> None:
    """`--model=$CHECKPOINT` with nothing in it is not a run without a model."""
    assert f"{option} is empty" in mistake(recorded.run(option))


def test_options_without_a_model(recorded: Project) -> None:
    """Whoever names a baseline wanted to compare something."""
    said = mistake(recorded.run("--baseline=a", model=None, data=None))
    assert "--baseline: no model is named" in said


@pytest.mark.parametrize("args", [("--model=models/nosuch",), ("--alpha=2",), ("--limit=0",)])
def test_no_stale_pass(recorded: Project, args: tuple[str, ...]) -> None:
    """After a run that did not start, the summary is not that of the one before."""
    assert recorded.run().ret == 0
    assert recorded.summary["verdict"] == "pass"
    mistake(recorded.run(*args))
    assert recorded.summary["verdict"] == "fail"
    assert len(recorded.summary["reasons"]) == 1


@pytest.mark.parametrize("args", [("--limit=30",), ()], ids=["fewer", "other shots"])
def test_worse_is_not_recorded_on_other_questions(recorded: Project, args: tuple[str, ...]) -> None:
    """What cannot be compared cannot be known to be no worse: that takes a reason, too."""
    before = recorded.baselines()
    if not args:
        dev = recorded.path / "data/toy/dev/planets_dev.csv"
        dev.write_text(dev.read_text().replace("example 0 of", "example zero of"))
    recorded.model("a", wrong=ALL_WRONG)
    said = mistake(recorded.run("--snapshot-update", *args))
    assert said.endswith(" with --accept-regression REASON")
    assert recorded.baselines() == before
    result = recorded.run("--snapshot-update", *args, "--accept-regression", "new questions")
    assert result.ret == 0, sentences(result)
    text = (recorded.path / "baselines/a/toy/planets.txt").read_text("utf-8")
    over = ": 30 questions over 56" if args else ""
    assert f"accepted   new questions (could not be compared{over})" in text


def test_another_way_is_recorded_beside(recorded: Project) -> None:
    """It takes no reason, since the baseline that was there stays what it was, and is compared."""
    before = recorded.baselines()
    recorded.model("a", wrong=ALL_WRONG)
    assert recorded.run("--snapshot-update", "--shots=1").ret == 0
    after = recorded.baselines()
    assert {name: after[name] for name in before} == before
    assert {*after} - {*before} == {f"a/toy/1shots/{task}" for task in TASKS}
    assert recorded.run("--shots=1").ret == 0
    assert recorded.run().ret == 1


def test_the_same_model_may_be_recorded_on_other_questions(recorded: Project) -> None:
    """The weights are those of the baseline, so nothing can have got worse; fewer take a reason."""
    assert recorded.run("--snapshot-update", "--shots=1").ret == 0
    fewer = ("--snapshot-update", "--limit=30")
    assert "30 questions would replace the 56 of baseline 'a'; run without --limit" in mistake(
        recorded.run(*fewer)
    )
    assert recorded.run(*fewer, "--accept-regression=quick").ret == 0
    assert recorded.run("--snapshot-update").ret == 0


@pytest.mark.parametrize("args", [(), ("-n", "2")], ids=["plain", "n2"])
def test_responses_that_cannot_be_read(recorded: Project, args: tuple[str, ...]) -> None:
    """A file of the store that cannot be opened is one line, not a traceback."""
    (path,) = recorded.responses()
    path.with_name(path.name.replace(".0.jsonl", ".9.jsonl")).mkdir()
    assert "cannot be read (Is a directory); mend or remove it" in mistake(recorded.run(*args))


def edited(path: Path, old: str, new: str) -> None:
    text = path.read_text("utf-8")
    head, _, letters = text.partition("\n\n")
    assert old in letters
    path.write_text(f"{head}\n\n{letters.replace(old, new, 1)}", "utf-8")


def test_letters_that_cannot_be(recorded: Project) -> None:
    """A choice that there is not, or a letter of another answer's case, is found."""
    path = recorded.path / "baselines/a/toy/rivers.txt"
    whole = path.read_text("utf-8")
    right = next(letter for letter in whole.partition("\n\n")[2] if letter.isupper())
    other = next(letter for letter in "ABCD" if letter != right)
    for new in (other, "Z"):
        path.write_text(whole, "utf-8")
        edited(path, right, new)
        assert "is not one that can have been recorded" in mistake(recorded.run())


def test_answers_that_the_figures_contradict(recorded: Project) -> None:
    """Right answers made wrong ones by hand would lower what a model is held against."""
    path = recorded.path / "baselines/a/toy/rivers.txt"
    right = next(each for each in path.read_text("utf-8").partition("\n\n")[2] if each.isupper())
    for new in ("-", right.lower()):
        edited(path, right, new)
        said = mistake(recorded.run())
        assert "its answers have accuracy 0." in said
        assert "its figures say 0." in said


def test_baseline_of_another_task(recorded: Project) -> None:
    """A file that was copied to the wrong place is not compared with."""
    folder = recorded.path / "baselines/a/toy"
    (folder / "rivers.txt").write_bytes((folder / "stars.txt").read_bytes())
    assert "this is the baseline of toy/stars" in mistake(recorded.run())


@pytest.mark.parametrize("args", [(), ("-n", "2")], ids=["plain", "n2"])
def test_a_file_that_cannot_be_imported(recorded: Project, args: tuple[str, ...]) -> None:
    """Its tests were selected and said nothing."""
    recorded.write("cases/test_zz.py", "import nosuchthing\n")
    result = recorded.run("--continue-on-collection-errors", *args)
    assert result.ret == 1
    assert recorded.summary["verdict"] == "fail"
    assert "MAY SHIP: a" not in sentences(result)


def test_a_task_that_its_test_passes_over(recorded: Project) -> None:
    """Every planned task must have been judged, whatever its test thinks."""
    text = (recorded.path / "cases/test_toy.py").read_text("utf-8")
    start = text.index("def test_toy(")
    body = (
        "def test_toy(task, request):\n"
        '    if task.name != "stars":\n'
        "        fixture = request.getfixturevalue\n"
        '        assert fixture("results") == fixture("baseline")\n'
    )
    recorded.write("cases/test_toy.py", text[:start] + body)
    result = recorded.run()
    assert "MAY NOT SHIP: a: 1 of 4 selected tasks were not judged" in sentences(result)
    assert result.ret == 1


@pytest.mark.parametrize("option", ["--markers", "--fixtures", "--setup-plan"])
def test_looking_is_not_a_run(recorded: Project, option: str) -> None:
    """What only shows something leaves the last verdict alone."""
    assert recorded.run().ret == 0
    assert recorded.run(option).ret in {0, 5}
    assert recorded.summary["verdict"] == "pass"


def test_usual_answers_are_fine(recorded: Project) -> None:
    """None of this is in the way of an honest run."""
    recorded.model("next", wrong=USUAL[1:])
    assert recorded.run("--baseline=a", model="next").ret == 0
