"""Tiers, samples and limits: whole runs that ask a part, against a baseline of all."""

from __future__ import annotations

import pytest
from project import SIZES, TASKS, TOTAL, UNDECIDED, USUAL, Project, mistake, sentences, wrong

UPDATE = "--snapshot-update"
TABLE = """
[tool.mcqtest]
limit = 5
[tool.mcqtest.gate.toy]
margin = 20
[tool.mcqtest.tier.smoke]
sample = 80
limit = ""
margin = "none"
"""
both = pytest.mark.parametrize("args", [("-n", "0"), ("-n", "2")], ids=["n0", "n2"])


def asked(project: Project) -> set[str]:
    return {f"{row['task']}/{row['id']}" for row in project.rows}


@both
def test_a_sample_of_a_baseline(recorded: Project, args: tuple[str, ...]) -> None:
    """Is compared on the common questions: partial, or red, whichever process asks."""
    recorded.model("worse", wrong=[f"{task}/{n}" for task in TASKS for n in range(64)])
    result = recorded.run("--sample=80", *args)
    assert result.ret == UNDECIDED, sentences(result)
    assert "toy: not all questions of 4 of 4 tasks" in sentences(result)
    toy = recorded.summary["benchmarks"]["toy"]
    assert (toy["n"], toy["lost"], toy["won"]) == (80, 0, 0)
    assert toy["baseline_accuracy"] == toy["accuracy"]
    counts = {name: task["n"] for name, task in toy["tasks"].items()}
    assert all(abs(counts[name] - 80 * size / TOTAL) < 1 for name, size in SIZES.items())
    first = asked(recorded)
    assert recorded.run("--sample=80", "--baseline=a", model="worse").ret == 1
    assert asked(recorded) == first
    assert recorded.summary["benchmarks"]["toy"]["lost"] > 40


def test_a_limit_is_compared_likewise(recorded: Project) -> None:
    """With the first questions of the baseline; in another way, or of changed data, with none."""
    recorded.model("b", wrong=[*USUAL, "stars/1", "plants/2"])
    assert recorded.run("--limit=10", "--baseline=a", model="b").ret == UNDECIDED
    assert recorded.summary["benchmarks"]["toy"]["lost"] == 2
    assert recorded.summary["benchmarks"]["toy"]["others"]["brier"]["lost"] > 0
    told = mistake(recorded.run("--limit=10", "--shots=1"))
    assert "asked in another way: baseline 'a' was recorded with (mmlu, 2 shots" in told
    path = recorded.path / "data/toy/test/stars_test.csv"
    path.write_text(path.read_text().replace("question 63 of", "question sixty-three of"))
    told = mistake(recorded.run("--limit=10"))
    assert "toy/stars: another question set: baseline 'a' has 64 questions" in told


def test_a_sample_does_not_replace_all(recorded: Project) -> None:
    """As with a limit; where there is nothing yet it is recorded, and is compared with itself."""
    before = recorded.baselines()
    told = mistake(recorded.run("--sample=80", UPDATE))
    assert "would replace the 56 of baseline 'a'; run without --limit and --sample" in told
    assert recorded.baselines() == before
    recorded.model("b", wrong=USUAL)
    assert recorded.run("--sample=80", UPDATE, model="b").ret == 0
    assert recorded.run("--sample=80", model="b").ret == UNDECIDED
    assert "another question set" in mistake(recorded.run("--sample=90", model="b"))
    assert "--limit=3 is given, too" in mistake(recorded.run("--sample=90", "--limit=3"))
    assert "--sample=3: fewer than the 4 tasks" in mistake(recorded.run("--sample=3"))


@both
def test_a_tier(recorded: Project, args: tuple[str, ...]) -> None:
    """Its options count more than the table's, gates and all, and less than the command line's."""
    recorded.write("pyproject.toml", TABLE)
    result = recorded.run("--tier=smoke", *args)
    assert result.ret == 0, sentences(result)
    assert "alpha 0.01, tier smoke; /" in sentences(result)
    assert recorded.summary["tier"] == "smoke"
    assert recorded.summary["verdict"] == "no_loss_proven"
    assert recorded.summary["benchmarks"]["toy"]["n"] == 80
    assert recorded.summary["notices"] == []
    assert recorded.run("--tier=smoke", "--sample=100", "--margin=30").ret == UNDECIDED
    assert recorded.summary["benchmarks"]["toy"]["n"] == 100
    told = "--sample=100 (command line) counts, not 80 (tier smoke)"
    assert told in recorded.summary["notices"]


def test_a_tier_of_the_ini_file(recorded: Project) -> None:
    """Is the usual one; another is named on the command line."""
    recorded.write("pyproject.toml", f"{TABLE}[tool.mcqtest.tier.few]\nlimit = 3\n")
    recorded.write("pytest.ini", "[pytest]\nmcq_tier = smoke\nmcq_limit = 9\n")
    assert recorded.run("--sample=90").ret == 0
    assert recorded.summary["tier"] == "smoke"
    assert recorded.summary["notices"] == ["--sample=90 (command line) counts, not 80 (tier smoke)"]
    assert recorded.run("--tier=few").ret == UNDECIDED
    assert recorded.summary["benchmarks"]["toy"]["n"] == 12


def test_a_red_smoke_test(recorded: Project) -> None:
    """A proven loss is red, whatever the margin."""
    recorded.write("pyproject.toml", TABLE)
    recorded.model("b", wrong=[*USUAL, *wrong("stars", range(64)), *wrong("rivers", range(48))])
    assert recorded.run("--tier=smoke", "--baseline=a", model="b").ret == 1


def test_a_misspelt_tier(recorded: Project) -> None:
    """One line, which names those that there are (more: tests/test_project_tables.py)."""
    recorded.write("pyproject.toml", TABLE)
    told = "--tier=smok: no [tool.mcqtest.tier.smok] in pyproject.toml; there is smoke"
    assert told in mistake(recorded.run("--tier=smok"))
