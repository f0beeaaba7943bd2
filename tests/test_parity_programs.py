"""Programmatic tasks of the official package, through pytest and by the package's own runner
(`tests/official_runner.py`), on the same checkpoint (`tox -e parity`).
"""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from realdata import CHECKOUT

pytest.importorskip("torch")
pytest.importorskip("transformers")
if importlib.util.find_spec("bigbench") is None:
    pytest.skip("the official package is not installed: tox -e parity", allow_module_level=True)

NAMES = """
    bias_from_probabilities boolean_expressions com2sense coqa_conversational_question_answering
    cycled_letters diverse_social_bias dynamic_counting multistep_arithmetic
    muslim_violence_bias simple_arithmetic taboo web_of_lies
    word_problems_on_sets_and_graphs
"""
TASKS = NAMES.split()
LIMIT = 40
TOKENS = 16
HERE = Path(__file__).parent


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A project with the demo's checkpoint under another name, for its questions are the demo's."""
    made = tmp_path_factory.mktemp("programs")
    shutil.copytree(CHECKOUT / "mcqtest" / "demo" / "model", made / "tiny")
    (made / "pyproject.toml").write_text('[tool.pytest]\nminversion = "9"\n', "utf-8")
    shutil.copy(CHECKOUT / "benchmarks" / "test_bigbench_programmatic.py", made)
    return made


def start(folder):
    """The user's command."""
    command = [
        *(sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-q"),
        *("--model=tiny", f"--limit={LIMIT}", f"--decoding=max_tokens={TOKENS}"),
        "--snapshot-update",
        *(f"test_bigbench_programmatic.py::test_bigbench_programmatic[{each}]" for each in TASKS),
    ]
    return subprocess.Popen(command, cwd=folder, env=environment())


def environment():
    """Ours, with the tests and the package where a fresh process finds them."""
    path = os.pathsep.join([str(HERE), str(CHECKOUT), os.environ.get("PYTHONPATH", "")])
    return {**os.environ, "PYTHONPATH": path, "PYTHONHASHSEED": "0", "MCQTEST_DATA": ""}


def stored(folder):
    """Keys of all stored responses, in the order of their files."""
    files = sorted((folder / ".mcqtest" / "responses").glob("*.jsonl"))
    lines = [line for file in files for line in file.read_bytes().splitlines(keepends=True)]
    return [json.loads(line)["key"] for line in lines if line.endswith(b"\n")]


@pytest.fixture(scope="module")
def ours(folder):
    """What the run says, after one that was killed half-way."""
    first = start(folder)
    while first.poll() is None and len(stored(folder)) < 300:
        time.sleep(0.05)
    first.send_signal(signal.SIGKILL)
    first.wait()
    before = len(stored(folder))
    assert start(folder).wait() == 0
    summary = json.loads((folder / ".mcqtest" / "summary.json").read_text("utf-8"))
    return before, summary["benchmarks"]["bigbench_programmatic"]["tasks"]


@pytest.fixture(scope="module")
def theirs(folder):
    """What the package's own runner gets from the same checkpoint."""
    out = folder / "official.json"
    limits = json.dumps(dict.fromkeys(TASKS, LIMIT))
    args = (str(folder / "tiny"), limits, str(TOKENS), str(out))
    command = [sys.executable, str(HERE / "official_runner.py"), *args]
    subprocess.run(command, cwd=folder, env=environment(), check=True)
    return json.loads(out.read_text("utf-8"))


def test_gone_on_with(folder, ours):
    """It was killed in the middle, and nothing was asked twice."""
    before, tasks = ours
    keys = stored(folder)
    assert 300 <= before < len(keys)
    assert len(keys) == len({*keys})
    assert [*tasks] == TASKS


@pytest.mark.parametrize("name", TASKS)
def test_scores(ours, theirs, name):
    """All subtasks with their anchors, the normalised score, and how many queries it took."""
    _, tasks = ours
    found, wanted = tasks[name], theirs[name]
    assert found["queries"] == wanted["queries"]
    parts = found["anchored"]["parts"]
    for key in ("low", "high", "score"):
        expected = [each[key] for each in wanted["parts"]]
        assert [part[key] for part in parts] == pytest.approx(expected, rel=1e-4, abs=1e-5), key
    assert [part["preferred"] for part in parts] == [each["preferred"] for each in wanted["parts"]]
    by_shots = {}
    for part, each in zip(parts, wanted["parts"], strict=True):
        by_shots.setdefault(str(each["shots"]), []).append(part["normalized"])
    means = {shots: sum(each) / len(each) for shots, each in by_shots.items()}
    assert means == pytest.approx(wanted["normalized"], rel=1e-3, abs=1e-2)
