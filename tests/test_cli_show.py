"""`mcqtest show`: the questions that moved."""

import json

import pytest
from sided import Project, likely

from mcqtest import archive
from mcqtest.cli import main, screen
from mcqtest.cli.main import COMMANDS

ANSWERS = {"foam": "ABC" * 4, "tides": "ABC" * 4}


@pytest.fixture
def project(tmp_path, monkeypatch):
    """Of 24 questions three are lost, one of them unread, and one is won."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    made = Project(tmp_path)
    made.run("old", {**ANSWERS, "tides": "CBC" + "ABC" * 3}, record=True)
    made.run("new", {"foam": "BBC-BC" + "ABC" * 2, "tides": "ABA" + "ABC" * 3}, baseline="old")
    return made


def said(capsys, *arguments, code=0):
    assert main(["show", *arguments]) == code
    return capsys.readouterr().out


def titles(text):
    return [line for line in text.splitlines() if ": " in line and "right is" in line]


def test_what_moved_by_itself(project, capsys):
    """Of the last run, against what it was compared with."""
    text = said(capsys)
    assert text.startswith("run new-0002 against baseline old: 4 questions lost or won\n")
    assert titles(text) == [
        "foam f0: lost, A > B, right is A",
        "foam f3: lost, A > -, right is A",
        "tides t0: won, C > A, right is A",
        "tides t2: lost, C > A, right is C",
    ]
    assert "What is in bucket 0 of foam?" in text
    assert "then, read A:\n  Let me look. The answer is (>>A<<)." in text
    assert "now, nothing could be read:\n  I cannot tell." in text


@pytest.mark.parametrize(
    ("options", "ids"),
    [
        (["--lost"], "f0 f3 t2"),
        (["--won"], "t0"),
        (["--unread"], "f3"),
        (["--won", "--unread"], "f3 t0"),
        (["--lost", "-k", "tide"], "t2"),
        (["--id=f1"], "f1"),
        (["--id=tides/t5", "--id", "sea/foam/f0"], "f0 t5"),
        (["--limit=2"], "f0 t0"),
        (["--limit=0"], "f0 f3 t0 t2"),
    ],
)
def test_which_questions(project, capsys, options, ids):
    """By what became of them, by task, by name; a few are spread over the tasks."""
    found = [line.split()[1].rstrip(":") for line in titles(said(capsys, *options))]
    assert found == ids.split()


def test_any_two_runs(project, capsys):
    """And a run by its path."""
    text = said(capsys, "old-0001", "--baseline=new-0002", "--lost")
    assert text.startswith("run old-0001 against run new-0002: 1 question lost\n")
    path = project.runs / "runs" / "new-0002"
    assert said(capsys, "old-0001", f"--baseline={path}", "--lost") == text
    assert said(capsys, str(path), "--won") == said(capsys, "new", "--won")


def test_a_baseline_whose_run_is_gone(project, capsys):
    """Says so, and shows the letters that it keeps."""
    archive.prune(project.runs, keep=1)
    text = said(capsys, "--lost")
    assert "note: baseline 'old' keeps letters, and no run in " in text
    assert "foam f0: lost, A > B, right is A" in text
    assert "then: A (only this is kept of it)" in text
    assert "What is in bucket 0 of foam?" in text


def test_an_earlier_run_is_told_from_the_last(project, capsys):
    """Which did not finish."""
    (project.runs / "summary.json").write_text('{"verdict": "fail"}', "utf-8")
    assert "note: the last run of this folder did not finish, or was not kept" in said(capsys)
    assert "note: " not in said(capsys, "new-0002")


def test_questions_that_are_not_kept(project, capsys):
    """As of a run on another machine, whose folder of questions was not brought along."""
    for path in (project.runs / "questions").iterdir():
        path.unlink()
    text = said(capsys, "--won")
    assert "note: the texts of the questions of 1 of 1 tasks are not kept; the same command" in text
    assert "(the text of this question is not kept)" in text
    assert "now, read A:" in text


def test_letters_without_texts(tmp_path, monkeypatch, capsys):
    """Probabilities then and now."""
    monkeypatch.chdir(tmp_path)
    made = Project(tmp_path)
    made.run("old", {"foam": [likely("A")] * 3}, record=True, way="letters")
    made.run("new", {"foam": [likely("B"), *[likely("A")] * 2]}, baseline="old", way="letters")
    archive.prune(made.runs, keep=1)  # the baseline keeps all that there was
    text = said(capsys, "--lost")
    assert "note:" not in text
    assert "  right, then 0.800 0.095  A  salt water" in text
    assert "          now 0.095 0.800  B  sand" in text


def test_json_and_markdown(project, capsys):
    """For programs and for pull requests; all of it is there."""
    found = json.loads(said(capsys, "--unread", "--json"))
    (asked,) = found["questions"]
    assert (found["run"], found["baseline"], found["n"]) == ("new-0002", "old", 1)
    assert (asked["id"], asked["change"], asked["gold"]) == ("f3", "lost", 0)
    assert asked["choices"] == ["salt water", "sand", "a crab"]
    assert (asked["then"]["read"], asked["now"]["read"]) == ([[28, 29]], [None])
    text = said(capsys, "--unread", "--markdown")
    assert "## sea, foam\n\n### foam f3: lost, A &gt; -, right is A\n\n```text\nWhat is in" in text


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["older"], "no run 'older': there is new-0002, old-0001"),
        (["--id=f99"], "--id=f99: new-0002 has no such question"),
        (["-k", "space"], "no task is called so; new-0002 has answers of sea"),
        (["--baseline=older"], "older: no such file or folder, run or baseline"),
        (["old-0001"], "old-0001 was compared with nothing that is there now"),
    ],
)
def test_mistakes(project, capsys, arguments, told):
    """One line, exit code 4."""
    assert main(["show", *arguments]) == 4
    assert told in capsys.readouterr().err


def test_long_answers_are_paged_in_a_terminal(monkeypatch, capfd):
    """By ``$PAGER``, which gets the colours; a short one is left standing."""
    monkeypatch.setenv("PAGER", "cat -v")
    monkeypatch.setenv("LINES", "5")
    assert not screen.paged("short")
    assert screen.paged(screen.shown("a\x0eb\x0f\n" * 9, colours=True))
    assert capfd.readouterr().out == "a^[[7mb^[[27m\n" * 9
    monkeypatch.setenv("PAGER", "no-such-pager-anywhere")
    assert not screen.paged("a\n" * 9)


def test_the_commands_are_there():
    """Under their names."""
    assert {"compare", "errors", "show"} <= COMMANDS.keys()


def test_a_baseline_that_was_recorded_anew(project, capsys):
    """What was lost is not lost any more, and that is said."""
    project.run("new", {"foam": "BBC-BC" + "ABC" * 2, "tides": "ABA" + "ABC" * 3}, record=True)
    (project.folder / "baselines/old").rename(project.folder / "baselines/older")
    (project.folder / "baselines/new").rename(project.folder / "baselines/old")
    text = said(capsys, "new-0002", "--lost")
    assert "0 questions lost" in text
    assert "note: baseline old was recorded anew since this run, which had lost 3 questions" in text
    assert "recorded anew" not in said(capsys, "new-0002", "--lost", "--baseline=older")


def test_no_number_of_questions(project, capsys):
    """None is no limit."""
    assert main(["show", "--limit=-1"]) == 4
    assert "from 0 up" in capsys.readouterr().err
