"""`mcqtest baselines`: `cli/baselines.py`, `gate/shelf.py`, `gate/dated.py`."""

import io
import json
import shutil
import subprocess
from pathlib import Path

import pytest

from mcqtest.cli import main
from mcqtest.gate import Dates, packaged_baselines
from mcqtest.sides import Definitions


@pytest.fixture
def shelf(tmp_path, monkeypatch):
    """A project with two baselines of the demo."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("MCQTEST_DATA", raising=False)
    (tmp_path / "pyproject.toml").write_text("")
    for name in ("v1", "v2"):
        shutil.copytree(packaged_baselines() / "demo", tmp_path / "baselines" / name)
    return tmp_path / "baselines"


def said(capsys, *arguments, code=0):
    """What the command says, for programs."""
    assert main(["baselines", *arguments, "--json"]) == code
    return json.loads(capsys.readouterr().out)


def refused(capsys, *arguments):
    """The one line of a mistake."""
    assert main(["baselines", *arguments]) == 4
    text = capsys.readouterr().err
    assert text.count("\n") == 1
    return text


def accept(path, reason):
    """Write down that a regression was accepted."""
    text = path.read_text("utf-8").replace("\n\n", f"\naccepted   {reason}\n\n", 1)
    path.write_text(text, "utf-8")


def test_list_and_show(shelf, capsys):
    """Name, benchmark, way, questions, weights, date, and what somebody accepted."""
    for task, lost in (("small_sums", "12 lost, 1"), ("word_kinds", "3 lost, 0")):
        reason = f"new tokenizer ({lost} won against weights 0123456789ab, p = 0.002)"
        accept(shelf / f"v2/demo/{task}.txt", reason)
    one, two, come = said(capsys)["baselines"]
    assert [each["packaged"] for each in (one, two, come)] == [False, False, True]
    assert (one["name"], one["benchmark"], one["way"]) == ("v1", "demo", "")
    assert (one["tasks"], one["questions"], one["accuracy"]) == (8, 800, 0.745)
    assert len(one["weights"][0]) == 64
    assert one["accepted"] == []
    (accepted,) = two["accepted"]
    assert (accepted["reason"], accepted["tasks"]) == ("new tokenizer", 2)
    assert (accepted["lost"], accepted["won"], accepted["against"]) == (15, 1, "0123456789ab")
    (shown,) = said(capsys, "show", "v2")["baselines"]
    assert [each["task"] for each in shown["entries"]][:2] == ["alphabet_order", "first_letters"]
    assert main(["baselines"]) == 0
    assert "  accepted: new tokenizer" in capsys.readouterr().out
    assert "there is v1, v2" in refused(capsys, "show", "v3")
    assert "no baseline 'v3'" in refused(capsys, "remove", "v1", "v3", "--yes")


def test_what_comes_with_mcqtest_is_listed_and_left_alone(shelf, capsys):
    """It is marked, and goes where the project has its own, which a line says."""
    (shown,) = said(capsys, "show", "demo")["baselines"]
    assert (shown["packaged"], shown["questions"], len(shown["entries"])) == (True, 800, 8)
    assert main(["baselines", "list", "demo"]) == 0
    assert capsys.readouterr().out.count("  comes with mcqtest\n") == 1
    before = sorted(packaged_baselines().rglob("*"))
    for action in (("remove", "demo"), ("prune", "demo"), ("rename", "demo", "mine")):
        assert "demo comes with mcqtest" in refused(capsys, *action, "--yes")
    assert sorted(packaged_baselines().rglob("*")) == before
    shutil.rmtree(shelf / "v1")
    (shelf / "v2").rename(shelf / "demo")
    (own,) = said(capsys)["baselines"]
    assert (own["name"], own["packaged"]) == ("demo", False)
    assert main(["baselines"]) == 0
    assert "baselines/demo stands in place of the demo that comes with" in capsys.readouterr().out
    assert said(capsys, "remove", "demo", "--yes")["removed"]
    assert main(["baselines"]) == 0
    assert capsys.readouterr().out.startswith(f"no baseline in {shelf}\n")


def test_rename(shelf, capsys):
    """The folder; nothing is written over, and nothing leaves it."""
    assert said(capsys, "rename", "v1", "release")["new"] == "release"
    assert sorted(each.name for each in shelf.iterdir()) == ["release", "v2"]
    assert "a baseline 'v2' already" in refused(capsys, "rename", "release", "v2")
    assert "cannot be the name" in refused(capsys, "rename", "v2", "../out")
    assert "give the old name and the new" in refused(capsys, "rename", "v2")


def test_remove_asks(shelf, capsys, monkeypatch):
    """Unless somebody says yes beforehand; where nobody can be asked, it does not."""
    assert "16 files would be removed; say --yes" in refused(capsys, "remove", "v1")
    terminal = io.StringIO("no\n")
    terminal.isatty = lambda: True
    monkeypatch.setattr("sys.stdin", terminal)
    assert said(capsys, "remove", "v1") == {"removed": []}
    assert (shelf / "v1/demo/small_sums.txt").exists()
    assert len(said(capsys, "remove", "v1", "--yes")["removed"]) == 16
    assert [each.name for each in shelf.iterdir()] == ["v2"]


def damage(shelf):
    """Ways in which files of baselines go wrong, and what is said of each."""
    folder = shelf / "v1/demo"

    def flip():
        path = folder / "small_sums.txt"
        head, _, marks = path.read_text("utf-8").rpartition("\n  ")
        path.write_text(f"{head}\n  {marks.swapcase()}", "utf-8")

    def swap():
        (folder / "small_sums.json").write_bytes((folder / "first_letters.json").read_bytes())

    def move():
        (folder / "small_sums.txt").rename(folder / "first_letters.txt")

    def leave():
        (folder / "small_sums.txt").unlink()

    return {"its answers have accuracy": flip, "belongs to other answers": swap} | {
        "this is the baseline of demo/small_sums": move,
        "small_sums.json: beside no baseline": leave,
    }


@pytest.mark.parametrize("at", range(4))
def test_check(shelf, capsys, at):
    """Each file, what stands beside it, and its place; and the questions where the data is."""
    assert said(capsys, "check", "--data=demo")["unsound"] == []
    told, harm = list(damage(shelf).items())[at]
    harm()
    bad = said(capsys, "check", code=1)["unsound"]
    assert any(told in each for each in bad)
    assert said(capsys, "check", "v2")["unsound"] == []


def test_check_against_data(shelf, capsys):
    """A baseline of other questions than there are is refused by a run, too."""
    path = shelf / "v1/demo/small_sums.txt"
    path.with_suffix(".json").unlink()
    text = path.read_text("utf-8")
    path.write_text(text.replace("questions  100, ", "questions  100, 0"), "utf-8")
    (bad,) = said(capsys, "check", "--data=demo", code=1)["unsound"]
    assert bad.endswith("recorded on 100 questions, the data has others")
    assert said(capsys, "check")["unsound"] == []


def test_prune(shelf, capsys):
    """What no run can read any more: of tasks and ways that are gone, and beside nothing."""
    demo = shelf / "v1/demo"
    (demo / "small_sums.txt").rename(demo / "long_sums.txt")
    for way in ("0shots", "i1f1", "letter", "chat-a=b"):
        (demo / way).mkdir()
        shutil.copy(demo / "first_letters.txt", demo / way)
    assert "files would be removed" in refused(capsys, "prune")
    removed = {
        Path(each).relative_to(demo).as_posix()
        for each in said(capsys, "prune", "--yes")["removed"]
    }
    assert removed == {"long_sums.txt", "small_sums.json", "letter/first_letters.txt"}
    assert not (demo / "letter").exists()
    assert said(capsys, "prune", "--yes") == {"removed": []}


def test_prune_asks_before_runs_go(shelf, capsys, monkeypatch):
    """As before anything else."""
    runs = [f"v{number}-000{number}" for number in (1, 2, 3)]
    for run in runs:
        (shelf.parent / ".mcqtest/runs" / run).mkdir(parents=True)
    assert "2 runs would be removed; say --yes" in refused(capsys, "prune", "--keep-runs=1")
    assert "from 1 up" in refused(capsys, "prune", "--keep-runs=0", "--yes")
    assert said(capsys, "prune", "--keep-runs=1", "--yes")["runs"] == runs[:2]
    assert [each.name for each in (shelf.parent / ".mcqtest/runs").iterdir()] == runs[2:]


@pytest.mark.parametrize(
    ("way", "gone"),
    [
        ("cot-temperature=0.7", False),
        ("letters-0shots", False),
        ("mmlu_pro_api", False),
        ("chat-enable_thinking=false-system-1a2b3c4d", False),
        ("other-0123456789abcdef", False),
        ("0shots/deeper", True),
        ("mmlu_pro_old", True),
    ],
)
def test_ways(way, gone):
    """A folder that a run can have is never pruned."""
    found = Definitions().gone("mmlu_pro", "law", way)
    assert (found is not None) == gone
    assert Definitions().gone("somebodys_own", "law", way) is None


def git(folder, *arguments):
    subprocess.run(
        ["git", "-c", "user.name=a", "-c", "user.email=a@b.c", *arguments],
        cwd=folder,
        check=True,
        capture_output=True,
    )


@pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")
def test_dates(shelf):
    """Of the last commit that changed a file, where it is as committed; else the file's own."""
    root = shelf.parent
    assert Dates(shelf).of(shelf / "v1/demo/small_sums.txt").source == "file"
    git(root, "init", "-q")
    (shelf / "v3").mkdir()
    (shelf / "v3/new.txt").write_text("")
    git(root, "add", "-A")
    git(root, "commit", "-qm", "one")
    git(root, "rm", "-q", "baselines/v3/new.txt")
    git(root, "commit", "-qm", "two")
    accept(shelf / "v1/demo/small_sums.txt", "later")
    (shelf / "v3").mkdir()
    (shelf / "v3/new.txt").write_text("")
    dates = Dates(shelf)
    sources = [
        dates.of(shelf / name).source
        for name in ("v2/demo/small_sums.txt", "v1/demo/small_sums.txt", "v3/new.txt")
    ]
    assert sources == ["git", "file", "file"]
