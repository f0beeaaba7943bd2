"""Workflows, those of docs/ci.md and our own: what they call exists, and they are well-formed."""

import configparser
import importlib.util
import re
import subprocess
import sys
from pathlib import Path

import pytest

from mcqtest.cli.main import COMMANDS
from mcqtest.options import OPTIONS

CHECKOUT = Path(__file__).parent.parent
PAGE = (CHECKOUT / "docs" / "ci.md").read_text("utf-8")
BLOCKS = re.findall(r"^```yaml\n# (\S+)\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)
OWN = ".github/workflows/ci.yml"
FILES = [*BLOCKS, (OWN, (CHECKOUT / OWN).read_text("utf-8"))]
HOOKS = CHECKOUT / ".pre-commit-config.yaml"
SCHEMAS = {".github": "vendor.github-workflows", ".gitlab-ci.yml": "vendor.gitlab-ci"}
PYTEST = {"--pyargs", "--junitxml", "--snapshot-update"}
"""Options of pytest and of syrupy."""


def test_all_of_them():
    """Two systems, and all that this page shows."""
    assert [name for name, _ in BLOCKS] == [
        *(".github/workflows/model.yml", ".github/workflows/record.yml", ".gitlab-ci.yml")
    ]


def accepted(module, *args):
    """That a program, which tox -e workflows has, takes a file."""
    if importlib.util.find_spec(module) is None:
        pytest.skip(f"{module} is not installed; tox -e workflows has it")
    command = [sys.executable, "-m", module, *args]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(("name", "text"), FILES, ids=[name for name, _ in FILES])
def test_schema(name, text, tmp_path):
    """By the schemas of SchemaStore, which check-jsonschema brings along."""
    schema = next(each for start, each in SCHEMAS.items() if name.startswith(start))
    path = tmp_path / Path(name).name
    path.write_text(text, "utf-8")
    accepted("check_jsonschema", "--builtin-schema", schema, str(path))


def test_hooks_are_what_pre_commit_takes():
    """By pre-commit itself."""
    accepted("pre_commit", "validate-config", str(HOOKS))


def environments(path):
    """Those of tox that a file of ours names: behind `tox -e`, or in a matrix."""
    text = path.read_text("utf-8")
    called = re.findall(r"tox (?:-q+ )?-e ([\w,-]+)", text)
    return {each for names in called for each in names.split(",")} | {
        *re.findall(r"environment: (\w+)", text)
    }


def known():
    """Those that there are."""
    tox = configparser.ConfigParser(interpolation=None)
    tox.read(CHECKOUT / "tox.ini", "utf-8")
    names = [each.partition(":")[2] for each in tox.sections() if each.startswith("testenv:")]
    assert len(names) > 5
    return {*names}


CONTRIBUTING = ".github/CONTRIBUTING.md"


@pytest.mark.parametrize("name", [OWN, HOOKS.name, CONTRIBUTING, "docs/releasing.md"])
def test_environments_exist(name):
    """A misspelt one would be taken for a Python, or for nothing."""
    assert set() != environments(CHECKOUT / name) <= known()


def test_every_environment_is_in_the_page_for_those_who_carry_on():
    """With the question that it answers."""
    rows = re.findall(
        r"^\| (`\w+`(?:, `\w+`)*) \|", (CHECKOUT / CONTRIBUTING).read_text("utf-8"), re.MULTILINE
    )
    assert {each for row in rows for each in re.findall(r"\w+", row)} == known()


def test_our_ci_asks_all_that_is_not_asked_every_time():
    """Versions, packages and workflows, beside the README's command."""
    assert {"newest", "oldest", "dist", "workflows"} <= environments(CHECKOUT / OWN)


def test_a_commit_asks_what_lint_asks():
    """One hook, so that the two cannot drift apart."""
    assert environments(HOOKS) == {"lint"}
    assert HOOKS.read_text("utf-8").count("- id:") == 1


def commands(program):
    """The words behind a program in all workflows and console blocks, a list for each call."""
    shown = re.findall(r"```console\n(.*?)```", PAGE, re.DOTALL)
    text = "\n".join([*shown, *(text for _, text in BLOCKS)])
    text = re.sub(r"\\\n\s*|>-\n\s*", " ", text)
    text = re.sub(r"\n\s+(?=--)", " ", text)
    return [call.split() for call in re.findall(rf"(?:^|[ \n]){program} ([^\n]*)", text)]


def test_options_exist():
    """Of pytest's calls; a misspelt one would end a night's run before it begins."""
    known = {f"--{option.name}" for option in OPTIONS} | PYTEST
    calls = [call for call in commands("pytest") if call[0].startswith("--")]
    assert len(calls) > 5
    said = {word.partition("=")[0].strip("'\"") for call in calls for word in call}
    assert {word for word in said if word.startswith("--") and word != "--"} <= known


def test_commands_exist():
    """Of mcqtest's."""
    calls = commands("mcqtest")
    assert len(calls) > 4
    assert {call[0] for call in calls} <= {*COMMANDS}
