"""The workflows of docs/ci.md: what they call exists, and they are what CI systems take."""

import importlib.util
import re
import subprocess
import sys
from pathlib import Path

import pytest

from mcqtest.cli.main import COMMANDS
from mcqtest.options import OPTIONS

PAGE = (Path(__file__).parent.parent / "docs" / "ci.md").read_text("utf-8")
BLOCKS = re.findall(r"^```yaml\n# (\S+)\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)
SCHEMAS = {".github": "vendor.github-workflows", ".gitlab-ci.yml": "vendor.gitlab-ci"}
PYTEST = {"--pyargs", "--junitxml", "--snapshot-update"}
"""Options of pytest and of syrupy."""


def test_all_of_them():
    """Two systems, and all that this page shows."""
    assert [name for name, _ in BLOCKS] == [
        *(".github/workflows/model.yml", ".github/workflows/record.yml", ".gitlab-ci.yml")
    ]


@pytest.mark.parametrize(("name", "text"), BLOCKS, ids=[name for name, _ in BLOCKS])
def test_schema(name, text, tmp_path):
    """By the schemas of SchemaStore, which check-jsonschema brings along (tox -e workflows)."""
    if importlib.util.find_spec("check_jsonschema") is None:
        pytest.skip("check-jsonschema is not installed; tox -e workflows has it")
    schema = next(each for start, each in SCHEMAS.items() if name.startswith(start))
    path = tmp_path / Path(name).name
    path.write_text(text, "utf-8")
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", schema, str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


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
