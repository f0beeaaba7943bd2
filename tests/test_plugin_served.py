"""Runs of pytest on a served model: verdicts, keys that nobody sees, runs that are killed."""

import json
import subprocess
import sys
import time
from base64 import b64encode
from contextlib import suppress
from pathlib import Path
from urllib.request import Request, urlopen

import pytest
import warm

pytest.importorskip("openai", reason="the extra openai is not installed")

from faults.proxy import Forward
from faults.runs import stored
from faults.server import Server
from mcqtest.cli import main

KEY = "sk-0123-nobody-may-see-this"

CASES = """
from operator import attrgetter

import pytest
from mcqtest import prompts
from mcqtest.types import Benchmark, Columns, Decoding, Layout, Method, Source

COLUMNS = Columns(choices=("A", "B", "C", "D"), id="id")
SUMS = Benchmark(
    name="sums",
    groups={"all": ("small", "large_numbers_of_five_digits")},
    source=Source("sums", (Layout("{task}_{split}.csv", COLUMNS),)),
    methods={"letters": Method(prompts.mmlu), "cot": Method(prompts.plain, Decoding(max_tokens=9))},
    shots=0,
    margin=25,
)


@pytest.mark.parametrize("task", SUMS.tasks, ids=attrgetter("name"))
def test_sums(task, results, baseline):
    assert results == baseline
"""
COUNT = 120


class Sums:
    """A project of sums, and the server that is asked."""

    def __init__(self, pytester, server):
        self.pytester, self.server = pytester, server
        self.path = pytester.path
        pytester.makepyfile(test_sums=CASES)
        pytester.makefile(".ini", pytest="[pytest]\nlog_level = DEBUG\n")
        for task, first in (("small", 1), ("large_numbers_of_five_digits", 10_001)):
            sums = [(first + 8 * number, 5) for number in range(COUNT // 2)]
            rows = [f"{a},What is {a} + {b}?,1,2,{a + b},4,C\n" for a, b in sums]
            text = "id,question,A,B,C,D,answer\n" + "".join(rows)
            (self.path / f"{task}_test.csv").write_text(text, "utf-8")

    def args(self, *args):
        where = f"--backend-option=base_url={self.server.url}"
        given = ("--data=.", "--backend=openai", "--model=adder", where, "-p", "no:cacheprovider")
        return [*given, *args]

    def start(self, *args):
        command = [sys.executable, "-m", "pytest", *self.args(*args)]
        return subprocess.Popen(
            command, cwd=self.path, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )

    def run(self, *args):
        return warm.run(self.pytester, *self.args(*args))


@pytest.fixture
def sums(pytester, monkeypatch):
    """The project, with a server that is right."""
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    monkeypatch.delenv("OPENAI_BASE_URL", raising=False)
    monkeypatch.delenv("PYTEST_ADDOPTS", raising=False)
    with Server(wrong=0, key=KEY) as server:
        yield Sums(pytester, server)


def said(result):
    return f"{result.stdout.str()}\n{result.stderr.str()}"


def everything(path: Path) -> str:
    """All that lies there, and under which names."""
    files = [each for each in path.rglob("*") if each.is_file()]
    return "\n".join(f"{each}\n{each.read_bytes().decode('utf-8', 'replace')}" for each in files)


def command_lines() -> bytes:
    """Of all processes."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):
            found.append(path.read_bytes())
    return b"\n".join(found)


def test_a_key_is_nowhere(sums, monkeypatch):
    """In no file, log or command line, whether all goes well or the server repeats the key."""
    seen = []
    handle = sums.server._handle

    async def looking(writer, method, path, head, body):
        if path.endswith("completions") and len(seen) < 3:
            seen.append(command_lines())
        return await handle(writer, method, path, head, body)

    monkeypatch.setattr(sums.server, "_handle", looking)
    monkeypatch.setenv("HTTPS_PROXY", f"http://me:{KEY}@127.0.0.1:9")
    loud = ("--junitxml=junit.xml", "--showlocals", "-vv", "-o", "log_cli=true")
    sums.server.faults = {"reset": 0.05, "json": 0.05}
    good = sums.run("--snapshot-update", "-n", "2", *loud)
    assert good.ret == 0, said(good)
    sums.server.key = KEY.replace("this", "that")  # from now on it says which key it was given
    bad = sums.run("--run-dir=other", *loud)
    assert bad.ret == 4
    line = f"{sums.server.url}: 401: Incorrect API key provided: Bearer ***; the key is taken from"
    assert line in said(bad)
    assert len(seen) == 3
    left = everything(sums.path) + said(good) + said(bad)
    assert "test_sums" in left
    assert KEY not in left
    assert not [each for each in seen if KEY.encode() in each]


def test_a_proxys_password_is_nowhere(sums, monkeypatch):
    """Whether it is the right one or the proxy repeats it, as it came and as it was typed."""
    loud = ("--junitxml=junit.xml", "--showlocals", "-vv", "-o", "log_cli=true")
    said_ = ""
    for login, code in (("me:pass word/of+mine", 0), ("somebody:else", 4)):
        with Forward(login) as proxy:
            url = f"http://me:pass%20word%2Fof+mine@127.0.0.1:{proxy.port}"
            monkeypatch.setenv("HTTP_PROXY", url)
            result = sums.run("--snapshot-update", f"--run-dir=run{code}", *loud)
            assert result.ret == code, said(result)
            assert proxy.asked
            said_ += said(result)
    assert "407: another user or password is wanted, through the environment's proxy" in said_
    left = everything(sums.path) + said_
    for secret in (
        "pass word",
        "pass%20word",
        "word/of",
        b64encode(b"me:pass word/of+mine").decode(),
    ):
        assert secret not in left


def test_a_key_over_a_unix_socket_is_nowhere(sums):
    """Though the server that listens there repeats it."""
    server = Server(key=KEY.replace("this", "that"))
    server.uds = sums.path / "server.sock"
    with server:
        given = ("--data=.", "--backend=openai", "--model=adder", "-p", "no:cacheprovider")
        where = f"--backend-option=uds={server.uds}"
        result = sums.pytester.runpytest_subprocess(*given, where, "--showlocals")
    assert result.ret == 4
    line = f"http://localhost/v1 on {server.uds}: 401: Incorrect API key provided: Bearer ***; the"
    assert line in said(result)
    assert KEY not in said(result) + everything(sums.path)


@pytest.mark.parametrize("option", ["api_key=KEY", "token=KEY", 'extra={"api_key": "KEY"}', "KEY"])
def test_a_key_in_a_command(sums, option):
    """Is refused, since others see it there, with a line that says where it belongs."""
    result = sums.run(f"--backend-option={option.replace('KEY', KEY)}")
    assert result.ret == 4
    assert KEY not in said(result) + everything(sums.path)
    if "api_key" in option:
        assert "environment as OPENAI_API_KEY" in said(result)


def test_verdicts(sums):
    """As of any model: recorded, green, red; nothing is asked again; what it took is told."""
    recorded = sums.run("--snapshot-update", "--backend-option=price=1000,0")
    assert recorded.ret == 0, said(recorded)
    recorded.stdout.fnmatch_lines(
        [
            f"mcqtest: adder (at {sums.server.url}), weights *; served by us, letters by echo",
            "120 answers asked for, 48,000 tokens read and 1,200 written, cost 48.00",
        ]
    )
    before = sums.server.answered.total()
    again = sums.run("--backend-option=concurrency=3")
    assert again.ret == 0, said(again)
    again.stdout.fnmatch_lines(["mcqtest: 2 tasks, 120 questions, 120 stored", "MAY SHIP: *"])
    assert sums.server.answered.total() - before == 2  # to see whether it is still the same
    sums.server.wrong, sums.server._marks = 1, 1  # another one is served there now
    worse = sums.run()
    assert worse.ret == 1
    worse.stdout.fnmatch_lines(["MAY NOT SHIP: adder: *120 questions lost*"])


def test_a_mind_that_changes(sums):
    """Equal requests at temperature 0 are asked again where that is said, and told as churn."""
    sums.server.fickle = 0.2
    twice = ("--decoding=samples=2", "--decoding=temperature=0")
    asked = sums.run("--method=cot", "--chat=on", *twice, "--snapshot-update")
    assert asked.ret == 0, said(asked)
    asked.stdout.fnmatch_lines(["mcqtest: 2 tasks, 120 questions in 240 requests, none stored"])
    summary = json.loads((sums.path / ".mcqtest" / "summary.json").read_text("utf-8"))
    share = summary["benchmarks"]["sums"]["wavering"]
    assert 0.15 < share < 0.55
    line = f"asked again in the same words, * of 120 answers are others ({share:.2%}): so much*"
    asked.stdout.fnmatch_lines([f"*{line}"])
    (sample,) = {len(json.loads(line)["votes"]) for line in rows(sums.path)}
    assert sample == 2


def rows(path):
    return (path / ".mcqtest" / "results.jsonl").read_text("utf-8").splitlines()


def test_a_url_is_no_model(sums):
    """The line says what to type, and repeats no password."""
    address = sums.server.url.replace("://", "://me:secret@") + "?key=secret"
    result = warm.run(sums.pytester, "--data=.", f"--model={address}")
    assert result.ret == 4
    (line,) = [each for each in result.stderr.lines if each.startswith("ERROR: ")]
    assert line.startswith(f"ERROR: --model={sums.server.url}: a URL; name the model that is")
    assert f"--backend=openai --backend-option base_url={sums.server.url} --model=NAME" in line
    assert "secret" not in said(result) + everything(sums.path)


def test_killed_and_resumed(sums):
    """Nothing stored is asked again or lost, whatever the server does, and all is judged."""
    server, folder = sums.server, sums.path / ".mcqtest"
    server.faults = {"reset": 0.05, "empty": 0.05, "equal": 0.05, "twice": 0.05, "again": 0.05}
    server.rate = 100.0
    process = sums.start("--snapshot-update")
    until = time.monotonic() + 60
    while len(stored(folder)) < 40 and time.monotonic() < until:
        time.sleep(0.01)
    process.kill()
    process.wait()
    kept = stored(folder)
    assert 40 <= len(kept) < COUNT
    server.rate = 0.0
    last = sums.run("--snapshot-update")
    assert last.ret == 0, said(last)
    found = stored(folder)
    assert len(found) == COUNT
    assert {key: found[key] for key in kept} == kept
    assert all(len(each) == 1 for each in found.values())
    judged = [json.loads(line) for line in rows(sums.path)]
    assert sum(each["correct"] for each in judged) == COUNT


def test_batches(sums, monkeypatch, capsys):
    """What is written is what the API takes, and its results are answers."""
    monkeypatch.chdir(sums.path)
    asked = ("--benchmarks=test_sums.py", "--data=.", "--form=openai-batch")
    assert main(["prompts", "batch.jsonl", *asked, "--served=adder"]) == 4
    assert (
        "sums/large_numbers_of_five_digits/10001: scores what could be said"
        in capsys.readouterr().err
    )
    how = ("--method=cot", "--chat=on")
    assert main(["prompts", "batch.jsonl", *asked, *how]) == 4
    assert "for which model? Add --served=NAME" in capsys.readouterr().err
    assert main(["prompts", "batch.jsonl", *asked, *how, "--served=adder"]) == 0
    results = []
    for line in Path("batch.jsonl").read_text("utf-8").splitlines():
        request = json.loads(line)
        url = sums.server.url.removesuffix("/v1") + request["url"]
        headers = {"authorization": f"Bearer {KEY}"}
        body = json.dumps(request["body"]).encode()
        with urlopen(Request(url, body, headers)) as reply:
            response = {"status_code": reply.status, "body": json.load(reply)}
        assert len(request["custom_id"]) <= 64
        results.append({"custom_id": request["custom_id"], "response": response, "error": None})
    text = "".join(json.dumps(each) + "\n" for each in results)
    Path("results.jsonl").write_text(text, "utf-8")
    given = ("--backend=replay", "--model=results.jsonl", "--data=.", *how, "--snapshot-update")
    recorded = warm.run(sums.pytester, *given, "-p", "no:cacheprovider")
    assert recorded.ret == 0, said(recorded)
    recorded.stdout.fnmatch_lines(["  all * 120   1.0000"])
    baseline = next((sums.path / "baselines").rglob("small.txt")).read_text("utf-8")
    assert "cot, chat, 9 tokens" in baseline
