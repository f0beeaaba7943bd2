"""Processes that die: nothing is lost that was stored, and nothing looks green."""

from __future__ import annotations

import json
import shutil
import signal
from collections import Counter

import pytest
from project import EVERY, TOTAL, Project, sentences


@pytest.fixture
def fresh(recorded: Project) -> Project:
    """With the baseline of ``a`` and no response."""
    shutil.rmtree(recorded.path / ".mcqtest")
    return recorded


def stored(project: Project) -> int:
    return sum(path.read_bytes().count(b"\n") for path in project.responses())


def test_worker_is_killed(recorded: Project) -> None:
    """The case it was at is lost, its answers are not; the next run asks only what is missing
    and ends as if nothing had been.
    """
    assert recorded.run().ret == 0
    undisturbed = recorded.outputs()
    shutil.rmtree(recorded.path / ".mcqtest")

    recorded.control(kill=30)
    killed = recorded.run("-n", "2")
    assert killed.ret == 1
    assert "crashed while running" in sentences(killed)
    assert "MAY NOT SHIP: a: 1 of 4 selected tasks were not judged (and 1 more)" in sentences(
        killed
    )
    assert recorded.summary["verdict"] == "fail"
    asked = recorded.log()
    assert stored(recorded) == len(asked) - 1
    assert max(Counter(asked).values()) == 1

    again = recorded.run("-n", "2")
    assert again.ret == 0, sentences(again)
    twice = Counter([*asked, *recorded.log()])
    assert set(twice) == set(EVERY)
    assert twice.total() == TOTAL + 1  # the one in flight
    assert recorded.outputs() == undisturbed


def test_run_is_killed(fresh: Project) -> None:
    """Killed twice, a run goes on where it was; in between lies a verdict that is no pass."""
    asked = []
    for after in (70, 40):
        fresh.control(kill=after)
        assert fresh.run().ret == -signal.SIGKILL
        asked += fresh.log()
        assert fresh.summary["verdict"] == "fail"
        assert fresh.summary["reasons"] == ["the run did not finish"]
    assert stored(fresh) == 110
    last = fresh.run()
    assert last.ret == 0, sentences(last)
    assert f"{TOTAL} questions, 110 stored" in sentences(last)
    twice = Counter([*asked, *fresh.log()])
    assert set(twice) == set(EVERY)
    assert twice.total() == TOTAL + 2
    assert fresh.summary["verdict"] == "pass"


SPOILER = """

import numpy
import pytest

@pytest.fixture(autouse=True)
def _spoil(request):
    if "plants" in request.node.nodeid:
        request.node.user_properties.append(("spoiled", numpy.float64(1)))
"""


def test_result_is_lost(recorded: Project) -> None:
    """A value that cannot travel takes a worker's last result with it. xdist alone ends with
    exit code 0 here.
    """
    conftest = recorded.path / "conftest.py"
    recorded.write("conftest.py", conftest.read_text() + SPOILER)
    result = recorded.run("-n", "2")
    assert result.ret == pytest.ExitCode.INTERNAL_ERROR
    assert recorded.summary["verdict"] == "fail"
    assert "MAY NOT SHIP" in sentences(result)
    assert any("gave no result" in reason for reason in recorded.summary["reasons"])


def test_update_with_a_killed_worker(fresh: Project) -> None:
    """Nothing is recorded by a run that lost a worker."""
    before = fresh.baselines()
    fresh.model("a")
    fresh.control(kill=10)
    result = fresh.run("--snapshot-update", "-n", "2", "-k", "stars or rivers")
    assert result.ret == 1
    assert "\nRECORDED" not in sentences(result)
    assert fresh.summary["benchmarks"]["toy"]["won"] > 0
    assert fresh.baselines() == before


def test_disk_is_full(fresh: Project) -> None:
    """It is said in one line, with how much is kept; the next run asks the rest."""
    fresh.control(full=70)
    result = fresh.run()
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    line = next(each for each in result.outlines if each.startswith("MAY NOT SHIP"))
    assert "a response cannot be written (No space left on device)" in line
    assert "70 responses are kept and will not be asked again" in line
    assert fresh.summary["verdict"] == "fail"
    asked = fresh.log()
    assert len(asked) == 71
    fresh.control()
    result = fresh.run()
    assert result.ret == 0, sentences(result)
    assert fresh.summary["notices"] == []  # no torn line
    assert sorted(set(EVERY) - set(asked[:70])) == sorted(fresh.log())


def test_disk_is_full_for_workers(fresh: Project) -> None:
    """So it is with workers, each of which finds out by itself."""
    fresh.control(full=30)
    result = fresh.run("-n", "2")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert "MAY NOT SHIP: a: " in sentences(result)
    assert "No space left on device" in sentences(result)
    assert "INTERNALERROR" not in sentences(result)
    assert fresh.summary["verdict"] == "fail"
    assert 30 <= stored(fresh) <= 60  # as far as each worker came


def test_responses_of_before(recorded: Project) -> None:
    """Lines had no checksums once: nothing is asked again, and nothing is said of it."""
    (path,) = recorded.responses()
    lines = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    assert all(line.pop("sum") for line in lines)
    text = "".join(json.dumps(line, separators=(",", ":")) + "\n" for line in lines)
    path.write_text(text, "utf-8")
    assert recorded.run().ret == 0
    assert recorded.log() == []
    assert recorded.summary["notices"] == []


def test_changed_responses(recorded: Project) -> None:
    """One that somebody made right is asked again, and told."""
    (path,) = recorded.responses()
    lines = path.read_text("utf-8").splitlines(keepends=True)
    fields = json.loads(lines[7])
    fields["logprobs"].reverse()
    lines[7] = json.dumps(fields, separators=(",", ":")) + "\n"
    path.write_text("".join(lines), "utf-8")
    assert recorded.run().ret == 0
    assert len(recorded.log()) == 1
    assert recorded.summary["notices"] == [
        f"{path}: line 8: not a readable response, skipped and asked again"
    ]


def test_unreadable_responses(recorded: Project) -> None:
    """Lines that cannot be read are skipped, mentioned, and asked again."""
    (path,) = recorded.responses()
    lines = path.read_bytes().split(b"\n")
    lines[5] = b"\0" * len(lines[5])
    lines[-2] = lines[-2][:20]  # the torn last line of a killed run
    path.write_bytes(b"\n".join(lines[:-1]))
    result = recorded.run()
    assert result.ret == 0, sentences(result)
    assert f"note: {path}: 2 lines, the first is 6: not a readable response" in sentences(result)
    assert len(recorded.log()) == 2
    assert len(recorded.summary["notices"]) == 1
