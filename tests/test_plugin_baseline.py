"""Baselines: recording, refusing to record, and what is said where there is none."""

from __future__ import annotations

import pytest
from project import (
    TASKS,
    TOTAL,
    UNDECIDED,
    USUAL,
    Project,
    both_ways,
    mistake,
    sentences,
    wrong,
)

WORSE = wrong("stars", range(1, 49, 4))
THIN = [name for task in TASKS for name in wrong(task, range(1, 13, 4))]
UPDATE = "--snapshot-update"


@pytest.mark.parametrize(
    ("errors", "args"), [(WORSE, ()), (THIN, ()), (THIN, ("-n", "2"))], ids=["one", "all", "n2"]
)
def test_worse_is_not_recorded(recorded: Project, errors: list[str], args: tuple[str, ...]) -> None:
    """A significant loss, of one task or of all together, leaves every baseline as it was."""
    before = recorded.baselines()
    recorded.model("a", wrong=[*USUAL, *errors])
    result = recorded.run(UPDATE, *args)
    assert result.ret == 1
    assert "NOT RECORDED: a: toy" in sentences(result)
    assert "is worse than baseline 'a'" in sentences(result)
    assert "--accept-regression" in sentences(result)
    assert "\nRECORDED" not in sentences(result)
    assert recorded.summary["verdict"] == "fail"
    assert recorded.baselines() == before


def test_accepted_regression(recorded: Project) -> None:
    """With a reason it is recorded; the reason stays until other weights are recorded."""
    recorded.model("a", wrong=[*USUAL, *WORSE])
    result = recorded.run(UPDATE, "--accept-regression", "4 bits  instead of 16")
    assert result.ret == 0, sentences(result)
    assert recorded.summary["verdict"] == "recorded"
    files = recorded.baselines()
    accepted = [line for line in files["a/toy/stars"].split(b"\n") if line.startswith(b"accepted")]
    assert len(accepted) == 1
    assert accepted[0].split(maxsplit=1)[1].startswith(b"4 bits instead of 16 (12 lost, 0 won")
    assert b"p = 0.00024" in accepted[0]
    assert not any(b"accepted" in files[f"a/toy/{task}"] for task in set(TASKS) - {"stars"})

    again = recorded.run(UPDATE)
    assert again.ret == 0, sentences(again)
    assert recorded.baselines() == files
    recorded.model("a", wrong=USUAL)
    assert recorded.run(UPDATE).ret == 0
    assert not any(b"accepted" in text for text in recorded.baselines().values())


def test_better_is_recorded(recorded: Project) -> None:
    """An update that is no worse replaces the files, and says of whom they are now."""
    before = recorded.baselines()
    recorded.model("a", wrong=USUAL[8:])
    result = recorded.run(UPDATE)
    assert result.ret == 0, sentences(result)
    assert f"RECORDED: a on {TOTAL} questions of 4 tasks is now baseline 'a'" in sentences(result)
    after = recorded.baselines()
    assert after.keys() == before.keys()
    assert all(after[name] != before[name] for name in after)  # other weights, all say


def test_another_model(recorded: Project) -> None:
    """Recording a model leaves another's files alone, and so does recording it under that name."""
    before = recorded.baselines()
    recorded.model("b", wrong=[*USUAL, *WORSE])
    result = recorded.run(UPDATE, model="b")
    assert result.ret == 0, sentences(result)
    after = recorded.baselines()
    assert {name: text for name, text in after.items() if name.startswith("a/")} == before
    assert {name[1:] for name in after if name.startswith("b/")} == {name[1:] for name in before}

    refused = mistake(recorded.run(UPDATE, "--baseline=a", model="b"))
    assert "baseline 'a' belongs to model 'a'" in refused
    assert "--model-name=a" in refused
    assert recorded.baselines() == after
    next_version = recorded.run("--model-name=a", model="b")  # its next version: compared
    assert next_version.ret == 1
    assert "toy/stars is worse than baseline 'a'" in sentences(next_version)


@both_ways
def test_some_tasks(recorded: Project, args: tuple[str, ...]) -> None:
    """`-k` touches the selected files alone; the others are neither unused nor removed."""
    before = recorded.baselines()
    recorded.model("a", wrong=USUAL[1:])
    result = recorded.run(UPDATE, "-k", "rivers or plants", *args)
    assert result.ret == 0, sentences(result)
    assert "unused" not in sentences(result)
    after = recorded.baselines()
    assert after.keys() == before.keys()
    changed = {name for name in before if after[name] != before[name]}
    assert changed == {"a/toy/rivers", "a/toy/plants"}
    part = recorded.run("-k", "rivers")
    assert part.ret == UNDECIDED, sentences(part)
    assert "unused" not in sentences(part)
    assert set(recorded.summary["benchmarks"]["toy"]["tasks"]) == {"rivers"}


def test_unrelated_failure(recorded: Project) -> None:
    """Nothing is recorded by a session in which something else failed."""
    before = recorded.baselines()
    recorded.model("a", wrong=USUAL[8:])
    recorded.write("cases/test_zoo.py", "def test_zoo():\n    assert 'lion' == 'tiger'\n")
    result = recorded.run(UPDATE)
    assert result.ret == 1
    result.assert_outcomes(passed=4, failed=1)
    assert recorded.summary["verdict"] == "fail"
    assert "\nRECORDED" not in sentences(result)
    assert recorded.baselines() == before


@both_ways
def test_missing(recorded: Project, args: tuple[str, ...]) -> None:
    """Without a baseline nothing could be compared: told before anything is asked, with those that
    there are, by name; so is one that has none of the tasks.
    """
    recorded.model("b", wrong=USUAL[1:])
    said = mistake(recorded.run(*args, model="b"))
    assert said.startswith("ERROR: no baseline 'b' in ")
    assert "(there is a); record it with --snapshot-update, " in said
    assert recorded.log() == []
    assert recorded.summary["reasons"][0] in said
    (recorded.path / "baselines/a/toy").rename(recorded.path / "baselines/a/other")
    assert "baseline 'a' has none of the selected tasks (there is other)" in mistake(
        recorded.run(*args)
    )
    recorded.write("pyproject.toml", "[tool.mcqtest.gate.toy]\nmin_accuracy = 0.5\n")
    assert recorded.run(*args, "--baseline=none", model="b").ret == 0


def test_one_missing(recorded: Project) -> None:
    """A task that is new to the baseline cannot pass, whatever the others do."""
    (recorded.path / "baselines/a/toy/stars.txt").unlink()
    result = recorded.run()
    assert result.ret == 1
    result.assert_outcomes(passed=3, failed=1)
    assert "nothing to compare 1 of 4 tasks with: baseline 'a' in " in sentences(result)
    assert " lacks stars; record them with --snapshot-update" in sentences(result)
    assert recorded.run(UPDATE).ret == 0
    assert recorded.run().ret == 0


TABLE = """
[tool.mcqtest.gate.toy]
min_accuracy = 0.7
[tool.mcqtest.gate.toy.stars]
min_accuracy = {stars}
max_ece = 0.9
"""


def test_thresholds(recorded: Project) -> None:
    """Per benchmark and per task, from the table or from ini lines; alone or with a baseline."""
    recorded.write("pyproject.toml", TABLE.format(stars=0.8))
    alone = recorded.run("--baseline=none")
    assert alone.ret == 0, sentences(alone)
    assert "MAY SHIP: a keeps every threshold" in sentences(alone)
    assert "nothing was compared" in sentences(alone)
    assert (recorded.summary["verdict"], recorded.summary["baseline"]) == ("pass", None)

    recorded.write("pyproject.toml", TABLE.format(stars=0.9))
    for args in (("--baseline=none",), ("-n", "2")):
        result = recorded.run(*args)
        assert result.ret == 1
        result.assert_outcomes(passed=3, failed=1)
        sentence = "toy/stars: accuracy 0.8438 is below min_accuracy = 0.9"
        assert f"MAY NOT SHIP: a: {sentence}" in sentences(result)
        assert recorded.summary["reasons"] == [sentence]

    recorded.write("pyproject.toml", "")
    ini = (
        "[pytest]\nstrict = true\nmcq_gate =\n    toy.min_accuracy = 0.85\n    toy.stars.max_brier"
    )
    recorded.write("pytest.ini", f"{ini} = 0.001\n")
    result = recorded.run("--baseline=none")
    assert result.ret == 1
    assert "FAILED toy::pooled" in sentences(result)
    reasons = sorted(recorded.summary["reasons"])
    assert reasons[0].startswith("toy/stars: brier 0.3951 is above max_brier = 0.001")
    assert reasons[1].startswith("toy: accuracy 0.8077 is below min_accuracy = 0.85")
    none = recorded.run("--baseline=none", "-k", "rivers or plants")
    assert none.ret == 1
    assert "MAY NOT SHIP: a: nothing was checked" in sentences(none)


def test_thresholds_of_some_tasks(recorded: Project) -> None:
    """A bound on the whole says nothing of a part: a note, and no verdict."""
    recorded.write("pyproject.toml", TABLE.format(stars=0.8).replace("0.7", "0.99"))
    result = recorded.run("--baseline=none", "-k", "rivers or stars")
    assert result.ret == UNDECIDED, sentences(result)
    assert "PARTIAL: a keeps every threshold on 112 questions of 2 of 4 tasks" in sentences(result)
    (note,) = recorded.summary["notices"]
    assert note.startswith("thresholds of toy were not checked")
    assert f"note: {note}" in sentences(result)


def test_wrong_thresholds(recorded: Project) -> None:
    """A threshold that would never be applied ends the run before anything is asked."""
    recorded.log()
    assert "--baseline=none: nothing would be checked" in mistake(recorded.run("--baseline=none"))
    tables = {
        "[tool.mcqtest.gate.toy]\nmin_acuracy = 0.7": "gate.toy.min_acuracy: no such threshold",
        "[tool.mcqtest.gate.toy.moons]\nmax_ece = 0.1": "gate.toy.moons: toy has no such task",
    }
    for text, sentence in tables.items():
        recorded.write("pyproject.toml", text)
        assert sentence in mistake(recorded.run())
    recorded.write("pyproject.toml", "")
    recorded.write("pytest.ini", "[pytest]\nmcq_gate = toy.min_accuracy: 0.7\n")
    assert "write it as mmlu.min_accuracy = 0.6" in mistake(recorded.run())
    assert recorded.log() == []


@both_ways
def test_asked_otherwise(recorded: Project, args: tuple[str, ...]) -> None:
    """Other shots, fewer or other questions: not compared, and nothing is asked for nothing."""
    recorded.log()
    shots = mistake(recorded.run("--shots=1", *args))
    assert "toy/planets: asked in another way: baseline 'a' was recorded with (mmlu, 2" in shots
    assert "--snapshot-update" in shots
    if not args:
        dev = recorded.path / "data/toy/dev/planets_dev.csv"
        whole = dev.read_text()
        dev.write_text(whole.replace("example 0 of", "example zero of"))
        assert "toy/planets: asked in another way" in mistake(recorded.run())
        dev.write_text(whole)
        path = recorded.path / "data/toy/test/stars_test.csv"
        path.write_text(path.read_text().replace("question 63 of", "question sixty-three of"))
        assert "toy/stars: another question set" in mistake(recorded.run())
    assert recorded.log() == recorded.log("loaded") == []
    assert recorded.summary["verdict"] == "fail"
