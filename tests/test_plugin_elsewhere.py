"""In other people's projects: nothing is taken, nothing is imported, nothing is said."""

from __future__ import annotations

import re

import pytest
from project import TASKS, TOTAL, USUAL, USUAL_ARGS, Project, sentences

THEIRS = """

def pytest_addoption(parser):
    parser.addoption("--model", default="none")
"""
ASKS = """
def test_theirs(request):
    assert request.config.getoption("--model") == "theirs"
    assert not request.config.pluginmanager.has_plugin("mcqtest-cases")
"""


@pytest.mark.parametrize("where", ["conftest.py", "theirs.py"])
def test_model_is_taken(recorded: Project, where: str) -> None:
    """Who has `--model` keeps it, in a conftest or a plugin; ours is `--mcq-model` there."""
    path = recorded.path / where
    recorded.write(where, (path.read_text() if path.exists() else "") + THEIRS)
    recorded.write("theirs/test_theirs.py", ASKS)
    plugin = [] if where == "conftest.py" else ["-p", "theirs"]
    theirs = recorded.run("--model=theirs", *plugin, model=None, data=None, cases="theirs")
    assert theirs.ret == 0, sentences(theirs)
    assert "SHIP" not in sentences(theirs)
    args = ["--mcq-model=models/a", "--mcq-data=data", *plugin]
    ours = recorded.run("--model=theirs", *args, model=None, data=None)
    assert ours.ret == 0, sentences(ours)
    assert "MAY SHIP: a is no worse" in sentences(ours)


def test_model_is_taken_later(pytester: pytest.Pytester) -> None:
    """A conftest that pytest finds only while collecting may take `--model` too."""
    folder = pytester.path / "parts/one"
    folder.mkdir(parents=True)
    (folder / "conftest.py").write_text(THEIRS)
    (folder / "test_one.py").write_text("def test_one():\n    pass\n")
    for args in ((), ("parts/one", "--model=theirs")):
        assert pytester.runpytest_subprocess(*USUAL_ARGS, *args).ret == 0


UNRELATED = """
import sys

def test_imports():
    heavy = {"numpy", "scipy", "torch", "transformers"}
    loaded = {name for name in sys.modules if name.partition(".")[0] in heavy | {"mcqtest"}}
    assert loaded <= {"mcqtest", "mcqtest.options", "mcqtest.plugin"}

def test_passes():
    pass

def test_fails():
    assert 1 == 2
"""


def test_unrelated_project(pytester: pytest.Pytester) -> None:
    """Installed is not noticed: the same output as without the plugin, and nothing imported."""
    pytester.makepyfile(UNRELATED)
    said = []
    for args in ((), ("-p", "no:mcqtest")):
        result = pytester.runpytest_subprocess(*USUAL_ARGS, "-v", *args)
        assert result.ret == 1
        result.assert_outcomes(passed=2, failed=1)
        text = sentences(result)
        text = re.sub(r"^plugins: .*$", "", text, flags=re.MULTILINE)
        said.append(re.sub(r"in \d+\.\d+s =+", "", text))
    assert said[0] == said[1]
    assert not [path for path in pytester.path.iterdir() if path.name == ".mcqtest"]


def test_without_a_model(project: Project) -> None:
    """Cases are skipped, and say why; with nothing else selected that is no success."""
    result = project.run("-rs", model=None, data=None)
    assert result.ret == pytest.ExitCode.NO_TESTS_COLLECTED
    result.assert_outcomes(skipped=4)
    assert "no model to ask: give --model=PATH" in sentences(result)
    assert not (project.path / ".mcqtest").exists()


def test_settings_from_files(recorded: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """The command line beats the ini file, which beats the table. Paths in files are seen from
    the files, those on the command line from where one stands.
    """
    (recorded.path / "baselines").rename(recorded.path / "kept")
    table = 'model = "models/none"\ndata = "data"\nrun-dir = "runs"\nbaselines-dir = "kept"\n'
    recorded.write("pyproject.toml", f"[tool.mcqtest]\n{table}alpha = 0.04\n")
    recorded.write("pytest.ini", "[pytest]\nstrict = true\nmcq_model = models/a\n")
    monkeypatch.chdir(recorded.path / "cases")
    result = recorded.run(model=None, data=None, cases=".")
    assert result.ret == 0, sentences(result)
    assert "MAY SHIP: a is no worse than baseline 'a'" in sentences(result)
    assert "false alarms at most 0.04" in sentences(result)
    assert (recorded.path / "runs/summary.json").is_file()
    left = {path.name for path in recorded.path.glob("cases/*")} - {"__pycache__"}
    assert left == {"test_toy.py"}

    recorded.model("b", wrong=wrong_everywhere(), folder="cases/models")
    result = recorded.run("--baseline=a", "--run-dir=here", model="b", data=None, cases=".")
    assert result.ret == 1, sentences(result)
    assert "MAY NOT SHIP: b: toy" in sentences(result)
    assert (recorded.path / "cases/here/summary.json").is_file()


def wrong_everywhere() -> list[str]:
    return [f"{task}/{number}" for task in TASKS for number in range(40)]


def test_without_xdist(recorded: Project) -> None:
    """The hooks for xdist are optional."""
    result = recorded.run("-p", "no:xdist")
    assert result.ret == 0, sentences(result)
    assert "MAY SHIP: a is no worse" in sentences(result)


CUSTOM = """
from operator import attrgetter

import pytest
from test_toy import TOY

@pytest.mark.mmlu
@pytest.mark.parametrize("subject", TOY.tasks[:2], ids=attrgetter("name"))
def test_letters(results):
    answers = {result.answer for result in results}
    assert len(results) >= 40
    assert answers == {0, 1, 2, 3}

@pytest.fixture
def task(subject):
    return subject

def test_model(model):
    assert callable(model.run)
"""


def test_cases_of_ones_own(project: Project) -> None:
    """Tests that look at results alone are no comparison, and say so; beside the usual ones
    they are welcome.
    """
    project.model("a", wrong=USUAL)
    project.write("cases/test_yours.py", CUSTOM)
    recorded = project.run("--snapshot-update")
    assert recorded.ret == 0, sentences(recorded)
    assert len(project.log()) == TOTAL
    project.log("loaded")
    alone = project.run("-k", "letters or model")
    assert alone.ret == 1
    alone.assert_outcomes(passed=3)
    assert "MAY NOT SHIP: a: toy/planets: its tests never say `results == baseline`" in sentences(
        alone
    )
    assert project.summary["verdict"] == "fail"
    assert project.log() == []
    assert len(project.log("loaded")) == 1

    both = project.run("-m", "not mmlu")
    assert both.ret == 0, sentences(both)
    both.assert_outcomes(passed=5)

    project.write(
        "pytest.ini", "[pytest]\nstrict = true\nmcq_gate = toy.plants.min_accuracy = 0.7\n"
    )
    thresholds = project.run("--baseline=none", "-k", "letters", "--margin=none")
    assert thresholds.ret == 0, sentences(thresholds)
    assert "NO LOSS PROVEN: a keeps every threshold" in sentences(thresholds)
