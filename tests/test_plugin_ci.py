"""What a CI system is told: the job's page, a comment, JUnit's properties; whole runs."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest
from project import TASKS, USUAL, Project, mistake, sentences

both = pytest.mark.parametrize("args", [("-n", "0"), ("-n", "2")], ids=["n0", "n2"])
PAGE = "GITHUB_STEP_SUMMARY"


@both
def test_everywhere(
    recorded: Project, args: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The page behind what stands there, the comment, and the properties of the suite."""
    page = recorded.write("page.md", "before\n")
    monkeypatch.setenv(PAGE, str(page))
    recorded.model("b", wrong=[*USUAL, *(f"{task}/{n}" for task in TASKS for n in range(1, 40, 2))])
    more = ("--comment=comment.md", "--junitxml=junit.xml", "--baseline=a")
    assert recorded.run(*args, *more, model="b").ret == 1
    assert page.read_text().startswith("before\n## MAY NOT SHIP: b\n")
    assert "<code>1 " in (recorded.path / "comment.md").read_text()
    suite = ET.parse(recorded.path / "junit.xml").getroot().find("testsuite")
    said = {each.get("name"): each.get("value") for each in suite.findall("./properties/property")}
    toy = recorded.summary["benchmarks"]["toy"]
    assert said["mcqtest.verdict"] == "fail"
    assert float(said["mcqtest.toy.p_value"]) == pytest.approx(toy["p_value"], rel=1e-5)
    low, high = map(float, said["mcqtest.toy.change_interval"].split())
    assert [low, high] == pytest.approx(toy["change_interval"], abs=1e-6)


def test_what_cannot_be_written(recorded: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """Is a note, and the verdict what it is; a folder that is not there is told at once."""
    monkeypatch.setenv(PAGE, str(recorded.path / "nowhere/page.md"))
    result = recorded.run()
    assert result.ret == 0
    assert "note: $GITHUB_STEP_SUMMARY: the verdict is not on the job's page (" in sentences(result)
    monkeypatch.setenv(PAGE, str(recorded.write("page.md", "x" * 1024 * 1024)))
    assert "no room is left in" in sentences(recorded.run())
    assert "--comment=no/c.md: no folder" in mistake(recorded.run("--comment=no/c.md"))
    assert "--comment=data: a folder" in mistake(recorded.run("--comment=data"))


def test_a_mistake_is_on_the_page(recorded: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before a model is read as well as while it is planned."""
    page = recorded.path / "page.md"
    monkeypatch.setenv(PAGE, str(page))
    mistake(recorded.run("--alpha=2"))
    mistake(recorded.run("--shots=9"))
    first, second = page.read_text().split("\n## ")
    assert first.startswith("## NOTHING WAS ASKED\n\n--alpha=2: ")
    assert "--shots=9" in second
