"""Which folders of the official package are programmatic tasks, and what makes them others."""

from __future__ import annotations

import programs
import pytest
from builders import complaint

from mcqtest.data import Programs, fingerprint

FOUND = Programs("bigbench_programmatic")


@pytest.fixture
def package(tmp_path, monkeypatch):
    """The folder of its tasks: two programs, a JSON task with a script, and a script alone."""
    programs.install(tmp_path, "echo", "game", "pick", "chance")
    tasks = tmp_path / "bigbench" / "benchmark_tasks"
    (tasks / "pick" / "task.json").write_text("{}", "utf-8")
    (tasks / "chance" / "task.py").write_text("print('Task')\n", "utf-8")
    monkeypatch.setattr("mcqtest.data.bigbench.programs.installed", lambda: tasks)
    return tasks


def test_what_is_a_program(package):
    """A class that is a task, and no task.json beside it; --data does not matter."""
    assert [*FOUND.names(package / "nowhere")] == ["echo", "game"]
    (task,) = FOUND.load("game", None)
    assert (task.id, task.choices, task.folder) == ("game", (), package / "game")


def test_it_is_known_by_its_files(package):
    """Code and data make another question, what is written for people or by a run does not."""

    def known():
        return fingerprint(FOUND.load("game", None))

    before = known()
    for name in ("README.md", "results/scores.json", "__pycache__/task.pyc"):
        (package / "game" / name).parent.mkdir(exist_ok=True)
        (package / "game" / name).write_text("new", "utf-8")
    assert known() == before
    (package / "game" / "words.json").write_text("[]", "utf-8")
    assert known() != before
    assert fingerprint(FOUND.load("echo", None)) not in {before, known()}


def test_a_task_that_is_not_there(package):
    """Such as one of another version."""
    assert complaint(FOUND.load, "pick", None) == (
        f"{package}: no pick/task.py with a task in it; leave the task out with -k"
    )


def test_the_package_is_not_installed(monkeypatch):
    """What to say to have it."""
    monkeypatch.setattr("mcqtest.data.bigbench.programs.installed", lambda: None)
    said = "which is not installed; say pip install --no-deps --no-binary bigbench bigbench==1.0.0"
    for call in (FOUND.names, lambda root: FOUND.load("game", root)):
        assert complaint(call, None).endswith(said)
