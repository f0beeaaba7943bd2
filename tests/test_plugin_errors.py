"""Mistakes of a user: exit code 4 and one line that says what, where, and what to do."""

from __future__ import annotations

import shutil

import pytest
import warm
from project import Project, both_ways, mistake, sentences

TEST = "data/toy/test/plants_test.csv"


@pytest.fixture
def project(project: Project) -> Project:
    project.model("a")
    return project


OPTIONS = {
    "--alpha=2": "--alpha=2: a probability between 0 and 0.5 is needed",
    "--limit=0": "--limit=0: a whole number from 1 up is needed",
    "--shots=4": "--shots=4: toy/planets has only 3 examples; ask for fewer",
    "--reader=lm_eval": "--reader: no text is asked for, since all that is selected answers with",
    "--fallback=random": "--fallback: no text is asked for, since all that is selected answers",
    "--decoding=seed=1": "--decoding: no text is asked for, since all that is selected answers",
    "--method=cot": "--method=cot: toy has letters only; choose benchmarks with -m",
    "--backend=torch": "--backend=torch: unknown; choose auto, transformers, vllm, openai",
    "--data=nowhere": "nowhere: no such folder",
    "--model=models/none": "--model=models/none: no such folder",
    "--model=conftest.py": "conftest.py: a file; give the folder that holds config.json",
    "--run-dir=conftest.py": "conftest.py",
    "--accept-regression=why": "--accept-regression: nothing is recorded without --snapshot-upd",
}


def test_options(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every value that cannot be meant is refused by name, and nothing is asked."""
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    for option, sentence in OPTIONS.items():
        assert sentence in mistake(project.run(option)), option
    assert "pass a folder that holds toy/ with --data DIR" in mistake(project.run(data=None))
    apart = warm.run(project.pytester, "cases", "--model", "models/a")
    assert "write --model=models/a with an equals sign" in mistake(apart)
    assert project.log("loaded") == []


def test_model_folder(project: Project) -> None:
    """A folder that is no checkpoint."""
    folder = project.path / "models/a"
    (folder / "model.safetensors").rename(folder / "weights.bin")
    assert "models/a: no weights" in mistake(project.run())
    (folder / "config.json").unlink()
    assert "models/a: no config.json, so not a model folder" in mistake(project.run())


DATA = {
    b'"Which, then?",left,right,up,A\n': "row 1 (line 1): 5 cells, expected 6",
    b"Which?,left,right,up,down,E\n": "row 1 (line 1): answer is 'E', expected A-D or 0-3",
    b"Which?,left,right,,down,A\n": "row 1 (line 1): choice 3 of 4 is empty",
    b'"Which?,left,right,up,down,A\n': "row 1 (line 1): not CSV",
    b"O\xf9?,left,right,up,down,A\n": "line 1: byte 0xF9 at offset 1, expected UTF-8",
    b"": "no rows, expected questions",
}


def test_data(project: Project) -> None:
    """A malformed file is named with its row."""
    for text, sentence in DATA.items():
        project.write(TEST, text)
        line = mistake(project.run())
        assert "toy/test/plants_test.csv" in line
        assert sentence in line
    elsewhere = project.run("-k", "stars or rivers", "--snapshot-update")
    assert elsewhere.ret == 0, sentences(elsewhere)  # what is not selected need not be whole
    (project.path / TEST).unlink()
    project.log("loaded")
    assert "no questions for toy/plants; add one of test/plants_test.csv" in mistake(project.run())
    shutil.rmtree(project.path / "data/toy")
    assert "data: no folder toy; add one of" in mistake(project.run())
    assert project.log("loaded") == []


def test_data_with_workers(project: Project) -> None:
    """Two workers find the same mistake; it is said once."""
    project.write(TEST, next(iter(DATA)))
    result = project.run("-n", "2")
    assert "plants_test.csv, row 1 (line 1): 5 cells" in mistake(result)
    assert sentences(result).count("5 cells") == 1
    assert project.log("loaded") == []
    assert project.summary["verdict"] == "fail"
    assert "5 cells" in project.summary["reasons"][0]


def test_damaged_baseline(recorded: Project) -> None:
    """A baseline that was cut off or edited is not compared with."""
    path = recorded.path / "baselines/a/toy/rivers.txt"
    whole = path.read_text()
    damaged = {
        whole[:-20]: "answers where 48 questions are named",
        "": "not a baseline: nothing where 'mcqtest baseline 1' stands",
        whole.replace("weights", "waits"): "the baseline is damaged",
    }
    for text, sentence in damaged.items():
        path.write_text(text)
        line = mistake(recorded.run())
        assert "baselines/a/toy/rivers.txt" in line
        assert sentence in line
        assert "restore it from version control" in line
    mistake(recorded.run("--snapshot-update"))  # it might have been better
    assert path.read_text() == text
    path.unlink()
    again = recorded.run("--snapshot-update")
    assert again.ret == 0, sentences(again)
    assert path.read_text() == whole


UNSELECTED = {
    ("-k", "moons"): "no task was left by -k moons; pytest --collect-only -q lists all",
    ("-m", "toy", "--model=demo", "--data=demo"): "toy was selected, and this run asks demo",
    ("--benchmarks=mmlu",): "toy was selected, and --benchmarks=mmlu leaves it out; correct one",
}


@both_ways
@pytest.mark.parametrize("given", UNSELECTED, ids=["k", "demo", "benchmarks"])
def test_nothing_selected(recorded: Project, given: tuple[str, ...], args: tuple[str, ...]) -> None:
    """An empty selection is exit code 5 and no pass, and says what was selected."""
    result = recorded.run(*given, *args)
    assert result.ret == pytest.ExitCode.NO_TESTS_COLLECTED
    assert f": no question was judged: {UNSELECTED[given]}" in sentences(result)
    assert "MAY SHIP" not in sentences(result)
    assert recorded.summary["verdict"] == "fail"


GATES = {
    "[tool.mcqtest.gate.Toy]\nmin_accuracy = 0.1": "gate.Toy: no such benchmark; write gate.toy",
    "[tool.mcqtest.gate.to_y.stars]\nmax_ece = 1": "gate.to_y: no such benchmark; write gate.toy",
    "[tool.mcqtest.gate.toy]\nmin_passed = 1": "gate.toy.min_passed = 1: these are no licences",
    "[tool.mcqtest.gate.toy.stars]\nmin_passed = 2": "gate.toy.stars.min_passed = 2: these are",
    "[tool.mcqtest.gate.toy]\nmin_passed = 0.5": "gate.toy.min_passed = 0.5: a whole number of",
}


def test_thresholds(recorded: Project) -> None:
    """One that could never be kept, or would never be applied, is refused before anything is
    asked; the answers of an earlier run stay, for nothing was judged.
    """
    assert recorded.run().ret == 0
    _, earlier = recorded.outputs()
    assert earlier
    recorded.log("loaded")
    for table, sentence in GATES.items():
        recorded.write("pyproject.toml", f"{table}\n")
        assert sentence in mistake(recorded.run()), table
        assert recorded.outputs()[1] == earlier
    assert recorded.log("loaded") == []
