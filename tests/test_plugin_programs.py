"""Programmatic tasks through pytest: recorded, green and red, gone on with, and contained."""

from __future__ import annotations

import json
import signal
from pathlib import Path

import programs
import pytest
import warm
from project import UNDECIDED, USUAL_ARGS, mistake
from realdata import CHECKOUT

GOOD = ("echo", "game", "pick")


@pytest.fixture
def played(pytester, monkeypatch):
    """A project with the stand-in, its good tasks, and the file of the benchmark."""
    pytester.makeconftest("import sys\nsys.path.insert(0, '.')")
    pytester.mkpydir("local").joinpath("hearsay.py").write_text(programs.MODEL, "utf-8")
    code = (CHECKOUT / "benchmarks" / "test_bigbench_programmatic.py").read_text("utf-8")
    pytester.path.joinpath("test_bigbench_programmatic.py").write_text(code, "utf-8")
    programs.install(pytester.path, *GOOD)
    monkeypatch.delenv("MCQTEST_DATA", raising=False)
    return pytester


def model(played, name, **told):
    """A file of this name that tells the model what to do."""
    played.path.joinpath(f"{name}.json").write_text(json.dumps(told), "utf-8")
    return f"--model={name}.json"


def run(played, *args):
    """What comes of it, in a process of its own."""
    usual = ("--backend=local.hearsay", "-m", "bigbench_programmatic", *USUAL_ARGS)
    return warm.run(played, *usual, *args)


def summary(played):
    """All of it, and the part of the benchmark."""
    found = json.loads((played.path / ".mcqtest" / "summary.json").read_text("utf-8"))
    return found, found["benchmarks"]["bigbench_programmatic"]


def asked(played):
    """Every prompt that the model got, with its choices."""
    return (played.path / "asked").read_text("utf-8").splitlines()


def test_recorded_green_and_red(played):
    """A task is one number, its subtasks beneath it. Three that fall are seen at this alpha; one
    alone decides nothing, whichever way it goes.
    """
    good = model(played, "good")
    assert run(played, good, "--snapshot-update").ret == 0
    result = run(played, good, "--alpha=0.2")
    assert result.ret == 0
    result.stdout.fnmatch_lines(
        [
            "echo * 1 *100.00",
            "  first * 1.0000 *0.5000 *1.0000 *100.00",
            "game * 1.0000 *0.5000 *1.0000 *100.00",
            "note: *the code of programmatic tasks is run *100,000 queries*600 seconds*",
            "NO LOSS PROVEN: *normalized score 100.00*",
        ]
    )
    assert len(asked(played)) == len(set(asked(played))) == 20 + 20 + 11
    bad = model(played, "bad", wrong=["w1", "round", "take"])
    result = run(played, bad, "--baseline=good", "--alpha=0.2")
    assert result.ret == 1
    result.stdout.fnmatch_lines(["bigbench_programmatic as a whole is worse than baseline 'good'*"])
    whole, found = summary(played)
    assert whole["verdict"] == "fail"
    echo = found["tasks"]["echo"]
    assert [part["score"] for part in echo["anchored"]["parts"]] == [0.9, 0.0]
    assert echo["anchored"]["normalized"] == pytest.approx((80 - 100) / 2)
    assert (found["queries"], echo["queries"], found["n"]) == (51, 20, 3)
    result = run(played, bad, "--baseline=good", "-k", "game")
    assert result.ret == UNDECIDED
    result.stdout.fnmatch_lines(["UNDECIDED: *1 questions are too few for any drop to be seen*"])


@pytest.mark.parametrize("args", [(), ("-n", "2")], ids=["alone", "-n 2"])
def test_killed_and_gone_on_with(played, args):
    """In the middle of a conversation; nothing is asked twice, and the end is the same."""
    good = model(played, "good", killed=15)
    assert run(played, good, "--snapshot-update", *args).ret in {-signal.SIGKILL, 1}
    before = len(asked(played))
    assert run(played, good, "--snapshot-update", *args).ret == 0
    assert before < 51
    assert 51 <= len(asked(played)) <= 52  # one was perhaps not yet on disk
    assert len({*asked(played)}) == 51
    assert summary(played)[1]["accuracy"] == 1


def test_what_is_drawn_is_drawn_again(played):
    """Random numbers and the order of sets: the second run asks nothing."""
    programs.install(played.path, "chance")
    good = model(played, "good")
    assert run(played, good, "--snapshot-update", "-k", "chance").ret == 0
    assert len(asked(played)) == 2
    run(played, good, "-k", "chance")
    assert len(asked(played)) == 2


ENDS = {
    "raises": "its code fails: KeyError: 'sense' (task.py, line 17)",
    "endless": "took more than 3 seconds of its own",
    "eager": "asked more than 60 queries; allow more with --bigbench queries=N",
    "needy": "needs nowhere, which is not installed: pip install nowhere",
    "quitter": "ended by itself (exit status 3)",
    "nan": "returned scores that cannot be used (nan: exact_str_match is nan)",
    "flat": "returned scores that cannot be used (flat: its anchors are 1 and 1",
    "other": "its code fails: TypeError: int where the model needs text",
}


def test_tasks_that_go_wrong(played):
    """Each is an error of its own case, in a line; the others are judged."""
    programs.install(played.path, *ENDS)
    limits = ("--bigbench=queries=60", "--bigbench=seconds=3")
    result = run(played, model(played, "good"), *limits, "--snapshot-update")
    result.assert_outcomes(passed=3, failed=0, errors=len(ENDS))
    for name, said in ENDS.items():
        assert f"bigbench_programmatic/{name}: {said}" in result.stdout.str()
    assert summary(played)[0]["verdict"] == "fail"
    assert summary(played)[1]["n"] == 3


def test_what_a_task_leaves_behind(played, monkeypatch):
    """What it prints and writes is gone, and so are the processes that it started; one of these
    cannot ask the model.
    """
    seen = played.path / "seen"
    monkeypatch.setenv("MCQTEST_SEEN", str(seen))
    programs.install(played.path, "noisy", "forker")
    result = run(played, model(played, "good"), "--snapshot-update", "-k", "noisy or forker", "-s")
    result.assert_outcomes(passed=2)
    assert "MAY SHIP" not in result.stdout.str() + result.stderr.str()
    process, folder = seen.read_text("utf-8").split()
    assert not Path(folder).exists()
    assert not (played.path / "litter").exists()
    assert not is_running(int(process))
    assert not (played.path / "asked").exists()


def is_running(process):
    """Whether there is such a process, and it is not just waiting to be buried."""
    try:
        told = Path(f"/proc/{process}/stat").read_text("utf-8")
    except FileNotFoundError:
        return False
    return told.rpartition(")")[2].split()[0] != "Z"


def test_what_cannot_be_compared(played):
    """Fewer examples, the official ``max_examples``, are another way of asking, and code that was
    changed is another question.
    """
    good = model(played, "good")
    assert run(played, good, "--snapshot-update", "--limit=10", "-k", "echo").ret == 0
    assert len(asked(played)) == 10
    assert "echo: asked in another way" in mistake(run(played, good, "-k", "echo"))
    with (played.path / "bigbench/benchmark_tasks/echo/task.py").open("a") as file:
        file.write("# changed\n")
    said = mistake(run(played, good, "--limit=10", "-k", "echo"))
    assert "bigbench_programmatic/echo: another question set" in said


def test_it_is_not_asked_unless_named(played):
    """It runs code: by its marker, its file, or --benchmarks alone."""
    usual = ("--backend=local.hearsay", model(played, "good"), "--snapshot-update", *USUAL_ARGS)
    assert warm.run(played, *usual).ret == pytest.ExitCode.NO_TESTS_COLLECTED
    named = warm.run(played, *usual, "--benchmarks=bigbench_programmatic")
    named.assert_outcomes(passed=3)


def test_recordings_cannot_answer(played):
    """Nobody knows before what a task is going to ask."""
    (played.path / "api.jsonl").write_text('{"id": "game", "output": "x"}\n', "utf-8")
    args = ("--backend=replay", "--model=api.jsonl", "-m", "bigbench_programmatic", *USUAL_ARGS)
    said = mistake(warm.run(played, *args, "--snapshot-update"))
    assert "bigbench_programmatic: its tasks talk to a model, so recorded outputs" in said
