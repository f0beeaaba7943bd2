"""Notes of a run from the outside: what was asked and said, and means less than it seems to."""

from __future__ import annotations

from typing import Any

import pytest
from builders import toy, write_csv
from cases import settings_of
from project import Project, both_ways, sentences
from test_plugin_texts import LETTERS, NAMES, WRONG, errors, furnish, record

from mcqtest.data import files
from mcqtest.run import Run

REVISION = "--revision of toy has no effect on what is asked"
UNCOMPARED = (
    "toy: recorded without a comparison, for the old baseline has other questions, or was asked "
    "or read in another way"
)


FEWER = ("--limit=20", "--accept-regression=the rest leaked")


@pytest.fixture
def written(project: Project) -> Project:
    """The toy project of texts, and its usual model."""
    return furnish(project)


def noted(project: Project, *args: str) -> list[str]:
    """The notices of a run that recorded or passed, which the terminal tells as well."""
    result = project.run(*args)
    assert result.ret == 0, sentences(result)
    told = [line[6:] for line in result.outlines if line.startswith("note: ")]
    assert sorted(told) == project.summary["notices"]
    return told


@both_ways
def test_a_revision_of_local_data(recorded: Project, args: tuple[str, ...]) -> None:
    """What is in --data is asked whatever revision of the hub is named."""
    assert noted(recorded, *args, "--revision=toy=main") == [REVISION]
    both = noted(recorded, *args, "--revision=toy=main", "--revision=sea=v1")
    assert both == ["--revision of toy, sea has no effect on what is asked"]
    assert noted(recorded, *args) == []


def test_a_revision_of_what_is_not_asked(tmp_path: Any, monkeypatch: Any) -> None:
    """From the hub, a revision of another benchmark has no effect, and one of this has."""
    task = toy("tides", shots=0).tasks[0]
    write_csv(tmp_path, "tides", "test", [("?", "a", "b", "c", "d", "A")])
    (tmp_path / "said.jsonl").write_text('{"task": "tides", "index": 0, "output": "A"}\n')
    asked = []

    def hub(task: Any, split: str, layout: Any, revision: str | None) -> Any:
        asked.append(revision)
        return layout, tmp_path / f"toy/{split}/{task.name}_{split}.csv", "hub.csv"

    monkeypatch.setattr(files, "_hub", hub)
    for revisions, notes in (
        ({"toy": "main"}, []),
        ({"toy": "main", "sea": "v1"}, [REVISION.replace("toy", "sea")]),
    ):
        place = {"model": str(tmp_path / "said.jsonl"), "run_dir": str(tmp_path)}
        place["baseline"], gate = "none", {"toy": {"min_accuracy": 0}}
        run = Run(settings_of(**place, backend="replay", data=None, revision=revisions, gate=gate))
        run.plan([task])
        assert run._notices == notes
        assert asked.pop() == "main"


def silent(share: float) -> dict[str, list[str]]:
    """The usual model, without a readable answer in so many of its texts."""
    return WRONG | {"silent": NAMES[: round(share * len(NAMES))], "cut": [], "short": []}


@both_ways
def test_most_answers_unread(written: Project, args: tuple[str, ...]) -> None:
    """From half of them on, rounded, a note says how many; nothing is red for that alone."""
    half = silent(0.2) | {"cut": NAMES[30:48]}
    for number, (wrong, notes) in enumerate(
        [(half, []), (half | {"cut": NAMES[30:49]}, ["toy: 52% of answers could not be read"])]
    ):
        written.model("a", wrong=errors(wrong))
        place = f"--baselines-dir=kept{number}"
        assert noted(written, *args, place, "--snapshot-update") == notes
        assert noted(written, *args, place) == notes


@both_ways
def test_recorded_without_a_comparison(written: Project, args: tuple[str, ...]) -> None:
    """Said once for all tasks where the old baseline was read in another way or has other
    questions, and not where it was compared with, nor where there was none.
    """
    update = ("--snapshot-update", *args)
    assert noted(written, *update) == []
    assert noted(written, *update) == []
    assert noted(written, *update, "--reader=lm_eval") == [UNCOMPARED]
    assert noted(written, *update, "--reader=lm_eval") == []
    assert noted(written, *update, "--reader=lm_eval", *FEWER) == [UNCOMPARED]
    assert written.summary["benchmarks"]["toy"]["lost"] is None


def test_no_gain_over_what_cannot_be_read(written: Project) -> None:
    """Where of the other method's texts of a task none could be read, nothing is compared with
    them; one is enough.
    """
    for kept, known in (([], False), (["plants/0"], True)):
        unread = [name for name in NAMES if name.startswith("plants/") and name not in kept]
        written.model("a", wrong=errors({"silent": unread, LETTERS: []}))
        place = f"--baselines-dir=kept{known:d}"
        assert written.run(place, "--snapshot-update").ret == (not known)
        found = record(written, place, "--method=letters")
        assert ("reasoning_gain" in found["tasks"]["plants"]) == known
        assert ("reasoning_gain" in found) == known
        assert found["tasks"]["stars"]["reasoning_gain"] == 0
