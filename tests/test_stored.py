"""Runs that lie in a folder: `report/stored.py`."""

import json

import pytest

from mcqtest.report import stored
from mcqtest.types import McqtestError

SUMMARY = {"format": 1, "benchmarks": {"mmlu": {"n": 1}}}


def written(folder, text):
    (folder / "summary.json").write_text(text, encoding="utf-8")
    return folder


def test_a_folder_or_its_summary(tmp_path):
    """Either names the run."""
    written(tmp_path, json.dumps(SUMMARY))
    assert stored(tmp_path) == stored(tmp_path / "summary.json") == SUMMARY


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{", "no summary of a run"),
        ("[" * 100_000, "no summary of a run"),
        ("[]", "is no summary of a run"),
        ('{"format": 7, "benchmarks": {}}', "has format 7"),
        (
            '{"format": 1, "benchmarks": {}, "reasons": ["the run did not finish"]}',
            "holds no answers: the run did not finish",
        ),
    ],
)
def test_what_is_no_summary(tmp_path, text, told):
    """One line says what was found, and where."""
    with pytest.raises(McqtestError, match=told) as caught:
        stored(written(tmp_path, text))
    assert str(tmp_path) in str(caught.value)


def test_no_run_there(tmp_path):
    """Nor anything else."""
    with pytest.raises(McqtestError, match="name a run folder"):
        stored(tmp_path / "none")
