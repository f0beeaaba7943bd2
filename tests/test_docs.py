"""What the pages say is there: options, thresholds, commands, formats."""

import re
from pathlib import Path

import pytest

from mcqtest import gate
from mcqtest.options import OPTIONS
from mcqtest.plugin import MARKERS

CHECKOUT = Path(__file__).parent.parent
README = (CHECKOUT / "README.md").read_text("utf-8")
FORMATS = (CHECKOUT / "docs" / "formats.md").read_text("utf-8")


def first_block():
    """The lines of the README's first code block."""
    return re.search(r"```console\n(.*?)```", README, re.DOTALL)[1].splitlines()


def test_first_block_is_two_commands():
    """A newcomer needs two lines: one gates the demo, one runs the tests."""
    gates, tests = first_block()
    assert gates.endswith("pytest --model=demo")
    assert tests.endswith("tox -qq")


@pytest.mark.parametrize("name", [".ci/run", ".github/workflows/ci.yml"])
def test_ci_runs_the_test_command(name):
    """CI runs the README's line itself, so the two cannot drift apart."""
    script = (CHECKOUT / name).read_text("utf-8")
    pattern = re.search(r"grep -m1 '(.*?)' README.md", script)[1]
    matching = [line for line in README.splitlines() if re.search(pattern, line)]
    assert matching == [first_block()[1]]


def test_every_option_is_in_the_readme():
    """An option that the README does not name is found by nobody."""
    missing = [option.name for option in OPTIONS if f"`--{option.name} " not in README]
    assert not missing


def test_every_threshold_is_in_the_readme():
    """So are the thresholds."""
    assert not [name for name in gate.THRESHOLDS if name not in README]


def test_every_marker_is_in_the_readme():
    """So are the markers, and each has its benchmark file."""
    for name in MARKERS:
        assert f"`{name}`" in README
        assert (CHECKOUT / "benchmarks" / f"test_{name}.py").is_file()


def test_linked_files_exist():
    """Links inside the repository lead somewhere."""
    pages = [*(CHECKOUT / "docs").glob("*.md"), *(CHECKOUT / ".github").glob("*.md")]
    for page in [CHECKOUT / "README.md", *pages]:
        for target in re.findall(r"\]\((?!https?:)([^)#]+)", page.read_text("utf-8")):
            assert (page.parent / target).exists(), f"{page.name}: {target}"


def test_every_module_is_in_the_house_plan():
    """The README's plan names every module, so that a newcomer finds the room."""
    plan = README[README.index("## The house") :]
    for path in (CHECKOUT / "mcqtest").iterdir():
        if path.name.startswith(("_", ".")) or path.suffix not in {"", ".py"}:
            continue
        assert re.search(rf"\b{path.stem}\b", plan), path.name
